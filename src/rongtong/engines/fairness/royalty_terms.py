"""What a licence says of royalties, what was sold, and what earlier periods leave to be counted.

These are the stored inputs of a statement. They are read strictly (unknown names, floats and fractions of a fen are
refused) and written in one spelling, so that the same inputs are the same bytes.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from itertools import pairwise
from typing import Annotated, Literal, Self

from pydantic import AfterValidator, BaseModel, BeforeValidator, ConfigDict, Field, model_validator

from rongtong.engines.fairness.amounts import FEN

Step = Literal["running", "offset", "cap", "minimum", "milestones"]
STEPS: tuple[Step, ...] = ("running", "offset", "cap", "minimum", "milestones")
NOTHING = Decimal("0.00")


def _no_float(value: object) -> object:
    if isinstance(value, bool | float):
        raise ValueError("write numbers as text, whole numbers or Decimal: a float is not exact")
    return value


def _fen(value: Decimal) -> Decimal:
    if value != value.quantize(FEN):
        raise ValueError("money is whole in fen")
    return abs(value.quantize(FEN)) if not value else value.quantize(FEN)


def _plain(value: Decimal) -> Decimal:
    return Decimal(format(value.normalize(), "f")) if value else Decimal(0)


#: Yuan, whole in fen, 0 or more, spelt with two digits.
Money = Annotated[
    Decimal, BeforeValidator(_no_float), Field(ge=0, max_digits=20, allow_inf_nan=False), AfterValidator(_fen)
]
#: 0 to 1, spelt without zeros at its end.
Rate = Annotated[Decimal, BeforeValidator(_no_float), Field(ge=0, le=1), AfterValidator(_plain)]
Weight = Annotated[
    Decimal, BeforeValidator(_no_float), Field(gt=0, max_digits=20, allow_inf_nan=False), AfterValidator(_plain)
]


class _Stored(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class Tier(_Stored):
    """A rate for the part of net sales above a bound."""

    above: Money = NOTHING
    rate: Rate


class Milestone(_Stored):
    """An amount due once: when net sales since the beginning reach `sales`, or an event of this name is reported."""

    name: str
    amount: Money
    sales: Money | None = None


class Terms(_Stored):
    """How royalties are reckoned.

    Attributes
    ----------
    tiers
        By rising bound, the first above 0. One tier is a plain running royalty.
    tier_base
        What the bounds are measured on: net sales of the period, of the year so far, or since the beginning.
    deduction_cap
        The share of gross sales that deductions may come to; the rest of them does not count.
    offset, offset_floor
        The share of royalties paid to third parties that is taken off (stacking), and the share of what is due before
        it that always stays. What does not fit is lost, not carried forward.
    cap, minimum
        Most and least of a year, of what passes their step. The period that closes a year makes up for the minimum.
    milestones
        See `Milestone`.
    shares
        Who receives how much of what is payable: name to weight.
    order
        All steps, ``running`` first. What comes before ``cap`` is capped, what comes before ``minimum`` counts for it.
    """

    tiers: tuple[Tier, ...] = Field(min_length=1)
    tier_base: Literal["period", "year", "life"] = "period"
    deduction_cap: Rate | None = None
    offset: Rate = Decimal(0)
    offset_floor: Rate = Decimal(0)
    cap: Money | None = None
    minimum: Money | None = None
    milestones: tuple[Milestone, ...] = ()
    shares: Mapping[str, Weight] = Field(min_length=1)
    order: tuple[Step, ...] = STEPS

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.tiers[0].above or any(one.above >= other.above for one, other in pairwise(self.tiers)):
            raise ValueError("tiers begin at 0 and rise")
        if sorted(self.order) != sorted(STEPS) or self.order[0] != "running":
            raise ValueError(f"the order names each of {', '.join(STEPS)} once, running first")
        if len({one.name for one in self.milestones}) < len(self.milestones):
            raise ValueError("two milestones have one name")
        if self.cap is not None and self.minimum is not None and self.minimum > self.cap:
            raise ValueError("the least of a year is more than the most")
        return self


class Period(_Stored):
    """What the licensee reports for [start, end)."""

    start: date
    end: date
    gross: Money
    deductions: Mapping[str, Money] = Field(default_factory=dict)
    third_party: Money = NOTHING
    events: tuple[str, ...] = ()
    closes_year: bool = False

    @model_validator(mode="after")
    def _hangs_together(self) -> Self:
        if self.end <= self.start:
            raise ValueError("a period ends after it has begun")
        return self


class Carried(_Stored):
    """What earlier periods leave: sales so far, what has passed cap and minimum this year, milestones that were due."""

    year_sales: Money = NOTHING
    life_sales: Money = NOTHING
    year_capped: Money = NOTHING
    year_credited: Money = NOTHING
    milestones: tuple[str, ...] = ()


class Inputs(_Stored):
    """Everything that a statement follows from."""

    terms: Terms
    period: Period
    carried: Carried = Carried()
