"""Games of the literature with known answers, read from ../shared/data/cooperative-games."""

import json
from fractions import Fraction
from pathlib import Path

import pytest

from rongtong.engines.fairness import (
    Game,
    airport,
    airport_shapley,
    bankruptcy,
    banzhaf_normalised,
    constrained_equal_awards,
    constrained_equal_losses,
    judge,
    nucleolus,
    random_arrival,
    shapley,
    talmud,
    voting,
)

FILE = Path(__file__).parents[4] / "shared" / "data" / "cooperative-games" / "reference_games.json"
CLAIMS = {"a": 100, "b": 200, "c": 300}


@pytest.fixture(scope="module")
def known():
    if not FILE.exists():
        pytest.skip("the reference games are not in ../shared/data")
    return json.loads(FILE.read_text(encoding="utf-8"))


def gloves(left: int, right: int) -> Game:
    """A pair is worth 1."""
    players = [*(f"l{one}" for one in range(left)), *(f"r{one}" for one in range(right))]
    return Game.from_callable(players, lambda group: min(sum(one[0] == hand for one in group) for hand in "lr"))


def same(found, told):
    """Equal as fractions; a decimal that was cut is equal to its last digit."""
    numbers = list(found.values())
    for mine, theirs in zip(numbers, told, strict=True):
        exactly = Fraction(str(theirs))
        digits = len(str(theirs).partition(".")[2])
        assert mine == exactly or (digits >= 7 and abs(mine - exactly) < Fraction(1, 10**digits)), (mine, theirs)


def test_glove_games(known):
    game, told = gloves(1, 2), known["glove_L0_R12"]
    same(shapley(game), told["shapley"])
    same(nucleolus(game), told["nucleolus"])
    same(banzhaf_normalised(game), told["banzhaf_norm"])
    assert judge(game, nucleolus(game)).in_core
    told = known["glove_2L_3R"]
    same(shapley(gloves(2, 3)), told["shapley"])
    same(nucleolus(gloves(2, 3)), told["nucleolus"])


def test_power_in_the_council_of_1958(known):
    council = voting({"F": 4, "D": 4, "I": 4, "N": 2, "B": 2, "L": 1}, 12)
    told = known["EEC1958_[12;4,4,4,2,2,1]"]
    same(shapley(council), told["shapley_shubik"])
    same(banzhaf_normalised(council), told["banzhaf_norm"])


@pytest.mark.parametrize("estate", [100, 200, 300])
def test_the_talmud_is_the_nucleolus_of_the_claims(known, estate):
    told = known["talmud_[100,200,300]"][f"E{estate}"]
    same(talmud(estate, CLAIMS), told)
    same(nucleolus(bankruptcy(estate, CLAIMS)), told)


def test_other_rules_for_the_same_claims(known):
    told = known["talmud_[100,200,300]"]
    same(constrained_equal_awards(200, CLAIMS), told["CEA_E200"])
    same(constrained_equal_losses(200, CLAIMS), told["CEL_E200"])
    same(random_arrival(200, CLAIMS), told["run_to_bank_shapley_E200"])


def test_the_airport_game(known):
    told, costs = known["airport_[12,28,30]"], {"a": 12, "b": 28, "c": 30}
    same(shapley(airport(costs)), told["shapley"])
    same(airport_shapley(costs), told["shapley"])
    same(nucleolus(airport(costs)), told["nucleolus"])
    assert judge(airport(costs), nucleolus(airport(costs))).in_core


def test_savings_of_three_water_works(known):
    told = known["water_AP_TN_KM_savings"]
    game = Game.from_table("123", {tuple(group): value for group, value in told["v"].items()}, missing=0)
    same(shapley(game), told["shapley"])
    same(nucleolus(game), told["nucleolus"])
