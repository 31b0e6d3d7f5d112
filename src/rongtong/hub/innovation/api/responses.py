"""Responses through the API: the same verbs, the same refusals."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged, tagged, version_asked
from rongtong.hub.foundation.errors import NotVisible

from ..domain.handing_in import submit_response
from ..domain.partners import add_partner
from ..domain.responses import reopen_response, save_response, start_response, withdraw_response
from ..enums import ResponseState
from ..models import Challenge, Response
from ..queries.missing import missing
from ..queries.responses import own_responses, with_open_targets, with_parts
from .challenges import required_version
from .response_shapes import MissingOut, PartnerIn, PartnerOut, ResponseIn, ResponseOut, StartIn

PATH, NOUN = "/responses", "response"
router = Router(tags=["responses"])


def find(request: HttpRequest, pk: UUID) -> tuple[Response, Actor]:
    actor = actor_of(request)
    row = with_parts(Response.visible_to(actor)).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


def shown(pk: UUID, actor: Actor, response: HttpResponse | None = None) -> ResponseOut:
    row = with_parts(Response.visible_to(actor)).get(pk=pk)
    if response is not None:
        tagged(response, row, actor)
    return ResponseOut.of(row, actor)


@router.get("", response=Page[ResponseOut])
def list_responses(
    request: HttpRequest,
    challenge_id: UUID | None = None,
    state: ResponseState | None = None,
    own: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """The responses the caller may see; ``own`` narrows them to those the caller's organisation takes part in."""
    actor = actor_of(request)
    rows = own_responses(actor) if own else Response.visible_to(actor)
    if challenge_id is not None:
        rows = rows.filter(challenge__pk=challenge_id)
    if state is not None:
        rows = rows.filter(state=state)
    page = paged(request, with_parts(rows), lambda row: row, order=("id",), cursor=cursor, limit=limit)
    opened = with_open_targets([row.challenge for row in page["items"]], actor)
    page["items"] = [ResponseOut.of(row, actor, row.challenge_id in opened) for row in page["items"]]
    return page


@router.post("", response={201: ResponseOut})
def start(request: HttpRequest, payload: StartIn, response: HttpResponse) -> Any:
    """Begin a draft. A second live response to the same challenge is refused as ``response.exists``."""
    actor = actor_of(request)
    challenge = Challenge.visible_to(actor).filter(pk=payload.challenge_id).first()
    if challenge is None:
        raise NotVisible
    made = start_response(challenge=challenge, by=actor)
    return 201, shown(made.pk, actor, response)


@router.get("/{uuid:pk}", response=ResponseOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    row, actor = find(request, pk)
    tagged(response, row, actor)
    return ResponseOut.of(row, actor)


@router.put("/{uuid:pk}", response=ResponseOut)
def save(request: HttpRequest, pk: UUID, payload: ResponseIn, response: HttpResponse) -> Any:
    """Keep the draft. ``If-Match`` carries the ETag it was read with; 409 carries both versions."""
    row, actor = find(request, pk)
    save_response(response=row, draft=payload.draft(), version=required_version(request), by=actor)
    return shown(pk, actor, response)


@router.get("/{uuid:pk}/missing", response=list[MissingOut])
def list_missing(request: HttpRequest, pk: UUID) -> Any:
    """What still keeps the draft from being handed in."""
    row, actor = find(request, pk)
    return [
        MissingOut(field=one.field, message=str(one.message), code=one.code, row=one.row) for one in missing(row, actor)
    ]


@router.post("/{uuid:pk}/submit", response=ResponseOut)
def submit(request: HttpRequest, pk: UUID) -> Any:
    """Hand in before the deadline. With ``If-Match`` only the version that was read goes in."""
    row, actor = find(request, pk)
    submit_response(response=row, version=version_asked(request), by=actor)
    return shown(pk, actor)


@router.post("/{uuid:pk}/withdraw", response=ResponseOut)
def withdraw(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    withdraw_response(response=row, by=actor)
    return shown(pk, actor)


@router.post("/{uuid:pk}/reopen", response=ResponseOut)
def reopen(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    reopen_response(response=row, by=actor)
    return shown(pk, actor)


@router.post("/{uuid:pk}/partners", response={201: PartnerOut})
def ask_partner(request: HttpRequest, pk: UUID, payload: PartnerIn) -> Any:
    """Ask an organisation to join. It must consent before the response can be handed in."""
    row, actor = find(request, pk)
    made = add_partner(
        response=row, organisation_id=payload.organisation_id, part=payload.part, share=payload.share, by=actor
    )
    return 201, PartnerOut.of(made)
