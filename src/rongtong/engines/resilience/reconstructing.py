"""From what firms sell and buy in all to a likely network, where nobody knows who sells to whom.

The stripe-corrected gravity model of Ialongo, de Valk, Marchese, Jansen, Zmarrou, Squartini, Garlaschelli (2022),
*Reconstructing firm-level interactions in the Dutch input–output network from production constraints*, Scientific
Reports 12:11847, on the density-calibrated gravity of Cimini, Squartini, Garlaschelli, Gabrielli (2015), *Systemic risk
analysis on reconstructed economic and financial networks*, Scientific Reports 5:15758:

* a stripe S[k, j] is what j buys from sector k: the table of flows between sectors, or sales of sector k times what
  j purchases, fitted to the sales of sectors and the purchases of firms (iterative proportional fitting);
* the gravity of a pair is g[i, j] = sales_i · S[sector of i, j] / sales of that sector;
* i sells to j with probability p = z g / (1 + z g), and z is set so that as many links are expected as there shall be;
* the links that are drawn begin with g / p, and are fitted until what each firm sells and buys holds.

A sparse draw need not have room for all margins: then some links are added, by which what is left over finds a way, and
the result tells how many.
"""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience.drawing import calibrated, drawn
from rongtong.engines.resilience.errors import Fault, FaultyNetwork, ResilienceError
from rongtong.engines.resilience.fitting import TOLERANCE, balanced, completed, fitted
from rongtong.engines.resilience.network import Floats, Places, SupplyNetwork, added
from rongtong.engines.resilience.tables import Table, frame_of, needed
from rongtong.engines.resilience.traps import Trap

_Links = tuple[Places, Places, Floats]
#: So often is drawn anew with fewer links, until no more than this share is too many.
_ROUNDS, _CLOSE = 4, 0.02
_MARGINS = {"sales": "the sales", "purchases": "the purchases"}


@dataclass(frozen=True, eq=False)
class Reconstruction:
    """A likely network.

    Attributes
    ----------
    network
        Known links and drawn ones.
    known, drawn, added
        How many links were given, drawn, and added so that margins hold.
    expected
        How many links the draw was set to.
    off
        How far what a firm sells or buys is from what was told, as a share of it, at the most.
    traps
        What a reader must know.
    """

    network: SupplyNetwork
    known: int
    drawn: int
    added: int
    expected: float
    off: float
    traps: tuple[Trap, ...]

    def to_frame(self) -> pl.DataFrame:
        """Return the links as a table: supplier, buyer, value."""
        return self.network.to_frame()

    def __str__(self) -> str:
        lines = [f"{self.network.links:,} links ({self.known:,} known, {self.drawn:,} drawn, {self.added:,} added so "
                 f"that margins hold); margins are off by {self.off:.1e} at most"]  # fmt: skip
        return "\n".join([*lines, *(f"  beware: {trap}" for trap in self.traps)])


