"""Propagation of shocks from the firms whose state changed: the steps of the published index, no others' work done.

Both directions take Jacobi steps, as the definition has them, but a step touches only what a change of the last step
can reach. Losses (1 - h) are kept instead of capacities, so that small ones keep their digits.

Upstream the steps are linear where no firm sells more than its revenue. Then the last step, which touches more firms
than all before it together, need not be taken firm by firm: what it adds to the sum is known per customer
(`carried`), and that it is the last is decided by the few firms that could still change by more than eps.
"""

from typing import NamedTuple

import numpy as np

from rongtong.engines.resilience.compiled import compiled, inlined
from rongtong.engines.resilience.influence import EMPTY_MARKET, Influence
from rongtong.engines.resilience.network import Floats, Places, Starts

#: A market's remaining sales are added up anew below this share, lest rounding be all that is left of a difference.
ADD_UP_ANEW = 1e-3
#: Below this many links a step is taken outright: to find out whether it is the last would cost as much.
SMALL_STEP = 256


class Desk(NamedTuple):
    """What one thread writes on; left clean after each shock."""

    floor: Floats  # the shock itself: 1 - psi
    down: Floats  # losses downstream
    felt: Floats  # sigma times loss, as customers have felt it
    missing: Floats  # share of an essential input that is missing, per slot
    worst: Floats  # the largest of them, per buyer
    spread: Floats  # shares of non-essential inputs that are missing, added up per buyer
    market_loss: Floats
    market_head: Places  # first firm with a loss in each market, then the next one of each firm
    market_next: Places
    up: Floats  # losses upstream
    demand: Floats  # demand that is missing, per supplier
    change: Floats  # of the last step, upstream
    trial: Floats
    mark: Starts  # number of the step in which a firm was last reached
    market_mark: Starts
    lists: Places  # lists of firms, a row each: with a loss, changed and reached; downstream, then upstream
    markets: Places
    clock: Starts  # the step's number, never reset


def desk(table: Influence) -> Desk:
    """Return a clean desk."""
    firms, markets = len(table.sales), len(table.market_sales)
    return Desk(
        floor=np.zeros(firms),
        down=np.zeros(firms),
        felt=np.zeros(firms),
        missing=np.zeros(int(table.slot_start[-1])),
        worst=np.zeros(firms),
        spread=np.zeros(firms),
        market_loss=np.zeros(markets),
        market_head=np.full(markets, -1, np.int32),
        market_next=np.full(firms, -1, np.int32),
        up=np.zeros(firms),
        demand=np.zeros(firms),
        change=np.zeros(firms),
        trial=np.zeros(firms),
        mark=np.zeros(firms, np.int64),
        market_mark=np.zeros(markets, np.int64),
        lists=np.zeros((6, firms), np.int32),
        markets=np.zeros(markets, np.int32),
        clock=np.zeros(1, np.int64),
    )


@inlined
def sigma(table: Influence, own: Desk, market: int) -> float:
    """What remains of a market's sales."""
    rest: float = table.market_sales[market] - own.market_loss[market]
    if rest < ADD_UP_ANEW * table.market_sales[market]:
        rest = 0.0
        for place in range(table.market_start[market], table.market_start[market + 1]):
            member = table.market_member[place]
            rest += table.sales[member] * (1.0 - own.down[member])
    return rest


@inlined
def tell_buyers(table: Influence, own: Desk, supplier: int, change: float, reached: int) -> int:
    """A supplier's buyers miss more of its goods; returns how many firms are reached by now (list 2)."""
    step = own.clock[0]
    for link in range(table.down_start[supplier], table.down_start[supplier + 1]):
        buyer, slot = table.down_buyer[link], table.down_slot[link]
        missing = table.down_share[link] * change
        if own.mark[buyer] != step:
            own.mark[buyer] = step
            own.lists[2, reached] = buyer
            reached += 1
        if slot < 0:
            own.spread[buyer] += missing
        else:
            own.missing[slot] += missing
            own.worst[buyer] = max(own.worst[buyer], own.missing[slot])
    return reached


@inlined
def lose(table: Influence, own: Desk, firm: int, loss: float, touched: int) -> int:
    """A firm's loss downstream rises; returns how many firms have one by now (list 0)."""
    market = table.market[firm]
    if own.down[firm] == 0.0:
        own.lists[0, touched] = firm
        touched += 1
        own.market_next[firm] = own.market_head[market]
        own.market_head[market] = firm
    own.market_loss[market] += table.sales[firm] * (loss - own.down[firm])
    own.down[firm] = loss
    return touched


