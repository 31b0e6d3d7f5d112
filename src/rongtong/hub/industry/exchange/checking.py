"""The function that the confined child runs: does a file fit a schema, and where not. Knows no Django."""

from __future__ import annotations

import datetime as dt
import json
import re
import uuid
from collections.abc import Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, Final

from jsonschema import Draft202012Validator, FormatChecker
from jsonschema.exceptions import ValidationError, best_match
from stdnum.cn import uscc

from rongtong.hub.foundation.confined.cells import decoded, read_cells
from rongtong.hub.foundation.confined.rejection import Rejected

from .numbers import BadNumber
from .schemas import BadJson, Json, every, load, point
from .tables import Resolver, Table, records_of

MOST_ROWS: Final = 20_000
MOST_COLUMNS: Final = 200
DEEPEST: Final = 60
MOST_FAULTS: Final = 500
LONGEST_FOUND: Final = 60
#: Keywords whose value is a schema or says nothing to people.
_WITHOUT_LIMIT: Final = frozenset(
    {"additionalProperties", "unevaluatedProperties", "dependentRequired", "anyOf", "oneOf", "allOf"}
    | {"not", "if", "contains", "propertyNames"}
)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"
_MAIL: Final = re.compile(r"[^@\s]{1,64}@[^@\s]{1,190}")
_MOMENT: Final = re.compile(r"\d{4}-\d\d-\d\d[Tt]\d\d:\d\d:\d\d(\.\d{1,9})?([Zz]|[+-]\d\d:\d\d)")
FORMATS: Final = FormatChecker(formats=())


def _date(value: object) -> bool:
    return not isinstance(value, str) or (len(value) == 10 and bool(dt.date.fromisoformat(value)))


def _moment(value: object) -> bool:
    return not isinstance(value, str) or bool(_MOMENT.fullmatch(value) and dt.datetime.fromisoformat(value))


def _email(value: object) -> bool:
    return not isinstance(value, str) or _MAIL.fullmatch(value) is not None


def _uuid(value: object) -> bool:
    return not isinstance(value, str) or str(uuid.UUID(value)) == value.lower()


def _credit_code(value: object) -> bool:
    """The unified social credit code, GB 32100: not of the dialect, and what every Chinese interface needs."""
    return not isinstance(value, str) or bool(uscc.is_valid(value))


for _name, _judge in (
    ("date", _date),
    ("date-time", _moment),
    ("email", _email),
    ("uuid", _uuid),
    ("credit-code", _credit_code),
):
    FORMATS.checks(_name, raises=ValueError)(_judge)


def check(path: str, name: str, schema: str) -> dict[str, Any]:
    """Return ``{"format", "rows", "faults", "more"}`` of a file against a schema.

    Parameters
    ----------
    path, name
        The file, and what its sender calls it.
    schema
        An examined schema as JSON.

    Raises
    ------
    Rejected
        The file cannot be read: a ``sheet.``, ``zip.`` or ``exchange.`` code.
    """
    asked = load(schema)
    resolver = Resolver(asked, dict(every(asked)))
    file = Path(path)
    try:
        if _is_json(file, name):
            return _answer("json", *_json_faults(file, asked, resolver))
        found = read_cells(path, MOST_ROWS + 1, MOST_COLUMNS)
        table = records_of(found["rows"], resolver)
        return _answer(found["format"], len(table.records), _table_faults(table, asked, resolver))
    except (RecursionError, BadNumber) as error:
        raise Rejected("exchange.deep" if isinstance(error, RecursionError) else "exchange.number") from error


def _answer(format: str, rows: int, faults: Iterator[Json]) -> dict[str, Any]:
    kept: list[Json] = []
    for one in faults:
        if len(kept) >= MOST_FAULTS:
            return {"format": format, "rows": rows, "faults": kept, "more": True}
        kept.append(one)
    return {"format": format, "rows": rows, "faults": kept, "more": False}


def _is_json(file: Path, name: str) -> bool:
    with file.open("rb") as content:
        start = content.read(64)
    if start.startswith((_ZIP, _OLE)):
        return False
    return name.lower().endswith(".json") or start.lstrip(b"\xef\xbb\xbf \t\r\n")[:1] in (b"{", b"[")


