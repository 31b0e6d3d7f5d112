"""Which new links make a network safer: second sources that take over part of what one supplier delivers alone.

A candidate is a supplier that could deliver an input a buyer has already. Volume moves to it from the largest supplier
of that input, half of what is between them, as far as the candidate's capacity reaches: what the buyer gets stays the
same, nobody's output is lost, and no firm sells more than it said it can.

Candidates are ranked by what they promise: how often their buyer's largest supplier is lost, how much of the input they
take over, and how much the buyer's own failure costs. The most promising are then looked at exactly.

The index is no submodular function of the links, so greedy choice carries no guarantee against the best set of links.
What is certain is each step: every gain that is told is the difference of two full evaluations of the network, before
the link and with it, and a link is only taken where that difference is above 0.
"""

import heapq
from collections import Counter
from collections.abc import Callable
from dataclasses import dataclass, replace
from typing import Any, Literal, NamedTuple

import numpy as np
import polars as pl

from rongtong.engines.resilience.cascading import desk, many
from rongtong.engines.resilience.errors import Cancelled, Fault, FaultyNetwork, ResilienceError
from rongtong.engines.resilience.essentiality import ESSENTIAL, NEGLIGIBLE
from rongtong.engines.resilience.influence import Rules, influence
from rongtong.engines.resilience.network import Floats, Places, SupplyNetwork, frozen, grouped
from rongtong.engines.resilience.running import single_failures
from rongtong.engines.resilience.systemic_risk import systemic_risk
from rongtong.engines.resilience.tables import Table, frame_of, needed

Strategy = Literal["greedy", "random", "largest"]
#: Candidates are compared by the firms that hold this share of all risk, and by so many at least; what is taken is
#: measured on all firms.
LOOKED_AT, AT_LEAST = 0.3, 50
#: So many candidates for each link that may be chosen are looked at exactly, and of them so many for one input.
SHORTLIST, OF_AN_INPUT = 3, 1


class Move(NamedTuple):
    """Yearly volume that goes from one link to another of the same buyer; places of firms."""

    supplier: int
    buyer: int
    instead_of: int
    value: float


@dataclass(frozen=True)
class Proposal:
    """One link to make or to widen.

    Attributes
    ----------
    supplier, buyer, value
        Who delivers how much more to whom, yuan a year.
    instead_of
        Who delivers as much less.
    before, after
        Mean index of all firms (or the buyer's mean loss, see `reinforce`) without and with it, on top of the
        proposals before it.
    """

    supplier: Any
    buyer: Any
    value: float
    instead_of: Any
    before: float
    after: float

    @property
    def gain(self) -> float:
        """By how much the mean index falls."""
        return self.before - self.after

    def __str__(self) -> str:
        return (
            f"{self.supplier} delivers {self.value:,.0f} a year to {self.buyer} instead of {self.instead_of}: "
            f"mean risk {self.before:.4%} → {self.after:.4%}"
        )


@dataclass(frozen=True, eq=False)
class Reinforcement:
    """Proposals in the order in which they were chosen.

    Attributes
    ----------
    before, after
        Mean index of all firms (or the buyer's mean loss) without any, and with all of them.
    network
        The network with all of them.
    evaluations
        How often a network was evaluated.
    """

    proposals: tuple[Proposal, ...]
    before: float
    after: float
    network: SupplyNetwork
    evaluations: int

    def __len__(self) -> int:
        return len(self.proposals)

    @property
    def cut(self) -> float:
        """The share of the mean index that is gone."""
        return 1.0 - self.after / self.before if self.before else 0.0

    def to_frame(self) -> pl.DataFrame:
        """Return a row a proposal: supplier, buyer, value, instead_of, before, after, gain."""
        names = ("supplier", "buyer", "value", "instead_of", "before", "after", "gain")
        return pl.DataFrame({name: [getattr(one, name) for one in self.proposals] for name in names})

    def __str__(self) -> str:
        told = f"{len(self)} links cut the mean risk by {self.cut:.1%}, {self.before:.4%} → {self.after:.4%}"
        return "\n".join([told, *(f"  {one}" for one in self.proposals)])


def reinforce(
    network: SupplyNetwork,
    candidates: Table,
    *,
    links: int = 20,
    buyer: Any = None,
    strategy: Strategy = "greedy",
    eps: float = 1e-2,
    seed: int = 0,
    tell: Callable[[int, int], bool | None] | None = None,
) -> Reinforcement:
    """Choose at most so many links that lower the mean systemic risk most.

    Parameters
    ----------
    candidates
        supplier, buyer, capacity: what the supplier could deliver more in all, yuan a year. Where a supplier stands in
        several rows its capacity is the largest that is told, for all its new links together.
    buyer
        Instead of the mean index, lower what this firm has at risk: the share of its output that it loses, in the mean
        over the failures of each other firm. Times its revenue that is yuan a year.
    strategy
        ``greedy`` takes the link with the largest gain, again and again. For comparison ``random`` takes any, and
        ``largest`` those of the largest suppliers, whatever they gain.
    eps
        Of the index; see `systemic_risk`.
    tell
        Called with how many links are chosen and how many may be; a true answer stops.

    Raises
    ------
    FaultyNetwork
        For candidates with missing columns, unknown firms, or capacities that are no positive number.
    """
    if links < 1 or strategy not in ("greedy", "random", "largest"):
        raise ResilienceError("links is 1 or more; strategy is greedy, random or largest")
    target = None if buyer is None else int(network.places([buyer])[0])
    search = _Search(network, _asked(network, candidates), target, eps, tell)
    if strategy == "greedy":
        return search.greedy(links)
    order = np.random.default_rng(seed).permutation(len(search.asked.supplier))
    if strategy == "largest":
        order = np.argsort(-network.sales[search.asked.supplier], kind="stable")
    return search.in_order(order, links)


