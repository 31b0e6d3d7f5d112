"""Periods as the need form holds them."""

import datetime as dt

import pytest

from rongtong.hub.foundation.sheets.values import Unfit, typed
from rongtong.hub.innovation.domain import need_columns
from rongtong.hub.innovation.periods import months_of

TODAY = dt.date(2026, 11, 23)


@pytest.mark.parametrize(
    ("text", "months"),
    [
        ("18", 18), ("18个月", 18), ("１８ 个月", 18), ("十八个月", 18), ("24月", 24), ("约18个月", 18),
        ("一年半", 18), ("1.5年", 18), ("2年", 24), ("两年", 24), ("半年", 6), ("1年6个月", 18), ("一年零三个月", 15),
        ("18 months", 18), ("2 years", 24), ("half a year", 6),
        ("至2027年12月", 13), ("到2027年12月底", 13), ("2027-12", 13), ("2027.12.31", 13), ("至2026年12月", 1),
    ],
)  # fmt: skip
def test_the_usual_spellings(text: str, months: int) -> None:
    assert months_of(text, TODAY) == months


@pytest.mark.parametrize(
    "text", ["不详", "18天", "1.3年", "2020年1月", "至2026年11月", "至2027年13月", "长期", "18个月至24个月", "年", ""]
)
def test_what_is_no_period_is_not_guessed(text: str) -> None:
    assert months_of(text, TODAY) is None


def test_the_cell_of_the_form_takes_them_and_tells_what_it_takes() -> None:
    column = next(one for one in need_columns.NEED_COLUMNS if one.key == "months")
    assert [typed(column, raw) for raw in (18, 18.0, "18", "一年半")] == [18] * 4
    with pytest.raises(Unfit) as raised:
        typed(column, "待定")
    assert "待定" in str(raised.value.message)
    assert "18个月、一年半、2年" in str(raised.value.message)
    with pytest.raises(Unfit) as long:
        typed(column, "20年")
    assert long.value.code == "too_large"
