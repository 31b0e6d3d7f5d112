"""From what partners bring to a game: the rules by which a coalition's worth is stated.

Three rules, each a sentence that partners can agree on before they see the numbers:

additive
    A coalition is worth what its members bring, in yuan. Nobody depends on anybody: every rule divides alike.
bottleneck
    The result is worth a stated amount if everything the project needs is there. A coalition alone reaches the part of
    it that its scarcest need allows: half the equipment hours, half the result. Whoever brings what nobody else has
    gains.
claims
    Each member claims what it brought, and the result is worth less than all claims. A coalition is worth what is left
    once the others are paid in full.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, fields
from decimal import Decimal
from fractions import Fraction

import numpy as np

from rongtong.engines.fairness.amounts import FEN, Shares, exact, nearest
from rongtong.engines.fairness.coalitions import Whole, sums
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.game import Game, bankruptcy, in_whole

KINDS = ("money", "person_months", "equipment_hours", "ip_value")
_PRODUCT = 2**62


@dataclass(frozen=True)
class Contribution:
    """What one partner brings, or what a project needs.

    Attributes
    ----------
    money, ip_value
        In yuan; the second as appraised.
    person_months, equipment_hours
        Counted, not priced.
    """

    money: Decimal = Decimal(0)
    person_months: Decimal = Decimal(0)
    equipment_hours: Decimal = Decimal(0)
    ip_value: Decimal = Decimal(0)

    def __post_init__(self) -> None:
        for each in fields(self):
            if exact(getattr(self, each.name), each.name) < 0:
                raise FairnessError(f"{each.name} is 0 or more")

    def worth(self, rates: Rates) -> Fraction:
        """Return what it is worth in yuan."""
        priced = exact(self.person_months) * exact(rates.person_month)
        priced += exact(self.equipment_hours) * exact(rates.equipment_hour)
        return exact(self.money) + exact(self.ip_value) + priced


@dataclass(frozen=True)
class Rates:
    """What a month of a person and an hour of equipment count, in yuan."""

    person_month: Decimal
    equipment_hour: Decimal


def worths(contributions: Mapping[str, Contribution], rates: Rates) -> Shares:
    """Return what each partner's contribution is worth in yuan: weights, or claims."""
    return {name: each.worth(rates) for name, each in contributions.items()}


def additive_game(contributions: Mapping[str, Contribution], rates: Rates) -> Game:
    """Make the game in which a coalition is worth what it brings."""
    whole, denominator = in_whole(list(worths(contributions, rates).values()))
    return Game(tuple(contributions), sums(whole), denominator, rule="what its members bring")


def claims_game(contributions: Mapping[str, Contribution], rates: Rates, result: Decimal) -> Game:
    """Make the game in which a coalition is worth what the others' contributions leave of the result."""
    return bankruptcy(exact(result), worths(contributions, rates))


def bottleneck_game(contributions: Mapping[str, Contribution], needs: Contribution, result: Decimal) -> Game:
    """Make the game in which a coalition reaches the part of the result that its scarcest need allows.

    ``v(S) = result * min(1, supply of S / need)``, the least over all kinds that are needed, cut to fen.

    Parameters
    ----------
    needs
        What the project needs; a kind of which it needs 0 limits nobody.
    result
        What the finished project is worth, whole in fen.
    """
    fen = exact(result, "the result") * 100
    if fen.denominator != 1 or fen < 0:
        raise FairnessError("the result is worth 0 or more, whole in fen")
    limits = [kind for kind in KINDS if getattr(needs, kind)]
    if not limits:
        raise FairnessError("a project that needs nothing has no bottleneck")
    values = np.full(1 << len(contributions), int(fen), np.int64)
    for kind in limits:
        brought = [getattr(each, kind) for each in contributions.values()]
        np.minimum(values, _reached(int(fen), brought, getattr(needs, kind)), out=values)
    return Game(tuple(contributions), values, 100, rule="what its scarcest need allows")


def _reached(fen: int, brought: Sequence[Decimal], need: Decimal) -> Whole:
    """Fen that each coalition reaches by one kind: fen · min(supply, need) / need, without overflow."""
    (needed, *supplies), _ = in_whole([need, *brought])
    supply = np.minimum(sums(supplies), needed)
    each, rest = divmod(fen, needed)
    if max(rest, 1) * needed >= _PRODUCT:
        raise FairnessError(f"a need of {need} is stated too finely to compare: round it")
    reached: Whole = supply * each + supply * rest // needed
    return reached


def in_fen(shares: Shares) -> dict[str, Decimal]:
    """Return the nearest fen of each share, by itself: for reading, not for paying (see `rounded`)."""
    return {name: nearest(share, FEN) for name, share in shares.items()}
