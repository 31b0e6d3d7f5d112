"""What a list can be narrowed by. A filter reads itself from the address, writes itself back, becomes a ``Q``."""

from __future__ import annotations

import dataclasses
import datetime as dt
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal, InvalidOperation
from typing import Any
from uuid import UUID

from django.core.exceptions import EmptyResultSet
from django.db import connections
from django.db.models import F, Q, QuerySet
from django.http import QueryDict
from django.utils import timezone
from django.utils.translation import gettext

from . import formatting
from .actors import Actor
from .errors import Text
from .listing import MOST, Count, count_capped

#: Options are counted among at most so many rows.
WINDOW = 5 * MOST
LARGEST = Decimal(10) ** 15
Choices = Iterable[tuple[Any, Text]] | Callable[[Actor], Iterable[tuple[Any, Text]]]
Read = tuple[Any, list[str]]


@dataclass(frozen=True)
class Option:
    """One box of the filter panel."""

    value: str
    label: Text
    chosen: bool
    count: Count | None


@dataclass(frozen=True)
class Chip:
    """An active condition and the address that takes it away."""

    label: Text
    text: Text
    href: str


@dataclass(frozen=True, init=False)
class Search:
    """The search box of a list.

    Parameters
    ----------
    fields
        Text fields in which every word must be found.
    initials
        The field with pinyin initials (``hlrcl``), asked when the word is Latin letters.
    """

    fields: tuple[str, ...]
    initials: str
    placeholder: Text
    longest: int

    def __init__(self, *fields: str, initials: str = "", placeholder: Text = "", longest: int = 100) -> None:
        object.__setattr__(self, "fields", fields)
        object.__setattr__(self, "initials", initials)
        object.__setattr__(self, "placeholder", placeholder)
        object.__setattr__(self, "longest", longest)

    def condition(self, q: str) -> Q:
        """Return what a row must meet to be found."""
        every = Q()
        for word in q.split():
            some = Q()
            for name in self.fields:
                some |= Q(**{f"{name}__icontains": word})
            if self.initials and word.isascii() and word.isalnum():
                some |= Q(**{f"{self.initials}__icontains": word.lower()})
            every &= some
        return every


@dataclass(frozen=True)
class Filter:
    """What all filters share.

    Parameters
    ----------
    name
        The parameter in the address.
    when
        Whether this reader is offered the filter at all; others cannot use it either.
    """

    name: str
    label: Text
    kind = ""
    speaks_for_itself = False

    @property
    def keys(self) -> tuple[str, ...]:
        return (self.name,)

    @property
    def when(self) -> Callable[[Actor], bool] | None:
        return None

    def read(self, params: QueryDict, actor: Actor) -> Read:
        raise NotImplementedError

    def write(self, value: Any) -> list[tuple[str, str]]:
        raise NotImplementedError

    def condition(self, value: Any, actor: Actor) -> Q:
        raise NotImplementedError

    def parts(self, value: Any, actor: Actor) -> list[tuple[str, Any]]:
        """Return what the chips say, each with the value that stays when it is taken away."""
        raise NotImplementedError

    def options(self, rows: QuerySet[Any], value: Any, actor: Actor) -> list[Option]:
        return []


def _complaint(key: str, value: str) -> str:
    return f"{key}={value}"[:60]


