"""What exists so far while the story is told: by the content's keys, with the people who act."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any
from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.models import Challenge, Collaboration, Response, Round
from rongtong.hub.organisations.domain.actors import actor_for
from rongtong.hub.organisations.enums import Role
from rongtong.hub.organisations.models import Account, Member, Organisation

from ..records import Cluster, Person
from .days import Calendar
from .ranks import Ranks

WRITERS = (Role.CONTRIBUTOR, Role.MANAGER, Role.OWNER)
MANAGERS = (Role.MANAGER, Role.OWNER)


@dataclass
class World:
    """The database as the loader knows it."""

    cluster: Cluster
    calendar: Calendar
    ranks: Ranks
    #: Of the whole story, whatever part of it is told: the day on which each challenge was published.
    publications: dict[str, int]
    accounts: dict[str, Account] = field(default_factory=dict)
    organisations: dict[str, Organisation] = field(default_factory=dict)
    rounds: dict[str, Round] = field(default_factory=dict)
    challenges: dict[str, Challenge] = field(default_factory=dict)
    responses: dict[str, Response] = field(default_factory=dict)
    collaborations: dict[str, Collaboration] = field(default_factory=dict)
    made: dict[str, Any] = field(default_factory=dict)
    _actors: dict[str, Actor] = field(default_factory=dict)

    def actor(self, person: str) -> Actor:
        """A member of a verified organisation, as it may act from its verification on."""
        if person not in self._actors:
            account = self.accounts[person]
            member = Member._base_manager.select_related("organisation").get(account=account)
            self._actors[person] = actor_for(account, member)
        return self._actors[person]

    def writer(self, organisation: str) -> Actor:
        """Who writes for an organisation: the least of those who may."""
        return self.actor(person_in(self.cluster, organisation, *WRITERS).key)

    def manager(self, organisation: str) -> Actor:
        """Who decides for an organisation: the least of those who may."""
        return self.actor(person_in(self.cluster, organisation, *MANAGERS).key)

    def id_of(self, organisation: str) -> UUID:
        return self.organisations[organisation].pk


def person_in(cluster: Cluster, organisation: str, *roles: str) -> Person:
    """The organisation's person with the first of the roles that somebody has."""
    people = [each for each in cluster.people.values() if each.organisation == organisation and each.role in roles]
    return min(people, key=lambda person: roles.index(Role(person.role)))
