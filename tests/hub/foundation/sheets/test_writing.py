"""Writing: files Excel opens well, formulas never, and what goes out comes in again."""

from __future__ import annotations

import csv
import datetime as dt
import io
import json
from decimal import Decimal
from types import SimpleNamespace
from typing import Any
from unittest import mock

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from rongtong.hub.foundation.confined.cells import read_cells
from rongtong.hub.foundation.listing import Column as ListColumn
from rongtong.hub.foundation.sheets import Column, export, read, write
from rongtong.hub.foundation.sheets.values import clean

COLUMNS = [
    Column("name", _("名称"), required=True, help=_("营业执照上的全称")),
    Column("code", _("代码"), kind="code"),
    Column("count", _("数量"), kind="integer"),
    Column("share", _("比例"), kind="number"),
    Column("money", _("金额"), kind="money"),
    Column("day", _("日期"), kind="date"),
    Column("moment", _("时间"), kind="datetime"),
    Column("state", _("状态"), kind="choice", choices={"open": _("开放"), "closed": _("关闭")}),
    Column("yes", _("公开"), kind="yesno"),
]
TRAPS = [
    "=1+1",
    "+86",
    "-5",
    "@SUM(A1)",
    "'=x",
    "''@y",
    "#N/A",
    "\t=1",
    '=HYPERLINK("http://x")',
    "=",
    "'",
    "1e5",
    "TRUE",
    "007",
]


def row(**values: Any) -> dict[str, Any]:
    return {column.key: None for column in COLUMNS} | {"name": "甲"} | values


def test_types_header_filters_and_widths() -> None:
    filled = row(code="007", count=1200, money=Decimal("12.50"), day=dt.date(2026, 11, 23), state="open", yes=True)
    book = openpyxl.load_workbook(io.BytesIO(write(COLUMNS, [filled])))
    sheet = book.worksheets[0]
    assert [cell.value for cell in sheet[1]] == ["名称", "代码", "数量", "比例", "金额", "日期", "时间", "状态", "公开"]
    assert (sheet.freeze_panes, sheet.auto_filter.ref) == ("A2", "A1:I2")
    assert [sheet[f"{letter}2"].value for letter in "BCEFHI"] == [
        "007",
        1200,
        12.5,
        dt.datetime(2026, 11, 23),  # noqa: DTZ001  Excel's cells know no zone
        "开放",
        "是",
    ]
    assert [sheet[f"{letter}2"].number_format for letter in "BCEF"] == ["@", "#,##0", "#,##0.00", "yyyy-mm-dd"]
    assert all(8 <= sheet.column_dimensions[letter].width <= 60 for letter in "ABCDEFGHI")
    assert {rule.formula1 for rule in sheet.data_validations.dataValidation} == {'"开放,关闭"', '"是,否"'}
    notes = [[cell.value for cell in each] for each in book["说明"].iter_rows()]
    assert notes[1] == ["名称", "是", "文字", "营业执照上的全称", None]
    assert notes[8][4] == "open 开放\nclosed 关闭"


@pytest.mark.parametrize("format", ["xlsx", "csv"])
def test_text_is_never_a_formula_and_survives(format: str) -> None:
    content = write(COLUMNS, [row(name=text) for text in TRAPS], format)
    if format == "xlsx":
        cells = [each[0] for each in openpyxl.load_workbook(io.BytesIO(content)).worksheets[0].iter_rows(min_row=2)]
        assert {cell.data_type for cell in cells} == {"s"}
    else:
        table = list(csv.reader(io.StringIO(content.decode("utf-8-sig"))))
        assert not [line[0] for line in table if line[0][:1] in "=+-@\t" and line[0]]
    assert [each["name"] for each in read(ContentFile(content), COLUMNS).rows] == [clean(text) for text in TRAPS]


def in_this_process(target: str, request: dict[str, Any], limits: Any = None) -> Any:
    """The same function and the same JSON, without a child for each of a hundred examples."""
    assert target.endswith("cells:read_cells")
    return json.loads(json.dumps(read_cells(**request)))


BETWEEN = (dt.datetime(1995, 1, 1), dt.datetime(2200, 1, 1))  # noqa: DTZ001  the strategy adds the zone
VALUES = st.fixed_dictionaries(
    {
        "name": st.text(min_size=1, max_size=40).map(clean).filter(bool)
        | st.sampled_from([t for t in TRAPS if clean(t) == t]),
        "code": st.none() | st.from_regex(r"[0-9A-Z]{1,18}", fullmatch=True),
        "count": st.none() | st.integers(-(10**12), 10**12),
        "share": st.none() | st.decimals(-1000, 1000, places=4),
        "money": st.none() | st.decimals(-(10**11), 10**11, places=2),
        "day": st.none() | st.dates(dt.date(1901, 1, 1), dt.date(2200, 1, 1)),
        "moment": st.none()
        | st.datetimes(*BETWEEN, timezones=st.just(dt.UTC)).map(lambda moment: moment.replace(microsecond=0)),
        "state": st.sampled_from([None, "open", "closed"]),
        "yes": st.sampled_from([None, True, False]),
    }
)


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize("format", ["xlsx", "csv"])
@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(VALUES, min_size=1, max_size=12))
def test_what_goes_out_comes_in_again(format: str, language: str, rows: list[dict[str, Any]]) -> None:
    with translation.override(language), mock.patch("rongtong.hub.foundation.confined.run", in_this_process):
        reading = read(ContentFile(write(COLUMNS, rows, format)), COLUMNS)
    assert not [str(fault.message) for fault in reading.faults]
    assert [each.values for each in reading.rows] == rows


def test_the_csv_begins_with_the_mark_that_excel_needs() -> None:
    content = write(COLUMNS, [row()], "csv")
    assert content.startswith(b"\xef\xbb\xbf" + "名称,代码".encode())


def test_export_answers_a_download_and_a_hostile_name_stays_a_name() -> None:
    response = export(COLUMNS, [row()], "清单\r\nSet-Cookie: x=1", "csv")
    assert response["Content-Type"] == "text/csv; charset=utf-8"
    assert "\n" not in response["Content-Disposition"]
    assert response["Content-Disposition"].startswith("attachment; filename*=utf-8''%E6%B8%85%E5%8D%95")
    assert response["X-Content-Type-Options"] == "nosniff"
    with pytest.raises(ValueError, match="pdf"):
        export(COLUMNS, [], "x", "pdf")


def test_columns_of_a_list_page_are_written_too() -> None:
    columns = [
        ListColumn("number", "编号", kind="code"),
        ListColumn("publisher.name", "发榜方", meaning="发布需求的企业"),
        ListColumn("budget", "预算", kind="money"),
        ListColumn("length", "长度", kind="number", unit="mm"),
        ListColumn("tags", "标签", value=lambda each: ["a", "b"]),
    ]
    entry = SimpleNamespace(number="007", publisher=SimpleNamespace(name="=甲"), budget=Decimal("5.00"), length=3)
    sheet = openpyxl.load_workbook(io.BytesIO(export(columns, [entry], "x").content)).worksheets[0]
    assert [[cell.value for cell in line] for line in sheet.iter_rows()] == [
        ["编号", "发榜方", "预算", "长度（mm）", "标签"],
        ["007", "=甲", 5, 3, "a、b"],
    ]
    assert sheet["B2"].data_type == "s"


def test_a_thousand_rows_are_read_once_in_the_child(tmp_path: Any) -> None:
    path = tmp_path / "many.xlsx"
    path.write_bytes(write(COLUMNS, [row(code=str(n)) for n in range(1000)]))
    assert len(read_cells(str(path), 2000, 50)["rows"]) == 1001
