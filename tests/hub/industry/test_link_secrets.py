"""Who knows whom: every reader, at every door through which links are shown, learns no hidden supplier."""

from __future__ import annotations

import io
import json
from types import SimpleNamespace
from typing import Any

import openpyxl
import pytest
from django.db.models import Q
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.errors import Forbidden, Invalid
from rongtong.hub.industry.domain.firms import Named
from rongtong.hub.industry.domain.links import conceal_link, create_link, edit_link
from rongtong.hub.industry.enums import LinkState
from rongtong.hub.industry.models import Firm, Pseudonym, SupplyLink
from rongtong.hub.industry.queries.links import shown, touching
from rongtong.hub.industry.queries.maps import map_of
from tests.factories import a_member, actor_of, an_organisation, operator_actor, visitor

from .factories_industry import a_chain, a_firm, a_link, a_product

pytestmark = pytest.mark.django_db

SECRET, SECRET_FOREIGN = "暗河特种合金有限公司", "Verborgen Praezision GmbH"
READERS = ("operator", "buyer", "supplier", "leader", "rival", "unverified", "visitor")
#: Who learns the name of the hidden supplier, and who sees that there is a link at all.
KNOWS, SEES = {"operator", "buyer", "supplier"}, {"operator", "buyer", "supplier", "leader"}


@pytest.fixture
def world() -> Any:
    """A buyer with a hidden supplier in the hub and one abroad, and an open link of another pair."""
    hidden, buyer, leader, rival = an_organisation(name=SECRET), *(an_organisation() for _ in range(3))
    chain = a_chain(leader)
    product = a_product(chain, tier=1, name="特种坯料")
    people = {
        "operator": a_member("manager", an_organisation("operator")),
        "buyer": a_member("manager", buyer),
        "supplier": a_member("manager", hidden),
        "leader": a_member("manager", leader),
        "rival": a_member("manager", rival),
        "unverified": a_member("manager", an_organisation(verified=False)),
    }
    links = {
        "hidden": a_link(chain, hidden, buyer, product=product, confidential=True, value=3_000_000),
        "abroad": a_link(chain, a_firm(SECRET_FOREIGN, "DE"), buyer, confidential=True, value=2_000_000),
        "open": a_link(chain, an_organisation(), an_organisation(), product=product, value=1_000_000),
    }
    actors = {name: actor_of(person) for name, person in people.items()} | {"visitor": visitor}
    return SimpleNamespace(chain=chain, hidden=hidden, buyer=buyer, people=people, actors=actors, links=links)


@pytest.mark.parametrize("reader", READERS)
def test_who_sees_which_links(world: Any, reader: str) -> None:
    rows = {row.pk for row in SupplyLink.visible_to(world.actors[reader])}
    wanted = {
        "operator": {"hidden", "abroad", "open"}, "leader": {"hidden", "abroad", "open"},
        "buyer": {"hidden", "abroad"}, "supplier": {"hidden"},
    }.get(reader, set())  # fmt: skip
    assert rows == {world.links[name].pk for name in wanted}


@pytest.mark.parametrize("reader", READERS)
def test_who_reads_the_name_and_who_a_number(world: Any, reader: str) -> None:
    rows = {row.pk: row for row in shown(world.actors[reader])}
    row = rows.get(world.links["hidden"].pk)
    assert (row is not None) == (reader in SEES)
    if row is not None:
        knows = reader in KNOWS
        assert row.supplier_name == (SECRET if knows else "供应商 01")
        assert (row.supplier_organisation == world.hidden.pk) == knows
        assert row.supplier_hidden is not knows
        assert world.links["hidden"].conceals_supplier_from(world.actors[reader]) is not knows


