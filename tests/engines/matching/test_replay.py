"""Replay of logged lists: measures by hand, and the counterfactual estimate against a world whose truth is known."""

import math
from decimal import Decimal

import numpy as np
import pytest

from rongtong.engines.matching.replay import Look, Shown, counterfactual, ranker, replay

ITEMS, NEEDS, LOOKS = 8, 40, 12


def look(need: str, *gains: float, forward=None, backward=None) -> Look:
    forward, backward = forward or [None] * len(gains), backward or [None] * len(gains)
    return Look(
        need,
        tuple(Shown(f"o{place}", place + 1, gain, forward[place], backward[place]) for place, gain in enumerate(gains)),
    )


def turned(one: Look) -> list[float]:
    """The shown list from behind."""
    return [float(shown.rank) for shown in one.shown]


def test_ndcg_and_mrr_by_hand():
    looks = [look("a", 0, 1, 0), look("b", 2, 0, 1), look("c", 0, 0, 0)]
    found = replay(looks, ranker("shown"), turned)
    assert (found.looks, found.needs, found.telling) == (3, 3, 2)
    ideal = 2 + 1 / math.log2(3)
    shown_b, turned_b = (2 + 1 / 2) / ideal, (1 + 2 / 2) / ideal
    middle = 1 / math.log2(3)
    assert found.ndcg is not None and found.mrr is not None
    assert found.ndcg.a.value == pytest.approx((middle + shown_b) / 2)
    assert found.ndcg.b.value == pytest.approx((middle + turned_b) / 2)
    assert found.ndcg.difference.value == pytest.approx((turned_b - shown_b) / 2)
    assert (found.mrr.a.value, found.mrr.b.value) == (pytest.approx(0.75), pytest.approx(0.75))


def test_ndcg_stops_at_its_depth():
    looks = [look("a", 0, 0, 1), look("b", 1, 0, 0)]
    found = replay(looks, ranker("shown"), turned, depth=2)
    assert found.ndcg is not None
    assert (found.ndcg.a.value, found.ndcg.b.value) == (0.5, 0.5)


def test_the_same_ranker_twice_differs_by_nothing():
    looks = [look(f"n{number % 7}", *np.random.default_rng(number).integers(0, 2, 6).tolist()) for number in range(30)]
    found = replay(looks, ranker("shown"), ranker("shown"))
    for measure in (found.ndcg, found.mrr, found.outcomes):
        assert measure is not None
        assert (measure.difference.value, measure.difference.low, measure.difference.high) == (0, 0, 0)
        assert measure.a == measure.b
        assert measure.a.low <= measure.a.value <= measure.a.high


def test_one_need_tells_no_error():
    found = replay([look("a", 1, 0), look("a", 0, 1)], ranker("shown"), turned)
    assert (found.ndcg, found.mrr, found.outcomes, found.telling) == (None, None, None, 2)
    assert replay([], ranker("shown"), turned).looks == 0


@pytest.mark.parametrize("words", ["", "best", "shown:1", "two-sided:x", "two-sided:1.5", "two-sided:-1", "forward:"])
def test_an_unknown_ranker_is_named(words):
    if words == "forward:":
        assert ranker(words)(look("a", 0)) == [0.0]
        return
    with pytest.raises(ValueError, match=r"no ranker|a share"):
        ranker(words)


def test_rankers_by_the_sides():
    sides = [Decimal(50), Decimal(40), Decimal(30)], [Decimal(10), None, Decimal(90)]
    one = look("a", 0, 0, 0, forward=sides[0], backward=sides[1])
    assert ranker("forward")(one) == [50, 40, 30]
    assert ranker("backward")(one) == [10, 10, 90]
    assert ranker("two-sided:0")(one) == [50, 40, 30]
    assert ranker("two-sided:0.5")(one) == [30, 25, 60]
    assert ranker("two-sided")(one) == [40, 32.5, 45]


