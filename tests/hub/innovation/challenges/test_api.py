"""Challenges, questions and rounds through the API: the same verbs, the same refusals, the same disclosure."""

from __future__ import annotations

import json
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.utils import timezone

from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, ChallengeInvitation, Question, Round
from tests.factories import a_challenge, a_member, a_round, an_organisation
from tests.hub.innovation.factories_challenges import MARKERS, PUBLISHER, Cast, a_cast, marked, sign

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"


class Caller:
    """A person at the API with a session and its CSRF token left to the test client."""

    def __init__(self, member: Any = None) -> None:
        self.client = Client()
        if member is not None:
            self.client.force_login(member.account)

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> tuple[int, Any]:
        data = {} if body is None else {"data": json.dumps(body, default=str), "content_type": "application/json"}
        answer = getattr(self.client, method)(f"{ROOT}{path}", headers=headers, **data)
        self.headers = answer.headers
        return answer.status_code, json.loads(answer.content) if answer.content else None


@pytest.fixture
def cast() -> Cast:
    return a_cast()


def caller(cast: Cast, role: str) -> Caller:
    return Caller(None if role == "visitor" else cast.people[role])


TARGET = {"indicator": "层深", "comparison": "ge", "value": "6.0", "unit": "mm", "must_meet": True}
NEED = {
    "title": "滚道淬硬层均匀性控制",
    "industry": "367",
    "region": "330106",
    "problem": "软带。",
    "months": 14,
    "budget_min": "3000000.00",
    "contact_name": "陈若岚",
    "contact_phone": "0571",
    "targets": [TARGET],
}


def test_the_way_of_a_need_through_the_api(cast: Cast) -> None:
    own, operator, round = caller(cast, "own.contributor"), caller(cast, "operator.contributor"), a_round()

    status, made = own("post", "/challenges", {**NEED, "round_id": round.pk})
    assert (status, made["state"], made["budget"]["min"]) == (201, "draft", {"amount": "3000000.00", "currency": "CNY"})
    path = f"/challenges/{made['id']}"
    assert own("get", path)[1]["targets"][0]["value"] in ("6", "6.000000", "6.0")
    tag = own.headers["ETag"]
    assert own("patch", path, {"months": 15})[1]["errors"][0]["code"] == "if_match.missing"
    assert own("patch", path, {"months": 15}, **{"If-Match": tag})[1]["months"] == 15
    status, stale = own("patch", path, {"months": 16}, **{"If-Match": tag})
    assert (status, stale["code"], stale["theirs"]["months"], stale["yours"]["months"]) == (
        409,
        "version.stale",
        15,
        16,
    )
    assert operator("get", path)[0] == 404
    assert own("post", f"{path}/submit")[1]["state"] == "submitted"
    assert operator("post", f"{path}/return", {"comment": "补充测法"})[1]["comment"] == "补充测法"
    assert own("post", f"{path}/submit")[0] == 200
    assert operator("post", f"{path}/screen")[1]["state"] == "screened"
    assert operator("post", f"{path}/publish")[1]["code"] == "challenge.round_not_publishing"
    moved = operator("post", f"/rounds/{round.pk}/advance", {"to": "publish"})[1]
    assert (moved["state"], moved["challenges"]) == ("publish", 1)
    shown = caller(cast, "visitor")("get", path)[1]
    assert (shown["state"], shown["number"][:3], shown["contact"]["hidden"]) == ("open", "XQ-", True)


def test_refusals_are_problems_with_stable_codes(cast: Cast) -> None:
    round = a_round()
    rival, own = caller(cast, "rival.contributor"), caller(cast, "own.contributor")

    assert caller(cast, "visitor")("post", "/challenges", {**NEED, "round_id": round.pk})[0] == 401
    assert rival("post", "/challenges", {**NEED, "round_id": round.pk})[1]["code"] == "challenge.challenger_not_large"
    status, problem = own("post", "/challenges", {**NEED, "round_id": round.pk, "industry": "9Z9", "months": 0})
    assert status == 422
    assert {one["pointer"] for one in problem["errors"]} == {"/industry", "/months"}
    status, problem = own("post", "/challenges", {**NEED, "round_id": round.pk, "scores_open": True})
    assert (status, problem["errors"][0]["code"]) == (422, "extra_forbidden")
    absent = own("get", "/challenges/00000000-0000-4000-8000-000000000000")
    hidden = rival("get", f"/challenges/{a_challenge('draft', cast.challenger).pk}")
    assert (absent[0], {**absent[1], "request_id": ""}) == (hidden[0], {**hidden[1], "request_id": ""})


