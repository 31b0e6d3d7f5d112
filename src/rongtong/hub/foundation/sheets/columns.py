"""What a column of a file is called and what it may hold."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from enum import StrEnum
from operator import attrgetter
from typing import Any, Final

from django.utils import translation

from ..errors import Text

LANGUAGES: Final = ("zh-hans", "en")


class Kind(StrEnum):
    """What the cells of a column hold. Money is in yuan with two places; codes keep their leading zeros."""

    TEXT = "text"
    INTEGER = "integer"
    NUMBER = "number"
    MONEY = "money"
    DATE = "date"
    DATETIME = "datetime"
    CODE = "code"
    CHOICE = "choice"
    YESNO = "yesno"


@dataclass(frozen=True)
class Column:
    """A column of a file that is read or written.

    Parameters
    ----------
    key
        Names the value in the rows of a reading, and the attribute or mapping key when rows are written.
    title
        The header people see. Headers in the other language, `aliases` and `key` are recognised as well.
    kind
        See `Kind`.
    required
        Whether an empty cell is a fault, and a missing column one for the whole file.
    choices
        Code to label for `Kind.CHOICE`; either is accepted in a cell, in any language.
    help
        One sentence for the sheet that explains the columns.
    most
        Longest text in characters, or largest number.
    check
        Called with the typed value; returns it, perhaps in a better form, or raises ``Invalid`` or ``ValueError``.
    spelled
        Called with what stands in a text cell; gives it as the kind is written, or None to refuse it with ``help``.
    value
        Gives a row's value when it is written; by default the attribute or mapping entry `key`.
    """

    key: str
    title: Text
    kind: Kind | str = Kind.TEXT
    required: bool = False
    choices: Mapping[str, Text] = field(default_factory=dict)
    help: Text = ""
    aliases: tuple[str, ...] = ()
    most: int | None = None
    check: Callable[[Any], Any] | None = None
    spelled: Callable[[str], str | None] | None = None
    value: Callable[[Any], Any] | None = None

    def __post_init__(self) -> None:
        object.__setattr__(self, "kind", Kind(self.kind))
        object.__setattr__(self, "choices", dict(self.choices))

    def of(self, row: Any) -> Any:
        """Return the row's value in this column."""
        if self.value:
            return self.value(row)
        if isinstance(row, Mapping):
            return row.get(self.key)
        return attrgetter(self.key)(row)

    def headers(self) -> Iterator[str]:
        """Return every header that means this column."""
        yield from in_all_languages(self.title)
        yield self.key
        yield from self.aliases


def in_all_languages(text: Text) -> Iterator[str]:
    """Return a translatable text in each language of the product."""
    for language in LANGUAGES:
        with translation.override(language):
            yield str(text)


def recognisable(header: str) -> str:
    """Return a header without width, case, blanks, marks for required columns and a unit in brackets."""
    text = unicodedata.normalize("NFKC", header).lower()
    text = re.sub(r"[(\[【].*?[)\]】]", "", text)
    return re.sub(r"[\s*:_\-/、,.]+", "", text)


def recognise(
    headers: list[str], columns: Iterable[Column], renames: Mapping[str, str] | None = None
) -> dict[int, Column]:
    """Return which column stands at which position.

    Parameters
    ----------
    headers
        The cells of the header row.
    columns
        The columns that are expected.
    renames
        A person's decisions on the screen, header to column key; an empty key leaves the header out.
    """
    columns = list(columns)
    by_header = {recognisable(header): column for column in reversed(columns) for header in column.headers()}
    by_key = {column.key: column for column in columns}
    decided = {recognisable(header): by_key.get(key) for header, key in (renames or {}).items()}
    found: dict[int, Column] = {}
    for position, header in enumerate(headers):
        name = recognisable(header)
        column = decided[name] if name in decided else by_header.get(name)
        if name and column and column not in found.values():
            found[position] = column
    return found
