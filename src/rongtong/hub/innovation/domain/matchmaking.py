"""What the innovation chain brings to matchmaking days: guest lists from rounds, and requests nobody needs to type."""

from collections.abc import Collection, Iterable
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.matching.guests import GuestList, guest_list, requests_from

from ..enums import PUBLISHED, ChallengeState
from ..models import Challenge, ChallengeInvitation, Response, Round
from ..models.response import HANDED_IN

SHOWN = 20


def rounds_of(actor: Actor) -> list[tuple[str, Text]]:
    """The rounds whose participants can be invited, the latest first. One query."""
    return [(str(one.pk), str(one)) for one in Round.visible_to(actor).order_by("-publish_at", "-pk")[:SHOWN]]


def participants_of(actor: Actor, value: str) -> Iterable[UUID]:
    """Who published, was invited to answer or answered in a round. Three queries.

    Those who publish anonymously are left out: to be on the list would tell that they have a need.
    """
    chosen = identifiers([value])
    published = Challenge.visible_to(actor).filter(round__in=chosen, state__in=PUBLISHED, anonymous=False)
    asked = ChallengeInvitation.visible_to(actor).filter(challenge__round__in=chosen)
    answered = Response.visible_to(actor).filter(challenge__round__in=chosen, state__in=HANDED_IN)
    return {
        *published.values_list("organisation_id", flat=True),
        *asked.values_list("organisation_id", flat=True),
        *answered.values_list("organisation_id", flat=True),
    }


guest_list(GuestList("round", _("批次的参加单位"), rounds_of, participants_of))


@requests_from
def invitations_that_wait(organisations: Collection[UUID]) -> Iterable[tuple[UUID, UUID]]:
    """A challenger that asked somebody to answer a challenge still open would like to meet. One query."""
    rows = ChallengeInvitation.visible_to(SYSTEM).filter(
        challenge__state=ChallengeState.OPEN,
        challenge__anonymous=False,
        challenge__organisation__in=organisations,
        organisation__in=organisations,
    )
    return set(rows.values_list("challenge__organisation_id", "organisation_id"))
