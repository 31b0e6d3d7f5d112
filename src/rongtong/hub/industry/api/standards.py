"""Standards through the API: written, published, read, and data checked against their schemas."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, only_parts, paged, tagged, version_asked
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain import standards as verbs
from ..domain.conformities import ask_for_conformity, start_conformity
from ..domain.exchanges import check_data
from ..domain.standards import Clause, Draft
from ..forms.standards import written
from ..models import Chain, Standard
from ..standard_enums import Proof, RequirementKind, StandardState
from .conformity_shapes import ConformityOut
from .exchange_shapes import CheckedOut

PATH, NOUN = "/standards", "standard"
router = Router(tags=["standards"])


class RequirementIn(In):
    clause: str
    text: str
    kind: RequirementKind = RequirementKind.MUST
    proof: Proof = Proof.STATEMENT


class StandardIn(In):
    """A draft. ``schema_text`` is JSON Schema draft 2020-12 as text, empty for none."""

    number: str
    title: str
    scope: str = ""
    changes: str = ""
    public: bool = False
    validity_months: int = 12
    transition_days: int = 180
    requirements: list[RequirementIn] = []
    schema_text: str = ""


class NewStandardIn(StandardIn):
    chain_id: UUID | None = None


class ArrangeIn(In):
    public: bool
    auditor_id: UUID | None = None


class WithdrawIn(In):
    reason: str


class AskIn(In):
    organisation_id: UUID
    until: date | None = None


class RequirementOut(Out):
    clause: str
    text: str
    kind: RequirementKind
    proof: Proof


class StandardLine(Out):
    id: UUID
    family: UUID
    edition: int
    number: str
    title: str
    state: StandardState
    public: bool
    organisation_id: UUID
    chain_id: UUID | None
    has_schema: bool
    published_at: datetime | None
    version: int

    @classmethod
    def of(cls, row: Standard) -> StandardLine:
        return cls(**_line(row))


class StandardOut(StandardLine):
    scope: str
    changes: str
    validity_months: int
    transition_days: int
    auditor_id: UUID | None
    ended_at: datetime | None
    ending: str
    requirements: list[RequirementOut]
    schema_text: str

    @classmethod
    def of(cls, row: Standard) -> StandardOut:
        rest = ("scope", "changes", "validity_months", "transition_days", "auditor_id", "ended_at", "ending")
        told = [
            RequirementOut(clause=one.clause, text=one.text, kind=RequirementKind(one.kind), proof=Proof(one.proof))
            for one in row.requirements.all()
        ]
        values = {name: getattr(row, name) for name in rest}
        return cls(**_line(row), **values, requirements=told, schema_text=written(row.schema))


def _line(row: Standard) -> dict[str, Any]:
    names = ("family", "edition", "number", "title", "public", "organisation_id", "chain_id", "published_at", "version")
    state = StandardState(row.state)
    return {name: getattr(row, name) for name in names} | {
        "id": row.pk,
        "state": state,
        "has_schema": row.schema is not None,
    }


def _find(request: HttpRequest, pk: UUID) -> tuple[Standard, Actor]:
    actor = actor_of(request)
    return visible(Standard, actor, pk, "chain", "organisation"), actor


def _draft(payload: StandardIn) -> Draft:
    clauses = [Clause(one.clause, one.text, one.kind.value, one.proof.value) for one in payload.requirements]
    return Draft({name: getattr(payload, name) for name in verbs.EDITABLE}, clauses, payload.schema_text)


@router.get("", response=Page[StandardLine])
def list_standards(request: HttpRequest, state: StandardState | None = None, cursor: str = "", limit: int = 50) -> Any:
    """The standards the caller may read, by number and edition."""
    rows = Standard.visible_to(actor_of(request))
    if state is not None:
        rows = rows.filter(state=state)
    return paged(request, rows, StandardLine.of, order=("number", "edition", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: StandardOut})
def create(request: HttpRequest, payload: NewStandardIn) -> Any:
    """Begin a standard of a chain that the caller's organisation leads; the operator also one of no chain."""
    actor = actor_of(request)
    needs(actor, "account")
    chain = visible(Chain, actor, payload.chain_id) if payload.chain_id else None
    return Status(201, StandardOut.of(verbs.create_standard(draft=_draft(payload), chain=chain, by=actor)))