@inlined
def step_down(table: Influence, own: Desk, changed: int, touched: int, hold: float) -> tuple[int, int, float]:
    """One step downstream from the firms in list 1; returns how many changed, how many have a loss, largest change.

    What buyers would feel is held back while it is no more than `hold`, and told later with what is added to it.
    """
    own.clock[0] += 1
    step, reached, markets = own.clock[0], 0, 0
    for place in range(changed):
        firm = own.lists[1, place]
        if not table.replaceable:
            if own.down[firm] - own.felt[firm] > hold:
                reached = tell_buyers(table, own, firm, own.down[firm] - own.felt[firm], reached)
                own.felt[firm] = own.down[firm]
        elif own.market_mark[table.market[firm]] != step:
            own.market_mark[table.market[firm]] = step
            own.markets[markets] = table.market[firm]
            markets += 1
    for place in range(markets):
        rest = sigma(table, own, own.markets[place])
        firm = own.market_head[own.markets[place]]
        while firm >= 0:
            share = 1.0 if rest <= EMPTY_MARKET else min(1.0, table.sales[firm] / rest)
            change = share * own.down[firm] - own.felt[firm]
            if change > hold:
                own.felt[firm] += change
                reached = tell_buyers(table, own, firm, change, reached)
            firm = own.market_next[firm]
    changed, largest = 0, 0.0
    for place in range(reached):
        firm = own.lists[2, place]
        loss = min(1.0, max(own.floor[firm], own.worst[firm], own.spread[firm]))
        change = loss - own.down[firm]
        if change > 0.0:
            touched = lose(table, own, firm, loss, touched)
            own.lists[1, changed] = firm
            changed += 1
            largest = max(largest, change)
    return changed, touched, largest


@inlined
def step_up(table: Influence, own: Desk, changed: int, touched: int) -> tuple[int, int, float]:
    """One step upstream from the firms in list 4; returns how many changed, how many have a loss, largest change."""
    own.clock[0] += 1
    step, reached = own.clock[0], 0
    for place in range(changed):
        buyer = own.lists[4, place]
        change = own.change[buyer]
        own.change[buyer] = 0.0
        for link in range(table.up_start[buyer], table.up_start[buyer + 1]):
            supplier = table.up_supplier[link]
            if own.mark[supplier] != step:
                own.mark[supplier] = step
                own.lists[5, reached] = supplier
                reached += 1
            own.demand[supplier] += table.up_share[link] * change
    changed, largest = 0, 0.0
    for place in range(reached):
        firm = own.lists[5, place]
        loss = min(1.0, max(own.floor[firm], own.demand[firm]))
        change = loss - own.up[firm]
        if change > 0.0:
            if own.up[firm] == 0.0:
                own.lists[3, touched] = firm
                touched += 1
            own.up[firm] = loss
            own.change[firm] = change
            own.lists[4, changed] = firm
            changed += 1
            largest = max(largest, change)
    return changed, touched, largest


@inlined
def missing_demand(table: Influence, own: Desk, firm: int, use: Floats) -> float:
    """The share of a firm's revenue that its buyers' losses, or changes of them, take away."""
    total = 0.0
    for link in range(table.out_start[firm], table.out_start[firm + 1]):
        total += table.out_share[link] * use[table.out_buyer[link]]
    return total


@inlined
def is_last(table: Influence, own: Desk, changed: int, eps: float) -> bool:
    """Whether the next step upstream changes no firm by more than eps.

    Changes up to eps / 2 can add up to at most that times the firm's reliance on its buyers; larger ones are followed,
    and where both together could exceed eps the firm is looked at exactly.
    """
    own.clock[0] += 1
    step, reached, small = own.clock[0], 0, 0.5 * eps
    for place in range(changed):
        buyer = own.lists[4, place]
        if own.change[buyer] > small:
            for link in range(table.up_start[buyer], table.up_start[buyer + 1]):
                supplier = table.up_supplier[link]
                if own.mark[supplier] != step:
                    own.mark[supplier] = step
                    own.trial[supplier] = 0.0
                    own.lists[5, reached] = supplier
                    reached += 1
                own.trial[supplier] += table.up_share[link] * own.change[buyer]
    for place in range(reached):
        firm = own.lists[5, place]
        if own.trial[firm] + small * table.reliance[firm] > eps:
            loss = own.demand[firm] + missing_demand(table, own, firm, own.change)
            if min(1.0, max(own.floor[firm], loss)) - own.up[firm] > eps:
                return False
    return True


@inlined
def links_of(starts: Starts, own: Desk, row: int, firms: int) -> int:
    """How many links the firms of a list have."""
    total = 0
    for place in range(firms):
        firm = own.lists[row, place]
        total += starts[firm + 1] - starts[firm]
    return total


@inlined
def sums(table: Influence, own: Desk, touched_down: int, touched_up: int) -> tuple[float, float, float]:
    """Sales lost in all, downstream, upstream."""
    both, down, up = 0.0, 0.0, 0.0
    for place in range(touched_up):
        firm = own.lists[3, place]
        up += table.sales[firm] * own.up[firm]
    for place in range(touched_down):
        firm = own.lists[0, place]
        down += table.sales[firm] * own.down[firm]
        both += table.sales[firm] * max(0.0, own.down[firm] - own.up[firm])
    return up + both, down, up


