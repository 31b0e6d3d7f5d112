"""Links told by hand; products of a chain; outside firms that turn out to be organisations; the pages' queries."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.industry.domain.firms import Named, resolve_firm
from rongtong.hub.industry.domain.links import create_link, edit_link, withdraw_link
from rongtong.hub.industry.domain.products import inputs_of, set_products
from rongtong.hub.industry.enums import Essentiality, LinkState
from rongtong.hub.industry.models import Firm, Product, ProductInput, SupplyLink
from tests.factories import a_member, actor_of, an_organisation, operator_actor

from .factories_industry import a_chain, a_firm, a_link, a_product

pytestmark = pytest.mark.django_db
#: Of a page, whatever its rows, with what the frame asks about the reader.
MOST = 12
VALUES: dict[str, Any] = {"year": 2025, "value": Decimal("12.345")}


def told(by: Any, chain: Any, supplier: Named | None = None, **values: Any) -> SupplyLink:
    return create_link(
        chain=chain, supplier=supplier or Named(None, "Norvik Bearings AS", "NO"), buyer=Named(by.organisation_id),
        values=VALUES | values, by=by,
    )  # fmt: skip


def test_a_firm_tells_what_it_buys() -> None:
    by = actor_of(a_member("contributor"))
    link = told(by, a_chain(), stock_days=9)
    assert (link.supplier.is_outside, link.country, str(link.value)) == (True, "NO", "12.34")
    assert (link.buyer.organisation_id, link.reported_by_id) == (by.organisation_id, by.organisation_id)


@pytest.mark.parametrize("role", ["viewer", "stranger", "closed"])
def test_who_may_not_tell(role: str) -> None:
    chain, firm = a_chain(state="closed" if role == "closed" else "active"), an_organisation()
    by = actor_of(a_member("viewer" if role == "viewer" else "owner", None if role == "stranger" else firm))
    with pytest.raises((Forbidden, NotVisible)):
        create_link(chain=chain, supplier=Named(None, "甲厂"), buyer=Named(firm.pk), values=VALUES, by=by)


@pytest.mark.parametrize(
    ("values", "code"),
    [
        ({"year": 1900}, "link.year"), ({"value": Decimal(-1)}, "link.value"), ({"stock_days": 9999}, "link.days"),
        ({"country": "德国"}, "link.country"), ({"substitution": "maybe"}, "link.substitution"),
        ({"input_share": Decimal(2)}, "link.input_share"),
    ],
    ids=["year", "value", "days", "country", "substitution", "share"],
)  # fmt: skip
def test_what_is_told_must_make_sense(values: dict[str, Any], code: str) -> None:
    with pytest.raises(Invalid) as refused:
        told(actor_of(a_member()), a_chain(), **values)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_a_product_of_another_chain_is_refused_and_nobody_supplies_itself() -> None:
    by, chain = actor_of(a_member()), a_chain()
    with pytest.raises(Invalid):
        told(by, chain, product=a_product(a_chain()))
    with pytest.raises(Invalid):
        told(by, chain, Named(by.organisation_id))


def test_the_same_link_is_told_once_a_year_and_anew_after_it_was_withdrawn() -> None:
    by, chain = actor_of(a_member()), a_chain()
    first = told(by, chain)
    with pytest.raises(Invalid) as refused:
        told(by, chain)
    assert refused.value.faults[0].code == "link.known"
    told(by, chain, year=2024)
    withdraw_link(link=first, by=by)
    told(by, chain)
    with pytest.raises(Refusal, match="现在不能"):
        edit_link(link=first, values={}, version=2, by=by)


def test_an_older_version_does_not_overwrite() -> None:
    by = actor_of(a_member())
    link = told(by, a_chain())
    edit_link(link=link, values={"stock_days": 5}, version=1, by=by)
    with pytest.raises(Stale):
        edit_link(link=link, values={"stock_days": 6}, version=1, by=by)


def test_the_leader_changes_what_it_told_and_not_what_the_buyer_told() -> None:
    leading, buyer = an_organisation(), an_organisation()
    leader, chain = actor_of(a_member("owner", leading)), a_chain(leading)
    own = create_link(chain=chain, supplier=Named(None, "甲厂"), buyer=Named(buyer.pk), values=VALUES, by=leader)
    assert edit_link(link=own, values={"lead_days": 3}, version=1, by=leader).lead_days == 3
    with pytest.raises(Forbidden):
        edit_link(link=a_link(chain, None, buyer, reported_by=buyer), values={}, version=1, by=leader)


def test_products_are_written_as_one_table_and_those_with_links_stay() -> None:
    chain, operator = a_chain(), operator_actor()
    rows: list[dict[str, Any]] = [
        {"code": "S1", "name": "轴承钢", "tier": 1}, {"code": "B1", "name": "轴承", "tier": 2, "inputs": "★S1"},
    ]  # fmt: skip
    set_products(chain=chain, rows=rows, version=1, by=operator)
    entry = ProductInput._base_manager.get()
    assert (entry.product.code, entry.input.code, entry.essentiality) == ("B1", "S1", Essentiality.ESSENTIAL)
    kept = Product._base_manager.get(code="B1")
    swapped = [rows[0] | {"name": "轴承"}, rows[1] | {"name": "轴承钢", "inputs": "S1"}]
    set_products(chain=chain, rows=swapped, version=2, by=operator)
    assert Product._base_manager.get(code="B1").pk == kept.pk
    a_link(chain, product=kept)
    with pytest.raises(Invalid, match="有供需关系的产品不能删除"):
        set_products(chain=chain, rows=rows[:1], version=3, by=operator)
    with pytest.raises(Stale):
        set_products(chain=chain, rows=rows, version=2, by=operator)


def test_faults_of_products_name_their_rows() -> None:
    rows: list[dict[str, Any]] = [
        {"code": "A", "name": "甲", "tier": 0}, {"code": "A", "name": "乙", "tier": 1, "inputs": "A Z"}, {"tier": 1},
    ]  # fmt: skip
    with pytest.raises(Invalid) as refused:
        set_products(chain=a_chain(), rows=rows, version=1, by=operator_actor())
    assert {(fault.row, fault.code) for fault in refused.value.faults} == {
        (1, "product.tier"), (2, "product.twice"), (2, "product.itself"), (2, "product.unknown_input"),
        (3, "product.empty"),
    }  # fmt: skip
    assert inputs_of("★S1，S2") == {"S1": Essentiality.ESSENTIAL, "S2": Essentiality.NON_ESSENTIAL}


def test_the_operator_says_which_organisation_an_outside_firm_is() -> None:
    chain, organisation, buyer = a_chain(), an_organisation(), an_organisation()
    outside = a_firm("渡北精锻")
    both, doubled = a_link(chain, outside, buyer), a_link(chain, outside, None, confidential=True)
    twin = a_link(chain, organisation, buyer)
    with pytest.raises(Forbidden):
        resolve_firm(firm=a_firm("别家"), organisation=organisation, by=operator_actor("contributor"))
    found = resolve_firm(firm=outside, organisation=organisation, by=operator_actor())
    assert found == Firm._base_manager.get(organisation=organisation)
    assert not Firm._base_manager.filter(pk=outside.pk).exists()
    states = {link.pk: link.state for link in SupplyLink._base_manager.filter(supplier=found)}
    assert states == {both.pk: LinkState.WITHDRAWN, doubled.pk: LinkState.ACTIVE, twin.pk: LinkState.ACTIVE}
    sees = SupplyLink.visible_to(actor_of(a_member("viewer", organisation)))
    assert {link.pk for link in sees} == {doubled.pk, twin.pk}


def test_the_pages_ask_the_database_as_often_for_one_row_as_for_thirty(client: Any) -> None:
    leading = an_organisation()
    chain = a_chain(leading)
    product, first = a_product(chain), a_link(chain, confidential=True)
    client.force_login(a_member("manager", leading).account)
    one, lists = reverse("industry:chain", args=[chain.pk]), reverse("industry:links")
    pages = [
        reverse("industry:chains"), f"{lists}?size=50", f"{lists}?view=cards&size=50", f"{lists}?firm={first.buyer_id}",
        one, f"{one}?tab=table", f"{one}?tab=products", reverse("industry:chain_map", args=[chain.pk]),
        reverse("industry:link", args=[first.pk]),
    ]  # fmt: skip

    def asked() -> dict[str, int]:
        counts = {}
        for page in pages:
            with CaptureQueriesContext(connection) as queries:
                assert client.get(page).status_code == 200
            about_this = [one for one in queries.captured_queries if "django_session" not in one["sql"]]
            counts[page] = len(about_this)
        return counts

    asked()
    few = asked()
    for _turn in range(29):
        a_link(chain, product=product, confidential=True)
    assert asked() == few
    assert max(few.values()) <= MOST, few


def test_forms_tell_change_and_withdraw(client: Any) -> None:
    person = a_member("manager")
    chain = a_chain()
    product = a_product(chain)
    client.force_login(person.account)
    form = {
        "supplier": "Norvik Bearings AS", "supplier_country": "no", "year": 2025, "value": "12.5",
        "product": str(product.pk), "input_share": "40", "confidential": "on",
    }  # fmt: skip
    new = reverse("industry:link_new", args=[chain.pk])
    assert client.get(new).status_code == 200
    assert client.post(new, form | {"value": "-3"}).status_code == 422
    made = client.post(new, form)
    link = SupplyLink._base_manager.get()
    assert made["Location"] == reverse("industry:link", args=[link.pk])
    assert (str(link.value), str(link.input_share), link.country) == ("125000.00", "0.4000", "NO")
    edit = reverse("industry:link_edit", args=[link.pk])
    assert 'value="12.5"' in client.get(edit).content.decode()
    assert client.post(edit, form | {"version": 1, "stock_days": 8}).status_code == 302
    assert client.post(edit, form | {"version": 1, "stock_days": 9}).status_code == 409
    assert client.post(reverse("industry:link_withdraw", args=[link.pk])).status_code == 302
    link.refresh_from_db()
    assert (link.state, link.stock_days) == (LinkState.WITHDRAWN, 8)


def test_the_operator_resolves_on_the_page_and_writes_products(client: Any) -> None:
    client.force_login(a_member("manager", an_organisation("operator")).account)
    chain, organisation = a_chain(), an_organisation(name="渡北精锻环件有限公司")
    a_link(chain, a_firm("渡北精锻"))
    page = reverse("industry:outside_firms")
    assert "渡北精锻" in client.get(page).content.decode()
    resolve = reverse("industry:firm_resolve", args=[Firm._base_manager.get(organisation=None).pk])
    assert client.post(resolve, {"organisation": "没有"}).status_code == 422
    assert client.post(resolve, {"organisation": organisation.name}).status_code == 302
    assert "渡北精锻" not in client.get(page).content.decode()
    rows = {
        "products-TOTAL_FORMS": 1, "products-INITIAL_FORMS": 0, "products-0-code": "S1", "products-0-name": "钢",
        "products-0-tier": 1, "version": 1,
    }  # fmt: skip
    products = reverse("industry:chain_products", args=[chain.pk])
    assert client.get(products).status_code == 200
    assert client.post(products, rows | {"products-0-tier": 99}).status_code == 422
    assert client.post(products, rows).status_code == 302
    assert chain.products.get().name == "钢"
    assert client.post(products, rows).status_code == 409
