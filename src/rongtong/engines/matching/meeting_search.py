"""The search for a plan: exact where the day is small, else from the relaxation by exact steps over a few slots."""

import random
import threading
import time
from collections import defaultdict
from collections.abc import Callable, Container, Iterable, Sequence
from dataclasses import dataclass

import numpy as np
from ortools.sat.python import cp_model

from rongtong.engines.matching.meeting_bounds import Selection, select, timetable
from rongtong.engines.matching.meeting_model import Ints, Model, Seat, greedy

#: Seats up to which the whole day is one exact problem.
EXACT = 6_000
_POOL = 3  # edges tried for each meeting that fits into the day
_TICK = 0.2
_STEP_SECONDS = 4.0
_SLOTS_AT_ONCE = 4


@dataclass(frozen=True, slots=True)
class Progress:
    """How far planning is.

    Parameters
    ----------
    stage
        ``relaxing``, ``solving`` or ``improving``.
    total, bound
        Points found so far and not to be exceeded.
    """

    stage: str
    seconds: float
    limit: float
    total: float
    bound: float


#: Called several times a second, in the caller's thread. Whatever it raises ends the planning and reaches the caller.
Tell = Callable[[Progress], None]


@dataclass
class Found:
    """The best plan so far, in tenths of points."""

    plan: list[Seat]
    total: int
    bound: int
    greedy: int

    def offer(self, plan: list[Seat], total: int) -> None:
        if total > self.total:
            self.plan, self.total = plan, total

    def is_within(self, gap: float) -> bool:
        return self.bound - self.total <= gap * self.bound


class Search:
    """One search with its clock."""

    def __init__(self, model: Model, *, seconds: float, gap: float, workers: int, tell: Tell | None) -> None:
        self.model, self.limit, self.gap, self.workers, self._tell = model, seconds, gap, workers, tell
        self._began = time.monotonic()
        self._chance = random.Random(0)  # noqa: S311  the order of trials, no secret

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def run(self) -> Found:
        """Search until the gap is reached or the time is over."""
        start = greedy(self.model)
        value = self.model.value(start)
        selection = select(self.model)
        found = Found(start, value, max(selection.bound, value), value)
        self._say("relaxing", found)
        seats = self.model.seats()
        if len(seats) <= EXACT:
            self._exact(found, seats)
        elif not found.is_within(self.gap):
            pool = self._from_relaxation(found, selection)
            self._improve(found, pool)
        return found

    def _exact(self, found: Found, seats: Sequence[Seat]) -> None:
        plan, bound = self._solve(seats, found, "solving", self.limit - self.seconds)
        found.offer(plan, self.model.value(plan))
        found.bound = max(min(found.bound, bound), found.total)

    def _from_relaxation(self, found: Found, selection: Selection) -> Ints:
        """A bound with the clock and a plan from what the relaxation settles. Returns the edges worth trying."""
        size = _POOL * int(self.model.room.sum()) + 200
        pool = np.union1d(np.argsort(-selection.beyond, kind="stable")[:size], [edge for edge, _slot in found.plan])
        pool = pool.astype(np.int64)
        relaxed = timetable(self.model, pool)
        if relaxed.missing.any():
            pool = np.union1d(pool, np.flatnonzero(relaxed.missing)[: 2 * size])
            relaxed = timetable(self.model, pool)
        found.bound = max(min(found.bound, relaxed.bound), found.total)
        self._say("relaxing", found)
        held = self.model.holding(relaxed.settled)
        plan, _bound = self._solve(held.seats(pool), found, "solving", self.limit / 3, held.held)
        found.offer(plan, self.model.value(plan))
        return pool

    def _improve(self, found: Found, pool: Ints) -> None:
        """Plan a few slots anew, exactly, with all others as they are; again and again."""
        worth_trying = set(pool.tolist())
        while not found.is_within(self.gap) and self.seconds < self.limit:
            loose = set(self._chance.sample(range(self.model.slots), min(_SLOTS_AT_ONCE, self.model.slots)))
            fixed = frozenset(seat for seat in found.plan if seat[1] not in loose) | self.model.held
            busy = {edge for edge, _slot in fixed}
            tried = worth_trying | {edge for edge, _slot in found.plan}
            seats = [
                (edge, slot) for edge in tried - busy for slot in loose if self.model.allowed[edge, slot]
            ] + sorted(fixed)
            plan, _bound = self._solve(seats, found, "improving", _STEP_SECONDS, fixed)
            found.offer(plan, self.model.value(plan))

    def _solve(
        self, seats: Sequence[Seat], found: Found, stage: str, seconds: float, held: frozenset[Seat] | None = None
    ) -> tuple[list[Seat], int]:
        """The best plan of these seats and its bound among them."""
        held = self.model.held if held is None else held
        programme, chosen = _programme(self.model, seats, held)
        programme.maximize(sum(int(self.model.worth[seat[0]]) * variable for seat, variable in chosen.items()))
        known = set(found.plan)
        for seat in chosen.keys() - held:
            programme.add_hint(chosen[seat], seat in known)
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.5, min(seconds, self.limit - self.seconds))
        solver.parameters.num_workers = self.workers
        solver.parameters.random_seed = 7
        status = self._watched(solver, programme, stage, found)
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return found.plan, found.bound
        plan = [seat for seat, variable in chosen.items() if solver.boolean_value(variable)]
        return plan, int(np.floor(solver.best_objective_bound + 1e-6))

    def _watched(self, solver: cp_model.CpSolver, programme: cp_model.CpModel, stage: str, found: Found) -> int:
        """Solve in a thread of its own, so that progress is told, and refused, in the caller's."""
        outcome: list[int] = []
        thread = threading.Thread(target=lambda: outcome.append(int(solver.solve(programme))), daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_TICK)
                self._say(stage, found)
        except BaseException:
            # the search may not have begun yet: a stop before that is not heard
            while thread.is_alive():
                solver.stop_search()
                thread.join(_TICK)
            raise
        return outcome[0] if outcome else int(cp_model.UNKNOWN)

    def _say(self, stage: str, found: Found) -> None:
        if self._tell is not None:
            self._tell(Progress(stage, self.seconds, self.limit, found.total / 10, found.bound / 10))


