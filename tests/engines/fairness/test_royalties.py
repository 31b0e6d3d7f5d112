"""Royalty statements against plain arithmetic in whole fen, and against their own stored inputs."""

import json
from datetime import date
from decimal import Decimal
from fractions import Fraction
from itertools import permutations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from pydantic import ValidationError

from rongtong.engines.fairness import (
    Carried,
    FairnessError,
    Milestone,
    Period,
    Terms,
    Tier,
    recomputed,
    reproduces,
    statement,
    variance,
)
from tests.engines.fairness.twins import payable_by_hand

YEAR = {"start": date(2026, 1, 1), "end": date(2027, 1, 1)}
fen = st.integers(0, 3_000_000)
rates = st.integers(0, 1000).map(lambda one: Fraction(one, 1000))
orders = st.permutations(["offset", "cap", "minimum", "milestones"]).map(lambda rest: ["running", *rest])


def yuan(amount):
    return None if amount is None else Decimal(amount).scaleb(-2)


def text(rate):
    return None if rate is None else str(Decimal(rate.numerator) / rate.denominator)


@st.composite
def plain_terms(draw):
    bounds = sorted(draw(st.sets(st.integers(1, 2_000_000), max_size=3)))
    return {
        "tiers": [(bound, draw(rates)) for bound in [0, *bounds]],
        "tier_base": draw(st.sampled_from(["period", "year", "life"])),
        "deduction_cap": draw(st.none() | rates),
        "offset": draw(rates),
        "offset_floor": draw(rates),
        "cap": draw(st.none() | st.integers(500_000, 2_000_000)),
        "minimum": draw(st.none() | st.integers(0, 500_000)),
        "milestones": [("first sale", 700, 1), ("one million", draw(fen), 4_000_000), ("approval", draw(fen), None)],
        "order": draw(orders),
    }


