"""Milestones through the API."""

from datetime import date
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged
from rongtong.hub.foundation.errors import NotVisible

from ..domain.milestones import accept, agree_to_change, decline_change, deliver, propose_change, return_delivery
from ..enums import MilestoneState
from ..models import Milestone
from .collaboration_shapes import ChangeIn, MilestoneOut, NoteIn

PATH, NOUN = "/milestones", "collaboration"
router = Router(tags=["collaborations"])


def find(request: HttpRequest, pk: UUID) -> tuple[Milestone, Actor]:
    actor = actor_of(request)
    row = Milestone.visible_to(actor).select_related("collaboration").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


@router.get("", response=Page[MilestoneOut])
def list_milestones(
    request: HttpRequest,
    state: MilestoneState | None = None,
    due_until: date | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    rows = Milestone.visible_to(actor_of(request))
    if state is not None:
        rows = rows.filter(state=state)
    if due_until is not None:
        rows = rows.filter(due_on__lte=due_until)
    return paged(request, rows, MilestoneOut.of, order=("id",), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=MilestoneOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return MilestoneOut.of(find(request, pk)[0])


@router.post("/{uuid:pk}/propose", response=MilestoneOut)
def propose(request: HttpRequest, pk: UUID, payload: ChangeIn) -> Any:
    """Propose a change; it holds once the other side agrees."""
    row, actor = find(request, pk)
    return MilestoneOut.of(propose_change(milestone=row, change=payload.change(), by=actor))


@router.post("/{uuid:pk}/agree", response=MilestoneOut)
def agree(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    return MilestoneOut.of(agree_to_change(milestone=row, by=actor))


@router.post("/{uuid:pk}/decline", response=MilestoneOut)
def decline(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    return MilestoneOut.of(decline_change(milestone=row, by=actor))


@router.post("/{uuid:pk}/deliver", response=MilestoneOut)
def hand_over(request: HttpRequest, pk: UUID, payload: NoteIn) -> Any:
    row, actor = find(request, pk)
    return MilestoneOut.of(deliver(milestone=row, note=payload.note, by=actor))


@router.post("/{uuid:pk}/accept", response=MilestoneOut)
def approve(request: HttpRequest, pk: UUID, payload: NoteIn) -> Any:
    row, actor = find(request, pk)
    return MilestoneOut.of(accept(milestone=row, note=payload.note, by=actor))


@router.post("/{uuid:pk}/return", response=MilestoneOut)
def send_back(request: HttpRequest, pk: UUID, payload: NoteIn) -> Any:
    row, actor = find(request, pk)
    return MilestoneOut.of(return_delivery(milestone=row, note=payload.note, by=actor))