@pytest.mark.parametrize("level", [0, 1, 2])
def test_no_answer_holds_a_word_above_the_callers_level(level: int) -> None:
    cast = a_cast(an_organisation(size="large", name=PUBLISHER))
    challenge = marked(a_challenge(organisation=cast.challenger, anonymous=True), level)
    cast.people["signed"] = a_member("viewer")
    sign(challenge, cast.people["signed"])

    for role, opens in {
        "visitor": 0, "unverified": 0, "rival.viewer": 1, "signed": 2, "own.viewer": 3, "operator.viewer": 3,
    }.items():  # fmt: skip
        call = caller(cast, role)
        answers = [call("get", f"/challenges/{challenge.pk}")[1], call("get", "/challenges?limit=5")[1]]
        for answer in answers:
            text = json.dumps(answer, ensure_ascii=False)
            found = {group for group, word in MARKERS.items() if word in text}
            assert found == {group for group in MARKERS if opens >= (3 if group == "contact" else level)}, role
            assert (PUBLISHER in text) == (opens == 3), role
            assert (str(challenge.organisation_id) in text) == (opens == 3), role
        searched = call("get", f"/challenges?q={MARKERS['targets']}")[1]["items"]
        assert bool(searched) == (opens >= level), role


def test_lists_page_by_cursor_and_cost_the_same(cast: Cast) -> None:
    call = caller(cast, "rival.viewer")
    call("get", "/challenges")

    def asked(limit: int) -> int:
        with CaptureQueriesContext(connection) as caught:
            call("get", f"/challenges?limit={limit}")
        return len(caught)

    made = {str(a_challenge(organisation=cast.challenger).pk) for _ in range(12)}
    assert asked(1) == asked(12)
    seen: list[str] = []
    path: str | None = "/challenges?limit=5"
    while path:
        page = call("get", path)[1]
        seen += [one["id"] for one in page["items"]]
        path = page["next"].removeprefix(ROOT) if page["next"] else None
    assert (set(seen), len(seen)) == (made, 12)


def test_every_other_verb_has_its_address(cast: Cast) -> None:
    challenge = a_challenge(organisation=cast.challenger)
    own, rival = caller(cast, "own.manager"), caller(cast, "rival.contributor")
    operator = caller(cast, "operator.contributor")
    path, guest = f"/challenges/{challenge.pk}", cast.people["rival.viewer"].organisation

    invited = own(
        "post", f"{path}/invite", {"organisations": [{"organisation_id": guest.pk, "rank": 1, "score": "80.5"}]}
    )
    assert [one["rank"] for one in invited[1]["items"]] == [1]
    assert rival("post", f"{path}/open-invitation")[1]["opened_at"] is not None
    assert ChallengeInvitation._base_manager.get().opened_at is not None
    assert operator("post", f"{path}/open-invitation")[0] == 404
    assert rival("post", f"{path}/watch")[0] == 200
    assert rival("post", f"{path}/unwatch")[0] == 200
    asked = rival("post", f"{path}/questions", {"text": "期限？"})
    question = Question._base_manager.get()
    assert (asked[0], asked[1]["own"]) == (201, True)
    assert own("get", f"{path}/questions")[1][0]["asker"] == str(guest)
    assert own("post", f"/questions/{question.pk}/answer", {"answer": "14 个月", "to_all": True})[1]["to_all"] is True
    third = Caller(a_member())("get", f"{path}/questions")[1]
    assert [(one["answer"], one["asker"]) for one in third] == [("14 个月", "")]
    assert own("post", f"{path}/copy", {"round_id": a_round(Stage.COLLECT).pk})[0] == 201
    assert operator("post", f"{path}/close")[1]["code"] == "challenge.before_deadline"
    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=timezone.now())
    assert operator("post", f"{path}/close")[1]["state"] == "selecting"
    other = a_challenge(ChallengeState.OPEN, cast.challenger)
    assert own("post", f"/challenges/{other.pk}/withdraw", {"reason": ""})[1]["state"] == "withdrawn"


def test_rounds(cast: Cast) -> None:
    operator, own = caller(cast, "operator.contributor"), caller(cast, "own.owner")
    body = {
        "title": "2027年第一批",
        "collect_until": "2027-01-10T17:00:00+08:00",
        "publish_at": "2027-01-15T09:00:00+08:00",
        "respond_until": "2027-02-28T17:00:00+08:00",
        "select_until": "2027-03-31T17:00:00+08:00",
        "conclude_on": "2027-04-20",
    }

    assert own("post", "/rounds", body)[0] == 403
    assert operator("post", "/rounds", {**body, "publish_at": "2027-01-15T09:00:00"})[0] == 422  # no zone
    status, made = operator("post", "/rounds", body)
    assert (status, made["state"], made["leader_size_classes"]) == (201, "collect", ["medium", "small", "micro"])
    edited = operator(
        "patch", f"/rounds/{made['id']}", {"introduction": "说明"}, **{"If-Match": operator.headers["ETag"]}
    )
    assert edited[1]["introduction"] == "说明"
    assert [one["id"] for one in Caller()("get", "/rounds")[1]["items"]] == [str(Round._base_manager.get().pk)]
    assert operator("post", f"/rounds/{made['id']}/advance", {"to": "select"})[1]["code"] == "round.stage_order"
    assert operator("post", "/rounds", {})[0] == 422
