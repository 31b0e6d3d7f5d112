"""What came of matches: followed, invited, answered, awarded; and replays of rankers over them."""

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from uuid import UUID

from rongtong.engines.matching.replay import Comparison, Look, Shown, ranker, replay
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.matching.queries.logged import clicks, last_looks

from ..models import Award, ChallengeInvitation, Response
from ..models.response import HANDED_IN

Key = tuple[UUID, UUID]
#: Rows of the log that a replay reads at most.
ROWS = 20_000


@dataclass(frozen=True)
class Outcomes:
    """(need, organisation) → when it was first followed, invited, answered, awarded."""

    clicked: dict[Key, datetime]
    invited: dict[Key, datetime]
    responded: dict[Key, datetime]
    awarded: dict[Key, datetime]

    @property
    def by_gain(self) -> tuple[tuple[float, dict[Key, datetime]], ...]:
        """What each is worth to a replay: the further it led the more."""
        return (4.0, self.awarded), (3.0, self.responded), (2.0, self.invited), (1.0, self.clicked)


def outcomes_since(since: datetime, actor: Actor) -> Outcomes:
    """As far as this actor may see them. Four queries."""
    invitations = ChallengeInvitation.visible_to(actor).filter(created_at__gte=since)
    responses = Response.visible_to(actor).filter(state__in=HANDED_IN, submitted_at__gte=since)
    awards = Award.visible_to(actor).filter(created_at__gte=since)
    return Outcomes(
        clicked=_first(clicks(since)),
        invited=_first(invitations.values_list("challenge_id", "organisation_id", "created_at")),
        responded=_first(responses.values_list("challenge_id", "organisation_id", "submitted_at")),
        awarded=_first(awards.values_list("challenge_id", "response__organisation_id", "created_at")),
    )


def _first(rows: Iterable[tuple[UUID, UUID, datetime | None]]) -> dict[Key, datetime]:
    found: dict[Key, datetime] = {}
    for subject, organisation, at in rows:
        if at is not None:
            key = (subject, organisation)
            found[key] = min(at, found.get(key, at))
    return found


def replayed(a: str, b: str, actor: Actor) -> Comparison:
    """Compare two rankers on the newest looks; only what came after a look counts as its outcome. Five queries.

    Raises
    ------
    ValueError
        There is no such ranker.
    """
    one, other = ranker(a), ranker(b)
    logged = last_looks(ROWS)
    if not logged:
        return replay([], one, other)
    came = outcomes_since(min(look.at for look in logged), actor)
    looks = []
    for look in logged:
        rows = [
            Shown(str(organisation), rank, _gain(came, (look.subject_id, organisation), look.at), forward, backward)
            for organisation, rank, forward, backward in look.rows
        ]
        looks.append(Look(str(look.subject_id), tuple(sorted(rows, key=lambda row: row.rank))))
    return replay(looks, one, other)


def _gain(came: Outcomes, key: Key, since: datetime) -> float:
    return next((gain for gain, when in came.by_gain if key in when and when[key] >= since), 0.0)
