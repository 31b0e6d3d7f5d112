"""Organisations that the programme lets no answer lead: why, and which of their own needs wait for others."""

from __future__ import annotations

from collections.abc import Sequence
from enum import StrEnum

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import ChallengeState
from ..models import Challenge
from .acting import own_id
from .disclosure import DisclosedChallenge, disclosed_many, with_parts


class Bar(StrEnum):
    """Why an organisation can lead no answer, whatever the challenge."""

    LARGE = "large"
    UNCLASSIFIED = "unclassified"
    NO_ENTERPRISE = "no_enterprise"


def bar_of(actor: Actor) -> Bar | None:
    """What keeps the actor's organisation from leading; None where it may. One query."""
    own = Organisation.visible_to(actor).filter(pk=own_id(actor)).values_list("kind", "size_class").first()
    if own is None:
        return None
    kind, size = own
    if kind != OrganisationKind.ENTERPRISE:
        return Bar.NO_ENTERPRISE
    return {SizeClass.LARGE: Bar.LARGE, SizeClass.UNCLASSIFIED: Bar.UNCLASSIFIED}.get(SizeClass(size))


def own_open(actor: Actor, most: int = 20) -> Sequence[DisclosedChallenge]:
    """The open challenges of the actor's own organisation, the next deadline first."""
    rows = Challenge.visible_to(actor).filter(organisation_id=own_id(actor), state=ChallengeState.OPEN)
    return disclosed_many(with_parts(rows, actor).order_by("deadline", "pk")[:most], actor)
