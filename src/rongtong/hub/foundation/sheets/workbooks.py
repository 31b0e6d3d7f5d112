"""Excel files: real types, frozen header, filters, widths, and a sheet that explains the columns."""

from __future__ import annotations

import io
import unicodedata
from collections.abc import Iterable, Sequence
from typing import Any, Final

from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from openpyxl import Workbook
from openpyxl.cell import WriteOnlyCell
from openpyxl.styles import Alignment, Font, PatternFill
from openpyxl.utils import get_column_letter
from openpyxl.worksheet.datavalidation import DataValidation

from ..errors import Text
from .columns import Kind
from .writing import Written, typed

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


def workbook(columns: Sequence[Written], rows: Iterable[Any], notes: Sequence[Written] | None) -> bytes:
    """Return an Excel file: real types, frozen header, filters, widths; explained on a second sheet."""
    book = Workbook(write_only=True)
    sheet = book.create_sheet(gettext("数据"))
    table = [[typed(column, column.value(row)) for column in columns] for row in rows]
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
