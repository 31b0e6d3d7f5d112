"""At which rank and with which score matching offers an organisation when a challenger invites."""

from __future__ import annotations

from decimal import Decimal
from uuid import UUID

from rongtong.engines.matching import Encoder, Index
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.queries.matching import need_of
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.queries import searcher_of

FURTHEST = 200


class Ranks:
    """An index of its own, in memory: the hub's index is its indexer's to write, and knows nothing uncommitted."""

    def __init__(self, encoder: Encoder | None) -> None:
        self._index = Index.in_memory(encoder)
        self._encodes = encoder is not None

    def of(self, challenge: Challenge, by: Actor) -> dict[UUID, tuple[int, Decimal]]:
        """Rank and score of every organisation found, as the challenger sees them now."""
        catch_up(self._index)
        while self._encodes and self._index.encode_pending():
            pass
        searcher = searcher_of(by)
        matches = self._index.search(
            need_of(disclosed(challenge, by)), searcher, limit=FURTHEST, exclude_owner=searcher.owner
        )
        return {UUID(each.owner): (rank, each.score) for rank, each in enumerate(matches, 1) if each.owner}


class NoRanks(Ranks):
    """Invites without looking at matches: what a rank is made of are texts that few may read."""

    def __init__(self) -> None:
        super().__init__(None)

    def of(self, challenge: Challenge, by: Actor) -> dict[UUID, tuple[int, Decimal]]:
        return {}
