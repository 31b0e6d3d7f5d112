"""A division of money that can be stored, signed and made again: the same inputs give the same bytes."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from decimal import Decimal
from fractions import Fraction
from typing import Annotated, Literal, Self

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, ValidationError, model_validator

from rongtong.engines.fairness.amounts import Number, Shares, rounded
from rongtong.engines.fairness.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    equal_award,
    proportional,
    random_arrival,
    talmud,
)
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game
from rongtong.engines.fairness.nucleolus import nucleolus
from rongtong.engines.fairness.royalty_terms import Money
from rongtong.engines.fairness.values import banzhaf_normalised, shapley

FORMAT = "rongtong-division/1"

_OF_WEIGHTS: Mapping[str, Callable[[Number, Mapping[str, Number]], Shares]] = {
    "proportional": proportional,
    "equal": lambda amount, weights: equal_award(amount, tuple(weights)),
    "equal awards": constrained_equal_awards,
    "equal losses": constrained_equal_losses,
    "talmud": talmud,
    "random arrival": random_arrival,
}
_OF_GAMES: Mapping[str, Callable[[Game], Shares]] = {
    "shapley": shapley,
    "nucleolus": nucleolus,
    "banzhaf": banzhaf_normalised,
}

DivisionRule = Literal[
    "proportional", "equal", "equal awards", "equal losses", "talmud", "random arrival",
    "shapley", "nucleolus", "banzhaf",
]  # fmt: skip


class DivisionInputs(BaseModel):
    """Everything that a division follows from.

    Attributes
    ----------
    amount
        What is divided, in yuan.
    rule
        One for weights or claims, or one for games.
    weights
        Name to weight or claim, as text that is a fraction or a decimal number; for ``equal`` any.
    players, values
        Of a game: names, and 2**n values in the order of their bits, as `Game.from_values` takes them. What the rule
        gives is scaled from the game's total to the amount.
    cost
        Whether the game's values are costs.
    """

    model_config = ConfigDict(frozen=True, extra="forbid")

    amount: Money
    rule: DivisionRule
    weights: Mapping[str, str] = Field(default_factory=dict)
    players: tuple[str, ...] = ()
    values: tuple[Annotated[str, Field(max_length=60)], ...] = ()
    cost: bool = False

    @model_validator(mode="after")
    def _fits_its_rule(self) -> Self:
        if (self.rule in _OF_GAMES) != bool(self.players) or (self.rule in _OF_WEIGHTS) != bool(self.weights):
            raise ValueError(f"{', '.join(_OF_GAMES)} take players and values, every other rule takes weights")
        return self

    @classmethod
    def of_game(cls, amount: Decimal, rule: DivisionRule, game: Game) -> DivisionInputs:
        """State a division by a game."""
        values = tuple(str(Fraction(int(value), game.denominator)) for value in game.numerators)
        return cls(amount=amount, rule=rule, players=game.players, values=values, cost=game.cost)


def divide(inputs: DivisionInputs) -> dict[str, Decimal]:
    """Divide an amount by a rule, to the fen; the shares sum to it.

    Raises
    ------
    FairnessError
        If the rule has no answer for these numbers.
    """
    if inputs.rule in _OF_WEIGHTS:
        weights = {name: inputs.weights[name] for name in sorted(inputs.weights)}
        return rounded(_OF_WEIGHTS[inputs.rule](inputs.amount, weights))
    game = Game.from_values(inputs.players, inputs.values, cost=inputs.cost)
    if not game.total:
        raise FairnessError("a game whose total is 0 says nothing of how to divide an amount")
    shares = _OF_GAMES[inputs.rule](game)
    return rounded({name: share * Fraction(inputs.amount) / game.total for name, share in shares.items()})


def division_document(inputs: DivisionInputs) -> dict[str, object]:
    """Return inputs and shares as JSON values, to be stored."""
    shares = {name: str(share) for name, share in divide(inputs).items()}
    return {"format": FORMAT, "inputs": inputs.model_dump(mode="json"), "shares": shares}


def division_reproduces(document: Mapping[str, object]) -> bool:
    """Return whether a stored division is, byte for byte, what its inputs give.

    Raises
    ------
    FairnessError
        If it is no division of this format.
    """
    if document.get("format") != FORMAT:
        raise FairnessError(f"this is no division of the format {FORMAT}")
    try:
        inputs = DivisionInputs.model_validate(document.get("inputs"))
    except ValidationError as error:
        raise FairnessError(f"the inputs of this division cannot be read: {error}") from error
    return rfc8785.dumps(dict(document)) == rfc8785.dumps(division_document(inputs))  # type: ignore[arg-type]  # JSON
