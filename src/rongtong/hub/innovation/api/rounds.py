"""Rounds through the API."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged
from rongtong.hub.organisations.queries import visible

from ..domain.rounds import advance_round, create_round, edit_round
from ..enums import Stage
from ..models import Round
from ..queries.rounds import tallies
from .challenges import required_version
from .shapes import Advance, RoundFields, RoundOut

PATH, NOUN = "/rounds", "round"
router = Router(tags=["rounds"])


def _shown(row: Round, actor: Actor, response: HttpResponse | None = None) -> RoundOut:
    if response is not None:
        tagged(response, row, actor)
    return RoundOut.of(row, tallies([row], actor)[row.pk].published)


@router.get("", response=Page[RoundOut])
def list_rounds(request: HttpRequest, state: Stage | None = None, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    rows = Round.visible_to(actor)
    if state is not None:
        rows = rows.filter(state=state)
    page = paged(request, rows, lambda row: row, order=("-publish_at", "-id"), cursor=cursor, limit=limit)
    counts = tallies(page["items"], actor)
    page["items"] = [RoundOut.of(row, counts[row.pk].published) for row in page["items"]]
    return page


@router.post("", response={201: RoundOut})
def create(request: HttpRequest, payload: RoundFields, response: HttpResponse) -> Any:
    actor = actor_of(request)
    needs(actor, "operator")
    return Status(201, _shown(create_round(values=payload.values(), by=actor), actor, response))


@router.get("/{uuid:pk}", response=RoundOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(visible(Round, actor, pk), actor, response)


@router.patch("/{uuid:pk}", response=RoundOut)
def edit(request: HttpRequest, pk: UUID, payload: RoundFields, response: HttpResponse) -> Any:
    actor = actor_of(request)
    saved = edit_round(
        round=visible(Round, actor, pk), version=required_version(request), values=payload.values(), by=actor
    )
    return _shown(saved, actor, response)


@router.post("/{uuid:pk}/advance", response=RoundOut)
def advance(request: HttpRequest, pk: UUID, payload: Advance) -> Any:
    """Move on to the next stage; what belongs to it is done at once: publish, close, conclude."""
    actor = actor_of(request)
    return _shown(advance_round(round=visible(Round, actor, pk), to=payload.to, by=actor), actor)
