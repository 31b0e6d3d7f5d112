"""A problem of teams as arrays of whole numbers, what a team is worth there, and the greedy team."""

from collections import Counter
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import NamedTuple, TypeAlias

import numpy as np
from numpy.typing import NDArray

from rongtong.engines.matching.teams_data import TeamProblem, pair_of

#: Strengths are counted in thousandths, so that every sum is exact.
UNIT = 1000
Ints: TypeAlias = NDArray[np.int64]
Places: TypeAlias = tuple[int, ...]


class Worth(NamedTuple):
    """The weight of the musts that are covered, then points; compared in this order."""

    musts: int
    points: int


@dataclass(frozen=True, slots=True)
class TeamProgress:
    """How far the search is: which team of how many, and for how long it has been sought."""

    team: int
    teams: int
    seconds: float
    limit: float


#: Called in the caller's thread. Whatever it raises ends the search and reaches the caller.
Tell = Callable[[TeamProgress], None]


@dataclass(frozen=True, slots=True)
class Found:
    """The best team, and the points that no team with as many musts can exceed."""

    team: Places
    bound: int
    proven: bool
    seconds: float


class TeamModel:
    """The problem in whole numbers; candidates and sub-needs by their places."""

    def __init__(self, problem: TeamProblem, differ: int) -> None:
        self.needs, self.most, self.differ = problem.needs, problem.most, differ
        self.names = [one.id for one in problem.candidates]
        place = {name: number for number, name in enumerate(self.names)}
        self.weights: Ints = np.array([one.weight for one in problem.needs], dtype=np.int64)
        self.musts = [number for number, one in enumerate(problem.needs) if one.must]
        self.all_musts = int(self.weights[self.musts].sum())
        self.whole = UNIT * int(self.weights.sum())
        table = [[one.strengths.get(need.id, 0.0) for need in problem.needs] for one in problem.candidates]
        exact = np.array(table, dtype=np.float64).reshape(len(self.names), len(self.needs))
        self.strengths: Ints = np.where(exact >= problem.threshold, np.rint(UNIT * exact), 0).astype(np.int64)
        self.points: Ints = self.strengths * self.weights
        self.costs = [self._part(one.cost) for one in problem.candidates]
        self.member_cost, self.spread = self._part(problem.member_cost), self._part(problem.spread)
        self.regions = [one.region for one in problem.candidates]
        self.leader = None if problem.leader is None else place[problem.leader]
        self.may_lead = [one.may_lead or number == self.leader for number, one in enumerate(problem.candidates)]
        self.apart = {_key(place[one], place[other]) for one, other in problem.apart}
        bonuses: dict[tuple[str, str], float] = {}
        for pair, worth in problem.together.items():
            bonuses[pair_of(*pair)] = max(worth, bonuses.get(pair_of(*pair), 0.0))
        self.together = {_key(place[one], place[other]): self._part(worth) for (one, other), worth in bonuses.items()}

    def _part(self, share: float) -> int:
        return round(share * self.whole)

    def gross(self, team: Sequence[int]) -> int:
        """Points of the sub-needs, each from the strongest member."""
        return int(self.points[list(team)].max(axis=0).sum()) if team else 0

    def worth(self, team: Sequence[int]) -> Worth:
        """What a team is worth: the musts it covers, and its points after costs and bonuses."""
        if not team:
            return Worth(0, 0)
        covered = self.strengths[list(team)].max(axis=0) > 0
        musts = int(sum(self.weights[need] for need in self.musts if covered[need]))
        places = sorted(team)
        pairs = sum(
            self.together.get((one, other), 0) for number, one in enumerate(places) for other in places[number + 1 :]
        )
        regions = len({self.regions[who] for who in team} - {""})
        costs = sum(self.costs[who] for who in team) + self.member_cost * (len(team) - 1)
        return Worth(musts, self.gross(team) - costs + pairs + self.spread * max(0, regions - 1))

    def strongest(self, team: Sequence[int], need: int) -> int | None:
        """The member that carries a sub-need; the first of equals in the candidates' order."""
        best = max(sorted(team), key=lambda who: int(self.strengths[who, need]), default=None)
        return best if best is not None and self.strengths[best, need] else None

    def kept_at_most(self, team: Places) -> int:
        """How many members of an earlier team a later one may have besides a leader that is given."""
        free = sum(who != self.leader for who in team)
        return free - min(self.differ, (free + 1) // 2)

    def can_be_later(self, team: Sequence[int], earlier: Iterable[Places]) -> bool:
        """Whether a team, or the part of one, is another than those proposed before."""
        return all(
            sum(who in team for who in before if who != self.leader) <= self.kept_at_most(before) for before in earlier
        )

    def is_quarrel(self, team: Iterable[int]) -> bool:
        """Whether two members cannot be in one team."""
        places = sorted(team)
        return any((one, other) in self.apart for number, one in enumerate(places) for other in places[number + 1 :])

    def is_team(self, team: Sequence[int]) -> bool:
        """Whether the rules let these be a team."""
        led = any(self.may_lead[who] for who in team) if self.leader is None else self.leader in team
        return led and len(team) <= self.most and len(set(team)) == len(team) and not self.is_quarrel(team)


def _key(one: int, other: int) -> tuple[int, int]:
    return (one, other) if one < other else (other, one)


def greedy(model: TeamModel, earlier: Sequence[Places] = ()) -> Places | None:
    """Take who brings most, again and again, as one would by hand; None where no leader fits."""
    if model.leader is not None:
        return _grown(model, (model.leader,), earlier)
    free = _grown(model, (), earlier)
    if free and model.is_team(free):
        return free
    # nobody among the best may lead, or the leader does not go with them: begin with the leader
    leaders = [who for who, may in enumerate(model.may_lead) if may and model.can_be_later((who,), earlier)]
    grown = (_grown(model, (who,), earlier) for who in leaders)
    return max(grown, key=model.worth, default=None)


def _grown(model: TeamModel, team: Places, earlier: Sequence[Places]) -> Places:
    fit = Counter({who: int(model.points[who].sum()) for who in range(len(model.names))})
    order = [who for who, _points in sorted(fit.items(), key=lambda item: (-item[1], item[0]))]
    while len(team) < model.most:
        last = len(team) == model.most - 1 and not any(model.may_lead[who] for who in team)
        able = (who for who in order if who not in team and (not last or model.may_lead[who]))
        grown = [
            (*team, who)
            for who in able
            if model.can_be_later((*team, who), earlier) and not model.is_quarrel((*team, who))
        ]
        best = max(grown, key=model.worth, default=None)
        if best is None or model.worth(best) <= model.worth(team):
            break
        team = best
    return team
