"""What waits for a person: every room says what of its own can be done now, the desk puts it in order.

A room writes ``desk.py``::

    @waits
    def answers_due(actor: Actor) -> Iterable[Waiting]:
        for question in open_questions(actor)[:LIMIT]:
            yield Waiting(title=_("回答提问"), context=str(question.challenge), verb=_("去回答"), link=…, due=…)

``RoomConfig`` imports it when Django starts. A provider costs a fixed number of queries and yields only what the actor
may do now.
"""

from collections.abc import Callable, Iterable
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, time
from decimal import Decimal
from typing import Any

from django.utils import timezone

from .actors import Actor
from .errors import Text

LIMIT = 10
NEVER = datetime.max.replace(tzinfo=UTC)


@dataclass(frozen=True)
class Waiting:
    """One thing that can be done now.

    Parameters
    ----------
    verb
        The words of the button.
    due
        Until when; without it the thing comes last.
    """

    title: Text
    link: str
    verb: Text
    context: Text = ""
    due: datetime | None = None
    details: dict[str, Any] = field(default_factory=dict)


def end_of(day: date) -> datetime:
    """The last minute of a day here: what is due on it is not late before."""
    return timezone.make_aware(datetime.combine(day, time(23, 59)))


Provider = Callable[[Actor], Iterable[Waiting]]
_providers: list[Provider] = []


def waits(provider: Provider) -> Provider:
    """Register a provider."""
    if provider not in _providers:
        _providers.append(provider)
    return provider


def waiting_for(actor: Actor) -> list[Waiting]:
    """Everything that waits for this actor, the most pressing first."""
    found = [one for provider in _providers for one in provider(actor)]
    return sorted(found, key=lambda one: one.due or NEVER)


@dataclass(frozen=True)
class Fit:
    """Something that fits the reader's organisation, with its score out of 100 and what it is made of.

    ``other`` is the other side's part, None where that is not known.
    """

    title: Text
    link: str
    meta: tuple[Text, ...] = ()
    why: Text = ""
    score: Decimal = Decimal(0)
    words: Decimal = Decimal(0)
    meaning: Decimal = Decimal(0)
    conditions: Decimal = Decimal(0)
    other: Decimal | None = None


@dataclass(frozen=True)
class Shelf:
    """A list of fits under one heading, or, empty, what to do to get some; ``scored`` where they were matched."""

    title: Text
    sentence: Text
    fits: list[Fit]
    more: str = ""
    empty: Text = ""
    cure: str = ""
    cure_label: Text = ""
    scored: bool = True


ShelfMaker = Callable[[Actor], Shelf | None]
_shelves: list[ShelfMaker] = []


def shelf(maker: ShelfMaker) -> ShelfMaker:
    """Register a shelf of the desk; the maker answers None to actors it is not for."""
    if maker not in _shelves:
        _shelves.append(maker)
    return maker


def shelves_for(actor: Actor) -> list[Shelf]:
    return [one for maker in _shelves if (one := maker(actor)) is not None]


@dataclass(frozen=True)
class Summary:
    """Facts about the reader's own organisation, at the side of the desk."""

    title: Text
    facts: list[tuple[Text, Any]]
    link: str = ""
    verb: Text = ""
    sentence: Text = ""


SummaryMaker = Callable[[Actor], Summary | None]
_summaries: list[SummaryMaker] = []


def summary(maker: SummaryMaker) -> SummaryMaker:
    """Register a summary at the side of the desk."""
    if maker not in _summaries:
        _summaries.append(maker)
    return maker


def summaries_for(actor: Actor) -> list[Summary]:
    return [one for maker in _summaries if (one := maker(actor)) is not None]
