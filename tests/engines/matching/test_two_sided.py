"""The two sides' scores in one, and exposure under a cap, against a search of every possibility."""

import random
from collections import Counter
from decimal import Decimal
from itertools import combinations, product

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rongtong.engines.matching.two_sided import (
    SHARE,
    STRONG,
    blend,
    cap_exposure,
    combine,
    gini,
    middle_of,
    relative,
)

tenths = st.integers(0, 1000).map(lambda number: Decimal(number).scaleb(-1))
shares = st.integers(0, 100).map(lambda number: Decimal(number).scaleb(-2))


@st.composite
def forward_parts(draw: st.DrawFn) -> list[Decimal]:
    """Parts of a forward score: tenths that add up to at most 100."""
    cuts = sorted(draw(st.lists(st.integers(0, 1000), min_size=1, max_size=8)))
    return [Decimal(high - low).scaleb(-1) for low, high in zip([0, *cuts], cuts, strict=False)]


@given(forward_parts(), st.none() | tenths, st.none() | tenths, shares)
def test_parts_are_the_score(parts, backward, middle, share):
    found = combine(parts, backward, middle, share)
    assert sum(found.parts, found.other) == found.score
    assert 0 <= found.score <= 100
    assert all(part >= 0 for part in (*found.parts, found.other))
    assert all(part.as_tuple().exponent == -1 for part in (*found.parts, found.other, found.score))
    side = middle if backward is None else backward
    exact = sum(parts) if side is None else sum(parts) * (1 - share) + side * share
    assert abs(found.score - exact) <= Decimal("0.05")
    assert all(
        abs(new - old * (1 if side is None else 1 - share)) < 1 for new, old in zip(found.parts, parts, strict=True)
    )


@given(forward_parts(), st.none() | tenths, st.none() | tenths, shares)
def test_the_score_alone_is_the_score_of_its_parts(parts, backward, middle, share):
    assert blend(sum(parts), backward, middle, share) == combine(parts, backward, middle, share).score


@given(forward_parts(), tenths, tenths, tenths, shares)
def test_a_better_side_never_scores_less(parts, one, other, middle, share):
    low, high = sorted((one, other))
    assert combine(parts, low, middle, share).score <= combine(parts, high, middle, share).score
    raised = [parts[0] + min(Decimal("1.0"), 100 - sum(parts)), *parts[1:]]
    assert combine(parts, one, middle, share).score <= combine(raised, one, middle, share).score


@given(forward_parts(), tenths)
def test_an_unknown_side_counts_as_the_middle(parts, middle):
    unknown, known = combine(parts, None, middle), combine(parts, middle, middle)
    assert (unknown.score, unknown.known, known.known) == (known.score, False, True)


def test_where_no_other_side_is_known_the_score_stays():
    parts = [Decimal("31.2"), Decimal("7.7")]
    found = combine(parts, None, middle_of([None, None]))
    assert (found.score, found.parts, found.other, found.known) == (Decimal("38.9"), tuple(parts), 0, False)


def test_the_middle_is_one_of_the_known():
    assert middle_of([None, Decimal(3), Decimal(9), None, Decimal(5)]) == 5
    assert middle_of([Decimal(3), Decimal(9)]) == 3


def test_a_share_beyond_the_whole_is_refused():
    with pytest.raises(ValueError, match="0 to 1"):
        combine([Decimal(1)], None, None, Decimal("1.2"))


@given(tenths, tenths)
def test_relative_is_full_for_the_best_strong_need_only(score, best):
    score, best = sorted((score, best))
    found = relative(score, best)
    assert 0 <= found <= 100
    assert (found == 100) == (score.quantize(Decimal("0.1")) >= max(best, STRONG) * Decimal("0.9995"))


# Exposure


@st.composite
def few_lists(draw: st.DrawFn) -> dict[str, list[tuple[str, Decimal]]]:
    """Up to four needs over up to five organisations: few enough to try everything."""
    firms = [f"o{number}" for number in range(draw(st.integers(1, 5)))]
    lists = {}
    for need in range(draw(st.integers(1, 4))):
        those = draw(st.lists(st.sampled_from(firms), unique=True, max_size=5))
        lists[f"n{need}"] = [(firm, draw(tenths)) for firm in those]
    return lists


