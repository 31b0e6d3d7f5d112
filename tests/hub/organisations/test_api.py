"""Those who take part, through the API: the same verbs, rights and refusals as on the pages."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client

from rongtong.hub.organisations.domain import invitations, tokens
from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.models import Invitation, Member, Organisation
from tests import factories

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


class Api:
    """A client with the token of a person, as a program would be."""

    def __init__(self, member: Member, *scopes: str) -> None:
        token = tokens.create_token(
            organisation=member.organisation,
            name="tests",
            scopes=scopes or ("organisation:read", "organisation:write", "member:read"),
            days=1,
            by=factories.actor_of(member),
        )
        self.client = Client(headers={"authorization": f"Bearer {token.secret}"})

    def get(self, path: str, **query: Any) -> Any:
        return self.client.get(ROOT + path, query)

    def send(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        content = json.dumps(body if body is not None else {})
        return self.client.generic(method, ROOT + path, content, content_type="application/json", headers=headers)

    def post(self, path: str, body: Any = None, **headers: str) -> Any:
        return self.send("POST", path, body, **headers)


@pytest.fixture
def owner() -> Member:
    return factories.a_member(Role.OWNER)


@pytest.fixture
def staff() -> Member:
    return factories.a_member(Role.MANAGER, factories.an_organisation(OrganisationKind.OPERATOR))


def test_the_list_pages_through_everything_once(owner: Member) -> None:
    for _ in range(7):
        factories.an_organisation()
    api = Api(owner)
    seen, path, pages = [], f"{ROOT}/organisations?limit=3", 0
    while path:
        answer = api.client.get(path).json()
        seen += [item["id"] for item in answer["items"]]
        path, pages = answer["next"], pages + 1
    assert pages == 3 and len(seen) == len(set(seen)) == 8


@pytest.mark.parametrize(
    ("query", "count"),
    [
        ({"q": "lccs"}, 2),
        ({"kind": "university"}, 1),
        ({"size_class": "small"}, 1),
        ({"region": "990000"}, 2),
        ({"region": "99"}, 0),
        ({"region": "%"}, 0),
        ({"industry": "C"}, 1),
        ({"industry": "';--"}, 0),
        ({"state": "pending"}, 0),
    ],
)
def test_the_list_is_narrowed(owner: Member, query: dict[str, str], count: int) -> None:
    factories.an_organisation("university")
    factories.an_organisation(state="pending")
    assert len(Api(owner).get("/organisations", **query).json()["items"]) == count


def test_a_profile_goes_out_field_by_field(owner: Member) -> None:
    answer = Client().get(f"{ROOT}/organisations/{owner.organisation_id}")
    assert set(answer.json()) == {
        "id", "version", "kind", "name", "name_en", "short_name", "scheme", "identifier", "country", "industry",
        "region", "address", "founded", "introduction", "size_class", "cultivation", "cultivation_certificate",
        "cultivation_expires", "leads_chain", "state",
    }  # fmt: skip
    assert Client().get(f"{ROOT}/organisations/{owner.organisation_id}/figures").json() == []


def test_a_change_names_the_version_it_was_made_from(owner: Member) -> None:
    api, path = Api(owner), f"/organisations/{owner.organisation_id}"
    tag = api.get(path).headers["ETag"]
    assert api.send("PATCH", path, {"address": "1号"}).status_code == 422
    done = api.send("PATCH", path, {"address": "1号"}, **{"If-Match": tag})
    assert (done.status_code, done.json()["address"]) == (200, "1号")
    stale = api.send("PATCH", path, {"address": "2号"}, **{"If-Match": tag})
    assert (stale.status_code, stale.json()["code"]) == (409, "version.stale")
    assert stale.json()["theirs"]["address"] == "1号"


@pytest.mark.parametrize("field", ["size_class", "state", "verified_at", "source", "search_keys", "id", "version"])
def test_what_is_derived_or_decided_is_not_taken_in(owner: Member, field: str) -> None:
    api, path = Api(owner), f"/organisations/{owner.organisation_id}"
    before = Organisation._base_manager.values().get(pk=owner.organisation_id)
    answer = api.send("PATCH", path, {field: "verified"}, **{"If-Match": api.get(path).headers["ETag"]})
    assert answer.status_code == 422
    assert Organisation._base_manager.values().get(pk=owner.organisation_id) == before


def test_figures_and_certificates(owner: Member) -> None:
    api, path = Api(owner), f"/organisations/{owner.organisation_id}"
    body = {"years": [{"year": 2025, "headcount": 420, "revenue": "60000000.00"}]}
    assert api.send("PUT", f"{path}/figures", body).json()[0]["revenue"] == {"amount": "60000000.00", "currency": "CNY"}
    assert api.get(path).json()["size_class"] == "medium"
    made = api.post(f"{path}/certificates", {"code": "ISO 9001", "expires": "2028-12-31"})
    assert (made.status_code, made.json()["expires"]) == (201, "2028-12-31")
    assert api.send("DELETE", f"{path}/certificates/{made.json()['id']}").status_code == 204
    assert api.get(f"{path}/certificates").json() == []


def test_registering_handing_in_and_verifying(staff: Member) -> None:
    client = Client()
    client.force_login(factories.an_account())
    person = client.session["_auth_user_id"]
    body = {
        "kind": "university",
        "name": "杭州接口大学",
        "identifier": factories.make_credit_code("330106", 4711, "12"),
        "region": "330106",
    }
    blocked = Client(enforce_csrf_checks=True)
    blocked.force_login(factories.an_account())
    refused = blocked.post(f"{ROOT}/organisations", json.dumps(body), content_type="application/json")
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    made = client.post(f"{ROOT}/organisations", json.dumps(body), content_type="application/json")
    assert made.status_code == 201, made.content
    path = f"/organisations/{made.json()['id']}"
    assert Member._base_manager.get(organisation=made.json()["id"]).account_id.hex == person.replace("-", "")
    assert client.post(ROOT + path + "/submit").json()["state"] == "pending"
    api = Api(staff)
    assert api.post(path + "/return", {"reason": "请补充地址"}).json()["state"] == "returned"
    assert client.post(ROOT + path + "/submit").status_code == 200
    assert api.post(path + "/verify").json()["state"] == "verified"
    assert api.post(path + "/suspend", {"reason": "核查"}).json()["state"] == "suspended"
    assert api.post(path + "/restore").json()["state"] == "verified"
    again = api.post(path + "/verify")
    assert (again.status_code, again.json()["code"]) == (409, "rights.state")


def test_members_of_ones_own_alone(owner: Member) -> None:
    other = factories.a_member()
    api = Api(owner)
    assert [item["id"] for item in api.get("/members").json()["items"]] == [str(owner.pk)]
    assert api.get(f"/members/{other.pk}").status_code == 404
    refused = api.post(f"/members/{owner.pk}/role", {"role": "viewer"})
    assert (refused.status_code, refused.json()["code"]) == (403, "rights.scope"), "who acts is not a program's to say"
    assert Client().get(f"{ROOT}/members").status_code == 401


def test_people_manage_members_in_a_session(owner: Member) -> None:
    client = Client()
    client.force_login(owner.account)
    viewer = factories.a_member(Role.VIEWER, owner.organisation)

    def post(path: str, body: Any = None) -> Any:
        return client.post(ROOT + path, json.dumps(body or {}), content_type="application/json")

    assert post(f"/members/{viewer.pk}/role", {"role": "manager"}).json()["role"] == "manager"
    assert post(f"/members/{viewer.pk}/end").json()["until"] is not None
    invited = post(
        f"/organisations/{owner.organisation_id}/invitations", {"email": "x@tests.example", "role": "viewer"}
    )
    assert invited.status_code == 201
    assert "digest" not in invited.content.decode()
    assert len(client.get(f"{ROOT}/invitations").json()["items"]) == 1
    assert post(f"/invitations/{invited.json()['id']}/withdraw").json()["state"] == "withdrawn"
    last = post(f"/members/{owner.pk}/end")
    assert (last.status_code, last.json()["code"]) == (409, "member.last_owner")


def test_the_invited_accepts(owner: Member) -> None:
    invitation = invitations.invite_member(
        organisation=owner.organisation, email="y@tests.example", role="viewer", by=factories.actor_of(owner)
    )
    client = Client()
    client.force_login(factories.an_account(email="y@tests.example"))
    assert client.post(f"{ROOT}/invitations/{invitation.pk}/accept").json()["role"] == "viewer"
    stranger = Client()
    stranger.force_login(factories.an_account())
    assert stranger.get(f"{ROOT}/invitations/{invitation.pk}").status_code == 404
    assert Invitation._base_manager.get().state == "accepted"


def test_tokens_are_read_and_revoked_never_made(owner: Member) -> None:
    Api(owner)
    client = Client()
    client.force_login(owner.account)
    listed = client.get(f"{ROOT}/tokens").json()["items"]
    assert len(listed) == 1 and set(listed[0]) == {"id", "name", "scopes", "expires_at", "used_at", "revoked_at"}
    assert client.post(f"{ROOT}/tokens").status_code == 405
    assert client.post(f"{ROOT}/tokens/{listed[0]['id']}/revoke").json()["revoked_at"]


def test_ones_own_account(owner: Member) -> None:
    client = Client()
    client.force_login(owner.account)
    shown = client.get(f"{ROOT}/account").json()
    assert (shown["email"], shown["role"]) == (owner.account.email, "owner")
    body = json.dumps({"name": "新名", "language": "en"})
    assert client.patch(f"{ROOT}/account", body, content_type="application/json").json()["name"] == "新名"
    for body in ('{"email": "x@y.example"}', '{"is_superuser": true}', '{"name": ""}', '{"language": "fr"}'):
        assert client.patch(f"{ROOT}/account", body, content_type="application/json").status_code == 422, body


def test_an_import_through_the_api(staff: Member, owner: Member) -> None:
    api = Api(staff)
    text = f"机构名称,证件号码,地区\n杭州接口机械厂,{factories.make_credit_code('330106', 5)},330106\n无号厂,,\n"
    file = SimpleUploadedFile("名单.csv", text.encode("gb18030"))
    made = api.client.post(f"{ROOT}/organisation-imports", {"file": file})
    assert made.status_code == 201, made.content
    batch = made.json()
    assert (batch["counts"]["new"], batch["counts"]["faulty"], len(batch["faults"])) == (1, 1, 1)
    path = f"/organisation-imports/{batch['id']}"
    assert Api(owner).get(path).status_code == 403
    assert api.post(f"{path}/rename", {"renames": {"地区": "", "\x00": "name"}}).json()["counts"]["new"] == 1
    assert api.post(f"{path}/decide", {"decisions": {"2": "new"}}).status_code == 200
    assert api.post(f"{path}/apply").json()["state"] == "applied"
    assert Organisation._base_manager.filter(name="杭州接口机械厂").exists()
    assert api.post(f"{path}/undo").json()["state"] == "undone"
    assert len(api.get("/organisation-imports").json()["items"]) == 1


@pytest.mark.parametrize("text", ["\x00", "\u202e", "<script>", "'; DROP", "=1+1", "a" * 5000, "\U0001f600", "\ud800"])
def test_odd_texts_break_nothing(owner: Member, text: str) -> None:
    client = Client()
    client.force_login(owner.account)
    path = f"{ROOT}/organisations/{owner.organisation_id}"
    tag = client.get(path).headers["ETag"]
    body = json.dumps({"address": text, "introduction": text, "short_name": text})
    answer = client.patch(path, body, content_type="application/json", headers={"if-match": tag})
    assert answer.status_code in (200, 422)
    for where in ("certificates", "invitations"):
        body = json.dumps(
            {"code": text, "number": text} if where == "certificates" else {"email": text, "role": "viewer"}
        )
        assert client.post(f"{path}/{where}", body, content_type="application/json").status_code in (201, 422)
    if text != "\ud800":  # no address can hold half a character
        query = {"q": text, "region": text, "industry": text}
        assert client.get(f"{ROOT}/organisations", query).status_code == 200
