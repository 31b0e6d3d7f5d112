"""An analysis of a chain: what it finds, who reads which rows, and that no figure or name tells a hidden supplier."""

from __future__ import annotations

import io
from decimal import Decimal
from typing import Any
from uuid import UUID, uuid4

import openpyxl
import pytest
from django.db import connection
from django.test.utils import CaptureQueriesContext
from django.urls import reverse
from django.utils import translation

from rongtong.engines.resilience import dependencies, explain, systemic_risk
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.jobs import cancel_job
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.industry.analysis_enums import WorkState
from rongtong.hub.industry.domain import analyses
from rongtong.hub.industry.domain.analyses import compute, start_analysis
from rongtong.hub.industry.models import Analysis, Chain, Firm, FirmRisk, ProductInput, SupplyLink, WeakLink
from rongtong.hub.industry.queries.maps import map_of
from rongtong.hub.industry.queries.networks import names_for, network_of
from rongtong.hub.industry.queries.weak_links import made_of, sentence, weak_links_for, with_suppliers
from rongtong.hub.industry.tasks import run_analysis
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, actor_of, an_organisation, operator_actor, visitor

from .factories_industry import a_chain, a_firm, a_link, a_product

pytestmark = pytest.mark.django_db


class World:
    """Ore from abroad goes into steel, steel into gears; one steel mill is hidden, and sells by name as well."""

    def __init__(self) -> None:
        self.leader = an_organisation(size="large")
        self.chain = a_chain(self.leader)
        self.ore, self.steel, self.gear = (a_product(self.chain, tier) for tier in (1, 2, 3))
        for made, needs in ((self.steel, self.ore), (self.gear, self.steel)):
            ProductInput._base_manager.create(product=made, input=needs, essentiality=2)
        self.mill, self.forge, self.works = (an_organisation() for _ in range(3))
        self.mine = a_firm("远洋矿业", country="AU")
        self.secret = an_organisation(name="不可说特钢有限公司")
        link = self.link
        self.from_mine = link(self.mine, self.mill, self.ore, 300, stock_days=0)
        link(self.mine, self.forge, self.ore, 200, stock_days=40)
        link(self.mill, self.works, self.steel, 500)
        link(self.forge, self.works, self.steel, 100)
        self.hidden = link(self.secret, self.works, self.steel, 150, confidential=True)
        self.open = link(self.secret, self.forge, self.gear, 20)
        link(self.works, self.leader, self.gear, 900)

    def link(self, supplier: Any, buyer: Any, product: Any, value: int, **fields: Any) -> SupplyLink:
        return a_link(self.chain, supplier, buyer, product=product, value=Decimal(value * 10_000), **fields)

    def of(self, organisation: Organisation, role: str = "viewer") -> Any:
        return actor_of(a_member(role, organisation))

    def analysed(self) -> Analysis:
        started = start_analysis(chain=self.chain, by=operator_actor())
        compute(started.pk)
        started.refresh_from_db()
        return started


@pytest.fixture
def world() -> World:
    return World()


def test_what_is_kept_is_what_the_engine_says_of_the_links(world: World) -> None:
    found = world.analysed()
    told = network_of(world.chain, 2025)
    network = told.network()
    risk = systemic_risk(network)
    assert (found.state, found.number, found.firms, found.links) == (WorkState.DONE, 1, 7, 7)
    assert found.traps == ["truncated", "no_final_demand", "hidden_apart"]
    kept = {
        f"p:{row.pseudonym_id}" if row.pseudonym_id else str(row.firm_id): row.esri
        for row in FirmRisk._base_manager.filter(analysis=found)
    }
    assert kept == dict(zip(risk.names.to_list(), risk.esri.tolist(), strict=True))
    mine = FirmRisk._base_manager.get(analysis=found, firm=world.mine)
    parts = explain(network, str(world.mine.pk))
    assert sum(one[2] for one in mine.parts) + mine.own == pytest.approx(parts.esri)
    assert mine.parts[0][0] == str(world.from_mine.pk)
    inputs = dependencies(network).inputs
    assert WeakLink._base_manager.filter(analysis=found).count() == len(inputs)
    ore = WeakLink._base_manager.get(analysis=found, link=world.from_mine)
    assert (ore.buyer.organisation, ore.product, ore.suppliers, ore.abroad) == (world.mill, world.ore, 1, 1.0)
    assert ore.stops_after is not None and ore.stops_after <= 2


