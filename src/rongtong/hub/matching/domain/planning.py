"""Verbs on plans: compute one in the background, look at it, adopt it or give it up."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.engines.matching.meeting_day import Changes, changes
from rongtong.engines.matching.meeting_day import Meeting as Seat
from rongtong.hub.foundation import audit, jobs
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import DayState, MeetingState, PlanState
from ..models import DayPlan, DaySlot, DayTable, MatchmakingDay, Meeting, MeetingSide
from ..queries.pairs import Worth, worths
from ..queries.planning import Problem, attending, basis_of, problem_of, seats_of
from .days import EVERYBODY

if TYPE_CHECKING:
    from rongtong.engines.matching.meetings import MeetingPlan, Progress

SECONDS, WORKERS = 30.0, 2
#: Of a thousand steps of progress, those that scoring pairs takes.
SCORING, STEPS = 300, 1000
LEAST = 2
Worths = Mapping[tuple[UUID, UUID], Worth]


@verb("matchmaking.plan", on="day")
def start_plan(*, day: MatchmakingDay, by: Actor) -> DayPlan:
    """Begin a plan; whoever calls this defers its task with the plan's id.

    Raises
    ------
    Refusal
        Fewer than two take part, or a plan is being computed already.
    """
    if len(attending(day)) < LEAST:
        raise Refusal(
            "matchmaking.too_few",
            what=_("没有开始排期。"),
            why=_("确认参加的单位不足两家。"),
            cure=_("请等单位答复，或再邀请一些单位。"),
        )
    for plan in DayPlan._base_manager.filter(day=day, state=PlanState.WORKING):
        if Job._base_manager.filter(pk=plan.job_id, state__in=[JobState.WAITING, JobState.RUNNING]).exists():
            raise Refusal(
                "matchmaking.planning",
                what=_("没有开始排期。"),
                why=_("已有一份方案正在计算。"),
                cure=_("请等它完成，或先停止那项任务。"),
            )
        plan.state = PlanState.DISCARDED
        plan.touch("state")
    job = jobs.start("matchmaking.plan", by=by, total=STEPS)
    return DayPlan._base_manager.create(day=day, job_id=job.pk, again=day.state == DayState.PUBLISHED)


def compute(plan_id: UUID, *, scores: Worths | None = None, workers: int = WORKERS) -> None:
    """Score the pairs, plan, keep the plan as a proposal. Stopped or failed, nothing is left of it.

    Parameters
    ----------
    scores
        What organisations are worth to each other, where that is known already; then no other room is asked anything.
    workers
        With one, a small day has the same plan at every computing.
    """
    plan = DayPlan._base_manager.select_related("day").get(pk=plan_id)
    if plan.state != PlanState.WORKING:
        return
    try:
        with jobs.Running(plan.job_id) as running:
            _propose(plan, running, scores, workers)
            running.result = {"next": reverse("matching:plan", args=[plan.day_id, plan.pk])}
    finally:
        DayPlan._base_manager.filter(pk=plan.pk, state=PlanState.WORKING).update(state=PlanState.DISCARDED)


def _propose(plan: DayPlan, running: jobs.Running, scores: Worths | None, workers: int) -> None:
    # OR-Tools takes a second to load: only the process that plans loads it
    from rongtong.engines.matching import meetings

    day = plan.day
    basis = basis_of(day)
    running.tell(0, STEPS)
    told = scores is not None
    if scores is None:
        scores = worths(attending(day), _sparsely(running))
    problem = problem_of(day, scores, typed_only=told)
    given: Mapping[str, Any] = {"seconds": SECONDS, "workers": workers, "progress": _told(running)}
    if plan.again:
        found = meetings.replan(problem.day, problem.announced, **given)
    else:
        found = meetings.plan(problem.day, **given)
    running.tell(STEPS, STEPS)
    _keep(plan, problem, found, basis)


def _sparsely(running: jobs.Running) -> Callable[[int, int], None]:
    """Progress of scoring, written down every tenth time."""

    def tell(done: int, total: int) -> None:
        if done % 10 == 0:
            running.tell(SCORING * done // max(total, 1), STEPS)

    return tell


def _told(running: jobs.Running) -> Callable[[Progress], None]:
    def tell(now: Progress) -> None:
        share = min(1.0, now.seconds / now.limit)
        running.tell(SCORING + int((STEPS - SCORING) * share), STEPS)

    return tell


def _keep(plan: DayPlan, problem: Problem, found: MeetingPlan, basis: str) -> None:
    pairs = {pair.key: pair for pair in problem.day.pairs}
    plan.seats = [
        {
            "first": one.key[0],
            "second": one.key[1],
            "slot": one.slot,
            "table": one.table,
            "points": one.points,
            "forward": pairs[one.key].forward,
            "backward": pairs[one.key].backward,
            "requests": pairs[one.key].requests,
            "topics": problem.topics(one),
        }
        for one in found
    ]
    plan.basis, plan.state, plan.proven = basis, PlanState.PROPOSED, found.proven
    plan.total, plan.bound, plan.greedy, plan.seconds = (
        round(found.total, 1),
        round(found.bound, 1),
        round(found.greedy, 1),
        round(found.seconds, 1),
    )
    with transaction.atomic():
        DayPlan._base_manager.filter(day=plan.day_id, state=PlanState.PROPOSED).update(state=PlanState.DISCARDED)
        plan.touch()


def changes_of(plan: DayPlan) -> Changes:
    """What adopting the plan would do to the meetings that stand now."""
    return changes(seats_of(plan.day), _seats(plan))


def _seats(plan: DayPlan) -> tuple[Seat, ...]:
    return tuple(Seat(one["first"], one["second"], one["slot"], one["table"], one["points"]) for one in plan.seats)


@verb("day_plan.adopt", on="plan")
def adopt(*, plan: DayPlan, by: Actor) -> DayPlan:
    """Make a plan the day's plan. Once the day is published, those whose meetings change are told.

    Raises
    ------
    Refusal
        Answers, requests or tables changed since it was computed, or the day is over.
    """
    day = MatchmakingDay._base_manager.select_for_update().get(pk=plan.day_id)
    if day.state not in (DayState.INVITING, DayState.PUBLISHED) or plan.basis != basis_of(day):
        raise Refusal(
            "day_plan.outdated",
            what=_("没有采用这份方案。"),
            why=_("计算之后，答复、意愿、桌位或日程有了变化。"),
            cure=_("请重新排期，再采用新的方案。"),
        )
    effect = changes(seats_of(day), _seats(plan))
    affected = _write(day, plan)
    plan.state = PlanState.ADOPTED
    plan.touch("state")
    if day.state == DayState.PUBLISHED:
        for one in sorted(affected):
            notify("matchmaking.changed", to=people_of(one, *EVERYBODY), about=day, by=by, organisation_id=one)
    audit.note(
        meetings=len(plan.seats),
        kept=len(effect.kept),
        moved=len(effect.moved) + len(effect.reseated),
        dropped=len(effect.dropped),
        added=len(effect.added),
    )
    return plan


def _write(day: MatchmakingDay, plan: DayPlan) -> set[UUID]:
    """Bring the meetings to the plan. Gives the organisations for whom something changed."""
    rows = {(str(row.first_id), str(row.second_id)): row for row in Meeting._base_manager.filter(day=day)}
    if day.state != DayState.PUBLISHED:
        Meeting._base_manager.filter(day=day).delete()
        rows = {}
    slots = {row.position: row for row in DaySlot._base_manager.filter(day=day)}
    tables = {row.position: row for row in DayTable._base_manager.filter(day=day)}
    affected: set[UUID] = set()
    wanted = {(one["first"], one["second"]): one for one in plan.seats}
    for key, one in wanted.items():
        row = rows.get(key) or Meeting(day=day, first_id=UUID(key[0]), second_id=UUID(key[1]))
        before = (row.slot_id, row.table_id, row.state)
        row.slot, row.table, row.state = slots[one["slot"]], tables[one["table"]], MeetingState.PLANNED
        if key not in rows or before != (row.slot_id, row.table_id, row.state):
            row.points, row.topics = round(one["points"], 1), one["topics"]
            row.sequence += key in rows
            row.save()
            affected |= {row.first_id, row.second_id}
    for key, row in rows.items():
        if key not in wanted and row.state == MeetingState.PLANNED:
            row.state, row.table, row.sequence = MeetingState.CANCELLED, None, row.sequence + 1
            row.touch("state", "table", "sequence")
            affected |= {row.first_id, row.second_id}
    _write_sides(day)
    return affected


def _write_sides(day: MatchmakingDay) -> None:
    MeetingSide._base_manager.filter(meeting__day=day).delete()
    rows = Meeting._base_manager.filter(day=day, state=MeetingState.PLANNED)
    MeetingSide._base_manager.bulk_create(
        MeetingSide(meeting=row, organisation_id=side, slot_id=row.slot_id)
        for row in rows
        for side in (row.first_id, row.second_id)
    )


@verb("day_plan.discard", on="plan")
def discard(*, plan: DayPlan, by: Actor) -> DayPlan:
    """Give a proposal up; the day's plan stays as it is."""
    plan.state = PlanState.DISCARDED
    plan.touch("state")
    return plan
