"""Verbs on scenarios: ask what would happen, work it out in the background, share it."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any, Literal, cast
from uuid import UUID

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit, jobs
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Text
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.models import Organisation

from ..analysis_enums import WorkState
from ..models import Chain, Scenario
from ..queries.networks import network_of, newest_year
from ..queries.scenarios import scope_of, targets_of

if TYPE_CHECKING:
    import numpy as np

    from rongtong.engines.resilience import Bands, Disruption, Simulation

#: The kinds of the hub are kinds of the engine.
Kind = Literal["firm", "region", "country", "product"]
#: Of a thousand steps of progress, the first run; runs for the bands, in which days and depth differ by a third.
STEPS, RUNS, SPREAD = 1000, 40, 0.3
LISTED, MOST_NAMES, LONGEST_NAME = 60, 50, 60
PERCENTILES = (5, 50, 95)


@dataclass(frozen=True)
class Asked:
    """What goes wrong."""

    name: str
    kind: str
    names: Sequence[str]
    depth: float = 1.0
    start: int = 0
    days: int = 30
    recovery: int = 0
    horizon: int = 180


@verb("scenario.create", on="chain")
def create_scenario(*, chain: Chain, asked: Asked, by: Actor) -> Scenario:
    """Ask what a disruption would do. Whoever calls this defers its task.

    A firm sees what becomes of its own links, the leader and the operator what becomes of the chain.
    """
    organisation = Organisation._base_manager.get(pk=by.firm)
    year = newest_year(chain)
    if year is None:
        raise Invalid([Fault("names", _("这条产业链还没有供需关系，请先填报或导入。"), "scenario.no_links")])
    _check(chain, year, asked, organisation)
    job = jobs.start("scenario.run", by=by, total=STEPS)
    audit.note(kind=asked.kind, count=len(asked.names))
    return Scenario._base_manager.create(
        chain=chain, organisation=organisation, year=year, job_id=job.pk, name=asked.name.strip(), kind=asked.kind,
        names=list(asked.names), depth=asked.depth, start=asked.start, days=asked.days, recovery=asked.recovery,
        horizon=asked.horizon,
    )  # fmt: skip


@verb("scenario.share", on="scenario")
def share_scenario(*, scenario: Scenario, shared: bool, by: Actor) -> Scenario:
    """Show a scenario to the leader of the chain and to the operator, or to them no more."""
    scenario.shared = shared
    scenario.touch("shared")
    return scenario


def _check(chain: Chain, year: int, asked: Asked, organisation: Organisation) -> None:
    ranges: tuple[tuple[str, float, float, float, Text], ...] = (
        ("depth", asked.depth, 0.01, 1, _("损失程度为 1% 至 100%。")),
        ("start", asked.start, 0, asked.horizon - 1, _("起始日须在推演的天数之内。")),
        ("days", asked.days, 1, 365, _("持续 1 至 365 天。")),
        ("recovery", asked.recovery, 0, 365, _("恢复 0 至 365 天。")),
        ("horizon", asked.horizon, 1, 730, _("推演 1 至 730 天。")),
    )
    faults = [Fault(field, text, "range") for field, value, low, high, text in ranges if not low <= value <= high]
    if not asked.name.strip() or len(asked.name.strip()) > LONGEST_NAME:
        faults.append(Fault("name", _("请填写情景名称，最多 60 字。"), "scenario.name"))
    known = targets_of(network_of(chain, year, scope_of(chain, organisation)))
    if not asked.names or len(asked.names) > MOST_NAMES or not set(asked.names) <= known.get(asked.kind, set()):
        faults.append(Fault("names", _("请从列出的对象中选择，最多 50 个。"), "scenario.names"))
    if faults:
        raise Invalid(faults)


def follow(scenario_id: UUID) -> None:
    """Work a scenario out and keep what it does. Stopped or failed, nothing is kept."""
    scenario = Scenario._base_manager.select_related("chain", "organisation").get(pk=scenario_id)
    if scenario.state != WorkState.WORKING:
        return
    try:
        with jobs.Running(scenario.job_id) as running:
            result = _result(scenario, running)
            running.result = {"next": reverse("industry:scenario", args=[scenario.pk])}
            scenario.result, scenario.state = result, WorkState.DONE
            scenario.touch("result", "state")
    finally:
        Scenario._base_manager.filter(pk=scenario.pk, state=WorkState.WORKING).update(state=WorkState.STOPPED)


def _result(scenario: Scenario, running: jobs.Running) -> dict[str, Any]:
    from rongtong.engines.resilience import Disruption, monte_carlo, simulate

    told = network_of(scenario.chain, scenario.year, scope_of(scenario.chain, scenario.organisation))
    network = told.network()

    def disruption(longer: float = 1.0, deeper: float = 1.0) -> Disruption:
        return Disruption(
            kind=cast(Kind, scenario.kind), names=tuple(scenario.names),
            depth=min(1.0, scenario.depth * deeper), start=scenario.start, days=max(1, round(scenario.days * longer)),
            recovery=scenario.recovery,
        )  # fmt: skip

    def draw(chance: np.random.Generator) -> list[Disruption]:
        return [disruption(*chance.uniform(1 - SPREAD, 1 + SPREAD, 2))]

    once = simulate(network, [disruption()], days=scenario.horizon)
    bands = monte_carlo(
        network, draw, runs=RUNS, days=scenario.horizon,
        tell=lambda done, total: running.tell(STEPS * done // total, STEPS),
    )  # fmt: skip
    return _told(once, bands)


def _told(once: Simulation, bands: Bands) -> dict[str, Any]:
    daily = once.to_frame().join(bands.to_frame(PERCENTILES), on="day")
    columns = ("day", "output", "lost", "p5", "p50", "p95")
    firms = once.firms()
    return {
        "days": [list(row) for row in daily.select(columns).iter_rows()],
        "firms": firms.head(LISTED).to_dicts(),
        "hit": len(firms),
        "total": once.value_lost,
        "value_at_risk": bands.value_at_risk(0.95),
        "time_to_survive": once.time_to_survive,
        "time_to_recover": once.time_to_recover,
    }


def values_of(asked: Mapping[str, Any]) -> Asked:
    """What a form or a request says, as the verb takes it: targets are ``kind:name``."""
    targets = [str(one).partition(":") for one in asked["targets"]]
    kinds = {kind for kind, _sign, _name in targets}
    if len(kinds) != 1:
        raise Invalid([Fault("targets", _("请选择同一类对象：企业、地区、国家或产品。"), "scenario.kinds")])
    return Asked(
        name=asked["name"], kind=kinds.pop(), names=[name for _kind, _sign, name in targets],
        depth=float(asked["depth"]), start=asked["start"], days=asked["days"], recovery=asked["recovery"],
        horizon=asked["horizon"],
    )  # fmt: skip
