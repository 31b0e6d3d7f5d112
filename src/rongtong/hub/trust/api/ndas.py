"""Non-disclosure agreements through the API: the text, the signature, and those that stand."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Query, Router, Status

from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.organisations.queries import visible

from ..domain.agreements import CLAUSES, TEXT_VERSION, agreement_between, sign_nda
from ..models import NonDisclosureAgreement
from ..subjects import SUBJECTS, find
from .shapes import Alias, NdaOut, NdaTextOut, SignIn

PATH, NOUN = "/ndas", "nda"
router = Router(tags=["ndas"])


@router.get("", response=Page[NdaOut])
def list_ndas(request: HttpRequest, subject_id: UUID | None = None, cursor: str = "", limit: int = 50) -> Any:
    """The agreements that the caller's organisation signed or was given, the newest first."""
    actor = actor_of(request)
    needs(actor, "account")
    rows = NonDisclosureAgreement.visible_to(actor)
    if subject_id is not None:
        rows = rows.filter(subject_id=subject_id)
    return paged(
        request,
        rows,
        lambda row: NdaOut.of(row, actor),
        order=("-signed_at", "-id"),
        cursor=cursor,
        limit=limit,
    )


@router.get("/text", response=NdaTextOut)
def read_text(request: HttpRequest, subject: Query[Alias], subject_id: UUID) -> Any:
    """The text to sign about one thing."""
    actor = actor_of(request)
    thing = find(subject, subject_id, actor)
    if not SUBJECTS[subject].signable:
        raise NotVisible
    standing = agreement_between(thing, actor)
    own = actor.acts_for(thing.owner_id)
    return NdaTextOut(
        subject=subject,
        subject_id=thing.pk,
        text_version=TEXT_VERSION,
        clauses=[str(clause) for clause in CLAUSES],
        may_sign=standing is None and not own and allowed(actor, "nda.sign", thing),
        standing=NdaOut.of(standing, actor) if standing else None,
    )


@router.post("", response={201: NdaOut})
def sign(request: HttpRequest, payload: SignIn, response: HttpResponse) -> Any:
    """Sign for the caller's organisation. ``text_version`` names the text that was read; signing twice is once."""
    actor = actor_of(request)
    thing = find(payload.subject, payload.subject_id, actor)
    if payload.text_version != TEXT_VERSION:
        raise Invalid([Fault("text_version", _("协议文本已更新，请重新读取后再签署。"), "nda.text_version")])
    made = sign_nda(subject=thing, name=payload.name, agreed=payload.agreed, by=actor)
    tagged(response, made, actor)
    return Status(201, NdaOut.of(made, actor))


@router.get("/{uuid:pk}", response=NdaOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    agreement = visible(NonDisclosureAgreement, actor, pk)
    tagged(response, agreement, actor)
    return NdaOut.of(agreement, actor)
