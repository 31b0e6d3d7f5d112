"""Analyses of chains through the API: begin one, read how grave each firm's failure would be."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged
from rongtong.hub.organisations.queries import visible

from ..models import Analysis, Chain, FirmRisk
from ..queries.networks import key_of, names_for
from ..tasks import begin_analysis

PATH, NOUN = "/analyses", "analysis"
router = Router(tags=["analyses"])


class AnalysisIn(In):
    """Which chain, and which year of it; the latest unless told."""

    chain_id: UUID
    year: int | None = None


class AnalysisOut(Out):
    """``traps`` name what limits the figures; ``mean`` is the mean systemic risk."""

    id: UUID
    version: int
    chain_id: UUID
    year: int
    number: int
    state: str
    job_id: UUID
    firms: int
    links: int
    mean: float
    traps: list[str]
    finished_at: datetime | None

    @classmethod
    def of(cls, row: Analysis) -> AnalysisOut:
        return cls.model_validate(row, from_attributes=True)


class RiskOut(Out):
    """A firm as the reader may know it; ``organisation_id`` where it is on the hub and not hidden."""

    id: UUID
    rank: int
    name: str
    hidden: bool
    organisation_id: UUID | None
    esri: float
    downstream: float
    upstream: float


@router.get("", response=Page[AnalysisOut], operation_id="list_analyses")
def list_analyses(request: HttpRequest, chain_id: UUID | None = None, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    rows = Analysis.visible_to(actor)
    if chain_id is not None:
        rows = rows.filter(chain=chain_id)
    return paged(request, rows, AnalysisOut.of, order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post("", response={201: AnalysisOut}, operation_id="start_analysis")
def start(request: HttpRequest, payload: AnalysisIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    begun = begin_analysis(visible(Chain, actor, payload.chain_id), actor, payload.year)
    tagged(response, begun, actor)
    return Status(201, AnalysisOut.of(begun))


@router.get("/{uuid:pk}", response=AnalysisOut, operation_id="read_analysis")
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    found = visible(Analysis, actor, pk)
    tagged(response, found, actor)
    return AnalysisOut.of(found)


@router.get("/{uuid:pk}/risks", response=Page[RiskOut], operation_id="list_analysis_risks")
def list_risks(request: HttpRequest, pk: UUID, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    rows = FirmRisk.visible_to(actor).filter(analysis=visible(Analysis, actor, pk))
    page = paged(request, rows, lambda row: row, order=("rank",), cursor=cursor, limit=limit)
    names = names_for([key_of(row.firm_id, row.pseudonym_id) for row in page["items"]], actor)
    page["items"] = [_shown(row, names[key_of(row.firm_id, row.pseudonym_id)]) for row in page["items"]]
    return page


def _shown(row: FirmRisk, called: Any) -> RiskOut:
    return RiskOut(
        id=row.pk, rank=row.rank, name=called.name, hidden=called.hidden, organisation_id=called.organisation_id,
        esri=row.esri, downstream=row.downstream, upstream=row.upstream,
    )  # fmt: skip
