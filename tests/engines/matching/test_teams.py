"""Teams against every team there is: nothing better exists, every claim is backed, each proposal is another one."""

from __future__ import annotations

from itertools import combinations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.matching.teams import Candidate, SubNeed, Team, TeamProblem, TeamProgress, is_quick, propose

NAMES = "abcdefg"
NEEDS = "uvwx"


@st.composite
def problems(draw: st.DrawFn) -> TeamProblem:
    needs = tuple(
        SubNeed(name, draw(st.integers(1, 5)), draw(st.booleans())) for name in NEEDS[: draw(st.integers(1, 4))]
    )
    strength = st.sampled_from([0.0, 0.1, 0.29, 0.3, 0.31, 0.5, 0.75, 0.9, 1.0])
    candidates = tuple(
        Candidate(
            name,
            {one.id: draw(strength) for one in needs},
            may_lead=draw(st.booleans()),
            region=draw(st.sampled_from(["", "n", "s"])),
            cost=draw(st.sampled_from([0.0, 0.0, 0.05, 0.2])),
        )
        for name in NAMES[: draw(st.integers(1, 7))]
    )
    pairs = list(combinations([one.id for one in candidates], 2))
    some = st.sets(st.sampled_from(pairs), max_size=3) if pairs else st.just(set())
    return TeamProblem(
        needs,
        candidates,
        most=draw(st.integers(1, 4)),
        member_cost=draw(st.sampled_from([0.0, 0.03, 0.1])),
        leader=draw(st.sampled_from([None, None, candidates[0].id])),
        apart=frozenset(draw(some)),
        together=dict.fromkeys(sorted(draw(some)), 0.04),
        spread=draw(st.sampled_from([0.0, 0.02])),
    )


# ---- the twin: written after the words of the documentation, sharing nothing with the engine -----------------------


def strength_of(problem: TeamProblem, name: str, need: str) -> float:
    given = next(one for one in problem.candidates if one.id == name).strengths.get(need, 0.0)
    return given if given >= problem.threshold else 0.0


def value(problem: TeamProblem, team: frozenset[str]) -> tuple[int, int]:
    """The weight of covered musts, and points in thousandths of a weight."""
    whole = 1000 * sum(need.weight for need in problem.needs)
    points = musts = 0
    for need in problem.needs:
        best = max(strength_of(problem, name, need.id) for name in team)
        points += need.weight * round(1000 * best)
        musts += need.weight if need.must and best else 0
    people = [one for one in problem.candidates if one.id in team]
    points -= round(whole * problem.member_cost) * (len(team) - 1)
    points -= sum(round(whole * one.cost) for one in people)
    points += sum(round(whole * worth) for pair, worth in problem.together.items() if set(pair) <= team)
    regions = {one.region for one in people if one.region}
    return musts, points + round(whole * problem.spread) * max(0, len(regions) - 1)


def is_team(problem: TeamProblem, team: frozenset[str]) -> bool:
    leads = {one.id for one in problem.candidates if one.may_lead}
    if problem.leader:
        leads = {problem.leader}
    return bool(team & leads) and not any(set(pair) <= team for pair in problem.apart)


def every_team(problem: TeamProblem) -> list[frozenset[str]]:
    names = [one.id for one in problem.candidates]
    sizes = range(1, problem.most + 1)
    return [team for size in sizes for team in map(frozenset, combinations(names, size)) if is_team(problem, team)]


