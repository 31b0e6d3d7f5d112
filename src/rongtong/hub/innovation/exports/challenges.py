"""The programme's need form 《大企业技术创新需求表》: its columns, for the template, the import and the export."""

from __future__ import annotations

import re
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid, Text
from rongtong.hub.foundation.sheets import Column, Kind
from rongtong.hub.organisations.reference import Register, industries, regions

from ..queries.disclosure import DisclosedChallenge, DisclosedTarget, Hidden
from ..targets import plain, read_targets, write_targets

WAN = Decimal(10_000)
LARGEST_WAN = Decimal(100_000_000)
_AMOUNT = r"\d+(?:,\d{3})*(?:\.\d{1,4})?"
_BUDGET = re.compile(rf"(?P<low>{_AMOUNT})(?:(?:-|–|—|~|～|至|到)(?P<high>{_AMOUNT}))?")
_OPEN_BUDGET = {"面议", "待定", "negotiable", ""}
GROUP_LABELS: dict[str, Text] = {
    "problem": _("要解决的问题"),
    "targets": _("技术指标"),
    "tried": _("已做过的尝试"),
    "budget": _("预算"),
    "ip": _("知识产权"),
    "contact": _("联系人"),
    "details": _("工况与细节"),
}


def read_budget(text: str) -> tuple[Decimal | None, Decimal | None]:
    """Yuan from a cell in 万元: ``300–450``, ``300``, 面议.

    Raises
    ------
    ValueError
        Neither a number, nor a span in order, nor 面议.
    """
    bare = re.sub(r"\s|万元", "", str(text)).lower()
    if bare in _OPEN_BUDGET:
        return None, None
    match = _BUDGET.fullmatch(bare)
    if match is None:
        raise ValueError(text)
    low = Decimal(match["low"].replace(",", ""))
    high = Decimal(match["high"].replace(",", "")) if match["high"] else low
    if high < low or high >= LARGEST_WAN:
        raise ValueError(text)
    return low * WAN, high * WAN


def write_budget(low: Decimal | None, high: Decimal | None) -> str:
    """The reverse of :func:`read_budget`; an end that is open is written as the other one."""
    if low is None and high is None:
        return gettext("面议")
    ends = [plain((end if end is not None else other or Decimal(0)) / WAN) for end, other in ((low, high), (high, low))]
    return ends[0] if ends[0] == ends[1] else f"{ends[0]}–{ends[1]}"


def _check_budget(text: str) -> str:
    try:
        read_budget(text)
    except ValueError:
        message = _("预算应写成 300 或 300-450 这样的万元数，或写「面议」。")
        raise Invalid([Fault("budget", message, "need.budget")]) from None
    return text


def _check_targets(text: str) -> str:
    faults = read_targets(text)[1]
    if faults:
        raise Invalid(faults)
    return text


def _code(register: Register, field: str, unknown: Text) -> Any:
    def check(text: str) -> str:
        word = text.split()[0]
        if word in register:
            return register.canonical(word)
        exact = [
            entry.code
            for entry in register.search(text, limit=50)
            if text in {entry.name, entry.english, register.full_name(entry.code, "zh-hans")}
        ]
        if len(exact) != 1:
            raise Invalid([Fault(field, unknown, f"need.{field}")])
        return exact[0]

    return check


def _targets(row: DisclosedChallenge) -> str:
    shown: tuple[DisclosedTarget, ...] | Hidden = row.targets
    return "" if isinstance(shown, Hidden) else write_targets(one.row for one in shown)


def _budget(row: DisclosedChallenge) -> str:
    return "" if isinstance(row.budget, Hidden) else write_budget(row.budget.low, row.budget.high)


def _contact(name: str) -> Any:
    return lambda row: "" if isinstance(row.contact, Hidden) else getattr(row.contact, name)


