"""Searching listings as somebody: the rights go into the index's query, nothing is filtered afterwards."""

from rongtong.engines.matching import Matches, Need, Searcher
from rongtong.hub.foundation.actors import Actor

from ..live import live_index


def searcher_of(actor: Actor) -> Searcher:
    """How far this actor sees in the index."""
    own = str(actor.organisation_id) if actor.organisation_id is not None and actor.role is not None else None
    return Searcher(level=actor.level, owner=own)


def matches_for(
    need: Need, actor: Actor, *, limit: int = 20, without_own: bool = True, by_organisation: bool = True
) -> Matches:
    """The listings that answer a need best, among those this actor may see."""
    searcher = searcher_of(actor)
    return live_index().search(
        need,
        searcher,
        limit=limit,
        exclude_owner=searcher.owner if without_own else None,
        group_by_owner=by_organisation,
    )
