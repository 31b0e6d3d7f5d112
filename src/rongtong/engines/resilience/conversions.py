"""Input–output tables and product graphs, as statistics offices and knowledge graphs have them, become networks."""

from collections.abc import Sequence
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience.errors import Fault, FaultyNetwork
from rongtong.engines.resilience.network import SupplyNetwork
from rongtong.engines.resilience.tables import Table, frame_of, needed


def from_input_output(
    flows: npt.ArrayLike,
    output: npt.ArrayLike,
    countries: Sequence[str],
    industries: Sequence[str],
    essentiality: Any = None,
    *,
    least: float = 0.0,
) -> SupplyNetwork:
    """Make a network of an inter-country input–output table: one firm for each industry of each country.

    Parameters
    ----------
    flows
        What row sells to column, in one unit of money; shape (c·i, c·i), country by country, as in WIOD.
    output
        Gross output of each row: the revenue. What is not sold to industries is final demand.
    least
        Flows of at most this much are left out; so are what an industry sells to itself and flows below 0, which
        balancing of tables leaves behind.

    Returns
    -------
    SupplyNetwork
        Firms are called ``CHN.c14``; they have a country, and their industry is their sector. Where rounding of the
        table makes a row sell more than its output, what it sells is its revenue.
    """
    matrix, gross = np.asarray(flows, np.float64), np.asarray(output, np.float64).ravel()
    rows = len(countries) * len(industries)
    if matrix.shape != (rows, rows) or gross.shape != (rows,):
        told = f"{len(countries)} countries and {len(industries)} industries need {rows} rows and columns"
        raise FaultyNetwork([Fault("flows", 0, "", "other_shape", told)])
    if not np.isfinite(matrix).all() or not (gross >= 0).all():
        raise FaultyNetwork([Fault("flows", 0, "", "no_number", "a flow is no number, or an output is below 0")])
    kept = np.where(matrix > least, matrix, 0.0)
    np.fill_diagonal(kept, 0.0)
    names = pl.Series([f"{country}.{industry}" for country in countries for industry in industries])
    supplier, buyer = np.nonzero(kept)
    firms = pl.DataFrame(
        {
            "firm": names,
            "sector": list(industries) * len(countries),
            "market": names,  # an industry of a country is replaced by nobody else as a whole
            "country": [country for country in countries for _ in industries],
            "revenue": np.maximum(gross, kept.sum(axis=1)),
        }
    )
    links = pl.DataFrame({"supplier": names[supplier], "buyer": names[buyer], "value": kept[supplier, buyer]})
    return SupplyNetwork.from_edges(links, firms, essentiality)


def product_edges(table: Table, *, relation: str = "上游材料") -> pl.DataFrame:
    """Return which goods go into which, of a table of statements about products.

    Parameters
    ----------
    table
        product, relation, other: other is the material of product where the relation is `relation`.

    Returns
    -------
    polars.DataFrame
        input, output: each pair once, without goods that would go into themselves. For `cut_vertices`.
    """
    frame = frame_of(table, "products", ("product", "relation", "other"))
    faults = needed(frame, "products", ("product", "relation", "other"))
    if faults:
        raise FaultyNetwork(faults)
    return (
        frame.filter(pl.col("relation") == relation)
        .select(pl.col("other").alias("input"), pl.col("product").alias("output"))
        .drop_nulls()
        .filter(pl.col("input") != pl.col("output"))
        .unique(maintain_order=True)
    )
