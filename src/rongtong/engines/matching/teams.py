"""Small teams for a need that no single organisation covers: who covers what, what stays open, who could step in.

A need is split into sub-needs. Each candidate covers each of them with a strength between 0 and 1; what lies below the
threshold does not count. A sub-need is carried by the strongest member of a team. What must be covered goes before
everything else; then the weighted strength counts, less what each further member costs, plus what is known to help.

    >>> needs = (SubNeed("heat", 3, must=True), SubNeed("test", 2))
    >>> firms = (Candidate("a", {"heat": 0.8}, may_lead=True), Candidate("b", {"test": 0.7}))
    >>> [member.id for member in propose(TeamProblem(needs, firms)).teams[0].members]
    ['a', 'b']
"""

import time
from collections.abc import Sequence
from dataclasses import replace

from rongtong.engines.matching.teams_data import (
    Alternative,
    Candidate,
    Cover,
    Member,
    Proposal,
    SubNeed,
    Team,
    TeamProblem,
)
from rongtong.engines.matching.teams_model import Found, Places, TeamModel, TeamProgress, Tell, greedy
from rongtong.engines.matching.teams_small import best_of_all, teams_to_try

__all__ = [
    "Alternative",
    "Candidate",
    "Cover",
    "Member",
    "Proposal",
    "SubNeed",
    "Team",
    "TeamProblem",
    "TeamProgress",
    "is_quick",
    "propose",
]

#: So many teams are looked at one by one in a fraction of a second.
TRIED = 300_000


def propose(
    problem: TeamProblem,
    *,
    teams: int = 3,
    differ: int = 2,
    alternatives: int = 3,
    seconds: float = 10.0,
    try_all: int = TRIED,
    tell: Tell | None = None,
) -> Proposal:
    """Propose the best teams, each clearly another than those before it.

    Parameters
    ----------
    teams
        How many at most; fewer where no further team brings anything.
    differ
        So many members of each earlier team are left out of a later one, but never more than half of them.
    alternatives
        How many organisations are named for each member that could take its place.
    seconds
        Time for all teams together. The search takes one worker and a fixed seed: the same problem gives the same
        teams, unless the time runs out.
    try_all
        Up to so many possible teams each of them is looked at; beyond, the solver searches.
    tell
        Called several times a second in this thread; whatever it raises ends the search and reaches the caller.
    """
    if teams < 1 or differ < 1 or alternatives < 0 or seconds <= 0:
        raise ValueError("teams and differ are 1 or more, alternatives 0 or more, seconds above 0")
    began = time.monotonic()
    model = TeamModel(problem, differ)
    found: list[Team] = []
    earlier: list[tuple[int, ...]] = []
    for number in range(teams):
        left = seconds - (time.monotonic() - began)
        if tell is not None:
            tell(TeamProgress(number, teams, 0.0, seconds))
        result = _best(model, earlier, max(0.2, left / (teams - number)), try_all, _for_team(tell, number, teams))
        if result is None or _is_hollow(model, result.team, earlier):
            break
        if any(set(result.team) == set(before) for before in earlier):
            break  # the leader does it alone, and nobody else brings anything
        earlier.append(result.team)
        found.append(_told(model, result, earlier[:-1], alternatives))
    return Proposal(tuple(found), time.monotonic() - began)


def is_quick(problem: TeamProblem) -> bool:
    """Whether the teams are so few that looking at all of them takes less than a second."""
    return teams_to_try(TeamModel(problem, 1)) <= TRIED


def _best(model: TeamModel, earlier: Sequence[Places], seconds: float, try_all: int, tell: Tell | None) -> Found | None:
    if teams_to_try(model) <= try_all:
        return best_of_all(model, earlier)
    # here: loading the solver takes a second and a hundred megabytes, which few need and only in background work
    from rongtong.engines.matching.teams_search import Search

    return Search(model, earlier, seconds, tell).run()


def _for_team(tell: Tell | None, number: int, teams: int) -> Tell | None:
    return None if tell is None else lambda progress: tell(replace(progress, team=number, teams=teams))


