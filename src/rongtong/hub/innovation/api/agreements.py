"""Agreements through the API: opened, drafted, offered, accepted, signed, ended; by their sides."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.errors import NotVisible

from ..agreement_clauses import Clauses
from ..domain import agreement_signatures as signing
from ..domain import agreements as verbs
from ..enums import AgreementState
from ..models import Agreement
from ..queries.agreements import Offer, clashes_told, find_agreement, holds, offers_of, own_agreements
from .values import Plain

PATH, NOUN = "/agreements", "agreement"
router = Router(tags=["agreements"])


class AgreementOpeningIn(In):
    """``provides``: the caller's organisation gives (licensor, assignor, contractor), the other gets."""

    kind: Plain
    title: Plain
    other: UUID
    technology: UUID | None = None
    provides: bool = True


class AgreementDraftIn(In):
    clauses: Clauses
    note: Plain = ""
    valid_until: date | None = None
    version: int | None = Field(default=None, ge=0, lt=2**31)


class AgreementDraftOut(Out):
    clauses: Clauses
    note: str
    valid_until: date | None
    version: int


class OfferReadIn(In):
    """The version that was read."""

    offer: int = Field(ge=0, lt=2**15)


class SignatureIn(OfferReadIn):
    name: Plain
    agreed: bool


class AgreementEndIn(In):
    conclusion: Plain


class AgreementOut(Out):
    id: UUID
    number: str | None
    kind: str
    state: str
    title: str
    technology_id: UUID | None
    provider_id: UUID
    receiver_id: UUID
    signed_at: datetime | None
    terms_open: bool
    offered_by_id: UUID | None
    valid_until: date | None
    starts_on: date | None
    ends_on: date | None

    @classmethod
    def of(cls, row: Agreement, actor: Actor) -> AgreementOut:
        """For those who are no side: that it is there."""
        open_terms = row.terms_open_to(actor)
        return cls(
            id=row.pk,
            number=row.number,
            kind=row.kind,
            state=row.state,
            title=row.title,
            technology_id=row.technology_id,
            provider_id=row.provider_id,
            receiver_id=row.receiver_id,
            signed_at=row.signed_at,
            terms_open=open_terms,
            offered_by_id=row.offered_by_id if open_terms else None,
            valid_until=row.valid_until if open_terms else None,
            starts_on=row.starts_on if open_terms else None,
            ends_on=row.ends_on if open_terms else None,
        )


class SignatureOut(Out):
    organisation_id: UUID
    name: str
    method: str
    signed_at: datetime
    mark: dict[str, Any]
    holds: bool


class ClauseChangeOut(Out):
    key: str
    label: str
    before: str
    after: str
    kind: str


class AgreementVersionOut(Out):
    """One offer with what is hashed; ``changes`` are those against the version before, null for the first."""

    number: int
    organisation_id: UUID
    note: str
    offered_at: datetime
    digest: str
    document: dict[str, Any]
    changes: list[ClauseChangeOut] | None
    signatures: list[SignatureOut]

    @classmethod
    def of(cls, offer: Offer) -> AgreementVersionOut:
        changed = None if offer.changes is None else offer.changed
        return cls(
            number=offer.row.number,
            organisation_id=offer.row.organisation_id,
            note=offer.row.note,
            offered_at=offer.row.offered_at,
            digest=offer.row.digest,
            document=offer.row.document,
            changes=None
            if changed is None
            else [
                ClauseChangeOut(key=one.key, label=one.label, before=one.before, after=one.after, kind=one.kind)
                for one in changed
            ],
            signatures=[
                SignatureOut(
                    organisation_id=one.row.organisation_id,
                    name=one.row.name,
                    method=one.row.method,
                    signed_at=one.row.signed_at,
                    mark=one.row.mark,
                    holds=one.holds,
                )
                for one in offer.signatures
            ],
        )


class AgreementVersionsOut(Out):
    """``chain_holds``: versions follow from one another by their hashes. ``clashes``: for the provider alone."""

    chain_holds: bool
    clashes: list[str]
    versions: list[AgreementVersionOut]


@router.get("", response=Page[AgreementOut], operation_id="list_agreements")
def list_agreements(
    request: HttpRequest, state: AgreementState | None = None, cursor: str = "", limit: int = 50
) -> dict[str, Any]:
    """The caller's own; for the operator those that were signed, without their terms."""
    actor = actor_of(request)
    rows = own_agreements(actor)
    if state is not None:
        rows = rows.filter(state=state)
    return paged(request, rows, lambda row: AgreementOut.of(row, actor), order=("id",), cursor=cursor, limit=limit)


