"""A number or a span of two, written in one cell: 6.2, 58–61."""

import re
from decimal import Decimal
from typing import Any

from django import forms
from django.core.exceptions import ValidationError
from django.utils.translation import gettext_lazy as _

from ..targets import number_of, plain

_NUMBER = r"[-+−]?(?:\d{1,3}(?:,\d{3})+|\d+)(?:\.\d+)?"
_SPAN = re.compile(rf"^\s*(?P<low>{_NUMBER})(?:\s*(?:[–—~〜～至到]|-)\s*(?P<high>{_NUMBER}))?\s*$")
LARGEST = Decimal(10) ** 12

Span = tuple[Decimal | None, Decimal | None]


class SpanField(forms.CharField):
    """Cleans to (low, high); high is None for one number, both for an empty cell."""

    def __init__(self, **named: Any) -> None:
        super().__init__(max_length=60, required=False, **named)
        self.widget.attrs |= {"class": "rt-cell-input", "inputmode": "decimal"}

    def clean(self, value: Any) -> Any:
        text = super().clean(value)
        return (None, None) if not text else read_span(text)


def read_span(text: str) -> Span:
    """Read one number or two.

    Raises
    ------
    ValidationError
        It is neither, has too many digits, or its ends are the wrong way round.
    """
    match = _SPAN.match(text)
    if match is None:
        raise ValidationError(_("请填写数值，或「下限–上限」。"), code="invalid")
    low, high = number_of(match["low"]), number_of(match["high"]) if match["high"] else None
    for number in (low, high):
        exponent = number.normalize().as_tuple().exponent if number is not None else 0
        if number is not None and (abs(number) >= LARGEST or not isinstance(exponent, int) or exponent < -6):
            raise ValidationError(_("数值最多 12 位整数、6 位小数。"), code="out_of_range")
    if high is not None and high < low:
        raise ValidationError(_("上限不能小于下限。"), code="range")
    return low, high


def write_span(low: Decimal | None, high: Decimal | None) -> str:
    """The text that reads back to the same."""
    if low is None:
        return ""
    return plain(low) if high is None else f"{plain(low)}–{plain(high)}"
