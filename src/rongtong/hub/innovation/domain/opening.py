"""The moment when scores become readable: when every reviewer without a conflict has handed in."""

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.notices import notify
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import ChallengeState, ConflictState
from ..models import Challenge, Reviewer


def open_scores_if_all_handed_in(challenge: Challenge, by: Actor) -> bool:
    """Open the scores of a challenge whose row the caller holds locked, when nobody is left to hand in.

    The lock makes the last two reviewers, handing in at once, see each other.
    """
    if challenge.scores_open or challenge.state != ChallengeState.SELECTING:
        return False
    juror = Reviewer._base_manager.filter(challenge=challenge).exclude(conflict=ConflictState.CONFLICT)
    handed_in = [one is not None for one in juror.values_list("handed_in_at", flat=True)]
    if not handed_in or not all(handed_in):
        return False
    challenge.scores_open = True
    challenge.save(update_fields=["scores_open"])  # no new version: everybody reads that, and may not know of scores
    people = people_of(challenge.organisation_id, "manager", "owner")
    notify("selection.scores_open", to=people, about=challenge, by=by, organisation_id=challenge.organisation_id)
    return True
