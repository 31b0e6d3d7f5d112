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
from typing import TYPE_CHECKING

import numpy as np
from numpy.typing import NDArray

from rongtong.engines.fairness.amounts import Shares
from rongtong.engines.fairness.coalitions import Whole, float_sums, sums
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game
from rongtong.engines.fairness.judging import most_dissatisfied
from rongtong.engines.fairness.linear import Row, null_space, reduce, solve

if TYPE_CHECKING:
    from scipy.optimize import OptimizeResult

#: Beyond, the linear programmes take minutes.
MOST_PLAYERS = 16
_ADDED = 200
_TOLERANCE = 1e-9
_SEEN = 1e-7
_REFINEMENTS = 2


@dataclass
class Level:
    """One step: coalitions that no division can make more content at once, and players held at what they have alone."""

    coalitions: list[int]
    alone: list[int]
    #: Coalitions whose share is settled before this step, linearly independent.
    settled: list[int]
    #: Those of them that the dual solution uses: with what it names they are linearly independent.
    anchors: list[int]


@dataclass
class _Search:
    game: Game
    #: Values times the denominator, in a cost game with the other sign.
    whole: Whole
    rational: bool
    refinements: int
    settled: list[int]
    #: What the settled coalitions get, in the unit of `whole`.
    shares: dict[int, Fraction]
    #: Coalitions that mattered before and may again.
    working: list[int]
    levels: list[Level] = field(default_factory=list)


@dataclass
class _Frame:
    """Where a linear programme looks from: it sees differences to a division and an excess, in units of a size."""

    centre: list[int]
    excess: int
    size: int


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
    for refinements in range(_REFINEMENTS + 1):
        shares = _attempt(game, refinements)
        if shares is not None:
            return shares
    raise FairnessError("the nucleolus could not be proved: round the values, or state them in larger units")


def _attempt(game: Game, refinements: int) -> Shares | None:
    """The nucleolus, if it can be proved with so many refinements of every linear programme."""
    count, sign = len(game.players), -1 if game.cost else 1
    whole, everybody = sign * game.numerators, (1 << count) - 1
    rational = sum(int(whole[1 << player]) for player in range(count)) <= int(whole[-1])
    first = [mask for place in range(count) for mask in (1 << place, everybody ^ (1 << place))]
    total = {everybody: Fraction(int(whole[-1]))}
    search = _Search(game, whole, rational, refinements, [everybody], total, first)
    while len(search.settled) < count:
        level = _next_level(search)
        if level is None:
            return None
        search.levels.append(level)
    shares = _solved(game, search.levels)
    return shares if shares is not None and _proved(game, shares, search.levels, rational) else None


def _next_level(search: _Search) -> Level | None:
    """The next step; None if the linear programme says too little to be proved."""
    count = len(search.game.players)
    among = ~dependent(search.settled, count)
    search.working = [mask for mask in dict.fromkeys(search.working) if among[mask]] or [int(np.flatnonzero(among)[0])]
    frame = _Frame([0] * count, 0, int(np.abs(search.whole).max()) or 1)
    found = _optimum(search, among, frame)
    for _ in range(search.refinements):
        frame = _closer(search, frame, found)
        found = _optimum(search, among, frame)
    return _settle(search, found)


def _closer(search: _Search, frame: _Frame, found: OptimizeResult) -> _Frame:
    """Look again from the division that was found, in the unit in which the tight coalitions still differ.

    So that a fen among a hundred million yuan is seen (iterative refinement, Gleixner, Steffy & Wolter 2016).
    """
    moved = [place + round(step * frame.size) for place, step in zip(frame.centre, found.x[:-1].tolist(), strict=True)]
    excess = frame.excess + round(float(found.x[-1]) * frame.size)
    rest = search.whole - sums(moved) - excess
    tight = [abs(int(rest[mask])) for mask in _tight(search, found)]
    return _Frame(moved, excess, max([1, *tight]))


