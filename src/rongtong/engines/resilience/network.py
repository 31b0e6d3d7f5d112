"""A supply network: who sells how much to whom, as arrays that do not change."""

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience import checking
from rongtong.engines.resilience.errors import Fault, FaultyNetwork, ResilienceError
from rongtong.engines.resilience.essentiality import Essentiality
from rongtong.engines.resilience.tables import Table, frame_of, needed

Floats = npt.NDArray[np.float64]
Places = npt.NDArray[np.int32]
Starts = npt.NDArray[np.int64]


@dataclass(frozen=True, eq=False)
class SupplyNetwork:
    """Firms and the links between them; made by `from_edges`.

    A firm is known by its place, 0 to n - 1, in the order of the table of firms.

    Attributes
    ----------
    firms
        The table of firms as given: firm, sector and whatever else (country, region …).
    essentiality
        Classes of inputs by sector.
    sector, market
        Of each firm: its place in `essentiality.sectors`; the group in which others can replace it.
    revenue, costs
        Yuan a year, per firm. `costs` is None where they were not given.
    start, buyer, value
        Links by supplier: those of firm i are ``start[i]:start[i + 1]``; yuan a year.
    product
        Place in `products` of each link, or None.
    in_start, in_link
        Links by buyer: those of firm j are ``in_link[in_start[j]:in_start[j + 1]]``.
    """

    firms: pl.DataFrame
    essentiality: Essentiality
    sector: Places
    market: Places
    revenue: Floats
    costs: Floats | None
    start: Starts
    buyer: Places
    value: Floats
    products: tuple[str, ...]
    product: Places | None
    in_start: Starts
    in_link: Places
    in_supplier: Places

    @classmethod
    def from_edges(
        cls, links: Table, firms: Table, essentiality: Any = None, *, add_duplicates: bool = False
    ) -> "SupplyNetwork":
        """Make a network of two tables: Polars, pandas, a mapping of columns, or the path of a CSV or Parquet file.

        Parameters
        ----------
        links
            supplier, buyer, value (yuan a year, 0 or more), and if wanted product.
        firms
            firm, sector, and if wanted market (the group in which a firm is replaceable; else its sector), revenue
            (else what it sells to others here), costs, country, region and anything else.
        essentiality
            How much a sector (column) needs the goods of a sector (row): 2 essential, 1 non-essential, 0 negligible. A
            table whose first column names the rows, its path, an `Essentiality`, or an array whose rows are the sectors
            0, 1, 2 … Without it every input is non-essential, and results say so.
        add_duplicates
            Whether links with the same supplier, buyer and product are added up instead of refused.

        Raises
        ------
        FaultyNetwork
            With every fault and its row: self-loops, values that are negative, missing or no numbers, firms that are
            not known, duplicates, sectors that `essentiality` does not know.
        """
        edges = frame_of(links, "links", ("supplier", "buyer", "product"))
        nodes = frame_of(firms, "firms", ("firm", "sector", "market", "country", "region"))
        faults = needed(edges, "links", ("supplier", "buyer", "value")) + needed(nodes, "firms", ("firm", "sector"))
        if faults:
            raise FaultyNetwork(faults)
        faults = checking.firm_faults(nodes)
        names, products = _products(edges)
        joined = _joined(edges, nodes, products)
        again = None if add_duplicates else checking.repeated(joined, len(nodes))
        faults += checking.link_faults(edges, joined, again)
        sectors = nodes["sector"].cast(pl.String)
        classes = Essentiality.of(essentiality, sectors.drop_nulls().unique().sort().to_list())
        sector = _sector_places(sectors, classes)
        faults += checking.sector_faults(nodes, (sector >= 0) | sectors.is_null().to_numpy())
        faults += _unsold(nodes, joined)
        if faults:
            raise FaultyNetwork(faults)
        return _assembled(nodes, classes, sector, joined, names, add_duplicates)

    def __len__(self) -> int:
        return len(self.sector)

    def __repr__(self) -> str:
        return f"<SupplyNetwork: {len(self):,} firms, {self.links:,} links, {len(self.essentiality.sectors)} sectors>"

    @property
    def links(self) -> int:
        """Number of links."""
        return len(self.buyer)

    @cached_property
    def supplier(self) -> Places:
        """The supplier of each link."""
        places: Places = np.repeat(np.arange(len(self), dtype=np.int32), np.diff(self.start))
        places.flags.writeable = False
        return places

    @cached_property
    def sales(self) -> Floats:
        """What each firm sells to others here: its out-strength and its weight in the index."""
        return added(self.supplier, self.value, len(self))

    @cached_property
    def purchases(self) -> Floats:
        """What each firm buys from others here."""
        return added(self.buyer, self.value, len(self))

    @cached_property
    def names(self) -> pl.Series:
        """The firms' identifiers, in order."""
        return self.firms["firm"]

    @cached_property
    def _at(self) -> dict[Any, int]:
        return {name: place for place, name in enumerate(self.names.to_list())}

    def places(self, firms: Sequence[Any] | pl.Series) -> Places:
        """Return the places of firms; raises ResilienceError that names those it does not know."""
        asked = firms.to_list() if isinstance(firms, pl.Series) else list(firms)
        unknown = [str(one) for one in asked if one not in self._at]
        if unknown:
            raise ResilienceError(f"not among the firms: {', '.join(unknown[:5])}")
        return np.array([self._at[one] for one in asked], np.int32)

    def labels(self, column: str) -> list[Any]:
        """Return a column of the table of firms; raises ResilienceError where it has none."""
        if column not in self.firms.columns:
            raise ResilienceError(f"the table of firms has no column {column}")
        return self.firms[column].to_list()

    def to_frame(self) -> pl.DataFrame:
        """Return the links as a table: supplier, buyer, product where there are any, value."""
        columns: dict[str, Any] = {"supplier": self.names[self.supplier], "buyer": self.names[self.buyer]}
        if self.product is not None:
            columns["product"] = pl.Series(self.products, dtype=pl.String)[self.product]
        return pl.DataFrame({**{name: one.rename(name) for name, one in columns.items()}, "value": self.value})


