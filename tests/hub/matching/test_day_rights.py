"""Every verb of matchmaking days × role × state, and the API as each side meets it. The table is written by hand."""

from __future__ import annotations

from datetime import timedelta
from uuid import uuid4

import pytest

from rongtong.hub.foundation.rights import VERBS, allowed
from rongtong.hub.matching.domain.planning import compute
from rongtong.hub.matching.enums import DayState, MeetingState, ParticipationState, PlanState
from rongtong.hub.matching.models import DayPlan, MatchmakingDay, Meeting, MeetingOutcome
from tests.factories import SYSTEM, a_member, actor_of, an_organisation, operator_actor, visitor
from tests.hub.matching.factories_days import a_day, a_meeting, a_participation, participants

pytestmark = pytest.mark.django_db

D, P, L, M = DayState, ParticipationState, PlanState, MeetingState
OPERATOR = {"operator.contributor", "operator.manager"}
OWN = {"own.contributor", "own.owner"}
GOING = {D.DRAFT, D.INVITING, D.PUBLISHED}
ON_DAYS: dict[str, tuple[set[str], set[DayState]]] = {
    "matchmaking.edit": (OPERATOR, GOING),
    "matchmaking.invite": (OPERATOR, GOING),
    "matchmaking.open": (OPERATOR, {D.DRAFT}),
    "matchmaking.set_table": (OPERATOR, GOING),
    "matchmaking.plan": (OPERATOR, {D.INVITING, D.PUBLISHED}),
    "matchmaking.publish": (OPERATOR, {D.INVITING}),
    "matchmaking.cancel": (OPERATOR, GOING),
    "matchmaking.finish": (OPERATOR | {"system"}, {D.PUBLISHED}),
}
ON_PARTICIPATIONS: dict[str, tuple[set[str], set[ParticipationState]]] = {
    "participation.answer": (OWN, {P.INVITED, P.ACCEPTED, P.DECLINED}),
    "participation.adjust": (OPERATOR, {P.ACCEPTED}),
    "participation.withdraw": (OWN | OPERATOR, {P.ACCEPTED}),
    "participation.ask": (OWN, {P.ACCEPTED}),
}
ON_PLANS = {"day_plan.adopt": (OPERATOR, {L.PROPOSED}), "day_plan.discard": (OPERATOR, {L.PROPOSED})}
ON_MEETINGS = {"meeting.feedback": (OWN | {"other.owner"}, {M.PLANNED})}


@pytest.fixture
def cast():
    own, other = an_organisation(), an_organisation()
    actors = {
        "visitor": visitor,
        "system": SYSTEM,
        "rival.owner": actor_of(a_member("owner")),
        "other.owner": actor_of(a_member("owner", other)),
        **{f"own.{role}": actor_of(a_member(role, own)) for role in ("viewer", "contributor", "owner")},
        **{f"operator.{role}": operator_actor(role) for role in ("viewer", "contributor", "manager")},
    }
    return own, other, actors


def who(actors, verb, subject) -> set[str]:
    return {role for role, actor in actors.items() if allowed(actor, verb, subject)}


@pytest.mark.parametrize("state", list(D))
def test_every_verb_on_a_day(cast, state) -> None:
    _own, _other, actors = cast
    day = a_day(state)
    found = {verb: who(actors, verb, day) for verb in ON_DAYS}
    assert found == {verb: roles if state in states else set() for verb, (roles, states) in ON_DAYS.items()}


@pytest.mark.parametrize("state", list(P))
def test_every_verb_on_a_participation(cast, state) -> None:
    own, _other, actors = cast
    row = a_participation(a_day(), own, state)
    found = {verb: who(actors, verb, row) for verb in ON_PARTICIPATIONS}
    assert found == {verb: roles if state in states else set() for verb, (roles, states) in ON_PARTICIPATIONS.items()}


@pytest.mark.parametrize("state", list(L))
def test_every_verb_on_a_plan(cast, state) -> None:
    _own, _other, actors = cast
    plan = DayPlan(day=a_day(), state=state, job_id=uuid4())
    found = {verb: who(actors, verb, plan) for verb in ON_PLANS}
    assert found == {verb: roles if state in states else set() for verb, (roles, states) in ON_PLANS.items()}


@pytest.mark.parametrize("state", list(M))
def test_every_verb_on_a_meeting(cast, state) -> None:
    own, other, actors = cast
    meeting = a_meeting(a_day(DayState.PUBLISHED), own, other)
    meeting.state = state
    found = {verb: who(actors, verb, meeting) for verb in ON_MEETINGS}
    assert found == {verb: roles if state in states else set() for verb, (roles, states) in ON_MEETINGS.items()}


