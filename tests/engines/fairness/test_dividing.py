"""Divisions that are stored follow from their inputs, and only from them."""

import json
from decimal import Decimal
from typing import get_args

import pytest
from pydantic import ValidationError

from rongtong.engines.fairness import (
    DivisionInputs,
    DivisionRule,
    FairnessError,
    Game,
    bankruptcy,
    divide,
    division_document,
    division_reproduces,
)

CLAIMS = {"厂": "300", "所": "200", "校": "100"}
GAME = Game.from_table("abc", {("a", "b"): 60, ("a", "c"): 50, tuple("abc"): 100}, missing=0)


def made(rule, amount="200.01"):
    if rule in ("shapley", "nucleolus", "banzhaf"):
        return DivisionInputs.of_game(Decimal(amount), rule, GAME)
    return DivisionInputs(amount=amount, rule=rule, weights=CLAIMS)


@pytest.mark.parametrize("rule", get_args(DivisionRule))
def test_every_rule_divides_to_the_fen_and_again(rule):
    inputs = made(rule)
    document = division_document(inputs)
    assert sum(divide(inputs).values()) == Decimal("200.01")
    stored = json.loads(json.dumps(document))
    assert division_reproduces(stored)
    name, *_ = stored["shares"]
    assert not division_reproduces(stored | {"shares": stored["shares"] | {name: "0.00"}})
    changed = {"amount": "100.00"}
    assert not division_reproduces(stored | {"inputs": stored["inputs"] | changed})


def test_rules_divide_as_their_games_do():
    assert divide(made("talmud", "200")) == {"厂": 75, "所": 75, "校": 50}
    assert divide(DivisionInputs.of_game(Decimal(200), "nucleolus", bankruptcy(200, CLAIMS))) == divide(
        made("talmud", "200")
    )
    assert divide(made("shapley", "100")) == {"a": Decimal("51.67"), "b": Decimal("26.67"), "c": Decimal("21.66")}


def test_the_order_of_weights_does_not_matter():
    weights = dict(reversed(CLAIMS.items()))
    assert divide(DivisionInputs(amount="0.01", rule="equal", weights=weights)) == divide(made("equal", "0.01"))


def test_what_does_not_fit_its_rule_is_refused():
    for wrong in ({"rule": "shapley", "weights": CLAIMS}, {"rule": "equal"}, {"rule": "fair", "weights": CLAIMS}):
        with pytest.raises(ValidationError):
            DivisionInputs(amount="1", **wrong)
    with pytest.raises(FairnessError, match="total is 0"):
        divide(DivisionInputs(amount="1", rule="shapley", players=("a",), values=("0", "0")))
    with pytest.raises(FairnessError, match="no division of the format"):
        division_reproduces({})
    with pytest.raises(FairnessError, match="cannot be read"):
        division_reproduces({"format": "rongtong-division/1", "inputs": {"amount": 0.5}})
    with pytest.raises(FairnessError, match="not a finite number"):
        divide(DivisionInputs(amount="1", rule="proportional", weights={"a": "much"}))
