"""Clauses as people read them, one line a clause, and what one offer changes in the one before it."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy

from rongtong.engines.fairness import ANY_FIELD, WORLD
from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.errors import Text
from rongtong.hub.organisations.reference import regions

from .agreement_clauses import CHINA, Clauses, GrantClause, RoyaltyClause

EXCLUSIVITY: dict[str, Text] = {
    "exclusive": gettext_lazy("独占许可"),
    "sole": gettext_lazy("排他许可"),
    "non-exclusive": gettext_lazy("普通许可"),
}
TIER_BASE: dict[str, Text] = {
    "period": gettext_lazy("按每期净销售额分档"),
    "year": gettext_lazy("按许可年度累计净销售额分档"),
    "life": gettext_lazy("按自始累计净销售额分档"),
}
PERIODS: dict[int, Text] = {
    1: gettext_lazy("每月"),
    3: gettext_lazy("每季度"),
    6: gettext_lazy("每半年"),
    12: gettext_lazy("每年"),
}
HUNDRED = Decimal(100)


@dataclass(frozen=True)
class ClauseLine:
    """One clause: ``key`` stays the same from offer to offer."""

    key: str
    label: str
    text: str


@dataclass(frozen=True)
class Change:
    """One clause before and after; ``kind`` is same, changed, added or removed."""

    key: str
    label: str
    before: str
    after: str

    @property
    def kind(self) -> str:
        if self.before == self.after:
            return "same"
        return "added" if not self.before else "removed" if not self.after else "changed"


def lines_of(clauses: Clauses) -> list[ClauseLine]:
    """Every clause that says something, in the order of the paper."""
    lines = [ClauseLine("subject", _("标的与范围"), clauses.subject)]
    lines += _grant_lines(clauses.grant) if clauses.grant else [_term_line(clauses.starts_on, clauses.ends_on)]
    if clauses.coowners_agree:
        lines.append(ClauseLine("coowners", _("共有人"), _("提供方保证已取得其他共有人同意")))
    upfront = formatting.money_exact(clauses.upfront) if clauses.upfront is not None else ""
    lines += [ClauseLine("upfront", _("固定费用"), upfront), ClauseLine("payment", _("付款方式"), clauses.payment)]
    lines += _royalty_lines(clauses.royalty) if clauses.royalty else []
    lines += [
        ClauseLine(f"date:{one.what}", _("关键日期：%(what)s") % {"what": one.what}, formatting.day(one.due_on))
        for one in clauses.dates
    ]
    lines += [ClauseLine(f"free:{one.heading}", one.heading, one.text) for one in clauses.free]
    return [line for line in lines if line.text]


def _grant_lines(grant: GrantClause) -> list[ClauseLine]:
    return [
        ClauseLine("exclusivity", _("许可方式"), str(EXCLUSIVITY[grant.exclusivity])),
        ClauseLine("fields", _("使用领域"), fields_text(grant.fields)),
        ClauseLine("territories", _("地域"), territories_text(grant.territories)),
        _term_line(grant.starts_on, grant.ends_on),
        ClauseLine("sublicence", _("分许可"), _("可以再许可他人") if grant.may_sublicense else _("不得再许可他人")),
        ClauseLine("source", _("权利来源"), _("提供方持有的许可（分许可）") if grant.source else ""),
    ]


def _term_line(start: date | None, end: date | None) -> ClauseLine:
    return ClauseLine("term", _("期限"), term_text(start, end))


def term_text(start: date | None, end: date | None) -> str:
    """A term, which ends before the day it ends on."""
    if start is None and end is None:
        return ""
    from_day = formatting.day(start) if start else _("签署之日")
    if end is None:
        return _("自%(start)s起，不设届满日") % {"start": from_day}
    return _("自%(start)s起，至%(end)s前一日止") % {"start": from_day, "end": formatting.day(end)}


def fields_text(codes: Iterable[str]) -> str:
    return formatting.joined(_("不限领域") if code == ANY_FIELD else code for code in codes)


def territories_text(codes: Iterable[str]) -> str:
    return formatting.joined(map(territory_name, codes))


def territory_name(code: str) -> str:
    """A territory's name; a country other than China is told by its code."""
    if code == WORLD:
        return _("全球")
    if code == CHINA:
        return _("中国")
    return regions.full_name(code) or code


def _royalty_lines(royalty: RoyaltyClause) -> list[ClauseLine]:
    money, share = formatting.money_exact, _percent
    tiers = formatting.clauses(
        _("超过%(above)s的部分 %(rate)s") % {"above": money(one.above), "rate": share(one.rate)}
        if one.above
        else _("净销售额的 %(rate)s") % {"rate": share(one.rate)}
        for one in royalty.tiers
    )
    if len(royalty.tiers) > 1:
        tiers = _("%(tiers)s；%(base)s") % {"tiers": tiers, "base": TIER_BASE[royalty.tier_base]}
    offset = ""
    if royalty.offset:
        values = {"offset": share(royalty.offset), "floor": share(royalty.offset_floor)}
        offset = _("向第三方支付的使用费可抵扣 %(offset)s，抵扣后不低于应付额的 %(floor)s") % values
    milestones = formatting.clauses(
        _("%(name)s：%(amount)s（累计净销售额达到%(sales)s时）")
        % {"name": one.name, "amount": money(one.amount), "sales": money(one.sales)}
        if one.sales is not None
        else _("%(name)s：%(amount)s") % {"name": one.name, "amount": money(one.amount)}
        for one in royalty.milestones
    )
    cap = share(royalty.deduction_cap) if royalty.deduction_cap is not None else ""
    return [
        ClauseLine("royalty", _("提成"), tiers),
        ClauseLine("deductions", _("扣除上限"), _("不超过销售额的 %(share)s") % {"share": cap} if cap else ""),
        ClauseLine("offset", _("第三方抵扣"), offset),
        ClauseLine("cap", _("年度上限"), money(royalty.cap) if royalty.cap is not None else ""),
        ClauseLine("minimum", _("年度保底"), money(royalty.minimum) if royalty.minimum is not None else ""),
        ClauseLine("milestones", _("里程碑付款"), milestones),
        ClauseLine("periods", _("结算周期"), str(PERIODS[royalty.months])),
        ClauseLine("variance", _("差异提示"), _("变动超过 %(share)s 时提示核查") % {"share": share(royalty.variance)}),
    ]


def _percent(rate: Decimal) -> str:
    return f"{(rate * HUNDRED).normalize():f}%"


def changes(before: Sequence[ClauseLine], after: Sequence[ClauseLine]) -> list[Change]:
    """Clause by clause what an offer changes; what was taken out stands where it stood."""
    old, new = {line.key: line for line in before}, {line.key: line for line in after}
    order: list[str] = [line.key for line in after]
    place = 0
    for line in before:
        if line.key in new:
            place = order.index(line.key) + 1
        else:
            order.insert(place, line.key)
            place += 1
    found: list[Change] = []
    for key in order:
        label: Any = (new.get(key) or old[key]).label
        was, now = old.get(key), new.get(key)
        found.append(Change(key, label, was.text if was else "", now.text if now else ""))
    return found
