"""Numbers of a file as exact values: whole ones as int, others as Decimal, none longer than anybody means."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from typing import Final

LONGEST: Final = 40
#: Of powers of ten.
FURTHEST: Final = 30


class BadNumber(Exception):
    """A number too long or too large to be meant."""


def whole_of(text: str) -> int:
    """Return a whole number.

    Raises
    ------
    BadNumber
        It has more digits than anybody means.
    """
    if len(text) > LONGEST:
        raise BadNumber(text[:LONGEST])
    return int(text)


def number_of(text: str) -> int | Decimal:
    """Return a number that is written with a point or an exponent; 2.0 is the whole number two.

    Raises
    ------
    BadNumber
        It has more digits or zeros than anybody means.
    """
    if len(text) > LONGEST:
        raise BadNumber(text[:LONGEST])
    try:
        value = Decimal(text)
    except InvalidOperation as error:
        raise BadNumber(text[:LONGEST]) from error
    if not value.is_finite() or (value and abs(value.adjusted()) > FURTHEST):
        raise BadNumber(text[:LONGEST])
    return int(value) if value == value.to_integral_value() else value
