"""Fixed points with a proof: losses from below by propagation, from above by a bound that is checked.

Both directions are monotone maps F of losses, and the loss we want is the least fixed point above the shock. What
starts at the shock and only follows F stays below it. Any vector c with F(c) <= c lies above it (Knaster and
Tarski). So a run is proven by finding such a c close by:

* upstream, sweeps of Gauss and Seidel for eight shocks at once end when no firm changes by more than d; then
  ``d * r * M·1`` bounds what is missing, with M = (I - Λu)⁻¹ and r the largest share of a revenue that is sold here;
* downstream by raising all losses by a little, looking at F of that where losses are, and raising once more what is not
  covered yet. Firms that nothing reaches are covered, as the dependences on an input add up to 1 at most.
"""

from typing import NamedTuple

import numpy as np
import scipy.sparse as sparse

from rongtong.engines.resilience.cascading import Desk, clean, desk, shock, step_down
from rongtong.engines.resilience.compiled import compiled, inlined
from rongtong.engines.resilience.influence import EMPTY_MARKET, Influence
from rongtong.engines.resilience.network import Floats, Places, Starts, added

#: Wanted bound, as a share of all sales; changes held back at first, and at the finest.
WANTED = 8e-7
HOLD, FINEST = 1e-7, 1e-15
#: So often a bound is raised before propagation is refined instead.
RAISED = 40
#: Shocks solved together upstream: as many numbers as a line of a processor's cache holds; portions begin there.
LANES = 8
#: Sweeps upstream end when less than this is missing, or after so many where a network feeds losses back in full.
SOLVED, SWEEPS = 1e-12, 2_000
_SERIES, _ENDLESS, _ROUNDING = 5_000, 1e9, 1e-12


class Ready(NamedTuple):
    """What all shocks share.

    `swell` is M·1 for M = (I - Λu)⁻¹ times the largest reliance, empty where there is no such M. `slot_total` and
    `spread_total` are the dependences on each essential input, and on all others, added up; `bounded`: none exceeds 1.
    """

    swell: Floats
    slot_total: Floats
    spread_total: Floats
    bounded: bool


class Proof(NamedTuple):
    """A desk, and what a thread writes on while it proves a bound."""

    own: Desk
    lanes: Floats  # losses upstream, a column a shock
    upper: Floats
    member: Starts  # number of the proof in which a firm was last put on the list
    firms: Places
    reached: Places
    market: Floats
    slot: Floats
    spread: Floats
    clock: Starts


def certified_desk(table: Influence) -> Proof:
    """Return a clean desk for proofs."""
    firms = len(table.sales)
    return Proof(
        own=desk(table),
        lanes=np.zeros((firms, LANES)),
        upper=np.zeros(firms),
        member=np.zeros(firms, np.int64),
        firms=np.zeros(firms, np.int32),
        reached=np.zeros(firms, np.int32),
        market=np.zeros(len(table.market_sales)),
        slot=np.zeros(int(table.slot_start[-1])),
        spread=np.zeros(firms),
        clock=np.zeros(1, np.int64),
    )


def prepared(table: Influence) -> Ready:
    """Solve for what all shocks share."""
    firms = len(table.sales)
    up = sparse.csr_matrix((table.out_share, table.out_buyer, table.out_start), (firms, firms))
    swell = _series(up)
    essential = table.down_slot >= 0
    slots = added(table.down_slot[essential], table.down_share[essential], int(table.slot_start[-1]))
    spread = added(table.down_buyer[~essential], table.down_share[~essential], firms)
    most = max(slots.max(initial=0.0), spread.max(initial=0.0))
    known = np.zeros(0) if swell is None else swell * table.reliance.max(initial=1.0)
    return Ready(known, slots, spread, bool(most <= 1 + _ROUNDING))


def _series(matrix: sparse.csr_matrix) -> Floats | None:
    """Add up 1 + A·1 + A²·1 + …; None where that has no end. What is returned is not too small."""
    total = np.ones(matrix.shape[0])
    term = total.copy()
    for _ in range(_SERIES):
        term = matrix @ term
        total += term
        if total.max() > _ENDLESS:
            return None
        if term.max(initial=0.0) <= 1e-13:
            return total * (1.0 + 1e-9)
    return None


