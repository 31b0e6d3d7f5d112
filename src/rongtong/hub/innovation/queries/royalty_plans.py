"""What if: what royalties would come to from year to year, by the same engine as the statements."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import date
from decimal import ROUND_HALF_UP, Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _
from pydantic import ValidationError

from rongtong.engines.fairness import Carried, Period, Terms, Tier, statement
from rongtong.hub.foundation.errors import Fault, Invalid

from ..agreement_clauses import RoyaltyClause

WAN, HUNDRED, FEN = Decimal(10_000), Decimal(100), Decimal("0.01")
NOTHING = Decimal("0.00")


@dataclass(frozen=True)
class Year:
    """One year of a plan, in yuan; ``rate`` is what is paid of the net sales, running costs alone."""

    number: int
    sales: Decimal
    running: Decimal
    payable: Decimal
    together: Decimal
    rate: Decimal | None


def plan(given: Mapping[str, Any]) -> list[Year]:
    """Reckon a plan from what the calculator's form holds.

    Raises
    ------
    Invalid
        The terms do not hang together.
    """
    try:
        terms = _terms(given)
    except ValidationError as error:
        message = _("第二档须有起点和比例，起点大于 0；年度保底不高于上限。")
        raise Invalid([Fault("above", message, "royalty")]) from error
    found: list[Year] = []
    carried, sales = Carried(), _yuan(given["sales"])
    together = _yuan(given.get("upfront") or NOTHING)
    growth = 1 + (given.get("growth") or Decimal(0)) / HUNDRED
    for number in range(1, given["years"] + 1):
        period = Period(start=date(2000 + number, 1, 1), end=date(2001 + number, 1, 1), gross=sales, closes_year=True)
        reckoned = statement(terms, period, carried)
        carried = reckoned.carried
        running = sum((one.amount for one in reckoned.lines if one.step == "running"), NOTHING)
        together += reckoned.payable
        rate = reckoned.payable / sales if sales else None
        found.append(Year(number, sales, running, reckoned.payable, together, rate))
        sales = (sales * growth).quantize(FEN, ROUND_HALF_UP)
    return found


def _terms(given: Mapping[str, Any]) -> Terms:
    tiers = [Tier(rate=given["rate"] / HUNDRED)]
    if given.get("above") is not None or given.get("second_rate") is not None:
        above = given.get("above") or NOTHING
        tiers.append(Tier(above=_yuan(above), rate=(given.get("second_rate") or Decimal(0)) / HUNDRED))
    return Terms(
        tiers=tuple(tiers),
        tier_base=given.get("tier_base") or "year",
        cap=_maybe(given.get("cap")),
        minimum=_maybe(given.get("minimum")),
        shares={"-": Decimal(1)},
    )


def _yuan(wan: Decimal) -> Decimal:
    return (wan * WAN).quantize(FEN)


def _maybe(wan: Decimal | None) -> Decimal | None:
    return None if wan is None else _yuan(wan)


def filled_from(royalty: RoyaltyClause, upfront: Decimal | None) -> dict[str, Any]:
    """What the calculator shows for the clauses of an offer: its first two tiers."""
    first, *others = royalty.tiers
    shown: dict[str, Any] = {"rate": first.rate * HUNDRED, "tier_base": royalty.tier_base}
    if others:
        shown |= {"above": others[0].above / WAN, "second_rate": others[0].rate * HUNDRED}
    for name, value in (("cap", royalty.cap), ("minimum", royalty.minimum), ("upfront", upfront)):
        if value is not None:
            shown[name] = value / WAN
    return shown
