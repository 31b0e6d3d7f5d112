"""A matchmaking day from the database as the engine takes it, and what a plan was computed from."""

import hashlib
import json
from collections.abc import Mapping, Set
from dataclasses import dataclass
from datetime import timedelta
from itertools import pairwise
from uuid import UUID

from django.utils import timezone

from rongtong.engines.matching.meeting_day import Attendee, MeetingDay, Pair, key_of
from rongtong.engines.matching.meeting_day import Meeting as Seat
from rongtong.hub.foundation.actors import SYSTEM

from ..enums import DayState, MeetingState, ParticipationState, RequestKind
from ..guests import requests_among
from ..models import DaySlot, DayTable, MatchmakingDay, Meeting, MeetingRequest, Participation
from .pairs import Worth

#: Two slots further apart than this have a pause between them.
PAUSE = timedelta(minutes=20)


@dataclass(frozen=True)
class Problem:
    """The engine's day beside what was announced of it."""

    day: MeetingDay
    announced: tuple[Seat, ...]
    worths: Mapping[tuple[UUID, UUID], Worth]

    def topics(self, seat: Seat) -> list[str]:
        """The listings that a meeting is about, the better direction first."""
        one, other = UUID(seat.first), UUID(seat.second)
        ways = [self.worths.get((one, other)), self.worths.get((other, one))]
        best = max((way for way in ways if way is not None), key=lambda way: way.score, default=None)
        return [] if best is None else [str(part) for part in (best.own, best.theirs) if part]


def attending(day: MatchmakingDay) -> list[UUID]:
    """The organisations that take part, in an order that does not depend on when they answered."""
    rows = Participation.visible_to(SYSTEM).filter(day=day, state=ParticipationState.ACCEPTED)
    return list(rows.order_by("organisation_id").values_list("organisation_id", flat=True))


def problem_of(day: MatchmakingDay, worths: Mapping[tuple[UUID, UUID], Worth], *, typed_only: bool = False) -> Problem:
    """Everything the engine must know. Seven queries, and those of the rooms that register requests.

    Parameters
    ----------
    typed_only
        Whether only requests count that the participants typed themselves.
    """
    slots = list(DaySlot._base_manager.filter(day=day).order_by("position"))
    tables = list(DayTable._base_manager.filter(day=day).order_by("position"))
    announced = announced_of(day)
    people = list(Participation.visible_to(SYSTEM).filter(day=day, state=ParticipationState.ACCEPTED))
    told = {one.key for one in announced}
    attendees = {
        str(one.organisation_id): Attendee(
            id=str(one.organisation_id),
            slots=frozenset(range(len(slots))) - frozenset(one.slots_away),
            most=one.most or day.most,
            in_a_row=day.in_a_row,
        )
        for one in people
    }
    for name in sorted({name for key in told for name in key} - attendees.keys()):
        attendees[name] = Attendee(name, frozenset(), 0)
    here = set(attendees)
    wishes, refusals = _wishes(day, here)
    if not typed_only:
        registered = requests_among([UUID(name) for name in here])
        wishes |= {(str(who), str(whom)) for who, whom in registered}
    engine_day = MeetingDay(
        attendees=tuple(attendees[name] for name in sorted(attendees)),
        pairs=tuple(_pairs(attendees, worths, wishes, told)),
        slots=len(slots),
        tables=len(tables),
        closed=frozenset((table.position, slot) for table in tables for slot in table.closed_slots),
        pauses=frozenset(
            number
            for number, (one, following) in enumerate(pairwise(slots))
            if following.starts_at - one.ends_at >= PAUSE
        ),
        refusals=refusals,
        from_slot=_begun(day, slots),
    )
    return Problem(engine_day, announced, worths)


def announced_of(day: MatchmakingDay) -> tuple[Seat, ...]:
    """The meetings that participants know of; none before the plan is public."""
    if day.state != DayState.PUBLISHED:
        return ()
    return seats_of(day)


def seats_of(day: MatchmakingDay) -> tuple[Seat, ...]:
    """The meetings that stand in the plan now, as the engine writes them. One query."""
    rows = Meeting.visible_to(SYSTEM).filter(day=day, state=MeetingState.PLANNED).select_related("slot", "table")
    return tuple(
        Seat(str(row.first_id), str(row.second_id), row.slot.position, row.table.position, float(row.points))
        for row in rows
        if row.table is not None
    )


def _begun(day: MatchmakingDay, slots: list[DaySlot]) -> int:
    if day.state != DayState.PUBLISHED:
        return 0
    now = timezone.now()
    return sum(slot.starts_at <= now for slot in slots)


def _wishes(day: MatchmakingDay, here: Set[str]) -> tuple[set[tuple[str, str]], frozenset[tuple[str, str]]]:
    """(who, whom) typed as wished for, and the pairs that one of the two refused."""
    rows = MeetingRequest.visible_to(SYSTEM).filter(day=day)
    typed = [(str(row.organisation_id), str(row.other_id), row.kind) for row in rows]
    wishes = {(who, whom) for who, whom, kind in typed if kind == RequestKind.WISH and who in here and whom in here}
    refusals = frozenset(key_of(who, whom) for who, whom, kind in typed if kind == RequestKind.REFUSAL)
    return wishes, refusals


def _pairs(
    attendees: Mapping[str, Attendee],
    worths: Mapping[tuple[UUID, UUID], Worth],
    wishes: set[tuple[str, str]],
    told: set[tuple[str, str]],
) -> list[Pair]:
    scores = {(str(who), str(whom)): float(worth.score) for (who, whom), worth in worths.items()}
    keys = {key_of(*pair) for pair in (*scores, *wishes)} | told
    return [
        Pair(
            one,
            other,
            forward=scores.get((one, other), 0.0),
            backward=scores.get((other, one), 0.0),
            requests=((one, other) in wishes) + ((other, one) in wishes),
        )
        for one, other in sorted(keys)
        if one in attendees and other in attendees
    ]


def basis_of(day: MatchmakingDay) -> str:
    """A digest of everything that a plan depends on and that people change: answers, requests, tables, meetings."""
    people = Participation.visible_to(SYSTEM).filter(day=day).order_by("organisation_id")
    asked = MeetingRequest.visible_to(SYSTEM).filter(day=day).order_by("organisation_id", "other_id")
    tables = DayTable._base_manager.filter(day=day).order_by("position")
    parts = [
        day.state,
        day.most,
        day.in_a_row,
        _begun(day, list(DaySlot._base_manager.filter(day=day))),
        [(str(one.organisation_id), one.state, one.slots_away, one.most) for one in people],
        [(str(one.organisation_id), str(one.other_id), one.kind) for one in asked],
        [one.closed_slots for one in tables],
        [(one.key, one.slot, one.table) for one in announced_of(day)],
    ]
    return hashlib.sha256(json.dumps(parts).encode()).hexdigest()
