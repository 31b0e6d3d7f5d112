"""Members of consortia through the API: changed, reminded, removed; agreeing and declining."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, paged
from rongtong.hub.foundation.errors import NotVisible

from ..domain.partners import change_partner, give_consent, refuse_consent, remind_partner, remove_partner
from ..enums import Consent
from ..models import Partner
from .response_shapes import PartIn, PartnerOut, ReasonIn

PATH, NOUN = "/partners", "response"
router = Router(tags=["responses"])


def find(request: HttpRequest, pk: UUID) -> tuple[Partner, Actor]:
    actor = actor_of(request)
    row = Partner.visible_to(actor).select_related("organisation", "response__challenge").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


@router.get("", response=Page[PartnerOut])
def list_partners(
    request: HttpRequest,
    response_id: UUID | None = None,
    consent: Consent | None = None,
    own: bool = False,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """Members of the responses the caller may see; ``own`` narrows them to the caller's organisation."""
    actor = actor_of(request)
    rows = Partner.visible_to(actor).select_related("organisation")
    if own:
        rows = rows.filter(organisation_id=actor.organisation_id) if actor.organisation_id else rows.none()
    if response_id is not None:
        rows = rows.filter(response_id=response_id)
    if consent is not None:
        rows = rows.filter(consent=consent)
    return paged(request, rows, PartnerOut.of, order=("id",), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=PartnerOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return PartnerOut.of(find(request, pk)[0])


@router.put("/{uuid:pk}", response=PartnerOut)
def change(request: HttpRequest, pk: UUID, payload: PartIn) -> Any:
    """Change what a member is to do; it must agree anew."""
    row, actor = find(request, pk)
    return PartnerOut.of(change_partner(partner=row, part=payload.part, share=payload.share, by=actor))


@router.delete("/{uuid:pk}", response={204: None})
def remove(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    remove_partner(partner=row, by=actor)
    return 204, None


@router.post("/{uuid:pk}/remind", response=PartnerOut)
def remind(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    return PartnerOut.of(remind_partner(partner=row, by=actor))


@router.post("/{uuid:pk}/consent", response=PartnerOut)
def consent(request: HttpRequest, pk: UUID) -> Any:
    row, actor = find(request, pk)
    return PartnerOut.of(give_consent(partner=row, by=actor))


@router.post("/{uuid:pk}/refuse", response=PartnerOut)
def refuse(request: HttpRequest, pk: UUID, payload: ReasonIn) -> Any:
    """Decline, or take consent back while the response is a draft."""
    row, actor = find(request, pk)
    return PartnerOut.of(refuse_consent(partner=row, reason=payload.reason, by=actor))
