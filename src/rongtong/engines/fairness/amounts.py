"""Exact numbers, and amounts of money split into shares that sum to it to the fen.

The split is by largest remainder (Hamilton): every share is rounded towards minus infinity, and what is missing goes,
one fen each, to the shares that lost most; among equal losses to the name that sorts first. So the same shares give
the same split in whatever order they come, and no share is a whole fen or more away from its exact value.
"""

from collections.abc import Mapping
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction

from rongtong.engines.fairness.errors import FairnessError

#: What is taken for a number. Floats are refused: 0.1 is none of the numbers a contract can mean.
Number = int | str | Decimal | Fraction
#: An exact division among named players.
Shares = dict[str, Fraction]

FEN = Decimal("0.01")


def exact(value: Number, what: str = "a value") -> Fraction:
    """Return a number as a fraction.

    Raises
    ------
    FairnessError
        If it is a float, a truth value, not finite, or text that is no number.
    """
    if isinstance(value, bool) or not isinstance(value, int | str | Decimal | Fraction):
        raise FairnessError(f"{what} is {value!r}: write it as a whole number, Decimal, Fraction or text")
    try:
        return Fraction(value)
    except (ValueError, OverflowError, ZeroDivisionError) as error:
        raise FairnessError(f"{what} is {value!r}, which is not a finite number") from error


def split(amount: Decimal, weights: Mapping[str, Number], unit: Decimal = FEN) -> dict[str, Decimal]:
    """Split an amount by weights.

    Parameters
    ----------
    amount
        In yuan, whole in `unit`; a negative one (a refund) is split as its opposite is.
    weights
        Name to weight, none negative, not all zero.
    unit
        The smallest coin.

    Returns
    -------
    dict
        Name to share, in the order given. The shares sum to the amount exactly.

    Examples
    --------
    >>> split(Decimal("100.00"), {"a": 1, "b": 1, "c": 1})
    {'a': Decimal('33.34'), 'b': Decimal('33.33'), 'c': Decimal('33.33')}
    """
    exactly = {name: exact(weight, f"the weight of {name}") for name, weight in weights.items()}
    total = sum(exactly.values(), Fraction(0))
    if total <= 0 or min(exactly.values()) < 0:
        raise FairnessError("weights are 0 or more, and at least one is more")
    if amount < 0:
        return {name: -share for name, share in split(-amount, weights, unit).items()}
    return rounded({name: exact(amount, "the amount") * weight / total for name, weight in exactly.items()}, unit)


def rounded(shares: Mapping[str, Fraction], unit: Decimal = FEN) -> dict[str, Decimal]:
    """Round exact shares to coins so that their sum stays the same.

    Parameters
    ----------
    shares
        Name to exact share; negative ones are allowed. Together they must be whole in `unit`.

    Raises
    ------
    FairnessError
        If the sum is not whole in `unit`.
    """
    coin = exact(unit, "the unit")
    if coin <= 0:
        raise FairnessError(f"a unit is more than 0, not {unit}")
    coins = {name: share / coin for name, share in shares.items()}
    total = sum(coins.values(), Fraction(0))
    if total.denominator != 1:
        raise FairnessError(f"the shares sum to {float(total * coin)}, which is not whole in units of {unit}")
    floors = {name: share.numerator // share.denominator for name, share in coins.items()}
    missing = int(total) - sum(floors.values())
    for name in sorted(coins, key=lambda one: (floors[one] - coins[one], one))[:missing]:
        floors[name] += 1
    return {name: floors[name] * unit for name in shares}


def nearest(value: Fraction, unit: Decimal = FEN) -> Decimal:
    """Return the nearest amount that is whole in `unit`, halves away from zero."""
    coins = value / exact(unit)
    whole, rest = divmod(abs(coins.numerator), coins.denominator)
    whole += 2 * rest >= coins.denominator
    return (whole if coins >= 0 else -whole) * unit


def yuan_and_fen(amount: Decimal) -> tuple[int, int]:
    """Return whole yuan and the fen beyond them, both with the amount's sign."""
    cents = int((amount * 100).to_integral_value(ROUND_HALF_UP))
    if cents != amount * 100:
        raise FairnessError(f"{amount} is not whole in fen")
    whole, rest = divmod(abs(cents), 100)
    return (whole, rest) if cents >= 0 else (-whole, -rest)
