"""What the page says, in Chinese and in English."""

from typing import Final

Word = tuple[str, str]

WORDS: Final[dict[str, Word]] = {
    "title": ("供应链韧性报告", "Supply chain resilience report"),
    "made": (
        "由融通 Rongtong 在本机生成；文件没有离开这台电脑。",
        "Made by Rongtong on this machine; no file has left it.",
    ),
    "summary": ("概要", "In short"),
    "network": (
        "{firms} 家企业，{links} 条供需关系，年交易额 {value} 元。",
        "{firms} firms, {links} links, {value} yuan a year.",
    ),
    "gravest": (
        "系统性风险最高的是 {firm}：它一旦停产，全部交易额的 {share} 随之损失。",
        "{firm} holds the highest systemic risk: if it fails, {share} of all sales are lost.",
    ),
    "singles": (
        "{inputs} 项投入中有 {singles} 项只有一家供应商，{abroad} 项依赖境外。",
        "Of {inputs} inputs, {singles} have one supplier only, and {abroad} come from abroad in part.",
    ),
    "traps": ("解读前须知", "Before you read the figures"),
    "risk": ("系统性风险排名", "Systemic risk, ranked"),
    "risk_about": (
        "一家企业停产后，全网交易额损失的比例（ESRI）。向下游：客户缺货；"
        "向上游：供应商失去订单；每家企业按两者中较重的计。",
        "The share of all sales that is lost when a firm fails (ESRI). Downstream its customers lack inputs, "
        "upstream its suppliers lack orders; each firm counts with the worse of the two.",
    ),
    "rank": ("名次", "Rank"),
    "firm": ("企业", "Firm"),
    "index": ("系统性风险", "Systemic risk"),
    "downstream": ("向下游", "Downstream"),
    "upstream": ("向上游", "Upstream"),
    "sector": ("行业", "Sector"),
    "curve": ("从高到低的系统性风险", "Systemic risk from highest to lowest"),
    "curve_x": ("名次", "rank"),
    "made_of": ("风险由哪些供需关系构成", "The links that make up a score"),
    "made_of_about": (
        "“到达”是这条关系直接带来的损失；“经过”还包括由此继续传导的损失。到达之和加上企业自身等于它的系统性风险。",
        "“Arrives” is what is lost at the end of a link because of it; “passes” counts what goes on too. What "
        "arrives, with the firm's own sales, adds up to its systemic risk.",
    ),
    "own": ("自身", "Own sales"),
    "arrives": ("到达", "Arrives"),
    "passes": ("经过", "Passes"),
    "direction": ("方向", "Direction"),
    "supplier": ("供应商", "Supplier"),
    "buyer": ("采购方", "Buyer"),
    "weak": ("薄弱环节", "Weak links"),
    "weak_about": (
        "按利害程度排列：损失 × 替代难度 × 采购方的系统性风险。天数按库存逐日模拟。",
        "By what is at stake: loss × how hard it is to replace × the "
        "buyer's systemic risk. Days are simulated with stocks.",
    ),
    "input": ("投入", "Input"),
    "stake": ("利害程度", "Stake"),
    "why": ("说明", "Why"),
    "share": ("占比", "Share"),
    "dependencies": ("依赖", "Dependencies"),
    "suppliers": ("供应商数", "Suppliers"),
    "top": ("最大供应商", "Largest supplier"),
    "hhi": ("集中度 HHI", "Herfindahl index"),
    "abroad": ("境外占比", "Abroad"),
    "critical": ("关键性", "Criticality"),
    "substitutes": ("可替代家数", "Substitutes"),
    "countries": ("境外依赖", "Bought abroad"),
    "country": ("国家或地区", "Country"),
    "bought": ("年采购额（元）", "Yuan a year"),
    "buyers": ("采购方数", "Buyers"),
    "alone": ("只此一国", "No other country"),
    "hidden": ("隐藏的共同供应商", "Hidden shared suppliers"),
    "hidden_about": (
        "不直接供货，但至少两家直接供应商都依赖它的企业。",
        "Firms that deliver nothing directly, but on which at least two direct suppliers rest.",
    ),
    "tier": ("上溯层数", "Tiers up"),
    "resting": ("依赖它的供应商", "Suppliers that rest on it"),
    "purchases": ("占采购额", "Share of purchases"),
    "cuts": ("割点", "Cut vertices"),
    "cuts_about": ("缺了它，产品网络就断成几块：", "Without it the graph of goods falls into pieces:"),
    "cuts_none": (
        "没有：缺任何一种产品，产品网络仍然连通。",
        "None: whatever is missing, the graph of goods holds together.",
    ),
    "ranks": ("排名是否可靠", "How far the ranks can be trusted"),
    "ranks_about": (
        "随机去掉一部分供需关系后重新排名，与完整数据的排名比较（括号内为 5% 至 95% 区间）。",
        "Links are taken away at random, firms are ranked again, and ranks are compared (5 % to 95 % of the draws).",
    ),
    "missing": ("缺失的关系", "Links missing"),
    "spearman": ("Spearman 相关", "Spearman"),
    "kendall": ("Kendall 相关", "Kendall"),
    "top_k": ("前 {k} 名重合", "Top {k} still there"),
    "none": ("没有。", "None."),
    "first": ("只列前 {shown} 项，共 {all} 项。", "The first {shown} of {all}."),
    "faults": ("数据有误，未作分析", "The data has faults; nothing was analysed"),
    "faults_about": (
        "第 1 行是表头下面的第一行。改正后再运行一次。",
        "Row 1 is the first below the heading. Put them right and run it again.",
    ),
    "table": ("表", "Table"),
    "row": ("行", "Row"),
    "column": ("列", "Column"),
    "fault": ("问题", "Fault"),
    "whole": ("整张表", "the whole table"),
    "links_table": ("供需关系", "links"),
    "firms_table": ("企业", "firms"),
    "essentiality_table": ("关键程度", "essentiality"),
    "by": (
        "方法：Diem 等（2022），Scientific Reports 12:7719。",
        "Method: Diem et al. (2022), Scientific Reports 12:7719.",
    ),
}

