"""The API of responses, selection and collaboration: the whole way by requests, and refusals in one shape."""

from __future__ import annotations

import json
from uuid import uuid4

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.innovation.models import Award
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, an_organisation
from tests.hub.innovation.factories_responses import REASON, a_collaboration, a_partner, a_response, a_selection, scored

pytestmark = pytest.mark.django_db


class Caller:
    """A signed-in person at the API."""

    def __init__(self, member=None) -> None:
        self.client = Client()
        if member is not None:
            self.client.force_login(member.account)

    def __call__(self, method, path, payload=None, **headers):
        body = {} if payload is None else {"data": json.dumps(payload), "content_type": "application/json"}
        return getattr(self.client, method)(f"/api/v1{path}", headers=headers, **body)


def test_a_response_from_start_to_submission():
    challenge = a_challenge()
    target, other = challenge.targets.all()
    organisation = an_organisation()
    call = Caller(a_member("manager", organisation))
    made = call("post", "/responses", {"challenge_id": str(challenge.pk)})
    assert made.status_code == 201
    pk, tag = made.json()["id"], made.headers["ETag"]
    again = call("post", "/responses", {"challenge_id": str(challenge.pk)})
    assert (again.status_code, again.json()["code"]) == (409, "response.exists")
    faults = {one["code"] for one in call("get", f"/responses/{pk}/missing").json()}
    assert {"missing", "response.must_meet", "response.milestones"} <= faults
    draft = {
        "summary": "概要",
        "team": "三人",
        "record": "专利两项",
        "plan": "先试件后整环",
        "months": 12,
        "cost": "120000.50",
        "commitments": [{"target_id": target.pk, "value": "0.1"}, {"target_id": other.pk, "value": "0.15"}],
        "milestones": [{"title": "验证", "month": 12, "cost": "120000.50"}],
    }
    assert call("put", f"/responses/{pk}", draft).json()["code"] == "input.invalid"
    saved = call("put", f"/responses/{pk}", draft, **{"If-Match": tag})
    assert saved.status_code == 200, saved.content
    shown = saved.json()
    assert (shown["cost"], [one["met"] for one in shown["commitments"]]) == (
        {"amount": "120000.50", "currency": "CNY"},
        [True, True],
    )
    stale = call("put", f"/responses/{pk}", draft | {"plan": "另一方案"}, **{"If-Match": tag})
    assert (stale.status_code, stale.json()["theirs"]["plan"]) == (409, "先试件后整环")
    invited = an_organisation("university")
    asked = call("post", f"/responses/{pk}/partners", {"organisation_id": str(invited.pk), "part": "仿真"})
    assert (asked.status_code, asked.json()["consent"]) == (201, "asked")
    refused = call("post", f"/responses/{pk}/submit")
    assert [one["code"] for one in refused.json()["errors"]] == ["response.member_unconfirmed"]
    theirs = Caller(a_member("manager", invited))
    part = asked.json()["id"]
    assert theirs("get", "/partners?own=true&consent=asked").json()["items"][0]["id"] == part
    assert theirs("post", f"/partners/{part}/consent").json()["consent"] == "given"
    submitted = call("post", f"/responses/{pk}/submit", **{"If-Match": saved.headers["ETag"]})
    assert (submitted.status_code, submitted.json()["state"]) == (200, "submitted")
    assert call("post", f"/responses/{pk}/withdraw").json()["state"] == "withdrawn"
    assert call("post", f"/responses/{pk}/reopen").json()["state"] == "draft"
    assert call("post", f"/partners/{part}/remind").status_code == 409
    assert call("put", f"/partners/{part}", {"part": "仿真与校核"}).json()["consent"] == "asked"
    assert theirs("post", f"/partners/{part}/refuse", {"reason": "忙"}).json()["consent"] == "refused"
    assert call("delete", f"/partners/{part}").status_code == 204


def test_a_large_enterprise_is_refused_with_the_same_words():
    call = Caller(a_member("owner", an_organisation(size=SizeClass.LARGE)))
    refused = call("post", "/responses", {"challenge_id": str(a_challenge().pk)})
    body = refused.json()
    assert (refused.status_code, refused.headers["Content-Type"]) == (409, "application/problem+json")
    assert (body["code"], body["title"]) == ("response.leader_not_sme", "不能揭榜：贵单位为大型企业")
    assert (body["detail"], body["cure"]) == ("本批次仅限中小企业牵头。", "可作为联合体成员参加。")


