"""What an amendment of a published challenge may change, and the list of what it did change, each with its level."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime, timedelta
from decimal import Decimal
from typing import Any

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault
from rongtong.hub.trust.enums import Level

from ..models import Challenge, Target
from ..queries.disclosure import levels_of
from ..targets import TargetRow, plain
from .challenge_values import EDITABLE, LEVELS

#: The title, the industry and the region are what people found it by: another need is another challenge.
AMENDABLE = tuple(name for name in EDITABLE if name not in ("title", "industry", "region"))
GROUP_OF = {
    **{name: name for name in ("problem", "tried", "details")},
    **dict.fromkeys(("budget_min", "budget_max", "budget_note"), "budget"),
    "ip_terms": "ip",
    **dict.fromkeys(("contact_name", "contact_department", "contact_phone", "contact_email"), "contact"),
    "target": "targets",
}
#: What nobody has to rework an answer for.
LIGHT = frozenset({"anonymous", "deadline", *LEVELS, *(name for name, group in GROUP_OF.items() if group == "contact")})
#: Time that those who answer have at least after a change of what they answer to.
LEAST_TIME = timedelta(days=3)


@dataclass(frozen=True)
class AmendedTarget:
    """A target as it shall be; with the ``id`` of the one it was, so that promises against it stay."""

    row: TargetRow
    id: int | None = None


@dataclass(frozen=True)
class Picture:
    """A challenge at one moment."""

    values: dict[str, Any]
    levels: dict[str, int]
    targets: dict[int, TargetRow]

    @classmethod
    def of(cls, challenge: Challenge) -> Picture:
        values = {name: getattr(challenge, name) for name in AMENDABLE}
        targets = {one.pk: TargetRow.of(one) for one in Target._base_manager.filter(challenge=challenge)}
        return cls(values, levels_of(challenge), targets)


def faults_of_amendment(before: Picture, after: Picture) -> Iterator[Fault]:
    """What is public stays public, and time that was announced is not taken away."""
    if after.values["anonymous"] and not before.values["anonymous"]:
        yield Fault("anonymous", _("发榜方已经公开，不能再改为匿名。"), "amendment.anonymous")
    for name in LEVELS:
        if after.values[name] > before.values[name]:
            yield Fault(name, _("已经开放的内容不能再收回，披露等级只能调得更开放。"), "amendment.level")
    old, new = before.values["deadline"], after.values["deadline"]
    if new is None:
        yield Fault("deadline", _("请填写揭榜截止时间。"), "amendment.no_deadline")
    elif old is not None and new < old:
        yield Fault("deadline", _("已公布的揭榜截止时间只能延后。"), "amendment.deadline_earlier")


def time_faults(changes: Sequence[Mapping[str, Any]], deadline: datetime | None) -> Iterator[Fault]:
    """Those who answer must have time to rework."""
    if deadline is None or deadline - timezone.now() >= LEAST_TIME:
        return
    if any(change["field"] not in LIGHT for change in changes):
        message = _("揭榜内容有改动，距截止应不少于 3 天，请同时延后截止时间；批次的截止时间不够时，请联系运营方。")
        yield Fault("deadline", message, "amendment.too_late")


def changes_between(before: Picture, after: Picture) -> dict[int, list[dict[str, Any]]]:
    """Field by field what was and what is, under the level that reads it.

    A text that is amended and opened at once keeps its former wording under its former level.
    """
    found: dict[int, list[dict[str, Any]]] = {}
    for name in AMENDABLE:
        old, new = before.values[name], after.values[name]
        if old != new:
            change = {"field": name, "before": _json(old), "after": _json(new)}
            found.setdefault(_level(name, before, after), []).append(change)
    for key in [*before.targets, *(key for key in after.targets if key not in before.targets)]:
        was, now = before.targets.get(key), after.targets.get(key)
        if was != now:
            change = {"field": "target", "before": _target(was), "after": _target(now)}
            found.setdefault(_level("target", before, after), []).append(change)
    return dict(sorted(found.items()))


def _level(name: str, before: Picture, after: Picture) -> int:
    if name in LEVELS:
        return after.levels[name.removesuffix("_level")]
    group = GROUP_OF.get(name)
    return int(Level.PUBLIC) if group is None else max(before.levels[group], after.levels[group])


def _json(value: Any) -> Any:
    if isinstance(value, Decimal):
        return f"{value:f}"
    return value.isoformat() if isinstance(value, datetime) else value


def _target(row: TargetRow | None) -> dict[str, Any] | None:
    if row is None:
        return None
    high = None if row.value_high is None else plain(row.value_high)
    return vars(row) | {"value": plain(row.value), "value_high": high}


def target_faults(challenge: Challenge, rows: Sequence[AmendedTarget]) -> Iterator[Fault]:
    """Rows that name a target which is not, or one twice."""
    known = set(challenge.targets.values_list("pk", flat=True))
    seen: set[int] = set()
    for number, one in enumerate(rows, 1):
        if one.id is not None and (one.id not in known or one.id in seen):
            yield Fault("targets", _("没有这条指标，或重复填写。"), "amendment.target", row=number)
        elif one.id is not None:
            seen.add(one.id)


def put_targets(challenge: Challenge, rows: Sequence[AmendedTarget]) -> None:
    """Write the targets over those they were. Promises against one that is taken out go with it."""
    kept = [one.id for one in rows if one.id is not None]
    Target._base_manager.filter(challenge=challenge).exclude(pk__in=kept).delete()
    for position, one in enumerate(rows, 1):
        target = Target(pk=one.id, challenge=challenge, position=position, **vars(one.row))
        target.save(force_insert=one.id is None, force_update=one.id is not None)
