"""Every solution against a second, slower way to it."""

import random
from decimal import Decimal
from fractions import Fraction
from itertools import combinations, permutations, product
from math import factorial

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.fairness import (
    Contribution,
    FairnessError,
    Game,
    airport,
    airport_shapley,
    bankruptcy,
    banzhaf,
    bottleneck_game,
    compare,
    constrained_equal_awards,
    constrained_equal_losses,
    judge,
    nucleolus,
    random_arrival,
    shapley,
    shapley_sampled,
    talmud,
    voting,
)

NAMES = "abcdefgh"


@st.composite
def games(draw, most=5, low=-20, high=60):
    players = NAMES[: draw(st.integers(1, most))]
    size = (1 << len(players)) - 1
    values = draw(st.lists(st.integers(low, high), min_size=size, max_size=size))
    return Game.from_values(players, [0, *(Fraction(one, 3) for one in values)], cost=draw(st.booleans()))


@st.composite
def problems(draw):
    claims = dict(zip(NAMES, draw(st.lists(st.integers(0, 40), min_size=1, max_size=5)), strict=False))
    return draw(st.integers(0, sum(claims.values()))), claims


def groups(players):
    return [group for size in range(1, len(players)) for group in combinations(players, size)]


def excesses(game, shares):
    sign = -1 if game.cost else 1
    return {group: sign * (game.value(group) - sum(shares[one] for one in group)) for group in groups(game.players)}


@settings(max_examples=40)
@given(games())
def test_shapley_is_the_mean_over_all_orders(game):
    found = dict.fromkeys(game.players, Fraction(0))
    for order in permutations(game.players):
        for place, player in enumerate(order):
            found[player] += game.value(order[: place + 1]) - game.value(order[:place])
    assert shapley(game) == {player: total / factorial(len(game.players)) for player, total in found.items()}


@settings(max_examples=40)
@given(games())
def test_banzhaf_is_the_mean_over_all_coalitions(game):
    for player, value in banzhaf(game).items():
        others = [one for one in game.players if one != player]
        without = [[one for one, there in zip(others, mask, strict=True) if there]
                   for mask in product([0, 1], repeat=len(others))]  # fmt: skip
        assert value == sum(game.value([*one, player]) - game.value(one) for one in without) / Fraction(len(without))


@pytest.mark.parametrize("largest", [100, 10**12, 2**60])
def test_shapley_of_many_players_stays_exact(largest):
    values = np.random.default_rng(1).integers(-largest, largest, 1 << 12)
    values[0] = 0
    game = Game(tuple(map(str, range(12))), values)
    common = factorial(12)
    weights = [factorial(size) * factorial(11 - size) for size in range(12)]
    whole = [int(one) for one in values]
    for player, share in enumerate(shapley(game).values()):
        added = sum(
            weights[mask.bit_count()] * (whole[mask | 1 << player] - whole[mask])
            for mask in range(1 << 12)
            if not mask >> player & 1
        )
        assert share == Fraction(added, common)


@settings(max_examples=40)
@given(games())
def test_a_verdict_names_the_most_dissatisfied(game):
    for shares in (shapley(game), dict.fromkeys(game.players, Fraction(7, 3))):
        verdict, known = judge(game, shares), excesses(game, shares)
        assert verdict.gap == game.total - sum(shares.values())
        if known:
            assert verdict.excess == max(known.values()) == known[verdict.coalition]
            assert len(verdict.coalition) == min(len(one) for one, excess in known.items() if excess == verdict.excess)
        assert verdict.in_core == (verdict.gap == 0 and all(one <= 0 for one in known.values()))


@settings(max_examples=30)
@given(games(most=4), st.data())
def test_no_other_division_is_lexicographically_better_than_the_nucleolus(game, data):
    best = nucleolus(game)
    assert sum(best.values()) == game.total
    sign, alone = (-1 if game.cost else 1), game.alone()
    rational = sign * sum(alone.values()) <= sign * game.total
    if rational:
        assert all(sign * (best[one] - alone[one]) >= 0 for one in game.players)
    told = sorted(excesses(game, best).values(), reverse=True)
    for step in (Fraction(1, 7), Fraction(3)):
        moves = data.draw(st.lists(st.integers(-3, 3), min_size=len(best), max_size=len(best)))
        moves[-1] -= sum(moves)
        other = {one: best[one] + step * move for one, move in zip(best, moves, strict=True)}
        if not any(moves) or (rational and any(sign * (other[one] - alone[one]) < 0 for one in other)):
            continue
        assert sorted(excesses(game, other).values(), reverse=True) > told


def test_the_nucleolus_sees_a_fen_among_a_hundred_million_yuan():
    chance = random.Random(5)
    for _ in range(40):
        hours = [chance.randint(1, 2000) for _ in range(chance.randint(3, 6))]
        brought = {NAMES[at]: Contribution(equipment_hours=Decimal(one)) for at, one in enumerate(hours)}
        need = Contribution(equipment_hours=Decimal(chance.randint(1, sum(hours))))
        game = bottleneck_game(brought, need, Decimal(chance.randint(10**9, 10**11)).scaleb(-2))  # cut to fen
        best = nucleolus(game)
        assert sum(best.values()) == game.total
        assert judge(game, best).excess <= min(judge(game, other).excess for other in (shapley(game), worths_of(game)))


def worths_of(game):
    """What is left over when each has what it is worth alone, in equal parts on top."""
    alone = game.alone()
    rest = (game.total - sum(alone.values())) / len(alone)
    return {player: value + rest for player, value in alone.items()}


