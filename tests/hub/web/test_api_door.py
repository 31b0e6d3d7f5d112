"""What holds for every operation of the API: who is let in, done once, counted, and refused in one shape."""

from __future__ import annotations

import json
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from typing import Any
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import middleware
from rongtong.hub.foundation.models import IdempotencyKey
from rongtong.hub.innovation.models import Capability
from rongtong.hub.organisations.domain import tokens
from rongtong.hub.organisations.domain.members import end_membership
from rongtong.hub.organisations.enums import Role
from rongtong.hub.organisations.models import Member
from rongtong.hub.web.api_document import METHODS
from scripts.openapi import document
from tests.factories import a_member, actor_of
from tests.programs import ROOT, a_token

pytestmark = pytest.mark.django_db
NEW = {"title": "大环感应淬火", "text": "直径 6 m 以内套圈的扫描淬火。"}
PROBLEM = {"type", "title", "status", "code", "detail", "cure", "request_id"}


def program(secret: str) -> Client:
    return Client(headers={"authorization": f"Bearer {secret}"})


def post(client: Client, path: str, body: Any, **headers: str) -> Any:
    return client.post(ROOT + path, json.dumps(body), content_type="application/json", headers=headers)


@pytest.fixture
def member() -> Member:
    found = a_member(Role.MANAGER)
    found.refresh_from_db()
    return found


@pytest.fixture
def able(member: Member) -> Client:
    return program(a_token(member, "capability:write", "capability:read"))


# ---- one shape of refusal


@pytest.mark.parametrize(
    ("method", "path", "status", "code"),
    [
        ("get", "/nothing", 404, "not_found"),
        ("get", "/challenges/6f0c1a52-2c1b-4f7e-9d3a-0b9f5f1f7a11", 404, "not_found"),
        ("get", "/challenges/7", 404, "not_found"),
        ("delete", "/challenges", 405, "request.method"),
        ("get", "/challenges?limit=many", 422, "input.invalid"),
        ("get", "/challenges?cursor=????", 422, "input.invalid"),
        ("get", "/account", 401, "sign_in"),
    ],
)
def test_every_refusal_has_the_same_shape(client: Client, method: str, path: str, status: int, code: str) -> None:
    answer = getattr(client, method)(ROOT + path)
    assert (answer.status_code, answer["Content-Type"]) == (status, "application/problem+json")
    assert answer.json()["code"] == code
    assert set(answer.json()) >= PROBLEM
    assert answer.json()["title"] and answer.json()["cure"]


def test_a_method_that_is_not_offered_names_those_that_are(client: Client) -> None:
    assert set(client.delete(f"{ROOT}/challenges")["Allow"].split(", ")) == {"GET", "POST"}


def test_what_cannot_be_read_is_refused_in_that_shape(able: Client) -> None:
    answer = able.post(f"{ROOT}/capabilities", "{", content_type="application/json")
    assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json")


def test_a_fault_of_ours_says_nothing_about_itself(
    member: Member, monkeypatch: pytest.MonkeyPatch, settings: Any
) -> None:
    def broken(cls: Any, actor: Actor) -> None:
        raise RuntimeError("MKINSIDE")

    monkeypatch.setattr(Capability, "visible_to", classmethod(broken))
    client = Client(
        raise_request_exception=False, headers={"authorization": f"Bearer {a_token(member, 'capability:read')}"}
    )
    answer = client.get(f"{ROOT}/capabilities")
    assert (answer.status_code, answer["Content-Type"]) == (500, "application/problem+json")
    assert answer.json()["code"] == "server.error" and "MKINSIDE" not in answer.content.decode()


# ---- who is let in


def operations() -> Iterator[tuple[str, str]]:
    for path, methods in document()["paths"].items():
        yield from ((method, path) for method in METHODS if method in methods)


def filled(path: str) -> str:
    while "{" in path:
        path = path[: path.index("{")] + str(uuid4()) + path[path.index("}") + 1 :]
    return path


def test_a_token_without_scopes_does_nothing(member: Member) -> None:
    """Deny by default: nothing is read and nothing is changed, whatever the person may do by hand."""
    client = program(a_token(member))
    got_through = []
    for method, path in operations():
        answer = client.generic(method.upper(), filled(path), "{}", content_type="application/json")
        if answer.status_code < 400:
            got_through.append((method, path, answer.status_code))
    assert got_through == []


