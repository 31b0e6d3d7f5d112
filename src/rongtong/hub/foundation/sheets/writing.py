"""Writing Excel and CSV files that people like to open and that can be read again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from decimal import Decimal
from typing import Any, Final

from django.http import HttpResponse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..errors import Text
from ..formatting import bracketed, joined
from .columns import Kind
from .values import clean

TYPES: Final = {
    "xlsx": "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet",
    "csv": "text/csv; charset=utf-8",
}
_FORMATS: Final = {
    Kind.INTEGER: "#,##0",
    Kind.MONEY: "#,##0.00",
    Kind.DATE: "yyyy-mm-dd",
    Kind.DATETIME: "yyyy-mm-dd hh:mm:ss",
    Kind.CODE: "@",
}
_KIND_NAMES: Final = {
    Kind.TEXT: _("文字"),
    Kind.INTEGER: _("整数"),
    Kind.NUMBER: _("数字"),
    Kind.MONEY: _("金额（元）"),
    Kind.DATE: _("日期"),
    Kind.DATETIME: _("时间"),
    Kind.CODE: _("编码（按文本填写）"),
    Kind.CHOICE: _("从可选值中选一个"),
    Kind.YESNO: _("是或否"),
}
_NARROW, _WIDE, _LONGEST_LIST = 8, 60, 255
_ROWS_FOR_WIDTH: Final = 200
_HEAD: Final = PatternFill("solid", fgColor="E8EEF7")
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
    return workbook(written, rows, notes=written if notes_sheet else None)


def workbook(columns: Sequence[Written], rows: Iterable[Any], notes: Sequence[Written] | None) -> bytes:
    """Return an Excel file: real types, frozen header, filters, widths; explained on a second sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("数据"))
    table = [[_typed(column, column.value(row)) for column in columns] for row in rows]
    sheet.freeze_panes = "A2"
    for place, column in enumerate(columns):
        letter = get_column_letter(place + 1)
        sheet.column_dimensions[letter].width = _width(column, [row[place] for row in table[:_ROWS_FOR_WIDTH]])
        _offer_choices(sheet, column, letter)
    if columns:
        sheet.auto_filter.ref = f"A1:{get_column_letter(len(columns))}{len(table) + 1}"
    sheet.append([_head(sheet, column.title) for column in columns])
    for row in table:
        sheet.append([_cell(sheet, column, value) for column, value in zip(columns, row, strict=True)])
    if notes is not None:
        _explain(book, notes)
    content = io.BytesIO()
    book.save(content)
    return content.getvalue()


def _csv(columns: Sequence[Written], rows: Iterable[Any]) -> bytes:
    text = io.StringIO(newline="")
    writer = csv.writer(text, lineterminator="\r\n")
    writer.writerow([_guarded(column.title) for column in columns])
    for row in rows:
        writer.writerow([_csv_cell(_typed(column, column.value(row))) for column in columns])
    return text.getvalue().encode("utf-8-sig")


def _typed(column: Written, value: Any) -> Any:
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


def _cell(sheet: Any, column: Written, value: Any) -> Any:
    cell = WriteOnlyCell(sheet, value=value)
    if isinstance(value, str):
        # The library takes a leading "=" for a formula and "#N/A" for an error.
        cell.data_type = "s"
        cell.alignment = Alignment(wrap_text="\n" in value, vertical="top")
    if column.kind in _FORMATS and value is not None:
        cell.number_format = _FORMATS[column.kind]
    return cell


def _head(sheet: Any, title: str) -> Any:
    cell = WriteOnlyCell(sheet, value=title)
    cell.data_type = "s"
    cell.font, cell.fill, cell.alignment = Font(bold=True), _HEAD, Alignment(vertical="center", wrap_text=True)
    return cell


def _width(column: Written, values: Sequence[Any]) -> float:
    widest = max((_columns_of(str(value).split("\n")[0]) for value in values if value is not None), default=0)
    return min(_WIDE, max(_NARROW, _columns_of(column.title) + 4, widest + 2))


def _columns_of(text: str) -> int:
    """Chinese characters are two columns wide."""
    return sum(2 if unicodedata.east_asian_width(letter) in "WF" else 1 for letter in text)


def _offer_choices(sheet: Any, column: Written, letter: str) -> None:
    offered = list(column.choices.values()) or ([gettext("是"), gettext("否")] if column.kind is Kind.YESNO else [])
    listed = '"' + ",".join(offered) + '"'
    if not offered or len(listed) > _LONGEST_LIST or any("," in each or '"' in each for each in offered):
        return
    validation = DataValidation(type="list", formula1=listed, allow_blank=True)
    validation.add(f"{letter}2:{letter}20001")
    sheet.data_validations.append(validation)


def _explain(book: Workbook, columns: Sequence[Written]) -> None:
    sheet = book.create_sheet(gettext("说明"))
    sheet.freeze_panes = "A2"
    for letter, width in zip("ABCDE", (24, 8, 22, 60, 60), strict=True):
        sheet.column_dimensions[letter].width = width
    heads: tuple[Text, ...] = (_("列"), _("必填"), _("填写内容"), _("说明"), _("可选值"))
    sheet.append([_head(sheet, str(head)) for head in heads])
    plain = Written("", Kind.TEXT, str, {})
    for column in columns:
        required = gettext("是") if column.required else gettext("否")
        choices = "\n".join(f"{code} {label}" if code != label else label for code, label in column.choices.items())
        facts = (column.title, required, str(_KIND_NAMES[column.kind]), column.help, choices)
        sheet.append([_cell(sheet, plain, fact or None) for fact in facts])


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