def test_the_nucleolus_of_ten_lies_in_the_core_of_a_convex_game():
    weights = [3, 14, 15, 92, 65, 35, 89, 79, 32, 38]
    names = NAMES + "ij"
    game = Game.from_callable(names, lambda group: sum(weights[names.index(one)] for one in group) ** 2)
    found = nucleolus(game)
    assert judge(game, found).in_core and judge(game, shapley(game)).in_core
    assert sum(found.values()) == sum(weights) ** 2


@settings(max_examples=30)
@given(problems())
def test_rules_for_claims_are_what_their_games_say(problem):
    estate, claims = problem
    assert nucleolus(bankruptcy(estate, claims)) == talmud(estate, claims)
    orders = list(permutations(claims))
    paid = dict.fromkeys(claims, Fraction(0))
    for order in orders:
        left = Fraction(estate)
        for name in order:
            paid[name] += min(left, Fraction(claims[name]))
            left -= min(left, Fraction(claims[name]))
    assert random_arrival(estate, claims) == {name: total / len(orders) for name, total in paid.items()}


@given(problems())
def test_awards_and_losses_are_equal_until_a_claim_stops_them(problem):
    estate, claims = problem
    awards, losses = constrained_equal_awards(estate, claims), constrained_equal_losses(estate, claims)
    assert sum(awards.values()) == sum(losses.values()) == sum(talmud(estate, claims).values()) == estate
    top = max(awards.values())
    assert all(awards[name] == min(Fraction(claim), top) for name, claim in claims.items())
    lost = max(claims[name] - losses[name] for name in claims)
    assert all(losses[name] == max(Fraction(0), claim - lost) for name, claim in claims.items())


@given(st.lists(st.integers(0, 50), min_size=1, max_size=7))
def test_the_airport_in_closed_form_is_its_game(costs):
    needs = dict(zip(NAMES, costs, strict=False))
    assert airport_shapley(needs) == shapley(airport(needs))


def test_a_sample_says_how_sure_it_is():
    costs = {f"p{one:02d}": (one * 37) % 101 + 1 for one in range(30)}
    value = lambda group: max(map(costs.__getitem__, group))  # noqa: E731  # a characteristic function is a function
    told = airport_shapley(costs)
    found = shapley_sampled(list(costs), value, permutations=600, seed=5)
    assert sum(found.shares.values()) == pytest.approx(max(costs.values()))
    off = [abs(found.shares[one] - float(told[one])) / found.standard_errors[one] for one in costs]
    assert max(off) < 4 and sum(one < 2 for one in off) >= 26
    wider = shapley_sampled(list(costs), value, permutations=60, seed=5)
    assert sum(wider.standard_errors.values()) > 2 * sum(found.standard_errors.values())
    assert found == shapley_sampled(list(costs), value, permutations=600, seed=5)
    assert "seed 5" in str(found) and found.to_frame().height == 30


def test_a_comparison_shows_who_would_leave():
    game = Game.from_table("abc", {tuple(two): 60 for two in ("ab", "ac", "bc")} | {tuple("abc"): 72}, missing=0)
    found = compare(game, weights={"a": 40, "b": 30, "c": 30}, own={"our own": {"a": 52, "b": 10, "c": 10}})
    rules = [each.rule for each in found.proposals]
    assert rules == ["shapley", "nucleolus", "banzhaf", "proportional", "equal",
                     "equal awards", "equal losses", "talmud", "our own"]  # fmt: skip
    assert not any(each.verdict.in_core for each in found.proposals)  # 60 + 60 + 60 is more than 2 · 72
    assert found["our own"].coalition == ("b", "c") and found["our own"].excess == 40
    frame = found.to_frame()
    assert frame.filter(frame["rule"] == "our own")["coalition"].item() == "b + c"
    assert "our own" in str(found) and "equal losses" in str(found)


def test_what_a_comparison_leaves_out():
    assert [each.rule for each in compare(voting({"a": 1, "b": 1}, 2)).proposals] == [
        "shapley", "nucleolus", "banzhaf", "equal"]  # fmt: skip
    assert [each.rule for each in compare(Game.from_values("a", [0, 5])).proposals][-2:] == ["proportional", "equal"]


@pytest.mark.parametrize(
    ("make", "words"),
    [
        (lambda: Game.from_values("ab", [0, 1, 2]), "2 players have 4 coalitions"),
        (lambda: Game.from_values("ab", [1, 1, 2, 3]), "nobody alone is worth 0"),
        (lambda: Game.from_values("aa", [0, 1, 2, 3]), "named twice"),
        (lambda: Game.from_values("ab", [0, 0.1, 2, 3]), "write it as"),  # type: ignore[list-item]  # that is refused
        (lambda: Game.from_values("a", [0, 2**61]), "round them"),
        (lambda: Game.from_table("ab", {"a": 1, "b": 1}), "no value for a, b"),
        (lambda: Game.from_table("ab", {"a": 1, ("a",): 2}, missing=0), "twice"),
        (lambda: Game.from_callable([str(one) for one in range(25)], len), "shapley_sampled"),
        (lambda: judge(Game.from_values("a", [0, 1]), {"b": 1}), "names each of a"),
        (lambda: talmud(7, {"a": 3, "b": 3}), "nothing is in dispute"),
        (lambda: shapley_sampled("ab", len, permutations=5), "pairs"),
    ],
)
def test_what_cannot_be_meant_is_refused(make, words):
    with pytest.raises(FairnessError, match=words):
        make()