def best_by_trying(lists, cap: int, front: int) -> tuple[int, Decimal]:
    """How many places can be filled at most, and the greatest sum of scores then: every choice is tried."""
    rows = list(lists.values())
    choices = [
        [chosen for size in range(min(front, len(row)) + 1) for chosen in combinations(row, size)] for row in rows
    ]
    best = (0, Decimal(0))
    for taken in product(*choices):
        counted = Counter(firm for chosen in taken for firm, _ in chosen)
        if max(counted.values(), default=0) <= cap:
            filled = sum(len(chosen) for chosen in taken)
            best = max(best, (filled, sum((score for chosen in taken for _, score in chosen), Decimal(0))))
    return best


def fronts(found):
    """The organisations in the front of each list: the filled places at its head."""
    return {need: [one for one in placed[: found.front] if one.fronts] for need, placed in found.lists.items()}


@given(few_lists(), st.integers(1, 3), st.integers(1, 3))
def test_no_filling_of_the_fronts_is_better(lists, cap, front):
    found = cap_exposure(lists, cap, front=front)
    filled, points = best_by_trying(lists, cap, front)
    alone = sum(sum(sorted((score for _, score in row), reverse=True)[:front]) for row in lists.values())
    places = sum(min(front, len(row)) for row in lists.values())
    assert (places - found.unfilled, alone - found.loss) == (filled, points)
    assert max(found.counts().values(), default=0) <= cap
    assert sum(found.counts().values()) == filled


@given(few_lists(), st.integers(1, 3), st.integers(1, 3))
def test_every_organisation_stays_in_its_list_and_in_order(lists, cap, front):
    found = cap_exposure(lists, cap, front=front)
    for need, placed in found.lists.items():
        assert sorted((one.organisation, one.score) for one in placed) == sorted(lists[need])
        by_score = sorted(lists[need], key=lambda one: -one[1])
        assert [by_score[one.before - 1][0] for one in placed] == [one.organisation for one in placed]
        moved = [one for one in placed if one.gives_way]
        assert all(one.before <= front for one in moved)
        stays = [one.before for one in placed if not one.gives_way]
        assert moved or stays == sorted(stays)


@given(few_lists(), st.integers(1, 3))
def test_a_looser_cap_loses_no_more(lists, front):
    losses = [cap_exposure(lists, cap, front=front) for cap in (1, 2, 3, 4)]
    lost = [(one.unfilled, one.loss) for one in losses]
    assert lost == sorted(lost, reverse=True)
    assert lost[-1] == (0, 0)


@given(few_lists(), st.integers(1, 3), st.randoms(use_true_random=False))
def test_the_order_of_the_lists_changes_nothing(lists, cap, chance: random.Random):
    shuffled = list(lists.items())
    chance.shuffle(shuffled)
    assert cap_exposure(lists, cap, front=2) == cap_exposure(dict(shuffled), cap, front=2)


def test_the_one_who_gives_way_is_told():
    scores = {"famous": 90, "second": 80, "third": 70}
    lists = {f"n{number}": [(firm, Decimal(score)) for firm, score in scores.items()] for number in range(3)}
    lists["n2"][1] = ("second", Decimal(89))
    found = cap_exposure(lists, 2, front=1)
    assert [one.organisation for one in found.lists["n2"]] == ["second", "famous", "third"]
    gone = found.lists["n2"][1]
    assert (gone.gives_way, gone.before, gone.fronts, found.loss) == (True, 1, 2, 1)
    assert not any(one.gives_way for need in ("n0", "n1") for one in found.lists[need])


def test_without_a_cap_the_lists_stay_as_they_are():
    lists = {"n": [("a", Decimal(1)), ("b", Decimal(3)), ("c", Decimal(3))]}
    found = cap_exposure(lists, None, front=2)
    assert [one.organisation for one in found.lists["n"]] == ["b", "c", "a"]
    assert (found.loss, found.unfilled, found.counts()) == (0, 0, {"a": 0, "b": 1, "c": 1})


@pytest.mark.parametrize(("cap", "front"), [(0, 1), (1, 0)])
def test_nonsense_is_refused(cap, front):
    with pytest.raises(ValueError, match="or more"):
        cap_exposure({}, cap, front=front)


def test_an_organisation_twice_in_a_list_is_refused():
    with pytest.raises(ValueError, match="twice"):
        cap_exposure({"n": [("a", Decimal(1)), ("a", Decimal(2))]}, 1)


def test_gini():
    assert gini([5, 5, 5]) == 0
    assert gini([0, 0, 0, 12]) == pytest.approx(0.75)
    assert gini([1, 3]) == pytest.approx(0.25)
    assert gini([]) == gini([0, 0]) == 0
    assert Decimal(0) < SHARE < 1
