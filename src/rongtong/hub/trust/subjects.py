"""The things that can be disclosed under an agreement or carry documents. Upper rooms register theirs."""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.rights import roles_on


@dataclass(frozen=True)
class Subject:
    """One kind of thing.

    Parameters
    ----------
    alias
        Its word in addresses.
    label
        Its model, as ``app.model``.
    link
        The path of its page.
    files
        The path of the page that shows its documents.
    purpose
        The row of the file table that its documents fall under.
    roles
        Who may attach and remove documents.
    states
        In which states they may; empty for all.
    signable
        Whether an agreement can be signed about it.
    """

    alias: str
    label: str
    link: Callable[[Any], str]
    purpose: str
    roles: frozenset[str]
    states: frozenset[str]
    files: Callable[[Any], str]
    signable: bool = False

    def is_for(self, thing: Any, actor: Actor) -> bool:
        """Whether the actor is one of those who attach and remove."""
        return bool(self.roles & roles_on(actor, thing))

    def is_open(self, thing: Any) -> bool:
        """Whether its documents may change in its state."""
        return not self.states or str(getattr(thing, "state", "")) in self.states


SUBJECTS: dict[str, Subject] = {}


def subject(
    alias: str,
    label: str,
    *,
    link: Callable[[Any], str],
    purpose: str,
    roles: set[str],
    states: set[str],
    files: Callable[[Any], str] | None = None,
    signable: bool = False,
) -> None:
    SUBJECTS[alias] = Subject(
        alias, label, link, purpose, frozenset(roles), frozenset(map(str, states)), files or link, signable
    )


def kind_of(thing: Any) -> Subject:
    return next(one for one in SUBJECTS.values() if one.label == thing._meta.label_lower)


def alias_of(label: str) -> str:
    """The word in addresses for a model."""
    return next(one.alias for one in SUBJECTS.values() if one.label == label)


def find(alias: str, pk: UUID, actor: Actor) -> Any:
    """The thing, if the actor may see it."""
    kind = SUBJECTS.get(alias)
    if kind is None:
        raise NotVisible
    model: Any = apps.get_model(kind.label)
    found = model.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found
