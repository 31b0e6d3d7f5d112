"""Tables of a text file, taken apart with a clear word about what is wrong and where."""

from __future__ import annotations

import tomllib
from collections.abc import Collection, Iterator, Mapping, Sequence
from decimal import Decimal, InvalidOperation
from pathlib import Path
from typing import Any

TEN_THOUSAND = Decimal(10_000)
_ABSENT: Any = object()


class ContentError(ValueError):
    """The sample's files say something impossible. The message names the file, the thing and the field."""


class Row:
    """One table of a file. Each field is taken once; ``done`` complains about fields that nobody took."""

    def __init__(self, where: str, table: Mapping[str, Any]) -> None:
        self.where = where
        self._table = dict(table)

    def fail(self, name: str, problem: str) -> ContentError:
        return ContentError(f"{self.where}: {name}: {problem}")

    def take(self, name: str, kind: type | tuple[type, ...], default: Any = _ABSENT) -> Any:
        """Return the field if it is of the kind. True and False are no numbers."""
        value = self._table.pop(name, default)
        if value is _ABSENT:
            raise self.fail(name, "is missing")
        if value is default and default is not _ABSENT:
            return value
        if not isinstance(value, kind) or (isinstance(value, bool) and kind is not bool):
            raise self.fail(name, f"is a {type(value).__name__}")
        return value

    def has(self, name: str) -> bool:
        return name in self._table

    def text(self, name: str, most: int, least: int = 1) -> str:
        """Return a text of `least` to `most` characters."""
        value = str(self.take(name, str))
        if value != value.strip() or not least <= len(value) <= most:
            raise self.fail(name, f"needs {least} to {most} characters without blanks around it, has {len(value)}")
        return value

    def maybe_text(self, name: str, most: int) -> str:
        """Return a text that may be absent."""
        return self.text(name, most) if self.has(name) else ""

    def texts(self, name: str, most: int, required: bool = False) -> tuple[str, ...]:
        """Return a list of different texts."""
        values = self.take(name, list, [])
        if required and not values:
            raise self.fail(name, "needs at least one entry")
        found = tuple(Row(self.where, {name: value}).text(name, most) for value in values)
        if len(set(found)) != len(found):
            raise self.fail(name, "names something twice")
        return found

    def number(self, name: str, low: int, high: int) -> int:
        """Return a whole number within the bounds, both included."""
        value = int(self.take(name, int))
        if not low <= value <= high:
            raise self.fail(name, f"{value} is not from {low} to {high}")
        return value

    def maybe_number(self, name: str, low: int, high: int) -> int | None:
        return self.number(name, low, high) if self.has(name) else None

    def numbers(self, name: str, count: int, least: int) -> tuple[int, ...]:
        """Return exactly `count` whole numbers, none under `least`."""
        values = self.take(name, list)
        if len(values) != count:
            raise self.fail(name, f"needs {count} numbers, has {len(values)}")
        return tuple(Row(self.where, {name: value}).number(name, least, 10**12) for value in values)

    def flag(self, name: str) -> bool:
        return bool(self.take(name, bool, False))

    def choice(self, name: str, allowed: Collection[str], default: str | None = None) -> str:
        """Return one of the allowed words."""
        value = str(self.take(name, str, _ABSENT if default is None else default))
        if value not in allowed:
            raise self.fail(name, f"{value!r} is none of {', '.join(sorted(allowed))}")
        return value

    def decimal(self, name: str) -> Decimal:
        """Return a number that is written as a text, so that no digit is lost."""
        value = self.take(name, str)
        try:
            number = Decimal(value)
        except InvalidOperation as error:
            raise self.fail(name, f"{value!r} is no number") from error
        if not number.is_finite():
            raise self.fail(name, f"{value!r} is no number")
        return number

    def maybe_decimal(self, name: str) -> Decimal | None:
        """Return a number, or None where the text is empty or absent."""
        if not self._table.get(name, ""):
            self._table.pop(name, None)
            return None
        return self.decimal(name)

    def yuan(self, name: str) -> Decimal:
        """Return an amount that is written in 万元 as yuan."""
        return self.number(name, 0, 10**9) * TEN_THOUSAND

    def columns(self, name: str, *shapes: Sequence[str]) -> Iterator[Row]:
        """Yield the entries of a list of lists as rows; the shape whose length fits names their fields."""
        for place, values in enumerate(self.take(name, list, []), 1):
            where = f"{self.where}: {name} {place}"
            shape = next((each for each in shapes if len(each) == len(values)), None)
            if shape is None:
                raise ContentError(f"{where}: has {len(values)} entries")
            yield Row(where, dict(zip(shape, values, strict=True)))

    def tables(self, name: str) -> Iterator[Row]:
        """Yield the entries of a list of tables."""
        for place, table in enumerate(self.take(name, list, []), 1):
            yield Row(f"{self.where}: {name} {place}", table)

    def within(self, name: str) -> Row:
        """Return a table inside this one."""
        return Row(f"{self.where}: {name}", self.take(name, dict))

    def done(self) -> None:
        if self._table:
            raise ContentError(f"{self.where}: unknown field {', '.join(sorted(self._table))}")


def rows_of(folder: Path, topic: str, name: str) -> Iterator[Row]:
    """Yield every ``[[name]]`` table of the topic: its file, or all files of its folder in the order of their names."""
    single = folder / f"{topic}.toml"
    files = [single] if single.exists() else sorted((folder / topic).glob("*.toml"))
    if not files:
        raise ContentError(f"{folder / topic}: there is no such file")
    for path in files:
        for place, table in enumerate(_tables(path).get(name, []), 1):
            label = table.get("key") or table.get("title") or place
            yield Row(f"{path.relative_to(folder)}: {name} {label}", table)


def lists_of(folder: Path, topic: str, name: str, *shapes: Sequence[str]) -> Iterator[Row]:
    """Yield the entries of a list of lists that stands alone in a file."""
    path = folder / f"{topic}.toml"
    yield from Row(path.name, {name: _tables(path).get(name, [])}).columns(name, *shapes)


def _tables(path: Path) -> dict[str, Any]:
    try:
        return tomllib.loads(path.read_text(encoding="utf-8"))
    except tomllib.TOMLDecodeError as error:
        raise ContentError(f"{path}: {error}") from error
