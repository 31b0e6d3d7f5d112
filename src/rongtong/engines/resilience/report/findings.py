"""Everything the page tells, worked out once."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

import polars as pl

from rongtong.engines.resilience.chokepoints import cut_vertices, product_graph
from rongtong.engines.resilience.dependencies import Dependencies, dependencies
from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.explaining import Explanation, explain
from rongtong.engines.resilience.network import SupplyNetwork
from rongtong.engines.resilience.risk_results import SystemicRisk
from rongtong.engines.resilience.stability import RankStability, rank_stability
from rongtong.engines.resilience.systemic_risk import systemic_risk
from rongtong.engines.resilience.tables import Table
from rongtong.engines.resilience.weak_links import weak_links

#: Ranks are tried out on networks up to this size: each draw ranks all firms anew.
_TRIED_UP_TO, _DRAWS, _MISSING = 2_000, 5, (0.1, 0.3, 0.5)
_EXPLAINED = 5


@dataclass(frozen=True, eq=False)
class Findings:
    """What the analysis found.

    Attributes
    ----------
    explanations
        The links that make up the index of the gravest firms.
    weak
        As `weak_links` returns them.
    cuts
        Goods (or sectors, where links name no products) without which the chain falls apart.
    stability
        None for large networks.
    """

    network: SupplyNetwork
    risk: SystemicRisk
    explanations: tuple[Explanation, ...]
    dependencies: Dependencies
    weak: pl.DataFrame
    cuts: tuple[str, ...]
    stability: RankStability | None

    def to_dict(self, most: int = 20) -> dict[str, Any]:
        """Return the essence, for a program."""
        return {
            "firms": len(self.network),
            "links": self.network.links,
            "traps": [{"code": one.code, "message": one.message} for one in self.risk.traps],
            "gravest": self.risk.ranked().head(most).to_dicts(),
            "weak_links": self.weak.head(most).to_dicts(),
            "cut_vertices": list(self.cuts),
            "hidden_suppliers": self.dependencies.hidden.head(most).to_dicts(),
        }


def analyse(
    links: Table,
    firms: Table,
    essentiality: Any = None,
    *,
    add_duplicates: bool = False,
    tell: Callable[[str], None] | None = None,
) -> Findings:
    """Work everything out.

    Parameters
    ----------
    links, firms, essentiality, add_duplicates
        As `SupplyNetwork.from_edges` takes them.
    tell
        Called with what begins: network, risk, links, dependencies, days, ranks.

    Raises
    ------
    FaultyNetwork
        With every fault and its row.
    ResilienceError
        Where there are no links.
    """
    told = tell or (lambda _: None)
    told("network")
    network = SupplyNetwork.from_edges(links, firms, essentiality, add_duplicates=add_duplicates)
    if not network.sales.sum() > 0:
        raise ResilienceError("there are no links that carry anything")
    told("risk")
    risk = systemic_risk(network)
    told("links")
    gravest = risk.ranked().head(_EXPLAINED)["firm"].to_list()
    explanations = tuple(explain(network, one) for one in gravest)
    told("dependencies")
    found = dependencies(network)
    told("days")
    weak = weak_links(network, found, risk)
    told("ranks")
    tried = rank_stability(network, missing=_MISSING, draws=_DRAWS) if _few(network) else None
    return Findings(network, risk, explanations, found, weak, tuple(cut_vertices(product_graph(network))), tried)


def _few(network: SupplyNetwork) -> bool:
    return 10 <= len(network) <= _TRIED_UP_TO and network.links >= 10
