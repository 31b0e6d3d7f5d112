"""Matchmaking days to test with, made directly: no verb runs."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import timedelta
from itertools import count
from typing import Any

from django.utils import timezone

from rongtong.hub.matching.domain.days import Layout
from rongtong.hub.matching.enums import DayState, ParticipationState
from rongtong.hub.matching.models import DaySlot, DayTable, MatchmakingDay, Meeting, MeetingSide, Participation
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from tests.factories import an_organisation

_serial = count(1)


def a_day(
    state: str = DayState.INVITING, *, slots: int = 3, tables: int = 2, begins: timedelta | None = None, **fields: Any
) -> MatchmakingDay:
    """A day in a state; it begins in ten days, or ``begins`` from now."""
    starts_at = timezone.now().replace(microsecond=0) + (begins if begins is not None else timedelta(days=10))
    values: dict[str, Any] = {
        "organisation": fields.pop("organisation", None) or an_organisation(OrganisationKind.OPERATOR),
        "title": f"测试对接会{next(_serial)}",
        "place": "澜川会展中心",
        "state": state,
        "starts_at": starts_at,
        "answers_until": starts_at - timedelta(days=2),
    }
    day = MatchmakingDay._base_manager.create(**(values | fields))
    layout = Layout(starts_at, slots, 25, 5, 0, 0, tables)
    DaySlot._base_manager.bulk_create(
        DaySlot(day=day, position=number, starts_at=start, ends_at=end)
        for number, (start, end) in enumerate(layout.times())
    )
    DayTable._base_manager.bulk_create(DayTable(day=day, position=number) for number in range(tables))
    return day


def a_participation(
    day: MatchmakingDay,
    organisation: Organisation | None = None,
    state: str = ParticipationState.ACCEPTED,
    **fields: Any,
) -> Participation:
    """An invited organisation, taking part unless said otherwise."""
    return Participation._base_manager.create(
        day=day, organisation=organisation or an_organisation(), state=state, **fields
    )


def a_meeting(day: MatchmakingDay, one: Organisation, other: Organisation, *, slot: int = 0, table: int = 0) -> Meeting:
    """A planned meeting with its sides."""
    first, second = sorted((one, other), key=lambda each: each.pk)
    row = Meeting._base_manager.create(
        day=day, first=first, second=second, slot=day.slots.get(position=slot), table=day.tables.get(position=table)
    )
    MeetingSide._base_manager.bulk_create(
        MeetingSide(meeting=row, organisation=each, slot=row.slot) for each in (first, second)
    )
    return row


def participants(day: MatchmakingDay, number: int) -> Sequence[Participation]:
    return [a_participation(day) for _ in range(number)]
