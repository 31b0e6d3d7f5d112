"""Values of players: Shapley and Banzhaf exactly, Shapley by sampling, Shapley of airport games in closed form."""

from __future__ import annotations

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

import numpy as np

from rongtong.engines.fairness.amounts import Number, Shares, exact
from rongtong.engines.fairness.coalitions import limbs, sizes, totals_with
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game

if TYPE_CHECKING:
    import polars as pl


def shapley(game: Game) -> Shares:
    """Return the Shapley value (Shapley 1953), exactly.

    What a player adds to those who came before him, averaged over all orders of arrival:

        φ_i = Σ_{S∌i} s!(n-s-1)!/n! · (v(S+i) - v(S))

    The weights times lcm(1…n) are whole, so the sum is one of whole numbers over the array of coalitions, O(2^n)
    time and memory: 20 players take some tens of milliseconds.
    """
    count = len(game.players)
    common = math.lcm(*range(1, count + 1))
    gains = [0, *(common // (count * math.comb(count - 1, size)) for size in range(count))]
    losses = [*(common // (count * math.comb(count - 1, size)) for size in range(count)), 0]
    both = [gain + loss for gain, loss in zip(gains, losses, strict=True)]
    bound = sum(math.comb(count, size) * weight for size, weight in enumerate(both))
    of_size = sizes(count)
    found, base = [0] * count, 0
    for shift, part in limbs(game.numerators, ((2**63 - 1) // bound).bit_length() - 1):
        totals, _ = totals_with(part * np.array(both, np.int64)[of_size], count)
        base += int((part * np.array(losses, np.int64)[of_size]).sum()) << shift
        found = [have + (total << shift) for have, total in zip(found, totals, strict=True)]
    scale = common * game.denominator
    return {player: Fraction(total - base, scale) for player, total in zip(game.players, found, strict=True)}


def banzhaf(game: Game) -> Shares:
    """Return the Banzhaf value: what a player adds, averaged over all coalitions of the others.

    It does not sum to what is divided; `banzhaf_normalised` does.
    """
    count = len(game.players)
    found, everything = [0] * count, 0
    for shift, part in limbs(game.numerators, 62 - count):
        totals, total = totals_with(part, count)
        everything += total << shift
        found = [have + (one << shift) for have, one in zip(found, totals, strict=True)]
    scale = game.denominator << (count - 1)
    return {player: Fraction(2 * total - everything, scale) for player, total in zip(game.players, found, strict=True)}


def banzhaf_normalised(game: Game) -> Shares:
    """Return the Banzhaf value scaled so that it sums to what is divided.

    Raises
    ------
    FairnessError
        If the values sum to 0 and cannot be scaled.
    """
    plain = banzhaf(game)
    together = sum(plain.values(), Fraction(0))
    if not together:
        raise FairnessError("the Banzhaf values of this game sum to 0: they have no normalised form")
    return {player: value * game.total / together for player, value in plain.items()}


def airport_shapley(costs: Mapping[str, Number]) -> Shares:
    """Return the Shapley value of an airport game: every piece of runway is shared by those who need it.

    Littlechild & Owen (1973); O(n log n), for any number of players.
    """
    needs = {player: exact(cost, f"the cost of {player}") for player, cost in costs.items()}
    if min(needs.values(), default=Fraction(0)) < 0:
        raise FairnessError("a runway costs 0 or more")
    found: Shares = {}
    paid = reached = Fraction(0)
    for place, player in enumerate(sorted(needs, key=lambda one: needs[one])):
        paid += (needs[player] - reached) / (len(needs) - place)
        reached = needs[player]
        found[player] = paid
    return {player: found[player] for player in needs}


@dataclass(frozen=True)
class Estimate:
    """A sampled Shapley value.

    Attributes
    ----------
    shares
        Player to estimate. They sum to what is divided, up to rounding of floats.
    standard_errors
        Player to standard error of the estimate: two in three estimates lie within it, 19 of 20 within two.
    permutations, seed
        What was drawn; the same numbers give the same estimate.
    """

    shares: Mapping[str, float]
    standard_errors: Mapping[str, float]
    permutations: int
    seed: int

    def to_frame(self) -> pl.DataFrame:
        """Return player, share, standard_error."""
        import polars as pl  # here: loading it takes longer than most divisions, and the hub asks for no frame

        return pl.DataFrame(
            {
                "player": list(self.shares),
                "share": list(self.shares.values()),
                "standard_error": [self.standard_errors[player] for player in self.shares],
            }
        )

    def __str__(self) -> str:
        width = max(map(len, self.shares))
        lines = [
            f"{player:<{width}}  {share:>14.2f} ± {self.standard_errors[player]:.2f}"
            for player, share in self.shares.items()
        ]
        return "\n".join([*lines, f"{self.permutations} permutations, seed {self.seed}"])


def shapley_sampled(
    players: Sequence[str],
    value: Callable[[frozenset[str]], float],
    *,
    permutations: int = 2000,
    seed: int = 0,
) -> Estimate:
    """Estimate the Shapley value from random orders of arrival (Castro, Gómez & Tejada 2009).

    Orders are drawn in pairs, each with its reverse: who comes early in one comes late in the other, so the mean of a
    pair varies less. The standard error is that of the mean of the pairs.

    Parameters
    ----------
    value
        Asked for n coalitions an order; what it says of nobody counts as 0.
    permutations
        An even number, 4 or more.
    """
    if permutations < 4 or permutations % 2:
        raise FairnessError("permutations are drawn in pairs, 2 pairs at least")
    if not players or len(set(players)) < len(players):
        raise FairnessError("a game has players, each named once")
    chance = np.random.default_rng(seed)
    pairs = permutations // 2
    mean, squares = np.zeros(len(players)), np.zeros(len(players))
    for drawn in range(1, pairs + 1):
        order = chance.permutation(len(players))
        added = (_marginals(players, value, order) + _marginals(players, value, order[::-1])) / 2
        step = added - mean
        mean += step / drawn
        squares += step * (added - mean)
    errors = np.sqrt(squares / (pairs - 1) / pairs)
    return Estimate(
        dict(zip(players, mean.tolist(), strict=True)),
        dict(zip(players, errors.tolist(), strict=True)),
        permutations,
        seed,
    )


def _marginals(
    players: Sequence[str], value: Callable[[frozenset[str]], float], order: np.ndarray[tuple[int], np.dtype[np.int64]]
) -> np.ndarray[tuple[int], np.dtype[np.float64]]:
    """What each player adds to those before him, along one order."""
    added = np.zeros(len(players))
    group: frozenset[str] = frozenset()
    before = 0.0
    for place in order.tolist():
        group |= {players[place]}
        after = float(value(group))
        added[place] = after - before
        before = after
    return added
