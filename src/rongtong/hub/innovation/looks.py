"""Looks at the matches of a challenge, written down the same way whichever door they come through."""

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.matching.domain.impressions import shown

from .models import Challenge
from .queries.matching import RANKER, Hits


def log_look(challenge: Challenge, hits: Hits, actor: Actor) -> None:
    """Record what was shown, with what each side scored the other."""
    rows = [(hit.organisation.pk, hit) for hit in hits.items if hit.organisation]
    shown(
        challenge.pk,
        [(pk, hit.score) for pk, hit in rows],
        by=actor,
        sides={pk: (hit.near, hit.far) for pk, hit in rows},
        ranker=RANKER,
    )
