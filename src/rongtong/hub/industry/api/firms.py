"""Firms outside the hub through the API: for the operator, who says which organisation each is."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import Page, actor_of, needs, paged
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain.firms import resolve_firm
from ..models import Firm
from .link_shapes import FirmOut, Resolve

PATH, NOUN = "/outside-firms", "link"
router = Router(tags=["outside firms"])


@router.get("", response=Page[FirmOut])
def list_outside_firms(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    """Firms that links name and that are no organisations of the hub yet."""
    actor = actor_of(request)
    needs(actor, "operator.viewer")
    rows = Firm.visible_to(actor).filter(organisation=None)
    return paged(request, rows, FirmOut.of, order=("sort_key", "id"), cursor=cursor, limit=limit)


@router.post("/{uuid:pk}/resolve", response=FirmOut)
def resolve_outside_firm(request: HttpRequest, pk: UUID, payload: Resolve) -> Any:
    """Say which organisation it is. Its links become that organisation's, which then sees them."""
    actor = actor_of(request)
    firm = visible(Firm, actor, pk)
    organisation = visible(Organisation, actor, payload.organisation_id)
    return FirmOut.of(resolve_firm(firm=firm, organisation=organisation, by=actor))
