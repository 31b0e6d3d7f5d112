"""Bases of what comes in and goes out: every field is named, an unknown one is an error."""

from decimal import Decimal

from ninja import Schema
from pydantic import ConfigDict


class In(Schema):
    """What a request may carry, and nothing else."""

    model_config = ConfigDict(extra="forbid", str_strip_whitespace=True)


class Out(Schema):
    """What an answer carries."""


class Money(Out):
    """An amount as a string of yuan with two places, so that no reader rounds it."""

    amount: str
    currency: str = "CNY"

    @classmethod
    def of(cls, value: Decimal | None) -> "Money | None":
        return None if value is None else cls(amount=f"{value:.2f}")
