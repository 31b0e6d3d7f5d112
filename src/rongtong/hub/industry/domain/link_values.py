"""What is said about a link besides its ends: checked and brought into one form, whichever door it came through."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC, datetime
from decimal import Decimal
from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Fault, Invalid, Text

from ..enums import Substitution
from ..models import Chain, Product, SupplyLink

#: The fields that describe a link; its chain, supplier and buyer are what it is.
FIELDS = (
    "product", "year", "value", "input_share", "stock_days", "lead_days", "substitution", "country", "confidential",
)  # fmt: skip
CENT = Decimal("0.01")
LARGEST = Decimal(10) ** 15
MOST_DAYS = 3650


def values_of(link: SupplyLink) -> dict[str, Any]:
    """The fields of a link as they are."""
    return {name: getattr(link, name) for name in FIELDS}


def assign(link: SupplyLink, values: Mapping[str, Any], chain: Chain) -> None:
    """Set the given fields, all others stay.

    Raises
    ------
    Invalid
        With every fault.
    """
    given = {name: values[name] for name in FIELDS if name in values}
    for name, value in given.items():
        setattr(link, name, value)
    if link.value is not None:
        link.value = Decimal(link.value).quantize(CENT)
    if not link.country:
        link.country = link.supplier.at_home_in
    faults = [Fault(field, message, code) for field, message, code in _faults(link, chain)]
    if faults:
        raise Invalid(faults)


def _faults(link: SupplyLink, chain: Chain) -> list[tuple[str, Text, str]]:
    latest = datetime.now(UTC).year
    found: list[tuple[str, Text, str]] = []
    product: Product | None = link.product
    if product is not None and product.chain_id != chain.pk:
        found.append(("product", _("这条产业链没有这种产品。"), "link.product"))
    if link.year is None or not 1990 <= link.year <= latest:
        found.append(("year", _("请填写四位年份，不晚于今年。"), "link.year"))
    if link.value is None or not 0 <= link.value < LARGEST:
        found.append(("value", _("请填写年交易额，不能为负数，也不能大得不合理。"), "link.value"))
    if link.input_share is not None and not 0 <= link.input_share <= 1:
        found.append(("input_share", _("占比应在 0 到 100 之间。"), "link.input_share"))
    for name in ("stock_days", "lead_days"):
        days = getattr(link, name)
        if days is not None and not 0 <= days <= MOST_DAYS:
            found.append((name, _("天数应在 0 到 3650 之间。"), "link.days"))
    if link.substitution not in Substitution.values:
        found.append(("substitution", _("没有这个选项。"), "link.substitution"))
    if not (len(link.country) == 2 and link.country.isascii() and link.country.isalpha() and link.country.isupper()):
        found.append(("country", _("请填写两位大写字母的国家或地区代码，例：CN、DE。"), "link.country"))
    return found
