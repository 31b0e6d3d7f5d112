"""Capabilities through the API."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import get_object_or_404
from ninja import Router, Status

from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged, version_asked

from ..domain import capabilities as verbs
from ..models import Capability

PATH, NOUN = "/capabilities", "capability"
router = Router(tags=["capabilities"])


class CapabilityIn(In):
    title: str
    text: str = ""
    products: list[str] = []
    equipment: list[str] = []
    certificates: list[str] = []
    patents: list[str] = []
    deliveries: str = ""
    readiness: int | None = None
    level: int = 0


class CapabilityOut(Out):
    id: UUID
    organisation_id: UUID
    title: str
    text: str
    products: list[str]
    equipment: list[str]
    certificates: list[str]
    patents: list[str]
    deliveries: str
    readiness: int | None
    level: int
    state: str
    version: int
    changed_at: datetime


@router.get("", response=Page[CapabilityOut], operation_id="list_capabilities")
def list_capabilities(
    request: HttpRequest, organisation: UUID | None = None, cursor: str = "", limit: int = 50
) -> dict[str, Any]:
    """Capabilities, the last changed first; of one organisation if asked."""
    rows = Capability.visible_to(actor_of(request))
    if organisation is not None:
        rows = rows.filter(organisation_id=organisation)
    return paged(request, rows, _same, order=("-changed_at", "-id"), cursor=cursor, limit=limit)


@router.post("", response={201: CapabilityOut}, operation_id="create_capability")
def create(request: HttpRequest, payload: CapabilityIn) -> Status[Capability]:
    """Write a draft."""
    needs(actor_of(request), "account")
    return Status(201, verbs.create_capability(values=_values(payload), by=actor_of(request)))


@router.get("/{uuid:pk}", response=CapabilityOut, operation_id="get_capability")
def get(request: HttpRequest, response: HttpResponse, pk: UUID) -> Capability:
    """One capability."""
    row = _find(request, pk)
    tagged(response, row, actor_of(request))
    return row


@router.put("/{uuid:pk}", response=CapabilityOut, operation_id="edit_capability")
def edit(request: HttpRequest, response: HttpResponse, pk: UUID, payload: CapabilityIn) -> Capability:
    """Change it; If-Match guards against overwriting somebody else's version."""
    values, version = _values(payload), version_asked(request)
    row = verbs.edit_capability(capability=_find(request, pk), values=values, version=version, by=actor_of(request))
    tagged(response, row, actor_of(request))
    return row


@router.post("/{uuid:pk}/publish", response=CapabilityOut, operation_id="publish_capability")
def publish(request: HttpRequest, pk: UUID) -> Capability:
    """Show it and list it for matching."""
    return verbs.publish_capability(capability=_find(request, pk), by=actor_of(request))


@router.post("/{uuid:pk}/withdraw", response=CapabilityOut, operation_id="withdraw_capability")
def withdraw(request: HttpRequest, pk: UUID) -> Capability:
    """Take it off the lists."""
    return verbs.withdraw_capability(capability=_find(request, pk), by=actor_of(request))


@router.delete("/{uuid:pk}", response={204: None}, operation_id="delete_capability")
def delete(request: HttpRequest, pk: UUID) -> Status[None]:
    """Delete what is not shown any more."""
    verbs.delete_capability(capability=_find(request, pk), by=actor_of(request))
    return Status(204, None)


def _values(payload: CapabilityIn) -> dict[str, Any]:
    return {name: getattr(payload, name) for name in verbs.EDITABLE}


def _same(row: Capability) -> Capability:
    return row


def _find(request: HttpRequest, pk: UUID) -> Capability:
    return get_object_or_404(Capability.visible_to(actor_of(request)), pk=pk)
