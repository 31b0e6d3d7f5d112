"""What waits of the selection: responses to review."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, waits

from ..enums import ChallengeState, ConflictState, SheetState
from ..models import Challenge, Reviewer, ScoreSheet
from ..queries.acting import own_id


@waits
def reviews(actor: Actor) -> Iterable[Waiting]:
    """Challenges one is asked to review and has not finished."""
    if actor.account_id is None:
        return
    rows = Reviewer.visible_to(actor).filter(
        account_id=actor.account_id,
        challenge__state=ChallengeState.SELECTING,
        conflict__in=[ConflictState.UNDECLARED, ConflictState.NONE],
    )
    handed_in = ScoreSheet.visible_to(actor).filter(reviewer__account_id=actor.account_id, state=SheetState.SUBMITTED)
    done = handed_in.values("reviewer_id")
    rows = rows.filter(challenge__scores_open=False).select_related("challenge__round")
    for row in rows.exclude(pk__in=done).order_by("challenge__round__select_until", "pk")[:LIMIT]:
        yield Waiting(
            title=_("评审：%(title)s") % {"title": row.challenge.title},
            link=reverse("innovation:reviews"),
            verb=_("去评分"),
            due=row.challenge.round.select_until,
        )


@waits
def decisions(actor: Actor) -> Iterable[Waiting]:
    """Own challenges whose reviewers have all handed in: the choice is to be made. One query for those who make it."""
    if not actor.is_member or "manager" not in actor.steps:
        return
    rows = Challenge.visible_to(actor).filter(
        organisation_id=own_id(actor), state=ChallengeState.SELECTING, scores_open=True
    )
    for row in rows.select_related("round").order_by("round__select_until", "pk")[:LIMIT]:
        yield Waiting(
            title=_("作出决定"),
            context=row.title,
            link=reverse("innovation:selection", args=[row.pk]),
            verb=_("去决定"),
            due=row.round.select_until,
        )