@dataclass(frozen=True)
class Multi(Filter):
    """Any of several values of a field.

    Parameters
    ----------
    choices
        Pairs of value and label, or a function of the reader that gives them.
    where
        Conditions by value, for what is no plain field.
    fold
        Options after so many are folded away.
    """

    field: str = ""
    choices: Choices = ()
    where: Mapping[str, Q] | Callable[[str, Actor], Q] | None = None
    visible: Callable[[Actor], bool] | None = None
    counted: bool = True
    fold: int = 8
    kind = "multi"

    @property
    def when(self) -> Callable[[Actor], bool] | None:
        return self.visible

    def labels(self, actor: Actor) -> dict[str, Text]:
        known = self.choices(actor) if callable(self.choices) else self.choices
        return {str(value): label for value, label in known}

    def read(self, params: QueryDict, actor: Actor) -> Read:
        given = [value for value in dict.fromkeys(params.getlist(self.name)) if value]
        known = self.labels(actor) if given else {}
        chosen = tuple(value for value in given if value in known)
        return chosen or None, [_complaint(self.name, value) for value in given if value not in known]

    def write(self, value: Sequence[str]) -> list[tuple[str, str]]:
        return [(self.name, one) for one in value]

    def condition(self, value: Sequence[str], actor: Actor) -> Q:
        if self.where is None:
            return Q(**{f"{self.field}__in": list(value)})
        some = Q()
        for one in value:
            some |= self.where(one, actor) if callable(self.where) else self.where[one]
        return some

    def parts(self, value: Sequence[str], actor: Actor) -> list[tuple[str, Any]]:
        labels = self.labels(actor)
        return [(str(labels[one]), tuple(other for other in value if other != one) or None) for one in value]

    def options(self, rows: QuerySet[Any], value: Sequence[str] | None, actor: Actor) -> list[Option]:
        chosen = value or ()
        counts = self._counts(rows, actor) if self.counted else {}
        return [
            Option(key, label, key in chosen, counts.get(key, Count(0)) if self.counted else None)
            for key, label in self.labels(actor).items()
        ]

    def _counts(self, rows: QuerySet[Any], actor: Actor) -> dict[str, Count]:
        if self.where is not None:
            return {key: count_capped(rows.filter(self.condition((key,), actor))) for key in self.labels(actor)}
        return counts_by(rows, self.field)


@dataclass(frozen=True)
class Choice(Multi):
    """One value of a field, by radio buttons."""

    kind = "choice"

    def read(self, params: QueryDict, actor: Actor) -> Read:
        chosen, faults = super().read(params, actor)
        return (chosen[:1] if chosen else None), faults


@dataclass(frozen=True)
class Range(Filter):
    """A number between two ends; ``name_min`` and ``name_max`` in the address.

    Parameters
    ----------
    scale
        What the address and the form count in: 10000 for 万元.
    low, high
        The fields compared when they differ from ``field`` (a budget has two ends).
    """

    field: str = ""
    unit: Text = ""
    scale: int = 1
    low: str = ""
    high: str = ""
    visible: Callable[[Actor], bool] | None = None
    kind = "range"

    @property
    def when(self) -> Callable[[Actor], bool] | None:
        return self.visible

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.name}_min", f"{self.name}_max")

    def read(self, params: QueryDict, actor: Actor) -> Read:
        ends: list[Decimal | None] = []
        faults = []
        for key in self.keys:
            given = params.get(key, "").replace(",", "").strip()
            number = _decimal(given)
            if given and number is None:
                faults.append(_complaint(key, given))
            ends.append(number)
        return (tuple(ends) if any(end is not None for end in ends) else None), faults

    def write(self, value: tuple[Decimal | None, Decimal | None]) -> list[tuple[str, str]]:
        return [(key, f"{end.normalize():f}") for key, end in zip(self.keys, value, strict=True) if end is not None]

    def condition(self, value: tuple[Decimal | None, Decimal | None], actor: Actor) -> Q:
        condition = Q()
        if value[0] is not None:
            condition &= Q(**{f"{self.high or self.field}__gte": value[0] * self.scale})
        if value[1] is not None:
            condition &= Q(**{f"{self.low or self.field}__lte": value[1] * self.scale})
        return condition

    def parts(self, value: tuple[Decimal | None, Decimal | None], actor: Actor) -> list[tuple[str, Any]]:
        low, high = (formatting.number(end) if end is not None else "" for end in value)
        if low and high:
            return [(f"{low}–{high}{self.unit}", None)]
        text = gettext("%(amount)s以上") if low else gettext("%(amount)s以内")
        return [(text % {"amount": f"{low or high}{self.unit}"}, None)]


