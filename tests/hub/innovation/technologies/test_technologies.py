"""Technologies: shares, disclosure level by level, listing, reverse match, who may do what, pages, API."""

from __future__ import annotations

import json
from decimal import Decimal
from fractions import Fraction
from pathlib import Path
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import reverse

from rongtong.engines.matching import Need
from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.innovation.domain import technologies as verbs
from rongtong.hub.innovation.domain.capabilities import create_capability, publish_capability
from rongtong.hub.innovation.domain.technologies import Part
from rongtong.hub.innovation.enums import TechnologyState
from rongtong.hub.innovation.forms.technologies import read_share, write_share
from rongtong.hub.innovation.listings import card_of_challenge
from rongtong.hub.innovation.models import Technology
from rongtong.hub.innovation.queries.technologies import GROUPS, disclosed_technology
from rongtong.hub.innovation.queries.technology_users import own_technology, users_of
from rongtong.hub.matching import live
from rongtong.hub.matching.catching_up import catch_up
from rongtong.hub.matching.domain.listings import put
from rongtong.hub.matching.live import live_index
from rongtong.hub.matching.models import Listing
from rongtong.hub.matching.queries import matches_for
from rongtong.hub.organisations.models import Account
from rongtong.hub.trust.domain.agreements import sign_nda
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_agreements import TECHNOLOGY, a_deal, a_technology, an_actor

pytestmark = pytest.mark.django_db
MARKS = {name: f"记号{place}号内容" for place, name in enumerate(GROUPS) if name not in ("owners", "inventors")}


@pytest.fixture(autouse=True)
def own_index(settings, tmp_path: Path):
    settings.INDEX_ROOT, settings.MATCHING_ENCODER = tmp_path, "none"
    live.forget()
    yield
    live.forget()


@pytest.fixture
def keeper() -> Actor:
    return an_actor()


def marked(by: Actor, **values: Any) -> Technology:
    """A technology in which every group says a word of its own."""
    texts = {("contact_name" if name == "contact" else name): text for name, text in MARKS.items()}
    return a_technology(by, inventors=["记号发明人"], **(texts | values))


# Shares


@pytest.mark.parametrize(
    ("parts", "shown"),
    [
        (["1/3", "1/3", "1/3"], ["33.34", "33.33", "33.33"]),
        (["40%", "0.35", "1/4"], ["40.00", "35.00", "25.00"]),
        (["1/7", "2/7", "4/7"], ["14.29", "28.57", "57.14"]),
    ],
    ids=["thirds", "mixed", "sevenths"],
)
def test_shares_are_exact_and_their_percentages_sum_to_a_hundred(keeper, parts, shown):
    firm = an_organisation(name="澜川份额测试有限公司")
    own = Technology(organisation_id=keeper.firm).organisation
    given = [Part(own.name, read_share(parts[0]), own.pk), Part(firm.name, read_share(parts[1]), firm.pk)]
    made = verbs.create_technology(
        values=TECHNOLOGY, owners=[*given, Part("外部研究院", read_share(parts[2]))], by=keeper
    )
    assert sum((one.share for one in made.owners.all()), Fraction(0)) == 1
    owners = disclosed_technology(made, keeper).owners
    assert [str(one.percent) for one in owners] == shown
    assert sum(one.percent for one in owners) == Decimal(100)


@pytest.mark.parametrize("text", ["1/3", "40%", "33.5%", "100%", "1/7"])
def test_a_share_is_read_as_it_is_written(text):
    assert write_share(read_share(text)) == text


@pytest.mark.parametrize(
    ("shares", "code"),
    [(["1/3", "1/3"], "sum"), (["0", "1"], "range"), (["2", "-1"], "range")],
    ids=["two thirds", "nothing", "negative"],
)
def test_shares_that_do_not_sum_to_one_are_refused(keeper, shares, code):
    own = Technology(organisation_id=keeper.firm).organisation
    parts = [Part(own.name, Fraction(shares[0]), own.pk), Part("外部研究院", Fraction(shares[1]))]
    with pytest.raises(Invalid) as refused:
        verbs.create_technology(values=TECHNOLOGY, owners=parts, by=keeper)
    assert code in [fault.code for fault in refused.value.faults]


