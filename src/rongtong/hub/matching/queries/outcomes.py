"""What earlier meetings said: a bounded part of the score of meeting again, and a reason one can read.

``OUTCOME_POINTS`` is the most that an earlier meeting adds or takes, of a hundred. A reader's ranking uses the reader's
own word alone; the plan of a day, which only the operator sees, uses each side's word for that side's score.
"""

from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from rongtong.hub.foundation.actors import SYSTEM, Actor

from ..enums import NextStep, Usefulness
from ..models import MeetingOutcome

OUTCOME_POINTS = 10
POINTS = {
    Usefulness.USEFUL: OUTCOME_POINTS,
    Usefulness.PARTLY: OUTCOME_POINTS // 2,
    Usefulness.USELESS: -OUTCOME_POINTS,
}


@dataclass(frozen=True)
class Outcome:
    """One's own word on an earlier meeting with somebody; the latest counts."""

    at: datetime
    points: int
    next_step: NextStep

    @property
    def useful(self) -> Usefulness:
        """The word behind the points."""
        return next(word for word, points in POINTS.items() if points == self.points)


def outcomes_of(organisation_id: UUID, actor: Actor) -> dict[UUID, Outcome]:
    """What an organisation said of others, for its own people and the operator; nothing for anybody else. One query."""
    rows = MeetingOutcome.visible_to(actor).filter(organisation_id=organisation_id)
    return {row.other_id: _outcome(row) for row in rows.order_by("at", "pk")}


def outcomes_among(organisations: Collection[UUID]) -> dict[tuple[UUID, UUID], Outcome]:
    """(who, of whom) → the latest word, for planning. One query."""
    rows = MeetingOutcome.visible_to(SYSTEM).filter(organisation_id__in=organisations, other_id__in=organisations)
    return {(row.organisation_id, row.other_id): _outcome(row) for row in rows.order_by("at", "pk")}


def _outcome(row: MeetingOutcome) -> Outcome:
    return Outcome(row.at, max(-OUTCOME_POINTS, min(OUTCOME_POINTS, row.points)), NextStep(row.next_step))


def with_outcome(score: Decimal, outcome: Outcome | None) -> Decimal:
    """A score of 0 to 100 with an earlier outcome counted in."""
    return max(Decimal(0), min(Decimal(100), score + outcome.points)) if outcome else score