def test_a_weak_link_in_a_sentence_in_both_languages(world: World) -> None:
    world.analysed()
    row = WeakLink._base_manager.get(link=world.from_mine)
    assert sentence(row) == f"唯一供应商，境外（AU），无库存，链内没有别家可供，停供 {row.stops_after} 天后停产。"
    with translation.override("en"):
        days = "1 day" if row.stops_after == 1 else f"{row.stops_after} days"
        assert sentence(row) == (
            f"Only supplier, abroad (AU), no stock, nobody else in the chain sells it, stops {days} after supply stops."
        )
    two = WeakLink._base_manager.get(buyer__organisation=world.works)
    assert sentence(two).startswith("最大供应商占 67%")


def test_a_firm_reads_its_own_rows_the_leader_its_chain_and_the_operator_all(world: World) -> None:
    world.analysed()
    seen = {
        name: (FirmRisk.visible_to(actor).count(), weak_links_for(actor).count(), Analysis.visible_to(actor).count())
        for name, actor in {
            "visitor": visitor,
            "stranger": actor_of(a_member()),
            "works": world.of(world.works),
            "secret": world.of(world.secret),
            "leader": world.of(world.leader),
            "operator": operator_actor("viewer"),
        }.items()
    }
    assert seen == {
        "visitor": (0, 0, 0), "stranger": (0, 0, 0), "works": (1, 1, 1), "secret": (2, 0, 1), "leader": (7, 5, 1),
        "operator": (7, 5, 1),
    }  # fmt: skip


def test_a_hidden_supplier_bears_its_number_and_its_figures_stand_apart(world: World, client) -> None:
    world.analysed()
    leader, buyer = world.of(world.leader, "manager"), world.of(world.works)
    rows = FirmRisk._base_manager.filter(firm__organisation=world.secret).order_by("pseudonym_id")
    assert {row.pseudonym_id for row in rows} == {None, world.hidden.pseudonym_id}
    keys = [f"p:{world.hidden.pseudonym_id}", str(world.open.supplier_id)]
    told = {actor: [names_for(keys, actor)[key].name for key in keys] for actor in (leader, operator_actor())}
    assert told[leader] == ["供应商 01", world.secret.name]
    assert list(told.values())[1] == [world.secret.name] * 2
    assert names_for(keys, buyer)[keys[0]].name == world.secret.name
    world.open.confidential, world.open.pseudonym = True, world.hidden.pseudonym
    world.open.save()
    assert names_for(keys, leader)[keys[1]].name == "按合同隐去的企业"
    client.force_login(a_member("manager", world.leader).account)
    hidden = FirmRisk._base_manager.get(pseudonym=world.hidden.pseudonym)
    texts = [
        client.get(reverse("industry:risks", args=[world.chain.pk]), {"of": str(hidden.pk)}).content.decode(),
        client.get(reverse("industry:weak_links")).content.decode(),
        *(client.get(reverse("industry:weak_link", args=[one.pk])).content.decode() for one in weak_links_for(leader)),
        *(str([cell.value for row in sheet.rows for cell in row]) for sheet in _sheets(client, world.chain)),
    ]
    assert [world.secret.name in text for text in texts] == [False] * len(texts)
    assert "供应商 01" in texts[0]
    assert {uuid: risk for uuid, risk in _colours(world, leader).items() if uuid == world.secret.firm.pk} == {}


def _sheets(client: Any, chain: Chain) -> list[Any]:
    addresses = [reverse("industry:risks", args=[chain.pk]), reverse("industry:weak_links")]
    answers = [client.get(address, {"export": "xlsx"}) for address in addresses]
    contents = [b"".join(one.streaming_content) if one.streaming else one.content for one in answers]
    return [openpyxl.load_workbook(io.BytesIO(one)).worksheets[0] for one in contents]


def _colours(world: World, actor: Any) -> dict[UUID, float]:
    nodes = map_of(world.chain, 2025, actor).nodes
    return {key: node.risk for key, node in nodes.items() if node.risk is not None}


def test_the_map_has_the_colours_of_the_newest_analysis(world: World) -> None:
    assert _colours(world, world.of(world.leader)) == {}
    world.analysed()
    told = _colours(world, world.of(world.leader))
    assert told[world.mine.pk] == FirmRisk._base_manager.get(firm=world.mine).esri and len(told) == 7
    assert set(_colours(world, world.of(world.works))) == {Firm._base_manager.get(organisation=world.works).pk}