@router.post("", response={201: AgreementOut}, operation_id="open_agreement")
def open_one(request: HttpRequest, payload: AgreementOpeningIn) -> Status[AgreementOut]:
    """Begin to draft; the other side learns of it with the first offer."""
    actor = actor_of(request)
    needs(actor, "account")
    opening = verbs.Opening(
        kind=payload.kind,
        title=payload.title,
        other=payload.other,
        technology=payload.technology,
        provides=payload.provides,
    )
    return Status(201, AgreementOut.of(verbs.open_agreement(opening=opening, by=actor), actor))


@router.get("/{uuid:pk}", response=AgreementOut, operation_id="get_agreement")
def get(request: HttpRequest, pk: UUID) -> AgreementOut:
    actor = actor_of(request)
    return AgreementOut.of(find_agreement(pk, actor), actor)


@router.get("/{uuid:pk}/versions", response=AgreementVersionsOut, operation_id="list_agreement_versions")
def versions(request: HttpRequest, pk: UUID) -> AgreementVersionsOut:
    """Every offer with what it changed, its hash and signatures; for the sides."""
    row, actor = _as_side(request, pk)
    offers = offers_of(row, actor)
    return AgreementVersionsOut(
        chain_holds=holds(offers),
        clashes=[one.text for one in clashes_told(row, offers, actor)],
        versions=[AgreementVersionOut.of(one) for one in offers],
    )


@router.get("/{uuid:pk}/draft", response=AgreementDraftOut, operation_id="get_agreement_draft")
def draft(request: HttpRequest, pk: UUID) -> AgreementDraftOut:
    """What the caller's side is about to offer."""
    row, actor = _as_side(request, pk)
    found = verbs.draft_of(row, actor)
    return AgreementDraftOut(
        clauses=Clauses.read(found.clauses), note=found.note, valid_until=found.valid_until, version=found.version
    )


@router.put("/{uuid:pk}/draft", response=AgreementDraftOut, operation_id="save_agreement_draft")
def save(request: HttpRequest, pk: UUID, payload: AgreementDraftIn) -> AgreementDraftOut:
    """Save it; nobody else sees it, and it may be incomplete."""
    row, actor = _as_side(request, pk)
    verbs.save_draft(
        agreement=row,
        clauses=payload.clauses,
        note=payload.note,
        valid_until=payload.valid_until,
        version=payload.version,
        by=actor,
    )
    return draft(request, pk)


@router.post("/{uuid:pk}/offer", response=AgreementOut, operation_id="offer_agreement")
def offer(request: HttpRequest, pk: UUID) -> AgreementOut:
    """Put one's draft on the table, as a new version."""
    row, actor = _as_side(request, pk)
    return AgreementOut.of(verbs.offer_agreement(agreement=row, by=actor), actor)


@router.post("/{uuid:pk}/accept", response=AgreementOut, operation_id="accept_agreement")
def accept(request: HttpRequest, pk: UUID, payload: OfferReadIn) -> AgreementOut:
    """Accept the other side's offer, by its number; then both sign it."""
    row, actor = _as_side(request, pk)
    return AgreementOut.of(verbs.accept_offer(agreement=row, offer=payload.offer, by=actor), actor)


@router.post("/{uuid:pk}/decline", response=AgreementOut, operation_id="decline_agreement")
def decline(request: HttpRequest, pk: UUID) -> AgreementOut:
    row, actor = _as_side(request, pk)
    return AgreementOut.of(verbs.decline_offer(agreement=row, by=actor), actor)


@router.post("/{uuid:pk}/withdraw", response=AgreementOut, operation_id="withdraw_agreement")
def withdraw(request: HttpRequest, pk: UUID) -> AgreementOut:
    """Take one's draft or offer back, or step back from what is not signed by both yet."""
    row, actor = _as_side(request, pk)
    return AgreementOut.of(verbs.withdraw_agreement(agreement=row, by=actor), actor)


@router.post("/{uuid:pk}/sign", response=AgreementOut, operation_id="sign_agreement")
def sign(request: HttpRequest, pk: UUID, payload: SignatureIn) -> AgreementOut:
    """Sign the accepted version for one's side; with both signatures it is in force."""
    row, actor = _as_side(request, pk)
    signed = signing.sign_agreement(
        agreement=row, offer=payload.offer, name=payload.name, agreed=payload.agreed, by=actor
    )
    return AgreementOut.of(signed, actor)


@router.post("/{uuid:pk}/end", response=AgreementOut, operation_id="end_agreement")
def end(request: HttpRequest, pk: UUID, payload: AgreementEndIn) -> AgreementOut:
    """Ask to end it; when the other side asks too, it ends."""
    row, actor = _as_side(request, pk)
    return AgreementOut.of(signing.end_agreement(agreement=row, conclusion=payload.conclusion, by=actor), actor)


def _as_side(request: HttpRequest, pk: UUID) -> tuple[Agreement, Actor]:
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    if not row.terms_open_to(actor):
        raise NotVisible
    return row, actor
