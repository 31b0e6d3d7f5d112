"""Royalty statements through the API."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router, Status
from pydantic import Field

from rongtong.engines.fairness.royalty_terms import Money as Yuan
from rongtong.hub.foundation.api import In, Money, Out, Page, actor_of, paged
from rongtong.hub.foundation.errors import NotVisible

from ..domain import statements as verbs
from ..models import Statement
from ..queries.agreements import find_agreement
from .values import Plain

PATH, NOUN = "/statements", "statement"
router = Router(tags=["statements"])


class SalesIn(In):
    """What was sold in the period, in yuan; deductions by name, events are milestones reached."""

    gross: Yuan
    deductions: dict[str, Yuan] = {}
    third_party: Yuan = Decimal("0.00")
    events: list[Plain] = []

    def given(self) -> verbs.Sales:
        return verbs.Sales(self.gross, self.deductions, self.third_party, tuple(self.events))


class StatementIn(SalesIn):
    agreement: UUID


class StatementConfirmIn(In):
    """The hash of the statement that was read."""

    digest: Plain = Field(max_length=64)


class StatementReturnIn(In):
    comment: Plain


class StatementOut(Out):
    """``document`` holds the inputs and every step; it can be reckoned again, byte for byte."""

    id: UUID
    agreement_id: UUID
    period: int
    state: str
    starts_on: date
    ends_on: date
    net_sales: Money | None
    payable: Money | None
    flagged: bool
    audited_payable: Money | None
    audit_flagged: bool
    comment: str
    provider_confirmed_at: datetime | None
    receiver_confirmed_at: datetime | None
    digest: str
    document: dict[str, Any]
    holds: bool

    @classmethod
    def of(cls, row: Statement) -> StatementOut:
        return cls(
            id=row.pk,
            agreement_id=row.agreement_id,
            period=row.position,
            state=row.state,
            starts_on=row.starts_on,
            ends_on=row.ends_on,
            net_sales=Money.of(row.net_sales),
            payable=Money.of(row.payable),
            flagged=row.flagged,
            audited_payable=Money.of(row.audited_payable),
            audit_flagged=row.audit_flagged,
            comment=row.comment,
            provider_confirmed_at=row.provider_confirmed_at,
            receiver_confirmed_at=row.receiver_confirmed_at,
            digest=row.digest,
            document=row.document,
            holds=verbs.holds(row),
        )


@router.get("", response=Page[StatementOut], operation_id="list_statements")
def list_statements(
    request: HttpRequest, agreement: UUID | None = None, cursor: str = "", limit: int = 50
) -> dict[str, Any]:
    """Statements of the caller's own agreements; of one if asked."""
    rows = Statement.visible_to(actor_of(request))
    if agreement is not None:
        rows = rows.filter(agreement_id=agreement)
    return paged(request, rows, StatementOut.of, order=("id",), cursor=cursor, limit=limit)


@router.post("", response={201: StatementOut}, operation_id="enter_statement")
def enter(request: HttpRequest, payload: StatementIn) -> Status[StatementOut]:
    """Report the sales of the next period of an agreement."""
    actor = actor_of(request)
    row = find_agreement(payload.agreement, actor)
    if not row.terms_open_to(actor):
        raise NotVisible
    return Status(201, StatementOut.of(verbs.enter_statement(agreement=row, sales=payload.given(), by=actor)))


@router.get("/{uuid:pk}", response=StatementOut, operation_id="get_statement")
def get(request: HttpRequest, pk: UUID) -> StatementOut:
    return StatementOut.of(_find(request, pk))


@router.put("/{uuid:pk}/sales", response=StatementOut, operation_id="revise_statement")
def revise(request: HttpRequest, pk: UUID, payload: SalesIn) -> StatementOut:
    """Report other sales for the period; confirmations of the former ones are void."""
    row = _find(request, pk)
    return StatementOut.of(verbs.revise_statement(statement=row, sales=payload.given(), by=actor_of(request)))


@router.post("/{uuid:pk}/confirm", response=StatementOut, operation_id="confirm_statement")
def confirm(request: HttpRequest, pk: UUID, payload: StatementConfirmIn) -> StatementOut:
    """Confirm what was read, by its hash."""
    row = _find(request, pk)
    return StatementOut.of(verbs.confirm_statement(statement=row, digest=payload.digest, by=actor_of(request)))


@router.post("/{uuid:pk}/return", response=StatementOut, operation_id="return_statement")
def send_back(request: HttpRequest, pk: UUID, payload: StatementReturnIn) -> StatementOut:
    """Send it back with what is wrong."""
    row = _find(request, pk)
    return StatementOut.of(verbs.return_statement(statement=row, comment=payload.comment, by=actor_of(request)))


@router.post("/{uuid:pk}/audit", response=StatementOut, operation_id="audit_statement")
def audit(request: HttpRequest, pk: UUID, payload: SalesIn) -> StatementOut:
    """Hold audited sales against what was reported."""
    row = _find(request, pk)
    return StatementOut.of(verbs.audit_statement(statement=row, sales=payload.given(), by=actor_of(request)))


def _find(request: HttpRequest, pk: UUID) -> Statement:
    row = Statement.visible_to(actor_of(request)).select_related("agreement").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row
