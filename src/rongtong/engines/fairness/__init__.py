"""Fair shares: cooperative games, claims, money that sums, royalties, patent pools, and grants that clash."""

from rongtong.engines.fairness.amounts import FEN, Number, Shares, exact, nearest, rounded, split, yuan_and_fen
from rongtong.engines.fairness.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    equal_award,
    proportional,
    random_arrival,
    talmud,
)
from rongtong.engines.fairness.clashing import clashes
from rongtong.engines.fairness.comparing import Comparison, Proposal, compare
from rongtong.engines.fairness.contributions import (
    Contribution,
    Rates,
    additive_game,
    bottleneck_game,
    claims_game,
    worths,
)
from rongtong.engines.fairness.dividing import (
    DivisionInputs,
    DivisionRule,
    divide,
    division_document,
    division_reproduces,
)
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import MOST_PLAYERS, Game, airport, bankruptcy, voting
from rongtong.engines.fairness.grants import Clash, Exclusivity, Grant, Rule
from rongtong.engines.fairness.hierarchies import ANY_FIELD, WORLD, Hierarchy, ipc, territory, tree
from rongtong.engines.fairness.judging import Verdict, judge
from rongtong.engines.fairness.nucleolus import nucleolus
from rongtong.engines.fairness.pools import (
    Piece,
    PoolDivision,
    PoolPatent,
    PoolRule,
    Product,
    by_count,
    by_shapley,
    by_weight,
    divide_pool,
    pool_game,
)
from rongtong.engines.fairness.royalties import Line, Statement, Variance, recomputed, reproduces, statement, variance
from rongtong.engines.fairness.royalty_terms import Carried, Milestone, Period, Terms, Tier
from rongtong.engines.fairness.values import (
    Estimate,
    airport_shapley,
    banzhaf,
    banzhaf_normalised,
    shapley,
    shapley_sampled,
)

__all__ = [
    "ANY_FIELD", "FEN", "MOST_PLAYERS", "WORLD", "Carried", "Clash", "Comparison", "Contribution", "DivisionInputs",
    "DivisionRule", "Estimate", "Exclusivity", "FairnessError", "Game", "Grant", "Hierarchy", "Line", "Milestone",
    "Number", "Period", "Piece", "PoolDivision", "PoolPatent", "PoolRule", "Product", "Proposal", "Rates", "Rule",
    "Shares", "Statement", "Terms", "Tier", "Variance", "Verdict", "additive_game", "airport", "airport_shapley",
    "bankruptcy", "banzhaf", "banzhaf_normalised", "bottleneck_game", "by_count", "by_shapley", "by_weight",
    "claims_game", "clashes", "compare", "constrained_equal_awards", "constrained_equal_losses", "divide",
    "divide_pool", "division_document", "division_reproduces", "equal_award", "exact", "ipc", "judge", "nearest",
    "nucleolus", "pool_game", "proportional", "random_arrival", "recomputed", "reproduces", "rounded", "shapley",
    "shapley_sampled", "split", "statement", "talmud", "territory", "tree", "variance", "voting", "worths",
    "yuan_and_fen",
]  # fmt: skip
