"""Reading a file that somebody filled in: every fault at once, with its row, its column and how to mend it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from tempfile import NamedTemporaryFile
from typing import IO, Any, Final

from django.core.files import File
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .. import confined
from ..errors import Fault
from .columns import Column, Kind, in_all_languages, recognisable, recognise
from .refusals import unreadable
from .values import Raw, Unfit, as_text, typed

HEADER_WITHIN: Final = 10  # a title or a note may stand above the header
FAULT_COLUMN: Final = _("问题")
_READ_CELLS: Final = "rongtong.hub.foundation.confined.cells:read_cells"


@dataclass(frozen=True, slots=True)
class SheetLimits:
    """The most that is read from one file."""

    rows: int = 20_000
    columns: int = 200


@dataclass(frozen=True, slots=True)
class SheetRow:
    """A row without faults: its number in the file and its typed values by column key."""

    number: int
    values: dict[str, Any]

    def __getitem__(self, key: str) -> Any:
        return self.values[key]


@dataclass
class SheetReading:
    """What a file holds.

    Attributes
    ----------
    rows
        The rows without faults.
    faults
        Everything that is wrong, in the order of the file.
    headers
        The header row as written.
    matched
        Header position to the key of the column it was recognised as.
    unknown_columns
        Headers that were not recognised; a person may rename them, see `read`.
    missing_columns
        Expected columns that the file lacks. Required ones are faults, too.
    faulty_rows
        Row number to the cells of the rows with faults, as read.
    """

    columns: Sequence[Column]
    format: str = "xlsx"
    rows: list[SheetRow] = field(default_factory=list)
    faults: list[Fault] = field(default_factory=list)
    headers: list[str] = field(default_factory=list)
    matched: dict[int, str] = field(default_factory=dict)
    unknown_columns: list[str] = field(default_factory=list)
    missing_columns: list[Column] = field(default_factory=list)
    faulty_rows: dict[int, list[Raw]] = field(default_factory=dict)

    @property
    def count(self) -> int:
        return len(self.rows) + len(self.faulty_rows)

    def refuse_row(self, number: int, fault: Fault) -> None:
        """Move a row to the faulty ones for a reason that only the caller knows, such as a duplicate."""
        self.faults.append(fault)
        for row in [row for row in self.rows if row.number == number]:
            self.rows.remove(row)
            by_key = {column.key: column for column in self.columns}
            keys = [self.matched.get(place) for place in range(len(self.headers))]
            self.faulty_rows[number] = [_shown(by_key[key], row.values[key]) if key else None for key in keys]

    def faulty_workbook(self) -> bytes:
        """Return the faulty rows as an Excel file with the faults in a last column, to mend and upload again."""
        from .workbooks import workbook  # loading what writes Excel takes half a second
        from .writing import Written

        titles = {column.key: column for column in self.columns}
        columns: list[Column] = []
        for place, header in enumerate(self.headers):
            known = titles.get(self.matched.get(place, ""))
            kind = Kind.CODE if known and known.kind == Kind.CODE else Kind.TEXT
            columns.append(Column(f"c{place}", header, kind))
        columns.append(Column("fault", FAULT_COLUMN))
        told: dict[int, list[str]] = {}
        for fault in self.faults:
            text = f"{fault.column}：{fault.message}" if fault.column else str(fault.message)
            told.setdefault(fault.row or 0, []).append(text)
        rows = [
            {f"c{place}": as_text(cell) for place, cell in enumerate(cells)}
            | {"fault": "\n".join(told.get(number, []))}
            for number, cells in sorted(self.faulty_rows.items())
        ]
        return workbook([Written.of(column) for column in columns], rows, notes=None)


def read(
    file: File[bytes] | IO[bytes] | Path,
    columns: Sequence[Column],
    *,
    renames: Mapping[str, str] | None = None,
    limits: SheetLimits | None = None,
) -> SheetReading:
    """Read an Excel (.xlsx) or CSV file against the columns it should have.

    Parameters
    ----------
    file
        An upload, an open binary file or a path. It is parsed in a confined child process.
    columns
        What is expected; see `Column`.
    renames
        A person's decisions on the screen: header in the file to column key, an empty key to leave it out.
    limits
        The most rows and columns.

    Raises
    ------
    Refusal
        The file cannot be read at all.
    """
    limits = limits or SheetLimits()
    with _on_disk(file) as path:
        try:
            request = {"path": str(path), "rows": limits.rows + HEADER_WITHIN, "columns": limits.columns}
            found = confined.run(_READ_CELLS, request)
        except (confined.Rejected, confined.ChildFailed) as error:
            raise unreadable(error) from error
    grid = [(number, [_raw(cell) for cell in cells]) for number, cells in found["rows"]]
    return _against(grid, columns, found["format"], renames, limits)


def _against(
    grid: list[tuple[int, list[Raw]]],
    columns: Sequence[Column],
    format: str,
    renames: Mapping[str, str] | None,
    limits: SheetLimits,
) -> SheetReading:
    reading = SheetReading(columns, format)
    start, places = _header(grid, columns, renames)
    reading.headers = [as_text(cell) for cell in grid[start][1]]
    reading.matched = {place: column.key for place, column in places.items()}
    ignored = {recognisable(header) for header, key in (renames or {}).items() if not key}
    ignored |= {recognisable(header) for header in in_all_languages(FAULT_COLUMN)}
    reading.unknown_columns = [
        header
        for place, header in enumerate(reading.headers)
        if header and place not in places and recognisable(header) not in ignored
    ]
    reading.missing_columns = [column for column in columns if column not in places.values()]
    for column in reading.missing_columns:
        if column.required:
            message = _("缺少必填列“%(title)s”。请补上此列，或指明哪一列是它。") % {"title": column.title}
            reading.faults.append(Fault(column.key, message, "column_missing", grid[start][0], str(column.title)))
    body = grid[start + 1 :]
    if len(body) > limits.rows:
        raise unreadable(confined.Rejected("sheet.rows", most=limits.rows))
    for number, cells in body:
        _take_row(reading, places, number, cells)
    return reading


def _header(
    grid: list[tuple[int, list[Raw]]], columns: Sequence[Column], renames: Mapping[str, str] | None
) -> tuple[int, dict[int, Column]]:
    """Return the row among the first ones in which most columns are recognised."""
    first = [[as_text(cell) for cell in cells] for _number, cells in grid[:HEADER_WITHIN]]
    candidates = [recognise(cells, columns, renames) for cells in first]
    best = max(range(len(candidates)), key=lambda place: len(candidates[place]))
    if not candidates[best]:
        # Nothing recognised: the first row is shown for renaming, unless a person already had that chance.
        if renames is not None:
            raise unreadable(confined.Rejected("sheet.header"))
        best = 0
    return best, candidates[best]


def _take_row(reading: SheetReading, places: Mapping[int, Column], number: int, cells: list[Raw]) -> None:
    if not any(as_text(cell) for place, cell in enumerate(cells) if place in places) and places:
        return
    values: dict[str, Any] = {column.key: None for column in reading.columns}
    faults: list[Fault] = []
    for place, column in places.items():
        cell = cells[place] if place < len(cells) else None
        try:
            values[column.key] = typed(column, _computed(cell))
        except Unfit as unfit:
            faults.append(Fault(column.key, unfit.message, unfit.code, number, str(column.title)))
    reading.faults += faults
    if faults or any(column.required for column in reading.missing_columns):
        reading.faulty_rows[number] = [None if isinstance(cell, _ExcelError) else cell for cell in cells]
    else:
        reading.rows.append(SheetRow(number, values))


class _ExcelError(str):
    """What Excel shows where a formula failed."""


def _computed(cell: Raw) -> Raw:
    if isinstance(cell, _ExcelError):
        if cell == "=":
            raise Unfit("formula", _("公式还没有计算结果。请在 Excel 中打开并保存一次，或填写数值。"))
        raise Unfit("formula", _("公式出错（%(error)s）。请改正公式或直接填写数值。") % {"error": str(cell)})
    return cell


def _raw(cell: Any) -> Raw:
    if not isinstance(cell, dict):
        return cell  # type: ignore[no-any-return]  # JSON from our own child: text, number, truth or nothing
    if "error" in cell:
        return _ExcelError(cell["error"])
    text = cell["date"]
    return dt.datetime.fromisoformat(text) if "T" in text else dt.date.fromisoformat(text)


def _shown(column: Column, value: Any) -> Raw:
    if isinstance(value, bool):
        return gettext("是") if value else gettext("否")
    if column.choices and value in column.choices:
        return str(column.choices[value])
    return value if isinstance(value, str | int | dt.date | None) else str(value)


@contextmanager
def _on_disk(file: File[bytes] | IO[bytes] | Path) -> Iterator[Path]:
    if isinstance(file, Path):
        yield file
        return
    with NamedTemporaryFile(prefix="rongtong-sheet-") as copy:
        file.seek(0)
        while step := file.read(1 << 18):
            copy.write(step)
        copy.flush()
        file.seek(0)
        yield Path(copy.name)
