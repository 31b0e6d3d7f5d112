"""The nucleolus (Schmeidler 1969), found by linear programmes and then proved in fractions.

The most dissatisfied coalition is made as content as can be; then, among the divisions that do so, the next; and so on
until one division is left. Each step is a linear programme (Kopelowitz 1967) over those coalitions only that matter:
violated ones are added until none is left. HiGHS solves it in floats; which coalitions its dual solution names is all
that is kept of it. From these the division follows as the solution of equations in fractions, and each step is proved
by its exact dual solution (Kohlberg 1971). What cannot be proved is not returned.
"""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass, field
from fractions import Fraction

import numpy as np
from numpy.typing import NDArray
from scipy.optimize import OptimizeResult, linprog

from rongtong.engines.fairness.amounts import Shares
from rongtong.engines.fairness.coalitions import float_sums, sums
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game
from rongtong.engines.fairness.judging import most_dissatisfied
from rongtong.engines.fairness.linear import Row, null_space, reduce, solve

#: Beyond, the linear programmes take minutes.
MOST_PLAYERS = 16
_ADDED = 200
_TOLERANCE = 1e-9
_SEEN = 1e-7


@dataclass
class Level:
    """One step: coalitions that no division can make more content at once, and players held at what they have alone."""

    coalitions: list[int]
    alone: list[int]
    #: Coalitions whose share is settled before this step, linearly independent.
    settled: list[int]
    excess: float


@dataclass
class _Search:
    game: Game
    values: NDArray[np.float64]
    floor: NDArray[np.float64] | None
    settled: list[int]
    shares: dict[int, float]
    #: Coalitions that mattered before and may again.
    working: list[int]
    levels: list[Level] = field(default_factory=list)


def nucleolus(game: Game) -> Shares:
    """Return the nucleolus, exactly.

    Among the divisions that give each player what he is worth alone; where none does (what is divided is less), among
    all divisions (the prenucleolus). It lies in the core whenever that is not empty.

    Raises
    ------
    FairnessError
        For more than ``MOST_PLAYERS`` players, or if the proof fails: values then differ too widely in size for floats.
    """
    count = len(game.players)
    if count > MOST_PLAYERS:
        raise FairnessError(f"the nucleolus is computed for up to {MOST_PLAYERS} players, not {count}")
    sign = -1 if game.cost else 1
    scale = float(np.abs(game.numerators).max()) or 1.0
    values = sign * game.numerators / scale
    single = sum(int(game.numerators[1 << player]) for player in range(count))
    rational = sign * single <= sign * int(game.numerators[-1])
    floor = values[1 << np.arange(count)] if rational else None
    everybody = (1 << count) - 1
    first = [mask for place in range(count) for mask in (1 << place, everybody ^ (1 << place))]
    search = _Search(game, values, floor, [everybody], {everybody: float(values[-1])}, first)
    while len(search.settled) < count:
        search.levels.append(_next_level(search))
    shares = _solved(game, search.levels)
    if shares is None or not _proved(game, shares, search.levels, rational):
        raise FairnessError("the nucleolus could not be proved: round the values, or state them in larger units")
    return shares


def _next_level(search: _Search) -> Level:
    count = len(search.game.players)
    among = ~dependent(search.settled, count)
    working = [mask for mask in dict.fromkeys(search.working) if among[mask]] or [int(np.flatnonzero(among)[0])]
    while True:
        found = _programme(search, working, among)
        shares = np.asarray(found.x[:-1])
        excess = np.where(among, search.values - float_sums(shares), -np.inf)
        excess[working] = -np.inf
        over = np.flatnonzero(excess > found.x[-1] + _TOLERANCE)
        if not len(over):
            search.working = working
            return _settle(search, working, found)
        worst = over[np.argsort(-excess[over], kind="stable")[:_ADDED]]
        working += worst.tolist()