def test_every_fault_at_once(keeper):
    values = {"title": " ", "kind": "x", "fields": ["没有"], "readiness": 12, "industry": "zz", "ways": ["gift"]}
    with pytest.raises(Invalid) as refused:
        verbs.create_technology(values=TECHNOLOGY | values, owners=[Part("他人", Fraction(1))], by=keeper)
    fields = [fault.field for fault in refused.value.faults]
    assert fields == ["title", "kind", "ways", "industry", "readiness", "fields", "owners"]


# Disclosure


def test_each_group_is_shown_from_its_level_on(keeper):
    coowner, stranger, signer = an_actor(), an_actor(), an_actor()
    made = marked(keeper)
    sign_nda(subject=made, name="签署人", agreed=True, by=signer)
    own = Technology(organisation_id=coowner.firm).organisation
    keeper_own = Technology(organisation_id=keeper.firm).organisation
    parts = [Part(keeper_own.name, Fraction(1, 2), keeper_own.pk), Part(own.name, Fraction(1, 2), own.pk)]
    verbs.edit_technology(technology=made, values={}, owners=parts, version=None, by=keeper)
    expected = {
        "visitor": (VISITOR, {"owners", "advantage", "details", "secret", "terms", "contact"}),
        "stranger": (stranger, {"details", "secret"}),
        "operator": (operator_actor(), {"details", "secret"}),
        "signer": (signer, {"secret"}),
        "coowner": (coowner, set()),
        "keeper": (keeper, set()),
    }
    for who, (actor, closed) in expected.items():
        shown = disclosed_technology(Technology.visible_to(actor).get(pk=made.pk), actor)
        assert set(shown.hidden) == closed, who


def test_no_door_tells_what_is_closed(client: Client, keeper):
    """Page, list, export, search, API and index, as somebody who may read level 1."""
    made = marked(keeper)
    stranger = a_member("manager")
    client.force_login(stranger.account)
    doors = [
        reverse("innovation:technology", args=[made.pk]),
        reverse("innovation:technologies"),
        reverse("innovation:technologies") + "?export=csv",
        f"/search/?q={TECHNOLOGY['title'][:6]}",
        "/api/v1/technologies",
        f"/api/v1/technologies/{made.pk}",
    ]
    for door in doors:
        text = client.get(door).content.decode("utf-8-sig")
        assert MARKS["details"] not in text and MARKS["secret"] not in text, door
    listing = Listing._base_manager.get(subject_id=made.pk)
    assert MARKS["details"] not in str(listing.texts) and MARKS["secret"] not in str(listing.texts)
    assert MARKS["advantage"] not in listing.texts["0"] and MARKS["advantage"] in listing.texts["1"]
    assert MARKS["secret"] in client_of(keeper).get(doors[0]).content.decode()


