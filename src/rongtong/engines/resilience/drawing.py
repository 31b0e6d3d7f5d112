"""Links drawn one by one with the probabilities of a gravity model; all pairs are looked at, none is stored.

Who sells has a buyer, and who buys a supplier: a firm for which nothing was drawn gets one link, chosen by gravity. The
expected number of links counts these.
"""

import numpy as np
import numpy.typing as npt
from scipy.optimize import brentq

from rongtong.engines.resilience.compiled import compiled, inlined
from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.network import Floats, Places

_CLOSE = 1e-9


@inlined
def _probability(gravity: float, z: float) -> float:
    return z * gravity / (1.0 + z * gravity)


@compiled
def _expected(pull: Floats, sector: Places, stripes: Floats, taken: npt.NDArray[np.int64], z: float) -> float:
    """How many links are expected."""
    firms, at, total = len(pull), 0, 0.0
    no_supplier, could = np.ones(firms), np.zeros(firms, np.bool_)
    for one in range(firms):
        no_buyer, any_buyer = 1.0, False
        for other in range(firms):
            key = one * firms + other
            while at < len(taken) and taken[at] < key:
                at += 1
            if one == other or (at < len(taken) and taken[at] == key):
                continue
            probability = _probability(pull[one] * stripes[sector[one], other], z)
            if probability > 0.0:
                total += probability
                no_buyer *= 1.0 - probability
                no_supplier[other] *= 1.0 - probability
                any_buyer, could[other] = True, True
        if any_buyer:
            total += no_buyer
    whole: float = total + no_supplier[could].sum()
    return whole


@compiled
def _possible(pull: Floats, sector: Places, stripes: Floats, taken: npt.NDArray[np.int64]) -> int:
    """How many links could be drawn at all."""
    firms, at, total = len(pull), 0, 0
    for one in range(firms):
        for other in range(firms):
            key = one * firms + other
            while at < len(taken) and taken[at] < key:
                at += 1
            free = one != other and not (at < len(taken) and taken[at] == key)
            if free and pull[one] * stripes[sector[one], other] > 0.0:
                total += 1
    return total


@compiled
def _row(
    one: int, pull: Floats, sector: Places, stripes: Floats, taken: npt.NDArray[np.int64], z: float, chance: Floats,
    buyers: Places, begins: Floats,
) -> int:  # fmt: skip
    """Draw the buyers of one firm, one at least where there can be any; returns how many there are."""
    firms, count, whole = len(pull), 0, 0.0
    at = np.searchsorted(taken, one * firms)
    for other in range(firms):
        key = one * firms + other
        while at < len(taken) and taken[at] < key:
            at += 1
        if one == other or (at < len(taken) and taken[at] == key):
            continue
        gravity = pull[one] * stripes[sector[one], other]
        if gravity > 0.0:
            probability = _probability(gravity, z)
            whole += gravity
            if chance[other] < probability:
                buyers[count], begins[count] = other, gravity / probability
                count += 1
            elif count == 0 and chance[firms + other] * whole <= gravity:
                buyers[0] = other  # kept only if nothing is drawn: each buyer in proportion to its gravity
    if count == 0 and whole > 0.0:
        begins[0], count = whole, 1
    return count


def calibrated(
    pull: Floats, sector: Places, stripes: Floats, taken: npt.NDArray[np.int64], wanted: float
) -> tuple[float, float]:
    """Return z, by which as many links are expected as wanted, and how many that are.

    Parameters
    ----------
    pull
        Each firm's share of the sales of its sector.
    stripes
        What each firm buys from each sector, shape (sectors, firms).
    taken
        Pairs that are not drawn, supplier · firms + buyer, sorted.

    Notes
    -----
    Expected links grow with z; the root is sought in its logarithm (Brent). Every pair is looked at each time.
    """
    possible = _possible(pull, sector, stripes, taken)
    if wanted <= 0 or not possible:
        return 0.0, 0.0
    if wanted > possible:
        raise ResilienceError(f"{wanted:,.0f} links are to be drawn, but margins leave room for {possible:,}")
    unit = possible / float(stripes.sum())
    if wanted >= possible * (1.0 - _CLOSE):
        return 1e12 * unit, float(possible)

    def over(exponent: float) -> float:
        return float(np.log(_expected(pull, sector, stripes, taken, unit * np.exp(exponent)) / wanted))

    low, high = -40.0, 10.0
    if over(low) >= 0.0:  # one link for each firm is more already
        return unit * float(np.exp(low)), wanted * float(np.exp(over(low)))
    while over(high) < 0.0:
        low, high = high, high + 10.0
    exponent = brentq(over, low, high, xtol=1e-7)
    return unit * float(np.exp(exponent)), wanted * float(np.exp(over(exponent)))


def drawn(
    pull: Floats,
    sector: Places,
    stripes: Floats,
    taken: npt.NDArray[np.int64],
    z: float,
    seed: np.random.SeedSequence,
) -> tuple[Places, Places, Floats]:
    """Draw the links: supplier, buyer, and the value each begins with (gravity over probability)."""
    firms, source = len(pull), np.random.default_rng(seed)
    buyers, begins = np.zeros(firms, np.int32), np.zeros(firms)
    rows: list[tuple[Places, Places, Floats]] = [(np.zeros(0, np.int32), np.zeros(0, np.int32), np.zeros(0))]
    for one in np.flatnonzero(pull > 0).tolist() if z > 0 else []:
        count = _row(one, pull, sector, stripes, taken, z, source.random(2 * firms), buyers, begins)
        rows.append((np.full(count, one, np.int32), buyers[:count].copy(), begins[:count].copy()))
    without = np.ones(firms, np.bool_)
    for _, some, _ in rows:
        without[some] = False
    for other in np.flatnonzero(without & (stripes.sum(axis=0) > 0)).tolist() if z > 0 else []:
        gravity = pull * stripes[sector, other]
        gravity[other] = 0.0
        gravity[taken[taken % firms == other] // firms] = 0.0
        whole = float(gravity.sum())
        if whole > 0.0:
            one = int(source.choice(firms, p=gravity / whole))
            rows.append((np.array([one], np.int32), np.array([other], np.int32), np.array([whole])))
    return (
        np.concatenate([a for a, _, _ in rows]),
        np.concatenate([b for _, b, _ in rows]),
        np.concatenate([c for _, _, c in rows]),
    )
