"""A response from its first draft to its withdrawal."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from decimal import Decimal

import pytest

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.innovation.domain.handing_in import submit_response
from rongtong.hub.innovation.domain.responses import (
    Draft,
    Promise,
    Step,
    draft_of,
    reopen_response,
    save_response,
    snapshot,
    start_response,
    withdraw_response,
)
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Response, Target
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation
from tests.hub.innovation.factories_responses import a_response

pytestmark = pytest.mark.django_db


def past() -> datetime:
    return datetime.now(UTC) - timedelta(seconds=1)


def a_leader(role="manager", **fields):
    return actor_of(a_member(role, an_organisation(**fields)))


def codes(refused) -> set[str]:
    return {fault.code for fault in refused.value.faults}


# ---- starting ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("size", [SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO])
def test_small_and_medium_enterprises_lead(size):
    leader = a_leader("contributor", size=size)
    response = start_response(challenge=a_challenge(), by=leader)
    assert (response.state, response.organisation_id) == ("draft", leader.organisation_id)
    assert AuditEntry._base_manager.get(subject_id=response.pk).verb == "response.start"


@pytest.mark.parametrize(
    ("fields", "what"),
    [
        ({"size": SizeClass.LARGE}, "不能揭榜：贵单位为大型企业"),
        ({"size": SizeClass.UNCLASSIFIED}, "不能揭榜：贵单位的企业规模尚未划定"),
        ({"kind": OrganisationKind.UNIVERSITY}, "不能揭榜：贵单位不是企业"),
    ],
)
def test_others_do_not_lead_and_are_told_why(fields, what):
    with pytest.raises(Refusal) as refused:
        start_response(challenge=a_challenge(), by=a_leader(**fields))
    assert (refused.value.code, str(refused.value.what)) == ("response.leader_not_sme", what)
    assert str(refused.value.why) == "本批次仅限中小企业牵头。"
    assert "可作为联合体成员参加。" in str(refused.value.cure)


def test_a_round_may_let_fewer_lead():
    challenge = a_challenge(round=a_round(Stage.RESPOND, leader_size_classes=["micro"]))
    with pytest.raises(Refusal) as refused:
        start_response(challenge=challenge, by=a_leader(size=SizeClass.SMALL))
    assert refused.value.code == "response.leader_not_sme"
    assert start_response(challenge=challenge, by=a_leader(size=SizeClass.MICRO)).pk


def test_the_challenger_does_not_answer_itself():
    challenge = a_challenge()
    with pytest.raises(Refusal) as refused:
        start_response(challenge=challenge, by=actor_of(a_member("owner", challenge.organisation)))
    assert refused.value.code == "response.own_challenge"


@pytest.mark.parametrize("stage", [Stage.PUBLISH, Stage.SELECT])
def test_answers_begin_in_the_stage_of_answers(stage):
    challenge = a_challenge(round=a_round(stage), deadline=datetime.now(UTC) + timedelta(days=1))
    with pytest.raises(Refusal) as refused:
        start_response(challenge=challenge, by=a_leader())
    assert refused.value.code == "response.not_open"


def test_after_the_deadline_nobody_starts():
    with pytest.raises(Refusal) as refused:
        start_response(challenge=a_challenge(deadline=past()), by=a_leader())
    assert refused.value.code == "response.deadline_passed"


def test_a_hidden_challenge_is_not_there():
    with pytest.raises(NotVisible):
        start_response(challenge=a_challenge(ChallengeState.SCREENED), by=a_leader())


@pytest.mark.parametrize("role", ["viewer", None])
def test_a_viewer_and_an_unverified_organisation_start_nothing(role):
    actor = a_leader("viewer") if role else a_leader("owner", verified=False)
    with pytest.raises(Forbidden):
        start_response(challenge=a_challenge(), by=actor)


def test_one_live_response_for_each_organisation_and_challenge():
    leader, challenge = a_leader(), a_challenge()
    first = start_response(challenge=challenge, by=leader)
    with pytest.raises(Refusal) as refused:
        start_response(challenge=challenge, by=leader)
    assert refused.value.code == "response.exists"
    withdraw_response(response=first, by=leader)
    second = start_response(challenge=challenge, by=leader)
    with pytest.raises(Refusal) as refused:
        reopen_response(response=first, by=leader)
    assert refused.value.code == "response.exists"
    assert set(Response.visible_to(leader).values_list("pk", "state")) == {
        (first.pk, "withdrawn"),
        (second.pk, "draft"),
    }


# ---- saving ------------------------------------------------------------------------------------------------------


def test_a_draft_is_kept_however_incomplete():
    leader, challenge = a_leader("contributor"), a_challenge()
    response = start_response(challenge=challenge, by=leader)
    target = challenge.targets.get(position=1)
    draft = Draft(
        summary="概要",
        months=14,
        cost=Decimal("10.50"),
        promises=(Promise(target.pk, note="待测"),),
        steps=(Step("只有名称"), Step(month=3, cost=Decimal("1.00"))),
    )
    saved = save_response(response=response, draft=draft, version=response.version, by=leader)
    assert saved.version == 2
    assert draft_of(snapshot(Response._base_manager.get(pk=saved.pk))) == draft


def test_saving_the_same_again_changes_nothing():
    leader = a_leader()
    response = a_response(organisation=an_organisation())
    leader = actor_of(a_member("contributor", response.organisation))
    same = draft_of(snapshot(response))
    assert save_response(response=response, draft=same, version=0, by=leader).version == 1


def test_two_people_at_one_draft_see_both_versions():
    response = a_response()
    first, second = (actor_of(a_member("contributor", response.organisation)) for _ in range(2))
    base = draft_of(snapshot(response))
    save_response(response=response, draft=replace(base, plan="第一人的方案"), version=1, by=first)
    with pytest.raises(Stale) as refused:
        save_response(response=response, draft=replace(base, plan="第二人的方案"), version=1, by=second)
    assert (refused.value.theirs["plan"], refused.value.yours["plan"]) == ("第一人的方案", "第二人的方案")
    assert refused.value.version == 2
    chosen = draft_of(dict(refused.value.theirs) | {"plan": "第二人的方案"})
    save_response(response=response, draft=chosen, version=refused.value.version, by=second)
    response.refresh_from_db()
    assert (response.plan, response.version) == ("第二人的方案", 3)


def test_faults_of_a_draft_are_told_all_at_once():
    response, stranger = a_response(), Target._base_manager.get(challenge=a_challenge(targets=1))
    leader = actor_of(a_member("contributor", response.organisation))
    own = response.challenge.targets.first()
    draft = Draft(
        summary="字" * 1001,
        readiness=10,
        cost=Decimal(-1),
        promises=(Promise(stranger.pk, Decimal(1)), Promise(own.pk, Decimal(2), Decimal(1))),
        steps=(Step("a", 1, Decimal(-1)),),
    )
    with pytest.raises(Invalid) as refused:
        save_response(response=response, draft=draft, version=1, by=leader)
    found = {(fault.field, fault.row, fault.code) for fault in refused.value.faults}
    assert found == {
        ("summary", None, "too_long"),
        ("readiness", None, "out_of_range"),
        ("cost", None, "out_of_range"),
        ("milestones", 1, "out_of_range"),
        ("commitments", 1, "unknown_target"),
        ("commitments", 2, "range"),
    }


def test_targets_under_an_agreement_cannot_be_promised_unseen():
    challenge = a_challenge(targets_level=2)
    response = a_response(challenge, complete=False)
    leader = actor_of(a_member("manager", response.organisation))
    promise = Promise(challenge.targets.first().pk, Decimal(1))
    with pytest.raises(Invalid) as refused:
        save_response(response=response, draft=Draft(promises=(promise,)), version=1, by=leader)
    assert codes(refused) == {"unknown_target"}
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=leader)
    assert "response.targets_closed" in codes(refused)


# ---- handing in --------------------------------------------------------------------------------------------------


def test_a_complete_response_goes_in_and_its_people_hear():
    response = a_response()
    manager, colleague = a_member("manager", response.organisation), a_member("contributor", response.organisation)
    challenger = a_member("owner", response.challenge.organisation)
    submitted = submit_response(response=response, by=actor_of(manager), version=response.version)
    assert submitted.state == "submitted"
    assert abs(datetime.now(UTC) - submitted.submitted_at) < timedelta(minutes=1)
    told = set(Notice._base_manager.filter(event="response.submitted").values_list("account_id", flat=True))
    assert told == {colleague.account_id}
    assert challenger.account_id not in told


def test_an_empty_draft_is_told_everything_that_is_missing():
    response = a_response(complete=False)
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=actor_of(a_member("manager", response.organisation)))
    assert [(fault.field, fault.code, fault.row) for fault in refused.value.faults] == [
        ("summary", "missing", None),
        ("team", "missing", None),
        ("record", "missing", None),
        ("plan", "missing", None),
        ("commitments", "response.must_meet", 1),
        ("months", "missing", None),
        ("cost", "missing", None),
        ("milestones", "response.milestones", None),
    ]


def test_a_must_meet_target_that_falls_short_needs_its_reason():
    response = a_response()
    manager = actor_of(a_member("manager", response.organisation))
    must = response.commitments.get(target__must_meet=True)
    must.value = must.target.value + 1
    must.save()
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=manager)
    assert codes(refused) == {"response.must_meet_note"}
    must.note = "现有设备所限，第二年达到"
    must.save()
    assert submit_response(response=response, by=manager).state == "submitted"


def test_the_costs_of_the_steps_add_up_and_end_in_time():
    response = a_response(cost=Decimal(1), months=6)
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=actor_of(a_member("manager", response.organisation)))
    assert {(fault.field, fault.code, fault.row) for fault in refused.value.faults} == {
        ("cost", "response.cost_sum", None),
        ("milestones", "response.month_late", 2),
    }


def test_a_contributor_does_not_hand_in():
    response = a_response()
    with pytest.raises(Forbidden):
        submit_response(response=response, by=actor_of(a_member("contributor", response.organisation)))


def test_what_changed_after_review_is_not_handed_in_unseen():
    response = a_response()
    manager = actor_of(a_member("manager", response.organisation))
    save_response(response=response, draft=replace(draft_of(snapshot(response)), plan="新方案"), version=1, by=manager)
    with pytest.raises(Stale):
        submit_response(response=response, by=manager, version=1)


def test_who_has_grown_large_meanwhile_does_not_lead():
    response = a_response()
    manager = actor_of(a_member("manager", response.organisation))
    response.organisation.size_class = SizeClass.LARGE
    response.organisation.save()
    with pytest.raises(Refusal) as refused:
        submit_response(response=response, by=manager)
    assert refused.value.code == "response.leader_not_sme"


# ---- the deadline ------------------------------------------------------------------------------------------------


@pytest.mark.parametrize(
    ("state", "act"), [("draft", submit_response), ("submitted", withdraw_response), ("withdrawn", reopen_response)]
)
def test_until_the_deadline_and_not_after(state, act):
    response = a_response(state=state)
    manager = actor_of(a_member("manager", response.organisation))
    challenge = response.challenge
    challenge.deadline, kept = past(), challenge.deadline
    challenge.save()
    with pytest.raises(Refusal) as refused:
        act(response=response, by=manager)
    assert refused.value.code == "response.deadline_passed"
    challenge.deadline = kept
    challenge.save()
    assert act(response=response, by=manager).state != state


def test_a_draft_can_be_given_up_at_any_time():
    response = a_response(a_challenge(deadline=past()))
    manager = actor_of(a_member("manager", response.organisation))
    assert withdraw_response(response=response, by=manager).state == "withdrawn"
