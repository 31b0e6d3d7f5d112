"""A cooperative game: who takes part, and what every group of them is worth on its own."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from fractions import Fraction

import numpy as np

from rongtong.engines.fairness.amounts import Number, Shares, exact
from rongtong.engines.fairness.coalitions import Whole, highest, sums
from rongtong.engines.fairness.errors import FairnessError

#: 2**24 values are 128 MB. Beyond, `shapley_sampled` asks a function instead.
MOST_PLAYERS = 24
#: Numerators stay below this, so that a difference of two of them, and of a division from them, fits into 63 bits.
_LARGEST = 2**61


@dataclass(frozen=True, eq=False)
class Game:
    """A game in characteristic function form, in exact numbers.

    Attributes
    ----------
    players
        Names, each once, at most ``MOST_PLAYERS``.
    numerators
        Shape (2**n,), int64: at index S, whose bit i says whether player i is in it, the value times `denominator`.
    denominator
        Common to all values.
    cost
        Whether values are what a coalition has to pay: then less is better, for everybody.
    rule
        In words, how the values came about.
    """

    players: tuple[str, ...]
    numerators: Whole
    denominator: int = 1
    cost: bool = False
    rule: str = ""

    def __post_init__(self) -> None:
        count = len(self.players)
        if not 1 <= count <= MOST_PLAYERS:
            raise FairnessError(f"a game has 1 to {MOST_PLAYERS} players, not {count}; beyond, use shapley_sampled")
        if len(set(self.players)) < count:
            raise FairnessError("a player is named twice")
        if self.numerators.shape != (1 << count,) or self.numerators.dtype != np.int64:
            raise FairnessError(f"{count} players have {1 << count} coalitions, with one whole number each")
        if self.numerators[0] != 0:
            raise FairnessError("nobody alone is worth 0")
        if self.denominator < 1 or max(-int(self.numerators.min()), int(self.numerators.max())) >= _LARGEST:
            raise FairnessError("values of this size and fineness do not fit: round them, to fen for instance")
        self.numerators.setflags(write=False)

    @classmethod
    def from_values(
        cls, players: Sequence[str], values: Sequence[Number], *, cost: bool = False, rule: str = ""
    ) -> Game:
        """Make a game from 2**n values in the order of their bits: nobody, a, b, ab, c, ac, bc, abc."""
        parts = [exact(value) for value in values]
        denominator = math.lcm(*(part.denominator for part in parts))
        whole = [part.numerator * (denominator // part.denominator) for part in parts]
        if any(abs(one) >= _LARGEST for one in whole):
            raise FairnessError("values of this size and fineness do not fit: round them, to fen for instance")
        return cls(tuple(players), np.array(whole, np.int64), denominator, cost, rule)

    @classmethod
    def from_callable(
        cls,
        players: Sequence[str],
        value: Callable[[frozenset[str]], Number],
        *,
        cost: bool = False,
        rule: str = "",
    ) -> Game:
        """Make a game by asking a function for every coalition but the empty one."""
        _check_count(players)
        groups = (members(players, mask) for mask in range(1, 1 << len(players)))
        return cls.from_values(players, [0, *(value(frozenset(group)) for group in groups)], cost=cost, rule=rule)

    @classmethod
    def from_table(
        cls,
        players: Sequence[str],
        table: Mapping[Iterable[str], Number],
        *,
        missing: Number | None = None,
        cost: bool = False,
        rule: str = "",
    ) -> Game:
        """Make a game from a table of coalitions, each a tuple or frozenset of names.

        Parameters
        ----------
        missing
            The value of coalitions that are not in the table; None if each has to be there.
        """
        _check_count(players)
        found: dict[int, Number] = {}
        for group, value in table.items():
            mask = mask_of(players, group)
            if mask in found:
                raise FairnessError(f"{', '.join(members(players, mask))} stand in the table twice")
            found[mask] = value
        absent = next((mask for mask in range(1, 1 << len(players)) if mask not in found), None)
        if absent is not None and missing is None:
            raise FairnessError(f"the table has no value for {', '.join(members(players, absent))}")
        values = [found.get(mask, missing or 0) for mask in range(1 << len(players))]
        values[0] = found.get(0, 0)
        return cls.from_values(players, values, cost=cost, rule=rule)

    @property
    def total(self) -> Fraction:
        """What all together are worth: what is to be divided."""
        return Fraction(int(self.numerators[-1]), self.denominator)

    def value(self, group: Iterable[str]) -> Fraction:
        """Return what a coalition is worth on its own."""
        return Fraction(int(self.numerators[mask_of(self.players, group)]), self.denominator)

    def alone(self) -> Shares:
        """Return what each player is worth on his own."""
        return {
            player: Fraction(int(self.numerators[1 << place]), self.denominator)
            for place, player in enumerate(self.players)
        }

    def __repr__(self) -> str:
        kind = "cost game" if self.cost else "game"
        return f"<{kind} of {', '.join(self.players)}: {float(self.total):,.2f}{', ' + self.rule if self.rule else ''}>"


def mask_of(players: Sequence[str], group: Iterable[str]) -> int:
    """Return the index of a coalition; a text alone is one player's name."""
    names = (group,) if isinstance(group, str) else tuple(group)
    places = {player: place for place, player in enumerate(players)}
    strange = next((name for name in names if name not in places), None)
    if strange is not None:
        raise FairnessError(f"{strange!r} is no player of this game")
    return sum(1 << places[name] for name in set(names))


