"""Reading: every fault at once, with its place and its mend; headers as people write them."""

from __future__ import annotations

import datetime as dt
import io
import zipfile
from decimal import Decimal
from typing import Any

import openpyxl
import pytest
from django.core.files.base import ContentFile
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.sheets import Column, SheetLimits, read


def no_demo(value: str) -> str:
    if value.startswith("demo"):
        raise Invalid([Fault("name", "名称不能是演示。", "demo")])
    return value


COLUMNS = [
    Column("name", _("机构名称"), required=True, aliases=("企业名称", "单位"), most=20, check=no_demo),
    Column("code", _("统一社会信用代码"), kind="code", required=True),
    Column("headcount", _("从业人员（人）"), kind="integer"),
    Column("revenue", _("营业收入（元）"), kind="money"),
    Column("founded", _("成立日期"), kind="date"),
    Column("size", _("企业规模"), kind="choice", choices={"large": _("大型"), "small": _("小型")}),
    Column("public", _("是否公开"), kind="yesno"),
]
TITLES = ["机构名称", "统一社会信用代码", "从业人员（人）", "营业收入（元）", "成立日期", "企业规模", "是否公开"]


def excel(*rows: list[Any], titles: list[str] | None = None) -> ContentFile[bytes]:
    book = openpyxl.Workbook()
    sheet = book.worksheets[0]
    for row in [titles or TITLES, *rows]:
        sheet.append(row)
    content = io.BytesIO()
    book.save(content)
    return ContentFile(content.getvalue(), "in.xlsx")


def comma(text: str, encoding: str = "utf-8-sig") -> ContentFile[bytes]:
    return ContentFile(text.encode(encoding), "in.csv")


def test_typed_values_of_a_good_file() -> None:
    founded = dt.datetime(2001, 2, 3)  # noqa: DTZ001  Excel's cells know no zone
    row = ["澜川重工", "91110000600037341L", 300, 1234567.1, founded, "大型", "是"]
    reading = read(excel(row), COLUMNS)
    assert not reading.faults
    assert reading.rows[0].number == 2
    assert reading.rows[0].values == {
        "name": "澜川重工", "code": "91110000600037341L", "headcount": 300, "revenue": Decimal("1234567.10"),
        "founded": dt.date(2001, 2, 3), "size": "large", "public": True,
    }  # fmt: skip


def test_all_faults_come_at_once_with_row_column_and_mend() -> None:
    reading = read(
        excel(
            [None, "c1", "三百", "很多", "2026-02-30", "巨型", "也许"],
            ["好的", "c2", 3, 4, "2026-02-03", "small", "否"],
            ["demo", "c3", 2.5, 0.125, "昨天", None, None],
        ),
        COLUMNS,
    )
    assert [(fault.row, fault.field, fault.code) for fault in reading.faults] == [
        (2, "name", "required"), (2, "headcount", "number"), (2, "revenue", "money"), (2, "founded", "date"),
        (2, "size", "choice"), (2, "public", "yesno"),
        (4, "name", "demo"), (4, "headcount", "integer"), (4, "revenue", "money_places"), (4, "founded", "date"),
    ]  # fmt: skip
    told = {(fault.row, fault.field): str(fault.message) for fault in reading.faults}
    assert told[2, "headcount"] == "“三百”不是数字。请按“12.5”的形式填写。"
    assert told[2, "size"] == "“巨型”不在可选值中。请填写：大型、小型。"
    assert [row.number for row in reading.rows] == [3]
    assert reading.count == 3
    assert {str(fault.column) for fault in reading.faults} <= set(TITLES)


def test_faulty_rows_come_back_as_excel_and_can_be_mended_and_read() -> None:
    reading = read(excel(["甲", "0012", "三百"], ["乙", "c2", 5]), COLUMNS)
    book = openpyxl.load_workbook(io.BytesIO(reading.faulty_workbook()))
    sheet = book.worksheets[0]
    rows = [[cell.value for cell in row] for row in sheet.iter_rows()]
    assert rows[0] == [*TITLES, "问题"]
    assert rows[1][:3] == ["甲", "0012", "三百"]
    assert rows[1][-1] == "从业人员（人）：“三百”不是数字。请按“12.5”的形式填写。"
    assert len(rows) == 2
    sheet["C2"] = 300
    mended = io.BytesIO()
    book.save(mended)
    again = read(mended, COLUMNS)
    assert not again.faults
    assert again.unknown_columns == []
    assert (again.rows[0]["code"], again.rows[0]["headcount"]) == ("0012", 300)


def test_a_row_refused_by_the_caller_joins_the_faulty_ones() -> None:
    reading = read(excel(["甲", "c1", 1, None, None, "小型", True], ["乙", "c1", 2]), COLUMNS)
    reading.refuse_row(2, Fault("code", "与第 3 行重复。", "duplicate", 2, "统一社会信用代码"))
    assert [row.number for row in reading.rows] == [3]
    assert reading.faulty_rows[2] == ["甲", "c1", 1, None, None, "小型", "是"]
    assert "与第 3 行重复。" in str(
        list(openpyxl.load_workbook(io.BytesIO(reading.faulty_workbook())).worksheets[0].values)
    )


def test_headers_are_recognised_as_people_write_them() -> None:
    titles = ["*企业名称 ", "CODE", "从业人员", "营业收入（万元？）", "成立　日期", "x", "备注"]
    reading = read(excel(["甲", "c1", 5, 6, None, 1, 2], titles=titles), COLUMNS)
    assert reading.matched == {0: "name", 1: "code", 2: "headcount", 3: "revenue", 4: "founded"}
    assert reading.unknown_columns == ["x", "备注"]
    assert [column.key for column in reading.missing_columns] == ["size", "public"]
    assert not reading.faults