@inlined
def sums_after_last(
    table: Influence, own: Desk, touched_down: int, touched_up: int, shocked: Places
) -> tuple[float, float, float]:
    """The sums after one more step upstream that is not taken firm by firm."""
    both, down, up = 0.0, 0.0, 0.0
    for place in range(touched_up):
        firm = own.lists[3, place]
        up += table.carried[firm] * own.up[firm]
    for firm in shocked:
        linear = missing_demand(table, own, firm, own.up)
        up += table.sales[firm] * (max(own.floor[firm], linear) - linear)
    for place in range(touched_down):
        firm = own.lists[0, place]
        down += table.sales[firm] * own.down[firm]
        other = max(own.floor[firm], missing_demand(table, own, firm, own.up))
        both += table.sales[firm] * max(0.0, own.down[firm] - other)
    return up + both, down, up


@inlined
def shock(table: Influence, own: Desk, shocked: Places, floors: Floats, directions: int) -> tuple[int, int]:
    """Set the shock; returns how many firms are touched downstream and upstream."""
    down, up = 0, 0
    for place in range(len(shocked)):
        firm, floor = shocked[place], floors[place]
        own.floor[firm] = floor
        if floor <= 0.0:
            continue
        if directions & 1:
            own.lists[1, down] = firm
            down = lose(table, own, firm, floor, down)
        if directions & 2:
            own.up[firm], own.change[firm] = floor, floor
            own.lists[3, up], own.lists[4, up] = firm, firm
            up += 1
    return down, up


@inlined
def clean(table: Influence, own: Desk, touched_down: int, touched_up: int, shocked: Places) -> None:
    """Wipe what a shock has left, and nothing else: whoever misses anything has a loss and is on a list."""
    for place in range(touched_up):
        firm = own.lists[3, place]
        own.up[firm], own.demand[firm], own.change[firm] = 0.0, 0.0, 0.0
    for place in range(touched_down):
        firm = own.lists[0, place]
        own.down[firm], own.felt[firm], own.spread[firm], own.worst[firm] = 0.0, 0.0, 0.0, 0.0
        own.market_loss[table.market[firm]] = 0.0
        own.market_head[table.market[firm]] = -1
        for slot in range(table.slot_start[firm], table.slot_start[firm + 1]):
            own.missing[slot] = 0.0
    for firm in shocked:
        own.floor[firm] = 0.0


@inlined
def one(
    table: Influence, own: Desk, shocked: Places, floors: Floats, directions: int, eps: float, losses: Floats
) -> tuple[float, float, float, int]:
    """Follow one shock; returns sales lost (in all, downstream, upstream) and steps. `losses`: see `many`."""
    touched_down, touched_up = shock(table, own, shocked, floors, directions)
    changed_down, changed_up, steps = touched_down, touched_up, 0
    whole = len(losses) > 0
    while True:
        steps += 1
        largest = 0.0
        if directions & 1:
            changed_down, touched_down, largest = step_down(table, own, changed_down, touched_down, 0.0)
        if directions & 2:
            if largest <= eps and table.linear and not whole:
                effort = links_of(table.up_start, own, 4, changed_up)
                if effort > max(SMALL_STEP, links_of(table.out_start, own, 0, touched_down)) and is_last(
                    table, own, changed_up, eps
                ):
                    lost = sums_after_last(table, own, touched_down, touched_up, shocked)
                    break
            changed_up, touched_up, change = step_up(table, own, changed_up, touched_up)
            largest = max(largest, change)
        if largest <= eps:
            lost = sums(table, own, touched_down, touched_up)
            break
    if whole:
        for firm in range(len(own.down)):
            losses[0, firm], losses[1, firm] = own.down[firm], own.up[firm]
    clean(table, own, touched_down, touched_up, shocked)
    return lost[0], lost[1], lost[2], steps


@compiled
def many(
    table: Influence,
    own: Desk,
    starts: Starts,
    shocked: Places,
    floors: Floats,
    directions: int,
    eps: float,
    found: Floats,
    losses: Floats,
) -> None:
    """Follow shocks one after the other.

    Parameters
    ----------
    starts, shocked, floors
        The firms of shock k are ``shocked[starts[k]:starts[k + 1]]``; `floors` is 1 - psi of each.
    directions
        1 downstream, 2 upstream, 3 both.
    found
        One row a shock is filled: sales lost in all, downstream, upstream, and steps.
    losses
        Empty, or two rows (downstream, upstream) with a column a firm, to be filled by the last shock.
    """
    for number in range(len(starts) - 1):
        part = slice(starts[number], starts[number + 1])
        lost = one(table, own, shocked[part], floors[part], directions, eps, losses)
        found[number, 0], found[number, 1], found[number, 2], found[number, 3] = lost
