"""The clauses of an agreement: what a side offers, in one spelling, so that the same terms have the same hash.

Money and rates are read as strictly as in royalty statements: numbers are written as text, money is whole in fen.
"""

from __future__ import annotations

from collections.abc import Mapping
from datetime import date
from decimal import Decimal
from hashlib import sha256
from typing import Any, Literal
from uuid import UUID

import rfc8785
from pydantic import BaseModel, ConfigDict, Field, field_validator

from rongtong.engines.fairness import ANY_FIELD, Terms, Tier
from rongtong.engines.fairness import Milestone as RoyaltyMilestone
from rongtong.engines.fairness.royalty_terms import Money, Rate

FORMAT = "rongtong-agreement/1"
CHINA = "CN"


class _Clause(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid", str_strip_whitespace=True)

    @field_validator("*", mode="after")
    @classmethod
    def _can_be_kept(cls, value: object) -> object:
        """Neither the database nor the one spelling has a place for NUL; halves of characters are no text at all."""
        if isinstance(value, str) and ("\x00" in value or any("\ud800" <= one <= "\udfff" for one in value)):
            raise ValueError("this text holds what is no character")
        return value


class GrantClause(_Clause):
    """What the licensee may do: [starts_on, ends_on), without an end as long as the protection lasts."""

    exclusivity: Literal["exclusive", "sole", "non-exclusive"] = "non-exclusive"
    fields: tuple[str, ...] = (ANY_FIELD,)
    territories: tuple[str, ...] = (CHINA,)
    starts_on: date | None = None
    ends_on: date | None = None
    may_sublicense: bool = False
    source: UUID | None = None


class TierClause(_Clause):
    above: Money = Decimal("0.00")
    rate: Rate


class MilestoneClause(_Clause):
    """An amount due once: when net sales reach ``sales``, or when it is reported."""

    name: str = Field(max_length=60)
    amount: Money
    sales: Money | None = None


class RoyaltyClause(_Clause):
    """Royalties on net sales. A statement is of ``months`` months; above ``variance`` a difference is flagged."""

    tiers: tuple[TierClause, ...] = Field(min_length=1, max_length=12)
    tier_base: Literal["period", "year", "life"] = "period"
    deduction_cap: Rate | None = None
    offset: Rate = Decimal(0)
    offset_floor: Rate = Decimal(0)
    cap: Money | None = None
    minimum: Money | None = None
    milestones: tuple[MilestoneClause, ...] = Field(default=(), max_length=20)
    months: Literal[1, 3, 6, 12] = 3
    variance: Rate = Decimal("0.2")

    def terms(self, shares: Mapping[str, Decimal]) -> Terms:
        """The engine's terms. Raises its ``ValidationError`` for what does not hang together."""
        return Terms(
            tiers=tuple(Tier(above=one.above, rate=one.rate) for one in self.tiers),
            tier_base=self.tier_base,
            deduction_cap=self.deduction_cap,
            offset=self.offset,
            offset_floor=self.offset_floor,
            cap=self.cap,
            minimum=self.minimum,
            milestones=tuple(
                RoyaltyMilestone(name=one.name, amount=one.amount, sales=one.sales) for one in self.milestones
            ),
            shares=shares,
        )


class DateClause(_Clause):
    what: str = Field(max_length=120)
    due_on: date


class FreeClause(_Clause):
    heading: str = Field(max_length=60)
    text: str = Field(max_length=4000)


class Clauses(_Clause):
    """Everything two sides negotiate about; who they are and about what stands in the agreement itself."""

    subject: str = Field(default="", max_length=2000)
    grant: GrantClause | None = None
    coowners_agree: bool = False
    starts_on: date | None = None
    ends_on: date | None = None
    upfront: Money | None = None
    payment: str = Field(default="", max_length=1000)
    royalty: RoyaltyClause | None = None
    dates: tuple[DateClause, ...] = Field(default=(), max_length=30)
    free: tuple[FreeClause, ...] = Field(default=(), max_length=30)

    @property
    def term(self) -> tuple[date | None, date | None]:
        """From when and until when it holds."""
        return (self.grant.starts_on, self.grant.ends_on) if self.grant else (self.starts_on, self.ends_on)

    def stored(self) -> dict[str, Any]:
        return self.model_dump(mode="json")

    @classmethod
    def read(cls, stored: Mapping[str, Any]) -> Clauses:
        return cls.model_validate(dict(stored))


def digest_of(document: Mapping[str, Any]) -> str:
    """SHA-256 of the document in its one spelling (RFC 8785)."""
    return sha256(rfc8785.dumps(dict(document))).hexdigest()
