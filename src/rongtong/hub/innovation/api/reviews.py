"""Reviewing through the API: one's own part in selections."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged, tagged, version_asked
from rongtong.hub.foundation.errors import NotVisible

from ..domain.reviewers import declare as declare_interest
from ..domain.reviewers import remove_reviewer
from ..domain.scoring import hand_in as hand_in_sheets
from ..domain.scoring import save_sheet
from ..models import Response, Reviewer, ScoreSheet
from .selection_shapes import DeclarationIn, ReviewerOut, SheetIn, SheetOut

PATH, NOUN = "/reviews", "selection"
router = Router(tags=["selection"])


def find(request: HttpRequest, pk: UUID) -> tuple[Reviewer, Actor]:
    actor = actor_of(request)
    rows = Reviewer.visible_to(actor).select_related("account", "organisation", "challenge")
    row = rows.filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


@router.get("", response=Page[ReviewerOut])
def list_reviews(request: HttpRequest, challenge_id: UUID | None = None, cursor: str = "", limit: int = 50) -> Any:
    """The reviewers the caller may know of: oneself, and those of one's own challenges."""
    rows = Reviewer.visible_to(actor_of(request)).select_related("account", "organisation")
    if challenge_id is not None:
        rows = rows.filter(challenge_id=challenge_id)
    return paged(request, rows, ReviewerOut.of, order=("id",), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=ReviewerOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return ReviewerOut.of(find(request, pk)[0])


@router.delete("/{uuid:pk}", response={204: None})
def remove(request: HttpRequest, pk: UUID) -> Any:
    """Strike a reviewer off; the challenger and the operator may, before sheets are handed in."""
    row, actor = find(request, pk)
    remove_reviewer(reviewer=row, by=actor)
    return 204, None


@router.post("/{uuid:pk}/declare", response=ReviewerOut)
def declare(request: HttpRequest, pk: UUID, payload: DeclarationIn) -> Any:
    row, actor = find(request, pk)
    declare_interest(reviewer=row, conflict=payload.conflict, reason=payload.reason, by=actor)
    return ReviewerOut.of(find(request, pk)[0])


@router.get("/{uuid:pk}/sheets", response=list[SheetOut])
def list_sheets(request: HttpRequest, pk: UUID) -> Any:
    """One's own sheets."""
    row, actor = find(request, pk)
    rows = ScoreSheet.visible_to(actor).filter(reviewer=row).prefetch_related("scores").order_by("id")
    return [SheetOut.of(one) for one in rows]


@router.put("/{uuid:pk}/sheets/{uuid:response_id}", response=SheetOut)
def save(request: HttpRequest, pk: UUID, response_id: UUID, payload: SheetIn, response: HttpResponse) -> Any:
    """Keep the scores of one response. ``If-Match`` carries the ETag of the sheet; none for a new one."""
    row, actor = find(request, pk)
    answered = Response.visible_to(actor).filter(pk=response_id).first()
    if answered is None:
        raise NotVisible
    saved = save_sheet(
        reviewer=row,
        response=answered,
        points=payload.given(),
        comment=payload.comment,
        version=version_asked(request) or 0,
        by=actor,
    )
    tagged(response, saved, actor)
    return SheetOut.of(ScoreSheet.visible_to(actor).prefetch_related("scores").get(pk=saved.pk))


@router.post("/{uuid:pk}/hand-in", response=ReviewerOut)
def hand_in(request: HttpRequest, pk: UUID) -> Any:
    """Hand in all sheets. They cannot be changed afterwards."""
    row, actor = find(request, pk)
    hand_in_sheets(reviewer=row, by=actor)
    return ReviewerOut.of(find(request, pk)[0])
