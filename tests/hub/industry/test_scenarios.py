"""What if: whom it can meet, what it costs, who reads it, and beside another."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

import pytest
from django.urls import reverse

from rongtong.engines.resilience import Disruption, simulate
from rongtong.hub.foundation.errors import Forbidden, Invalid
from rongtong.hub.foundation.models import Job, JobState
from rongtong.hub.industry.analysis_enums import WorkState
from rongtong.hub.industry.domain.analyses import compute
from rongtong.hub.industry.domain.scenarios import Asked, create_scenario, follow, share_scenario, values_of
from rongtong.hub.industry.models import Scenario
from rongtong.hub.industry.queries.networks import network_of
from rongtong.hub.industry.queries.scenarios import options_for, told
from tests.factories import a_member, actor_of, operator_actor, visitor

from .test_analyses import World

pytestmark = pytest.mark.django_db
ASKED = Asked("矿石停供", "country", ["AU"], start=5, days=60, recovery=10, horizon=120)


@pytest.fixture
def world() -> World:
    return World()


def followed(world: World, by: Any, asked: Asked = ASKED) -> Scenario:
    made = create_scenario(chain=world.chain, asked=asked, by=by)
    follow(made.pk)
    made.refresh_from_db()
    return made


def test_what_is_told_is_what_the_engine_says(world: World) -> None:
    found = followed(world, world.of(world.leader, "contributor"))
    once = simulate(network_of(world.chain, 2025).network(), [Disruption("country", ("AU",), 1.0, 5, 60, 10)], days=120)
    assert found.state == WorkState.DONE and Job._base_manager.get(pk=found.job_id).state == JobState.DONE
    assert found.result["total"] == pytest.approx(once.value_lost)
    assert [row[2] for row in found.result["days"]] == pytest.approx(once.lost.tolist())
    assert all(row[3] <= row[4] <= row[5] for row in found.result["days"]) and len(found.result["days"]) == 120
    assert found.result["value_at_risk"] >= found.result["total"] * 0.7
    assert found.result["firms"][0]["lost"] == once.firms()["lost"][0]


def test_a_firm_follows_its_own_links_the_leader_the_whole_chain(world: World) -> None:
    own, whole = followed(world, world.of(world.mill, "contributor")), followed(world, world.of(world.leader, "owner"))
    firms = [{row["firm"] for row in one.result["firms"]} for one in (own, whole)]
    assert firms[0] < firms[1]
    assert firms[0] <= {str(world.mine.pk), str(world.mill.firm.pk), str(world.works.firm.pk)}
    with pytest.raises(Invalid):
        create_scenario(
            chain=world.chain, asked=replace(ASKED, kind="firm", names=[str(world.forge.firm.pk)]),
            by=world.of(world.mill, "owner"),
        )  # fmt: skip


def test_names_are_those_each_reader_may_know(world: World) -> None:
    key = f"p:{world.hidden.pseudonym_id}"
    made = followed(world, world.of(world.works, "owner"), replace(ASKED, kind="firm", names=[key]))
    share_scenario(scenario=made, shared=True, by=world.of(world.works, "contributor"))
    made.refresh_from_db()
    assert told(made, world.of(world.works)).meets == world.secret.name
    assert told(made, world.of(world.leader)).meets == "供应商 01"
    options = dict(word for _head, words in options_for(world.chain, world.of(world.leader)) for word in words)
    assert options[f"firm:{key}"] == "供应商 01" and options["country:AU"] == "AU"
    assert options[f"product:{world.ore.pk}"] == str(world.ore)


def test_who_reads_one(world: World) -> None:
    made = followed(world, world.of(world.mill, "owner"))
    readers = [world.of(world.mill), world.of(world.leader), operator_actor("viewer"), actor_of(a_member()), visitor]
    assert [made.is_visible_to(one) for one in readers] == [True, False, False, False, False]
    with pytest.raises(Forbidden):
        share_scenario(scenario=made, shared=True, by=world.of(world.mill, "viewer"))
    share_scenario(scenario=made, shared=True, by=world.of(world.mill, "owner"))
    assert [made.is_visible_to(one) for one in readers] == [True, True, True, False, False]


@pytest.mark.parametrize(
    ("change", "field"),
    [
        ({"name": " "}, "name"), ({"names": ["XX"]}, "names"), ({"names": []}, "names"), ({"kind": "sector"}, "names"),
        ({"depth": 0.0}, "depth"), ({"days": 0}, "days"), ({"start": 120}, "start"), ({"horizon": 731}, "horizon"),
        ({"recovery": -1}, "recovery"),
    ],
    ids=["name", "stranger", "nobody", "kind", "depth", "days", "start", "horizon", "recovery"],
)  # fmt: skip
def test_what_cannot_be_asked_is_told_at_the_field(world: World, change: dict[str, Any], field: str) -> None:
    with pytest.raises(Invalid) as refused:
        create_scenario(chain=world.chain, asked=replace(ASKED, **change), by=operator_actor())
    assert [fault.field for fault in refused.value.faults] == [field]


def test_targets_of_two_kinds_are_refused() -> None:
    with pytest.raises(Invalid):
        values_of({"targets": ["country:AU", "firm:x"]})


def test_the_pages(world: World, client) -> None:
    client.force_login(a_member("contributor", world.leader).account)
    address = reverse("industry:scenario_new", args=[world.chain.pk])
    assert 'value="country:AU"' in client.get(address).content.decode()
    asked = {
        "name": "矿石停供", "targets": ["country:AU"], "depth": "80", "start": "5", "days": "30", "recovery": "0",
        "horizon": "90",
    }  # fmt: skip
    assert client.post(address, asked | {"days": "0"}).status_code == 422
    assert client.post(address, asked | {"start": "90"}).status_code == 422
    made = [client.post(address, asked | {"name": name})["Location"] for name in ("矿石停供", "另一个")]
    assert "等待中" in client.get(made[0]).content.decode()
    for row in Scenario._base_manager.all():
        follow(row.pk)
    other = Scenario._base_manager.get(name="另一个")
    page = client.get(made[0], {"with": str(other.pk)}).content.decode()
    assert "波及的企业" in page and "远洋矿业" in page and page.count("另一个") >= 2
    shared = client.post(reverse("industry:scenario_share", args=[other.pk]), follow=True).content.decode()
    assert "停止共享" in shared
    listed = client.get(reverse("industry:scenarios")).content.decode()
    assert listed.count("data-row=") == 2
    client.force_login(a_member().account)
    assert client.get(made[0]).status_code == 404


def test_through_the_api(world: World, client) -> None:
    client.force_login(a_member("contributor", world.leader).account)

    def post(path: str, body: dict[str, Any]) -> Any:
        return client.post(f"/api/v1{path}", body, content_type="application/json")

    begun = post("/analyses", {"chain_id": str(world.chain.pk)})
    assert begun.status_code == 201, begun.content
    compute(begun.json()["id"])
    listed = client.get(f"/api/v1/analyses?chain_id={world.chain.pk}").json()["items"]
    assert [(one["number"], one["state"], one["firms"]) for one in listed] == [(1, "done", 7)]
    risks = client.get(f"/api/v1/analyses/{begun.json()['id']}/risks").json()["items"]
    assert [one["rank"] for one in risks] == list(range(1, 8)) and "供应商 01" in {one["name"] for one in risks}
    weak = client.get("/api/v1/weak-links").json()["items"]
    assert len(weak) == 5 and weak[0]["stake"] == max(one["stake"] for one in weak)
    assert client.get(f"/api/v1/weak-links/{weak[0]['id']}").json() == weak[0]
    asked = {"chain_id": str(world.chain.pk), "name": "矿石停供", "kind": "country", "names": ["AU"], "horizon": 60}
    made = post("/scenarios", asked).json()
    follow(made["id"])
    shared = post(f"/scenarios/{made['id']}/share", {"shared": True}).json()
    assert shared["shared"] and shared["meets"] == "AU" and len(shared["daily"]) == 60
    assert shared["total"] == pytest.approx(sum(day["lost"] for day in shared["daily"]))
    assert client.get("/api/v1/scenarios").json()["items"][0]["id"] == made["id"]
    client.force_login(a_member().account)
    for path in (f"/analyses/{begun.json()['id']}", f"/weak-links/{weak[0]['id']}", f"/scenarios/{made['id']}"):
        assert client.get(f"/api/v1{path}").status_code == 404
