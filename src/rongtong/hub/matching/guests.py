"""Where guest lists and requests of matchmaking days come from, besides what people type. Upper rooms register theirs.

::

    guest_list(GuestList("round", _("批次"), choices=rounds_of, members=participants_of))
    requests_from(answers_that_wait)  # (organisations) -> pairs (asker, other)
"""

from collections.abc import Callable, Collection, Iterable
from dataclasses import dataclass
from uuid import UUID

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Text


@dataclass(frozen=True)
class GuestList:
    """A way to name many organisations at once.

    Parameters
    ----------
    choices
        (value, label) pairs this actor may choose from.
    members
        The organisations behind a value.
    """

    key: str
    label: Text
    choices: Callable[[Actor], list[tuple[str, Text]]]
    members: Callable[[Actor, str], Iterable[UUID]]


Asking = Callable[[Collection[UUID]], Iterable[tuple[UUID, UUID]]]
_lists: dict[str, GuestList] = {}
_asking: list[Asking] = []


def guest_list(source: GuestList) -> None:
    """Register a guest list. The same key again replaces it."""
    _lists[source.key] = source


def guest_lists() -> list[GuestList]:
    return list(_lists.values())


def requests_from(source: Asking) -> Asking:
    """Register where requests come from that nobody needs to type: (asker, other) among these organisations."""
    if source not in _asking:
        _asking.append(source)
    return source


def requests_among(organisations: Collection[UUID]) -> set[tuple[UUID, UUID]]:
    """Every registered request between these organisations."""
    known = set(organisations)
    found = {pair for source in _asking for pair in source(known)}
    return {(one, other) for one, other in found if one in known and other in known and one != other}
