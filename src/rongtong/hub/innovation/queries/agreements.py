"""Reads of agreements: lists, the versions with what each changes, statements."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import date
from typing import Any
from uuid import UUID

from django.db.models import Min, OuterRef, Q, QuerySet, Subquery
from django.utils import timezone

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible

from ..agreement_clauses import Clauses
from ..agreement_words import Change, ClauseLine, changes, lines_of
from ..enums import AgreementState
from ..models import Agreement, AgreementSignature, AgreementVersion, Grant, Statement
from .agreement_conflicts import ClashTold, clashes_of, told
from .agreement_proofs import chain_holds, signature_holds


@dataclass(frozen=True)
class Offer:
    """One version as its sides read it: its clauses, and what it changes in the version before."""

    row: AgreementVersion
    clauses: Clauses
    lines: list[ClauseLine]
    changes: list[Change] | None
    signatures: list[Signed]

    @property
    def changed(self) -> list[Change]:
        return [one for one in self.changes or [] if one.kind != "same"]


@dataclass(frozen=True)
class Signed:
    """A signature, and whether it belongs to its version."""

    row: AgreementSignature
    holds: bool


def own_agreements(actor: Actor) -> QuerySet[Agreement]:
    """Those the reader may know of, with the next key date; two joins, one subquery."""
    today = timezone.localdate()
    rows = Agreement.visible_to(actor).select_related("technology", "provider", "receiver", "offered_by")
    return rows.annotate(next_due=Min("dates__due_on", filter=Q(dates__due_on__gte=today)))


def with_terms(rows: QuerySet[Agreement], actor: Actor) -> QuerySet[Agreement]:
    """Load the last offer's document beside each, for its sides alone."""
    last = AgreementVersion.visible_to(actor).filter(agreement=OuterRef("pk")).order_by("-number")
    return rows.annotate(document=Subquery(last.values("document")[:1]))


def term_lines(row: Any) -> list[ClauseLine]:
    """The clauses of an agreement that ``with_terms`` has loaded; none for those they are closed to."""
    document = getattr(row, "document", None)
    return lines_of(Clauses.read(document["clauses"])) if document else []


def find_agreement(pk: UUID, actor: Actor) -> Agreement:
    related = ("technology", "provider", "receiver", "offered_by", "end_asked_by", "opened_by")
    row = Agreement.visible_to(actor).select_related(*related).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def offers_of(agreement: Agreement, actor: Actor) -> list[Offer]:
    """Every version, oldest first, each with what it changes; nothing for those who are no side. Two queries."""
    rows = list(
        AgreementVersion.visible_to(actor)
        .filter(agreement=agreement)
        .select_related("organisation")
        .prefetch_related("signatures__organisation")
        .order_by("number")
    )
    found: list[Offer] = []
    before: list[ClauseLine] | None = None
    for row in rows:
        clauses = Clauses.read(row.document["clauses"])
        lines = lines_of(clauses)
        signed = []
        for one in row.signatures.all():
            one.version = row
            signed.append(Signed(one, signature_holds(one)))
        found.append(Offer(row, clauses, lines, None if before is None else changes(before, lines), signed))
        before = lines
    return found


def holds(offers: Iterable[Offer]) -> bool:
    """Whether the versions follow from one another by their hashes, and every signature is under its version."""
    offers = list(offers)
    return chain_holds([one.row for one in offers]) and all(one.holds for each in offers for one in each.signatures)


def clashes_told(agreement: Agreement, offers: list[Offer], actor: Actor) -> list[ClashTold]:
    """Before it is signed: what stands in the way of the offer on the table, for the provider alone."""
    waiting = agreement.state in (AgreementState.OFFERED, AgreementState.ACCEPTED)
    if not waiting or not offers or not actor.acts_for(agreement.provider_id):
        return []
    grant = offers[-1].clauses.grant
    return told(clashes_of(agreement, grant), actor) if grant else []


def sources_for(agreement: Agreement, actor: Actor) -> list[Grant]:
    """The licences of the actor's own from which it may sublicense this technology."""
    if agreement.technology_id is None or not actor.acts_for(agreement.provider_id):
        return []
    rows = Grant.visible_to(actor).filter(
        technology_id=agreement.technology_id, licensee_id=actor.firm, live=True, may_sublicense=True
    )
    return list(rows.select_related("agreement").order_by("starts_on", "pk"))


def statements_of(agreement: Agreement, actor: Actor) -> list[Statement]:
    rows = Statement.visible_to(actor).filter(agreement=agreement).order_by("position")
    found = list(rows)
    for row in found:
        row.agreement = agreement
    return found


def coming_dates(agreement: Agreement) -> list[tuple[str, date, bool]]:
    """Key dates with whether they are past, for the sides' page."""
    today = timezone.localdate()
    return [(one.what, one.due_on, one.due_on < today) for one in agreement.dates.all()]