def _optimum(search: _Search, among: NDArray[np.bool_], frame: _Frame) -> OptimizeResult:
    """Least excess over all coalitions that are not settled; those that matter are added to the working ones."""
    values = (search.whole - sums(frame.centre) - frame.excess) / frame.size
    while True:
        found = _programme(search, values, among, frame)
        excess = np.where(among, values - float_sums(np.asarray(found.x[:-1])), -np.inf)
        excess[search.working] = -np.inf
        over = np.flatnonzero(excess > found.x[-1] + _TOLERANCE)
        if not len(over):
            return found
        search.working += over[np.argsort(-excess[over], kind="stable")[:_ADDED]].tolist()


def _programme(search: _Search, values: NDArray[np.float64], among: NDArray[np.bool_], frame: _Frame) -> OptimizeResult:
    """Least e with ``x(S) + e >= v(S)`` for the working coalitions, settled ones as they are."""
    count, working, settled = len(search.game.players), search.working, search.settled
    floor = [(int(search.whole[1 << place]) - frame.centre[place]) / frame.size for place in range(count)]
    free = [not search.rational or not among[1 << place] for place in range(count)]
    centred = [sum(frame.centre[place] for place in range(count) if mask >> place & 1) for mask in settled]
    from scipy.optimize import linprog  # here: loading it takes half a second, and few processes divide

    found = linprog(
        c=np.append(np.zeros(count), 1.0),
        A_ub=-np.hstack([_rows(working, count), np.ones((len(working), 1))]),
        b_ub=-values[working],
        A_eq=np.hstack([_rows(settled, count), np.zeros((len(settled), 1))]),
        b_eq=[float((search.shares[mask] - at) / frame.size) for mask, at in zip(settled, centred, strict=True)],
        bounds=[*((None if none else low, None) for none, low in zip(free, floor, strict=True)), (None, None)],
        method="highs-ds",
        options={"primal_feasibility_tolerance": 1e-10, "dual_feasibility_tolerance": 1e-10},
    )
    if found.status != 0:
        raise FairnessError(f"the solver gave up on the nucleolus: {found.message}")
    return found


def _tight(search: _Search, found: OptimizeResult) -> list[int]:
    """What the dual solution names: these are tight in every best division."""
    return [mask for mask, price in zip(search.working, found.ineqlin.marginals, strict=True) if price < -_SEEN]


def _settle(search: _Search, found: OptimizeResult) -> Level | None:
    """Settle what is tight, at the excess that its exact prices give."""
    count, tight = len(search.game.players), _tight(search, found)
    alone = [1 << place for place, price in enumerate(found.lower.marginals[:count]) if price > _SEEN]
    anchors = [mask for mask, price in zip(search.settled, found.eqlin.marginals, strict=True) if abs(price) > _SEEN]
    level = Level(tight, alone, list(search.settled), anchors)
    prices = _prices(level, count)
    if prices is None:
        return None
    named = [Fraction(int(search.whole[mask])) for mask in [*tight, *alone]]
    given = [*named, *(search.shares[mask] for mask in level.anchors)]
    excess = sum((price * value for price, value in zip(prices, given, strict=True)), Fraction(0))
    for mask in [*tight, *alone]:
        if _independent(search.settled, mask, count):
            search.settled.append(mask)
            held = mask in alone and mask not in tight
            search.shares[mask] = Fraction(int(search.whole[mask])) - (0 if held else excess)
    return level if len(search.settled) > len(level.settled) else None


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
        if prices is None or min(prices[: len(level.coalitions) + len(level.alone)]) <= 0:
            return False
    return True


def _prices(level: Level, count: int) -> Row | None:
    """The dual solution: positive weights of what the level names that, with settled coalitions, cancel out."""
    columns = [*level.coalitions, *level.alone, *level.anchors]
    equations = [([mask >> place & 1 for mask in columns], Fraction(0)) for place in range(count)]
    equations.append(([int(at < len(level.coalitions)) for at in range(len(columns))], Fraction(1)))
    return solve(equations)


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