def test_the_links_that_make_up_a_score_are_those_the_reader_sees(world: World) -> None:
    world.analysed()
    risk = FirmRisk._base_manager.get(firm=world.mine)
    all_of_it = made_of(risk, world.of(world.leader))
    assert all_of_it.others == 0 and [one.carried for one in all_of_it.parts] == sorted(
        (one.carried for one in all_of_it.parts), reverse=True
    )
    some = made_of(risk, world.of(world.mill))
    assert {one.supplier.name for one in some.parts} <= {"远洋矿业", world.mill.name} and some.others > 0
    row = with_suppliers([WeakLink._base_manager.get(rank=1)], visitor)[0]
    assert row.supplier is None  # type: ignore[attr-defined]  # set by the query


def test_who_begins_one_and_when(world: World) -> None:
    with pytest.raises(Forbidden):
        start_analysis(chain=world.chain, by=world.of(world.works, "owner"))
    with pytest.raises(Forbidden):
        start_analysis(chain=world.chain, by=world.of(world.leader, "viewer"))
    with pytest.raises(Invalid):
        start_analysis(chain=a_chain(), by=operator_actor())
    with pytest.raises(Invalid):
        start_analysis(chain=world.chain, year=2020, by=operator_actor())
    first = start_analysis(chain=world.chain, by=world.of(world.leader, "contributor"))
    with pytest.raises(Refusal, match="正在进行"):
        start_analysis(chain=world.chain, by=operator_actor())
    compute(first.pk)
    compute(first.pk)
    assert FirmRisk._base_manager.count() == 7
    assert world.analysed().number == 2
    assert set(weak_links_for(operator_actor()).values_list("analysis__number", flat=True)) == {2}


def test_one_that_is_stopped_leaves_nothing(world: World, monkeypatch: pytest.MonkeyPatch) -> None:
    operator = operator_actor()
    started = start_analysis(chain=world.chain, by=operator)
    monkeypatch.setattr(
        analyses, "_weak", lambda *_: cancel_job(job=Job._base_manager.get(pk=started.job_id), by=operator) and []
    )
    compute(started.pk)
    started.refresh_from_db()
    assert started.state == WorkState.STOPPED
    assert Job._base_manager.get(pk=started.job_id).state == JobState.CANCELLED
    assert not FirmRisk._base_manager.exists()
    monkeypatch.undo()
    assert world.analysed().number == 2


def test_the_pages(world: World, client, django_assert_max_num_queries) -> None:
    leader = a_member("manager", world.leader)
    client.force_login(leader.account)
    address = reverse("industry:risks", args=[world.chain.pk])
    assert "还没有分析结果" in client.get(address).content.decode()
    begun = client.post(reverse("industry:analysis_start", args=[world.chain.pk]))
    job = Job._base_manager.get()
    assert begun["Location"] == reverse("web:job", args=[job.pk])
    assert f"job-{job.pk}" in client.get(address).content.decode()
    run_analysis(str(Analysis._base_manager.get().pk))
    ore = reverse("industry:weak_link", args=[WeakLink._base_manager.get(link=world.from_mine).pk])
    page = client.get(address).content.decode()
    assert page.count("data-row=") == 7 and 'data-total="7"' in page
    assert "按合同隐去的供方按代号单独计算" in page
    with django_assert_max_num_queries(24):
        board = client.get(reverse("industry:weak_links"), {"single": "1", "view": "cards"}).content.decode()
    assert "唯一供应商，境外（AU），无库存" in board
    with django_assert_max_num_queries(24):
        one = client.get(ore).content.decode()
    assert "远洋矿业" in one and "最大供方停产，损失经过哪里" in one
    client.force_login(a_member("owner").account)
    assert client.get(ore).status_code == 404
    assert client.get(reverse("industry:weak_link", args=[uuid4()])).status_code == 404


def test_more_rows_cost_no_more_queries(world: World, client) -> None:
    client.force_login(a_member("manager", world.leader).account)
    addresses = [reverse("industry:risks", args=[world.chain.pk]), reverse("industry:weak_links")]
    counts = []
    for more in (25, 30):
        for number in range(more):
            world.link(a_firm(f"供方{more}-{number}"), world.works, world.steel, 1 + number)
            world.link(a_firm(f"小厂{more}-{number}"), an_organisation(), world.ore, 1 + number)
        world.analysed()
        for address in addresses:
            client.get(address)
            with CaptureQueriesContext(
                connection,
            ) as asked:
                client.get(address)
            counts.append(len(asked))
    assert counts[:2] == counts[2:]
    assert max(counts) <= 12


def test_nobody_else_begins_one_by_the_page(world: World, client) -> None:
    client.force_login(a_member("owner").account)
    assert client.post(reverse("industry:analysis_start", args=[world.chain.pk])).status_code == 403
    with pytest.raises(NotVisible):
        start_analysis(chain=a_chain(state="closed"), by=actor_of(a_member()))