def world(seed: int) -> tuple[list[Look], list[list[int]], float]:
    """Looks of people who examine rank r with chance 1/r, and what another order would truly earn a look.

    What was shown was ordered by chance, so every organisation stood at many ranks.
    """
    chance = np.random.default_rng(seed)
    relevance = chance.uniform(0, 0.9, (NEEDS, ITEMS))
    better = np.argsort(-(relevance + chance.normal(0, 0.3, relevance.shape)), axis=1).argsort(axis=1) + 1
    looks, ranks = [], []
    for need in range(NEEDS):
        for _ in range(LOOKS):
            order = chance.permutation(ITEMS)
            shown_at = order.argsort() + 1
            chosen = chance.random(ITEMS) < relevance[need] / shown_at
            looks.append(
                Look(
                    f"n{need}",
                    tuple(Shown(f"o{item}", int(shown_at[item]), float(chosen[item])) for item in order),
                )
            )
            ranks.append([int(better[need][item]) for item in order])
    return looks, ranks, float((relevance / better).sum(axis=1).mean())


def given_order(ranks: list[list[int]], looks: list[Look]):
    places = {id(one): of for one, of in zip(looks, ranks, strict=True)}
    return lambda one: [-float(rank) for rank in places[id(one)]]


def test_the_counterfactual_estimate_meets_the_truth():
    """Its interval covers the truth as often as it says, and what was shown is estimated as it was."""
    covered, errors, deviations = 0, [], []
    for seed in range(60):
        looks, ranks, truth = world(seed)
        found = replay(looks, ranker("shown"), given_order(ranks, looks), clip=100.0, resamples=2)
        assert found.outcomes is not None
        chosen = sum(one.gain for look in looks for one in look.shown) / len(looks)
        assert found.outcomes.a.value == pytest.approx(chosen)
        estimate = found.outcomes.b
        covered += estimate.low <= truth <= estimate.high
        deviations.append(estimate.value - truth)
        errors.append(estimate.error)
    assert covered >= 52
    assert abs(np.mean(deviations)) < 3 * np.std(deviations) / math.sqrt(60)
    # the needs of a world are not drawn anew, so the told error may be above the true one, never far below
    assert np.mean(errors) > 0.9 * np.std(deviations)


def test_counting_what_was_shown_high_would_be_wrong():
    """Without the correction for where people look the same outcomes say something else."""
    looks, ranks, truth = world(1)
    naive = [
        sum(one.gain / rank for one, rank in zip(look.shown, of, strict=True))
        for look, of in zip(looks, ranks, strict=True)
    ]
    gains, _ = counterfactual(looks, ranks, clip=100.0)
    assert abs(np.mean(gains) - truth) < abs(np.mean(naive) - truth) / 3


def test_clipping_only_takes_away_and_is_told():
    looks, ranks, _ = world(2)
    free, none = counterfactual(looks, ranks, clip=100.0)
    clipped, cuts = counterfactual(looks, ranks, clip=2.0)
    assert all(low <= high for low, high in zip(clipped, free, strict=True))
    assert (sum(none), sum(cuts) > 0, sum(clipped) < sum(free)) == (0, True, True)
    found = replay(looks, ranker("shown"), given_order(ranks, looks), clip=2.0)
    outcomes = sum(one.gain > 0 for look in looks for one in look.shown)
    assert found.clipped == pytest.approx(sum(cuts) / (2 * outcomes))


def test_only_the_counterfactual_estimate_finds_the_better_order():
    """Outcomes stand where people looked: nDCG prefers what was shown, whatever it was."""
    looks, ranks, truth = world(3)
    found = replay(looks, ranker("shown"), given_order(ranks, looks))
    assert found.ndcg is not None and found.outcomes is not None
    assert found.outcomes.a.value < truth
    assert found.outcomes.difference.low > 0 > found.ndcg.difference.high


def test_a_need_looked_at_often_does_not_feign_certainty():
    """The same look a hundred times is one observation, not a hundred."""
    few = [look("a", 1, 0), look("b", 0, 1), look("c", 1, 0)]
    once, often = (replay(few * times, ranker("shown"), turned) for times in (1, 100))
    assert once.outcomes is not None and often.outcomes is not None
    assert often.outcomes.difference.error == pytest.approx(once.outcomes.difference.error)
    assert once.ndcg is not None and often.ndcg is not None
    assert often.ndcg.difference.low == pytest.approx(once.ndcg.difference.low)
