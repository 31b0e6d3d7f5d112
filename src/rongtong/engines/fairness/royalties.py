"""Royalty statements: each step with what it started from and what it left, to be reckoned again byte for byte."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import asdict, dataclass
from decimal import Decimal
from fractions import Fraction
from typing import TYPE_CHECKING

import rfc8785
from pydantic import ValidationError

from rongtong.engines.fairness.amounts import nearest, split
from rongtong.engines.fairness.errors import FairnessError
from rongtong.engines.fairness.royalty_terms import NOTHING, Carried, Inputs, Milestone, Period, Step, Terms

if TYPE_CHECKING:
    import polars as pl

FORMAT = "rongtong-royalty-statement/1"


@dataclass(frozen=True)
class Line:
    """A line of a statement.

    Attributes
    ----------
    step, label
        Which step; within it, which tier, milestone or limit.
    base, rate
        What the amount is a share of; the rate is empty where the amount is none.
    amount, after
        What the line adds (or takes off), and what is due after it.
    """

    step: str
    label: str
    base: Decimal
    rate: Decimal | None
    amount: Decimal
    after: Decimal


@dataclass(frozen=True)
class Statement:
    """What is due for a period, and why.

    Attributes
    ----------
    inputs
        From which all the rest follows.
    net_sales, payable
        In yuan.
    lines
        In the order of the steps.
    shares
        What each receives; they sum to `payable`.
    carried
        The input of the next period.
    """

    inputs: Inputs
    net_sales: Decimal
    lines: tuple[Line, ...]
    payable: Decimal
    shares: Mapping[str, Decimal]
    carried: Carried

    def to_dict(self) -> dict[str, object]:
        """Return the statement as JSON values: numbers as text."""
        return {
            "format": FORMAT,
            "inputs": self.inputs.model_dump(mode="json"),
            "net_sales": str(self.net_sales),
            "lines": [
                {name: value if value is None else str(value) for name, value in asdict(line).items()}
                for line in self.lines
            ],
            "payable": str(self.payable),
            "shares": {name: str(share) for name, share in self.shares.items()},
            "carried": self.carried.model_dump(mode="json"),
        }

    def canonical(self) -> bytes:
        """Return the one spelling of the statement (RFC 8785), to be hashed and signed."""
        return rfc8785.dumps(self.to_dict())  # type: ignore[arg-type]  # JSON values, as to_dict makes them

    def to_frame(self) -> pl.DataFrame:
        """Return the lines as a table, amounts as Decimal."""
        import polars as pl  # here: loading it takes longer than most divisions, and the hub asks for no frame

        money = pl.Decimal(38, 2)
        return pl.DataFrame(
            [asdict(line) for line in self.lines],
            schema={"step": pl.String, "label": pl.String, "base": money, "rate": pl.Decimal(38, 12),
                    "amount": money, "after": money},
        )  # fmt: skip

    def __str__(self) -> str:
        lines = [
            f"{line.step:<11}{line.label:<24}{line.base:>16,} {'' if line.rate is None else line.rate:>8}"
            f"{line.amount:>16,}{line.after:>16,}"
            for line in self.lines
        ]
        told = [f"{name:<35}{share:>16,}" for name, share in self.shares.items()]
        period = self.inputs.period
        return "\n".join([f"[{period.start}, {period.end}) net sales {self.net_sales:,}", *lines, *told])


def statement(terms: Terms, period: Period, carried: Carried | None = None) -> Statement:
    """Reckon what is due for a period.

    Every line is rounded to the fen by itself, halves up, so that what is printed adds up.

    Raises
    ------
    FairnessError
        If deductions exceed gross sales: what is too much belongs into another period.
    """
    inputs = Inputs(terms=terms, period=period, carried=carried or Carried())
    reckoning = _Reckoning(inputs, _net_sales(terms, period))
    for step in terms.order:
        _STEPS[step](reckoning)
    return Statement(
        inputs=inputs,
        net_sales=reckoning.net,
        lines=tuple(reckoning.lines),
        payable=reckoning.due,
        shares=split(reckoning.due, dict(sorted(terms.shares.items()))),
        carried=reckoning.carried(),
    )


def recomputed(document: Mapping[str, object]) -> Statement:
    """Reckon a stored statement again from its inputs.

    Parameters
    ----------
    document
        What `Statement.to_dict` returned, or was read from JSON.

    Raises
    ------
    FairnessError
        If it is no statement of this format.
    """
    if document.get("format") != FORMAT:
        raise FairnessError(f"this is no statement of the format {FORMAT}")
    try:
        inputs = Inputs.model_validate(document.get("inputs"))
    except ValidationError as error:
        raise FairnessError(f"the inputs of this statement cannot be read: {error}") from error
    return statement(inputs.terms, inputs.period, inputs.carried)


def reproduces(document: Mapping[str, object]) -> bool:
    """Return whether a stored statement is, byte for byte, what its inputs give."""
    return rfc8785.dumps(dict(document)) == recomputed(document).canonical()  # type: ignore[arg-type]  # read from JSON


class _Reckoning:
    """What is due while the steps are taken."""

    def __init__(self, inputs: Inputs, net: Decimal) -> None:
        self.terms, self.period, self.before = inputs.terms, inputs.period, inputs.carried
        self.net = net
        self.due = NOTHING
        self.lines: list[Line] = []
        self.reached: list[str] = []
        self.capped = self.credited = NOTHING

    def add(self, step: Step, label: str, base: Decimal, rate: Decimal | None, amount: Decimal) -> None:
        self.due += amount
        self.lines.append(Line(step, label, base, rate, amount, self.due))

    def carried(self) -> Carried:
        """What the next period counts from; a closed year leaves its sales and limits behind."""
        opens = self.period.closes_year
        return Carried(
            year_sales=NOTHING if opens else self.before.year_sales + self.net,
            life_sales=self.before.life_sales + self.net,
            year_capped=NOTHING if opens else self.before.year_capped + self.capped,
            year_credited=NOTHING if opens else self.before.year_credited + self.credited,
            milestones=(*self.before.milestones, *self.reached),
        )


def _net_sales(terms: Terms, period: Period) -> Decimal:
    taken = sum(period.deductions.values(), NOTHING)
    if terms.deduction_cap is not None:
        taken = min(taken, _share(period.gross, terms.deduction_cap))
    if taken > period.gross:
        raise FairnessError("deductions exceed gross sales: what is too much belongs into another period")
    return period.gross - taken


def _running(this: _Reckoning) -> None:
    """Each tier's rate for the part of this period's net sales that lies in it."""
    bases = {"period": NOTHING, "year": this.before.year_sales, "life": this.before.life_sales}
    low = bases[this.terms.tier_base]
    high = low + this.net
    tops: Sequence[Decimal] = [*(tier.above for tier in this.terms.tiers[1:]), high]
    for tier, top in zip(this.terms.tiers, tops, strict=True):
        part = min(high, max(top, tier.above)) - max(low, tier.above)
        if part > 0:
            this.add("running", f"above {tier.above}", part, tier.rate, _share(part, tier.rate))


def _offset(this: _Reckoning) -> None:
    """Take off a share of what third parties got, but leave the floor."""
    wanted = _share(this.period.third_party, this.terms.offset)
    room = this.due - _share(this.due, this.terms.offset_floor)
    if wanted:
        label = "third parties" if wanted <= room else "third parties, to the floor"
        this.add("offset", label, this.period.third_party, this.terms.offset, -min(wanted, room))


def _cap(this: _Reckoning) -> None:
    if this.terms.cap is not None:
        room = max(NOTHING, this.terms.cap - this.before.year_capped)
        if this.due > room:
            this.add("cap", "most of a year", this.terms.cap, None, room - this.due)
    this.capped = this.due


def _minimum(this: _Reckoning) -> None:
    if this.terms.minimum is not None and this.period.closes_year:
        lack = this.terms.minimum - this.before.year_credited - this.due
        if lack > 0:
            this.add("minimum", "least of a year", this.terms.minimum, None, lack)
    this.credited = this.due


def _milestones(this: _Reckoning) -> None:
    """Add those that are reached now and were not before."""
    sold = this.before.life_sales + this.net
    for milestone in this.terms.milestones:
        if milestone.name not in this.before.milestones and _is_reached(milestone, sold, this.period.events):
            this.reached.append(milestone.name)
            this.add("milestones", milestone.name, milestone.amount, None, milestone.amount)


def _is_reached(milestone: Milestone, sold: Decimal, events: Sequence[str]) -> bool:
    return milestone.name in events if milestone.sales is None else sold >= milestone.sales


def _share(base: Decimal, rate: Decimal) -> Decimal:
    return nearest(Fraction(base) * Fraction(rate))


_STEPS: Mapping[Step, Callable[[_Reckoning], None]] = {
    "running": _running,
    "offset": _offset,
    "cap": _cap,
    "minimum": _minimum,
    "milestones": _milestones,
}


@dataclass(frozen=True)
class Variance:
    """How far a figure lies from another.

    Attributes
    ----------
    difference
        The second less the first: positive where too little was reported.
    share
        The difference as a share of the first; None where the first is 0.
    flagged
        Whether it is more than the threshold, either way; where the first is 0, whether the second is not.
    """

    difference: Decimal
    share: Fraction | None
    flagged: bool


def variance(reported: Decimal, other: Decimal, threshold: Decimal) -> Variance:
    """Compare what was reported with an audited figure, or with that of the period before.

    Parameters
    ----------
    threshold
        A share of what was reported, for instance 0.05.
    """
    difference = other - reported
    if not reported:
        return Variance(difference, None, difference != 0)
    share = Fraction(difference) / Fraction(reported)
    return Variance(difference, share, abs(share) > Fraction(threshold))