def is_another(problem: TeamProblem, team: frozenset[str], before: frozenset[str]) -> bool:
    free = before - {problem.leader or ""}
    return len(free - team) >= min(2, -(-len(free) // 2))


def names_of(team: Team) -> frozenset[str]:
    return frozenset(one.id for one in team.members)


def covers_something(problem: TeamProblem, team: frozenset[str]) -> bool:
    return any(strength_of(problem, name, need.id) for name in team for need in problem.needs)


@pytest.mark.parametrize("try_all", [300_000, 0], ids=["every team", "solver"])
@settings(max_examples=60)
@given(problems())
def test_no_team_beats_a_proposed_one_among_those_that_are_another(try_all: int, problem: TeamProblem) -> None:
    proposed = list(propose(problem, try_all=try_all))
    earlier: list[frozenset[str]] = []
    for team in proposed:
        able = [one for one in every_team(problem) if all(is_another(problem, one, before) for before in earlier)]
        best = max(value(problem, one) for one in able)
        assert names_of(team) in able
        assert value(problem, names_of(team)) == best
        assert team.proven and team.gap == pytest.approx(0)
        earlier.append(names_of(team))
    if not proposed:
        best_team = max(every_team(problem), key=lambda one: value(problem, one), default=None)
        assert best_team is None or not covers_something(problem, best_team)


@settings(max_examples=40)
@given(problems())
def test_every_claim_is_backed_by_a_strength(problem: TeamProblem) -> None:
    weights = {need.id: need.weight for need in problem.needs}
    for team in propose(problem):
        names = names_of(team)
        assert sum(one.leads for one in team.members) == 1
        leader = next(one for one in team.members if one.leads)
        assert leader.id == problem.leader or next(c for c in problem.candidates if c.id == leader.id).may_lead
        carried = {one.need: one for one in team.covers}
        for need in problem.needs:
            best = max(strength_of(problem, name, need.id) for name in names)
            assert (need.id in carried) == (best > 0) != (need.id in team.uncovered)
            if best:
                assert carried[need.id].strength == pytest.approx(best, abs=0.0005)
                assert strength_of(problem, carried[need.id].member, need.id) == best
        assert len(team.covers) == len(carried)
        assert team.coverage == pytest.approx(sum(weights[one] for one in carried) / sum(weights.values()))
        assert team.missing_musts == tuple(n.id for n in problem.needs if n.must and n.id in team.uncovered)


@settings(max_examples=40)
@given(problems())
def test_what_a_member_brings_and_who_could_replace_it(problem: TeamProblem) -> None:
    def strength(team: frozenset[str]) -> float:
        total = sum(need.weight for need in problem.needs)
        best = [
            need.weight * max((strength_of(problem, n, need.id) for n in team), default=0.0) for need in problem.needs
        ]
        return sum(best) / total

    for team in propose(problem, alternatives=9):
        names = names_of(team)
        for member in team.members:
            rest = names - {member.id}
            assert member.contribution == pytest.approx(strength(names) - strength(rest), abs=0.001)
            for need in member.only:
                assert not any(strength_of(problem, name, need) for name in rest)
            for other in member.alternatives:
                assert other.id not in names and is_team(problem, rest | {other.id})
                assert other.loss == pytest.approx(strength(names) - strength(rest | {other.id}), abs=0.002)
                assert other.covers
                for one in other.covers:
                    assert strength_of(problem, other.id, one.need) and strength_of(problem, member.id, one.need)


@settings(max_examples=40)
@given(problems())
def test_greedy_is_never_better_and_the_same_problem_gives_the_same_teams(problem: TeamProblem) -> None:
    first, again = propose(problem, try_all=0), propose(problem, try_all=0)
    assert [names_of(one) for one in first] == [names_of(one) for one in again]
    for team in first:
        missing = sum(need.weight for need in problem.needs if need.id in team.missing_musts)
        assert team.greedy is not None
        assert (-missing, team.score) >= (-team.greedy_missing, team.greedy - 1e-9)


def test_what_must_be_covered_goes_before_what_is_worth_more() -> None:
    needs = (SubNeed("must", 1, must=True), SubNeed("dear", 9))
    firms = (Candidate("weak", {"must": 0.31}, may_lead=True), Candidate("strong", {"dear": 1.0}, may_lead=True))
    [team, *_] = propose(TeamProblem(needs, firms, most=1))
    assert [one.id for one in team.members] == ["weak"] and team.uncovered == ("dear",)


def test_greedy_falls_into_a_trap_that_the_search_avoids() -> None:
    needs = tuple(SubNeed(name) for name in "abcd")
    firms = (
        Candidate("wide", {"a": 0.7, "b": 0.7, "c": 0.7}, may_lead=True),
        Candidate("left", {"a": 0.9, "b": 0.9}, may_lead=True),
        Candidate("right", {"c": 0.9, "d": 0.9}),
    )
    [team, *_] = propose(TeamProblem(needs, firms, most=2, member_cost=0.0))
    assert names_of(team) == {"left", "right"}
    assert team.greedy is not None and team.greedy < team.score


def test_nobody_who_may_lead_no_team() -> None:
    problem = TeamProblem((SubNeed("a"),), (Candidate("x", {"a": 1.0}),))
    assert len(propose(problem)) == 0


def test_a_given_leader_stands_alone_where_nobody_helps() -> None:
    problem = TeamProblem((SubNeed("a"), SubNeed("b")), (Candidate("x", {}), Candidate("y", {"a": 0.1})), leader="x")
    [team] = propose(problem)
    assert names_of(team) == {"x"} and team.uncovered == ("a", "b") and team.coverage == 0


def test_a_strength_at_the_threshold_counts_and_one_below_does_not() -> None:
    needs = (SubNeed("a"),)
    at, below = Candidate("at", {"a": 0.3}, may_lead=True), Candidate("below", {"a": 0.2999}, may_lead=True)
    assert [names_of(team) for team in propose(TeamProblem(needs, (below, at)))] == [{"at"}]


@pytest.mark.parametrize("try_all", [300_000, 0])
def test_whoever_asks_can_stop_the_search(try_all: int) -> None:
    class Enough(Exception):
        pass

    heard: list[TeamProgress] = []

    def tell(progress: TeamProgress) -> None:
        heard.append(progress)
        if progress.team == 1:
            raise Enough

    needs = (SubNeed("a"),)
    firms = tuple(Candidate(name, {"a": 0.5}, may_lead=True) for name in NAMES)
    with pytest.raises(Enough):
        propose(TeamProblem(needs, firms), try_all=try_all, tell=tell)
    assert {one.team for one in heard} == {0, 1}


@pytest.mark.parametrize(
    "wrong",
    [
        {"needs": ()},
        {"most": 0},
        {"threshold": 0.0},
        {"leader": "nobody"},
        {"apart": frozenset({("x", "nobody")})},
        {"apart": frozenset({("x", "x")})},
        {"candidates": (Candidate("x", {}), Candidate("x", {}))},
        {"candidates": (Candidate("x", {"nothing": 0.5}),)},
    ],
)
def test_a_problem_that_makes_no_sense_is_refused(wrong: dict[str, object]) -> None:
    given_: dict[str, object] = {"needs": (SubNeed("a"),), "candidates": (Candidate("x", {"a": 0.5}),)}
    with pytest.raises(ValueError, match=r"team|threshold|known|pair|twice"):
        TeamProblem(**(given_ | wrong))  # type: ignore[arg-type]  # wrong on purpose


def test_a_proposal_as_a_table_and_as_words() -> None:
    problem = TeamProblem((SubNeed("a"),), (Candidate("x", {"a": 0.5}, may_lead=True),))
    proposal = propose(problem)
    assert proposal.to_frame().rows() == [(1, "x", True, "a", 0.5)]
    assert "x: 100% covered" in repr(proposal)


def test_only_large_problems_need_the_solver() -> None:
    needs = (SubNeed("a"),)
    few = tuple(Candidate(f"c{number}", {"a": 0.5}) for number in range(40))
    many = tuple(Candidate(f"c{number}", {"a": 0.5}) for number in range(300))
    assert is_quick(TeamProblem(needs, few, most=4))
    assert not is_quick(TeamProblem(needs, many, most=5))
    assert is_quick(TeamProblem(needs, many, most=3, leader="c0"))