def everything_read_by(client: Client, world: Any) -> str:
    """All that the doors say to a reader about links: pages, their searches and orders, files, picture, API."""
    links, chain = reverse("industry:links"), reverse("industry:chain", args=[world.chain.pk])
    addresses = [
        *(f"{links}?sort={sort}&view={view}" for sort in ("value", "supplier", "buyer", "stock", "new")
          for view in ("table", "cards")),
        f"{links}?hidden=1", f"{links}?abroad=1", f"{links}?export=csv",
        *(f"{chain}?tab={tab}" for tab in ("map", "table", "products")),
        reverse("industry:chain_map", args=[world.chain.pk]),
        *(reverse("industry:link", args=[link.pk]) for link in world.links.values()),
        f"/api/v1/supply-links?chain_id={world.chain.pk}", f"/api/v1/chains/{world.chain.pk}/map?year=2025",
        *(f"/api/v1/supply-links/{link.pk}" for link in world.links.values()),
    ]  # fmt: skip
    said = []
    for address in addresses:
        answer = client.get(address)
        assert answer.status_code in (200, 401, 403, 404), address
        said.append(answer.content.decode())
    book = client.get(f"{links}?export=xlsx")
    if book.status_code == 200 and "sheet" in book["Content-Type"]:
        for sheet in openpyxl.load_workbook(io.BytesIO(book.content)).worksheets:
            said += [str(cell) for row in sheet.iter_rows(values_only=True) for cell in row]
    return "\n".join(said)


@pytest.mark.parametrize("reader", ["leader", "rival"])
def test_no_door_tells_a_hidden_supplier(world: Any, reader: str, client: Client) -> None:
    client.force_login(world.people[reader].account)
    said = everything_read_by(client, world)
    foreign = Firm._base_manager.get(name=SECRET_FOREIGN)
    own = Firm._base_manager.get(organisation=world.hidden)
    marks = [SECRET, SECRET_FOREIGN, str(world.hidden.pk), str(own.pk), str(foreign.pk), world.hidden.identifier]
    marks += [str(pk) for pk in Pseudonym._base_manager.values_list("pk", flat=True)]
    assert [mark for mark in marks if mark in said] == []
    assert ("供应商 01" in said, "供应商 02" in said) == ((reader == "leader"),) * 2


def test_the_same_doors_do_tell_the_buyer(world: Any, client: Client) -> None:
    client.force_login(world.people["buyer"].account)
    said = everything_read_by(client, world)
    assert SECRET in said
    assert SECRET_FOREIGN in said
    assert "供应商 0" not in said


@pytest.mark.parametrize("q", ["暗河", "ahtzhj", "anhe", "Verborgen"])
def test_search_does_not_find_what_is_hidden(world: Any, q: str, client: Client) -> None:
    found = {}
    for reader in ("leader", "buyer"):
        client.force_login(world.people[reader].account)
        page = client.get(reverse("industry:links"), {"q": q}).content.decode()
        found[reader] = page.count('data-row="')
    assert found == {"leader": 0, "buyer": 1}


def test_a_filter_by_the_hidden_firm_finds_nothing_and_by_its_number_everything_of_it(world: Any) -> None:
    leader = world.actors["leader"]
    own = Firm._base_manager.get(organisation=world.hidden)
    key = shown(leader).get(pk=world.links["hidden"].pk).supplier_key
    assert not shown(leader).filter(touching(own.pk)).exists()
    assert [row.pk for row in shown(leader).filter(touching(key))] == [world.links["hidden"].pk]


def test_order_does_not_tell_where_a_hidden_name_would_stand(world: Any) -> None:
    a_link(world.chain, an_organisation(name="阿一阀业有限公司"), world.buyer)
    a_link(world.chain, an_organisation(name="左岸仪表有限公司"), world.buyer)
    rows = shown(world.actors["leader"]).order_by("supplier_sort", "pk")
    names = [row.supplier_name for row in rows]
    assert (names[0], names[-2:]) == ("阿一阀业有限公司", ["供应商 01", "供应商 02"])


def test_a_firm_hidden_as_supplier_and_open_as_buyer_is_two_nodes_on_the_map(world: Any) -> None:
    mill = an_organisation()
    a_link(world.chain, mill, world.hidden, value=500_000)
    own = Firm._base_manager.get(organisation=world.hidden)
    leader = map_of(world.chain, 2025, world.actors["leader"])
    buys = [flow for flow in leader.flows if flow.buyer == own.pk]
    assert len(buys) == 1
    assert not [flow for flow in leader.flows if flow.supplier == own.pk]
    assert {node.name for node in leader.nodes.values() if node.hidden} == {"供应商 01", "供应商 02"}
    operator = map_of(world.chain, 2025, world.actors["operator"])
    assert [flow.supplier for flow in operator.flows if flow.supplier == own.pk] == [own.pk]


