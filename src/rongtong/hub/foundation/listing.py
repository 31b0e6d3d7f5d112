"""The small parts of a list: columns, sorts, counts, verbs on several rows."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal
from operator import attrgetter
from typing import Any

from django.db.models import QuerySet
from django.utils.translation import gettext
from markupsafe import Markup

from .actors import Actor
from .errors import Text
from .formatting import number
from .templating import show_day, show_money, show_when

#: Nothing is counted further than this.
MOST = 1000


@dataclass(frozen=True)
class Column:
    """A column of the dense table and of the exported file.

    Parameters
    ----------
    key
        Names the column and, unless ``value`` is given, the attribute of the row (``publisher.name`` is allowed).
    kind
        ``text``, ``code``, ``number``, ``money``, ``date``, ``datetime``: how it is drawn and written into Excel.
    lead
        The cell that names the row; it heads the card on a phone.
    sort
        The name of the sort that the column's head offers.
    meaning
        Explains the column on the sheet of explanations of an exported file.
    exported, shown
        Whether the column stands in files, and in the table on the page.
    """

    key: str
    label: Text
    value: Callable[[Any], Any] | None = None
    kind: str = "text"
    lead: bool = False
    sort: str = ""
    meaning: Text = ""
    unit: Text = ""
    exported: bool = True
    shown: bool = True

    def of(self, row: Any) -> Any:
        """Return the row's value in this column."""
        return self.value(row) if self.value else attrgetter(self.key)(row)

    @property
    def is_right(self) -> bool:
        return self.kind in ("number", "money", "date", "datetime")


@dataclass(frozen=True)
class Sort:
    """An order a list can have; the primary key is added so that pages never overlap."""

    name: str
    label: Text
    by: str | tuple[Any, ...]
    when: Callable[[Actor], bool] | None = None

    @property
    def order(self) -> tuple[Any, ...]:
        by = (self.by,) if isinstance(self.by, str) else tuple(self.by)
        return by if by and by[-1] in ("pk", "-pk", "id", "-id") else (*by, "pk")


@dataclass(frozen=True)
class Bulk:
    """A verb on the selected rows: the form posts ``row=<id>…`` to the route."""

    name: str
    label: Text
    route: str
    when: Callable[[Actor], bool] | None = None
    ask: Text = ""


@dataclass(frozen=True)
class View:
    """A choice among few, each with its address."""

    name: str
    label: Text
    href: str
    current: bool = False
    icon: str = ""


@dataclass(frozen=True)
class Count:
    """A number of rows, exact up to a thousand."""

    value: int
    more: bool = False

    @property
    def exact(self) -> int | None:
        return None if self.more else self.value

    def __str__(self) -> str:
        return number(self.value) + ("+" if self.more else "")

    def __bool__(self) -> bool:
        return self.value > 0


def count_capped(rows: QuerySet[Any], most: int = MOST) -> Count:
    """Count rows, but stop after ``most``."""
    found = rows.order_by().values("pk")[: most + 1].count()
    return Count(min(found, most), found > most)


def is_number(value: Any) -> bool:
    """Tell what is counted or measured from what is only true, or a word."""
    return isinstance(value, int | float | Decimal) and not isinstance(value, bool)


def draw_cell(column: Column, value: Any, places: int | None = None) -> Any:
    """Draw a value of a column as its kind asks, a number with so many ``places``; nothing is a dash."""
    if value is None or value == "":
        return "—"
    if isinstance(value, bool):
        return yes_no(value)
    if column.kind == "number" and is_number(value):
        return number(value, places)
    if column.kind in _DRAWN:
        return _DRAWN[column.kind](value)
    return value


_DRAWN: dict[str, Callable[[Any], Any]] = {
    "code": lambda value: Markup('<span class="rt-code">{}</span>').format(value),
    "number": number,
    "money": show_money,
    "date": lambda value: show_day(value, short=True),
    "datetime": show_when,
}


def yes_no(value: bool) -> str:
    """Write a truth in a cell."""
    return gettext("是") if value else gettext("否")