#: Lists that no scope opens for a member.
OF_THE_OPERATOR = ("imports", "/matches/exposure", "/outside-firms", "/api/v1/log")


def test_a_scope_opens_its_own_noun_alone(member: Member, monkeypatch: pytest.MonkeyPatch) -> None:
    """Every list × every scope for reading: 200 for its own noun, 403 for the others."""
    monkeypatch.setattr(middleware, "LIMIT", 10_000)  # these are more requests than an organisation has in a minute
    lists = sorted(path for method, path in operations() if method == "get" and "{" not in path)
    from rongtong.hub.foundation.api.door import NOUNS

    assert len(lists) > 10
    for noun in sorted(set(NOUNS.values())):
        client = program(a_token(member, f"{noun}:read"))
        for path in lists:
            own = NOUNS[path.removeprefix("/api/v1/").split("/")[0]] == noun
            status = client.get(path).status_code
            assert (status != 403 or not own or path.endswith(OF_THE_OPERATOR)) and (own or status == 403), (
                noun,
                path,
                status,
            )


def test_reading_is_not_writing(member: Member) -> None:
    client = program(a_token(member, "capability:read"))
    answer = post(client, "/capabilities", NEW)
    assert (answer.status_code, answer.json()["code"]) == (403, "rights.scope")
    assert Capability._base_manager.count() == 0


@pytest.mark.parametrize("scope", sorted(tokens.NEVER))
def test_no_token_is_given_what_only_a_person_may(member: Member, scope: str) -> None:
    from rongtong.hub.foundation.errors import Invalid

    with pytest.raises(Invalid):
        tokens.create_token(organisation=member.organisation, name="x", scopes=[scope], days=1, by=actor_of(member))


def test_the_token_of_a_leaver_is_refused_at_once(member: Member, able: Client) -> None:
    assert able.get(f"{ROOT}/capabilities").status_code == 200
    owner = a_member(Role.OWNER, member.organisation)
    end_membership(member=member, by=actor_of(owner))
    answer = able.get(f"{ROOT}/capabilities")
    assert (answer.status_code, answer.json()["code"]) == (401, "token.refused")
    assert answer["WWW-Authenticate"] == "Bearer"


@pytest.mark.parametrize("written", ["rt_" + "a" * 39, "rt_", "x", "", "rt_ü"])
def test_what_is_no_token_is_refused_not_taken_for_a_visitor(written: str) -> None:
    answer = Client(headers={"authorization": f"Bearer {written}"}).get(f"{ROOT}/challenges")
    assert answer.status_code == 401


def test_a_session_changes_nothing_without_its_csrf_token(member: Member) -> None:
    browser = Client(enforce_csrf_checks=True)
    browser.force_login(member.account)
    refused = post(browser, "/capabilities", NEW)
    assert (refused.status_code, refused.json()["code"]) == (403, "csrf")
    assert Capability._base_manager.count() == 0
    assert browser.get(f"{ROOT}/capabilities").status_code == 200
    browser.get("/me/")  # a page with a form sets the cookie
    browser.cookies["csrf"] = "a" * 32
    done = post(browser, "/capabilities", NEW, **{"X-CSRFToken": "a" * 32})
    assert done.status_code == 201, done.content


def test_no_session_opens_the_api_to_another_site(member: Member, able: Client) -> None:
    """A token needs no CSRF token, and a page of ours takes no token."""
    strict = Client(enforce_csrf_checks=True, headers=able.headers)
    strict.defaults.update(able.defaults)
    assert post(strict, "/capabilities", NEW).status_code == 201
    assert strict.get("/desk/").status_code == 302


# ---- done once


def test_the_same_key_does_it_once(able: Client) -> None:
    first = post(able, "/capabilities", NEW, **{"Idempotency-Key": "k1"})
    again = post(able, "/capabilities", NEW, **{"Idempotency-Key": "k1"})
    assert (first.status_code, again.status_code) == (201, 201)
    assert first.json() == again.json() and again["Idempotent-Replayed"] == "true"
    assert "Idempotent-Replayed" not in first
    assert Capability._base_manager.count() == 1


def test_the_same_key_with_another_request_is_refused(able: Client) -> None:
    post(able, "/capabilities", NEW, **{"Idempotency-Key": "k1"})
    other = post(able, "/capabilities", NEW | {"title": "别的"}, **{"Idempotency-Key": "k1"})
    assert (other.status_code, other.json()["errors"][0]["code"]) == (422, "idempotency.reused")
    assert Capability._base_manager.count() == 1