def members(players: Sequence[str], mask: int) -> tuple[str, ...]:
    """Return the names of a coalition's players."""
    return tuple(player for place, player in enumerate(players) if mask >> place & 1)


def voting(weights: Mapping[str, int], quota: int) -> Game:
    """Make a weighted voting game: a coalition is worth 1 if its weights reach the quota, else 0."""
    _check_count(list(weights))
    if quota < 1:
        raise FairnessError("a quota is 1 or more: nobody wins no vote")
    reached = (sums(list(weights.values())) >= quota).astype(np.int64)
    return Game(tuple(weights), reached, rule=f"1 for {quota} votes or more")


def bankruptcy(estate: Number, claims: Mapping[str, Number]) -> Game:
    """Make the game of a claims problem (O'Neill 1982): a coalition is worth what the others' claims leave.

    ``v(S) = max(0, estate - claims of those outside S)``
    """
    _check_count(list(claims))
    whole, denominator = in_whole([estate, *claims.values()])
    others = sum(whole[1:]) - sums(whole[1:])
    values = np.maximum(0, whole[0] - others)
    values[0] = 0
    return Game(tuple(claims), values, denominator, rule="what the others' claims leave")


def airport(costs: Mapping[str, Number]) -> Game:
    """Make an airport game (Littlechild & Owen 1973): a coalition needs the runway of its most demanding member."""
    _check_count(list(costs))
    whole, denominator = in_whole(list(costs.values()))
    if min(whole) < 0:
        raise FairnessError("a runway costs 0 or more")
    return Game(tuple(costs), highest(whole), denominator, cost=True, rule="the dearest member's need")


def in_whole(values: Sequence[Number]) -> tuple[list[int], int]:
    """Return numbers as whole multiples of one over a common denominator."""
    parts = [exact(value) for value in values]
    denominator = math.lcm(*(part.denominator for part in parts))
    whole = [part.numerator * (denominator // part.denominator) for part in parts]
    if sum(map(abs, whole)) >= _LARGEST:
        raise FairnessError("values of this size and fineness do not fit: round them, to fen for instance")
    return whole, denominator


def _check_count(players: Sequence[str]) -> None:
    if not 1 <= len(players) <= MOST_PLAYERS:
        raise FairnessError(f"a game has 1 to {MOST_PLAYERS} players, not {len(players)}; beyond, use shapley_sampled")