class _Asked(NamedTuple):
    supplier: Places
    buyer: Places
    capacity: Floats


def _asked(network: SupplyNetwork, table: Table) -> _Asked:
    frame = frame_of(table, "candidates", ("supplier", "buyer"))
    faults = needed(frame, "candidates", ("supplier", "buyer", "capacity"))
    if faults:
        raise FaultyNetwork(faults)
    names = {str(name): place for place, name in enumerate(network.names.to_list())}
    ends = []
    for column in ("supplier", "buyer"):
        places = [names.get(str(one), -1) for one in frame[column].to_list()]
        faults += [Fault("candidates", row + 1, column, "unknown_firm", f"{frame[column][row]} is not among the firms")
                   for row, place in enumerate(places) if place < 0]  # fmt: skip
        ends.append(np.array(places, np.int32))
    capacity = frame["capacity"].cast(pl.Float64, strict=False).fill_null(np.nan).to_numpy()
    faults += [Fault("candidates", int(row) + 1, "capacity", "no_capacity", "the capacity is a number above 0")
               for row in np.flatnonzero(~(np.isfinite(capacity) & (capacity > 0)))]  # fmt: skip
    if faults:
        raise FaultyNetwork(faults)
    return _Asked(ends[0], ends[1], capacity)


class _Search:
    """What is chosen so far, and what it costs to look at one more link."""

    def __init__(
        self,
        network: SupplyNetwork,
        asked: _Asked,
        target: int | None,
        eps: float,
        tell: Callable[[int, int], bool | None] | None,
    ) -> None:
        self.network, self.asked, self.target, self.eps, self.tell = network, asked, target, eps, tell
        self.evaluations = 0
        self.spare = np.zeros(len(network))
        np.maximum.at(self.spare, asked.supplier, asked.capacity)
        scores = self._scores(network)
        self.before = self.now = float(scores.mean())
        order = np.argsort(-scores, kind="stable")
        heavy = int(np.searchsorted(np.cumsum(scores[order]), LOOKED_AT * scores.sum())) + 1
        self.heavy = order[: max(heavy, AT_LEAST)].astype(np.int32)
        self.heavy_now = float(scores[self.heavy].sum())
        self.found: list[Proposal] = []

    def greedy(self, links: int) -> Reinforcement:
        """Take the best link again and again; a gain is looked at anew only while it may still be the best."""
        queue = [(-self._estimate(row), row, 0) for row in self._shortlist(SHORTLIST * links)]
        heapq.heapify(queue)
        while queue and len(self.found) < links:
            gain, row, looked = heapq.heappop(queue)
            if gain >= 0:
                break
            if looked < len(self.found):
                heapq.heappush(queue, (-self._estimate(row), row, len(self.found)))
                continue
            self._take(row, only_better=True, links=links)
        return self._result()

    def in_order(self, order: np.ndarray[Any, np.dtype[np.intp]], links: int) -> Reinforcement:
        """Take links as they come."""
        for row in order.tolist():
            if len(self.found) == links:
                break
            self._take(row, only_better=False, links=links)
        return self._result()

    def _shortlist(self, most: int) -> list[int]:
        """The candidates that promise most."""
        network, lost, whole = self.network, self._lost(), systemic_risk(self.network, eps=self.eps)
        promises = []
        for row in range(len(self.asked.supplier)):
            move = self._move(row)
            if move is not None:
                share = move.value / max(network.purchases[move.buyer], move.value)
                kind = network.essentiality.classes[network.sector[move.supplier], network.sector[move.buyer]]
                if kind == ESSENTIAL:
                    share = move.value / self._volume(move)
                worth = share * lost[move.instead_of] * whole.downstream[move.buyer] if kind != NEGLIGIBLE else 0.0
                promises.append((-worth, row, (move.buyer, int(network.sector[move.supplier]))))
        seen: Counter[tuple[int, int]] = Counter()
        kept = []
        for _, row, goods in sorted(promises):
            seen[goods] += 1
            if seen[goods] <= OF_AN_INPUT:
                kept.append(row)
        return kept[:most]

    def _lost(self) -> Floats:
        """How much of each firm is lost downstream in all single failures together, as far as nobody replaces it."""
        network, firms = self.network, len(self.network)
        table = influence(network, Rules())
        own, found, losses, lost = desk(table), np.zeros((1, 4)), np.zeros((2, firms)), np.zeros(firms)
        for firm in range(firms):
            many(table, own, *single_failures(np.array([firm], np.int32)), 1, self.eps, found, losses)
            lost += losses[0]
        whole = table.market_sales[network.market]
        return lost * np.divide(network.sales, whole, out=np.zeros(firms), where=whole > 0)

    def _volume(self, move: Move) -> float:
        network = self.network
        incoming = network.in_link[network.in_start[move.buyer] : network.in_start[move.buyer + 1]]
        same = network.sector[network.supplier[incoming]] == network.sector[move.supplier]
        return float(network.value[incoming[same]].sum())

    def _scores(self, network: SupplyNetwork, firms: Places | None = None) -> Floats:
        self.evaluations += 1
        if self.target is not None:
            return losses_of(network, self.target, firms, self.eps)
        names = None if firms is None else network.names[firms]
        return systemic_risk(network, names, eps=self.eps).esri

    def _estimate(self, row: int) -> float:
        """By how much the risk of the gravest firms would fall."""
        move = self._move(row)
        if move is None:
            return 0.0
        return self.heavy_now - float(self._scores(moved(self.network, move), self.heavy).sum())

    def _take(self, row: int, *, only_better: bool, links: int) -> None:
        move = self._move(row)
        if move is None:
            return
        network = moved(self.network, move)
        scores = self._scores(network)
        if only_better and scores.mean() >= self.now:
            return
        names = network.names
        self.found.append(
            Proposal(names[move.supplier], names[move.buyer], move.value, names[move.instead_of], self.now,
                     float(scores.mean()))
        )  # fmt: skip
        self.network, self.now = network, float(scores.mean())
        self.heavy_now = float(scores[self.heavy].sum())
        self.spare[move.supplier] -= move.value
        if self.tell is not None and self.tell(len(self.found), links):
            raise Cancelled(f"stopped after {len(self.found)} of {links} links")

    def _move(self, row: int) -> Move | None:
        """What a candidate would take over as things stand; None where there is nothing."""
        network, supplier, buyer = self.network, int(self.asked.supplier[row]), int(self.asked.buyer[row])
        incoming = network.in_link[network.in_start[buyer] : network.in_start[buyer + 1]]
        same = incoming[network.sector[network.supplier[incoming]] == network.sector[supplier]]
        if not len(same) or supplier == buyer:
            return None
        volumes = np.bincount(network.supplier[same], network.value[same])
        largest = int(volumes.argmax())
        has = volumes[supplier] if supplier < len(volumes) else 0.0
        value = min(self.spare[supplier], 0.5 * (volumes[largest] - has))
        return Move(supplier, buyer, largest, float(value)) if value > 1e-9 * volumes[largest] else None

    def _result(self) -> Reinforcement:
        return Reinforcement(tuple(self.found), self.before, self.now, self.network, self.evaluations)


