"""Values of links fitted to what each firm sells and buys, and the few links that are missing for that."""

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rongtong.engines.resilience.compiled import compiled
from rongtong.engines.resilience.network import Floats, Places

#: Margins hold to this share of themselves.
TOLERANCE = 1e-6
#: A smaller rest of a margin is none.
_LEAST = 1e-10
#: Where a margin has no room its links fade away; below this they are gone.
_NOTHING = 1e-200
#: Fitting stops when the worst margin no longer comes this much closer in so many rounds: no better fit exists here.
_ROUNDS, _PATIENCE = 2_000, 50


@compiled
def _scale(supplier: Places, buyer: Places, value: Floats, sales: Floats, purchases: Floats, rounds: int) -> float:
    """Rounds of iterative proportional fitting, in place; returns by what share the worst purchase is off."""
    firms, off = len(sales), 0.0
    for _ in range(rounds):
        bought = np.zeros(firms)
        for link in range(len(value)):
            bought[buyer[link]] += value[link]
        for link in range(len(value)):
            if bought[buyer[link]] > _NOTHING:
                value[link] *= purchases[buyer[link]] / bought[buyer[link]]
        sold = np.zeros(firms)
        for link in range(len(value)):
            sold[supplier[link]] += value[link]
        for link in range(len(value)):
            if sold[supplier[link]] > _NOTHING:
                value[link] *= sales[supplier[link]] / sold[supplier[link]]
    bought = np.zeros(firms)
    for link in range(len(value)):
        bought[buyer[link]] += value[link]
    for firm in range(firms):
        if purchases[firm] > 0.0:
            off = max(off, abs(bought[firm] - purchases[firm]) / purchases[firm])
    return off


def fitted(supplier: Places, buyer: Places, begins: Floats, sales: Floats, purchases: Floats) -> Floats:
    """Return values in proportion a_i · b_j · begins, whose sums are the margins as far as these links leave room.

    Nobody sells or buys too much: what does not fit is left for `completed`.
    """
    value, best, waits = begins.copy(), np.inf, 0
    for _ in range(_ROUNDS // 10):
        off = _scale(supplier, buyer, value, sales, purchases, 10)
        if off <= _LEAST:
            break
        waits = 0 if off < 0.9 * best else waits + 10
        best = min(best, off)
        if waits >= _PATIENCE:
            break
    firms = len(sales)
    for ends, most in ((buyer, purchases), (supplier, sales)):
        sums = np.bincount(ends, value, firms)
        value = value * np.divide(most, sums, out=np.ones(firms), where=sums > most)[ends]
    return value


def completed(
    supplier: Places, buyer: Places, value: Floats, sales: Floats, purchases: Floats, taken: npt.NDArray[np.int64]
) -> tuple[Places, Places, Floats]:
    """Return the links that are added so that what is left over finds a way; links that exist change in place.

    The largest rest to sell goes to the largest rest to buy, again and again, so that there are fewer links than firms
    with a rest. What then remains stands before a pair that may not be (a firm and itself, or a known link): it goes
    round about, over a link that gives way.
    """
    firms = len(sales)
    sell, buy = sales - np.bincount(supplier, value, firms), purchases - np.bincount(buyer, value, firms)
    rest = _Rest(firms, sell, buy, _LEAST * sales, _LEAST * purchases)
    ways = _Ways(firms, supplier, buyer, value, taken)
    for one in rest.sellers():
        for other in rest.buyers():
            if sell[one] <= rest.least_sold[one]:
                break
            if ways.open(one, other):
                rest.pass_on(one, other, ways.grow(one, other, min(sell[one], buy[other])))
    for one in rest.sellers():
        for other in rest.buyers():
            for amount in ways.round_about(one, other, float(min(sell[one], buy[other]))):
                rest.pass_on(one, other, amount)
    more = {pair: amount for pair, amount in ways.more.items() if amount > 0}
    pairs = np.array(list(more), np.int32).reshape(-1, 2)
    return pairs[:, 0], pairs[:, 1], np.array(list(more.values()))


@dataclass
class _Rest:
    """What is still to be sold and bought."""

    firms: int
    sell: Floats
    buy: Floats
    least_sold: Floats
    least_bought: Floats

    def sellers(self) -> list[int]:
        order = np.argsort(-self.sell, kind="stable")
        return [one for one in order.tolist() if self.sell[one] > self.least_sold[one]]

    def buyers(self) -> list[int]:
        order = np.argsort(-self.buy, kind="stable")
        return [one for one in order.tolist() if self.buy[one] > self.least_bought[one]]

    def pass_on(self, one: int, other: int, amount: float) -> None:
        self.sell[one] -= amount
        self.buy[other] -= amount


class _Ways:
    """Links that exist, links that are added, and pairs that may not be."""

    def __init__(
        self, firms: int, supplier: Places, buyer: Places, value: Floats, taken: npt.NDArray[np.int64]
    ) -> None:
        self.firms, self.supplier, self.buyer, self.value = firms, supplier, buyer, value
        self.at = {pair: link for link, pair in enumerate(zip(supplier.tolist(), buyer.tolist(), strict=True))}
        self.closed = set(taken.tolist())
        self.more: dict[tuple[int, int], float] = {}

    def open(self, one: int, other: int) -> bool:
        return one != other and one * self.firms + other not in self.closed

    def grow(self, one: int, other: int, amount: float) -> float:
        link = self.at.get((one, other))
        if link is not None:
            self.value[link] += amount
        else:
            self.more[one, other] = self.more.get((one, other), 0.0) + amount
        return amount

    def round_about(self, one: int, other: int, amount: float) -> Iterator[float]:
        """A link i → j becomes i → other and one → j, as far as it must: sums of i and j stay the same.

        Where no pair is closed this always comes to an end: what flows past both is enough if any network has the
        margins.
        """
        for link in np.argsort(-self.value, kind="stable").tolist():
            if amount <= 0:
                break
            i, j = int(self.supplier[link]), int(self.buyer[link])
            if self.open(i, other) and self.open(one, j) and i != one and j != other:
                part = self._given_way(i, other, one, j, min(amount, float(self.value[link])))
                self.value[link] -= part
                amount -= part
                yield part
        for i, j in list(self.more):
            if amount > 0 and self.open(i, other) and self.open(one, j) and i != one and j != other:
                part = self._given_way(i, other, one, j, min(amount, self.more[i, j]))
                self.more[i, j] -= part
                amount -= part
                yield part

    def _given_way(self, i: int, other: int, one: int, j: int, part: float) -> float:
        self.grow(i, other, part)
        self.grow(one, j, part)
        return part


def balanced(table: Floats, rows: Floats, columns: Floats) -> Floats:
    """Return the table nearest to this one (in relative entropy) with these margins: iterative proportional fitting.

    Where a row or a column with a margin is empty in the table, its margin is spread as those of all others together;
    columns hold exactly.
    """
    begins = table.copy()
    everyone = np.outer(rows, columns) / (rows.sum() or 1.0)
    begins[begins.sum(axis=1) == 0] = everyone[begins.sum(axis=1) == 0]
    begins[:, begins.sum(axis=0) == 0] = everyone[:, begins.sum(axis=0) == 0]
    for _ in range(_ROUNDS):
        begins = begins * _ratio(rows, begins.sum(axis=1))[:, None]
        begins = begins * _ratio(columns, begins.sum(axis=0))
        if (np.abs(begins.sum(axis=1) - rows) <= 0.01 * TOLERANCE * rows).all():
            break
    return begins


def _ratio(told: Floats, found: Floats) -> Floats:
    return np.divide(told, found, out=np.zeros(len(told)), where=found > 0)
