"""Capabilities: writing, showing, listing; who may do and see what."""

import csv
import gzip
from pathlib import Path

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.engines.matching import Need
from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.innovation.domain import capabilities as verbs
from rongtong.hub.innovation.domain.chain_graph import MissingFile, import_chain_graph
from rongtong.hub.innovation.enums import CapabilityState
from rongtong.hub.innovation.models import Capability
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.live import live_index
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Certificate, Organisation
from tests.factories import a_member, actor_of, an_organisation, operator_actor

pytestmark = pytest.mark.django_db

TEXT = "双频感应淬火机床，最大回转直径 7.5 米，层深 5 至 8 毫米，可做无软带扫描淬火。"
VALUES = {
    "title": "大型环件感应淬火",
    "text": TEXT,
    "products": ["回转支承滚道"],
    "equipment": ["600 kW 双频电源"],
    "certificates": ["CNAS"],
    "patents": [],
    "deliveries": "",
    "readiness": 7,
    "level": 0,
}


@pytest.fixture
def writer() -> Actor:
    return actor_of(a_member("contributor"))


@pytest.fixture
def rival() -> Actor:
    return actor_of(a_member("owner"))


def written(by: Actor, *, publish: bool = True, **values: object) -> Capability:
    made = verbs.create_capability(values=VALUES | values, by=by)
    return verbs.publish_capability(capability=made, by=by) if publish else made


def found(text: str, actor: Actor) -> list[str]:
    catch_up(live_index())
    return [match.listing.title for match in matches_for(Need(text), actor)]


def test_a_published_capability_is_found_by_others(writer, rival):
    written(writer)
    assert found("感应淬火", rival) == ["大型环件感应淬火"]
    assert found("感应淬火", writer) == []


def test_a_draft_is_found_by_nobody(writer, rival):
    made = written(writer, publish=False)
    assert found("感应淬火", rival) == []
    assert Capability.visible_to(rival).count() == 0
    assert Capability.visible_to(writer).get() == made


def test_a_changed_capability_is_found_by_its_new_words(writer, rival):
    made = written(writer)
    verbs.edit_capability(
        capability=made,
        values={"title": "渗碳", "text": "齿轮深层渗碳淬火，层深可达六毫米，变形可控。"},
        version=None,
        by=writer,
    )
    assert (found("渗碳", rival), found("软带扫描", rival)) == (["渗碳"], [])


def test_a_withdrawn_capability_is_found_no_more(writer, rival):
    verbs.withdraw_capability(capability=written(writer), by=writer)
    assert found("感应淬火", rival) == []


def test_members_only_is_hidden_from_visitors(writer, rival):
    written(writer, level=1)
    assert (found("感应淬火", VISITOR), len(found("感应淬火", rival))) == ([], 1)
    assert (Capability.visible_to(VISITOR).count(), Capability.visible_to(rival).count()) == (0, 1)


def test_a_suspended_organisation_is_not_listed(writer, rival):
    made = written(writer)
    owner = Organisation._base_manager.get(pk=made.organisation_id)
    owner.state = VerificationState.SUSPENDED
    owner.save()
    assert found("感应淬火", rival) == []


def test_a_new_certificate_stands_on_the_listing(writer, rival):
    made = written(writer, certificates=[])
    Certificate._base_manager.create(organisation=made.organisation, code="ISO 9001")
    catch_up(live_index())
    match = matches_for(Need("感应淬火"), rival)[0]
    assert match.listing.certificates == frozenset({"ISO 9001"})


@pytest.mark.parametrize(
    ("values", "fields"),
    [
        ({"title": " "}, ["title"]),
        ({"title": "x" * 121, "readiness": 12, "level": 2}, ["title", "readiness", "level"]),
        ({"products": ["p"] * 1 + [str(n) for n in range(50)]}, ["products"]),
        ({"patents": ["x" * 121]}, ["patents"]),
    ],
)
def test_every_fault_at_once(writer, values, fields):
    with pytest.raises(Invalid) as refused:
        verbs.create_capability(values=VALUES | values, by=writer)
    assert [fault.field for fault in refused.value.faults] == fields
    assert not Capability._base_manager.exists()


def test_too_little_is_not_published(writer):
    made = written(writer, publish=False, text="做淬火", products=[])
    with pytest.raises(Invalid) as refused:
        verbs.publish_capability(capability=made, by=writer)
    assert [fault.code for fault in refused.value.faults] == ["too_short"]


def test_a_newer_version_is_not_overwritten(writer):
    made = written(writer)
    verbs.edit_capability(capability=made, values={"title": "甲"}, version=2, by=writer)
    with pytest.raises(Stale) as refused:
        verbs.edit_capability(capability=made, values={"title": "乙"}, version=2, by=writer)
    assert (refused.value.theirs["title"], refused.value.yours["title"], refused.value.version) == ("甲", "乙", 3)
    assert Capability._base_manager.get().title == "甲"


EXPECTED = {
    "edit": ({"contributor", "manager", "owner"}, set(CapabilityState)),
    "publish": ({"contributor", "manager", "owner"}, {"draft", "withdrawn"}),
    "withdraw": ({"contributor", "manager", "owner", "operator"}, {"published"}),
    "delete": ({"manager", "owner"}, {"draft", "withdrawn"}),
}


