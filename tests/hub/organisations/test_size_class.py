"""The size rule against a second, differently built reading of the national table."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.organisations.reference import industries
from rongtong.hub.organisations.size_class import (
    INDUSTRY_STANDARDS,
    STANDARDS,
    Indicator,
    Reason,
    SizeClass,
    explain,
    size_class,
    standard_of,
)

# The national table as printed: name | one industry that follows it | indicator large medium small.
# X is in persons, Y and Z in 万元.
PRINTED = """
农、林、牧、渔业 | 01 | Y 20000 500 50
工业 | 3412 | X 1000 300 20 | Y 40000 2000 300
建筑业 | 47 | Y 80000 6000 300 | Z 80000 5000 300
批发业 | 51 | X 200 20 5 | Y 40000 5000 1000
零售业 | 52 | X 300 50 10 | Y 20000 500 100
交通运输业 | 54 | X 1000 300 20 | Y 30000 3000 200
仓储业 | 592 | X 200 100 20 | Y 30000 1000 100
邮政业 | 60 | X 1000 300 20 | Y 30000 2000 100
住宿业 | 61 | X 300 100 10 | Y 10000 2000 100
餐饮业 | 62 | X 300 100 10 | Y 10000 2000 100
信息传输业 | 63 | X 2000 100 10 | Y 100000 1000 100
软件和信息技术服务业 | 65 | X 300 100 10 | Y 10000 1000 50
房地产开发经营 | 701 | Y 200000 1000 100 | Z 10000 5000 2000
物业管理 | 702 | X 1000 300 100 | Y 5000 1000 500
租赁和商务服务业 | 72 | X 300 100 10 | Z 120000 8000 100
其他未列明行业 | 73 | X 300 100 10
"""
ROWS = [[cell.strip() for cell in line.split("|")] for line in PRINTED.strip().splitlines()]


def twin(cells: list[str], x: int, y: Decimal, z: Decimal) -> str:
    """Test class after class from the top, as the rule's text says. Figures in persons and 万元."""
    figures = {"X": Decimal(x), "Y": y, "Z": z}
    for place, name in ((1, "large"), (2, "medium"), (3, "small")):
        if all(figures[cell.split()[0]] >= int(cell.split()[place]) for cell in cells):
            return name
    return "micro"


def around(bound: int) -> list[Decimal]:
    cent = Decimal("0.000001")  # one cent in 万元
    return [Decimal(0), bound - cent, Decimal(bound), bound + cent, Decimal(bound) * 3]


@pytest.mark.parametrize("row", ROWS, ids=[row[0] for row in ROWS])
def test_every_boundary_of_every_row_agrees_with_the_twin(row: list[str]) -> None:
    name, code, *cells = row
    bounds = {cell.split()[0]: [int(number) for number in cell.split()[1:]] for cell in cells}
    persons = sorted({max(0, each + step) for each in bounds.get("X", [5]) for step in (-1, 0, 1)})
    revenues = [figure for bound in bounds.get("Y", [1]) for figure in around(bound)]
    assets = [figure for bound in bounds.get("Z", [1]) for figure in around(bound)]
    seen = set()
    for x in persons:
        for y in revenues:
            for z in assets:
                expected = twin(cells, x, y, z)
                assert size_class(code, x, y * 10000, z * 10000) == expected, (name, x, y, z)
                seen.add(expected)
    assert seen == {"large", "medium", "small", "micro"}
    standard = standard_of(code)
    assert not isinstance(standard, Reason) and str(standard.name) == name


@given(
    row=st.sampled_from(ROWS),
    x=st.integers(0, 3000),
    y=st.decimals(0, 250_000, places=2),
    z=st.decimals(0, 250_000, places=2),
)
def test_any_figures_agree_with_the_twin(row: list[str], x: int, y: Decimal, z: Decimal) -> None:
    assert size_class(row[1], x, y * 10000, z * 10000) == twin(row[2:], x, y, z)


def test_the_table_has_no_row_that_the_print_lacks() -> None:
    assert len(STANDARDS) == len(ROWS) == 16
    assert {key for key in INDUSTRY_STANDARDS.values() if key} == set(STANDARDS)


