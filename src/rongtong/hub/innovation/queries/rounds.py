"""Reads of rounds: how many challenges stand where, as far as the reader may see them."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from uuid import UUID

from django.db.models import Count

from rongtong.hub.foundation.actors import Actor

from ..enums import PUBLISHED, ChallengeState, Stage
from ..models import Challenge, Round


@dataclass(frozen=True)
class Tally:
    """Challenges of one round by state."""

    by_state: dict[str, int]

    @property
    def published(self) -> int:
        return sum(self.by_state.get(state, 0) for state in PUBLISHED)

    def of(self, state: str) -> int:
        return self.by_state.get(state, 0)

    @property
    def unpublished(self) -> int:
        states = (ChallengeState.SUBMITTED, ChallengeState.RETURNED, ChallengeState.SCREENED)
        return sum(self.by_state.get(state, 0) for state in states)


def tallies(rounds: Iterable[Round], actor: Actor) -> dict[UUID, Tally]:
    """The tally of each round, of what the actor may see. One query."""
    ids = [one.pk for one in rounds]
    rows = Challenge.visible_to(actor).filter(round_id__in=ids).order_by().values_list("round_id", "state")
    found: dict[UUID, dict[str, int]] = {pk: {} for pk in ids}
    for pk, state, number in rows.annotate(number=Count("pk")):
        found[pk][state] = number
    return {pk: Tally(by_state) for pk, by_state in found.items()}


def collecting(actor: Actor) -> list[Round]:
    """Rounds that take needs now, the one that ends first first."""
    return list(Round.visible_to(actor).filter(state=Stage.COLLECT).order_by("collect_until", "pk"))
