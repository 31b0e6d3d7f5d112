"""The ranking against a brute-force oracle, and its edge cases."""

from decimal import Decimal
from fractions import Fraction
from statistics import mean

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.innovation.ranking import rank

WEIGHTS = st.lists(st.integers(1, 100), min_size=1, max_size=5)


@st.composite
def selections(draw):
    weights = dict(enumerate(draw(WEIGHTS)))
    keys = draw(st.lists(st.integers(0, 50), min_size=1, max_size=8, unique=True))
    points = st.fixed_dictionaries({one: st.integers(0, 100) for one in weights})
    sheets = draw(st.lists(st.tuples(st.sampled_from(keys), points), max_size=24))
    return keys, sheets, weights


@given(selections())
def test_agrees_with_counting_by_hand(case):
    keys, sheets, weights = case
    totals = {
        key: [
            sum(Fraction(points[one] * weight) for one, weight in weights.items()) / sum(weights.values())
            for whose, points in sheets
            if whose == key
        ]
        for key in keys
    }
    means = {key: mean(found) if found else None for key, found in totals.items()}
    lines = rank(keys, sheets, weights)
    assert {line.key for line in lines} == set(keys)
    for line in lines:
        own = means[line.key]
        better = [
            key
            for key in keys
            if (own is None and means[key] is not None) or (None not in (own, means[key]) and means[key] > own)
        ]
        assert line.rank == 1 + len(better)
        assert line.mean == own
        assert line.tied == (sum(1 for other in means.values() if other == own) > 1)
        assert line.sheets == len(totals[line.key])
        assert line.spread == (max(totals[line.key]) - min(totals[line.key]) if own is not None else 0)
    assert [line.rank for line in lines] == sorted(line.rank for line in lines)


def test_the_default_weights_by_an_example():
    # 87.15 and 85.50: the mean 86.325 is rounded half up
    weights = {1: 25, 2: 25, 3: 30, 4: 20}
    sheets = [
        ("a", {1: 85, 2: 84, 3: 91, 4: 88}),
        ("a", {1: 80, 2: 90, 3: 90, 4: 80}),
        ("b", {1: 100, 2: 0, 3: 0, 4: 0}),
    ]
    first, second, third = rank(["b", "c", "a"], sheets, weights)
    assert (first.key, first.rank, first.score, first.spread) == ("a", 1, Decimal("86.33"), Fraction("1.65"))
    assert (first.by_criterion[3], second.key, second.score) == (Fraction(181, 2), "b", Decimal("25.00"))
    assert (third.key, third.rank, third.mean, third.score) == ("c", 3, None, None)


@pytest.mark.parametrize(
    ("points", "ranks"), [([90, 90, 80], [1, 1, 3]), ([70, 80, 80], [1, 1, 3]), ([5, 5, 5], [1, 1, 1])]
)
def test_ties_share_a_rank(points, ranks):
    lines = rank("abc", [(key, {1: number}) for key, number in zip("abc", points, strict=True)], {1: 100})
    assert [line.rank for line in lines] == ranks
    assert [line.tied for line in lines] == [ranks.count(line.rank) > 1 for line in lines]


def test_thirds_are_compared_exactly():
    # 0.1 + 0.2 against 0.3: floats would part what is equal
    lines = rank("ab", [("a", {1: 10, 2: 20, 3: 30}), ("b", {1: 20, 2: 20, 3: 20})], {1: 1, 2: 1, 3: 1})
    assert [line.rank for line in lines] == [1, 1]


def test_a_sheet_that_lacks_a_criterion_does_not_count():
    (line,) = rank("a", [("a", {1: 90}), ("a", {1: 50, 2: 50})], {1: 50, 2: 50})
    assert (line.sheets, line.mean) == (1, 50)
