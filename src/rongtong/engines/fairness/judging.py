"""Whether a division can last: does any coalition get less than it is worth on its own, which, and by how much?"""

from __future__ import annotations

import math
from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray

from rongtong.engines.fairness.amounts import Number, Shares, exact
from rongtong.engines.fairness.coalitions import sizes, sums
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game, members


@dataclass(frozen=True)
class Verdict:
    """What can be said of one division.

    Attributes
    ----------
    shares
        The division.
    gap
        What is divided less the sum of the shares: 0 in a division that gives out everything and no more.
    coalition
        The most dissatisfied one: where excesses are equal the smallest, then the first in the order of players.
        Empty for a game of one player.
    excess
        What it would have more on its own: positive means a reason to leave. In a cost game, what it pays too much.
    """

    shares: Shares
    gap: Fraction
    coalition: tuple[str, ...]
    excess: Fraction

    @property
    def in_core(self) -> bool:
        """Whether everything is given out and no coalition does better on its own."""
        return self.gap == 0 and (self.excess <= 0 or not self.coalition)


def judge(game: Game, shares: Mapping[str, Number]) -> Verdict:
    """Judge a division.

    Raises
    ------
    FairnessError
        If it names other players than the game, or shares so finely that sums would not fit: round to fen first.
    """
    if set(shares) != set(game.players):
        raise FairnessError(f"a division names each of {', '.join(game.players)}, and nobody else")
    exactly = {player: exact(shares[player], f"the share of {player}") for player in game.players}
    gap = game.total - sum(exactly.values(), Fraction(0))
    among = np.ones(1 << len(game.players), np.bool_)
    among[[0, -1]] = False
    if not among.any():
        return Verdict(exactly, gap, (), Fraction(0))
    excess, mask = most_dissatisfied(game, exactly, among)
    return Verdict(exactly, gap, members(game.players, mask), excess)


def most_dissatisfied(game: Game, shares: Shares, among: NDArray[np.bool_]) -> tuple[Fraction, int]:
    """Return the greatest excess among marked coalitions, exactly, and the first of the smallest that has it.

    The excess is ``v(S) - x(S)``, in a cost game ``x(S) - c(S)``. It is held as a whole part and a remainder, so that
    denominators up to 2^57 do not overflow.
    """
    sign = -1 if game.cost else 1
    scaled = [sign * shares[player] * game.denominator for player in game.players]
    common = math.lcm(*(one.denominator for one in scaled))
    if common * len(scaled) >= 2**62 or sum(abs(one) for one in scaled) >= 2**62:
        raise FairnessError("shares of this size and fineness cannot be compared: round them, to fen for instance")
    carry, rest = np.divmod(sums([int((one - math.floor(one)) * common) for one in scaled]), common)
    whole = sign * game.numerators - sums([math.floor(one) for one in scaled]) - carry
    at = np.flatnonzero(among)
    at = at[whole[at] == whole[at].max()]
    at = at[rest[at] == rest[at].min()]
    chosen = int(at[np.argmin(sizes(len(scaled))[at])])
    return Fraction(int(whole[chosen]) * common - int(rest[chosen]), common * game.denominator), chosen