@inlined
def sweep(table: Influence, lanes: Floats, pinned: Floats, floors: Floats) -> float:
    """One sweep of Gauss and Seidel over all firms, eight shocks at once; returns the largest change.

    `pinned` says which firms a shock of these meets, and ``floors[number of the firm there]`` what they lose at least.
    """
    largest = 0.0
    row = np.zeros(LANES)
    for firm in range(len(lanes)):
        for lane in range(LANES):
            row[lane] = 0.0
        for link in range(table.out_start[firm], table.out_start[firm + 1]):
            buyer, share = table.out_buyer[link], table.out_share[link]
            for lane in range(LANES):
                row[lane] += share * lanes[buyer, lane]
        if pinned[firm] > 0:
            for lane in range(LANES):
                row[lane] = max(row[lane], floors[int(pinned[firm]) - 1, lane])
        for lane in range(LANES):
            loss = min(1.0, row[lane])
            largest = max(largest, loss - lanes[firm, lane])
            lanes[firm, lane] = loss
    return largest


@inlined
def solve_up(
    table: Influence, ready: Ready, lanes: Floats, starts: Starts, shocked: Places, floors: Floats
) -> tuple[float, int]:
    """Losses upstream of up to eight shocks, into the columns of `lanes`; returns the last change and the sweeps."""
    lanes.fill(0.0)
    pinned, least, count = np.zeros(len(lanes)), np.zeros((starts[-1] - starts[0], LANES)), 0
    for lane in range(len(starts) - 1):
        for place in range(starts[lane], starts[lane + 1]):
            firm = shocked[place]
            if pinned[firm] == 0:
                count += 1
                pinned[firm] = count
            least[int(pinned[firm]) - 1, lane] = floors[place]
            lanes[firm, lane] = floors[place]
    swell = ready.swell.max() if len(ready.swell) > 0 else 1.0
    sweeps, change = 0, 1.0
    while change * swell > SOLVED and sweeps < SWEEPS:
        change = sweep(table, lanes, pinned, least)
        sweeps += 1
    return change, sweeps


@inlined
def follow(table: Influence, own: Desk, changed: int, touched: int, hold: float) -> tuple[int, int]:
    """Propagate downstream until nothing above `hold` is left to tell; returns how many have a loss, and steps."""
    steps = 0
    while changed > 0:
        changed, touched, _ = step_down(table, own, changed, touched, hold)
        steps += 1
    return touched, steps


@inlined
def lay_out(table: Influence, proof: Proof, firms: int, base: float) -> int:
    """What the firms of the list, at their upper bounds, take from buyers beyond `base`; returns how many these are."""
    own, reached = proof.own, 0
    own.clock[0] += 1
    for place in range(firms):
        firm = proof.firms[place]
        proof.market[table.market[firm]] = 0.0
        for link in range(table.down_start[firm], table.down_start[firm + 1]):
            buyer = table.down_buyer[link]
            proof.spread[buyer] = 0.0
            if table.down_slot[link] >= 0:
                proof.slot[table.down_slot[link]] = 0.0
            if own.mark[buyer] != own.clock[0]:
                own.mark[buyer] = own.clock[0]
                proof.reached[reached] = buyer
                reached += 1
    for place in range(firms):
        firm = proof.firms[place]
        proof.market[table.market[firm]] += table.sales[firm] * (proof.upper[firm] - base)
    for place in range(firms):
        firm = proof.firms[place]
        market = table.market[firm]
        rest = table.market_sales[market] * (1.0 - base) - proof.market[market]
        share = 1.0 if rest <= EMPTY_MARKET or not table.replaceable else min(1.0, table.sales[firm] / rest)
        beyond = share * proof.upper[firm] - base
        for link in range(table.down_start[firm], table.down_start[firm + 1]):
            if table.down_slot[link] >= 0:
                proof.slot[table.down_slot[link]] += table.down_share[link] * beyond
            else:
                proof.spread[table.down_buyer[link]] += table.down_share[link] * beyond
    return reached


@inlined
def needed(table: Influence, ready: Ready, proof: Proof, firm: int, base: float) -> float:
    """F of the upper bounds at a firm; not less than it, as firms off the list count as if nobody replaced them."""
    most: float = proof.spread[firm] + base * ready.spread_total[firm]
    for slot in range(table.slot_start[firm], table.slot_start[firm + 1]):
        most = max(most, proof.slot[slot] + base * ready.slot_total[slot])
    return float(min(1.0, max(most, proof.own.floor[firm])))


@inlined
def wipe(table: Influence, proof: Proof, firms: int) -> None:
    """Leave no sums behind: other shocks reach other firms."""
    for place in range(firms):
        firm = proof.firms[place]
        for link in range(table.down_start[firm], table.down_start[firm + 1]):
            proof.spread[table.down_buyer[link]] = 0.0
            if table.down_slot[link] >= 0:
                proof.slot[table.down_slot[link]] = 0.0