def test_the_number_stays_and_links_of_one_hidden_supplier_share_it(world: Any) -> None:
    other = actor_of(a_member("manager", an_organisation()))
    values = {"year": 2025, "value": world.links["open"].value, "confidential": True}
    told = create_link(
        chain=world.chain, supplier=Named(world.hidden.pk), buyer=Named(other.organisation_id), values=values, by=other
    )
    rows = shown(world.actors["leader"]).filter(Q(pk=told.pk) | Q(pk=world.links["hidden"].pk))
    assert {row.supplier_name for row in rows} == {"供应商 01"}
    assert len({row.supplier_key for row in rows}) == 1


def test_opening_one_link_gives_the_others_a_new_number(world: Any) -> None:
    second = a_link(world.chain, world.hidden, an_organisation(), confidential=True)
    before = shown(world.actors["leader"]).get(pk=second.pk)
    link = world.links["hidden"]
    edit_link(link=link, values={"confidential": False}, version=1, by=world.actors["buyer"])
    after = {row.pk: row for row in shown(world.actors["leader"])}
    assert after[link.pk].supplier_name == SECRET
    assert after[second.pk].supplier_name == "供应商 03", "01 has just been told to be its name"
    assert after[second.pk].supplier_key != before.supplier_key


def test_the_leader_learns_nothing_by_writing_the_same_link(world: Any) -> None:
    """Whether the relation is hidden there or not: the same answer, the same rows besides."""
    leader, hidden = world.actors["leader"], world.links["hidden"]
    values = {"year": hidden.year, "value": hidden.value, "product": hidden.product}
    for supplier in (world.hidden, an_organisation()):
        made = create_link(
            chain=world.chain, supplier=Named(supplier.pk), buyer=Named(world.buyer.pk), values=values, by=leader
        )
        assert (made.state, made.confidential) == (LinkState.ACTIVE, False)
    with pytest.raises(Invalid) as refused:
        create_link(
            chain=world.chain, supplier=Named(world.hidden.pk), buyer=Named(world.buyer.pk),
            values=values | {"confidential": True}, by=leader,
        )  # fmt: skip
    assert [fault.code for fault in refused.value.faults] == ["link.leader_hides"]


def test_the_leader_neither_changes_nor_opens_a_hidden_link(world: Any) -> None:
    with pytest.raises(Forbidden):
        edit_link(link=world.links["hidden"], values={"confidential": False}, version=1, by=world.actors["leader"])


def test_a_supplier_hides_its_own_name(world: Any) -> None:
    supplier = an_organisation()
    link = a_link(world.chain, supplier, world.buyer)
    with pytest.raises(Forbidden):
        conceal_link(link=link, by=world.actors["buyer"])
    conceal_link(link=link, by=actor_of(a_member("manager", supplier)))
    assert shown(world.actors["leader"]).get(pk=link.pk).supplier_name == "供应商 03"


def test_withdrawn_links_stay_with_the_buyer_and_the_operator(world: Any) -> None:
    SupplyLink._base_manager.filter(pk=world.links["hidden"].pk).update(state=LinkState.WITHDRAWN)
    seen = {name for name, actor in world.actors.items() if world.links["hidden"].is_visible_to(actor)}
    assert seen == {"operator", "buyer"}
    assert SupplyLink.visible_to(SYSTEM).filter(pk=world.links["hidden"].pk).exists()


def test_the_picture_is_what_the_page_says(world: Any, client: Client) -> None:
    client.force_login(world.people["leader"].account)
    told = json.loads(client.get(reverse("industry:chain_map", args=[world.chain.pk])).content)
    hidden = [node for node in told["nodes"] if node["hidden"]]
    assert [node["href"] for node in hidden] == ["", ""]
    assert sorted(node["name"] for node in hidden) == ["供应商 01", "供应商 02"]
    assert len(told["flows"]) == 3


def test_an_operator_of_another_role_reads_too(world: Any) -> None:
    assert shown(operator_actor("viewer")).get(pk=world.links["hidden"].pk).supplier_name == SECRET
