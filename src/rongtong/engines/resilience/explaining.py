"""Which links make up a firm's score: its cascade read backwards, from what is lost to what it was lost through.

In the index each firm counts with the worse of its two losses, and each of these has causes: downstream the suppliers
of the input that binds (the essential input that is missing most, or the non-essential ones together), upstream the
buyers. A firm's loss is split over its causes by what each of them takes away. This makes a walk back to the firm that
failed. What a link brings to its end (`direct`) adds up over all links, with the failed firm's own sales, to the index.
What passes through it on the way to others too (`carried`) is an absorbing Markov chain: the share of the walks that
take the link at least once, so that what goes round in a circle counts once.
"""

from dataclasses import dataclass
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import polars as pl
import scipy.sparse as sparse
from scipy.sparse.csgraph import connected_components, dijkstra
from scipy.sparse.linalg import spsolve

from rongtong.engines.resilience.influence import EMPTY_MARKET, Rules, downstream_shares
from rongtong.engines.resilience.network import Floats, Starts, SupplyNetwork, added
from rongtong.engines.resilience.systemic_risk import cascade
from rongtong.engines.resilience.traps import Trap

_TELLING = 5


@dataclass(frozen=True, eq=False)
class Explanation:
    """What a firm's index is made of.

    Attributes
    ----------
    firm, esri, own
        The firm that fails, its index, and the part of it that is its own sales.
    links
        A row for each link a loss came through, the one that carries most first: supplier, buyer, product where links
        have any, direction (downstream: the buyer lacks the input; upstream: the supplier lacks the order), direct (the
        part of the index lost at the link's end because of it), carried (that, and what goes on to others from there).
    firms
        A row for each firm that loses anything: firm, loss, direction (the worse), part (of the index).
    traps
        As in `SystemicRisk`.
    """

    firm: Any
    esri: float
    own: float
    links: pl.DataFrame
    firms: pl.DataFrame
    traps: tuple[Trap, ...]

    def to_frame(self) -> pl.DataFrame:
        """Return the links."""
        return self.links

    def __str__(self) -> str:
        lines = [f"{self.firm}: {self.esri:.4%} of all sales, of which its own {self.own:.4%}; most passes through:"]
        lines += [f"  {row['supplier']} → {row['buyer']} ({row['direction']}): {row['carried']:.4%}, "
                  f"{row['direct']:.4%} of it at its end"
                  for row in self.links.head(_TELLING).iter_rows(named=True)]  # fmt: skip
        return "\n".join(lines)


class _Takes(NamedTuple):
    """What takes how much from whom, in one direction; `binds` where it counts."""

    link: npt.NDArray[np.intp]
    loses: npt.NDArray[np.int32]
    through: npt.NDArray[np.int32]
    missing: Floats
    binds: npt.NDArray[np.bool_]


class _Causes(NamedTuple):
    """Link, firm that loses, firm that it is lost through, share of the loss."""

    link: npt.NDArray[np.intp]
    loses: npt.NDArray[np.int32]
    through: npt.NDArray[np.int32]
    share: Floats


def explain(
    network: SupplyNetwork, firm: Any, *, eps: float = 1e-2, replaceable: bool = True, cost_corrected: bool = False
) -> Explanation:
    """Return the links that make up the index of one firm; see `systemic_risk` for the parameters.

    Notes
    -----
    ``links.direct.sum() + own == esri``: nothing is counted twice and nothing is left over; and so it is with `carried`
    of the links of the failed firm itself, through which all that others lose has come.
    """
    place = int(network.places([firm])[0])
    spread = cascade(network, {firm: 0.0}, eps=eps, replaceable=replaceable, cost_corrected=cost_corrected)
    rules = Rules(replaceable, cost_corrected)
    weights = network.sales / (network.sales.sum() or 1.0)
    worse_down = spread.downstream >= spread.upstream
    parts = []
    for direction, takes, counts in (
        ("downstream", _down(network, rules, spread.downstream), worse_down),
        ("upstream", _up(network, spread.upstream), ~worse_down),
    ):
        arrives = np.where(counts, weights * spread.loss, 0.0)
        arrives[place] = 0.0
        parts.append(_links(network, _causes(takes, len(network), place), arrives, direction))
    links = pl.concat(parts).filter(pl.col("carried") > 0)
    return Explanation(
        firm=firm,
        esri=spread.esri,
        own=float(weights[place] * spread.loss[place]),
        links=links.sort("carried", "direct", descending=True, maintain_order=True),
        firms=_firms(network, weights * spread.loss, spread.loss, worse_down),
        traps=spread.traps,
    )


def _down(network: SupplyNetwork, rules: Rules, loss: Floats) -> _Takes:
    """Suppliers take from buyers; what binds is the essential input that is missing most, or the others together."""
    slot, share, slot_start = downstream_shares(network, rules)
    supplier, buyer, firms = network.supplier, network.buyer, len(network)
    missing = share * (_irreplaceable(network, rules, loss) * loss)[supplier]
    essential = slot >= 0
    by_slot = added(slot[essential], missing[essential], int(slot_start[-1]))
    spread = added(buyer[~essential], missing[~essential], firms)
    binding, worst = _worst_slots(slot_start, by_slot)
    binds = np.where(essential, slot == binding[buyer], True) & (essential == (worst >= spread)[buyer])
    there = (missing > 0) & (loss[buyer] > 0)
    return _only(_Takes(np.arange(network.links), buyer, supplier, missing, binds), there)