def closed_groups(row: DisclosedChallenge) -> str:
    """The names of the groups that this reader may not see."""
    return gettext("、").join(str(GROUP_LABELS[name]) for name in row.hidden)


NEED_COLUMNS = (
    Column("serial", _("序号"), help=_("只作记号，导入时不用。"), value=lambda row: row["serial"], aliases=("No",)),
    Column("organisation", _("企业名称"), most=200, help=_("运营方代录时填写全称；企业自己导入时可不填。")),
    Column(
        "industry", _("所属行业"), required=True, most=80, help=_("《国民经济行业分类》的代码或名称。"),
        check=_code(industries, "industry", _("没有这个行业。请填写《国民经济行业分类》的代码或名称。")),
    ),
    Column(
        "region", _("所在地区"), most=80, help=_("地区代码或全称，例：浙江省杭州市西湖区。不填则用企业所在地区。"),
        check=_code(regions, "region", _("没有找到这个地区，或不止一个同名。请填写代码或全称。")),
    ),
    Column("title", _("技术需求名称"), required=True, most=120, aliases=("需求名称",)),
    Column("problem", _("主要问题"), required=True, most=6000, aliases=("需解决的主要技术难题", "问题描述")),
    Column(
        "targets", _("技术指标"), required=True, most=6000, aliases=("主要技术指标", "期望实现的主要技术目标"),
        help=_("每条写成「指标 ≥ 数值 单位」，几条之间用分号隔开；必达的前面加 ★。例：★有效淬硬层深 ≥ 6 mm；表面硬度 58–62 HRC"),
        check=_check_targets,
    ),
    Column("tried", _("已做过的尝试"), most=4000),
    Column(
        "budget", _("预算（万元）"), most=60, aliases=("拟投入资金", "计划投入"), check=_check_budget,
        help=_("300 或 300-450；未定写「面议」。"),
    ),
    Column("months", _("期限（月）"), Kind.INTEGER, required=True, most=120, aliases=("攻关周期", "研发周期")),
    Column("ip", _("知识产权约定"), most=2000, aliases=("知识产权",)),
    Column("contact_name", _("联系人"), required=True, most=80),
    Column("contact_department", _("部门"), most=80),
    Column("contact_phone", _("联系电话"), Kind.CODE, most=40, aliases=("电话", "手机", "联系方式")),
    Column("contact_email", _("邮箱"), most=254, aliases=("电子邮箱",)),
)  # fmt: skip

_VALUES: dict[str, Any] = {
    "organisation": lambda row: str(row.publisher) if row.publisher else gettext("匿名发榜"),
    "industry": lambda row: industries.name(row.industry),
    "region": lambda row: regions.full_name(row.region),
    "title": lambda row: row.title,
    "problem": lambda row: str(row.problem),
    "targets": _targets,
    "tried": lambda row: str(row.tried),
    "budget": _budget,
    "months": lambda row: row.months,
    "ip": lambda row: str(row.ip),
    "contact_name": _contact("name"),
    "contact_department": _contact("department"),
    "contact_phone": _contact("phone"),
    "contact_email": _contact("email"),
}
FURTHER_COLUMNS = (
    Column("number", _("编号"), Kind.CODE),
    Column("round", _("批次")),
    Column("state", _("状态")),
    Column("deadline", _("揭榜截止"), Kind.DATETIME),
    Column("closed", _("未向您披露"), help=_("发榜方没有向您开放的内容，本表中留空。")),
)


def need_rows(challenges: list[DisclosedChallenge]) -> list[dict[str, Any]]:
    """The rows of the export: the need form's columns and what the hub adds, for one reader."""
    rows = []
    for serial, one in enumerate(challenges, 1):
        row = {name: value(one) for name, value in _VALUES.items()}
        row |= {
            "serial": serial,
            "number": one.number,
            "round": one.round_title,
            "state": str(one.state_label),
            "deadline": one.deadline,
            "closed": closed_groups(one),
        }
        rows.append(row)
    return rows
