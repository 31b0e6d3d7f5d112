"""Verbs on analyses: begin one, and work it out in the background."""

from __future__ import annotations

from collections.abc import Callable
from decimal import Decimal
from typing import TYPE_CHECKING, Any
from uuid import UUID

from django.db import transaction
from django.db.models import Max
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit, jobs
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.foundation.verbs import verb

from ..analysis_enums import WorkState
from ..models import Analysis, Chain, FirmRisk, Pseudonym, WeakLink
from ..queries.networks import HIDDEN, ChainNetwork, network_of, newest_year

if TYPE_CHECKING:
    from rongtong.engines.resilience import SupplyNetwork, SystemicRisk

#: Of a thousand steps of progress: when ranks, links and days are worked out.
STEPS, RANKED, EXPLAINED = 1000, 500, 800
#: So many of the gravest firms are explained by links, so many links each; so many weak links are followed by days.
FIRMS, PARTS, FOLLOWED, DAYS = 40, 10, 30, 180
#: A trap of the hub itself: what hidden suppliers sell by name stands apart from what they sell under their number.
HIDDEN_APART = "hidden_apart"


@verb("analysis.start", on="chain")
def start_analysis(*, chain: Chain, year: int | None = None, by: Actor) -> Analysis:
    """Begin an analysis of a year, the latest unless told; whoever calls this defers its task.

    Raises
    ------
    Refusal
        One is under way.
    Invalid
        The year has no links.
    """
    newest = newest_year(chain) if year is None else year
    if newest is None or not network_of(chain, newest).rows:
        raise Invalid([Fault("year", _("这一年没有供需关系，请先填报或导入。"), "analysis.no_links")])
    for one in Analysis._base_manager.filter(chain=chain, state=WorkState.WORKING):
        if Job._base_manager.filter(pk=one.job_id, state__in=[JobState.WAITING, JobState.RUNNING]).exists():
            raise Refusal(
                "analysis.working",
                what=_("没有开始分析。"),
                why=_("这条产业链的一次分析正在进行。"),
                cure=_("请等它完成，或先停止那项任务。"),
            )
        one.state = WorkState.STOPPED
        one.touch("state")
    last = Analysis._base_manager.filter(chain=chain).aggregate(last=Max("number"))["last"] or 0
    job = jobs.start("analysis.run", by=by, total=STEPS)
    audit.note(year=newest, number=last + 1)
    return Analysis._base_manager.create(chain=chain, year=newest, number=last + 1, job_id=job.pk)


def compute(analysis_id: UUID) -> None:
    """Work an analysis out and keep what it found. Stopped or failed, nothing is kept; twice is as good as once."""
    analysis = Analysis._base_manager.select_related("chain").get(pk=analysis_id)
    if analysis.state != WorkState.WORKING:
        return
    try:
        with jobs.Running(analysis.job_id) as running:
            _work(analysis, running)
            running.result = {"next": reverse("industry:risks", args=[analysis.chain_id])}
    finally:
        Analysis._base_manager.filter(pk=analysis.pk, state=WorkState.WORKING).update(state=WorkState.STOPPED)


def _work(analysis: Analysis, running: jobs.Running) -> None:
    from rongtong.engines.resilience import dependencies, systemic_risk, weak_links

    told = network_of(analysis.chain, analysis.year)
    network = told.network()
    risk = systemic_risk(network, tell=_share(running, 0, RANKED))
    risks = _risks(analysis, told, network, risk, running)
    running.tell(EXPLAINED, STEPS)
    found = dependencies(network)
    weak = weak_links(network, found, risk, followed=FOLLOWED, days=DAYS, stocks=told.stocks)
    rows = _weak(analysis, told, weak.to_dicts())
    running.tell(STEPS, STEPS)
    with transaction.atomic():
        FirmRisk._base_manager.bulk_create(risks)
        WeakLink._base_manager.bulk_create(rows)
        analysis.state, analysis.finished_at = WorkState.DONE, timezone.now()
        analysis.firms, analysis.links, analysis.mean = len(network), network.links, float(risk.esri.mean())
        apart = [HIDDEN_APART] if any(row.supplier.startswith(HIDDEN) for row in told.rows) else []
        analysis.traps = [trap.code for trap in risk.traps] + apart
        analysis.touch()


def _share(running: jobs.Running, first: int, last: int) -> Callable[[int, int], None]:
    """Progress between two steps, written down at every percent at most."""
    written = [-1]

    def tell(done: int, total: int) -> None:
        step = first + (last - first) * done // max(total, 1)
        if step >= written[0] + STEPS // 100:
            written[0] = step
            running.tell(step, STEPS)

    return tell


def _risks(
    analysis: Analysis, chain: ChainNetwork, network: SupplyNetwork, risk: SystemicRisk, running: jobs.Running
) -> list[FirmRisk]:
    from rongtong.engines.resilience import explain

    known = chain.links
    numbers = _firms_of_numbers(network)
    tell, rows = _share(running, RANKED, EXPLAINED), []
    for place, row in enumerate(risk.ranked().iter_rows(named=True)):
        hidden = row["firm"].startswith(HIDDEN)
        pseudonym = UUID(row["firm"].removeprefix(HIDDEN)) if hidden else None
        own, parts = None, []
        if place < FIRMS:
            told = explain(network, row["firm"])
            own = told.own
            parts = [
                [str(known[one["supplier"], one["buyer"], one["product"]]), one["direction"], one["direct"],
                 one["carried"]]
                for one in told.links.head(PARTS).iter_rows(named=True)
            ]  # fmt: skip
            tell(place, FIRMS)
        rows.append(
            FirmRisk(
                analysis=analysis, rank=row["rank"], esri=row["esri"], downstream=row["downstream"],
                firm_id=numbers[pseudonym] if pseudonym else UUID(row["firm"]), pseudonym_id=pseudonym,
                upstream=row["upstream"], own=own, parts=parts,
            )
        )  # fmt: skip
    return rows


def _firms_of_numbers(network: SupplyNetwork) -> dict[UUID, UUID]:
    asked = [one.removeprefix(HIDDEN) for one in network.names.to_list() if one.startswith(HIDDEN)]
    return dict(Pseudonym._base_manager.filter(pk__in=asked).values_list("pk", "firm_id"))


def _weak(analysis: Analysis, told: ChainNetwork, rows: list[dict[str, Any]]) -> list[WeakLink]:
    return [
        WeakLink(
            analysis=analysis,
            rank=rank,
            buyer_id=UUID(row["buyer"]),
            product_id=UUID(row["input"]) if row["input"] else None,
            link_id=told.links[row["top_supplier"], row["buyer"], row["input"]],
            suppliers=row["suppliers"],
            substitutes=row["substitutes"],
            value=round(Decimal(row["value"]), 2),
            abroad=row["abroad"],
            essential=row["essential"],
            top_share=row["top_share"],
            herfindahl=row["herfindahl"],
            hardness=row["hardness"],
            loss=row["loss"],
            stake=row["stake"],
            less_after=row["less_after"],
            stops_after=row["stops_after"],
            is_followed=row["is_followed"],
        )
        for rank, row in enumerate(rows, 1)
    ]
