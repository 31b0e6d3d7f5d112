"""How strongly firms depend on each other: the two matrices of the index, laid out for propagation."""

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rongtong.engines.resilience.errors import ResilienceError
from rongtong.engines.resilience.essentiality import ESSENTIAL, NEGLIGIBLE
from rongtong.engines.resilience.network import Floats, Places, Starts, SupplyNetwork, added, grouped

#: A market whose remaining sales are at most this much replaces nobody.
EMPTY_MARKET = 1e-10


@dataclass(frozen=True)
class Rules:
    """What a run takes for granted.

    Attributes
    ----------
    replaceable
        Whether firms of the same market stand in for each other (sigma); without it a firm's loss is a loss in full.
    cost_corrected
        Whether downstream dependence is scaled by purchases / costs, for firms whose costs are known.
    """

    replaceable: bool = True
    cost_corrected: bool = False


class Influence(NamedTuple):
    """Arrays for the compiled loops.

    ``down_*``: links that matter downstream, by supplier; `down_slot` is the place of an essential input of the buyer,
    or -1 for a non-essential one; `down_share` is the dependence. ``up_*``: all links, by buyer; `up_share` is the
    share of the supplier's revenue. ``out_*``: all links, by supplier. `slot_start`: the essential inputs of each
    buyer.
    `carried[j]` is what the loss of j's whole demand costs all suppliers, weighed by sales.
    """

    down_start: Starts
    down_buyer: Places
    down_slot: Places
    down_share: Floats
    slot_start: Starts
    up_start: Starts
    up_supplier: Places
    up_share: Floats
    out_start: Starts
    out_buyer: Places
    out_share: Floats
    market: Places
    market_start: Starts
    market_member: Places
    market_sales: Floats
    sales: Floats
    carried: Floats
    reliance: Floats
    replaceable: bool
    linear: bool


def influence(network: SupplyNetwork, rules: Rules) -> Influence:
    """Lay a network out; the same object serves every shock and every thread."""
    firms, sales = len(network), network.sales
    suppliers = network.supplier
    slots, share, slot_start = downstream_shares(network, rules)
    matters = share > 0
    kept = np.flatnonzero(matters)
    revenue = network.revenue[suppliers]
    up = np.divide(network.value, revenue, out=np.zeros(network.links), where=revenue > 0)
    reliance = added(suppliers, up, firms)
    markets = int(network.market.max(initial=-1)) + 1
    table = Influence(
        down_start=grouped(suppliers[kept], firms),
        down_buyer=network.buyer[kept],
        down_slot=slots[kept],
        down_share=share[kept],
        slot_start=slot_start,
        up_start=network.in_start,
        up_supplier=network.in_supplier,
        up_share=up[network.in_link],
        out_start=network.start,
        out_buyer=network.buyer,
        out_share=up,
        market=network.market,
        market_start=grouped(network.market, markets),
        market_member=np.argsort(network.market, kind="stable").astype(np.int32),
        market_sales=added(network.market, sales, markets),
        sales=sales,
        carried=added(network.buyer, up * sales[suppliers], firms),
        reliance=reliance,
        replaceable=rules.replaceable,
        linear=bool(reliance.max(initial=0.0) <= 1.0 + 1e-12),
    )
    # All alike, as arrays that come over Ray are: loops are compiled anew for what may be written to.
    for one in table:
        if isinstance(one, np.ndarray):
            one.flags.writeable = False
    return table


def downstream_shares(network: SupplyNetwork, rules: Rules) -> tuple[Places, Floats, Starts]:
    """Return slot (-1: not essential), dependence of each link, and the first slot of each buyer."""
    suppliers, buyers, sectors = network.supplier, network.buyer, len(network.essentiality.sectors)
    kind = network.essentiality.classes[network.sector[suppliers], network.sector[buyers]]
    essential = kind == ESSENTIAL
    slots = np.full(network.links, -1, np.int32)
    share = network.value / np.where(network.purchases > 0, network.purchases, 1.0)[buyers]
    share[kind == NEGLIGIBLE] = 0.0
    key = buyers[essential].astype(np.int64) * sectors + network.sector[suppliers[essential]]
    inputs, place = np.unique(key, return_inverse=True)
    slots[essential] = place
    volume = added(place, network.value[essential], len(inputs))
    share[essential] = network.value[essential] / np.where(volume > 0, volume, 1.0)[place]
    if rules.cost_corrected:
        share *= _correction(network)[buyers]
    return slots, share, grouped(inputs // sectors, len(network))


def _correction(network: SupplyNetwork) -> npt.NDArray[np.float64]:
    """Purchases as a share of costs; 1 where the costs are 0, which says that they are not known."""
    if network.costs is None:
        raise ResilienceError("cost_corrected needs a column costs in the table of firms")
    return np.where(network.costs > 0, network.purchases / np.where(network.costs > 0, network.costs, 1.0), 1.0)
