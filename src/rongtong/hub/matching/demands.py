"""What a need may demand by name, and a room above judges: a standard to conform to, for one.

Listings say what an organisation tells of itself; an upper room may know better of some of the names that a need asks
for. It registers itself once, in its ``listings.py``::

    judged_by(Standards())

Whoever compares needs with organisations asks here first; what nobody judges stays an ordinary condition.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from typing import Protocol
from uuid import UUID

from rongtong.hub.foundation.actors import Actor

MET, NOT_MET, UNKNOWN = "met", "not_met", "unknown"
#: What a verdict counts for in the order of matches, of a hundred; the score stays what it is.
POINTS = {MET: 5, NOT_MET: -10, UNKNOWN: 0}


@dataclass(frozen=True)
class Demand:
    """One demand and how one organisation stands to it, as far as the reader may know."""

    name: str
    outcome: str


class Judge(Protocol):
    """A room that knows of some names more than listings say."""

    def knows(self, names: Collection[str], actor: Actor) -> frozenset[str]:
        """Which of the names it judges, among those that this actor may know of. One query."""

    def own(self, actor: Actor) -> Mapping[str, str]:
        """Every name it judges, with how the actor's own organisation stands to it. Few queries."""

    def judge(
        self, names: Collection[str], organisations: Collection[UUID], actor: Actor
    ) -> Mapping[UUID, list[Demand]]:
        """How each organisation stands to each name it knows; what the actor may not know is unknown."""


_judges: list[Judge] = []


def judged_by(judge: Judge) -> None:
    """Register a judge; one of the same kind is replaced."""
    _judges[:] = [one for one in _judges if type(one) is not type(judge)] + [judge]


def demanded(names: Iterable[str], actor: Actor) -> frozenset[str]:
    """The names that somebody judges. No query for no names."""
    wanted = list(names)
    return frozenset().union(*(one.knows(wanted, actor) for one in _judges)) if wanted else frozenset()


def judged(names: Iterable[str], organisations: Collection[UUID], actor: Actor) -> dict[UUID, list[Demand]]:
    """Every demand of each organisation, in the order of the names. No query for no names."""
    wanted = list(names)
    found: dict[UUID, list[Demand]] = {}
    for judge in _judges if wanted and organisations else ():
        for organisation, demands in judge.judge(wanted, organisations, actor).items():
            found.setdefault(organisation, []).extend(demands)
    return found


def own_standing(actor: Actor) -> dict[str, str]:
    """How the actor's organisation stands to every name that somebody judges."""
    return {name: outcome for judge in _judges for name, outcome in judge.own(actor).items()}


def points_of(demands: Iterable[Demand]) -> int:
    """What demands count for in the order: the worst of them, or what meeting all of them gives."""
    return min((POINTS[one.outcome] for one in demands), default=0)
