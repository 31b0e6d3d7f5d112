"""What leaves evidence: one row for each verb, written in the ``evidence.py`` of the room that the verb belongs to.

::

    evidence(
        "milestone.accept",
        "milestone.accepted",
        _("里程碑验收"),
        content=lambda done: milestone(done.subject),
        readers=PARTIES,
        openers=SIDES,
        context=lambda one: one.collaboration,
        inside=PARTIES,
    )

Only a salted hash of the content enters the log. The content itself is shown to whoever holds one of ``openers`` on the
thing; that there is evidence, to whoever holds one of ``readers``.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from datetime import UTC, date, datetime
from decimal import Decimal
from typing import Any
from uuid import UUID

from django.db.models import Model

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.verbs import Done

#: Beyond this a number has no canonical form: it is written as text.
LARGEST_NUMBER = 2**53 - 1


@dataclass(frozen=True)
class Kind:
    """One kind of entry.

    Parameters
    ----------
    name
        Its code, part of what is committed to.
    content
        What is committed to besides kind, thing, time and organisation; plain values, see `plain`.
    readers, openers
        Roles on the thing that see the entry, and those that may have its content, too.
    context
        The thing on whose page the entry also stands, for those who hold one of ``inside`` on that.
    once
        For a verb that may be repeated without effect: the thing has one entry of this kind.
    """

    verb: str
    name: str
    label: Text
    content: Callable[[Done], Mapping[str, Any]]
    readers: frozenset[str]
    openers: frozenset[str]
    context: Callable[[Any], Model] | None = None
    inside: frozenset[str] = frozenset()
    once: bool = False


KINDS: dict[str, Kind] = {}
BY_VERB: dict[str, Kind] = {}


def evidence(
    verb: str,
    name: str,
    label: Text,
    *,
    content: Callable[[Done], Mapping[str, Any]],
    readers: Iterable[str],
    openers: Iterable[str],
    context: Callable[[Any], Model] | None = None,
    inside: Iterable[str] = (),
    once: bool = False,
) -> None:
    """Add one row. A second row for a verb or a name is a mistake and stops the start."""
    if verb in BY_VERB or name in KINDS:
        raise RuntimeError(f"two kinds of evidence for {verb}, or named {name}")
    kind = Kind(verb, name, label, content, frozenset(readers), frozenset(openers), context, frozenset(inside), once)
    BY_VERB[verb] = KINDS[name] = kind


def shown_by(roles: set[str]) -> set[str]:
    """The kinds of a thing's own entries that these roles on it see."""
    return {name for name, kind in KINDS.items() if kind.readers & roles}


def shown_inside(roles: set[str]) -> set[str]:
    """The kinds of entries about what is inside a thing that these roles on it see."""
    return {name for name, kind in KINDS.items() if kind.inside & roles}


def plain(value: Any) -> Any:
    """Write a value so that it has one canonical JSON: money and other decimals as text, times in UTC.

    Raises
    ------
    TypeError
        For what has no agreed form.
    """
    match value:
        case None | bool():
            return value
        case str():
            return str(value)  # a member of an enumeration, too
        case int():
            return value if abs(value) <= LARGEST_NUMBER else str(value)
        case Decimal():
            return format(value.normalize() if value else Decimal(0), "f")
        case datetime():
            return value.astimezone(UTC).isoformat().replace("+00:00", "Z")
        case date():
            return value.isoformat()
        case UUID():
            return str(value)
        case Mapping():
            return {str(name): plain(one) for name, one in value.items()}
        case list() | tuple():
            return [plain(one) for one in value]
    raise TypeError(f"a {type(value).__name__} has no agreed form in evidence")
