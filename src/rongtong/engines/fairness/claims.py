"""Rules for claims that together exceed what is there. Exact, and each returns shares that sum to the estate.

Sources: Aumann & Maschler (1985), *Game theoretic analysis of a bankruptcy problem from the Talmud*; Thomson (2003),
*Axiomatic and game-theoretic analysis of bankruptcy and taxation problems: a survey*.
"""

from collections.abc import Mapping
from fractions import Fraction

from rongtong.engines.fairness.amounts import Number, Shares, exact
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import bankruptcy
from rongtong.engines.fairness.values import shapley


def proportional(estate: Number, weights: Mapping[str, Number]) -> Shares:
    """Return shares in proportion to weights (contributions or claims); any estate."""
    parts = {name: exact(weight, f"the weight of {name}") for name, weight in weights.items()}
    total = sum(parts.values(), Fraction(0))
    if total <= 0 or min(parts.values()) < 0:
        raise FairnessError("weights are 0 or more, and at least one is more")
    return {name: exact(estate) * part / total for name, part in parts.items()}


def equal_award(estate: Number, players: Mapping[str, object] | tuple[str, ...]) -> Shares:
    """Return the same for everybody, whatever they brought."""
    if not players:
        raise FairnessError("nobody is there to share")
    return {name: exact(estate) / len(players) for name in players}


def constrained_equal_awards(estate: Number, claims: Mapping[str, Number]) -> Shares:
    """Return the same for everybody, but nobody more than he claims (CEA)."""
    left, asked = _problem(estate, claims)
    found: Shares = {}
    for place, name in enumerate(sorted(asked, key=lambda one: asked[one])):
        found[name] = min(asked[name], left / (len(asked) - place))
        left -= found[name]
    return {name: found[name] for name in asked}


def constrained_equal_losses(estate: Number, claims: Mapping[str, Number]) -> Shares:
    """Return each claim less the same loss, but nobody less than nothing (CEL)."""
    whole, asked = _problem(estate, claims)
    losses = constrained_equal_awards(sum(asked.values(), Fraction(0)) - whole, dict(asked))
    return {name: asked[name] - losses[name] for name in asked}


def talmud(estate: Number, claims: Mapping[str, Number]) -> Shares:
    """Return the Talmud rule: CEA on half the claims up to half their sum, beyond it CEL on the halves left.

    It is the nucleolus of the bankruptcy game (Aumann & Maschler 1985).
    """
    whole, asked = _problem(estate, claims)
    half = {name: claim / 2 for name, claim in asked.items()}
    most = sum(half.values(), Fraction(0))
    if whole <= most:
        return constrained_equal_awards(whole, dict(half))
    beyond = constrained_equal_losses(whole - most, dict(half))
    return {name: half[name] + beyond[name] for name in asked}


def random_arrival(estate: Number, claims: Mapping[str, Number]) -> Shares:
    """Return "run to the bank" (O'Neill 1982): who comes first is paid in full; the mean over all orders.

    It is the Shapley value of the bankruptcy game; up to 24 claims.
    """
    _problem(estate, claims)
    return shapley(bankruptcy(estate, claims))


def _problem(estate: Number, claims: Mapping[str, Number]) -> tuple[Fraction, Shares]:
    whole = exact(estate, "the estate")
    asked = {name: exact(claim, f"the claim of {name}") for name, claim in claims.items()}
    if not asked or min(asked.values()) < 0:
        raise FairnessError("claims are 0 or more, and there is at least one")
    if not 0 <= whole <= sum(asked.values()):
        raise FairnessError("the estate is 0 or more and no more than all claims together: then nothing is in dispute")
    return whole, asked
