"""A need that takes several organisations, as data, and what a proposal of teams says."""

import math
from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    import polars as pl


@dataclass(frozen=True, slots=True)
class SubNeed:
    """One capability that is asked.

    Parameters
    ----------
    weight
        How much it counts beside the others; a whole number of at least 1.
    must
        Whether it goes before all that is only wished for.
    """

    id: str
    weight: int = 1
    must: bool = False

    def __post_init__(self) -> None:
        if self.weight < 1:
            raise ValueError(f"{self.id}: a weight is 1 or more")


@dataclass(frozen=True, slots=True)
class Candidate:
    """An organisation that could take part.

    Parameters
    ----------
    strengths
        Sub-need to strength, 0 to 1; sub-needs that are not named have none.
    may_lead
        Whether the rules let it lead; each team has at least one member that may.
    region
        Counts only where regions should differ; empty for unknown.
    cost
        What speaks against it, as a part of the whole need.
    """

    id: str
    strengths: Mapping[str, float]
    may_lead: bool = False
    region: str = ""
    cost: float = 0.0

    def __post_init__(self) -> None:
        if not all(0 <= one <= 1 for one in self.strengths.values()):
            raise ValueError(f"{self.id}: a strength is 0 to 1")
        if not 0 <= self.cost <= 1:
            raise ValueError(f"{self.id}: a cost is 0 to 1")


def pair_of(one: str, other: str) -> tuple[str, str]:
    """Two names in one order."""
    return (one, other) if one < other else (other, one)


@dataclass(frozen=True)
class TeamProblem:
    """Everything that a team must respect, and what makes one better than another.

    Parameters
    ----------
    most
        How many members a team has at most.
    threshold
        A strength below it covers nothing.
    member_cost
        What each member beyond the first costs, as a part of the whole need: one that brings less is not taken.
    leader
        The candidate around which teams are made; None: anybody who may lead.
    apart
        Pairs that cannot be in one team: a conflict of interest, or they do not want to.
    together
        Pair to what it is worth that they have worked together before, as a part of the whole need.
    spread
        What each region beyond the first is worth, as a part of the whole need.
    """

    needs: tuple[SubNeed, ...]
    candidates: tuple[Candidate, ...]
    most: int = 5
    threshold: float = 0.3
    member_cost: float = 0.03
    leader: str | None = None
    apart: frozenset[tuple[str, str]] = frozenset()
    together: Mapping[tuple[str, str], float] = field(default_factory=dict)
    spread: float = 0.0

    def __post_init__(self) -> None:
        if not self.needs or self.most < 1:
            raise ValueError("a team needs at least one sub-need and one place")
        if not (0 < self.threshold <= 1 and 0 <= self.member_cost <= 1 and 0 <= self.spread <= 1):
            raise ValueError("the threshold is above 0, and threshold, cost and spread are at most 1")
        if not all(math.isfinite(one) and 0 <= one <= 1 for one in self.together.values()):
            raise ValueError("what it is worth to have worked together is 0 to 1")
        needs = _unique((one.id for one in self.needs), "a sub-need")
        known = _unique((one.id for one in self.candidates), "a candidate")
        strangers = {name for one in self.candidates for name in one.strengths} - needs
        strangers |= {name for pair in (*self.apart, *self.together) for name in pair} - known
        if self.leader is not None and self.leader not in known:
            strangers.add(self.leader)
        if strangers:
            raise ValueError(f"not known here: {sorted(strangers)[:3]}")
        if any(one == other for one, other in (*self.apart, *self.together)):
            raise ValueError("a pair is two candidates")


def _unique(names: Iterable[str], what: str) -> set[str]:
    found: set[str] = set()
    for name in names:
        if name in found:
            raise ValueError(f"{what} is named twice: {name}")
        found.add(name)
    return found


@dataclass(frozen=True, slots=True)
class Cover:
    """A sub-need, the member that can carry it, and how strong that member is there."""

    need: str
    member: str
    strength: float


@dataclass(frozen=True, slots=True)
class Alternative:
    """An organisation that could take a member's place.

    Parameters
    ----------
    loss
        What the team's strength would lose; negative where it would gain.
    covers
        Of what the member can carry, what this one can.
    uncovers
        Sub-needs that nobody would carry any more.
    """

    id: str
    loss: float
    covers: tuple[Cover, ...]
    uncovers: tuple[str, ...]


@dataclass(frozen=True, slots=True)
class Member:
    """A member of a team.

    Parameters
    ----------
    covers
        What it carries: there it is the strongest of the team.
    supports
        What another one carries and it could carry too.
    only
        What nobody would carry without it.
    contribution
        What the team's strength would lose without it.
    """

    id: str
    leads: bool
    covers: tuple[Cover, ...]
    supports: tuple[Cover, ...]
    only: tuple[str, ...]
    contribution: float
    alternatives: tuple[Alternative, ...]


@dataclass(frozen=True, slots=True)
class Team:
    """A team, its leader first, then by contribution. All figures are parts of the whole need, at most 1.

    Parameters
    ----------
    coverage
        The weight of the sub-needs that somebody carries.
    strength
        The same, each counted as far as its carrier is strong.
    score, bound
        Strength less costs plus bonuses, and what no other team that covers as many musts can exceed.
    proven
        Whether no better team exists beside those proposed before.
    greedy, greedy_missing
        What taking the best organisation first gives (None: no team), and the weight of the musts it leaves open.
    """

    members: tuple[Member, ...]
    uncovered: tuple[str, ...]
    missing_musts: tuple[str, ...]
    coverage: float
    strength: float
    score: float
    bound: float
    proven: bool
    greedy: float | None
    greedy_missing: int
    seconds: float

    @property
    def gap(self) -> float:
        """How much better a team could be at the very most."""
        return max(0.0, self.bound - self.score)

    @property
    def covers(self) -> tuple[Cover, ...]:
        """Who carries what."""
        return tuple(one for member in self.members for one in member.covers)

    def __repr__(self) -> str:
        best = "the best there is" if self.proven else f"at most {self.gap:.1%} below the best"
        return f"{' + '.join(one.id for one in self.members)}: {self.coverage:.0%} covered, {best}"


@dataclass(frozen=True)
class Proposal:
    """Teams, the best first."""

    teams: tuple[Team, ...]
    seconds: float

    def __len__(self) -> int:
        return len(self.teams)

    def __iter__(self) -> Iterator[Team]:
        return iter(self.teams)

    def __repr__(self) -> str:
        return "\n".join([f"{len(self)} teams in {self.seconds:.1f} s", *(repr(team) for team in self)])

    def to_frame(self) -> "pl.DataFrame":
        """Return a row for each sub-need that a member carries."""
        import polars as pl  # here: loading it takes longer than making a proposal, and the hub never asks for a frame

        kinds: Mapping[str, type[pl.DataType]] = {
            "team": pl.Int64, "member": pl.String, "leads": pl.Boolean, "need": pl.String, "strength": pl.Float64,
        }  # fmt: skip
        rows = [
            (number, member.id, member.leads, one.need, one.strength)
            for number, team in enumerate(self.teams, 1)
            for member in team.members
            for one in member.covers
        ]
        return pl.DataFrame(rows, schema=kinds, orient="row")
