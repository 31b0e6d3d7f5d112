"""Matchmaking days: the operator invites, organisations answer and wish, the day is planned, held and looked back on.

The verbs refuse what is over, so a day is prepared ``LATER`` and moved back to where it belongs once it is settled.
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from decimal import Decimal
from functools import partial

from django.db.models import F

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.matching.domain.days import create_day, finish_day, invite, open_day, publish_day
from rongtong.hub.matching.domain.feedback import give_feedback
from rongtong.hub.matching.domain.participation import Answer, answer, ask
from rongtong.hub.matching.domain.planning import adopt, compute, start_plan
from rongtong.hub.matching.enums import DayState, ParticipationState
from rongtong.hub.matching.models import DayPlan, DaySlot, Meeting, Participation
from rongtong.hub.matching.models import MatchmakingDay as DayRow
from rongtong.hub.matching.queries.pairs import Worth

from ..records import Cluster, Guest, MatchmakingDay, Said
from .days import DAYTIME, EVENING, MORNING, Step
from .members import operator_of
from .world import World

LATER = timedelta(days=2000)
FIRST, MINUTES, GAP, PAUSE_AFTER, PAUSE = timedelta(hours=9), 25, 5, 4, 75
#: Days after the invitation on which organisations answer and wish; after the day, on which they say how it was.
ANSWERED, WISHED, SAID = 2, 4, 1


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of every day."""
    for day in cluster.matchmaking:
        yield from _steps_of(day)


def _steps_of(day: MatchmakingDay) -> Iterator[Step]:
    key = day.key
    yield Step(f"invite to {key}", day.opens, partial(_open, day=day), MORNING)
    for guest in day.guests:
        if guest.answer != ParticipationState.INVITED:
            yield Step(
                f"{guest.organisation} answers {key}", day.opens + ANSWERED, partial(_answer, day=day, guest=guest)
            )
    for who, whom, kind in day.wishes:
        wish = partial(_wish, day=day, who=who, whom=whom, kind=kind)
        yield Step(f"{who} wishes {whom} at {key}", day.opens + WISHED, wish)
    if day.state == DayState.INVITING:
        yield Step(f"settle {key}", day.opens + WISHED, partial(_settle, day=day), EVENING)
        return
    yield Step(f"plan {key}", day.planned, partial(_plan, day=day), DAYTIME)
    yield Step(f"publish {key}", day.planned, partial(_publish, day=day), EVENING)
    if day.state == DayState.HELD:
        yield Step(f"hold {key}", day.held, partial(_finish, day=day), EVENING)
    for said in day.feedback:
        tell = partial(_say, day=day, said=said)
        yield Step(f"{said.organisation} on {said.other} at {key}", day.held + SAID, tell)


def _open(world: World, *, day: MatchmakingDay) -> None:
    by = world.writer(operator_of(world.cluster))
    starts_at = world.calendar.midnight(day.held) + FIRST + LATER
    row = create_day(
        values={
            "title": day.title,
            "title_en": day.title_en,
            "place": day.place,
            "introduction": day.notice,
            "answers_until": world.calendar.deadline(day.answers_until) + LATER,
            "most": day.most,
            "in_a_row": day.in_a_row,
            "starts_at": starts_at,
            "slots": day.slots,
            "minutes": MINUTES,
            "gap": GAP,
            "pause_after": PAUSE_AFTER,
            "pause_minutes": PAUSE,
            "tables": day.tables,
        },
        by=by,
    )
    invite(day=row, organisations=[world.id_of(guest.organisation) for guest in day.guests], by=by)
    open_day(day=row, by=by)
    world.made[day.key] = row.pk


def _row(world: World, day: MatchmakingDay) -> DayRow:
    return DayRow._base_manager.get(pk=world.made[day.key])


def _participation(world: World, day: MatchmakingDay, organisation: str) -> Participation:
    return Participation._base_manager.get(day_id=world.made[day.key], organisation=world.organisations[organisation])


def _answer(world: World, *, day: MatchmakingDay, guest: Guest) -> None:
    given = Answer(
        comes=guest.answer == ParticipationState.ACCEPTED,
        slots_away=frozenset(slot - 1 for slot in guest.away),
        presents=guest.presents,
        contact=guest.contact,
    )
    row = _participation(world, day, guest.organisation)
    answer(participation=row, answer=given, by=world.writer(guest.organisation))


def _wish(world: World, *, day: MatchmakingDay, who: str, whom: str, kind: str) -> None:
    ask(participation=_participation(world, day, who), other=world.id_of(whom), kind=kind, by=world.writer(who))


def _plan(world: World, *, day: MatchmakingDay) -> None:
    """Planned by the engine itself from the scores told; with one worker, the same at every loading."""
    by = world.writer(operator_of(world.cluster))
    scores = {}
    for one, other, forward, backward in day.scores:
        scores[world.id_of(one), world.id_of(other)] = Worth(Decimal(forward))
        scores[world.id_of(other), world.id_of(one)] = Worth(Decimal(backward))
    plan = start_plan(day=_row(world, day), by=by)
    compute(plan.pk, scores=scores, workers=1)
    adopt(plan=DayPlan._base_manager.get(pk=plan.pk), by=by)


def _publish(world: World, *, day: MatchmakingDay) -> None:
    publish_day(day=_row(world, day), by=world.writer(operator_of(world.cluster)))
    _settle(world, day=day)


def _settle(world: World, *, day: MatchmakingDay) -> None:
    """Move the day to where it belongs."""
    pk = world.made[day.key]
    rows = DayRow._base_manager.filter(pk=pk)
    rows.update(starts_at=F("starts_at") - LATER, answers_until=F("answers_until") - LATER)
    DaySlot._base_manager.filter(day_id=pk).update(starts_at=F("starts_at") - LATER, ends_at=F("ends_at") - LATER)


def _finish(world: World, *, day: MatchmakingDay) -> None:
    finish_day(day=_row(world, day), by=SYSTEM)


def _say(world: World, *, day: MatchmakingDay, said: Said) -> None:
    first, second = sorted((world.id_of(said.organisation), world.id_of(said.other)))
    meeting = Meeting._base_manager.get(day_id=world.made[day.key], first=first, second=second)
    by = world.writer(said.organisation)
    give_feedback(meeting=meeting, useful=said.useful, next_step=said.next_step, note=said.note, by=by)