def reconstruct(
    firms: Table,
    *,
    links: float,
    known: Table | None = None,
    flows: Table | None = None,
    essentiality: Any = None,
    seed: int = 0,
) -> Reconstruction:
    """Draw a likely network from margins.

    Parameters
    ----------
    firms
        firm, sector, sales (to firms here, yuan a year), purchases (from firms here), and what
        `SupplyNetwork.from_edges` takes. Where both do not add up to the same, purchases are scaled to the sales, which
        a trap says.
    links
        How many links the network shall have in expectation, the known ones included; a number below 1 is a density:
        the share of all ordered pairs.
    known
        Links that are known: supplier, buyer, value. They are kept as they are; the rest of the margins is drawn.
    flows
        What sectors sell to sectors: input, sector, value, in any unit. Without it every firm is taken to buy from all
        sectors in proportion to what these sell.
    seed
        The same seed gives the same network.

    Raises
    ------
    FaultyNetwork
        With every fault and its row: what `from_edges` refuses, margins that are missing or below 0, known links that
        exceed a margin, sectors in `flows` that no firm has.
    """
    nodes = frame_of(firms, "firms", ("firm", "sector", "market", "country", "region"))
    given = _known(nodes, known, essentiality)
    margins, notes = _margins(nodes, given)
    wanted = links * len(nodes) * (len(nodes) - 1) if links < 1 else links
    if not given.links <= wanted <= len(nodes) * (len(nodes) - 1):
        raise ResilienceError("as many links are wanted as are known at least, and as there are pairs at most")
    sales, purchases = margins
    stripes = _stripes(nodes, given, sales, purchases, flows)
    drawing = _Drawing(given, sales, purchases, stripes, seed)
    asked = wanted - given.links
    for _ in range(_ROUNDS):  # links that had to be added stand for links that are not drawn
        expected, links_drawn, more = drawing.once(asked)
        surplus = len(links_drawn[0]) + len(more[0]) - (wanted - given.links)
        if surplus <= _CLOSE * wanted or asked <= surplus:
            break
        asked -= surplus
    found = _table(given, links_drawn, more)
    network = SupplyNetwork.from_edges(found, _without_margins(nodes), given.essentiality)
    off = _off(network, nodes["sales"].cast(pl.Float64).to_numpy(), purchases + given.purchases)
    if off > TOLERANCE:
        notes.append(Trap("margins_miss", f"no network of these firms has these margins: they are off by {off:.1%}"))
    if flows is None:
        notes.append(Trap("no_flows", "nothing was told of who needs what: every firm buys from all sectors alike"))
    counts = (given.links, len(links_drawn[0]), len(more[0]))
    return Reconstruction(network, *counts, expected, off, tuple(notes))


class _Drawing:
    """What stays the same from draw to draw."""

    def __init__(self, given: SupplyNetwork, sales: Floats, purchases: Floats, stripes: Floats, seed: int) -> None:
        self.sales, self.purchases, self.stripes, self.sector, self.seed = sales, purchases, stripes, given.sector, seed
        self.taken = np.sort(given.supplier.astype(np.int64) * len(given) + given.buyer)
        whole = np.bincount(given.sector, sales, len(given.essentiality.sectors))[given.sector]
        self.pull: Floats = np.divide(sales, whole, out=np.zeros(len(given)), where=whole > 0)

    def once(self, wanted: float) -> tuple[float, _Links, _Links]:
        """Return how many links were expected, the links that were drawn, and those that had to be added."""
        place = (self.pull, self.sector, self.stripes, self.taken)
        z, expected = calibrated(*place, wanted)
        supplier, buyer, begins = drawn(*place, z, np.random.SeedSequence(self.seed))
        value = fitted(supplier, buyer, begins, self.sales, self.purchases)
        more = completed(supplier, buyer, value, self.sales, self.purchases, self.taken)
        left = value > 0
        return expected, (supplier[left], buyer[left], value[left]), more


def _known(nodes: pl.DataFrame, known: Table | None, essentiality: Any) -> SupplyNetwork:
    """The network of the known links alone, by which firms and links are checked."""
    faults = needed(nodes, "firms", ("firm", "sector", *_MARGINS))
    if faults:
        raise FaultyNetwork(faults)
    for column, name in _MARGINS.items():
        numbers = nodes[column].cast(pl.Float64, strict=False)
        wrong = ~((numbers >= 0) & numbers.is_finite()).fill_null(False).to_numpy()
        faults += [Fault("firms", int(row) + 1, column, "no_margin", f"{name} are no number of 0 or more")
                   for row in np.flatnonzero(wrong)]  # fmt: skip
    if faults:
        raise FaultyNetwork(faults)
    kinds: dict[str, Any] = {"supplier": nodes["firm"].dtype, "buyer": nodes["firm"].dtype, "value": pl.Float64}
    table = pl.DataFrame(schema=kinds) if known is None else frame_of(known, "links", ("supplier", "buyer"))
    table = table.select(one for one in ("supplier", "buyer", "value") if one in table.columns)
    return SupplyNetwork.from_edges(table, _without_margins(nodes), essentiality)


def _without_margins(nodes: pl.DataFrame) -> pl.DataFrame:
    return nodes.drop(*_MARGINS)


