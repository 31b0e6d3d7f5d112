"""Selections through the API, by the id of their challenge."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible

from ..domain.awards import award as award_responses
from ..domain.awards import close_without_award
from ..domain.criteria import set_criteria
from ..domain.reviewers import assign_reviewer
from ..models import Challenge
from ..queries.selection import criteria_of, opinions_of, overview_of
from .selection_shapes import (
    AwardIn,
    CloseIn,
    CriteriaIn,
    CriterionOut,
    PointOut,
    ReviewerIn,
    ReviewerOut,
    SelectionOut,
    SheetOut,
)

PATH, NOUN = "/selections", "selection"
router = Router(tags=["selection"])


def find(request: HttpRequest, pk: UUID) -> tuple[Challenge, Actor]:
    actor = actor_of(request)
    row = Challenge.visible_to(actor).select_related("round", "organisation").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


def shown(pk: UUID, request: HttpRequest) -> SelectionOut:
    return SelectionOut.of(overview_of(*find(request, pk)))


@router.get("/{uuid:challenge_id}", response=SelectionOut)
def read(request: HttpRequest, challenge_id: UUID) -> Any:
    """Reviewers, criteria, and the ranking once all reviewers have handed in. For those who take part in it."""
    return shown(challenge_id, request)


@router.get("/{uuid:challenge_id}/criteria", response=list[CriterionOut])
def list_criteria(request: HttpRequest, challenge_id: UUID) -> Any:
    """What will be scored; everybody who sees the challenge may know."""
    challenge, _actor = find(request, challenge_id)
    return [CriterionOut.of(one) for one in criteria_of(challenge)]


@router.put("/{uuid:challenge_id}/criteria", response=list[CriterionOut])
def change_criteria(request: HttpRequest, challenge_id: UUID, payload: CriteriaIn) -> Any:
    """Fix the criteria, until the deadline. Weights add up to 100."""
    challenge, actor = find(request, challenge_id)
    set_criteria(challenge=challenge, criteria=payload.weights(), by=actor)
    return [CriterionOut.of(one) for one in criteria_of(challenge)]


@router.post("/{uuid:challenge_id}/reviewers", response={201: ReviewerOut})
def assign(request: HttpRequest, challenge_id: UUID, payload: ReviewerIn) -> Any:
    challenge, actor = find(request, challenge_id)
    return 201, ReviewerOut.of(assign_reviewer(challenge=challenge, email=payload.email, by=actor))


@router.get("/{uuid:challenge_id}/sheets", response=list[SheetOut])
def list_sheets(request: HttpRequest, challenge_id: UUID) -> Any:
    """The sheets that count, once every reviewer has handed in; before that an empty list."""
    challenge, actor = find(request, challenge_id)
    overview_of(challenge, actor)
    if not challenge.scores_open:
        return []
    return [
        SheetOut(
            id=one.id,
            response_id=response_id,
            reviewer_id=one.reviewer.pk,
            state="submitted",
            version=one.version,
            comment=one.comment,
            points=[
                PointOut(criterion_id=cell.criterion.pk, points=cell.points, reason=cell.reason) for cell in one.cells
            ],
        )
        for response_id, opinions in opinions_of(challenge, actor).items()
        for one in opinions
    ]


@router.post("/{uuid:challenge_id}/award", response=SelectionOut)
def award(request: HttpRequest, challenge_id: UUID, payload: AwardIn) -> Any:
    """Choose one or several responses; each of the others gets feedback. Closes the selection."""
    challenge, actor = find(request, challenge_id)
    award_responses(challenge=challenge, choices=payload.chosen(), feedback=payload.feedback, by=actor)
    return shown(challenge_id, request)


@router.post("/{uuid:challenge_id}/close", response=SelectionOut)
def close(request: HttpRequest, challenge_id: UUID, payload: CloseIn) -> Any:
    """Choose none; every responder gets feedback."""
    challenge, actor = find(request, challenge_id)
    close_without_award(challenge=challenge, feedback=payload.feedback, by=actor)
    return shown(challenge_id, request)