@inlined
def bound_down(table: Influence, ready: Ready, proof: Proof, touched: int, base: float) -> float:
    """Return how much more sales than found can be lost downstream, proven; -1 where no proof was found."""
    own, firms, proven = proof.own, 0, False
    proof.clock[0] += 1
    for place in range(touched):
        firm = own.lists[0, place]
        proof.upper[firm] = min(1.0, own.down[firm] + base)
        proof.member[firm] = proof.clock[0]
        proof.firms[firms] = firm
        firms += 1
    for _ in range(RAISED):
        before, proven = firms, True
        for place in range(lay_out(table, proof, firms, base)):
            firm = proof.reached[place]
            listed = proof.member[firm] == proof.clock[0]
            held = proof.upper[firm] if listed else base
            most = needed(table, ready, proof, firm, base)
            if most > held + 1e-16:
                proven = False
                proof.upper[firm] = min(1.0, most + 0.5 * (most - held))
                if not listed:
                    proof.member[firm] = proof.clock[0]
                    proof.firms[firms] = firm
                    firms += 1
        if proven:
            break
        wipe(table, proof, before)
    wipe(table, proof, firms)
    beyond, rest = 0.0, table.sales.sum()
    for place in range(firms):
        firm = proof.firms[place]
        beyond += table.sales[firm] * (proof.upper[firm] - own.down[firm])
        rest -= table.sales[firm]
    return beyond + base * max(0.0, rest) if proven else -1.0


@inlined
def solve_down(table: Influence, ready: Ready, proof: Proof, touched: int) -> tuple[int, int, float]:
    """Refine until the bound is narrow; returns how many firms are touched, further steps, and the bound."""
    own, hold, steps, total = proof.own, HOLD, 0, table.sales.sum()
    while ready.bounded:
        bound = bound_down(table, ready, proof, touched, 4.0 * hold)
        if 0.0 <= bound <= WANTED * total:
            return touched, steps, bound
        hold *= 0.01
        if hold < FINEST:
            break
        for place in range(touched):
            own.lists[1, place] = own.lists[0, place]
        touched, more = follow(table, own, touched, touched, hold)
        steps += more
    rest = total
    for place in range(touched):
        rest -= table.sales[own.lists[0, place]] * own.down[own.lists[0, place]]
    return touched, steps, rest


@inlined
def more_up(table: Influence, ready: Ready, lanes: Floats, lane: int, change: float) -> tuple[float, float]:
    """Sales lost upstream by the shock of a lane, and how much more it can be."""
    lost, beyond = 0.0, 0.0
    for firm in range(len(lanes)):
        loss = lanes[firm, lane]
        lost += table.sales[firm] * loss
        more = min(1.0 - loss, change * ready.swell[firm]) if len(ready.swell) > 0 else 1.0 - loss
        beyond += table.sales[firm] * more
    return lost, beyond


@compiled
def prove(
    table: Influence,
    ready: Ready,
    proof: Proof,
    starts: Starts,
    shocked: Places,
    floors: Floats,
    directions: int,
    found: Floats,
) -> None:
    """Follow shocks to their fixed points; as `many`, and the fifth column is how far off the first can be."""
    own = proof.own
    for first in range(0, len(starts) - 1, LANES):
        last = min(first + LANES, len(starts) - 1)
        change, sweeps = 0.0, 0
        if directions & 2:
            change, sweeps = solve_up(table, ready, proof.lanes, starts[first : last + 1], shocked, floors)
        for number in range(first, last):
            part, lane = slice(starts[number], starts[number + 1]), number - first
            touched, _ = shock(table, own, shocked[part], floors[part], directions & 1)
            touched, steps = follow(table, own, touched, touched, HOLD)
            error, more, down, up, both = 0.0, 0, 0.0, 0.0, 0.0
            if directions & 1:
                touched, more, error = solve_down(table, ready, proof, touched)
            if directions & 2:
                up, beyond = more_up(table, ready, proof.lanes, lane, change)
                error += beyond
            for place in range(touched):
                firm = own.lists[0, place]
                down += table.sales[firm] * own.down[firm]
                both += table.sales[firm] * max(0.0, own.down[firm] - proof.lanes[firm, lane])
            found[number, 0], found[number, 1], found[number, 2] = up + both, down, up
            found[number, 3], found[number, 4] = max(steps + more, sweeps), error + _ROUNDING * table.sales.sum()
            clean(table, own, touched, 0, shocked[part])