@pytest.mark.parametrize(
    ("code", "name"),
    [
        ("C", "工业"), ("06", "工业"), ("44", "工业"), ("C3670", "工业"), ("591", "交通运输业"), ("5930", "仓储业"),
        ("641", "信息传输业"), ("651", "软件和信息技术服务业"), ("703", "其他未列明行业"), ("85", "其他未列明行业"),
        ("R", "其他未列明行业"), ("7320", "其他未列明行业"), ("711", "租赁和商务服务业"),
    ],
)  # fmt: skip
def test_an_industry_finds_its_standard_by_its_longest_code(code: str, name: str) -> None:
    standard = standard_of(code)
    assert not isinstance(standard, Reason) and str(standard.name) == name


def test_every_group_of_the_classification_has_an_answer_and_the_uncovered_are_these() -> None:
    groups = [entry.code for entry in industries if len(entry.code) == 3]
    outside = {code for code in groups if standard_of(code) == Reason.NOT_COVERED}
    answers = {code: standard_of(code) for code in groups}
    assert not [code for code, answer in answers.items() if answer in {Reason.TOO_BROAD, Reason.UNKNOWN_INDUSTRY}]
    assert {code[:2] for code in outside} == {
        "53", "66", "67", "68", "69", "70", "83", "84", "91", "92", "93", "94", "95", "96", "97",
    }  # fmt: skip
    assert {code for code in outside if code.startswith("70")} == {"704"}


@pytest.mark.parametrize(
    ("code", "country", "reason"),
    [
        ("34", "DE", Reason.ABROAD), ("", "CN", Reason.NO_INDUSTRY), ("  ", "CN", Reason.NO_INDUSTRY),
        ("9901", "CN", Reason.UNKNOWN_INDUSTRY),
        ("34A", "CN", Reason.UNKNOWN_INDUSTRY), ("318", "CN", Reason.UNKNOWN_INDUSTRY), ("F", "CN", Reason.TOO_BROAD),
        ("59", "CN", Reason.TOO_BROAD), ("70", "CN", Reason.TOO_BROAD), ("J", "CN", Reason.NOT_COVERED),
        ("531", "CN", Reason.NOT_COVERED), ("841", "CN", Reason.NOT_COVERED),
    ],
)  # fmt: skip
def test_what_the_rule_does_not_reach_is_unclassified_with_its_reason(code: str, country: str, reason: Reason) -> None:
    decision = explain(code, 500, Decimal(10**9), Decimal(10**9), country)
    assert (decision.size_class, decision.reason) == (SizeClass.UNCLASSIFIED, reason)


def test_a_missing_figure_is_named_and_never_guessed() -> None:
    decision = explain("34", None, Decimal("5000000"), None)
    assert (decision.size_class, decision.reason) == (SizeClass.UNCLASSIFIED, Reason.MISSING)
    assert decision.missing == (Indicator.HEADCOUNT,)
    assert explain("34", 25, Decimal("5000000"), None).size_class == SizeClass.SMALL
    assert explain("73", 5, None, None).size_class == SizeClass.MICRO


def test_a_negative_figure_is_refused() -> None:
    decision = explain("34", 25, Decimal("-1"), None)
    assert (decision.size_class, decision.reason) == (SizeClass.UNCLASSIFIED, Reason.NEGATIVE)


def test_the_decision_names_the_indicator_that_kept_the_class_down() -> None:
    decision = explain("34", 1200, Decimal("19_999_999.99"), None)
    assert decision.size_class == SizeClass.SMALL
    assert decision.reached == ((Indicator.HEADCOUNT, SizeClass.LARGE), (Indicator.REVENUE, SizeClass.SMALL))
    assert decision.deciding == (Indicator.REVENUE,)
    both = explain("34", 1200, Decimal("500_000_000"), None)
    assert both.deciding == (Indicator.HEADCOUNT, Indicator.REVENUE)


def test_labels_are_chinese() -> None:
    assert [str(each.label) for each in SizeClass] == ["大型", "中型", "小型", "微型", "未划型"]