def most_kept(model: Model, announced: Iterable[Seat], at_closed_tables: Container[Seat] = ()) -> frozenset[Seat]:
    """The seats of an announced plan that stay.

    As many as possible entirely unchanged, which those at closed tables cannot be; then as many as possible in their
    slot; then those with the most points.
    """
    seats = [seat for seat in announced if model.allowed[seat] or seat in model.held]
    programme, chosen = _programme(model, [*seats, *(model.held - set(seats))], model.held)
    in_slot = model.value(chosen) + 1
    unchanged = in_slot * (len(chosen) + 1)
    programme.maximize(
        sum(
            (int(model.worth[seat[0]]) + in_slot + unchanged * (seat not in at_closed_tables)) * variable
            for seat, variable in chosen.items()
        )
    )
    for seat in chosen.keys() - model.held:
        programme.add_hint(chosen[seat], True)
    solver = cp_model.CpSolver()
    solver.parameters.num_workers = 1
    if solver.solve(programme) != cp_model.OPTIMAL:
        raise RuntimeError("some part of a plan always fits together")
    return frozenset(seat for seat, variable in chosen.items() if solver.boolean_value(variable))


def _programme(
    model: Model, seats: Iterable[Seat], held: frozenset[Seat]
) -> tuple[cp_model.CpModel, dict[Seat, cp_model.IntVar]]:
    """One yes or no a seat, under every limit of the day."""
    programme = cp_model.CpModel()
    chosen: dict[Seat, cp_model.IntVar] = {}
    by_edge, by_place = defaultdict(list), defaultdict(list)
    by_attendee, by_slot = defaultdict(list), defaultdict(list)
    for edge, slot in seats:
        variable = programme.new_constant(1) if (edge, slot) in held else programme.new_bool_var("")
        chosen[edge, slot] = variable
        by_edge[edge].append(variable)
        by_slot[slot].append(variable)
        for who in model.ends[edge].tolist():
            by_place[who, slot].append(variable)
            by_attendee[who].append(variable)
    for together in (*by_edge.values(), *by_place.values()):
        if len(together) > 1:
            programme.add_at_most_one(together)
    for who, meetings in by_attendee.items():
        programme.add(sum(meetings) <= int(model.most[who]))
    for slot, meetings in by_slot.items():
        programme.add(sum(meetings) <= int(model.room[slot]))
    for who, window, most in model.runs:
        meetings = [variable for slot in window for variable in by_place.get((who, slot), ())]
        if len(meetings) > most:
            programme.add(sum(meetings) <= most)
    return programme, chosen
