"""Assessments through the API: the same steps as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, only_parts, paged, tagged
from rongtong.hub.foundation.errors import NotVisible

from ..domain import conformities as verbs
from ..domain.exchanges import check_and_keep
from ..models import Conformity
from ..queries.conformities import with_parts
from ..queries.gaps import gap_report
from ..standard_enums import ConformityState
from .conformity_shapes import (
    AnswersIn,
    AuditIn,
    ConformityLine,
    ConformityOut,
    GapOut,
    RevokeIn,
    ShowIn,
    VerdictsIn,
)
from .exchange_shapes import CheckedOut, ForClause

PATH, NOUN = "/conformities", "conformity"
router = Router(tags=["conformities"])


def _find(request: HttpRequest, pk: UUID) -> tuple[Conformity, Actor]:
    actor = actor_of(request)
    row = with_parts(Conformity.visible_to(actor)).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row, actor


@router.get("", response=Page[ConformityLine])
def list_conformities(
    request: HttpRequest,
    state: ConformityState | None = None,
    standard: UUID | None = None,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """The assessments the caller may know of, the last changed first."""
    rows = Conformity.visible_to(actor_of(request))
    if state is not None:
        rows = rows.filter(state=state)
    if standard is not None:
        rows = rows.filter(standard=standard)
    return paged(request, rows, ConformityLine.of_row, order=("-changed_at", "-id"), cursor=cursor, limit=limit)


@router.get("/gaps", response=list[GapOut])
def list_gaps(
    request: HttpRequest, own: bool = False, standard: UUID | None = None, supplier: UUID | None = None
) -> Any:
    """What suppliers lack: of the standards the caller answers for or audits, or with ``own`` of one's organisation."""
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    report = gap_report(actor, audits=not own, standard=standard, supplier=supplier)
    return [GapOut.of(gap) for gap in report.gaps]


@router.get("/{uuid:pk}", response=ConformityOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    row, actor = _find(request, pk)
    tagged(response, row, actor)
    return ConformityOut.of(row, actor)


@router.put("/{uuid:pk}/answers", response=ConformityOut)
def answer(request: HttpRequest, pk: UUID, payload: AnswersIn) -> Any:
    """Say of some requirements how far they are met; the others stay as they are."""
    row, actor = _find(request, pk)
    made = verbs.answer_requirements(conformity=row, said=[one.said() for one in payload.answers], by=actor)
    return ConformityOut.of(made, actor)


@router.post("/{uuid:pk}/data", response=CheckedOut)
def keep_data(request: HttpRequest, pk: UUID, wanted: Form[ForClause], file: File[UploadedFile]) -> Any:
    """Check a data file against the standard's schema; without faults it is kept as a requirement's evidence."""
    only_parts(request, "clause", "file")
    row, actor = _find(request, pk)
    return CheckedOut.of(check_and_keep(conformity=row, clause=wanted.clause, file=file, by=actor))


@router.post("/{uuid:pk}/submit", response=ConformityOut)
def submit(request: HttpRequest, pk: UUID) -> Any:
    row, actor = _find(request, pk)
    return ConformityOut.of(verbs.submit_conformity(conformity=row, by=actor), actor)


@router.post("/{uuid:pk}/recall", response=ConformityOut)
def recall(request: HttpRequest, pk: UUID) -> Any:
    row, actor = _find(request, pk)
    return ConformityOut.of(verbs.recall_conformity(conformity=row, by=actor), actor)


@router.delete("/{uuid:pk}", response={204: None})
def drop(request: HttpRequest, pk: UUID) -> Any:
    """Throw away what nobody asked for and was never handed in."""
    row, actor = _find(request, pk)
    verbs.drop_conformity(conformity=row, by=actor)
    return Status(204, None)


@router.put("/{uuid:pk}/verdicts", response=ConformityOut)
def judge(request: HttpRequest, pk: UUID, payload: VerdictsIn) -> Any:
    """Accept or return requirements, as publisher or auditor."""
    row, actor = _find(request, pk)
    made = verbs.judge_requirements(conformity=row, judged=[one.judged() for one in payload.answers], by=actor)
    return ConformityOut.of(made, actor)


@router.post("/{uuid:pk}/conclude", response=ConformityOut)
def conclude(request: HttpRequest, pk: UUID, payload: AuditIn) -> Any:
    """Conclude from the verdicts: accepted for a time, or returned."""
    row, actor = _find(request, pk)
    made = verbs.conclude_audit(conformity=row, conclusion=payload.conclusion, months=payload.months, by=actor)
    return ConformityOut.of(made, actor)


@router.post("/{uuid:pk}/revoke", response=ConformityOut)
def revoke(request: HttpRequest, pk: UUID, payload: RevokeIn) -> Any:
    row, actor = _find(request, pk)
    return ConformityOut.of(verbs.revoke_conformity(conformity=row, reason=payload.reason, by=actor), actor)


@router.put("/{uuid:pk}/shown", response=ConformityOut)
def show(request: HttpRequest, pk: UUID, payload: ShowIn) -> Any:
    """Let members see that the result holds, or no more."""
    row, actor = _find(request, pk)
    return ConformityOut.of(verbs.show_result(conformity=row, shown=payload.shown, by=actor), actor)
