"""For whom teams are proposed, around whom, and from which parts."""

from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.rights import roles_on
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..enums import ChallengeState, ResponseState
from ..models import Challenge, Response
from ..queries.disclosure import disclosed
from ..queries.subneeds import open_sources, proposed, stored_parts
from ..queries.teams import Setting
from .responses import ensure_may_lead


def setting_of(pk: UUID, actor: Actor) -> Setting:
    """For those inside a challenge, and for organisations that may answer it now; for others it is not there."""
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    shown = disclosed(challenge, actor)
    if {"own.viewer", "operator.viewer"} & roles_on(actor, challenge):
        stored = stored_parts(challenge, None, actor)
        return Setting(shown, tuple(stored or proposed(shown)), bool(stored), True, sources=tuple(open_sources(shown)))
    if not actor.is_member or challenge.state != ChallengeState.OPEN:
        raise NotVisible
    leader = visible(Organisation, actor, actor.firm)
    try:
        ensure_may_lead(leader, challenge)
    except Refusal as refused:
        return Setting(shown, (), False, False, leader, refused=refused)
    draft = (
        Response.visible_to(actor).filter(challenge=challenge, organisation=leader, state=ResponseState.DRAFT).first()
    )
    stored = (stored_parts(challenge, draft, actor) if draft else []) or stored_parts(challenge, None, actor)
    parts = tuple(stored or proposed(shown))
    return Setting(shown, parts, bool(stored), False, leader, draft, sources=tuple(open_sources(shown)))