def client_of(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client


def test_a_draft_is_its_keepers_alone(keeper):
    made = a_technology(keeper, publish=False)
    for other in (VISITOR, an_actor(), operator_actor()):
        assert not Technology.visible_to(other).filter(pk=made.pk).exists()
    assert Technology.visible_to(keeper).get() == made


# Matching


def found(text: str, actor: Actor) -> list[str]:
    catch_up(live_index())
    return [match.listing.title for match in matches_for(Need(text), actor)]


def test_listed_while_it_is_published(keeper):
    made, other = a_technology(keeper), an_actor()
    assert found("双感应器软带", other) == [TECHNOLOGY["title"]]
    verbs.withdraw_technology(technology=made, by=keeper)
    assert found("双感应器软带", other) == []


def test_who_could_use_it_names_open_challenges_and_organisations_with_reasons(keeper):
    challenge = a_challenge(title="盾构主轴承滚道软带消除", problem="大型回转支承滚道淬火后首尾对接处形成软带。")
    put([card_of_challenge(challenge)])
    firm = an_actor()
    text = "回转支承滚道感应淬火加工，直径五米以内，软带宽度控制在二十毫米。"
    publish_capability(capability=create_capability(values={"title": "滚道淬火", "text": text}, by=firm), by=firm)
    made = a_technology(keeper)
    catch_up(live_index())
    users = users_of(own_technology(made.pk, keeper), keeper)
    assert [hit.challenge.title for hit in users.challenges] == [challenge.title]
    assert [hit.organisation.pk for hit in users.organisations] == [firm.organisation_id]
    assert users.challenges[0].score > 0 and users.challenges[0].top_words
    with pytest.raises(NotVisible):
        own_technology(made.pk, firm)
    assert client_of(keeper).get(reverse("innovation:technology_users", args=[made.pk])).status_code == 200


# Rights

EXPECTED = {
    "edit": ({"contributor", "manager", "owner"}, set(TechnologyState)),
    "publish": ({"contributor", "manager", "owner"}, {"draft", "withdrawn"}),
    "withdraw": ({"contributor", "manager", "owner", "operator"}, {"published"}),
    "delete": ({"manager", "owner"}, {"draft", "withdrawn"}),
}


def test_who_may_do_what_in_which_state():
    owner = an_organisation()
    cast = {role: actor_of(a_member(role, owner)) for role in ("viewer", "contributor", "manager", "owner")}
    cast |= {"rival": an_actor(role="owner"), "operator": operator_actor(), "visitor": VISITOR}
    coowner = an_actor(role="owner")
    made = a_technology(cast["manager"], coowners=(Technology(organisation_id=coowner.firm).organisation,))
    cast["coowner"] = coowner
    for state in TechnologyState:
        made.state = state
        can = {
            verb: {who for who, actor in cast.items() if allowed(actor, f"technology.{verb}", made)}
            for verb in EXPECTED
        }
        assert can == {verb: who if state in states else set() for verb, (who, states) in EXPECTED.items()}, state
    names = {verb for verb in VERBS if verb.startswith("technology.")}
    assert names == {"technology.create"} | {f"technology.{verb}" for verb in EXPECTED}


def test_a_newer_version_is_not_overwritten_and_what_was_negotiated_is_not_deleted(keeper):
    made = a_technology(keeper)
    verbs.edit_technology(technology=made, values={"title": "甲"}, version=made.version, by=keeper)
    with pytest.raises(Stale):
        verbs.edit_technology(technology=made, values={"title": "乙"}, version=made.version, by=keeper)
    made = verbs.withdraw_technology(technology=made, by=keeper)
    kept = a_technology(keeper)
    a_deal(kept, provider=keeper)
    kept = verbs.withdraw_technology(technology=kept, by=keeper)
    with pytest.raises(Refusal) as refused:
        verbs.delete_technology(technology=kept, by=keeper)
    assert refused.value.code == "technology.agreed"
    verbs.delete_technology(technology=made, by=keeper)
    assert Technology._base_manager.get() == kept


# Pages and API


def posted(**changed: Any) -> dict[str, Any]:
    own = {name: value for name, value in TECHNOLOGY.items() if name not in ("fields", "inventors")}
    rows = {"owners-TOTAL_FORMS": "1", "owners-INITIAL_FORMS": "0", "owners-0-share": "100%"}
    levels = {f"{name}_level": "1" for name in GROUPS}
    return own | rows | levels | {"fields_of_use": "C21D 9/40、C21D 1/10"} | changed


@pytest.mark.parametrize("language", ["zh-hans", "en"])
def test_pages_in_both_languages(keeper, language):
    client, made = client_of(keeper), marked(keeper)
    client.cookies["language"] = language
    for name, args in [
        ("technologies", []),
        ("technology_new", []),
        ("technology", [made.pk]),
        ("technology_edit", [made.pk]),
        ("technology_users", [made.pk]),
    ]:
        response = client.get(reverse(f"innovation:{name}", args=args))
        assert response.status_code == 200, name
        assert ("Technolog" in response.content.decode()) == (language == "en"), name


def test_written_published_saved_by_itself_and_in_conflict(keeper):
    client = client_of(keeper)
    own = Technology(organisation_id=keeper.firm).organisation.name
    answer = client.post(reverse("innovation:technology_new"), posted(publish="1", **{"owners-0-name": own}))
    made = Technology._base_manager.get()
    assert (answer.status_code, made.state, made.fields) == (302, "published", ["C21D 9/40", "C21D 1/10"])
    autosave = reverse("innovation:technology_autosave", args=[made.pk])
    rows = {"owners-0-name": own, "owners-0-share": "1/2", "version": made.version}
    saved = client.post(autosave, posted(title="自动保存的名称", **rows))
    made.refresh_from_db()
    assert (saved.status_code, made.title, [str(one.share) for one in made.owners.all()]) == (
        200,
        "自动保存的名称",
        ["1"],
    )
    stale = client.post(autosave, posted(**rows))
    assert (stale.status_code, stale.json()["theirs"]["title"]) == (409, "自动保存的名称")
    page = client.post(
        reverse("innovation:technology_edit", args=[made.pk]), posted(title="我的", **rows | {"owners-0-share": "1"})
    )
    assert (page.status_code, "自动保存的名称" in page.content.decode()) == (409, True)
    wrong = client.post(reverse("innovation:technology_new"), posted(title="", **{"owners-0-name": own}))
    assert (wrong.status_code, "data-errors" in wrong.content.decode()) == (422, True)


def test_lists_ask_no_more_for_more_rows(keeper):
    client, api = client_of(keeper), "/api/v1/technologies"
    counts = []
    for more in (1, 20, 9):
        for number in range(more):
            a_technology(keeper, title=f"成果{number}")
        for address in (reverse("innovation:technologies"), api):
            client.get(address)
            with CaptureQueriesContext(connection) as queries:
                assert client.get(address).status_code == 200
            counts.append(len(queries))
    assert counts[0] <= counts[2] == counts[4] <= 12 and counts[1] <= counts[3] == counts[5] <= 12


def test_the_api_does_what_the_pages_do(keeper):
    client = client_of(keeper)

    def call(method: str, path: str, body: Any = None) -> tuple[int, Any]:
        given = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        answer = getattr(client, method)(f"/api/v1/technologies{path}", **given)
        return answer.status_code, json.loads(answer.content) if answer.content else None

    body = {name: value for name, value in TECHNOLOGY.items() if name != "fields"} | {"fields_of_use": ["C21D"]}
    owners = [{"organisation_id": str(keeper.firm), "share": "2/3"}, {"name": "外部研究院", "share": "1/3"}]
    status, made = call("post", "", body | {"owners": owners})
    assert (status, [one["share"] for one in made["owners"]]) == (201, ["2/3", "1/3"])
    assert call("put", f"/{made['id']}", body | {"title": "改名"})[1]["title"] == "改名"
    assert call("post", f"/{made['id']}/publish")[1]["state"] == "published"
    assert call("get", "")[1]["items"][0]["id"] == made["id"]
    assert call("get", f"/{made['id']}/users")[0] == 200
    assert call("post", f"/{made['id']}/withdraw")[1]["state"] == "withdrawn"
    assert call("post", "", body | {"owners": [{"name": "x", "share": "1/0"}]})[0] == 422
    assert call("post", "", body | {"unknown": 1})[0] == 422
    assert call("delete", f"/{made['id']}")[0] == 204
    assert call("get", f"/{made['id']}")[0] == 404
