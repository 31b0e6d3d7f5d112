"""Targets in one cell of a sheet: read as people write them, written so that they can be read back."""

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.innovation.enums import Comparison
from rongtong.hub.innovation.targets import TargetRow, read_targets, write_targets

WRITTEN = [
    ("滚道有效淬硬层深 ≥ 6.0 mm", TargetRow("滚道有效淬硬层深", "ge", Decimal("6.0"), unit="mm")),
    ("★层深周向偏差≤0.5mm", TargetRow("层深周向偏差", "le", Decimal("0.5"), unit="mm", must_meet=True)),
    ("滚道表面硬度 58–62 HRC", TargetRow("滚道表面硬度", "between", Decimal(58), Decimal(62), unit="HRC")),
    ("硬度介于58至62之间", TargetRow("硬度", "between", Decimal(58), Decimal(62))),
    ("工作温度 -40~85 ℃", TargetRow("工作温度", "between", Decimal(-40), Decimal(85), unit="℃")),
    ("-55 ℃ 扭转次数 ≥ 5,000 次", TargetRow("-55 ℃ 扭转次数", "ge", Decimal(5000), unit="次")),
    ("启停 10,000 次磨损不大于 15 μm", TargetRow("启停 10,000 次磨损", "le", Decimal(15), unit="μm")),
    ("1、单环工艺时间：不超过 14 h。", TargetRow("单环工艺时间", "le", Decimal(14), unit="h")),
    ("（2）漏判率 ＜＝ ０．１％", TargetRow("漏判率", "le", Decimal("0.1"), unit="%")),
    ("成束阻燃等级 = 3 类", TargetRow("成束阻燃等级", "eq", Decimal(3), unit="类")),
    (
        "★软带长度 ≤ 8 mm【目前最好：35；实测】【测法：表面硬度扫描】",
        TargetRow(
            "软带长度", "le", Decimal(8), unit="mm", best_today="35；实测", method="表面硬度扫描", must_meet=True
        ),
    ),
]


@pytest.mark.parametrize(("text", "row"), WRITTEN)
def test_reads_what_people_write(text: str, row: TargetRow) -> None:
    rows, faults = read_targets(text)

    assert (rows, faults) == ([row], [])


def test_reads_several_and_names_each_that_it_cannot() -> None:
    rows, faults = read_targets("层深 ≥ 6 mm；表面光洁；偏差 ≤ 0.5 mm\n外观良好")

    assert [row.indicator for row in rows] == ["层深", "偏差"]
    assert [(fault.row, fault.code) for fault in faults] == [(2, "target.unreadable"), (4, "target.unreadable")]
    assert "表面光洁" in str(faults[0].message)


@pytest.mark.parametrize("text", ["", "  ；；\n", "指标良好", "≥ 6 mm", "层深 ≥ 很大", "层深 6 mm", "硬度 ≥ 58–62 HRC"])
def test_does_not_guess(text: str) -> None:
    assert read_targets(text)[0] == []


LETTERS = st.characters(categories=["Lo", "Ll", "Lu"], max_codepoint=0x9FFF)
WORDS = st.text(LETTERS, min_size=1, max_size=20).filter(
    lambda text: (
        not any(
            word in text
            for word in ("至", "到", "和", "与", "介于", "等于", "大于", "小于", "高于", "低于", "不", "少")
        )
    )
)
NUMBERS = st.decimals(min_value=-10_000_000, max_value=10_000_000, places=6, allow_nan=False)


@st.composite
def rows(draw: st.DrawFn) -> TargetRow:
    comparison = draw(st.sampled_from(Comparison.values))
    low, high = sorted([draw(NUMBERS), draw(NUMBERS)])
    return TargetRow(
        indicator=draw(WORDS),
        comparison=comparison,
        value=low,
        value_high=high if comparison == Comparison.BETWEEN else None,
        unit=draw(st.sampled_from(["", "mm", "HRC", "℃", "次", "m³/h", "%", "10^-6/K"])),
        best_today=draw(st.sampled_from(["", "4.5", "35；实测"])),
        method=draw(st.sampled_from(["", "GB/T 230.1", "超声，36 点"])),
        must_meet=draw(st.booleans()),
    )


@given(st.lists(rows(), max_size=4))
def test_what_is_written_is_read_back(given_rows: list[TargetRow]) -> None:
    read, faults = read_targets(write_targets(given_rows))

    assert faults == []
    assert read == given_rows
