"""For whom an actor acts."""

from uuid import UUID

from rongtong.hub.foundation.actors import Actor

NOBODY = UUID(int=0)


def own_id(actor: Actor) -> UUID:
    """The organisation the actor acts for; for those without one the nil id, which no row has."""
    return actor.organisation_id or NOBODY