def _programme(search: _Search, working: list[int], among: NDArray[np.bool_]) -> OptimizeResult:
    """Least e with ``x(S) + e >= v(S)`` for the working coalitions, settled ones as they are."""
    count = len(search.game.players)
    floor = search.floor
    least = [None if floor is None or not among[1 << place] else float(floor[place]) for place in range(count)]
    found = linprog(
        c=np.append(np.zeros(count), 1.0),
        A_ub=-np.hstack([_rows(working, count), np.ones((len(working), 1))]),
        b_ub=-search.values[working],
        A_eq=np.hstack([_rows(search.settled, count), np.zeros((len(search.settled), 1))]),
        b_eq=[search.shares[mask] for mask in search.settled],
        bounds=[*((low, None) for low in least), (None, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.status != 0:
        raise FairnessError(f"the solver gave up on the nucleolus: {found.message}")
    return found


def _settle(search: _Search, working: list[int], found: OptimizeResult) -> Level:
    """Keep what the dual solution names: these are tight in every best division."""
    count, excess = len(search.game.players), float(found.x[-1])
    tight = [mask for mask, price in zip(working, found.ineqlin.marginals, strict=True) if price < -_SEEN]
    alone = [1 << place for place, price in enumerate(found.lower.marginals[:count]) if price > _SEEN]
    level = Level(tight, alone, list(search.settled), excess)
    for mask in [*tight, *alone]:
        if not _independent(search.settled, mask, count):
            continue
        search.settled.append(mask)
        held = mask in alone and mask not in tight
        search.shares[mask] = float(search.values[mask]) - (0.0 if held else excess)
    if len(search.settled) == len(level.settled):
        raise FairnessError("the nucleolus could not be proved: round the values, or state them in larger units")
    return level


def _solved(game: Game, levels: list[Level]) -> Shares | None:
    """The division from its equations: everything is given out, and each level has one excess for all it names."""
    count, sign = len(game.players), -1 if game.cost else 1
    everybody = (1 << count) - 1
    equations: list[tuple[int, int | None]] = [(everybody, None)]
    for number, level in enumerate(levels):
        equations += [(mask, number) for mask in level.coalitions]
        equations += [(mask, None) for mask in level.alone]
    found = solve(
        (
            [*_row(mask, count), *(int(number == at) for at in range(len(levels)))],
            Fraction(sign * int(game.numerators[mask]), game.denominator),
        )
        for mask, number in equations
    )
    if found is None:
        return None
    return {player: sign * found[place] for place, player in enumerate(game.players)}


def _proved(game: Game, shares: Shares, levels: list[Level], rational: bool) -> bool:
    """Whether each level is the best that can be had, by an exact dual solution, and the division reaches it."""
    count, sign = len(game.players), -1 if game.cost else 1
    if rational and any(sign * (shares[player] - alone) < 0 for player, alone in game.alone().items()):
        return False
    for level in levels:
        among = ~dependent(level.settled, count)
        worst, _ = most_dissatisfied(game, shares, among)
        if any(_excess(game, shares, mask) != worst for mask in level.coalitions):
            return False
        prices = _prices(level, count)
        if prices is None or min(prices) <= 0:
            return False
    return True


def _prices(level: Level, count: int) -> Row | None:
    """The dual solution: positive weights of what the level names that, with settled coalitions, cancel out."""
    named = [*level.coalitions, *level.alone]
    columns = [*named, *level.settled]
    equations = [([mask >> place & 1 for mask in columns], Fraction(0)) for place in range(count)]
    equations.append(([int(at < len(level.coalitions)) for at in range(len(columns))], Fraction(1)))
    found = solve(equations)
    return None if found is None else found[: len(named)]


def _excess(game: Game, shares: Shares, mask: int) -> Fraction:
    given = sum((shares[player] for at, player in enumerate(game.players) if mask >> at & 1), Fraction(0))
    return (Fraction(int(game.numerators[mask]), game.denominator) - given) * (-1 if game.cost else 1)


def dependent(settled: list[int], count: int) -> NDArray[np.bool_]:
    """Mark the coalitions whose share follows from the settled ones'."""
    found = np.ones(1 << count, np.bool_)
    for vector in null_space([_row(mask, count) for mask in settled], count):
        found &= sums(vector) == 0
    return found


def _independent(settled: list[int], mask: int, count: int) -> bool:
    table = [list(map(Fraction, _row(one, count))) for one in [*settled, mask]]
    return len(reduce(table)) == len(settled) + 1


def _row(mask: int, count: int) -> list[int]:
    return [mask >> place & 1 for place in range(count)]


def _rows(masks: Iterable[int], count: int) -> NDArray[np.float64]:
    return (np.fromiter(masks, np.int64)[:, None] >> np.arange(count) & 1).astype(np.float64)
