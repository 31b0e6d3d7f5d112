"""Goods without which a chain falls apart, and the paths along which a loss comes through strongest."""

from collections.abc import Sequence
from typing import Any

import polars as pl

from rongtong.engines.resilience.dependencies import dependencies
from rongtong.engines.resilience.network import SupplyNetwork


def product_graph(network: SupplyNetwork) -> pl.DataFrame:
    """Return which goods go into which: input, output, value, the yuan a year of it.

    A firm's purchases are split over what it sells by value. Goods are products where links name them, else sectors.
    """
    names = network.essentiality.sectors if network.product is None else network.products
    goods = network.sector[network.supplier] if network.product is None else network.product
    links = pl.DataFrame(
        {"from": network.supplier, "to": network.buyer, "goods": pl.Series(names, dtype=pl.String)[goods],
         "value": network.value}
    ).filter(pl.col("value") > 0)  # fmt: skip
    sold = links.group_by(pl.col("from").alias("firm"), pl.col("goods").alias("output")).agg(pl.col("value").sum())
    sold = sold.with_columns((pl.col("value") / pl.col("value").sum().over("firm")).alias("part")).drop("value")
    bought = links.group_by(pl.col("to").alias("firm"), pl.col("goods").alias("input")).agg(pl.col("value").sum())
    both = bought.join(sold, on="firm").filter(pl.col("input") != pl.col("output"))
    return (
        both.group_by("input", "output")
        .agg((pl.col("value") * pl.col("part")).sum())
        .sort("value", "input", "output", descending=[True, False, False])
    )


def cut_vertices(edges: pl.DataFrame) -> list[str]:
    """Return the goods without which the product graph falls into more pieces (Hopcroft and Tarjan 1973).

    Parameters
    ----------
    edges
        input, output; directions do not matter.
    """
    near: dict[str, set[str]] = {}
    for one, other in edges.select("input", "output").iter_rows():
        near.setdefault(one, set()).add(other)
        near.setdefault(other, set()).add(one)
    found: set[str] = set()
    depth: dict[str, int] = {}
    for root in sorted(near):
        if root not in depth:
            found |= _cuts_below(root, near, depth)
    return sorted(found)


def _cuts_below(root: str, near: dict[str, set[str]], depth: dict[str, int]) -> set[str]:
    """Depth-first search without recursion; `low` is the highest place a node's branch reaches by another way."""
    found: set[str] = set()
    low, branches = {root: 0}, 0
    depth[root] = 0
    path = [(root, "", iter(sorted(near[root])))]
    while path:
        node, parent, rest = path[-1]
        other = next(rest, None)
        if other is None:
            path.pop()
            if path:
                above = path[-1][0]
                low[above] = min(low[above], low[node])
                if above != root and low[node] >= depth[above]:
                    found.add(above)
        elif other not in depth:
            depth[other] = low[other] = depth[node] + 1
            branches += node == root
            path.append((other, node, iter(sorted(near[other]))))
        elif other != parent:
            low[node] = min(low[node], depth[other])
    return found | {root} if branches > 1 else found


def critical_paths(network: SupplyNetwork, buyer: Any, *, paths: int = 10, tiers: int = 6) -> pl.DataFrame:
    """Return the firms upstream whose loss comes through to a buyer strongest, and the way it takes.

    Each step passes on the criticality of the largest supplier of an input (`dependencies`); a path is as strong as the
    product of its steps, and of all paths from a firm the strongest is shown.

    Returns
    -------
    polars.DataFrame
        firm, strength, tier, path (firms from there to the buyer), the strongest first.
    """
    network.places([buyer])
    rows = dependencies(network).inputs.group_by("buyer", "top_supplier").agg(pl.col("criticality").max())
    steps: dict[Any, list[tuple[Any, float]]] = {}
    for to, supplier, strength in rows.sort("buyer", "top_supplier").iter_rows():
        steps.setdefault(to, []).append((supplier, strength))
    best: dict[Any, tuple[float, Sequence[Any]]] = {buyer: (1.0, (buyer,))}
    edge = dict(best)
    for _ in range(tiers):  # a way round in a circle is never stronger, so no path meets a firm twice
        fresh: dict[Any, tuple[float, Sequence[Any]]] = {}
        for firm, (strength, path) in edge.items():
            for supplier, share in steps.get(firm, []):
                known = max(best.get(supplier, (0.0,))[0], fresh.get(supplier, (0.0,))[0])
                if strength * share > known:
                    fresh[supplier] = (strength * share, (supplier, *path))
        best |= fresh
        edge = fresh
    del best[buyer]
    kept = sorted(best.items(), key=lambda item: -item[1][0])[:paths]
    return pl.DataFrame(
        {
            "firm": pl.Series([firm for firm, _ in kept], dtype=network.names.dtype),
            "strength": pl.Series([strength for _, (strength, _) in kept], dtype=pl.Float64),
            "tier": pl.Series([len(path) - 1 for _, (_, path) in kept], dtype=pl.Int64),
            "path": pl.Series([list(path) for _, (_, path) in kept], dtype=pl.List(network.names.dtype)),
        }
    )