@pytest.mark.parametrize(
    "payload",
    [
        {"summary": "含\x00空"},
        {"cost": "NaN"},
        {"cost": "1e40"},
        {"cost": -1},
        {"months": 0},
        {"months": 10**12},
        {"commitments": [{"target_id": 10**40}]},
        {"commitments": [{"target_id": 1, "value": "1e30"}]},
        {"milestones": [{"month": "x"}]},
        {"state": "submitted"},
        {"organisation_id": str(uuid4())},
    ],
)
def test_what_a_draft_may_not_carry(payload):
    response = a_response()
    call = Caller(a_member("owner", response.organisation))
    answer = call("put", f"/responses/{response.pk}", payload, **{"If-Match": '"1"'})
    assert answer.status_code == 422, answer.content
    response.refresh_from_db()
    assert response.version == 1


def test_hidden_and_absent_answer_alike():
    selection = scored(a_selection())
    response, part = selection.responses[0], a_partner(selection.responses[0])
    call = Caller(a_member("owner"))
    for method, path, payload in (
        ("get", "/responses/{}", None),
        ("put", "/responses/{}", {}),
        ("get", "/responses/{}/missing", None),
        ("post", "/responses/{}/submit", None),
        ("post", "/responses/{}/withdraw", None),
        ("post", "/responses/{}/partners", {"organisation_id": str(uuid4()), "part": "x"}),
    ):
        hidden, absent = (call(method, path.format(pk), payload) for pk in (response.pk, uuid4()))
        assert hidden.status_code == absent.status_code == 404, path
        assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
        assert "ETag" not in hidden
    assert call("get", f"/partners/{part.pk}").status_code == 404
    assert call("get", f"/reviews/{selection.reviewers[0].pk}").status_code == 404
    assert call("get", f"/selections/{selection.challenge.pk}").status_code == 404
    assert call("get", f"/selections/{selection.challenge.pk}/sheets").status_code == 404
    assert call("get", "/responses").json() == {"items": [], "next": None}
    assert Caller()("get", "/responses").json()["items"] == []


def as_account(account_id):
    from rongtong.hub.organisations.models import Account

    class Person:
        account = Account.objects.get(pk=account_id)

    return Caller(Person)


def test_a_selection_from_criteria_to_the_award():
    challenge = a_challenge()
    manager = a_member("manager", challenge.organisation)
    call = Caller(manager)
    criteria = [{"name": "方案", "weight": 60}, {"name": "团队", "weight": 40}]
    assert call("put", f"/selections/{challenge.pk}/criteria", {"criteria": criteria[:1]}).status_code == 422
    assert call("put", f"/selections/{challenge.pk}/criteria", {"criteria": criteria}).status_code == 200
    member = a_member("contributor", an_organisation("institute"))
    named = call("post", f"/selections/{challenge.pk}/reviewers", {"email": member.account.email})
    assert named.status_code == 201
    responses = [a_response(challenge, state="submitted") for _ in range(2)]
    assert call("get", "/responses").json()["items"] == []
    assert call("get", f"/selections/{challenge.pk}").json()["responses"] == []
    challenge.state = "selecting"
    challenge.save()
    assert len(call("get", f"/responses?challenge_id={challenge.pk}").json()["items"]) == 2
    jury = Caller(member)
    review = f"/reviews/{named.json()['id']}"
    assert jury("post", f"{review}/declare", {"conflict": False}).json()["conflict"] == "none"
    ids = [one["id"] for one in jury("get", f"/selections/{challenge.pk}/criteria").json()]
    for number, response in enumerate(responses):
        sheet = {"points": [{"criterion_id": one, "points": 90 - number, "reason": REASON} for one in ids]}
        first = jury("put", f"{review}/sheets/{response.pk}", sheet)
        assert first.status_code == 200, first.content
        changed = jury("put", f"{review}/sheets/{response.pk}", sheet | {"comment": "好"})
        assert changed.json()["code"] == "version.stale"
        changed = jury(
            "put", f"{review}/sheets/{response.pk}", sheet | {"comment": "好"}, **{"If-Match": first.headers["ETag"]}
        )
        assert changed.json()["version"] == 2
    assert len(jury("get", f"{review}/sheets").json()) == 2
    assert call("get", f"/selections/{challenge.pk}").json()["ranking"] is None
    assert call("get", f"/selections/{challenge.pk}/sheets").json() == []
    assert call("get", f"{review}/sheets").json() == []
    assert jury("post", f"{review}/hand-in").json()["handed_in_at"] is not None
    overview = call("get", f"/selections/{challenge.pk}").json()
    assert [(one["rank"], one["score"]) for one in overview["ranking"]] == [(1, "90.00"), (2, "89.00")]
    assert len(call("get", f"/selections/{challenge.pk}/sheets").json()) == 2
    choice = {"response_id": str(responses[0].pk), "reason": "最好", "amount": "1000.00"}
    awarded = call(
        "post",
        f"/selections/{challenge.pk}/award",
        {"choices": [choice], "feedback": {str(responses[1].pk): "不足"}},
    )
    assert (awarded.status_code, awarded.json()["state"]) == (200, "awarded")
    assert Award._base_manager.get().score is not None
    assert call("delete", review).status_code == 409