def test_the_table_knows_every_verb_of_these_nouns() -> None:
    nouns = ("matchmaking.", "participation.", "day_plan.", "meeting.")
    known = {*ON_DAYS, *ON_PARTICIPATIONS, *ON_PLANS, *ON_MEETINGS, "matchmaking.create"}
    assert {verb for verb in VERBS if verb.startswith(nouns)} == known


# ---- The API ---------------------------------------------------------------------------------------------------------

BASE = "/api/v1/matchmaking-days"


def ask(client, method: str, path: str, body=None, **headers):
    return getattr(client, method)(BASE + path, body, content_type="application/json", headers=headers)


def test_a_day_is_run_through_the_api(client) -> None:
    client.force_login(a_member("manager", an_organisation("operator")).account)
    fields = {
        "title": "接口对接会", "place": "会展中心", "answers_until": "2031-05-01T04:00:00Z",
        "starts_at": "2031-05-06T01:00:00Z", "slots": 3, "tables": 2,
    }  # fmt: skip
    made = ask(client, "post", "", fields)
    assert made.status_code == 201 and made.json()["state"] == "draft"
    path = f"/{made.json()['id']}"
    assert ask(client, "put", path, fields).status_code == 422, "which version was read?"
    changed = ask(client, "put", path, fields | {"tables": 3}, **{"If-Match": made["ETag"]})
    assert changed.status_code == 200 and MatchmakingDay._base_manager.get().tables.count() == 3
    assert ask(client, "put", path, fields, **{"If-Match": made["ETag"]}).status_code == 409
    guests = [a_member("contributor") for _ in range(2)]
    ask(client, "post", f"{path}/invite", {"organisation_ids": [str(g.organisation_id) for g in guests]})
    assert ask(client, "post", f"{path}/open").json()["state"] == "inviting"
    assert ask(client, "post", f"{path}/plan").status_code == 409, "nobody has answered"
    listed = ask(client, "get", f"{path}/participations").json()["items"]

    for guest in guests:
        client.force_login(guest.account)
        (mine,) = ask(client, "get", f"{path}/participations").json()["items"]
        answered = ask(client, "put", f"/participations/{mine['id']}/answer", {"comes": True, "slots_away": [2]})
        assert answered.json()["state"] == "accepted" and answered.json()["slots_away"] == [2]
    (fellow,) = ask(client, "get", f"{path}/fellows").json()["items"]
    wish = {"other_id": fellow["organisation_id"], "kind": "wish"}
    assert ask(client, "put", f"/participations/{mine['id']}/wish", wish).status_code == 200
    assert ask(client, "get", f"{path}/fellows").json()["items"][0]["kind"] == "wish"
    assert ask(client, "post", f"{path}/plan").status_code == 403
    assert ask(client, "get", f"{path}/agenda").status_code == 404

    assert len(listed) == 2
    client.force_login(a_member("manager", MatchmakingDay._base_manager.get().organisation).account)
    started = ask(client, "post", f"{path}/plan")
    assert started.status_code == 202 and started.json()["state"] == "working"
    compute(DayPlan._base_manager.get().pk)
    (plan,) = ask(client, "get", f"{path}/plans").json()["items"]
    assert (plan["state"], plan["proven"], plan["added"], plan["gap"]) == ("proposed", True, 1, 0.0)
    assert ask(client, "post", f"/plans/{plan['id']}/adopt").json()["state"] == "adopted"
    assert ask(client, "post", f"{path}/publish").json()["meetings"] == 1
    client.force_login(guests[0].account)
    agenda = ask(client, "get", f"{path}/agenda").json()
    assert [one["organisation_id"] for one in agenda if one["meeting_id"]] == [str(guests[1].organisation_id)]
    assert len(ask(client, "get", f"{path}/meetings").json()["items"]) == 1
    (mine,) = ask(client, "get", f"{path}/participations").json()["items"]
    assert ask(client, "post", f"/participations/{mine['id']}/withdraw").json()["state"] == "withdrawn"


def test_feedback_through_the_api(client) -> None:
    day = a_day(DayState.PUBLISHED, begins=-timedelta(hours=4))
    mine, other = participants(day, 2)
    meeting = a_meeting(day, mine.organisation, other.organisation)
    client.force_login(a_member("contributor", mine.organisation).account)
    said = ask(client, "put", f"/meetings/{meeting.pk}/feedback", {"useful": "partly", "next_step": "visit"})
    assert said.status_code == 200 and said.json()["useful"] == "partly"
    assert MeetingOutcome._base_manager.get().points == 5
    assert ask(client, "put", f"/meetings/{meeting.pk}/feedback", {"useful": "great"}).status_code == 422
    client.force_login(a_member("owner").account)
    assert ask(client, "put", f"/meetings/{meeting.pk}/feedback", {"useful": "useful"}).status_code == 404
    assert ask(client, "get", f"/{day.pk}").status_code == 404
    assert ask(client, "get", "").json()["items"] == [] and Meeting._base_manager.count() == 1
