"""People of one organisation with odd figures, and one of the operator."""

from decimal import Decimal

import pytest

from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.models import Member, YearFigures
from tests import factories


@pytest.fixture
def owner() -> Member:
    organisation = factories.an_organisation(
        name="澜川恒测装备有限公司",
        figures=False,
        introduction="主轴承滚道加工。\n二十年经验。",
        cultivation="specialised",
        cultivation_certificate="JX-1",
        leads_chain="盾构",
    )
    YearFigures._base_manager.create(
        organisation=organisation,
        year=2025,
        headcount=7919,
        revenue=Decimal("123456789.01"),
        assets=Decimal("987654321.09"),
    )
    return factories.a_member(Role.OWNER, organisation)


@pytest.fixture
def operator() -> Member:
    return factories.a_member(Role.MANAGER, factories.an_organisation(OrganisationKind.OPERATOR))
