"""A pool's income, day by day and against the games behind it."""

from datetime import date, timedelta
from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.fairness import (
    FairnessError,
    PoolPatent,
    Product,
    by_count,
    by_shapley,
    by_weight,
    divide_pool,
    pool_game,
    shapley,
)

START, END = date(2026, 1, 1), date(2026, 1, 31)
days = st.integers(-5, 40).map(lambda number: START + timedelta(number))


@st.composite
def pools(draw):
    count = draw(st.integers(1, 6))
    found = []
    for number in range(count):
        start, length = draw(days), draw(st.none() | st.integers(1, 40))
        end = None if length is None else start + timedelta(length)
        owner, weight = draw(st.sampled_from("abc")), Decimal(draw(st.integers(1, 9)))
        found.append(PoolPatent(f"p{number}", owner, start, end, weight))
    return found


@st.composite
def products(draw):
    needs = st.frozensets(st.sampled_from(["p0", "p1", "p2", "p3"]), min_size=1, max_size=3)
    return [Product(str(one), Decimal(draw(st.integers(1, 50))), draw(needs)) for one in range(draw(st.integers(1, 4)))]


@settings(max_examples=40)
@given(pools(), products(), st.integers(0, 10**9), st.sampled_from(["count", "weight", "shapley"]))
def test_a_period_is_the_sum_of_its_days(patents, made, fen, name):
    rule = {"count": by_count, "weight": by_weight, "shapley": by_shapley(made)}[name]
    income = Decimal(fen).scaleb(-2)
    found = divide_pool(income, START, END, patents, rule)
    assert sum(found.shares.values()) + found.undivided == income
    a_day, told, left = Fraction(fen, 3000), dict.fromkeys("abc", Fraction(0)), Fraction(0)
    for number in range(30):
        day = START + timedelta(number)
        parts = rule([one for one in patents if one.start <= day and not (one.end and one.end <= day)])
        left += 0 if parts else a_day
        for member, part in parts.items():
            told[member] += a_day * part
    assert abs(Fraction(found.undivided) - left) < Fraction(1, 100)
    assert all(abs(Fraction(found.shares.get(member, 0)) - share) < Fraction(1, 100) for member, share in told.items())


@settings(max_examples=40)
@given(pools(), products())
def test_the_closed_form_is_the_value_of_the_game(patents, made):
    game = pool_game(made, patents)
    parts = by_shapley(made)(patents)
    assert {owner: share for owner, share in shapley(game).items() if share} == {
        owner: part * game.total for owner, part in parts.items()
    }


def test_the_three_rules_side_by_side():
    patents = [
        PoolPatent("1", "a", START, None, Decimal(1)),
        PoolPatent("2", "a", START, None, Decimal(1)),
        PoolPatent("3", "b", START, date(2026, 1, 16), Decimal(6)),
    ]
    made = [Product("phone", Decimal(10), frozenset("13")), Product("meter", Decimal(10), frozenset("2"))]
    found = {
        name: divide_pool(Decimal("300.00"), START, END, patents, rule)
        for name, rule in (("count", by_count), ("weight", by_weight), ("shapley", by_shapley(made)))
    }
    assert found["count"].shares == {"a": 250, "b": 50}
    assert found["weight"].shares == {"a": Decimal("187.50"), "b": Decimal("112.50")}
    assert found["shapley"].shares == {"a": Decimal("262.50"), "b": Decimal("37.50")}
    assert [(one.start, one.end) for one in found["count"].pieces] == [
        (START, date(2026, 1, 16)), (date(2026, 1, 16), END)]  # fmt: skip
    assert found["count"].to_frame()["amount"].sum() == pytest.approx(300)


def test_nobody_is_paid_for_days_without_patents():
    found = divide_pool(Decimal("30.00"), START, END, [PoolPatent("1", "a", date(2026, 1, 11))])
    assert (found.shares, found.undivided) == ({"a": Decimal("20.00")}, Decimal("10.00"))
    assert divide_pool(Decimal("30.00"), START, END, []).undivided == 30


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: PoolPatent("1", "a", START, START), "before it has entered"),
        (lambda: PoolPatent("1", "a", START, None, Decimal(0)), "more than 0"),
        (lambda: Product("x", Decimal(1), frozenset()), "needs a patent"),
        (lambda: divide_pool(Decimal(1), END, START, []), "after it has begun"),
        (lambda: divide_pool(Decimal(-1), START, END, []), "0 or more"),
        (lambda: divide_pool(Decimal(1), START, END, [PoolPatent("1", "a", START)] * 2), "same identifier"),
    ],
)
def test_what_is_no_pool_is_refused(make, words):
    with pytest.raises(FairnessError, match=words):
        make()
