"""Challenges as files: in the shape of the need form, with what the hub adds, as one reader may see them."""

from __future__ import annotations

from typing import Any

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.sheets import Column, Kind
from rongtong.hub.organisations.reference import industries, regions

from ..domain.need_columns import NEED_COLUMNS, write_budget
from ..queries.disclosure import DisclosedChallenge, DisclosedTarget, Hidden
from ..targets import write_targets

GROUP_LABELS: dict[str, Text] = {
    "problem": _("要解决的问题"),
    "targets": _("技术指标"),
    "tried": _("已做过的尝试"),
    "budget": _("预算"),
    "ip": _("知识产权"),
    "contact": _("联系人"),
    "details": _("工况与细节"),
}


def _targets(row: DisclosedChallenge) -> str:
    shown: tuple[DisclosedTarget, ...] | Hidden = row.targets
    return "" if isinstance(shown, Hidden) else write_targets(one.row for one in shown)


def _budget(row: DisclosedChallenge) -> str:
    return "" if isinstance(row.budget, Hidden) else write_budget(row.budget.low, row.budget.high)


def _contact(name: str) -> Any:
    return lambda row: "" if isinstance(row.contact, Hidden) else getattr(row.contact, name)


def closed_groups(row: DisclosedChallenge) -> str:
    """The names of the groups that this reader may not see."""
    return joined(str(GROUP_LABELS[name]) for name in row.hidden)


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


COLUMNS = (*NEED_COLUMNS, *FURTHER_COLUMNS)


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
