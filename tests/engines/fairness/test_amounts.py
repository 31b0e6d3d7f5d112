"""Money that sums, and worth that follows from what partners bring."""

from decimal import Decimal
from fractions import Fraction

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.fairness import (
    Contribution,
    FairnessError,
    Rates,
    additive_game,
    bottleneck_game,
    claims_game,
    nearest,
    proportional,
    rounded,
    shapley,
    split,
    worths,
    yuan_and_fen,
)

amounts = st.integers(-(10**13), 10**13).map(lambda fen: Decimal(fen).scaleb(-2))
weights = st.dictionaries(st.text("abcdé中", min_size=1, max_size=3), st.fractions(0, 100), min_size=1, max_size=8)
BROUGHT = {
    "大厂": Contribution(money=Decimal("3000000"), person_months=Decimal(12)),
    "小厂": Contribution(person_months=Decimal(36), ip_value=Decimal("800000")),
    "学院": Contribution(person_months=Decimal(12), equipment_hours=Decimal(500)),
}


@settings(max_examples=40)
@given(amounts, weights.filter(lambda found: any(found.values())))
def test_shares_sum_and_lie_next_to_their_exact_value(amount, parts):
    found = split(amount, parts)
    assert sum(found.values()) == amount and list(found) == list(parts)
    assert all(share.as_tuple().exponent == -2 for share in found.values())
    for name, share in found.items():
        exactly = Fraction(amount) * parts[name] / sum(parts.values())
        assert abs(Fraction(share) - exactly) < Fraction(1, 100)
    assert split(amount, dict(reversed(parts.items()))) == found
    assert split(-amount, parts) == {name: -share for name, share in found.items()}


@settings(max_examples=40)
@given(st.lists(st.fractions(-50, 50, max_denominator=300), min_size=1, max_size=7))
def test_shares_of_any_sign_are_rounded_to_their_sum(values):
    values.append(-sum(values) + 5)
    found = rounded({str(place): value for place, value in enumerate(values)})
    assert sum(found.values()) == 5
    assert all(abs(Fraction(found[str(place)]) - value) < Fraction(1, 100) for place, value in enumerate(values))


def test_the_largest_remainder_gets_the_fen():
    assert split(Decimal("0.02"), {"c": 1, "b": 1, "a": 1}) == {
        "c": Decimal("0.00"), "b": Decimal("0.01"), "a": Decimal("0.01")}  # fmt: skip
    assert split(Decimal("10.00"), {"a": 1, "b": 2}, Decimal("1")) == {"a": Decimal(3), "b": Decimal(7)}


def test_yuan_fen_and_rounding():
    assert yuan_and_fen(Decimal("-12.05")) == (-12, -5)
    assert yuan_and_fen(Decimal("7")) == (7, 0)
    assert [nearest(Fraction(one, 1000)) for one in (5, -5, 4, 15)] == [
        Decimal("0.01"), Decimal("-0.01"), Decimal("0.00"), Decimal("0.02")]  # fmt: skip
    with pytest.raises(FairnessError, match="not whole in fen"):
        yuan_and_fen(Decimal("0.005"))
    with pytest.raises(FairnessError, match="not whole"):
        split(Decimal("0.005"), {"a": 1})
    with pytest.raises(FairnessError, match="at least one is more"):
        split(Decimal("1.00"), {"a": 0})


def test_an_additive_game_divides_in_proportion():
    rates = Rates(person_month=Decimal("20000"), equipment_hour=Decimal("350"))
    brought = worths(BROUGHT, rates)
    assert brought == {"大厂": 3240000, "小厂": 1520000, "学院": 415000}
    game = additive_game(BROUGHT, rates)
    assert shapley(game) == brought == proportional(game.total, brought)
    assert claims_game(BROUGHT, rates, Decimal("4000000")).value(["大厂"]) == 4000000 - 1520000 - 415000


def test_the_scarcest_need_limits_a_coalition():
    needs = Contribution(Decimal("2000000"), Decimal(48), Decimal(400), Decimal(0))
    game = bottleneck_game(BROUGHT, needs, Decimal("9000000.01"))
    assert game.value(["大厂", "小厂"]) == 0  # no equipment
    assert game.value(["大厂", "学院"]) == Fraction("4500000.00")  # 24 of 48 months, cut to fen
    assert game.total == Fraction("9000000.01")
    assert sum(shapley(game).values()) == game.total


@settings(max_examples=40)
@given(st.lists(st.integers(0, 50), min_size=1, max_size=4), st.integers(1, 60), st.integers(0, 10**14))
def test_parts_of_a_result_are_cut_exactly(hours, need, fen):
    brought = {str(place): Contribution(equipment_hours=Decimal(one)) for place, one in enumerate(hours)}
    game = bottleneck_game(brought, Contribution(equipment_hours=Decimal(need)), Decimal(fen).scaleb(-2))
    assert game.total == Fraction(fen * min(need, sum(hours)) // need, 100)
