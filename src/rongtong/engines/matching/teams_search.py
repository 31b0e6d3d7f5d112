"""The search for one team: first as many musts as possible, then the most points, with a proof of how good it is."""

import math
import threading
import time
from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any, TypeAlias

from ortools.sat.python import cp_model

from rongtong.engines.matching.teams_model import Found, Places, TeamModel, TeamProgress, Tell, greedy

_TICK = 0.1
#: A sum of variables: the solver's own types for it do not add up under numpy's.
Expression: TypeAlias = Any


@dataclass(frozen=True)
class _Programme:
    model: cp_model.CpModel
    taken: dict[int, cp_model.IntVar]
    musts: Expression
    points: Expression


class Search:
    """The search for one team beside those proposed before."""

    def __init__(self, model: TeamModel, earlier: Sequence[Places], seconds: float, tell: Tell | None) -> None:
        self.model, self.earlier, self.limit, self._tell = model, earlier, seconds, tell
        self._began = time.monotonic()

    @property
    def seconds(self) -> float:
        return time.monotonic() - self._began

    def run(self) -> Found | None:
        """The best team found in the time; None where there is none."""
        self._say()
        start = greedy(self.model, self.earlier)
        if start is not None and not self._is_allowed(start):
            start = None
        programme = _programme(self.model, self.earlier)
        best, musts_proven = self._most_musts(programme, start)
        if best is None:
            return None
        programme.model.add(programme.musts >= self.model.worth(best).musts)
        team, bound, proven = self._solve(programme, programme.points, best)
        found = self._better(best, team)
        bound = max(bound, self.model.worth(found).points)
        return Found(found, bound, musts_proven and proven, self.seconds)

    def _is_allowed(self, team: Places) -> bool:
        return self.model.is_team(team) and self.model.can_be_later(team, self.earlier)

    def _most_musts(self, programme: _Programme, start: Places | None) -> tuple[Places | None, bool]:
        """A team with as many musts as possible, and whether more are impossible."""
        if start is not None and self.model.worth(start).musts == self.model.all_musts:
            return start, True
        team, bound, proven = self._solve(programme, programme.musts, start)
        best = self._better(start, team) if team is not None else start
        # no team at all is proven by an empty answer; a bound that is reached proves it too
        return best, proven or (best is not None and self.model.worth(best).musts >= bound)

    def _better(self, one: Places | None, other: Places | None) -> Places:
        known = [team for team in (one, other) if team is not None]
        return max(known, key=self.model.worth)

    def _solve(self, programme: _Programme, aim: Expression, start: Places | None) -> tuple[Places | None, int, bool]:
        """The best team for one aim, the bound, and whether it is proven."""
        programme.model.maximize(aim)
        programme.model.clear_hints()  # type: ignore[no-untyped-call]  # the solver's own stub lacks it
        for who, variable in programme.taken.items() if start is not None else ():
            programme.model.add_hint(variable, who in (start or ()))
        solver = cp_model.CpSolver()
        solver.parameters.max_time_in_seconds = max(0.1, self.limit - self.seconds)
        solver.parameters.num_workers = 1
        solver.parameters.random_seed = 7
        solver.parameters.linearization_level = 2
        status = self._watched(solver, programme.model)
        if status == cp_model.INFEASIBLE:
            return None, 0, True
        bound = math.floor(solver.best_objective_bound + 1e-6) if status != cp_model.MODEL_INVALID else 0
        if status not in (cp_model.OPTIMAL, cp_model.FEASIBLE):
            return None, max(bound, 0), False
        team = tuple(who for who, variable in programme.taken.items() if solver.boolean_value(variable))
        return team, bound, status == cp_model.OPTIMAL

    def _watched(self, solver: cp_model.CpSolver, programme: cp_model.CpModel) -> int:
        """Solve in a thread of its own, so that progress is told, and refused, in the caller's."""
        outcome: list[int] = []
        thread = threading.Thread(target=lambda: outcome.append(int(solver.solve(programme))), daemon=True)
        thread.start()
        try:
            while thread.is_alive():
                thread.join(_TICK)
                self._say()
        except BaseException:
            # the search may not have begun yet: a stop before that is not heard
            while thread.is_alive():
                solver.stop_search()
                thread.join(_TICK)
            raise
        return outcome[0] if outcome else int(cp_model.UNKNOWN)

    def _say(self) -> None:
        if self._tell is not None:
            self._tell(TeamProgress(0, 1, self.seconds, self.limit))


def _programme(model: TeamModel, earlier: Sequence[Places]) -> _Programme:
    """One yes or no a candidate, one for each sub-need that it would carry."""
    programme = cp_model.CpModel()
    useful = [
        who
        for who in range(len(model.names))
        if model.may_lead[who] or model.points[who].any() or any(who in pair for pair in model.together) or model.spread
    ]
    taken = {who: programme.new_bool_var(f"taken {who}") for who in useful}
    programme.add(sum(taken.values()) <= model.most)
    if model.leader is None:
        programme.add(sum(taken[who] for who in useful if model.may_lead[who]) >= 1)
    else:
        programme.add(taken[model.leader] == 1)
    for one, other in sorted(model.apart):
        if one in taken and other in taken:
            programme.add_at_most_one([taken[one], taken[other]])
    for before in earlier:
        kept = [taken[who] for who in before if who != model.leader]
        programme.add(sum(kept) <= model.kept_at_most(before))
    carried, points = _carried(programme, model, taken)
    musts = sum(int(model.weights[need]) * sum(carried[need]) for need in model.musts if carried[need])
    extras = _bonuses(programme, model, taken)
    costs = sum((model.costs[who] + model.member_cost) * taken[who] for who in useful) - model.member_cost
    return _Programme(programme, taken, musts, points + extras - costs)


def _carried(
    programme: cp_model.CpModel, model: TeamModel, taken: dict[int, cp_model.IntVar]
) -> tuple[dict[int, list[cp_model.IntVar]], Expression]:
    """Who carries each sub-need, at most one each, and the points of it."""
    carried: dict[int, list[cp_model.IntVar]] = defaultdict(list)
    points: Expression = 0
    for need in range(len(model.needs)):
        for who, variable in taken.items():
            if model.strengths[who, need]:
                carries = programme.new_bool_var("")
                programme.add_implication(carries, variable)
                carried[need].append(carries)
                points += int(model.points[who, need]) * carries
        programme.add_at_most_one(carried[need])
    return carried, points


def _bonuses(programme: cp_model.CpModel, model: TeamModel, taken: dict[int, cp_model.IntVar]) -> Expression:
    """Points for pairs that have worked together, and for each region beyond the first."""
    points: Expression = 0
    for (one, other), worth in sorted(model.together.items()):
        both = programme.new_bool_var("")
        programme.add_implication(both, taken[one])
        programme.add_implication(both, taken[other])
        points += worth * both
    if not model.spread:
        return points
    by_region: dict[str, list[cp_model.IntVar]] = defaultdict(list)
    for who, variable in taken.items():
        if model.regions[who]:
            by_region[model.regions[who]].append(variable)
    present = []
    for _region, variables in sorted(by_region.items()):
        here = programme.new_bool_var("")
        programme.add(here <= sum(variables))
        present.append(here)
    known = programme.new_bool_var("")
    programme.add(known <= sum(present) if present else known == 0)
    # the first region is worth nothing: it is taken away again wherever there is one
    for here in present:
        programme.add_implication(here, known)
    return points + model.spread * (sum(present) - known)
