"""What a reader of the index must know about this run, said with its result."""

from dataclasses import dataclass

import numpy as np

from rongtong.engines.resilience.influence import Rules
from rongtong.engines.resilience.network import SupplyNetwork


@dataclass(frozen=True)
class Trap:
    """One thing that limits what the figures mean.

    Attributes
    ----------
    code
        A name that never changes: truncated, no_final_demand, saturates, markets_differ, all_linear.
    message
        What it means, in a sentence.
    """

    code: str
    message: str

    def __str__(self) -> str:
        return self.message


def traps(
    network: SupplyNetwork, rules: Rules, *, eps: float | None, downstream: bool, upstream: bool
) -> tuple[Trap, ...]:
    """Return the traps that apply.

    Parameters
    ----------
    eps
        Where propagation stopped; None for a certified run.
    downstream, upstream
        Which directions were asked for.
    """
    found = []
    if eps is not None and eps > 1e-9:
        found.append(Trap("truncated", f"propagation stopped at changes of {eps:g}: the index is cut off there, "
                          "no fixed point; scores are some percent too low, certified=True tells"))  # fmt: skip
    if upstream and _closed(network):
        found.append(Trap("no_final_demand", "firms sell all of their revenue to others here: without final "
                          "demand losses upstream grow towards everything as eps falls; give revenue"))  # fmt: skip
    if downstream and not rules.replaceable and not rules.cost_corrected:
        found.append(Trap("saturates", "nobody replaces anybody and inputs are not weighed by costs: losses "
                          "downstream saturate, and ranks mean little"))  # fmt: skip
    if downstream and rules.replaceable and not np.array_equal(network.market, network.sector):
        found.append(Trap("markets_differ", "firms are replaced within markets that are not the sectors by which "
                          "inputs are told apart: a supplier may be replaced by one of another sector"))  # fmt: skip
    if downstream and not network.essentiality.stated:
        found.append(Trap("all_linear", "no essentiality was given: every input counts as non-essential, "
                          "losses downstream are lower bounds of what a missing key input does"))  # fmt: skip
    return tuple(found)


def _closed(network: SupplyNetwork) -> bool:
    """Whether at least half of the sales are by firms that sell (nearly) all of their revenue to others here."""
    bound = network.sales >= (1.0 - 1e-9) * network.revenue
    return bool(network.sales[bound].sum() >= 0.5 * network.sales.sum() > 0)
