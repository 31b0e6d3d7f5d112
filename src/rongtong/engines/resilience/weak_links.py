"""Weak links: dependencies whose loss the chain cannot absorb, ranked by what is at stake."""

from collections.abc import Mapping
from dataclasses import replace
from typing import Any

import numpy as np
import polars as pl

from rongtong.engines.resilience.dependencies import Dependencies
from rongtong.engines.resilience.disruptions import Disruption
from rongtong.engines.resilience.dynamics import DAYS, WORKS, Conduct, simulate
from rongtong.engines.resilience.network import Floats, SupplyNetwork
from rongtong.engines.resilience.risk_results import SystemicRisk

#: A firm that makes less than this share of normal has stopped; below `WORKS` it makes less.
STOPPED = 0.01
_FOLLOWED = 20


def weak_links(
    network: SupplyNetwork,
    found: Dependencies,
    risk: SystemicRisk,
    *,
    followed: int = _FOLLOWED,
    days: int = DAYS,
    conduct: Conduct | None = None,
    stocks: Mapping[tuple[Any, str], float] | None = None,
) -> pl.DataFrame:
    """Return dependencies, the gravest first.

    Parameters
    ----------
    found, risk
        Of this network; `risk` for all of its firms.
    followed
        So many of the gravest are followed day by day: their supplier stops for good.
    days
        How long they are followed.
    stocks
        Days of an input that a buyer has in stock, by (buyer, input), where that is known; it goes before what the
        buyer has in stock in general.

    Returns
    -------
    polars.DataFrame
        The columns of `Dependencies.inputs`, and stake (criticality times the buyer's index: about the share of all
        sales that is lost where nobody steps in), country (of the largest supplier where it is not the buyer's, else
        null), cover (days of the input in stock), less_after and stops_after (days until the buyer makes less than
        99 %, and next to nothing; null where that does not happen in these days, or was not followed), is_followed.
    """
    conduct = conduct or Conduct()
    index = dict(zip(risk.names.to_list(), risk.esri.tolist(), strict=True))
    table = found.inputs.with_columns(
        (pl.col("criticality") * pl.col("buyer").replace_strict(index, return_dtype=pl.Float64)).alias("stake")
    ).sort("stake", "criticality", "buyer", "input", descending=[True, True, False, False])
    table = table.with_columns(_abroad(network, table), _cover(network, table, conduct, stocks or {}))
    first = table.head(followed)
    ends = [
        _days_until(_with_cover(network, conduct, buyer, cover), conduct, days, supplier, buyer)
        for supplier, buyer, cover in first.select("top_supplier", "buyer", "cover").iter_rows()
    ]
    ends += [(None, None)] * (len(table) - len(first))
    return table.with_columns(
        pl.Series("less_after", [less for less, _ in ends], dtype=pl.Int64),
        pl.Series("stops_after", [stops for _, stops in ends], dtype=pl.Int64),
        pl.Series("is_followed", [place < len(first) for place in range(len(table))], dtype=pl.Boolean),
    )


def _abroad(network: SupplyNetwork, table: pl.DataFrame) -> pl.Series:
    """The country of the largest supplier where that is not the buyer's."""
    if "country" not in network.firms.columns:
        return pl.Series("country", [None] * len(table), dtype=pl.String)
    country = network.firms["country"].cast(pl.String)
    there, here = (country[network.places(table[one])] for one in ("top_supplier", "buyer"))
    told = [
        None if one is None or other is None or one == other else one for one, other in zip(there, here, strict=True)
    ]
    return pl.Series("country", told, dtype=pl.String)


def _covers(network: SupplyNetwork, conduct: Conduct) -> Floats:
    """Days that each firm has in stock of any input."""
    if "cover_days" not in network.firms.columns:
        return np.full(len(network), conduct.cover)
    known: Floats = network.firms["cover_days"].cast(pl.Float64).fill_null(conduct.cover).to_numpy()
    return known


def _cover(
    network: SupplyNetwork, table: pl.DataFrame, conduct: Conduct, stocks: Mapping[tuple[Any, str], float]
) -> pl.Series:
    general = _covers(network, conduct)[network.places(table["buyer"])].tolist()
    pairs = table.select("buyer", "input").iter_rows()
    return pl.Series(
        "cover", [float(stocks.get(pair, some)) for pair, some in zip(pairs, general, strict=True)], dtype=pl.Float64
    )


def _with_cover(network: SupplyNetwork, conduct: Conduct, buyer: Any, cover: float) -> SupplyNetwork:
    """The network in which the buyer has so many days in stock."""
    covers = _covers(network, conduct).copy()
    covers[network.places([buyer])] = cover
    return replace(network, firms=network.firms.with_columns(pl.Series("cover_days", covers)))


def _days_until(
    network: SupplyNetwork, conduct: Conduct, days: int, supplier: Any, buyer: Any
) -> tuple[int | None, int | None]:
    """In how many days a buyer makes less, and stops, when a supplier has stopped."""
    course = simulate(network, [Disruption("firm", (supplier,), days=days)], days=days, conduct=conduct)
    made = course.made[:, int(network.places([buyer])[0])]
    less, stopped = made < WORKS, made < STOPPED
    return (
        int(less.argmax()) if less.any() else None,
        int(stopped.argmax()) if stopped.any() else None,
    )
