"""Hostile workbooks and tables: refused by name, soon; the parent lives."""

from __future__ import annotations

import io
import time
import zipfile
from collections.abc import Callable

import openpyxl
import pytest
from django.core.files.base import ContentFile

from rongtong.hub.foundation import confined
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.sheets import Column, read

COLUMNS = [Column("name", "名称", required=True), Column("count", "数量", kind="integer")]
SHEET = "xl/worksheets/sheet1.xml"
HEAD = b'<?xml version="1.0"?><worksheet xmlns="http://schemas.openxmlformats.org/spreadsheetml/2006/main"><sheetData>'
TITLES = b'<row r="1"><c r="A1" t="inlineStr"><is><t>\xe5\x90\x8d\xe7\xa7\xb0</t></is></c></row>'
END = b"</sheetData></worksheet>"


def workbook(**parts: bytes) -> bytes:
    source = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["名称", "数量"])
    book.worksheets[0].append(["甲", 1])
    book.save(source)
    out = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as after:
        contents = {name: before.read(name) for name in before.namelist()}
        for name, content in (contents | parts).items():
            after.writestr(name, content)
    return out.getvalue()


def laughs() -> bytes:
    entities = "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    return workbook(
        **{SHEET: f'<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">{entities}]><worksheet>&j;</worksheet>'.encode()}
    )


def rows(count: int) -> bytes:
    body = b"".join(b'<row r="%d"><c r="A%d"><v>1</v></c></row>' % (n, n) for n in range(2, count))
    return workbook(**{SHEET: HEAD + TITLES + body + END})


HOSTILE: dict[str, tuple[Callable[[], bytes], str]] = {
    "entities": (laughs, "sheet.entities"),
    "bomb": (lambda: workbook(**{SHEET: HEAD + TITLES + b" " * (150 << 20) + END}), "zip.ratio"),
    "macro": (lambda: workbook(**{"xl/vbaProject.bin": b"x"}), "sheet.macro"),
    "many rows": (lambda: rows(60_000), "sheet.rows"),
    "a workbook without sheets": (lambda: workbook(**{"xl/workbook.xml": b"<workbook/>"}), "sheet.empty"),
    "cut xml": (lambda: workbook(**{SHEET: HEAD + b"<row"}), "sheet.damaged"),
    "a page of the web": (lambda: b"<html><table><tr><td>\xff\xfe</td></tr></table>", "sheet.encoding"),
    "a field without end": (lambda: '名称\n"'.encode() + b"x" * (3 << 20), "sheet.damaged"),
    "thousands of columns": (lambda: ("名称," * 4000).encode() + b"x", "sheet.columns"),
}


@pytest.mark.parametrize("name", HOSTILE)
def test_it_is_refused_by_name_and_soon(name: str) -> None:
    make, code = HOSTILE[name]
    content = ContentFile(make())
    start = time.perf_counter()
    with pytest.raises(Refusal) as refusal:
        read(content, COLUMNS)
    assert refusal.value.code == code
    assert time.perf_counter() - start < 5


def test_a_far_cell_costs_nothing_and_hides_nothing() -> None:
    """Row 1,048,576 and column XFD claim a sheet of seventeen thousand million cells."""
    body = b'<row r="2"><c r="A2" t="inlineStr"><is><t>x</t></is></c></row>'
    body += b'<row r="1048576"><c r="A1048576"><v>1</v></c></row>'
    start = time.perf_counter()
    reading = read(ContentFile(workbook(**{SHEET: HEAD + TITLES + body + END})), COLUMNS)
    assert [row["name"] for row in reading.rows] == ["x"]
    assert time.perf_counter() - start < 5


def test_a_child_that_dies_is_a_refusal_with_a_cure(monkeypatch: pytest.MonkeyPatch) -> None:
    for why in ("memory", "time", "crash", "answer"):

        def die(*_args: object, why: str = why) -> None:
            raise confined.ChildFailed(why)

        monkeypatch.setattr(confined, "run", die)
        with pytest.raises(Refusal) as refusal:
            read(ContentFile(b"x"), COLUMNS)
        assert refusal.value.code == f"sheet.{why}"
        assert refusal.value.cure