@dataclass(frozen=True)
class Dates(Filter):
    """Days between two ends, both included; ``name_from`` and ``name_to`` in the address."""

    field: str = ""
    visible: Callable[[Actor], bool] | None = None
    kind = "dates"

    @property
    def when(self) -> Callable[[Actor], bool] | None:
        return self.visible

    @property
    def keys(self) -> tuple[str, ...]:
        return (f"{self.name}_from", f"{self.name}_to")

    def read(self, params: QueryDict, actor: Actor) -> Read:
        ends: list[dt.date | None] = []
        faults = []
        for key in self.keys:
            given = params.get(key, "").strip()
            day = _date(given)
            if given and day is None:
                faults.append(_complaint(key, given))
            ends.append(day)
        return (tuple(ends) if any(ends) else None), faults

    def write(self, value: tuple[dt.date | None, dt.date | None]) -> list[tuple[str, str]]:
        return [(key, end.isoformat()) for key, end in zip(self.keys, value, strict=True) if end]

    def condition(self, value: tuple[dt.date | None, dt.date | None], actor: Actor) -> Q:
        condition = Q()
        if value[0]:
            condition &= Q(**{f"{self.field}__gte": _midnight(value[0])})
        if value[1]:
            condition &= Q(**{f"{self.field}__lt": _midnight(value[1] + dt.timedelta(days=1))})
        return condition

    def parts(self, value: tuple[dt.date | None, dt.date | None], actor: Actor) -> list[tuple[str, Any]]:
        first, last = (formatting.day(end) if end else "" for end in value)
        if first and last:
            return [(f"{first}–{last}", None)]
        text = gettext("%(day)s起") if first else gettext("截至%(day)s")
        return [(text % {"day": first or last}, None)]


@dataclass(frozen=True)
class Flag(Filter):
    """A condition that is on or off; several flags stand together under one heading (``group``)."""

    where: Q | Callable[[Actor], Q] = dataclasses.field(default_factory=Q)
    group: Text = ""
    visible: Callable[[Actor], bool] | None = None
    counted: bool = True
    kind = "flag"
    speaks_for_itself = True

    @property
    def when(self) -> Callable[[Actor], bool] | None:
        return self.visible

    def read(self, params: QueryDict, actor: Actor) -> Read:
        given = params.get(self.name)
        if given in (None, ""):
            return None, []
        return (True, []) if given == "1" else (None, [_complaint(self.name, str(given))])

    def write(self, value: bool) -> list[tuple[str, str]]:
        return [(self.name, "1")]

    def condition(self, value: bool, actor: Actor) -> Q:
        return self.where(actor) if callable(self.where) else self.where

    def parts(self, value: bool, actor: Actor) -> list[tuple[str, Any]]:
        return [(str(self.label), None)]

    def options(self, rows: QuerySet[Any], value: bool | None, actor: Actor) -> list[Option]:
        count = count_capped(rows.filter(self.condition(True, actor))) if self.counted else None
        return [Option("1", self.label, bool(value), count)]


def counts_by(rows: QuerySet[Any], field: str) -> dict[str, Count]:
    """Count rows by a field's value among the first few thousand; one query that reads each row once.

    When the window is full the numbers are what was found so far, and say so with a plus.
    """
    window = rows.order_by().annotate(facet_value=F(field)).values_list("pk", "facet_value")[: WINDOW + 1]
    try:
        inside, parameters = window.query.sql_with_params()
    except EmptyResultSet:
        return {}
    with connections[rows.db].cursor() as cursor:
        # the ORM does not group what was cut, and asking it by id reads every row twice
        cursor.execute(f"SELECT facet_value, COUNT(*) FROM ({inside}) AS inside GROUP BY 1", parameters)  # noqa: S608  Django's SQL and parameters
        found = cursor.fetchall()
    full = sum(n for _value, n in found) > WINDOW
    return {str(value): Count(min(n, MOST), full or n > MOST) for value, n in found if value is not None}


def _decimal(text: str) -> Decimal | None:
    try:
        number = Decimal(text) if text else None
    except InvalidOperation:
        return None
    return number if number is not None and number.is_finite() and abs(number) < LARGEST else None


def _date(text: str) -> dt.date | None:
    try:
        day = dt.date.fromisoformat(text) if len(text) == 10 else None
    except ValueError:
        return None
    return day if day and 1900 <= day.year < 2200 else None


def _midnight(day: dt.date) -> dt.datetime:
    return timezone.make_aware(dt.datetime.combine(day, dt.time.min))


def identifiers(values: Iterable[str]) -> list[UUID]:
    """Return the public ids among posted ``row`` values; what is none is left out."""
    found = []
    for value in values:
        try:
            found.append(UUID(value))
        except ValueError:
            continue
    return list(dict.fromkeys(found))