def frozen(array: npt.NDArray[Any]) -> Any:
    """Return an array that nobody can write to any more."""
    array.flags.writeable = False
    return array


def added(groups: npt.NDArray[np.integer[Any]], amounts: Floats, count: int) -> Floats:
    """Return the sum of the amounts of each group, which nobody can write to."""
    sums: Floats = np.bincount(groups, amounts, count).astype(np.float64, copy=False)
    sums.flags.writeable = False
    return sums


def grouped(keys: npt.NDArray[np.integer[Any]], groups: int) -> Starts:
    """Return where each group starts in an order sorted by group, and where the last one ends."""
    starts = np.zeros(groups + 1, np.int64)
    np.cumsum(np.bincount(keys, minlength=groups), out=starts[1:])
    return starts


def _products(edges: pl.DataFrame) -> tuple[tuple[str, ...], Places | None]:
    if "product" not in edges.columns:
        return (), None
    column = edges["product"].cast(pl.String).fill_null("")
    return tuple(column.unique().sort().to_list()), _ranks(column)


def _ranks(column: pl.Series) -> Places:
    """The place of each label among the sorted labels."""
    return (column.rank("dense").cast(pl.Int32) - 1).to_numpy().astype(np.int32)


def _joined(edges: pl.DataFrame, nodes: pl.DataFrame, products: Places | None) -> checking.Joined:
    """The links by places; the frames' own join finds them, which for ten million names takes seconds."""
    same = edges["supplier"].dtype == edges["buyer"].dtype == nodes["firm"].dtype
    kind = nodes["firm"].dtype if same else pl.String
    first = nodes.select(pl.col("firm").cast(kind), pl.int_range(pl.len(), dtype=pl.Int32).alias("place"))
    first = first.filter(pl.col("firm").is_not_null()).unique("firm", keep="first")

    def places(column: str) -> Places:
        asked = edges.select(pl.col(column).cast(kind).alias("firm"))
        found = asked.join(first, on="firm", how="left", maintain_order="left")["place"]
        return found.fill_null(-1).to_numpy().astype(np.int32, copy=False)

    values = edges["value"].cast(pl.Float64, strict=False).fill_null(0.0).to_numpy()
    return checking.Joined(places("supplier"), places("buyer"), values, products)


