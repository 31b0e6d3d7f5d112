"""Responses, reviewers and collaborations to test with, made directly."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from decimal import Decimal
from typing import Any

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.domain.criteria import ensure_criteria
from rongtong.hub.innovation.enums import ChallengeState, ConflictState, Consent, ResponseState, SheetState
from rongtong.hub.innovation.models import (
    Challenge,
    Collaboration,
    Commitment,
    Milestone,
    Partner,
    PlannedMilestone,
    Response,
    Reviewer,
    Score,
    ScoreSheet,
)
from rongtong.hub.innovation.models.response import HANDED_IN
from rongtong.hub.organisations.models import Member, Organisation
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor

REASON = "依据充分，数据完整，风险可控。"


def a_response(
    challenge: Challenge | None = None,
    organisation: Organisation | None = None,
    state: str = ResponseState.DRAFT,
    *,
    complete: bool = True,
    **fields: Any,
) -> Response:
    """A response with everything filled in, or an empty draft."""
    challenge = challenge or a_challenge()
    values: dict[str, Any] = {"challenge": challenge, "organisation": organisation or an_organisation(), "state": state}
    if complete:
        values |= {
            "summary": "双感应器对接淬火",
            "team": "三人，十年经验",
            "record": "两项专利",
            "plan": "先试件后整环",
        }
        values |= {"months": 12, "cost": Decimal("3000000.00"), "readiness": 5}
    if state in HANDED_IN:
        values["submitted_at"] = datetime.now(UTC) - timedelta(days=1)
    response = Response._base_manager.create(**(values | fields))
    if complete:
        _fill(response)
    return response


def _fill(response: Response) -> None:
    for target in response.challenge.targets.all():
        Commitment._base_manager.create(response=response, target=target, value=target.value)
    for position, (title, month, cost) in enumerate((("试件定参", 5, 1_000_000), ("整环验证", 12, 2_000_000)), 1):
        PlannedMilestone._base_manager.create(
            response=response, position=position, title=title, month=month, cost=Decimal(cost), deliverable="报告"
        )


def a_partner(response: Response, organisation: Organisation | None = None, consent: str = Consent.ASKED) -> Partner:
    return Partner._base_manager.create(
        response=response, organisation=organisation or an_organisation(), part="检测", consent=consent
    )


def a_reviewer(
    challenge: Challenge, conflict: str = ConflictState.UNDECLARED, member: Member | None = None, **fields: Any
) -> Reviewer:
    ensure_criteria(challenge)
    member = member or a_member("contributor", an_organisation("institute"))
    return Reviewer._base_manager.create(
        challenge=challenge, account=member.account, organisation=member.organisation, conflict=conflict, **fields
    )


def actor_of_reviewer(reviewer: Reviewer) -> Actor:
    return actor_of(Member._base_manager.get(account=reviewer.account, organisation=reviewer.organisation))


def a_sheet(
    reviewer: Reviewer, response: Response, points: int | list[int] = 80, state: str = SheetState.DRAFT
) -> ScoreSheet:
    """A full sheet: the same points everywhere, or one number for each criterion in order."""
    sheet = ScoreSheet._base_manager.create(reviewer=reviewer, response=response, state=state)
    criteria = list(reviewer.challenge.criteria.all())
    given = points if isinstance(points, list) else [points] * len(criteria)
    Score._base_manager.bulk_create(
        Score(sheet=sheet, criterion=one, points=number, reason=REASON)
        for one, number in zip(criteria, given, strict=True)
    )
    return sheet


@dataclass
class Selection:
    """A challenge under selection with everybody around it."""

    challenge: Challenge
    challenger: Actor
    operator: Actor
    responses: list[Response]
    leaders: list[Actor]
    reviewers: list[Reviewer]
    jury: list[Actor]


def a_selection(responses: int = 2, reviewers: int = 2, **fields: Any) -> Selection:
    """A challenge whose deadline has passed, with responses handed in and reviewers free of conflicts."""
    challenge = a_challenge(ChallengeState.SELECTING, **fields)
    given = [a_response(challenge, state=ResponseState.SUBMITTED) for _ in range(responses)]
    jury = [a_reviewer(challenge, ConflictState.NONE) for _ in range(reviewers)]
    return Selection(
        challenge=challenge,
        challenger=actor_of(a_member("manager", challenge.organisation)),
        operator=operator_actor(),
        responses=given,
        leaders=[actor_of(a_member("manager", one.organisation)) for one in given],
        reviewers=jury,
        jury=[actor_of_reviewer(one) for one in jury],
    )


def scored(selection: Selection, points: list[list[int]] | None = None) -> Selection:
    """Hand in every sheet, by verbs; ``points[reviewer][response]``."""
    from rongtong.hub.innovation.domain.scoring import hand_in

    for number, (reviewer, actor) in enumerate(zip(selection.reviewers, selection.jury, strict=True)):
        for place, response in enumerate(selection.responses):
            a_sheet(reviewer, response, points[number][place] if points else 80 - 5 * place)
        hand_in(reviewer=reviewer, by=actor)
    selection.challenge.refresh_from_db()
    return selection


def a_collaboration(**fields: Any) -> Collaboration:
    """A collaboration under way with two milestones."""
    challenge = a_challenge(ChallengeState.AWARDED)
    response = a_response(challenge, state=ResponseState.AWARDED)
    values: dict[str, Any] = {
        "challenge": challenge,
        "response": response,
        "organisation": challenge.organisation,
        "leader": response.organisation,
        "starts_on": date(2026, 1, 31),
    }
    collaboration = Collaboration._base_manager.create(**(values | fields))
    for position in (1, 2):
        Milestone._base_manager.create(
            collaboration=collaboration,
            position=position,
            title=f"里程碑{position}",
            due_on=date(2026, 6 * position, 15),
        )
    return collaboration