def test_a_refused_request_keeps_no_key(able: Client) -> None:
    assert post(able, "/capabilities", {"title": ""}, **{"Idempotency-Key": "k1"}).status_code == 422
    assert IdempotencyKey._base_manager.count() == 0
    assert post(able, "/capabilities", NEW, **{"Idempotency-Key": "k1"}).status_code == 201


def test_an_answer_is_not_given_again_to_who_may_do_less(member: Member, able: Client) -> None:
    post(able, "/capabilities", NEW, **{"Idempotency-Key": "k1"})
    for less in (program(a_token(member)), program(a_token(member, "capability:read"))):
        assert post(less, "/capabilities", NEW, **{"Idempotency-Key": "k1"}).status_code == 422
    colleague = a_member(Role.MANAGER, member.organisation)
    colleague.refresh_from_db()
    theirs = post(program(a_token(colleague, "capability:write")), "/capabilities", NEW, **{"Idempotency-Key": "k1"})
    assert theirs.status_code == 201 and "Idempotent-Replayed" not in theirs


@pytest.mark.django_db(transaction=True)
def test_of_many_at_once_one_does_it() -> None:
    member = a_member(Role.MANAGER)
    member.refresh_from_db()
    secret = a_token(member, "capability:write")

    def one(_number: int) -> tuple[int, bool]:
        try:
            answer = post(program(secret), "/capabilities", NEW, **{"Idempotency-Key": "all"})
            return answer.status_code, "Idempotent-Replayed" in answer
        finally:
            connection.close()

    with ThreadPoolExecutor(24) as pool:
        answers = list(pool.map(one, range(24)))
    assert sorted(answers) == [(201, False)] + [(201, True)] * 23
    assert Capability._base_manager.count() == 1


# ---- versions and limits


def test_a_change_names_what_it_was_made_from(able: Client) -> None:
    made = post(able, "/capabilities", NEW).json()
    path = f"{ROOT}/capabilities/{made['id']}"
    tag = able.get(path)["ETag"]
    kind: dict[str, Any] = {"content_type": "application/json"}
    assert able.put(path, json.dumps(NEW), headers={"If-Match": "yesterday"}, **kind).status_code == 422
    assert able.put(path, json.dumps(NEW | {"title": "甲"}), headers={"If-Match": tag}, **kind).status_code == 200
    late = able.put(path, json.dumps(NEW | {"title": "乙"}), headers={"If-Match": tag}, **kind)
    assert (late.status_code, late.json()["code"]) == (409, "version.stale")
    assert late.json()["theirs"]["title"] == "甲" and late.json()["yours"]["title"] == "乙"


def test_tags_of_two_readers_differ(member: Member, able: Client) -> None:
    made = post(able, "/capabilities", NEW).json()
    colleague = a_member(Role.MANAGER, member.organisation)
    colleague.refresh_from_db()
    path = f"{ROOT}/capabilities/{made['id']}"
    other = program(a_token(colleague, "capability:read"))
    assert able.get(path)["ETag"] != other.get(path)["ETag"]
    assert other.get(path, headers={"If-None-Match": able.get(path)["ETag"]}).status_code == 200


def test_a_token_is_told_how_much_is_left_and_then_refused(
    member: Member, able: Client, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(middleware, "LIMIT", 3)
    monkeypatch.setattr(middleware, "WINDOW_SECONDS", 3600)
    left = [able.get(f"{ROOT}/capabilities")["RateLimit"].split(";")[1] for _ in range(3)]
    assert left == ["r=2", "r=1", "r=0"]
    refused = able.get(f"{ROOT}/capabilities")
    assert (refused.status_code, refused.json()["code"]) == (429, "rate.limited")
    assert 0 < int(refused["Retry-After"]) <= 3600
    assert refused["RateLimit-Policy"] == '"token";q=3;w=3600'
    # a second token of the same person does not double it; another person is not held up; a browser is not counted
    assert program(a_token(member, "capability:read")).get(f"{ROOT}/capabilities").status_code == 429
    other = a_member(Role.MANAGER)
    other.refresh_from_db()
    assert program(a_token(other, "capability:read")).get(f"{ROOT}/capabilities").status_code == 200
    browser = Client()
    browser.force_login(member.account)
    assert browser.get(f"{ROOT}/capabilities").status_code == 200
