"""Proposing teams: how good, how fast, beside taking the best first. Writes ``benchmarks/out/teams.json``.

    python benchmarks/teams.py [--quick]

Needs of 12 parts, 300 candidates, teams of five at most, three teams each. Candidates differ as real ones do: a few do
much, most do one or two things; strengths of neighbouring parts go together. One need is asked around a given leader,
one has pairs that cannot sit together, have worked together, and regions that should differ. Every team is checked by
code that shares nothing with the search.
"""

from collections.abc import Iterator

import numpy as np
from figures import figure, report

from rongtong.engines.matching.teams import Candidate, SubNeed, Team, TeamProblem, propose

CANDIDATES, NEEDS, MOST = 300, 12, 5
GAP_BAR, SECONDS_BAR, LIMIT = 1.0, 10.0, 9.5


def invented(seed: int, *, spread: float = 1.2, leader: bool = False, bound: bool = False) -> TeamProblem:
    """Invent a need and who could answer it; the same for the same seed.

    Parameters
    ----------
    spread
        How far a candidate's strength reaches beyond its own field.
    leader, bound
        Whether a leader is given, and whether pairs and regions count.
    """
    chance = np.random.default_rng(seed)
    needs = tuple(
        SubNeed(f"n{number:02d}", int(chance.integers(1, 6)), bool(chance.random() < 0.5)) for number in range(NEEDS)
    )
    firms = []
    for number in range(CANDIDATES):
        fields = chance.uniform(0, NEEDS, int(chance.choice([1, 2, 3], p=[0.6, 0.3, 0.1])))
        peaks = chance.beta(4, 3, len(fields))
        near = np.exp(-((np.arange(NEEDS)[:, None] - fields) ** 2) / (2 * spread**2)) * peaks
        strengths = np.clip(near.max(axis=1) + chance.normal(0, 0.05, NEEDS), 0, 1)
        firms.append(
            Candidate(
                f"c{number:03d}",
                {need.id: float(one) for need, one in zip(needs, strengths, strict=True)},
                may_lead=bool(chance.random() < 0.6),
                region=f"r{chance.integers(0, 9)}",
            )
        )
    names = [one.id for one in firms]
    pairs = [tuple(sorted(chance.choice(names, 2, replace=False).tolist())) for _ in range(400 if bound else 0)]
    return TeamProblem(
        needs,
        tuple(firms),
        most=MOST,
        leader=names[0] if leader else None,
        apart=frozenset(pairs[:200]),
        together=dict.fromkeys(sorted(set(pairs[200:])), 0.02),
        spread=0.01 if bound else 0.0,
    )


def rows(needs: int) -> Iterator[dict[str, object]]:
    """Yield the figures of each need."""
    kinds = [
        *((f"need {seed}", invented(seed)) for seed in range(1, needs + 1)),
        ("broad candidates", invented(11, spread=3.0)),
        ("a given leader", invented(12, leader=True)),
        ("pairs and regions", invented(13, bound=True)),
    ]
    for name, problem in kinds:
        found = propose(problem, teams=3, seconds=LIMIT)
        earlier: list[set[str]] = []
        for team in found:
            _check(problem, team, earlier)
            earlier.append({one.id for one in team.members})
        if len(found) != 3:
            raise SystemExit(f"{name}: {len(found)} teams instead of three")
        first = found.teams[0]
        greedy = first.greedy or 0.0
        yield figure(f"gap to the proven bound, the widest of three teams, {name}", 100 * max(t.gap for t in found),
                      "%", GAP_BAR, 100 * (first.bound - greedy))  # fmt: skip
        yield figure(f"time for three teams, {name}", found.seconds, "s", SECONDS_BAR)
        yield figure(f"strength less costs, best team, {name}", 100 * first.score, "%", None, 100 * greedy)
        missing = sum(need.weight for need in problem.needs if need.id in first.missing_musts)
        yield figure(f"weight of musts left open, {name}", missing, "", None, first.greedy_missing)


def _check(problem: TeamProblem, team: Team, earlier: list[set[str]]) -> None:
    names = [one.id for one in team.members]
    people = {one.id: one for one in problem.candidates}
    wrong = []
    if len(set(names)) != len(names) or len(names) > problem.most:
        wrong.append("size")
    if not any(people[name].may_lead or name == problem.leader for name in names):
        wrong.append("leader")
    if any(one in names and other in names for one, other in problem.apart):
        wrong.append("apart")
    for cover in team.covers:
        told = people[cover.member].strengths[cover.need]
        if cover.member not in names or told < problem.threshold or abs(told - cover.strength) > 0.001:
            wrong.append(f"cover {cover}")
    for before in earlier:
        free = before - {problem.leader or ""}
        if len(free - set(names)) < min(2, -(-len(free) // 2)):
            wrong.append("not another team")
    if team.score > team.bound + 1e-9:
        wrong.append("bound")
    if wrong:
        raise SystemExit(f"a team breaks its limits: {wrong[:3]}")


if __name__ == "__main__":
    raise SystemExit(report("teams", __doc__, "one need of the plain kind", lambda quick: rows(1 if quick else 5)))
