"""Rows of a table as the records that a schema describes: columns by name or title, cells by the type that is asked."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from typing import Any, Final

from rongtong.hub.foundation.confined.rejection import Rejected

from .numbers import BadNumber, number_of, whole_of
from .schemas import Json, target_of

#: A table stands for the wall clock of the country.
ZONE: Final = "+08:00"
_WHOLE: Final = re.compile(r"[+-]?[0-9]+")
_NUMBER: Final = re.compile(r"[+-]?[0-9]+(\.[0-9]+)?([eE][+-]?[0-9]+)?")
_TRUTH: Final = {"true": True, "是": True, "false": False, "否": False}


@dataclass(frozen=True)
class Place:
    """A column: where its values go in a record, and the schema of these values."""

    header: str
    path: tuple[str, ...]
    schema: Json


@dataclass
class Table:
    """A table ready to be checked.

    Attributes
    ----------
    records
        Row number in the file to record.
    faults
        What is wrong with the header or with cells, as (row, column, keyword, values for the words).
    missing
        Required names that no column gives: told once, not for each row.
    """

    places: list[Place | None]
    records: dict[int, Json] = field(default_factory=dict)
    faults: list[tuple[int, str, str, dict[str, Any]]] = field(default_factory=list)
    missing: list[str] = field(default_factory=list)

    def column_of(self, path: tuple[Any, ...]) -> str:
        """Return the header under which a value of a record stands."""
        fitting = [place for place in self.places if place and path[: len(place.path)] == place.path]
        return max(fitting, key=lambda place: len(place.path)).header if fitting else str(path[0]) if path else ""


class Resolver:
    """Follows the local references of an examined schema."""

    def __init__(self, schema: Any, known: Mapping[str, Any]) -> None:
        self.known = known
        self.anchors = {
            f"#{each['$anchor']}": pointer
            for pointer, each in known.items()
            if isinstance(each, dict) and "$anchor" in each
        }
        self.top = schema

    def follow(self, schema: Any) -> Json:
        """Return what a schema refers to; an examined schema has no circles."""
        while isinstance(schema, dict) and "$ref" in schema and not ("properties" in schema or "type" in schema):
            schema = self.known[target_of(schema["$ref"], self.anchors)]
        return schema if isinstance(schema, dict) else {}

    def is_list(self) -> bool:
        """Tell whether the schema describes the whole list and not one record."""
        top = self.follow(self.top)
        types = _types(top)
        return types == {"array"} or (not types and "items" in top)

    def record(self) -> Json:
        """Return the schema of one record."""
        top = self.follow(self.top)
        return self.follow(top.get("items", {})) if self.is_list() else top


def _types(schema: Json) -> set[str]:
    told = schema.get("type")
    return {told} if isinstance(told, str) else set(told) if isinstance(told, list) else set()


def records_of(rows: list[list[Any]], resolver: Resolver) -> Table:
    """Turn the rows of a file, the header first, into records."""
    head, *body = rows
    record = resolver.record()
    table = Table(_places(head, record, resolver))
    _judge_header(table, head, record)
    for number, cells in body:
        values: Json = {}
        for place, cell in zip(table.places, cells, strict=False):
            if place is None or cell is None or cell == "":
                continue
            if isinstance(cell, dict) and "error" in cell:
                table.faults.append((number, place.header, "formula", {"found": str(cell["error"])[:20]}))
                continue
            _put(values, place.path, _typed(cell, place.schema))
        table.records[number] = values
    if not table.records:
        raise Rejected("sheet.empty")
    return table


def _places(head: list[Any], record: Json, resolver: Resolver) -> list[Place | None]:
    properties = {name: resolver.follow(each) for name, each in record.get("properties", {}).items()}
    titles = {_plain(each["title"]): name for name, each in properties.items() if isinstance(each.get("title"), str)}
    names = titles | {_plain(name): name for name in properties}
    found: list[Place | None] = []
    for cell in head[1]:
        header = str(cell or "").strip()
        name = names.get(_plain(header))
        if name is not None:
            found.append(Place(header, (name,), properties[name]))
        elif "." in header:
            found.append(_nested(header, properties, resolver))
        else:
            found.append(Place(header, (header,), {}) if header else None)
    return found


def _nested(header: str, properties: Mapping[str, Json], resolver: Resolver) -> Place:
    """A header like ``address.city``: a value inside an object."""
    steps = tuple(header.split("."))
    schema = properties.get(steps[0])
    if schema is None:
        return Place(header, (header,), {})
    for step in steps[1:]:
        schema = resolver.follow(schema.get("properties", {}).get(step, {}))
    return Place(header, steps, schema)


def _judge_header(table: Table, head: list[Any], record: Json) -> None:
    row, known = head[0], set(record.get("properties", {}))
    closed = record.get("additionalProperties") is False and "patternProperties" not in record
    seen: set[tuple[str, ...]] = set()
    for at, place in enumerate(table.places):
        if place is None:
            continue
        if place.path in seen:
            table.faults.append((row, place.header, "column_twice", {}))
            table.places[at] = None
        elif closed and place.path[0] not in known:
            table.faults.append((row, place.header, "column_unknown", {}))
            table.places[at] = None
        seen.add(place.path)
    given = {place.path[0] for place in table.places if place}
    for name in record.get("required", ()):
        if name not in given:
            table.missing.append(name)
            table.faults.append((row, name, "column_missing", {}))


def _plain(header: str) -> str:
    """Headers are compared without width, case, blanks and the star of required columns."""
    return "".join(unicodedata.normalize("NFKC", header).casefold().split()).strip("*")


def _put(values: Json, path: tuple[str, ...], value: Any) -> None:
    for step in path[:-1]:
        inside = values.setdefault(step, {})
        if not isinstance(inside, dict):
            return
        values = inside
    values[path[-1]] = value


def _typed(cell: Any, schema: Json) -> Any:
    """Return a cell as the type that its schema asks for; what cannot be read so stays as it is and is a fault."""
    types = _types(schema)
    if isinstance(cell, dict):
        return _moment(str(cell["date"]), schema)
    if isinstance(cell, bool):
        return cell
    if isinstance(cell, int | float):
        number = number_of(repr(cell)) if isinstance(cell, float) else cell
        return str(number) if types and types <= {"string", "null"} else number
    text = str(cell).strip()
    for reader in _readers(types):
        value = reader(text)
        if value is not None:
            return value
    return str(cell) if "string" in types or not types else text


def _readers(types: set[str]) -> Iterator[Any]:
    if "integer" in types or "number" in types:
        yield _number
    if "boolean" in types:
        yield lambda text: _TRUTH.get(text.casefold())


def _number(text: str) -> Any:
    try:
        if _WHOLE.fullmatch(text):
            return whole_of(text)
        return number_of(text) if _NUMBER.fullmatch(text) else None
    except BadNumber:
        return None


def _moment(iso: str, schema: Json) -> str:
    """A date cell: Excel knows no zones and no dates without a time."""
    day, _, time = iso.partition("T")
    if schema.get("format") == "date" or not time or (schema.get("format") is None and time == "00:00:00"):
        return day
    return f"{day}T{time}{ZONE}"
