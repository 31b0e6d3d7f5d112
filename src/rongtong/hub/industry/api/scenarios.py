"""Scenarios through the API: ask what would happen, read it, share it."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged
from rongtong.hub.organisations.queries import visible

from ..analysis_enums import ScenarioKind
from ..domain.scenarios import Asked, share_scenario
from ..models import Chain, Scenario
from ..queries.scenarios import scenarios_for, told
from ..tasks import begin_scenario

PATH, NOUN = "/scenarios", "scenario"
router = Router(tags=["scenarios"])


class ScenarioIn(In):
    """``names`` are keys of firms, codes of regions or countries, or ids of products; ``depth`` is a share of 1."""

    chain_id: UUID
    name: str
    kind: ScenarioKind
    names: list[str]
    depth: float = 1.0
    start: int = 0
    days: int = 30
    recovery: int = 0
    horizon: int = 180


class ShareIn(In):
    shared: bool


class ScenarioOut(Out):
    id: UUID
    version: int
    chain_id: UUID
    name: str
    year: int
    kind: str
    depth: float
    start: int
    days: int
    recovery: int
    horizon: int
    shared: bool
    state: str
    job_id: UUID
    created_at: datetime

    @classmethod
    def of(cls, row: Scenario) -> ScenarioOut:
        return cls.model_validate(row, from_attributes=True)


class ScenarioDayOut(Out):
    day: int
    output: float
    lost: float
    p5: float
    p50: float
    p95: float


class HitOut(Out):
    name: str
    hit: bool
    stops_after: int
    days_below: int
    lowest: float
    lost: float


class ScenarioResultOut(ScenarioOut):
    """What it costs, in yuan: ``total`` once, ``value_at_risk`` not exceeded in 95 of 100 runs."""

    meets: str
    total: float | None
    value_at_risk: float | None
    time_to_survive: int | None
    time_to_recover: int | None
    daily: list[ScenarioDayOut]
    firms: list[HitOut]


@router.get("", response=Page[ScenarioOut], operation_id="list_scenarios")
def list_scenarios(request: HttpRequest, chain_id: UUID | None = None, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    rows = scenarios_for(actor)
    if chain_id is not None:
        rows = rows.filter(chain=chain_id)
    return paged(request, rows, ScenarioOut.of, order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post("", response={201: ScenarioOut}, operation_id="create_scenario")
def create(request: HttpRequest, payload: ScenarioIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    asked = Asked(
        payload.name, payload.kind, payload.names, payload.depth, payload.start, payload.days, payload.recovery,
        payload.horizon,
    )  # fmt: skip
    begun = begin_scenario(visible(Chain, actor, payload.chain_id), asked, actor)
    tagged(response, begun, actor)
    return Status(201, ScenarioOut.of(begun))


@router.get("/{uuid:pk}", response=ScenarioResultOut, operation_id="read_scenario")
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(visible(Scenario, actor, pk, "chain"), actor, response)


@router.post("/{uuid:pk}/share", response=ScenarioResultOut, operation_id="share_scenario")
def share(request: HttpRequest, pk: UUID, payload: ShareIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    row = share_scenario(scenario=visible(Scenario, actor, pk, "chain"), shared=payload.shared, by=actor)
    return _shown(row, actor, response)


def _shown(row: Scenario, actor: Actor, response: HttpResponse) -> ScenarioResultOut:
    tagged(response, row, actor)
    words = told(row, actor)
    keys = ("total", "value_at_risk", "time_to_survive", "time_to_recover")
    days = [ScenarioDayOut(day=one[0], output=one[1], lost=one[2], p5=one[3], p50=one[4], p95=one[5])
            for one in row.result.get("days", [])]  # fmt: skip
    fields = ("hit", "stops_after", "days_below", "lowest", "lost")
    firms = [HitOut(name=called.name, **{name: firm[name] for name in fields}) for called, firm in words.firms]
    known = ScenarioOut.of(row).model_dump()
    return ScenarioResultOut(
        **known, meets=words.meets, daily=days, firms=firms, **{one: row.result.get(one) for one in keys}
    )
