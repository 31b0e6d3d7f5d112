"""Collaborations through the API, and the record of an organisation."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged, tagged
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.organisations.models import Organisation

from ..domain.collaborations import complete_collaboration, report_result, terminate_collaboration
from ..enums import CollaborationState
from ..models import Collaboration
from ..queries.collaborations import record_of, result_rows, with_parts
from ..queries.responses import with_open_targets
from .collaboration_shapes import CollaborationOut, ConclusionIn, RecordOut, ResultsIn

PATH, NOUN = "/collaborations", "collaboration"
router = Router(tags=["collaborations"])


def find(request: HttpRequest, pk: UUID) -> tuple[Collaboration, Actor]:
    actor = actor_of(request)
    row = with_parts(Collaboration.visible_to(actor)).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


def shown(request: HttpRequest, pk: UUID, response: HttpResponse | None = None) -> CollaborationOut:
    row, actor = find(request, pk)
    if response is not None:
        tagged(response, row, actor)
    return CollaborationOut.of(row, result_rows(row, actor))


@router.get("", response=Page[CollaborationOut])
def list_collaborations(
    request: HttpRequest, state: CollaborationState | None = None, cursor: str = "", limit: int = 50
) -> Any:
    actor = actor_of(request)
    rows = with_parts(Collaboration.visible_to(actor))
    if state is not None:
        rows = rows.filter(state=state)
    page = paged(request, rows, lambda row: row, order=("id",), cursor=cursor, limit=limit)
    opened = with_open_targets([row.challenge for row in page["items"]], actor)
    page["items"] = [
        CollaborationOut.of(row, result_rows(row, actor, row.challenge_id in opened)) for row in page["items"]
    ]
    return page


@router.get("/record/{uuid:organisation_id}", response=list[RecordOut])
def read_record(request: HttpRequest, organisation_id: UUID) -> Any:
    """What an organisation has carried through, as far as the caller may know."""
    actor = actor_of(request)
    organisation = Organisation.visible_to(actor).filter(pk=organisation_id).first()
    if organisation is None:
        raise NotVisible
    names = [name for name in RecordOut.model_fields if name != "state"]
    return [
        RecordOut(state=CollaborationState(one.state), **{name: getattr(one, name) for name in names})
        for one in record_of(organisation, actor)
    ]


@router.get("/{uuid:pk}", response=CollaborationOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    return shown(request, pk, response)


@router.put("/{uuid:pk}/result", response=CollaborationOut)
def result(request: HttpRequest, pk: UUID, payload: ResultsIn) -> Any:
    """State what was measured, in place of what was stated before."""
    row, actor = find(request, pk)
    report_result(collaboration=row, results=payload.given(), by=actor)
    return shown(request, pk)


@router.post("/{uuid:pk}/complete", response=CollaborationOut)
def complete(request: HttpRequest, pk: UUID, payload: ConclusionIn) -> Any:
    """Accept the whole: every milestone accepted, every promised value stated."""
    row, actor = find(request, pk)
    complete_collaboration(collaboration=row, conclusion=payload.conclusion, by=actor)
    return shown(request, pk)


@router.post("/{uuid:pk}/terminate", response=CollaborationOut)
def terminate(request: HttpRequest, pk: UUID, payload: ConclusionIn) -> Any:
    row, actor = find(request, pk)
    terminate_collaboration(collaboration=row, conclusion=payload.conclusion, by=actor)
    return shown(request, pk)