#: Chinese for what the engine says in English, by the name that never changes.
TRAPS: Final = {
    "truncated": "传导在变化小于阈值时停止，数值略偏低；排名通常不受影响。",
    "no_final_demand": "企业的营业收入全部卖给表内企业（没有给出营业收入，或与销售额相同）：向上游损失被高估。",
    "saturates": "没有考虑替代，也没有按成本加权：向下游的损失趋于饱和，排名意义不大。",
    "markets_differ": "可替代组与行业不一致：一家供应商可能被别的行业的企业替代。",
    "all_linear": "没有给出关键程度：每种投入都按非关键计算，关键投入中断的损失被低估。可用 --essentiality 给出。",
}
FAULTS: Final = {
    "missing_file": "没有这个文件", "no_table": "文件不是表格", "missing_column": "缺少这一列", "missing": "没有填写",
    "unknown_firm": "企业表中没有这家企业", "self_loop": "供应商和采购方相同",
    "duplicate": "重复", "no_number": "不是数字",
    "negative": "小于 0", "unknown_sector": "关键程度表中没有这个行业", "no_revenue": "有销售但营业收入为 0",
    "not_square": "行与列的行业数量不同", "other_names": "行与列的行业不同", "no_class": "只能是 0、1、2",
}  # fmt: skip


def sentence(row: dict[str, object], chinese: bool) -> str:
    """One weak link in a sentence: how many suppliers, from where, what is in stock, and what happens when."""
    parts = [_source(row, chinese)]
    if row["country"]:
        parts.append(f"境外（{row['country']}）" if chinese else f"abroad ({row['country']})")
    cover = float(str(row["cover"]))
    if cover < 1:
        parts.append("无库存" if chinese else "no stock")
    else:
        parts.append(f"库存 {cover:.0f} 天" if chinese else f"{cover:.0f} days in stock")
    parts.append(_substitutes(int(str(row["substitutes"])), chinese))
    ending = _ending(row, chinese)
    if ending:
        parts.append(ending)
    return "，".join(parts) + "。" if chinese else _capital(", ".join(parts)) + "."


def _source(row: dict[str, object], chinese: bool) -> str:
    if row["single"]:
        return "唯一供应商" if chinese else "only supplier"
    share = f"{float(str(row['top_share'])):.0%}"
    return f"最大供应商占 {share}" if chinese else f"largest supplier has {share}"


def _substitutes(count: int, chinese: bool) -> str:
    if count == 0:
        return "网络内无替代" if chinese else "no substitute in the network"
    return f"网络内还有 {count} 家可供" if chinese else f"{count} others in the network sell it"


def _ending(row: dict[str, object], chinese: bool) -> str:
    if row["stops_after"] is not None:
        return (
            f"停供 {row['stops_after']} 天后停产"
            if chinese
            else f"production stops {row['stops_after']} days after supply"
        )
    if row["less_after"] is not None:
        return (
            f"停供 {row['less_after']} 天后减产"
            if chinese
            else f"output falls {row['less_after']} days after supply stops"
        )
    if row["is_followed"]:
        return "停供一年内不减产" if chinese else "output holds for a year without it"
    return ""


def _capital(text: str) -> str:
    return text[:1].upper() + text[1:]