def test_columns_are_renamed_on_the_screen_and_left_out() -> None:
    file = excel(["甲", "c1", "小型"], titles=["名字", "号码", "营业收入（元）"])
    before = read(file, COLUMNS)
    assert before.unknown_columns == ["名字", "号码"]
    assert [fault.code for fault in before.faults if fault.code == "column_missing"] == ["column_missing"] * 2
    after = read(file, COLUMNS, renames={"名字": "name", "号码": "code", "营业收入（元）": ""})
    assert not after.faults
    assert after.rows[0].values | {"revenue": None} == after.rows[0].values
    assert (after.rows[0]["name"], after.rows[0]["code"]) == ("甲", "c1")


def test_a_title_above_the_header_is_skipped_and_rows_keep_their_numbers() -> None:
    reading = read(excel([], TITLES, ["甲", "c1"], titles=["2026 年企业名单"]), COLUMNS)
    assert [row.number for row in reading.rows] == [4]


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gb18030", "utf-16"])
def test_csv_in_every_usual_encoding(encoding: str) -> None:
    reading = read(comma('机构名称,统一社会信用代码,营业收入\r\n镕基䶮材,00123,"1,234.5"\r\n', encoding), COLUMNS)
    assert (reading.format, reading.faults) == ("csv", [])
    assert (reading.rows[0]["name"], reading.rows[0]["code"], reading.rows[0]["revenue"]) == (
        "镕基䶮材",
        "00123",
        Decimal("1234.50"),
    )


def test_csv_with_semicolons_or_tabs() -> None:
    for mark in ";\t":
        assert read(comma(f"单位{mark}code\n甲{mark}1\n"), COLUMNS).rows[0]["name"] == "甲"


@pytest.mark.parametrize(
    ("written", "yuan"),
    [
        ("12.5万", "125000"),
        ("3.2亿元", "320000000"),
        ("￥1,000.05", "1000.05"),
        ("-5", "-5"),
        ("１２３", "123"),
        (0.1 + 0.2, "0.3"),
    ],
)
def test_money_as_people_write_it(written: Any, yuan: str) -> None:
    reading = read(excel(["甲", "c1", None, written]), COLUMNS)
    assert reading.rows[0]["revenue"] == Decimal(yuan)


@pytest.mark.parametrize(
    "written", ["2026年3月5日", "2026-03-05", "2026/3/5", "2026.3.5", "20260305", 20260305, dt.date(2026, 3, 5)]
)
def test_dates_as_people_write_them(written: Any) -> None:
    assert read(excel(["甲", "c1", None, None, written]), COLUMNS).rows[0]["founded"] == dt.date(2026, 3, 5)


def test_a_long_code_kept_as_a_number_is_a_fault_not_a_wrong_code() -> None:
    reading = read(excel(["甲", 110000600037341123]), COLUMNS)
    assert [fault.code for fault in reading.faults] == ["code_as_number"]
    assert read(excel(["甲", 12345.0]), COLUMNS).rows[0]["code"] == "12345"


def test_formulas_without_result_and_errors_are_faults() -> None:
    reading = read(excel(["甲", "c1", "=1+1"]), COLUMNS)
    assert [(fault.field, fault.code) for fault in reading.faults] == [("headcount", "formula")]
    book = openpyxl.Workbook()
    book.worksheets[0].append(TITLES)
    book.worksheets[0].append(["甲", "c1", "#DIV/0!"])
    content = io.BytesIO()
    book.save(content)
    (fault,) = read(content, COLUMNS).faults
    assert "#DIV/0!" in str(fault.message)


def test_a_false_dimension_hides_no_row() -> None:
    source = excel(*([f"名{n}", f"c{n}"] for n in range(500)))
    lied = io.BytesIO()
    with zipfile.ZipFile(source) as before, zipfile.ZipFile(lied, "w", zipfile.ZIP_DEFLATED) as after:
        for name in before.namelist():
            content = before.read(name)
            if name == "xl/worksheets/sheet1.xml":
                assert b'<dimension ref="A1:G501"' in content
                content = content.replace(b'<dimension ref="A1:G501"', b'<dimension ref="A1:A1"')
            after.writestr(name, content)
    reading = read(lied, COLUMNS)
    assert len(reading.rows) == 500
    assert not reading.faults


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (b"", "sheet.empty"), (b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1old", "sheet.old_excel"),
        (b"PK\x03\x04broken", "zip.damaged"),
        (b"\x89PNG\r\n\x1a\n\x00\x00", "sheet.format"),
        (b'a,b\n"open', "sheet.damaged"), (b"\xff\xff\xff\x80", "sheet.encoding"),
    ],
)  # fmt: skip
def test_what_is_no_sheet_is_refused_by_name(content: bytes, code: str) -> None:
    with pytest.raises(Refusal) as refusal:
        read(ContentFile(content), COLUMNS)
    assert refusal.value.code == code
    assert refusal.value.why
    assert refusal.value.cure


def test_too_many_rows_and_columns_are_refused_with_the_limit() -> None:
    with pytest.raises(Refusal, match="5 行") as refusal:
        read(excel(*([f"名{n}", "c"] for n in range(40))), COLUMNS, limits=SheetLimits(rows=5))
    assert refusal.value.code == "sheet.rows"
    with pytest.raises(Refusal) as refusal:
        read(excel(["甲"] * 12), COLUMNS, limits=SheetLimits(columns=10))
    assert refusal.value.code == "sheet.columns"
    assert len(read(excel(*([f"名{n}", "c"] for n in range(5))), COLUMNS, limits=SheetLimits(rows=5)).rows) == 5