@router.get("/{uuid:pk}", response=StandardOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    row, actor = _find(request, pk)
    tagged(response, row, actor)
    return StandardOut.of(row)


@router.put("/{uuid:pk}", response=StandardOut)
def edit(request: HttpRequest, pk: UUID, payload: StandardIn, response: HttpResponse) -> Any:
    """Change a draft; ``If-Match`` guards against overwriting somebody else's version."""
    row, actor = _find(request, pk)
    version = version_asked(request)
    made = verbs.edit_standard(standard=row, draft=_draft(payload), version=version, by=actor)
    tagged(response, made, actor)
    return StandardOut.of(made)


@router.delete("/{uuid:pk}", response={204: None})
def delete(request: HttpRequest, pk: UUID) -> Any:
    """Throw a draft away."""
    row, actor = _find(request, pk)
    verbs.delete_standard(standard=row, by=actor)
    return Status(204, None)


@router.post("/{uuid:pk}/publish", response=StandardOut)
def publish(request: HttpRequest, pk: UUID) -> Any:
    """Put an edition into force; the one before is superseded."""
    row, actor = _find(request, pk)
    return StandardOut.of(verbs.publish_standard(standard=row, by=actor))


@router.post("/{uuid:pk}/revise", response={201: StandardOut})
def revise(request: HttpRequest, pk: UUID) -> Any:
    """Begin the next edition as a draft."""
    row, actor = _find(request, pk)
    return Status(201, StandardOut.of(verbs.revise_standard(standard=row, by=actor)))


@router.post("/{uuid:pk}/withdraw", response=StandardOut)
def withdraw(request: HttpRequest, pk: UUID, payload: WithdrawIn) -> Any:
    row, actor = _find(request, pk)
    return StandardOut.of(verbs.withdraw_standard(standard=row, reason=payload.reason, by=actor))


@router.put("/{uuid:pk}/arrangement", response=StandardOut)
def arrange(request: HttpRequest, pk: UUID, payload: ArrangeIn) -> Any:
    """Say whether everybody may read it, and who audits besides the publisher."""
    row, actor = _find(request, pk)
    auditor = visible(Organisation, actor, payload.auditor_id) if payload.auditor_id else None
    return StandardOut.of(verbs.arrange_standard(standard=row, public=payload.public, auditor=auditor, by=actor))


@router.post("/{uuid:pk}/ask", response={201: ConformityOut})
def ask(request: HttpRequest, pk: UUID, payload: AskIn) -> Any:
    """Ask a supplier to assess itself."""
    row, actor = _find(request, pk)
    firm = visible(Organisation, actor, payload.organisation_id)
    made = ask_for_conformity(standard=row, organisation=firm, until=payload.until, by=actor)
    return Status(201, ConformityOut.of(made, actor))


@router.post("/{uuid:pk}/start", response={201: ConformityOut})
def start(request: HttpRequest, pk: UUID) -> Any:
    """Begin to assess one's own organisation."""
    row, actor = _find(request, pk)
    return Status(201, ConformityOut.of(start_conformity(standard=row, by=actor), actor))


@router.post("/{uuid:pk}/check", response=CheckedOut)
def check(request: HttpRequest, pk: UUID, file: File[UploadedFile]) -> Any:
    """Check a JSON, CSV or Excel file against the schema. Nothing of it is kept."""
    only_parts(request, "file")
    row, actor = _find(request, pk)
    needs(actor, "member")
    return CheckedOut.of(check_data(standard=row, file=file, by=actor))
