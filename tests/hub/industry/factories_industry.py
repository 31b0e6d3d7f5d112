"""Rows of the industry chain to test with, made directly: no verb runs."""

from __future__ import annotations

from decimal import Decimal
from itertools import count
from typing import Any

from rongtong.hub.industry.models import Chain, Firm, Product, Pseudonym, SupplyLink
from rongtong.hub.organisations.models import Organisation
from tests.factories import an_organisation

_serial = count(1)


def a_chain(leader: Organisation | None = None, **fields: Any) -> Chain:
    """An active chain; without a leader unless one is given."""
    values: dict[str, Any] = {"name": f"测试链{next(_serial)}", "leader": leader}
    return Chain._base_manager.create(**(values | fields))


def a_product(chain: Chain, tier: int = 1, **fields: Any) -> Product:
    serial = next(_serial)
    values: dict[str, Any] = {"code": f"P{serial}", "name": f"测试产品{serial}", "tier": tier}
    return Product._base_manager.create(chain=chain, **(values | fields))


def a_firm(of: Organisation | str | None = None, country: str = "CN", code: str = "") -> Firm:
    """The node of an organisation (a new one when none is given), or of a firm outside, by its name."""
    if isinstance(of, str):
        return Firm._base_manager.create(name=of, country=country, code=code)
    organisation = of or an_organisation()
    found = Firm._base_manager.filter(organisation=organisation).first()
    return found or Firm._base_manager.create(organisation=organisation)


def a_link(
    chain: Chain,
    supplier: Firm | Organisation | str | None = None,
    buyer: Firm | Organisation | str | None = None,
    **fields: Any,
) -> SupplyLink:
    """An active link of last year over a million yuan. A confidential one gets its pseudonym."""
    ends = [one if isinstance(one, Firm) else a_firm(one) for one in (supplier, buyer)]
    values: dict[str, Any] = {"year": 2025, "value": Decimal("1000000.00"), "country": ends[0].at_home_in} | fields
    if values.get("confidential") and "pseudonym" not in values:
        taken = Pseudonym._base_manager.filter(chain=chain)
        known = taken.filter(firm=ends[0]).first()
        values["pseudonym"] = known or taken.create(chain=chain, firm=ends[0], number=taken.count() + 1)
    return SupplyLink._base_manager.create(chain=chain, supplier=ends[0], buyer=ends[1], **values)
