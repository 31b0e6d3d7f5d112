"""What no plan can exceed: linear programmes, whose dual prices are then added up again in whole numbers.

A solver's word is not taken for it. Whatever prices come out, rounding them to thousandths and adding up the limits
at these prices, and what each pair is worth beyond them, gives a bound by weak duality; only how tight it is depends on
the solver.
"""

from dataclasses import dataclass

import numpy as np
from ortools.linear_solver import pywraplp

from rongtong.engines.matching.meeting_model import Bools, Ints, Model, Seat

_PRECISION = 1000
_SHAKE = 0.4  # tenths of a point: keeps equal slots apart, so that the solution lands on whole numbers


@dataclass(frozen=True)
class Selection:
    """The relaxation without a clock: which pairs meet, not when.

    Parameters
    ----------
    bound
        Tenths of points.
    beyond
        (edges,) what each edge is worth beyond the prices of its ends: the higher, the more it belongs into a plan.
    """

    bound: int
    beyond: Ints


def select(model: Model) -> Selection:
    """Price attendees and seats as if only numbers of meetings mattered."""
    limits = _meetings_at_most(model)
    seats = int(model.room.sum())
    solver = pywraplp.Solver.CreateSolver("GLOP")
    by_attendee = [solver.Constraint(0, int(limit)) for limit in limits]
    together = solver.Constraint(0, seats)
    goal = solver.Objective()
    held = {edge for edge, _slot in model.held}
    possible: Bools = np.any(model.allowed, axis=1).reshape(-1)
    for edge, (one, other) in enumerate(model.ends):
        if possible[edge] or edge in held:
            variable = solver.NumVar(float(edge in held), 1, "")
            for row in (by_attendee[one], by_attendee[other], together):
                row.SetCoefficient(variable, 1)
            goal.SetCoefficient(variable, int(model.worth[edge]))
    goal.SetMaximization()
    prices, price = np.zeros(len(limits), dtype=np.int64), np.int64(0)
    if solver.Solve() == pywraplp.Solver.OPTIMAL:
        prices = _whole([row.dual_value() for row in by_attendee])
        price = _whole([together.dual_value()])[0]
    beyond = _PRECISION * model.worth - prices[model.ends[:, 0]] - prices[model.ends[:, 1]] - price
    counted = np.where(possible, np.maximum(beyond, 0), 0)
    for edge in held:
        counted[edge] = beyond[edge]
    bound = (int((prices * limits).sum()) + int(price) * seats + int(counted.sum())) // _PRECISION
    return Selection(bound, beyond)


def _meetings_at_most(model: Model) -> Ints:
    """How many meetings each attendee can have at all: its wish, its time, its rests."""
    runs: dict[int, list[tuple[tuple[int, ...], int]]] = {}
    for who, window, most in model.runs:
        runs.setdefault(who, []).append((window, most))
    found = []
    for who, free in enumerate(model.free):
        taken = np.zeros(model.slots, dtype=np.int64)
        # as early as possible is best on a line: waiting never leaves more room behind
        for slot in np.flatnonzero(free & (model.room > 0)):
            windows = [(list(window), most) for window, most in runs.get(who, ()) if slot in window]
            taken[slot] = all(taken[window].sum() < most for window, most in windows)
        found.append(min(int(model.most[who]), int(taken.sum())))
    return np.array(found, dtype=np.int64)


def _whole(prices: list[float]) -> Ints:
    whole: Ints = np.maximum(np.rint(np.array(prices) * _PRECISION), 0).astype(np.int64)
    return whole


@dataclass(frozen=True)
class Timetable:
    """The relaxation with the clock, over some edges.

    Parameters
    ----------
    bound
        Tenths of points; it counts every edge, also those left out.
    settled
        Seats that the relaxation fills entirely.
    missing
        (edges,) whether an edge that was left out is worth more than its prices.
    """

    bound: int
    settled: tuple[Seat, ...]
    missing: Bools


class _Rows:
    """The limits of a programme with a clock."""

    def __init__(self, solver: pywraplp.Solver, model: Model) -> None:
        self.most = [solver.Constraint(0, int(limit)) for limit in model.most]
        self.room = [solver.Constraint(0, int(tables)) for tables in model.room]
        self.free = {
            (int(who), int(slot)): solver.Constraint(0, 1) for who, slot in zip(*np.nonzero(model.free), strict=True)
        }
        self.runs = [solver.Constraint(0, most) for _who, _window, most in model.runs]
        self._of: dict[tuple[int, int], list[int]] = {}
        for number, (who, window, _most) in enumerate(model.runs):
            for slot in window:
                self._of.setdefault((who, slot), []).append(number)

    def of(self, who: int, slot: int) -> list[pywraplp.Constraint]:
        return [self.most[who], self.free[who, slot], *(self.runs[number] for number in self._of.get((who, slot), ()))]


def timetable(model: Model, edges: Ints) -> Timetable:
    """Solve the relaxation with the clock over some edges, and bound it over all."""
    solver = pywraplp.Solver.CreateSolver("GLOP")
    rows, goal, variables = _Rows(solver, model), solver.Objective(), {}
    shake = np.random.default_rng(0)
    for edge in sorted({int(edge) for edge in edges} | {edge for edge, _slot in model.held}):
        once = solver.Constraint(0, 1)
        for slot in _slots_of(model, edge):
            variable = solver.NumVar(float((edge, slot) in model.held), solver.infinity(), "")
            variables[edge, slot] = variable
            once.SetCoefficient(variable, 1)
            rows.room[slot].SetCoefficient(variable, 1)
            for who in model.ends[edge]:
                for row in rows.of(int(who), slot):
                    row.SetCoefficient(variable, 1)
            goal.SetCoefficient(variable, int(model.worth[edge]) + _SHAKE * float(shake.random()))
    goal.SetMaximization()
    if solver.Solve() != pywraplp.Solver.OPTIMAL:
        return Timetable(int(model.worth.sum()), (), np.zeros(len(model.worth), dtype=np.bool_))
    settled = tuple(seat for seat, variable in variables.items() if variable.solution_value() > 1 - 1e-6)
    bound, missing = _add_up(model, rows, edges)
    return Timetable(bound, settled, missing)


def _slots_of(model: Model, edge: int) -> list[int]:
    held = [slot for one, slot in model.held if one == edge]
    return held or [int(slot) for slot in np.flatnonzero(model.allowed[edge])]


def _add_up(model: Model, rows: _Rows, edges: Ints) -> tuple[int, Bools]:
    """The bound of weak duality over all edges, in whole numbers."""
    most, room = _whole([row.dual_value() for row in rows.most]), _whole([row.dual_value() for row in rows.room])
    by_slot = np.zeros(model.free.shape, dtype=np.int64)
    for (who, slot), row in rows.free.items():
        by_slot[who, slot] = _whole([row.dual_value()])[0]
    total = int((most * model.most).sum() + (room * model.room).sum() + by_slot.sum())
    for (who, window, limit), row in zip(model.runs, rows.runs, strict=True):
        price = int(_whole([row.dual_value()])[0])
        total += price * limit
        by_slot[who, list(window)] += price
    one, other = model.ends[:, 0], model.ends[:, 1]
    gain = _PRECISION * model.worth[:, None] - by_slot[one] - by_slot[other] - room
    gain = gain - (most[one] + most[other])[:, None]
    best = np.where(model.allowed, np.maximum(gain, 0), 0).max(axis=1, initial=0)
    for edge, slot in model.held:
        best[edge] = gain[edge, slot]
    missing = best > 0
    missing[edges] = False
    return (total + int(best.sum())) // _PRECISION, missing
