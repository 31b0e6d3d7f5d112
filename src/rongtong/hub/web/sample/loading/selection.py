"""After the deadline: reviewers declare and score, the challenger awards, the awarded deliver."""

from __future__ import annotations

from collections.abc import Iterator
from functools import partial

from rongtong.hub.innovation.domain.awards import Choice, award
from rongtong.hub.innovation.domain.collaborations import (
    Result,
    complete_collaboration,
    months_later,
    report_result,
)
from rongtong.hub.innovation.domain.milestones import accept, deliver, return_delivery
from rongtong.hub.innovation.domain.reviewers import assign_reviewer, declare
from rongtong.hub.innovation.domain.scoring import Point, hand_in, save_sheet
from rongtong.hub.innovation.enums import ChallengeState, ConflictState, MilestoneState, ResponseState
from rongtong.hub.innovation.models import Collaboration as CollaborationRow
from rongtong.hub.innovation.models import Milestone as MilestoneRow

from ..records import Challenge, Cluster, Collaboration, Milestone, Reviewer, Sheet
from .days import DAYTIME, Step
from .world import World

#: Days from the deadline.
ASSIGNED, DECLARED, SCORED, HANDED_IN = -2, 1, 2, 3
#: Days before the round's selection ends.
AWARDED = 2


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of reviews, awards and collaborations."""
    for reviewer in cluster.reviewers:
        yield from _steps_of_reviewer(reviewer, cluster)
    for challenge in cluster.challenges.values():
        if challenge.state in (ChallengeState.AWARDED, ChallengeState.CONCLUDED):
            day = cluster.rounds[challenge.round].select_until - AWARDED
            yield Step(f"award {challenge.key}", day, partial(_award, challenge=challenge))
    for collaboration in cluster.collaborations:
        yield from _steps_of_collaboration(collaboration)


def _steps_of_reviewer(reviewer: Reviewer, cluster: Cluster) -> Iterator[Step]:
    key, deadline = f"{reviewer.person} of {reviewer.challenge}", cluster.challenges[reviewer.challenge].deadline
    yield Step(f"assign {key}", deadline + ASSIGNED, partial(_assign, reviewer=reviewer))
    if reviewer.conflict == ConflictState.UNDECLARED:
        return
    yield Step(f"declare {key}", deadline + DECLARED, partial(_declare, reviewer=reviewer))
    for sheet in cluster.sheets:
        if sheet.reviewer == reviewer.person and cluster.responses[sheet.response].challenge == reviewer.challenge:
            score = partial(_score, reviewer=reviewer, sheet=sheet)
            yield Step(f"score {sheet.response} by {reviewer.person}", deadline + SCORED, score)
    if reviewer.handed_in:
        yield Step(f"hand in {key}", deadline + HANDED_IN, partial(_hand_in, reviewer=reviewer))


def _assign(world: World, *, reviewer: Reviewer) -> None:
    email = world.cluster.people[reviewer.person].email
    by = world.manager(world.cluster.challenges[reviewer.challenge].organisation)
    row = assign_reviewer(challenge=world.challenges[reviewer.challenge], email=email, by=by)
    world.made[f"{reviewer.person} of {reviewer.challenge}"] = row


def _declare(world: World, *, reviewer: Reviewer) -> None:
    conflict = reviewer.conflict == ConflictState.CONFLICT
    row, by = world.made[f"{reviewer.person} of {reviewer.challenge}"], world.actor(reviewer.person)
    declare(reviewer=row, conflict=conflict, reason=reviewer.reason, by=by)


def _score(world: World, *, reviewer: Reviewer, sheet: Sheet) -> None:
    criteria = world.challenges[reviewer.challenge].criteria.order_by("position")
    given = zip(criteria, sheet.points, sheet.reasons, strict=False)  # a sheet that is still a draft may lack some
    save_sheet(
        reviewer=world.made[f"{reviewer.person} of {reviewer.challenge}"],
        response=world.responses[sheet.response],
        points=[Point(criterion.pk, points, reason) for criterion, points, reason in given],
        version=0,
        by=world.actor(reviewer.person),
    )


def _hand_in(world: World, *, reviewer: Reviewer) -> None:
    row = world.made[f"{reviewer.person} of {reviewer.challenge}"]
    hand_in(reviewer=row, by=world.actor(reviewer.person))


def _award(world: World, *, challenge: Challenge) -> None:
    answers = {each.key: each for each in world.cluster.responses_to(challenge.key)}
    choices = [
        Choice(world.responses[each.response].pk, each.reason, each.amount)
        for each in world.cluster.awards
        if each.response in answers
    ]
    feedback = {
        world.responses[key].pk: each.feedback for key, each in answers.items() if each.state == ResponseState.DECLINED
    }
    row = world.challenges[challenge.key]
    award(challenge=row, choices=choices, feedback=feedback, by=world.manager(challenge.organisation))
    starts = {each.response: each for each in world.cluster.collaborations if each.response in answers}
    for key, each in starts.items():
        world.collaborations[key] = _begin(world, each)


def _begin(world: World, collaboration: Collaboration) -> CollaborationRow:
    """The days of the work count from the contract, not from the day of loading."""
    response = world.cluster.responses[collaboration.response]
    start = world.calendar.day(collaboration.starts)
    row = CollaborationRow._base_manager.get(response=world.responses[collaboration.response])
    ends = months_later(start, response.months)
    CollaborationRow._base_manager.filter(pk=row.pk).update(starts_on=start, ends_on=ends)
    for position, step in enumerate(response.steps, 1):
        due = months_later(start, step.month)
        MilestoneRow._base_manager.filter(collaboration=row, position=position).update(due_on=due)
    return row


# ---- collaborations --------------------------------------------------------------------------------------------


def _steps_of_collaboration(collaboration: Collaboration) -> Iterator[Step]:
    for position, milestone in enumerate(collaboration.milestones, 1):
        key = f"milestone {position} of {collaboration.response}"
        told = {"collaboration": collaboration, "milestone": milestone, "position": position}
        if milestone.delivered is not None:
            yield Step(f"deliver {key}", milestone.delivered, partial(_deliver, **told))  # type: ignore[arg-type]  # mypy does not see what the mapping holds
        if milestone.decided is not None:
            yield Step(f"decide {key}", milestone.decided, partial(_decide, **told), DAYTIME + 1)  # type: ignore[arg-type]  # as above
    if collaboration.concluded is not None:
        day, key = collaboration.concluded, collaboration.response
        yield Step(f"result of {key}", day, partial(_report, collaboration=collaboration), DAYTIME + 2)
        yield Step(f"complete {key}", day, partial(_complete, collaboration=collaboration), DAYTIME + 3)


def _milestone(world: World, collaboration: Collaboration, position: int) -> MilestoneRow:
    rows = MilestoneRow._base_manager.filter(collaboration=world.collaborations[collaboration.response])
    return rows.get(position=position)


def _challenger(world: World, collaboration: Collaboration) -> str:
    return world.cluster.challenges[world.cluster.responses[collaboration.response].challenge].organisation


def _leader(world: World, collaboration: Collaboration) -> str:
    return world.cluster.responses[collaboration.response].organisation


def _deliver(world: World, *, collaboration: Collaboration, milestone: Milestone, position: int) -> None:
    by = world.writer(_leader(world, collaboration))
    deliver(milestone=_milestone(world, collaboration, position), note=milestone.delivery, by=by)


def _decide(world: World, *, collaboration: Collaboration, milestone: Milestone, position: int) -> None:
    by = world.manager(_challenger(world, collaboration))
    decide = accept if milestone.state == MilestoneState.ACCEPTED else return_delivery
    decide(milestone=_milestone(world, collaboration, position), note=milestone.acceptance, by=by)


def _report(world: World, *, collaboration: Collaboration) -> None:
    response = world.cluster.responses[collaboration.response]
    targets = world.challenges[response.challenge].targets.order_by("position")
    results = [
        Result(target.pk, each.value, each.value_high, each.note)
        for target, each in zip(targets, collaboration.achieved, strict=True)
        if each.value is not None
    ]
    row = world.collaborations[collaboration.response]
    report_result(collaboration=row, results=results, by=world.writer(response.organisation))


def _complete(world: World, *, collaboration: Collaboration) -> None:
    row, by = world.collaborations[collaboration.response], world.manager(_challenger(world, collaboration))
    complete_collaboration(collaboration=row, conclusion=collaboration.conclusion, by=by)