@pytest.mark.parametrize("state", list(CapabilityState))
def test_who_may_do_what_in_which_state(state):
    owner = an_organisation()
    made = Capability._base_manager.create(organisation=owner, title="x", state=state)
    cast = {role: actor_of(a_member(role, owner)) for role in ("viewer", "contributor", "manager", "owner")}
    cast |= {"rival": actor_of(a_member("owner")), "operator": operator_actor(), "visitor": VISITOR}
    cast["stranger"] = Actor(account_id=cast["rival"].account_id)
    can = {
        verb: {who for who, actor in cast.items() if allowed(actor, f"capability.{verb}", made)} for verb in EXPECTED
    }
    assert can == {verb: who if state in states else set() for verb, (who, states) in EXPECTED.items()}


def test_the_table_above_is_whole():
    assert {verb for verb in VERBS if verb.startswith("capability.")} == {"capability.create"} | {
        f"capability.{verb}" for verb in EXPECTED
    }


def test_an_unverified_organisation_writes_nothing():
    stranger = actor_of(a_member("owner", an_organisation(verified=False)))
    with pytest.raises(Refusal) as refused:
        verbs.create_capability(values=VALUES, by=stranger)
    assert refused.value.code == "rights.role"


def test_what_may_not_be_seen_may_not_be_changed(writer, rival):
    made = written(writer, publish=False)
    with pytest.raises(NotVisible):
        verbs.edit_capability(capability=made, values={"title": "x"}, version=None, by=rival)


# Pages


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_in_both_languages(client: Client, writer, language):
    client.cookies["language"] = language
    made = written(writer)
    client.force_login(_account(writer))
    for name, args in [
        ("capabilities", []),
        ("own_capabilities", []),
        ("capability_new", []),
        ("capability", [made.pk]),
        ("capability_edit", [made.pk]),
        ("for_you", []),
    ]:
        response = client.get(reverse(f"innovation:{name}", args=args))
        assert response.status_code == 200, name
        assert ("Capabilit" in response.content.decode()) == (language == "en"), name


def _account(actor: Actor):
    from rongtong.hub.organisations.models import Account

    return Account._base_manager.get(pk=actor.person)


def test_written_and_published_in_one_step(client: Client, writer):
    client.force_login(_account(writer))
    form = {
        "title": "大型环件感应淬火",
        "text": TEXT,
        "products": "甲\n乙\n\n",
        "readiness": "7",
        "level": "0",
        "publish": "1",
    }
    response = client.post(reverse("innovation:capability_new"), form)
    made = Capability._base_manager.get()
    assert (response.status_code, made.state, made.products, made.readiness) == (302, "published", ["甲", "乙"], 7)


def test_faults_stand_at_their_fields(client: Client, writer):
    client.force_login(_account(writer))
    response = client.post(reverse("innovation:capability_new"), {"title": "", "level": "0"})
    assert (response.status_code, "data-errors" in response.content.decode()) == (422, True)
    assert not Capability._base_manager.exists()


def test_a_conflict_shows_both_versions(client: Client, writer):
    made = written(writer)
    client.force_login(_account(writer))
    verbs.edit_capability(capability=made, values={"title": "别人写的名称"}, version=None, by=writer)
    form = {"title": "我写的名称", "text": TEXT, "level": "0", "version": "2"}
    response = client.post(reverse("innovation:capability_edit", args=[made.pk]), form)
    page = response.content.decode()
    assert (response.status_code, "别人写的名称" in page, "我写的名称" in page) == (409, True, True)


def test_lists_ask_no_more_for_more_rows(client: Client, writer):
    client.force_login(_account(writer))
    counts = []
    for more in (1, 24, 20):
        for number in range(more):
            written(writer, title=f"能力{number}")
        client.get(reverse("innovation:capabilities"))
        with CaptureQueriesContext(connection) as queries:
            assert client.get(reverse("innovation:capabilities")).status_code == 200
        counts.append(len(queries))
    assert counts[0] <= counts[1] == counts[2] <= 12


# The chain graph


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    folder = tmp_path / "graph"
    folder.mkdir()
    tables = {
        "companies.csv": [
            ["id", "name", "fullname"],
            ["301079", "邵阳某", "邵阳某液压股份有限公司"],
            ["688268SH", "华某", "华某气体股份有限公司"],
        ],
        "industries.csv": [["code", "name"], ["720902", "液压件"]],
        "company_industry.csv": [["company", "industry"], ["301079SZ", "720902"]],
    }
    for name, rows in tables.items():
        with open(folder / name, "w", encoding="utf-8", newline="") as file:
            csv.writer(file).writerows(rows)
    with gzip.open(folder / "company_product.csv.gz", "wt", encoding="utf-8", newline="") as file:
        rows = [
            ["company", "product", "revenue_share"],
            ["301079SZ", "液压柱塞泵", "0.51"],
            ["688268SH", "特种气体", "x"],
            ["999999SH", "无主", "0.1"],
        ]
        csv.writer(file).writerows(rows)
    return folder


def test_the_graph_comes_in_once(graph: Path, rival):
    told: list[tuple[int, int]] = []
    first = import_chain_graph(graph, lambda done, total: told.append((done, total)))
    again = import_chain_graph(graph, lambda done, total: None)
    assert (first.organisations, first.capabilities, again.capabilities, again.known) == (2, 2, 0, 2)
    assert told == [(3, 3)]
    pump = Capability._base_manager.get(title="液压柱塞泵")
    assert (pump.organisation.identifier, pump.text) == ("301079", "占营业收入 51.0%。液压件")
    assert found("柱塞泵", rival) == ["液压柱塞泵"]
    assert pump.organisation.region == pump.organisation.industry == ""


def test_a_folder_without_the_graph_is_named(tmp_path: Path):
    with pytest.raises(MissingFile, match=r"companies\.csv"):
        import_chain_graph(tmp_path, lambda done, total: None)
