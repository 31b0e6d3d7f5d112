"""Writing Excel and CSV files that people like to open and that can be read again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext

from ..formatting import bracketed, joined
from .columns import Kind
from .values import clean

TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
# Excel and its kin take such a text in a CSV for a formula; the mark in front is taken off again on import.
_FORMULA_LIKE: Final = re.compile(r"'*[=+\-@\t\r]")


@dataclass(frozen=True)
class Written:
    """A column ready to be written, whether declared for a file or for a list on a page."""

    title: str
    kind: Kind
    value: Callable[[Any], Any]
    choices: dict[str, str]
    help: str = ""
    required: bool = False

    @classmethod
    def of(cls, column: Any) -> Written:
        """Take a `Column`, or the column of a list page (``label``, ``meaning``, ``unit``)."""
        title = str(getattr(column, "title", None) or column.label)
        unit = str(getattr(column, "unit", "") or "")
        kind = Kind(column.kind) if column.kind in set(Kind) else Kind.TEXT
        if unit and kind is not Kind.MONEY:
            title += bracketed(unit)
        return cls(
            title=title,
            kind=kind,
            value=column.of,
            choices={code: str(label) for code, label in getattr(column, "choices", {}).items()},
            help=str(getattr(column, "help", "") or getattr(column, "meaning", "")),
            required=getattr(column, "required", False),
        )


def export(
    columns: Sequence[Any], rows: Iterable[Any], name: str, format: str = "xlsx", notes_sheet: bool = True
) -> HttpResponse:
    """Return rows as a file to download.

    Parameters
    ----------
    columns
        `Column` objects, or the columns of a list page.
    rows
        Mappings or objects; each column takes its value from them.
    name
        File name without its ending.
    format
        ``xlsx`` or ``csv``.
    notes_sheet
        Whether a second sheet explains the columns (Excel only).
    """
    response = HttpResponse(write(columns, rows, format, notes_sheet), content_type=TYPES[format])
    disposition = content_disposition_header(True, f"{name}.{format}")
    response["Content-Disposition"] = disposition or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def write(columns: Sequence[Any], rows: Iterable[Any], format: str = "xlsx", notes_sheet: bool = True) -> bytes:
    """Return rows as the content of a file; see `export`."""
    if format not in TYPES:
        raise ValueError(f"no format {format!r}; there are {', '.join(TYPES)}")
    written = [Written.of(column) for column in columns]
    if format == "csv":
        return _csv(written, rows)
    from .workbooks import workbook  # loading what writes Excel takes half a second, and most processes write none

    return workbook(written, rows, notes=written if notes_sheet else None)


def _csv(columns: Sequence[Written], rows: Iterable[Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_guarded(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(typed(column, column.value(row))) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def typed(column: Written, value: Any) -> Any:
    """Return what the cell holds: a text, a number, a date or nothing."""
    if value is None or value == "":
        return None
    if column.choices and value in column.choices:
        return column.choices[value]
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if isinstance(value, dt.datetime):
        # Excel knows no zones: the reader's own time is written.
        return timezone.localtime(value).replace(tzinfo=None) if timezone.is_aware(value) else value
    if isinstance(value, int | Decimal | dt.date):
        return value
    if isinstance(value, float):
        return Decimal(repr(value))
    if isinstance(value, list | tuple | set | frozenset):
        return joined(value) or None
    return clean(str(value)) or None


def _csv_cell(value: Any) -> str:
    if value is None:
        return ""
    if isinstance(value, str):
        return _guarded(value)
    if isinstance(value, dt.datetime):
        return value.strftime("%Y-%m-%d %H:%M:%S")
    return format(value, "f") if isinstance(value, Decimal) else str(value)


def _guarded(text: str) -> str:
    return "'" + text if _FORMULA_LIKE.match(text) else text