def test_a_collaboration_by_requests():
    selection = scored(a_selection())
    challenger = as_account(selection.challenger.account_id)
    leader = as_account(selection.leaders[0].account_id)
    first, second = selection.responses
    challenger(
        "post",
        f"/selections/{selection.challenge.pk}/award",
        {"choices": [{"response_id": str(first.pk), "reason": "最好"}], "feedback": {str(second.pk): "不足"}},
    )
    work = leader("get", "/collaborations?state=active").json()["items"][0]
    path = f"/collaborations/{work['id']}"
    change = {"title": "改名", "due_on": "2030-01-01", "cost": "5.00"}
    step = f"/milestones/{work['milestones'][0]['id']}"
    assert leader("post", f"{step}/propose", change).json()["proposal"]["title"] == "改名"
    assert leader("post", f"{step}/agree").json()["code"] == "milestone.own_proposal"
    assert challenger("post", f"{step}/agree").json()["due_on"] == "2030-01-01"
    assert challenger("post", f"{step}/decline").json()["code"] == "milestone.no_proposal"
    assert leader("post", f"{step}/deliver", {"note": "已交"}).json()["state"] == "delivered"
    assert challenger("post", f"{step}/return", {"note": "缺数据"}).json()["state"] == "returned"
    for one in leader("get", "/milestones").json()["items"]:
        assert leader("post", f"/milestones/{one['id']}/deliver", {"note": "已交"}).status_code == 200
        assert challenger("post", f"/milestones/{one['id']}/accept", {}).json()["state"] == "accepted"
    results = [{"target_id": one["target_id"], "value": "0.1"} for one in work["results"]]
    assert leader("put", f"{path}/result", {"results": results}).json()["results"][0]["kept"] is True
    done = challenger("post", f"{path}/complete", {"conclusion": "达标"})
    assert (done.status_code, done.json()["state"]) == (200, "completed")
    record = Caller(a_member("viewer"))("get", f"/collaborations/record/{first.organisation_id}").json()
    assert [(one["leads"], one["promised"], one["kept"]) for one in record] == [(True, 2, 2)]


def test_lists_take_as_many_queries_for_thirty_as_for_one():
    organisation = an_organisation()
    call = Caller(a_member("owner", organisation))
    a_partner(a_response(a_challenge(targets_level=2), organisation))
    a_collaboration(leader=organisation)
    call("get", "/responses")  # the first request of a session writes it
    counts = []
    for more in (0, 29):
        for _ in range(more):
            a_partner(a_response(a_challenge(targets_level=2), organisation))
            a_collaboration(leader=organisation)
        row = []
        for path in ("/responses", "/partners", "/milestones", "/collaborations", "/reviews"):
            with CaptureQueriesContext(connection) as queries:
                assert call("get", path).status_code == 200
            row.append(len(queries))
        counts.append(row)
    assert counts[0] == counts[1] and max(counts[0]) <= 12, counts
    assert len(call("get", "/responses").json()["items"]) == 30


def test_a_token_reads_only_what_its_scopes_name():
    from rongtong.hub.foundation.api.door import NOUNS

    assert {
        NOUNS[name] for name in ("responses", "partners", "reviews", "selections", "collaborations", "milestones")
    } == {
        "response",
        "selection",
        "collaboration",
    }