def _margins(nodes: pl.DataFrame, given: SupplyNetwork) -> tuple[tuple[Floats, Floats], list[Trap]]:
    """What known links leave of sales and purchases."""
    whole = {column: nodes[column].cast(pl.Float64).to_numpy() for column in _MARGINS}
    notes = []
    sold, bought = whole["sales"].sum(), whole["purchases"].sum()
    if sold > 0 and bought > 0 and abs(bought - sold) > TOLERANCE * sold:
        told = f"purchases add up to {bought / sold:.4f} of the sales: they were scaled to them"
        notes.append(Trap("totals_differ", told))
    if (sold > 0) != (bought > 0):
        raise ResilienceError("where somebody sells somebody buys: sales and purchases add up to the same")
    whole["purchases"] = whole["purchases"] * (sold / bought if bought else 1.0)
    faults, left = [], []
    for column, used in (("sales", given.sales), ("purchases", given.purchases)):
        rest = whole[column] - used
        over = np.flatnonzero(rest < -TOLERANCE * np.maximum(whole[column], 1.0))
        told = f"known links add up to more than {_MARGINS[column]}"
        faults += [Fault("firms", int(row) + 1, column, "margin_exceeded", told) for row in over]
        left.append(np.where(rest > TOLERANCE * whole[column], rest, 0.0))
    if faults:
        raise FaultyNetwork(faults)
    gone = left[0].sum()
    left[1] = left[1] * (gone / left[1].sum() if left[1].sum() else 0.0)
    return (left[0], left[1]), notes


def _stripes(
    nodes: pl.DataFrame, given: SupplyNetwork, sales: Floats, purchases: Floats, flows: Table | None
) -> Floats:
    """What each firm (column) buys from each sector (row): both margins hold as far as the flows leave room."""
    sectors = len(given.essentiality.sectors)
    sold = added(given.sector, sales, sectors)
    if flows is None:
        return np.outer(sold / (sold.sum() or 1.0), purchases)
    table = _flows(given, flows)
    # Between sectors first, on a small table; then each firm buys as its sector does.
    bought = added(given.sector, purchases, sectors)
    between = balanced(table, sold, bought)
    share = np.divide(between, bought, out=np.zeros_like(between), where=bought > 0)
    stripes: Floats = share[:, given.sector] * purchases
    return stripes


def _flows(given: SupplyNetwork, flows: Table) -> Floats:
    frame = frame_of(flows, "flows", ("input", "sector"))
    faults = needed(frame, "flows", ("input", "sector", "value"))
    if faults:
        raise FaultyNetwork(faults)
    at: list[npt.NDArray[np.int64]] = []
    for column in ("input", "sector"):
        names = frame[column].cast(pl.String)
        at.append(given.essentiality.places(names.fill_null("").to_list()))
        faults += [Fault("flows", int(row) + 1, column, "unknown_sector", f"no firm is of sector {names[int(row)]}")
                   for row in np.flatnonzero(at[-1] < 0)]  # fmt: skip
    value = frame["value"].cast(pl.Float64, strict=False)
    wrong = ~((value >= 0) & value.is_finite()).fill_null(False).to_numpy()
    faults += [Fault("flows", int(row) + 1, "value", "no_number", "the value is no number of 0 or more")
               for row in np.flatnonzero(wrong)]  # fmt: skip
    if faults:
        raise FaultyNetwork(faults)
    table = np.zeros((len(given.essentiality.sectors),) * 2)
    np.add.at(table, (at[0], at[1]), value.to_numpy())
    return table


def _table(given: SupplyNetwork, *parts: Sequence[npt.NDArray[Any]]) -> pl.DataFrame:
    names = given.names
    tables = [given.to_frame().select("supplier", "buyer", "value")]
    for supplier, buyer, value in parts:
        tables.append(
            pl.DataFrame({"supplier": names[_places(supplier)], "buyer": names[_places(buyer)], "value": value})
        )
    return pl.concat(tables)


def _places(places: npt.NDArray[Any]) -> Places:
    return places.astype(np.int32)


def _off(network: SupplyNetwork, sales: Floats, purchases: Floats) -> float:
    """The largest miss of a margin, as a share of it."""
    misses = [0.0]
    for told, found in ((sales, network.sales), (purchases, network.purchases)):
        asked = told > 0
        misses.append(float(np.max(np.abs(found - told)[asked] / told[asked], initial=0.0)))
    return max(misses)
