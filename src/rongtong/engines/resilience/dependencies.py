"""Who depends on whom: for each buyer and input how concentrated its supply is, and what hides behind the suppliers."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sparse

from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.essentiality import ESSENTIAL
from rongtong.engines.resilience.network import Floats, SupplyNetwork

#: A firm is hidden behind the suppliers of a buyer from this many tiers up to this many.
NEAREST, FARTHEST = 2, 4


@dataclass(frozen=True, eq=False)
class Dependencies:
    """What each buyer depends on.

    Attributes
    ----------
    inputs
        A row for each buyer and input: buyer, input, value, suppliers, single (only one supplier), top_supplier,
        top_share, herfindahl (sum of squared shares: 1 means one supplier), essential, substitutes (other firms of the
        network that sell this input), hardness (0 many can step in, 1 nobody), loss (the share of the buyer's output
        that goes with its largest supplier), criticality (loss times hardness); where firms have countries, abroad
        (share bought abroad).
    countries
        A row for each buyer, input and country abroad: buyer, input, country, share. Empty where firms have none.
    hidden
        A row for each buyer and firm upstream on which at least two of its direct suppliers rest and which is no
        direct supplier itself: buyer, firm, tier, suppliers (how many rest on it), share (of purchases by these).
    """

    inputs: pl.DataFrame
    countries: pl.DataFrame
    hidden: pl.DataFrame

    def to_frame(self) -> pl.DataFrame:
        """Return the inputs, the most critical first."""
        return self.inputs.sort("criticality", descending=True, maintain_order=True)

    def __str__(self) -> str:
        single = int(self.inputs["single"].sum())
        return (
            f"{len(self.inputs):,} inputs, {single:,} from one supplier; {len(self.hidden):,} hidden shared suppliers"
        )


def dependencies(network: SupplyNetwork, buyers: Sequence[Any] | None = None, *, tiers: int = FARTHEST) -> Dependencies:
    """Return what buyers depend on.

    Parameters
    ----------
    buyers
        All firms that buy anything, unless told. Inputs are products where links name them, else suppliers' sectors.
    tiers
        How far up hidden shared suppliers are looked for, 2 or more.

    Notes
    -----
    The loss with the largest supplier is its share of the input where the input is essential, and its share of all
    purchases otherwise: the downstream step of the index for one buyer. Hardness is 1 / (1 + m), m being what other
    sellers of the input sell to others, over the volume to be replaced.
    """
    if tiers < NEAREST:
        raise ResilienceError(f"tiers is {NEAREST} or more")
    places = network.places(buyers) if buyers is not None else np.flatnonzero(np.diff(network.in_start) > 0)
    wanted = np.zeros(len(network), np.bool_)
    wanted[places] = True
    links = _links(network)
    inputs = _inputs(network, links.filter(pl.Series(wanted)[links["buyer"]]), links)
    countries = _countries(network, links.filter(pl.Series(wanted)[links["buyer"]]))
    if countries is not None:
        abroad = countries.group_by("buyer", "input").agg(abroad=pl.col("share").sum())
        inputs = inputs.join(abroad, on=["buyer", "input"], how="left", maintain_order="left")
        inputs = inputs.with_columns(pl.col("abroad").fill_null(0.0))
    hidden = _hidden(network, np.asarray(places), tiers)
    return Dependencies(_named(network, inputs), _named(network, _or_empty(countries)), _named(network, hidden))


def _links(network: SupplyNetwork) -> pl.DataFrame:
    """Links that carry something, by buyer, input and supplier."""
    names = network.essentiality.sectors if network.product is None else network.products
    goods = network.sector[network.supplier] if network.product is None else network.product
    kind = network.essentiality.classes[network.sector[network.supplier], network.sector[network.buyer]]
    table = pl.DataFrame(
        {
            "buyer": network.buyer,
            "input": pl.Series(names, dtype=pl.String)[goods],
            "supplier": network.supplier,
            "value": network.value,
            "essential": kind == ESSENTIAL,
        }
    )
    return (
        table.filter(pl.col("value") > 0)
        .group_by("buyer", "input", "supplier")
        .agg(pl.col("value").sum(), pl.col("essential").any())
        .sort("buyer", "input", "value", "supplier", descending=[False, False, True, False])
    )


def _inputs(network: SupplyNetwork, links: pl.DataFrame, everything: pl.DataFrame) -> pl.DataFrame:
    table = links.group_by("buyer", "input", maintain_order=True).agg(
        pl.len().cast(pl.Int64).alias("suppliers"),
        pl.col("value").sum(),
        pl.col("supplier").first().alias("top_supplier"),
        (pl.col("value").first() / pl.col("value").sum()).alias("top_share"),
        ((pl.col("value") / pl.col("value").sum()) ** 2).sum().alias("herfindahl"),
        pl.col("essential").any(),
    )
    sellers = everything.group_by("input").agg(
        pl.col("supplier").n_unique().alias("sellers"), pl.col("value").sum().alias("sold")
    )
    sells = everything.group_by("input", "supplier").agg(pl.col("value").sum().alias("sold_by_top"))
    table = table.join(sellers, on="input", how="left", maintain_order="left").join(
        sells, left_on=["input", "top_supplier"], right_on=["input", "supplier"], how="left", maintain_order="left"
    )
    spent = pl.Series(network.purchases)[table["buyer"]]
    volume = table["top_share"] * table["value"]
    bought_elsewhere = table["value"] - volume
    others = (table["sold"] - table["sold_by_top"] - bought_elsewhere).clip(lower_bound=0.0)
    loss = pl.select(pl.when(table["essential"]).then(table["top_share"]).otherwise(volume / spent)).to_series()
    hardness = 1.0 / (1.0 + others / volume)
    return table.with_columns(
        (pl.col("suppliers") == 1).alias("single"),
        (pl.col("sellers") - pl.col("suppliers")).cast(pl.Int64).alias("substitutes"),
        hardness.alias("hardness"),
        loss.alias("loss"),
        (loss * hardness).alias("criticality"),
    ).drop("sellers", "sold", "sold_by_top")


def _countries(network: SupplyNetwork, links: pl.DataFrame) -> pl.DataFrame | None:
    if "country" not in network.firms.columns:
        return None
    country = network.firms["country"].cast(pl.String)
    table = links.with_columns(
        country[links["supplier"]].alias("country"), country[links["buyer"]].alias("home")
    ).with_columns((pl.col("value") / pl.col("value").sum().over("buyer", "input")).alias("share"))
    return (
        table.filter(pl.col("country").is_not_null() & pl.col("home").is_not_null())
        .filter(pl.col("country") != pl.col("home"))
        .group_by("buyer", "input", "country")
        .agg(pl.col("share").sum())
        .sort("buyer", "input", "share", "country", descending=[False, False, True, False])
    )


def _or_empty(countries: pl.DataFrame | None) -> pl.DataFrame:
    kinds = {"buyer": pl.Int32, "input": pl.String, "country": pl.String, "share": pl.Float64}
    return pl.DataFrame(schema=kinds) if countries is None else countries


def _hidden(network: SupplyNetwork, buyers: npt.NDArray[Any], tiers: int) -> pl.DataFrame:
    """Go up tier by tier from each direct supplier; a firm counts at the tier where that supplier first meets it."""
    rows: list[tuple[int, int, int, int, float]] = []
    firms = len(network)
    carries = network.value > 0
    above = sparse.csr_matrix(
        (np.ones(int(carries.sum())), (network.buyer[carries], network.supplier[carries])), (firms, firms)
    )
    for buyer in buyers.tolist():
        direct = np.unique(above.indices[above.indptr[buyer] : above.indptr[buyer + 1]])
        if len(direct) >= 2:
            rows += _shared(network, above, buyer, direct, tiers)
    kinds = {"buyer": pl.Int32, "firm": pl.Int32, "tier": pl.Int64, "suppliers": pl.Int64, "share": pl.Float64}
    return pl.DataFrame(rows, schema=kinds, orient="row")


def _shared(
    network: SupplyNetwork, above: sparse.csr_matrix, buyer: int, direct: npt.NDArray[Any], tiers: int
) -> list[tuple[int, int, int, int, float]]:
    count, nearest = np.zeros(len(network), np.int64), np.full(len(network), tiers + 1)
    share: Floats = np.zeros(len(network))
    incoming = network.in_link[network.in_start[buyer] : network.in_start[buyer + 1]]
    bought = np.bincount(network.supplier[incoming], network.value[incoming], len(network))
    each = np.arange(len(direct))
    edge = sparse.csr_matrix((np.ones(len(direct)), (each, direct)), (len(direct), len(network)))
    home = sparse.csr_matrix((np.ones(len(direct)), (each, np.full(len(direct), buyer))), edge.shape)
    seen = edge + home  # nothing comes back through the buyer itself
    for tier in range(NEAREST, tiers + 1):
        ahead = edge @ above
        ahead.data[:] = 1.0
        edge = ahead - ahead.multiply(seen)
        edge.eliminate_zeros()
        seen = seen + edge
        met = np.diff(edge.tocsc().indptr)
        nearest[met > 0] = np.minimum(nearest[met > 0], tier)
        count += met
        share += edge.T @ (bought[direct] / bought.sum())
    count[direct] = 0
    found = np.flatnonzero(count >= 2)
    order = found[np.lexsort((found, -share[found]))]
    return [(buyer, int(one), int(nearest[one]), int(count[one]), float(share[one])) for one in order]


def _named(network: SupplyNetwork, table: pl.DataFrame) -> pl.DataFrame:
    """Places become the firms' own names."""
    columns = [one for one in ("buyer", "top_supplier", "firm") if one in table.columns]
    return table.with_columns(network.names[table[one]].alias(one) for one in columns)