def losses_of(network: SupplyNetwork, target: int, firms: Places | None = None, eps: float = 1e-2) -> Floats:
    """Return the share of its output that a firm loses when each of `firms`, or of all, fails; 0 for itself."""
    failing = np.arange(len(network), dtype=np.int32) if firms is None else firms
    table, lost = influence(network, Rules()), np.zeros(len(failing))
    own, found, losses = desk(table), np.zeros((1, 4)), np.zeros((2, len(network)))
    for number, firm in enumerate(failing.tolist()):
        many(table, own, *single_failures(np.array([firm], np.int32)), 3, eps, found, losses)
        lost[number] = 0.0 if firm == target else max(losses[0, target], losses[1, target])
    return lost


def moved(network: SupplyNetwork, move: Move) -> SupplyNetwork:
    """Return the network with volume moved from one supplier of a buyer to another; revenues move with it."""
    supplier, buyer, value = network.supplier, network.buyer, network.value.copy()
    of_buyer = network.in_link[network.in_start[move.buyer] : network.in_start[move.buyer + 1]]
    given = of_buyer[supplier[of_buyer] == move.instead_of]
    value[given] *= 1.0 - move.value / value[given].sum()
    taken = of_buyer[supplier[of_buyer] == move.supplier]
    product = network.product
    if len(taken):
        value[taken] *= 1.0 + move.value / value[taken].sum()
    else:
        at = int(network.start[move.supplier]) + int(
            np.searchsorted(buyer[network.start[move.supplier] : network.start[move.supplier + 1]], move.buyer)
        )
        if product is not None:
            product = frozen(np.insert(product, at, product[given[value[given].argmax()]]))
        supplier, buyer = np.insert(supplier, at, move.supplier), np.insert(buyer, at, move.buyer)
        value = np.insert(value, at, move.value)
    revenue = network.revenue.copy()
    revenue[move.supplier] += move.value
    revenue[move.instead_of] = max(0.0, revenue[move.instead_of] - move.value)
    in_link = np.argsort(buyer, kind="stable").astype(np.int32)
    return replace(
        network,
        revenue=frozen(revenue),
        start=frozen(grouped(supplier, len(network))),
        buyer=frozen(buyer),
        value=frozen(value),
        product=product,
        in_start=frozen(grouped(buyer, len(network))),
        in_link=frozen(in_link),
        in_supplier=frozen(supplier[in_link]),
    )
