"""Bases of what comes in and goes out: every field is named, an unknown one is an error."""

from decimal import Decimal

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import Schema
from pydantic import ConfigDict

from ..errors import Fault, Invalid


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


def only_parts(request: HttpRequest, *names: str) -> None:
    """Refuse a form with files that has other parts than these. What forbids them for JSON does not for forms."""
    unknown = sorted({*request.POST, *request.FILES} - {*names, "csrfmiddlewaretoken"})
    if unknown:
        raise Invalid([Fault(name, _("没有这一项，请删去。"), "extra_forbidden") for name in unknown])
