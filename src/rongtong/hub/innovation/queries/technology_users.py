"""谁能用上？ Who could use a technology: open challenges it may answer, organisations whose own work it fits."""

from __future__ import annotations

from dataclasses import dataclass
from uuid import UUID

from rongtong.engines.matching import Need
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.rights import roles_on
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.organisations.models import Organisation

from ..enums import ChallengeState
from ..listings import CAPABILITY, CHALLENGE
from ..models import Challenge, Technology
from .disclosure import disclosed_many
from .disclosure import with_parts as challenge_parts
from .hits import Hit
from .matching import plain_hits
from .technologies import technology_listing_texts, with_parts

SHOWN = 10


@dataclass(frozen=True)
class Users:
    """Who could use a technology, each list in its order and with reasons."""

    challenges: list[Hit]
    organisations: list[Hit]


def own_technology(pk: UUID, actor: Actor) -> Technology:
    """The technology, for those who may see who could use it; for others it is not there."""
    row = with_parts(Technology.visible_to(actor)).filter(pk=pk).first()
    if row is None or not {"own.viewer", "coowner.viewer", "operator.viewer"} & roles_on(actor, row):
        raise NotVisible
    return row


def users_of(technology: Technology, actor: Actor) -> Users:
    """Search by what every member may read of the technology: a secret must not be told by who is found.

    Four queries besides the index.
    """
    text = "\n".join(text for _level, text in sorted(technology_listing_texts(technology).items(), reverse=True)[:1])
    title = technology.title
    needs = matches_for(
        Need(text, title, kinds=frozenset({CHALLENGE})), actor, limit=SHOWN, by_organisation=False
    ).items
    firms = matches_for(Need(text, title, kinds=frozenset({CAPABILITY})), actor, limit=2 * SHOWN).items
    wanted = Challenge.visible_to(actor).filter(pk__in=[one.id for one in needs], state=ChallengeState.OPEN)
    shown = {one.id: one for one in disclosed_many(challenge_parts(wanted, actor), actor)}
    owners = {one.organisation_id for one in technology.owners.all()} | {technology.organisation_id}
    found = Organisation.visible_to(actor).filter(pk__in=[one.owner for one in firms if one.owner])
    others = {row.pk: row for row in found.exclude(pk__in=[pk for pk in owners if pk])}
    return Users(
        challenges=plain_hits(needs, challenge=shown), organisations=plain_hits(firms, organisation=others)[:SHOWN]
    )