def _sector_places(sectors: pl.Series, classes: Essentiality) -> Places:
    labels = sectors.fill_null("")
    places = classes.places(labels.unique().sort().to_list())
    return places[_ranks(labels)].astype(np.int32)


def _unsold(nodes: pl.DataFrame, joined: checking.Joined) -> list[Fault]:
    """A firm that sells cannot have no revenue: its customers' share of it would be infinite."""
    if "revenue" not in nodes.columns:
        return []
    sold = np.bincount(joined.supplier[joined.supplier >= 0], joined.value[joined.supplier >= 0], len(nodes))
    none = nodes["revenue"].cast(pl.Float64, strict=False).fill_null(1.0).to_numpy() == 0
    told = "the revenue is 0, though the firm sells to others"
    return [Fault("firms", int(row) + 1, "revenue", "no_revenue", told) for row in np.flatnonzero(none & (sold > 0))]


def _assembled(
    nodes: pl.DataFrame,
    classes: Essentiality,
    sector: Places,
    joined: checking.Joined,
    products: tuple[str, ...],
    add: bool,
) -> SupplyNetwork:
    firms = len(nodes)
    key = joined.supplier.astype(np.int64) * firms + joined.buyer
    order = np.argsort(key, kind="stable") if joined.product is None else np.lexsort((joined.product, key))
    key = key[order]
    value = joined.value[order]
    product = None if joined.product is None else joined.product[order]
    if add and len(key):
        fresh = np.ones(len(key), np.bool_)
        fresh[1:] = (key[1:] != key[:-1]) | (product is not None and product[1:] != product[:-1])
        heads = np.flatnonzero(fresh)
        value, key = np.add.reduceat(value, heads), key[heads]
        product = None if product is None else product[heads]
    del order
    supplier, buyer = (key // firms).astype(np.int32), (key % firms).astype(np.int32)
    del key
    in_link = np.argsort(buyer, kind="stable").astype(np.int32)
    sold = np.bincount(supplier, value, firms)
    return SupplyNetwork(
        firms=nodes,
        essentiality=classes,
        sector=frozen(sector),
        market=frozen(_markets(nodes) if "market" in nodes.columns else sector),
        revenue=frozen(_amounts(nodes, "revenue") if "revenue" in nodes.columns else sold),
        costs=frozen(_amounts(nodes, "costs")) if "costs" in nodes.columns else None,
        start=frozen(grouped(supplier, firms)),
        buyer=frozen(buyer),
        value=frozen(np.ascontiguousarray(value)),
        products=products,
        product=None if product is None else frozen(product),
        in_start=frozen(grouped(buyer, firms)),
        in_link=frozen(in_link),
        in_supplier=frozen(supplier[in_link]),
    )


def _markets(nodes: pl.DataFrame) -> Places:
    """A firm without a market is replaceable in its sector, as all firms are where there is no such column."""
    sectors = "sector " + nodes["sector"].cast(pl.String)
    return _ranks(pl.select(pl.coalesce("market " + nodes["market"].cast(pl.String), sectors)).to_series())


def _amounts(nodes: pl.DataFrame, column: str) -> Floats:
    return nodes[column].cast(pl.Float64).to_numpy().astype(np.float64)