def _json_faults(file: Path, asked: Any, resolver: Resolver) -> tuple[int, Iterator[Json]]:
    text = decoded(file.read_bytes())
    try:
        data = load(text)
    except BadJson as bad:
        fault = {"row": bad.detail.get("line"), "column": "", "pointer": "", "keyword": f"file.{bad.code}"}
        return 0, iter([fault | {"limit": bad.detail, "found": ""}])
    _ensure_shallow(data)
    if isinstance(data, list) and not resolver.is_list():
        validator = _validator(asked)
        return len(data), (
            _fault(error, point("", place, *error.absolute_path), row=place + 1, column=_last(error))
            for place, each in enumerate(data)
            for error in _errors(validator, each)
        )
    count = len(data) if isinstance(data, list) else 1
    return count, (
        _fault(error, point("", *error.absolute_path), row=_row(error, resolver), column=_last(error))
        for error in _errors(_validator(asked), data)
    )


def _table_faults(table: Table, asked: Any, resolver: Resolver) -> Iterator[Json]:
    for row, column, keyword, limit in table.faults:
        yield {"row": row, "column": column, "pointer": "", "keyword": keyword, "limit": limit, "found": ""}
    validator = _validator(asked)
    if resolver.is_list():
        numbers = list(table.records)
        for error in _errors(validator, list(table.records.values())):
            place, path = _inside(error)
            yield from _told(error, table, None if place is None else numbers[place], path)
        return
    for row, record in table.records.items():
        for error in _errors(validator, record):
            yield from _told(error, table, row, tuple(error.absolute_path))


def _told(error: ValidationError, table: Table, row: int | None, path: tuple[Any, ...]) -> Iterator[Json]:
    """A fault of a row; what a whole column lacks was told at the header."""
    if error.validator == "required" and not path:
        lacking = [name for name in error.validator_value if name not in error.instance]
        if lacking and _lacks(error) in table.missing:
            return
        column = table.column_of((_lacks(error),))
        if any((row, column) == (at, header) for at, header, *_ in table.faults):
            return
    else:
        column = table.column_of(path)
    yield _fault(error, point("", *path), row=row, column=column)


def _inside(error: ValidationError) -> tuple[int | None, tuple[Any, ...]]:
    path = tuple(error.absolute_path)
    return (path[0], path[1:]) if path and isinstance(path[0], int) else (None, path)


def _row(error: ValidationError, resolver: Resolver) -> int | None:
    place, _ = _inside(error)
    return None if place is None or not resolver.is_list() else place + 1


def _last(error: ValidationError) -> str:
    named = [str(step) for step in error.absolute_path if isinstance(step, str)]
    return named[-1] if named else ""


def _validator(asked: Any) -> Draft202012Validator:
    return Draft202012Validator(asked, format_checker=FORMATS)


def _errors(validator: Draft202012Validator, instance: Any) -> Iterator[ValidationError]:
    """Every error, and of those that offer several ways the one that says most."""
    for error in validator.iter_errors(instance):
        yield best_match([error]) or error


def _fault(error: ValidationError, pointer: str, row: int | None, column: str) -> Json:
    limit = error.validator_value
    if error.validator == "required":
        limit = _lacks(error)
    elif error.validator in _WITHOUT_LIMIT:
        limit = ""
    return {
        "row": row,
        "column": column,
        "pointer": pointer,
        "keyword": str(error.validator),
        "limit": _short(limit),
        "found": _short(error.instance) if not isinstance(error.instance, dict | list) else "",
    }


def _lacks(error: ValidationError) -> str:
    """Which of the required names this error is about: the validator tells one error for each."""
    told = re.match(r"'(.*)' is a required property$", error.message, re.DOTALL)
    return told[1] if told else ""


def _short(value: Any) -> str:
    if isinstance(value, list):
        return "、".join(_short(one) for one in value[:12])[: 4 * LONGEST_FOUND]
    text = str(value) if isinstance(value, str | Decimal) else json.dumps(value, ensure_ascii=False, default=str)
    return text if len(text) <= LONGEST_FOUND else text[: LONGEST_FOUND - 1] + "…"


def _ensure_shallow(data: Any) -> None:
    waiting = [(data, 1)]
    while waiting:
        value, depth = waiting.pop()
        if depth > DEEPEST:
            raise Rejected("exchange.deep")
        inside = value.values() if isinstance(value, dict) else value if isinstance(value, list) else ()
        waiting += [(each, depth + 1) for each in inside if isinstance(each, dict | list)]