@st.composite
def plain_periods(draw):
    gross = draw(fen)
    return {
        "gross": gross,
        "deductions": [draw(st.integers(0, gross // 2)), draw(st.integers(0, gross // 2))],
        "third_party": draw(fen),
        "events": draw(st.sampled_from([[], ["approval"], ["approval", "other"]])),
        "closes_year": draw(st.booleans()),
    }


def made_terms(plain):
    return Terms(
        tiers=tuple(Tier(above=yuan(above), rate=text(rate)) for above, rate in plain["tiers"]),
        milestones=tuple(
            Milestone(name=name, amount=yuan(amount), sales=yuan(sales)) for name, amount, sales in plain["milestones"]
        ),
        shares={"所": "2", "厂": "1"},
        cap=yuan(plain["cap"]),
        minimum=yuan(plain["minimum"]),
        **{name: text(plain[name]) for name in ("deduction_cap", "offset", "offset_floor")},
        **{name: plain[name] for name in ("tier_base", "order")},
    )


def made_period(plain):
    freight, returns = plain["deductions"]
    money = {name: yuan(plain[name]) for name in ("gross", "third_party")}
    rest = {"events": plain["events"], "closes_year": plain["closes_year"]}
    return Period(**YEAR, deductions={"freight": yuan(freight), "returns": yuan(returns)}, **money, **rest)


@settings(max_examples=60)
@given(plain_terms(), st.lists(plain_periods(), min_size=1, max_size=4))
def test_statements_are_what_plain_arithmetic_gives(plain, periods):
    terms, carried = made_terms(plain), Carried()
    told = {"year_sales": 0, "life_sales": 0, "year_capped": 0, "year_credited": 0, "milestones": []}
    for period in periods:
        found = statement(terms, made_period(period), carried)
        told = payable_by_hand(plain, period, told)
        assert found.payable == yuan(told["due"]) == sum(found.shares.values())
        assert found.payable == sum((line.amount for line in found.lines), Decimal(0))
        carried = found.carried
        assert carried == Carried(
            milestones=told["milestones"],
            **{name: yuan(told[name]) for name in ("year_sales", "life_sales", "year_capped", "year_credited")},
        )
        assert len(set(carried.milestones)) == len(carried.milestones)
        stored = json.loads(json.dumps(found.to_dict(), ensure_ascii=False))
        assert recomputed(stored).canonical() == found.canonical() and reproduces(stored)


def an_agreement(**changed):
    return Terms(**{
        "tiers": [{"above": 0, "rate": "0.06"}, {"above": "1000000", "rate": "0.045"}],
        "tier_base": "year", "offset": "0.5", "offset_floor": "0.5", "cap": "80000", "minimum": "30000",
        "milestones": [{"name": "first sale", "amount": "5000", "sales": "0.01"}],
        "shares": {"institute": 2, "plant": 1}} | changed)  # fmt: skip


def test_a_statement_says_what_each_step_did():
    sold = Period(**YEAR, gross="1500000", deductions={"freight": "100000"}, third_party="40000")
    found = statement(an_agreement(), sold)
    assert [(line.step, line.amount, line.after) for line in found.lines] == [
        ("running", Decimal("60000.00"), Decimal("60000.00")),
        ("running", Decimal("18000.00"), Decimal("78000.00")),
        ("offset", Decimal("-20000.00"), Decimal("58000.00")),
        ("milestones", Decimal("5000.00"), Decimal("63000.00")),
    ]
    assert found.shares == {"institute": Decimal("42000.00"), "plant": Decimal("21000.00")}
    assert "1,400,000.00" in str(found) and found.to_frame()["amount"].sum() == Decimal(63000)


def test_the_order_of_steps_decides():
    sold = Period(**YEAR, gross="1500000", third_party="200000", closes_year=True)
    due = {
        order: statement(an_agreement(order=("running", *order), cap="40000", minimum="40000"), sold).payable
        for order in permutations(["offset", "cap", "minimum", "milestones"])
    }
    assert due["offset", "cap", "minimum", "milestones"] == 45000
    assert due["milestones", "offset", "cap", "minimum"] == 40000
    assert due["cap", "offset", "minimum", "milestones"] == 45000
    assert due["cap", "minimum", "offset", "milestones"] == 25000
    assert len(set(due.values())) > 3


def test_a_changed_statement_does_not_follow_from_its_inputs():
    stored = statement(an_agreement(), Period(**YEAR, gross="100")).to_dict()
    assert reproduces(stored)
    assert not reproduces(stored | {"payable": "5006.01"})
    assert not reproduces({name: value for name, value in stored.items() if name != "shares"})
    with pytest.raises(FairnessError, match="no statement of the format"):
        reproduces(stored | {"format": "other"})
    with pytest.raises(FairnessError, match="cannot be read"):
        reproduces(stored | {"inputs": {}})


def test_the_same_inputs_have_one_spelling():
    one = statement(an_agreement(cap="80000", offset="0.50"), Period(**YEAR, gross="100"))
    other = statement(an_agreement(cap=80000, offset=Decimal("5E-1")), Period(**YEAR, gross=Decimal("1E2")))
    assert one.canonical() == other.canonical()


@pytest.mark.parametrize(
    ("changed", "words"),
    [
        ({"tiers": [{"above": "1", "rate": "0.1"}]}, "begin at 0"),
        ({"tiers": [{"rate": 0.1}]}, "a float is not exact"),
        ({"tiers": [{"rate": "1.2"}]}, "less than or equal"),
        ({"cap": "10", "minimum": "11"}, "more than the most"),
        ({"cap": "10.001"}, "whole in fen"),
        ({"order": ["running", "cap"]}, "each of"),
        ({"milestones": [{"name": "a", "amount": 1}, {"name": "a", "amount": 2}]}, "one name"),
        ({"shares": {}}, "at least 1"),
        ({"rounding": "up"}, "Extra inputs"),
    ],
)
def test_terms_that_cannot_be_meant_are_refused(changed, words):
    with pytest.raises(ValidationError, match=words):
        an_agreement(**changed)


def test_deductions_do_not_exceed_sales():
    with pytest.raises(FairnessError, match="another period"):
        statement(an_agreement(), Period(**YEAR, gross="10", deductions={"returns": "11"}))
    with pytest.raises(ValidationError, match="after it has begun"):
        Period(start=YEAR["start"], end=YEAR["start"], gross="1")


def test_variance_is_flagged_either_way():
    low, high = (
        variance(Decimal(100), Decimal(106), Decimal("0.05")),
        variance(Decimal(100), Decimal(94), Decimal("0.05")),
    )
    assert low.flagged and high.flagged and (low.share, high.difference) == (Fraction(6, 100), -6)
    assert not variance(Decimal(100), Decimal(105), Decimal("0.05")).flagged
    assert variance(Decimal(0), Decimal(1), Decimal("0.05")).flagged
    assert not variance(Decimal(0), Decimal(0), Decimal("0.05")).flagged
