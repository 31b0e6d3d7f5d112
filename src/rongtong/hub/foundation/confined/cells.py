"""The cells of a file, read in the confined child process. Knows no columns and no people."""

from __future__ import annotations

import csv
import datetime as dt
import io
import re
import sys
import zipfile
from collections.abc import Iterable, Iterator
from pathlib import Path
from typing import Any, Final

from .rejection import Rejected
from .zips import ZipBudget, check_zip

BLANK_ROWS_END: Final = 2000  # so many blank rows in succession end the sheet
_GUARD: Final = re.compile(r"^'(?='*[=+\-@\t\r])")
# What openpyxl raises over parts that are missing, cut off or not what they should be.
_OF_DAMAGED_FILES: Final = (KeyError, ValueError, TypeError, SyntaxError, AttributeError, IndexError, EOFError)
_ZIP, _OLE = b"PK\x03\x04", b"\xd0\xcf\x11\xe0"

Cell = str | bool | int | float | None | dict[str, str]


def read_cells(path: str, rows: int, columns: int) -> dict[str, Any]:
    """Return ``{"rows": [[number, [cell, …]], …], "format": …, "hidden": …}`` of the first sheet.

    Dates come as ``{"date": iso}``, cells that Excel could not compute as ``{"error": text}``.

    Raises
    ------
    Rejected
        ``sheet.format``, ``sheet.damaged``, ``sheet.rows``, ``sheet.columns``, ``sheet.empty`` or a ``zip.`` code.
    """
    file = Path(path)
    start = file.open("rb").read(8)
    if start.startswith(_OLE):
        raise Rejected("sheet.old_excel")
    if start.startswith(_ZIP):
        found, format = _workbook(file, columns), "xlsx"
    else:
        found, format = _text_table(file), "csv"
    kept: list[list[Any]] = []
    for number, cells in _until_blank(found):
        if len(kept) >= rows:
            raise Rejected("sheet.rows", most=rows)
        if len(cells) > columns:
            raise Rejected("sheet.columns", most=columns)
        kept.append([number, cells])
    if not kept:
        raise Rejected("sheet.empty")
    return {"rows": kept, "format": format}


def _until_blank(rows: Iterable[list[Cell]]) -> Iterator[tuple[int, list[Cell]]]:
    blank = 0
    for number, cells in enumerate(rows, start=1):
        while cells and (cells[-1] is None or cells[-1] == ""):
            cells.pop()
        blank = 0 if cells else blank + 1
        if blank > BLANK_ROWS_END:
            return
        if cells:
            yield number, cells


def _workbook(path: Path, columns: int) -> Iterator[list[Cell]]:
    names = check_zip(path, ZipBudget())
    if not {"[Content_Types].xml", "xl/workbook.xml"} <= set(names):
        raise Rejected("sheet.format")
    if any("vbaproject" in name.lower() for name in names):
        raise Rejected("sheet.macro")
    # Imported here: the parent never needs the parser. defusedxml must be there, openpyxl then uses it.
    sys.modules.setdefault("numpy", None)  # type: ignore[arg-type]  # openpyxl would load it for its number types
    import defusedxml.common
    import openpyxl
    from openpyxl.utils.exceptions import InvalidFileException
    from openpyxl.xml import DEFUSEDXML

    if not DEFUSEDXML:
        raise RuntimeError("openpyxl does not use defusedxml")
    try:
        formulas = _has_formulas(path)
        # Opened files, not paths: the name of an upload says nothing.
        with path.open("rb") as file, path.open("rb") as again:
            book = openpyxl.load_workbook(file, read_only=True, data_only=True, keep_links=False)
            twin = openpyxl.load_workbook(again, read_only=True, keep_links=False) if formulas else None
            yield from _sheet_rows(book, twin, columns)
    except (InvalidFileException, zipfile.BadZipFile, *_OF_DAMAGED_FILES) as error:
        # The library wraps what the XML parser raised.
        hostile = any(isinstance(each, defusedxml.common.DefusedXmlException) for each in _causes(error))
        raise Rejected("sheet.entities" if hostile else "sheet.damaged") from error


def _causes(error: BaseException | None) -> Iterator[BaseException]:
    while error is not None:
        yield error
        error = error.__cause__ or error.__context__


def _has_formulas(path: Path) -> bool:
    with zipfile.ZipFile(path) as container:
        for name in container.namelist():
            if not name.startswith("xl/worksheets/"):
                continue
            with container.open(name) as content:
                kept = b""
                while step := content.read(1 << 18):
                    if b"<f>" in kept + step or b"<f " in kept + step:
                        return True
                    kept = step[-3:]
    return False


def _sheet_rows(book: Any, twin: Any, columns: int) -> Iterator[list[Cell]]:
    sheet = next((each for each in book.worksheets if each.sheet_state == "visible"), None)
    if sheet is None:
        raise Rejected("sheet.empty")
    sheet.reset_dimensions()  # the file's own statement of its size is not to be trusted
    rows = sheet.iter_rows(max_col=columns + 1)
    if twin is None:
        for row in rows:
            yield [_cell(cell, None) for cell in row]
        return
    written = twin[sheet.title]
    written.reset_dimensions()
    for row, formulas in zip(rows, written.iter_rows(max_col=columns + 1), strict=True):
        yield [_cell(cell, formula) for cell, formula in zip(row, formulas, strict=False)]


def _cell(cell: Any, written: Any) -> Cell:
    value = cell.value
    if value is None:
        # A formula that no program has computed yet has no value to read.
        return {"error": "="} if written is not None and written.data_type == "f" else None
    if cell.data_type == "e":
        return {"error": str(value)}
    if isinstance(value, dt.datetime | dt.date):
        return {"date": value.isoformat()}
    if isinstance(value, dt.time | dt.timedelta):
        return str(value)
    return value if isinstance(value, str | bool | int | float) else str(value)


def _text_table(path: Path) -> Iterator[list[Cell]]:
    text = decoded(path.read_bytes())
    if "\x00" in text:
        raise Rejected("sheet.format")
    head = text[:4096].splitlines()[:1]
    delimiter = max(",;\t", key=lambda each: head[0].count(each)) if head else ","
    csv.field_size_limit(1 << 20)
    try:
        for row in csv.reader(io.StringIO(text, newline=""), delimiter=delimiter, strict=True):
            yield [_GUARD.sub("", cell) for cell in row]
    except csv.Error as error:
        raise Rejected("sheet.damaged") from error


def decoded(content: bytes) -> str:
    """UTF-8 with or without mark, UTF-16 with one, else GB18030, which holds what Chinese Excel saves."""
    if content.startswith((b"\xff\xfe", b"\xfe\xff")):
        encodings: tuple[str, ...] = ("utf-16",)
    else:
        encodings = ("utf-8-sig", "gb18030")
    for encoding in encodings:
        try:
            return content.decode(encoding)
        except UnicodeDecodeError:
            continue
    raise Rejected("sheet.encoding")