def _up(network: SupplyNetwork, loss: Floats) -> _Takes:
    """Buyers take from suppliers, all of them together."""
    missing = network.value * loss[network.buyer]
    there = (missing > 0) & (loss[network.supplier] > 0)
    takes = _Takes(np.arange(network.links), network.supplier, network.buyer, missing, np.ones(network.links, np.bool_))
    return _only(takes, there)


def _only(takes: _Takes, which: npt.NDArray[np.bool_]) -> _Takes:
    return _Takes(takes.link[which], takes.loses[which], takes.through[which], takes.missing[which], takes.binds[which])


def _irreplaceable(network: SupplyNetwork, rules: Rules, loss: Floats) -> Floats:
    """What share of each firm's loss nobody else of its market makes up for."""
    share: Floats = np.ones(len(loss))
    if rules.replaceable:
        markets = int(network.market.max(initial=-1)) + 1
        rest = added(network.market, network.sales * (1.0 - loss), markets)[network.market]
        np.divide(network.sales, rest, out=share, where=rest > EMPTY_MARKET)
    return np.minimum(1.0, share)


def _worst_slots(slot_start: Starts, missing: Floats) -> tuple[npt.NDArray[np.int64], Floats]:
    """The essential input of each buyer that is missing most, the first of equals; -1 and 0 where it has none."""
    firms = len(slot_start) - 1
    owner = np.repeat(np.arange(firms), np.diff(slot_start))
    order = np.lexsort((np.arange(len(missing)), -missing, owner))
    binding, worst = np.full(firms, -1, np.int64), np.zeros(firms)
    heads = order[np.flatnonzero(np.diff(owner[order], prepend=-1))]
    binding[owner[heads]], worst[owner[heads]] = heads, missing[heads]
    return binding, worst


def _causes(takes: _Takes, firms: int, place: int) -> _Causes:
    """The shares of each loss, so that every walk back ends where the failure is.

    Where what binds is a circle of firms that hold each other down alone (equal losses), the way in counts instead:
    what came from firms that were met earlier.
    """
    tier = _tiers(takes, firms, place)
    counts = takes.binds & (takes.loses != place)
    lost = np.zeros(firms, np.bool_)
    lost[takes.loses] = True
    reached = np.isfinite(_tiers(_only(takes, counts), firms, place))
    astray = lost & ~reached
    earlier = astray[takes.loses] & (tier[takes.through] < tier[takes.loses])
    counts = (counts & ~astray[takes.loses]) | earlier
    link, loses, through, missing, _ = _only(takes, counts)
    return _Causes(link, loses, through, missing / added(loses, missing, firms)[loses])


def _tiers(takes: _Takes, firms: int, place: int) -> Floats:
    """In how many steps a loss comes from the failed firm; infinite where it does not."""
    ahead = sparse.csr_matrix((np.ones(len(takes.link)), (takes.through, takes.loses)), (firms, firms))
    steps: Floats = dijkstra(ahead, indices=place, unweighted=True)
    return steps


def _links(network: SupplyNetwork, causes: _Causes, arrives: Floats, direction: str) -> pl.DataFrame:
    names: dict[str, Any] = {
        "supplier": network.names[network.supplier[causes.link]],
        "buyer": network.names[network.buyer[causes.link]],
    }
    if network.product is not None:
        names["product"] = pl.Series(network.products, dtype=pl.String)[network.product[causes.link]]
    return pl.DataFrame(
        {
            **{name: one.rename(name) for name, one in names.items()},
            "direction": [direction] * len(causes.link),
            "direct": causes.share * arrives[causes.loses],
            "carried": _carried(causes, arrives),
        },
        schema_overrides={"direction": pl.String},
    )


def _carried(causes: _Causes, arrives: Floats) -> Floats:
    """How much takes each link at least once: expected passages, over those that follow a first one and itself."""
    met = np.unique(np.append(causes.loses, causes.through))
    if not len(met):
        return np.zeros(0)
    loses, through = np.searchsorted(met, causes.loses), np.searchsorted(met, causes.through)
    walk = sparse.csc_matrix((causes.share, (loses, through)), (len(met), len(met)))
    stays = sparse.identity(len(met), format="csc") - walk
    passes = spsolve(stays.T.tocsc(), arrives[met])
    again = np.zeros(len(causes.link))
    _, part = connected_components(walk, connection="strong")
    circles = np.flatnonzero(part[loses] == part[through])
    for one in np.unique(part[loses[circles]]):
        inside, at = np.flatnonzero(part == one), circles[part[loses[circles]] == one]
        visits = np.linalg.inv(stays[inside][:, inside].toarray())
        again[at] = visits[np.searchsorted(inside, through[at]), np.searchsorted(inside, loses[at])]
    flows: Floats = causes.share * passes[loses] / (1.0 + causes.share * again)
    return flows


def _firms(network: SupplyNetwork, part: Floats, loss: Floats, downstream: npt.NDArray[np.bool_]) -> pl.DataFrame:
    direction = pl.Series(["upstream", "downstream"], dtype=pl.String)[downstream.astype(np.int64)]
    table = pl.DataFrame({"firm": network.names, "loss": loss, "direction": direction, "part": part})
    return table.filter(pl.col("loss") > 0).sort("part", descending=True, maintain_order=True)
