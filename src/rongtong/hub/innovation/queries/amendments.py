"""Amendments as one reader may see them, in words."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.organisations.reference import regions
from rongtong.hub.organisations.size_class import SizeClass
from rongtong.hub.trust.enums import Level

from ..models import Amendment, Challenge
from ..targets import TargetRow

_LABELS: dict[str, Text] = {
    "target": _("技术指标"),
    "budget_min": _("预算下限"),
    "budget_max": _("预算上限"),
    "months": _("攻关周期"),
}


@dataclass(frozen=True)
class ShownChange:
    """One field: what stood there and what stands there now, in words; and as they are kept."""

    field: str
    label: Text
    before: str
    after: str
    raw_before: Any
    raw_after: Any


@dataclass(frozen=True)
class ShownAmendment:
    """An amendment as its readers see it."""

    id: UUID
    mark: str
    level: int
    at: datetime
    reason: str
    changes: tuple[ShownChange, ...]


def amendments_of(challenge: Challenge, actor: Actor, since: datetime | None = None) -> list[ShownAmendment]:
    """Those that the actor may read, newest first. One query, none where nothing was ever amended."""
    if not any(challenge.amended):
        return []
    rows = Amendment.visible_to(actor).filter(challenge=challenge)
    if since is not None:
        rows = rows.filter(created_at__gt=since)
    return [shown(row) for row in rows.order_by("-created_at", "level")]


def amendments_among(challenges: Iterable[UUID], actor: Actor) -> dict[UUID, list[ShownAmendment]]:
    """Those of several challenges that the actor may read, newest first. One query."""
    found: dict[UUID, list[ShownAmendment]] = {}
    rows = Amendment.visible_to(actor).filter(challenge__in=list(challenges))
    for row in rows.order_by("-created_at", "level"):
        found.setdefault(row.challenge_id, []).append(shown(row))
    return found


def shown(row: Amendment) -> ShownAmendment:
    """A visible amendment in words."""
    changes = tuple(_change(one) for one in row.changes)
    return ShownAmendment(row.pk, row.mark, row.level, row.created_at, row.reason, changes)


def _change(kept: Mapping[str, Any]) -> ShownChange:
    field, before, after = kept["field"], kept["before"], kept["after"]
    words = [spoken(field, before), spoken(field, after)]
    return ShownChange(field, label_of(field), words[0], words[1], before, after)


def label_of(field: str) -> Text:
    """What a field of an amendment is called."""
    if field in _LABELS:
        return _LABELS[field]
    column: Any = Challenge._meta.get_field(field)
    return str(column.verbose_name)


def spoken(field: str, value: Any) -> str:
    """A kept value as a person reads it; a dash where there was nothing."""
    if value is None or value == "" or value == []:
        return "—"
    if field == "target":
        return _target(value)
    if field.endswith("_level"):
        return str(Level(value).label)
    if field in ("budget_min", "budget_max"):
        return formatting.money(Decimal(value))
    if field == "deadline":
        return formatting.moment(datetime.fromisoformat(value))
    if field == "months":
        return gettext("%(months)s 个月") % {"months": value}
    if field == "readiness":
        return gettext("%(level)s 级以上") % {"level": value}
    if field == "anonymous":
        return gettext("匿名发榜") if value else gettext("公开发榜方")
    return _list(field, value) if isinstance(value, list) else str(value)


def _list(field: str, codes: list[str]) -> str:
    if field == "regions":
        return formatting.joined(regions.full_name(code) for code in codes)
    return formatting.joined(SizeClass(code).label if field == "size_classes" else code for code in codes)


def _target(kept: Mapping[str, Any]) -> str:
    high = kept["value_high"]
    numbers = {"value": Decimal(kept["value"]), "value_high": None if high is None else Decimal(high)}
    row = TargetRow(**{**kept, **numbers})
    notes = [str(row)]
    if row.best_today:
        notes.append(gettext("目前最好：%(value)s") % {"value": row.best_today})
    if row.method:
        notes.append(gettext("测法：%(method)s") % {"method": row.method})
    if row.must_meet:
        notes.append(gettext("必达"))
    return formatting.clauses(notes)
