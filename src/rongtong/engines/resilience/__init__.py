"""Resilience: the supply network of a chain, who depends on whom, what a shock costs, and what makes it cost less."""

from rongtong.engines.resilience.chokepoints import critical_paths, cut_vertices, product_graph
from rongtong.engines.resilience.conversions import from_input_output, product_edges
from rongtong.engines.resilience.dependencies import Dependencies, dependencies
from rongtong.engines.resilience.disruptions import Disruption
from rongtong.engines.resilience.dynamics import Bands, Conduct, Simulation, monte_carlo, simulate
from rongtong.engines.resilience.errors import Cancelled, Fault, FaultyNetwork, ResilienceError
from rongtong.engines.resilience.essentiality import Essentiality
from rongtong.engines.resilience.explaining import Explanation, explain
from rongtong.engines.resilience.network import SupplyNetwork
from rongtong.engines.resilience.reconstructing import Reconstruction, reconstruct
from rongtong.engines.resilience.reinforcing import Proposal, Reinforcement, reinforce
from rongtong.engines.resilience.risk_results import Cascade, SystemicRisk
from rongtong.engines.resilience.stability import RankStability, rank_stability
from rongtong.engines.resilience.systemic_risk import cascade, systemic_risk
from rongtong.engines.resilience.traps import Trap
from rongtong.engines.resilience.weak_links import weak_links

__all__ = [
    "Bands", "Cancelled", "Cascade", "Conduct", "Dependencies", "Disruption", "Essentiality", "Explanation", "Fault",
    "FaultyNetwork", "Proposal", "RankStability", "Reconstruction", "Reinforcement", "ResilienceError", "Simulation",
    "SupplyNetwork", "SystemicRisk", "Trap", "cascade", "critical_paths", "cut_vertices", "dependencies", "explain",
    "from_input_output", "monte_carlo", "product_edges", "product_graph", "rank_stability", "reconstruct", "reinforce",
    "simulate", "systemic_risk", "weak_links",
]  # fmt: skip
