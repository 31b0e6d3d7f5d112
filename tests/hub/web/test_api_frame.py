"""Notices, kept searches and jobs through the API: every operation, by everybody it is and is not for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.foundation import jobs
from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.models import AuditEntry, Job, Notice, SavedSearch
from rongtong.hub.foundation.notices import notify
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.organisations.domain.members import end_membership
from rongtong.hub.organisations.models import Member
from rongtong.hub.web.domain.searches import save_search
from tests.factories import a_challenge, a_member, actor_of, an_account
from tests.programs import ROOT, Program

pytestmark = pytest.mark.django_db
ALL = tuple(f"{noun}:{what}" for noun in ("notice", "search", "job") for what in ("read", "write"))


def calling(member: Member | None = None, *scopes: str) -> Program:
    return Program(member, *(scopes or ALL))


@pytest.fixture
def member() -> Member:
    return a_member("manager")


def told(member: Member, about: Any = None) -> Notice:
    notify("challenge.invited", to=[member.account_id], about=about or a_challenge(), by=SYSTEM)
    return Notice._base_manager.filter(account_id=member.account_id).latest("created_at")


def begun(member: Member, **fields: Any) -> Job:
    job = jobs.start("export", by=actor_of(member), total=10)
    Job._base_manager.filter(pk=job.pk).update(**fields) if fields else None
    job.refresh_from_db()
    return job


def kept(member: Member, name: str = "淬火", **other: Any) -> SavedSearch:
    return save_search(
        **{"page": "challenges", "name": name, "query": "q=淬火", "notify": False, **other}, by=actor_of(member)
    )


# ---- notices


def test_notices_are_read_one_by_one_and_all_at_once(member):
    challenge = a_challenge()
    first = told(member, challenge)
    told(member), told(member)
    call = calling(member)
    items = call("get", "/notices").json()["items"]
    assert len(items) == 3
    one = next(item for item in items if item["id"] == str(first.pk))
    assert (one["event"], one["about"], one["about_id"]) == ("challenge.invited", "challenge", str(challenge.pk))
    assert challenge.title in one["words"] and one["link"] == f"/challenges/{challenge.pk}/"
    assert call("get", f"/notices/{first.pk}").json() == one
    assert not Notice._base_manager.exclude(read_at=None).exists()  # looking marks nothing
    assert call("post", f"/notices/{first.pk}/read").json()["read_at"] is not None
    assert call("post", f"/notices/{first.pk}/read").status_code == 200  # again: as it was
    assert len(call("get", "/notices?unread=true").json()["items"]) == 2
    assert call("post", "/notices/read").json() == {"read": 2}
    assert call("post", "/notices/read").json() == {"read": 0}
    assert call("get", "/notices?unread=true").json() == {"items": [], "next": None}


def test_a_notice_of_somebody_else_is_not_there(member):
    theirs = told(a_member("owner"))
    call = calling(member)
    assert call("get", "/notices").json()["items"] == []
    for method, path in (("get", "/notices/{}"), ("post", "/notices/{}/read")):
        hidden, absent = (call(method, path.format(pk)) for pk in (theirs.pk, uuid4()))
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert call("post", "/notices/read").json() == {"read": 0}
    theirs.refresh_from_db()
    assert theirs.read_at is None


def test_a_notice_outlives_no_right(member):
    challenge = a_challenge()
    row, call = told(member, challenge), calling(member)
    challenge.state = ChallengeState.DRAFT
    challenge.save()
    assert call("get", "/notices").json()["items"] == []
    assert call("get", f"/notices/{row.pk}").status_code == 404
    assert call("post", f"/notices/{row.pk}/read").status_code == 404


# ---- kept searches


def test_a_search_from_saving_to_forgetting(member):
    call = calling(member)
    body = {"page": "challenges", "name": "淬火", "query": "?q=淬火&page=3", "notify": True}
    made = call("post", "/searches", body)
    assert made.status_code == 201, made.content
    search = made.json()
    assert (search["query"], search["notify"], search["version"]) == ("q=%E6%B7%AC%E7%81%AB", True, 1)
    assert search["link"] == "/challenges/?q=%E6%B7%AC%E7%81%AB"
    assert call("get", "/searches").json()["items"] == [search]
    quiet = call("post", "/searches", body | {"notify": False}).json()
    assert (quiet["id"], quiet["notify"], quiet["version"]) == (search["id"], False, 2)
    shown = call("get", f"/searches/{search['id']}")
    assert shown.json() == quiet and shown["ETag"] != made["ETag"]
    assert call("delete", f"/searches/{search['id']}").status_code == 204
    assert call("get", f"/searches/{search['id']}").status_code == 404
    assert not SavedSearch._base_manager.exists()


@pytest.mark.parametrize(
    "body",
    [
        {"page": "nonsense", "name": "x"},
        {"page": "challenges", "name": " "},
        {"page": "challenges", "name": "x" * 81},
        {"page": "challenges", "name": "a\x00"},
        {"page": "challenges", "name": "x", "query": "q" * 2001},
        {"page": "challenges", "name": "x", "account_id": str(uuid4())},
        {"name": "x"},
    ],
)
def test_what_is_no_search(member, body):
    answer = calling(member)("post", "/searches", body)
    assert (answer.status_code, answer.json()["code"]) == (422, "input.invalid")
    assert not SavedSearch._base_manager.exists()


def test_a_search_of_somebody_else_is_not_there(member):
    theirs = kept(a_member("owner", member.organisation))  # not even a colleague's
    call = calling(member)
    assert call("get", "/searches").json()["items"] == []
    for method in ("get", "delete"):
        hidden, absent = (call(method, f"/searches/{pk}") for pk in (theirs.pk, uuid4()))
        assert hidden.status_code == absent.status_code == 404 and "ETag" not in hidden
        assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert SavedSearch._base_manager.count() == 1


# ---- jobs


def test_a_job_tells_how_far_it_is_and_stops(member):
    running = begun(member, state="running", done=4)
    done = begun(member, state="done", done=10, result={"next": "/me/", "inside": "not told"})
    waiting = begun(member)
    call = calling(member)
    assert [one["id"] for one in call("get", "/jobs").json()["items"]] == [
        str(one.pk) for one in (waiting, done, running)
    ]
    assert [one["id"] for one in call("get", "/jobs?state=done").json()["items"]] == [str(done.pk)]
    shown = call("get", f"/jobs/{done.pk}").json()
    assert (shown["done"], shown["total"], shown["next"]) == (10, 10, "/me/") and "inside" not in str(shown)
    asked = call("post", f"/jobs/{running.pk}/cancel").json()
    assert (asked["state"], asked["cancel_asked"]) == ("running", True)
    assert call("post", f"/jobs/{waiting.pk}/cancel").json()["state"] == "cancelled"
    assert call("post", f"/jobs/{done.pk}/cancel").json()["code"] == "rights.state"


def test_a_job_of_somebody_else_is_not_there(member):
    theirs = begun(a_member("owner", member.organisation))
    call = calling(member)
    assert call("get", "/jobs").json()["items"] == []
    for method, path in (("get", "/jobs/{}"), ("post", "/jobs/{}/cancel")):
        hidden, absent = (call(method, path.format(pk)) for pk in (theirs.pk, uuid4()))
        assert hidden.status_code == absent.status_code == 404
        assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    theirs.refresh_from_db()
    assert (theirs.state, theirs.cancel_asked) == ("waiting", False)


# ---- every operation


def every_operation(member: Member) -> list[tuple[str, str, Any]]:
    notice, search, job = told(member), kept(member), begun(member)
    return [
        ("get", "/notices", None),
        ("get", f"/notices/{notice.pk}", None),
        ("post", f"/notices/{notice.pk}/read", None),
        ("post", "/notices/read", None),
        ("get", "/searches", None),
        ("post", "/searches", {"page": "challenges", "name": "铣削"}),
        ("get", f"/searches/{search.pk}", None),
        ("delete", f"/searches/{search.pk}", None),
        ("get", "/jobs", None),
        ("get", f"/jobs/{job.pk}", None),
        ("post", f"/jobs/{job.pk}/cancel", None),
    ]


def test_a_token_does_nothing_beyond_its_scopes(member):
    operations = every_operation(member)
    other = calling(member, "capability:read", "document:write")
    assert {other(*operation).status_code for operation in operations} == {403}
    reader = calling(member, "notice:read", "search:read", "job:read")
    for method, path, body in operations:
        answer = reader(method, path, body)
        assert answer.status_code == (200 if method == "get" else 403), (method, path)
    assert SavedSearch._base_manager.count() == 1
    assert Notice._base_manager.get().read_at is None
    assert Job._base_manager.get().state == "waiting"


def test_a_visitor_is_asked_to_sign_in(member):
    visitor = calling()
    for method, path, _body in every_operation(member):
        if method == "get":
            expected = 404 if path.count("/") > 1 and not path.startswith("/notices") else 401
            assert visitor(method, path).status_code == expected, path


def test_a_leaver_is_refused_everywhere(member):
    operations, call = every_operation(member), calling(member)
    end_membership(member=member, by=actor_of(a_member("owner", member.organisation)))
    assert {call(*operation).status_code for operation in operations} == {401}


def test_an_account_without_organisation_keeps_its_own(member):
    account = an_account()
    notify("challenge.invited", to=[account.pk], about=a_challenge(), by=SYSTEM)
    browser = Client()
    browser.force_login(account)
    assert len(browser.get(f"{ROOT}/notices").json()["items"]) == 1
    assert browser.get(f"{ROOT}/searches").json()["items"] == browser.get(f"{ROOT}/jobs").json()["items"] == []


def test_the_same_key_does_it_once(member):
    call, key = calling(member), {"Idempotency-Key": "k1"}
    for _ in range(2):
        told(member)
    first = call("post", "/notices/read", **key)
    told(member)
    again = call("post", "/notices/read", **key)
    assert first.json() == again.json() == {"read": 2} and again["Idempotent-Replayed"] == "true"
    assert AuditEntry._base_manager.filter(verb="notice.read").count() == 1


@pytest.mark.parametrize(("path", "make"), [("/notices", told), ("/searches", None), ("/jobs", begun)])
def test_lists_turn_their_pages_and_cost_the_same(member, path, make):
    call, counts = calling(member), []
    for number in range(30):
        make(member) if make else kept(member, f"第{number}个")
    call("get", path)  # the first use of a token is noted
    for size in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(call("get", f"{path}?limit={size}").json()["items"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    seen = call.every(f"{path}?limit=11")
    assert len(seen) == len(set(seen)) == 30