def _is_hollow(model: TeamModel, team: tuple[int, ...], earlier: Sequence[tuple[int, ...]]) -> bool:
    """Whether a team covers nothing. A leader that is given stands alone once, to say that nobody was found."""
    return not model.gross(team) and (model.leader is None or bool(earlier))


def _told(model: TeamModel, result: Found, earlier: Sequence[tuple[int, ...]], alternatives: int) -> Team:
    team, whole = result.team, float(model.whole)
    by_need = [model.strongest(team, need) for need in range(len(model.needs))]
    covered = {need for need, who in enumerate(by_need) if who is not None}
    contributions = {who: model.gross(team) - model.gross(_without(team, who)) for who in team}
    leader = _leader(model, team, contributions)
    order = sorted(team, key=lambda who: (who != leader, -contributions[who], who))
    first = greedy(model, earlier)
    return Team(
        members=tuple(
            Member(
                id=model.names[who],
                leads=who == leader,
                covers=tuple(_cover(model, need, who) for need in sorted(covered) if by_need[need] == who),
                supports=tuple(
                    _cover(model, need, who) for need in sorted(covered) if _seconds(model, by_need, need, who)
                ),
                only=tuple(model.needs[need].id for need in _lost(model, team, _without(team, who))),
                contribution=contributions[who] / whole,
                alternatives=tuple(_alternatives(model, team, who, earlier))[:alternatives],
            )
            for who in order
        ),
        uncovered=tuple(one.id for need, one in enumerate(model.needs) if need not in covered),
        missing_musts=tuple(one.id for need, one in enumerate(model.needs) if one.must and need not in covered),
        coverage=sum(model.needs[need].weight for need in covered) / sum(one.weight for one in model.needs),
        strength=model.gross(team) / whole,
        score=model.worth(team).points / whole,
        bound=result.bound / whole,
        proven=result.proven,
        greedy=None if first is None else model.worth(first).points / whole,
        greedy_missing=0 if first is None else model.all_musts - model.worth(first).musts,
        seconds=result.seconds,
    )


def _cover(model: TeamModel, need: int, who: int) -> Cover:
    return Cover(model.needs[need].id, model.names[who], float(model.strengths[who, need]) / 1000)


def _seconds(model: TeamModel, by_need: Sequence[int | None], need: int, who: int) -> bool:
    """Whether a member could also carry a sub-need that another one carries."""
    return by_need[need] != who and bool(model.strengths[who, need])


def _leader(model: TeamModel, team: tuple[int, ...], contributions: dict[int, int]) -> int:
    if model.leader is not None:
        return model.leader
    return max((who for who in team if model.may_lead[who]), key=lambda who: (contributions[who], -who))


def _without(team: tuple[int, ...], who: int) -> tuple[int, ...]:
    return tuple(other for other in team if other != who)


def _lost(model: TeamModel, before: tuple[int, ...], after: tuple[int, ...]) -> list[int]:
    """The sub-needs that the one team covers and the other does not."""
    return [
        need
        for need in range(len(model.needs))
        if model.strongest(before, need) is not None and model.strongest(after, need) is None
    ]


def _alternatives(
    model: TeamModel, team: tuple[int, ...], who: int, earlier: Sequence[tuple[int, ...]]
) -> list[Alternative]:
    """Who could take a member's place, best first: each carries at least one sub-need that the member carries."""
    if who == model.leader:
        return []
    rest, carried = _without(team, who), model.strengths[who] > 0
    able = [
        other
        for other in range(len(model.names))
        if other not in team and (model.strengths[other, carried] > 0).any() and model.is_team((*rest, other))
    ]
    ranked = sorted(able, key=lambda other: (model.worth((*rest, other)), -other), reverse=True)
    return [
        Alternative(
            id=model.names[other],
            loss=(model.gross(team) - model.gross((*rest, other))) / model.whole,
            covers=tuple(
                _cover(model, need, other)
                for need in range(len(model.needs))
                if model.strengths[other, need] and carried[need]
            ),
            uncovers=tuple(model.needs[need].id for need in _lost(model, team, (*rest, other))),
        )
        for other in ranked
    ]
