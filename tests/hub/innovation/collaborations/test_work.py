"""Milestones, reminders, results and the end of a collaboration."""

from datetime import date, timedelta
from decimal import Decimal

import pytest

from rongtong.hub.foundation.errors import Invalid, Refusal
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.innovation.domain.collaborations import (
    Result,
    complete_collaboration,
    report_result,
    terminate_collaboration,
)
from rongtong.hub.innovation.domain.milestones import (
    Change,
    accept,
    agree_to_change,
    decline_change,
    deliver,
    propose_change,
    remind_of_due,
    return_delivery,
)
from rongtong.hub.innovation.models import Collaboration, Milestone
from tests.factories import a_member, actor_of, operator_actor, visitor
from tests.hub.innovation.factories_responses import a_collaboration, a_partner, a_response

pytestmark = pytest.mark.django_db


def both(collaboration):
    return (
        actor_of(a_member("manager", collaboration.organisation)),
        actor_of(a_member("manager", collaboration.leader)),
    )


def refusal_of(act, **given):
    with pytest.raises(Refusal) as refused:
        act(**given)
    return refused.value.code


# ---- who ---------------------------------------------------------------------------------------------------------


def test_who_sees_a_collaboration():
    collaboration = a_collaboration()
    loser = a_response(collaboration.challenge, state="declined")
    given, asked = (a_partner(collaboration.response, consent=consent) for consent in ("given", "asked"))
    actors = {
        "challenger": actor_of(a_member("viewer", collaboration.organisation)),
        "leader": actor_of(a_member("viewer", collaboration.leader)),
        "partner": actor_of(a_member("viewer", given.organisation)),
        "asked": actor_of(a_member("owner", asked.organisation)),
        "loser": actor_of(a_member("owner", loser.organisation)),
        "operator": operator_actor("viewer"),
        "visitor": visitor,
    }
    expected = {"challenger", "leader", "partner", "operator"}
    assert {name for name, actor in actors.items() if collaboration.is_visible_to(actor)} == expected
    assert {name for name, actor in actors.items() if Milestone.visible_to(actor).exists()} == expected


STEPS = ("viewer", "contributor", "manager", "owner")
BOTH_WRITE = {f"{side}.{step}" for side in ("leader", "challenger") for step in STEPS[1:]}
BOTH_MANAGE = {f"{side}.{step}" for side in ("leader", "challenger") for step in STEPS[2:]}
OPEN = {"planned", "returned"}
CHALLENGER = {"challenger.manager", "challenger.owner"}
LEADER = {f"leader.{step}" for step in STEPS[1:]}
VERBS = {
    "milestone.propose": (BOTH_WRITE, OPEN),
    "milestone.agree": (BOTH_MANAGE, OPEN),
    "milestone.decline": (BOTH_MANAGE, OPEN),
    "milestone.deliver": (LEADER, OPEN),
    "milestone.accept": (CHALLENGER, {"delivered"}),
    "milestone.return": (CHALLENGER, {"delivered"}),
}


@pytest.mark.parametrize("state", ["planned", "delivered", "accepted", "returned"])
def test_verbs_on_a_milestone(state):
    collaboration = a_collaboration()
    milestone = collaboration.milestones.first()
    milestone.state = state
    partner = a_partner(collaboration.response, consent="given")
    actors = {f"challenger.{step}": actor_of(a_member(step, collaboration.organisation)) for step in STEPS}
    actors |= {f"leader.{step}": actor_of(a_member(step, collaboration.leader)) for step in STEPS}
    actors |= {f"partner.{step}": actor_of(a_member(step, partner.organisation)) for step in STEPS}
    actors |= {"operator": operator_actor("owner"), "stranger": actor_of(a_member("owner")), "visitor": visitor}
    for verb, (people, states) in VERBS.items():
        may = {name for name, actor in actors.items() if allowed(actor, verb, milestone)}
        assert may == (people if state in states else set()), verb


@pytest.mark.parametrize("state", ["active", "completed", "terminated"])
def test_verbs_on_a_collaboration(state):
    collaboration = a_collaboration(state=state)
    actors = {f"challenger.{step}": actor_of(a_member(step, collaboration.organisation)) for step in STEPS}
    actors |= {f"leader.{step}": actor_of(a_member(step, collaboration.leader)) for step in STEPS}
    expected = {
        "collaboration.report_result": LEADER,
        "collaboration.complete": CHALLENGER,
        "collaboration.terminate": CHALLENGER,
    }
    for verb, people in expected.items():
        may = {name for name, actor in actors.items() if allowed(actor, verb, collaboration)}
        assert may == (people if state == "active" else set()), verb


# ---- milestones --------------------------------------------------------------------------------------------------


def test_delivered_returned_delivered_accepted():
    collaboration = a_collaboration()
    challenger, leader = both(collaboration)
    milestone = collaboration.milestones.first()
    assert deliver(milestone=milestone, note="报告已交", by=leader).state == "delivered"
    assert return_delivery(milestone=milestone, note="缺原始数据", by=challenger).state == "returned"
    assert deliver(milestone=milestone, note="已补", by=leader).delivery_note == "已补"
    assert accept(milestone=milestone, by=challenger).state == "accepted"
    events = Notice._base_manager.order_by("created_at").values_list("event", "account_id")
    assert list(events) == [
        ("milestone.delivered", challenger.account_id),
        ("milestone.returned", leader.account_id),
        ("milestone.delivered", challenger.account_id),
        ("milestone.accepted", leader.account_id),
    ]


def test_a_delivery_and_a_return_say_what():
    collaboration = a_collaboration()
    challenger, leader = both(collaboration)
    milestone = collaboration.milestones.first()
    with pytest.raises(Invalid):
        deliver(milestone=milestone, note=" ", by=leader)
    deliver(milestone=milestone, note="已交", by=leader)
    with pytest.raises(Invalid):
        return_delivery(milestone=milestone, note="", by=challenger)


def test_a_change_holds_once_the_other_side_agrees():
    collaboration = a_collaboration()
    challenger, leader = both(collaboration)
    milestone = collaboration.milestones.first()
    change = Change("试件定参（延期）", date(2026, 9, 1), Decimal("12.50"), "两份报告")
    propose_change(milestone=milestone, change=change, by=leader)
    milestone.refresh_from_db()
    assert (milestone.title, milestone.due_on) == ("里程碑1", date(2026, 6, 15))
    assert refusal_of(agree_to_change, milestone=milestone, by=leader) == "milestone.own_proposal"
    agreed = agree_to_change(milestone=milestone, by=challenger)
    assert Change(agreed.title, agreed.due_on, agreed.cost, agreed.deliverable) == change
    assert agreed.proposal is None
    assert refusal_of(agree_to_change, milestone=milestone, by=challenger) == "milestone.no_proposal"


def test_a_change_can_be_declined_and_taken_back():
    collaboration = a_collaboration()
    challenger, leader = both(collaboration)
    milestone = collaboration.milestones.first()
    for who in (challenger, leader):
        propose_change(milestone=milestone, change=Change("新", date(2027, 1, 1)), by=leader)
        assert decline_change(milestone=milestone, by=who).proposal is None
    assert refusal_of(decline_change, milestone=milestone, by=leader) == "milestone.no_proposal"


def test_a_change_must_be_possible():
    collaboration = a_collaboration()
    _challenger, leader = both(collaboration)
    change = Change(" ", date(2026, 1, 30), Decimal(-1))
    with pytest.raises(Invalid) as refused:
        propose_change(milestone=collaboration.milestones.first(), change=change, by=leader)
    assert {fault.field for fault in refused.value.faults} == {"title", "due_on", "cost"}


# ---- reminders ---------------------------------------------------------------------------------------------------


def reminders():
    return [one.details["days"] for one in Notice._base_manager.filter(event="milestone.due").order_by("created_at")]


def test_the_leader_is_reminded_two_weeks_and_three_days_before_and_on_the_day():
    collaboration = a_collaboration()
    _challenger, leader = both(collaboration)
    due = date(2026, 6, 15)
    for ahead in range(20, -4, -1):
        for _ in range(2):  # a task may run twice
            remind_of_due(due - timedelta(days=ahead))
    assert reminders() == [14, 3, 0]
    assert set(Notice._base_manager.values_list("account_id", flat=True)) == {leader.account_id}


def test_a_missed_day_is_made_up_for_once():
    collaboration = a_collaboration()
    both(collaboration)
    for day in (date(2026, 6, 10), date(2026, 6, 11), date(2026, 6, 20), date(2026, 6, 21)):
        remind_of_due(day)
    assert reminders() == [5, -5]


@pytest.mark.parametrize("state", ["delivered", "accepted"])
def test_nobody_is_reminded_of_what_is_delivered_or_ended(state):
    collaboration = a_collaboration()
    both(collaboration)
    collaboration.milestones.update(state=state)
    assert remind_of_due(date(2026, 6, 15)) == 0
    ended = a_collaboration(state="terminated")
    both(ended)
    assert remind_of_due(date(2026, 6, 15)) == 0


# ---- the end -----------------------------------------------------------------------------------------------------


def results_of(collaboration, factor="1"):
    targets = collaboration.challenge.targets.all()
    return [Result(one.pk, one.value * Decimal(factor), note="第三方检测") for one in targets]


def test_results_stand_beside_promises_and_conclude_the_challenge():
    collaboration = a_collaboration()
    challenger, leader = both(collaboration)
    milestones = list(collaboration.milestones.all())
    complete = {"collaboration": collaboration, "conclusion": "达到预期", "by": challenger}
    assert refusal_of(complete_collaboration, **complete) == "collaboration.milestones_open"
    for one in milestones:
        deliver(milestone=one, note="已交", by=leader)
        accept(milestone=one, by=challenger)
    assert refusal_of(complete_collaboration, **complete) == "collaboration.result_missing"
    report_result(collaboration=collaboration, results=results_of(collaboration, "1.1"), by=leader)
    assert set(collaboration.achievements.values_list("met", flat=True)) == {False}
    report_result(collaboration=collaboration, results=results_of(collaboration), by=leader)
    assert list(collaboration.achievements.values_list("met", flat=True)) == [True, True]
    with pytest.raises(Invalid):
        complete_collaboration(collaboration=collaboration, conclusion="", by=challenger)
    ended = complete_collaboration(**complete)
    assert (ended.state, ended.challenge.state) == ("completed", "concluded")
    assert refusal_of(deliver, milestone=milestones[0], note="再交", by=leader) == "rights.state"


def test_what_is_reported_is_checked():
    collaboration, other = a_collaboration(), a_collaboration()
    _challenger, leader = both(collaboration)
    foreign = results_of(other)
    with pytest.raises(Invalid) as refused:
        report_result(collaboration=collaboration, results=[foreign[0], foreign[0]], by=leader)
    assert [fault.code for fault in refused.value.faults] == ["unknown_target", "unknown_target", "duplicate"]
    with pytest.raises(Invalid):
        report_result(collaboration=collaboration, results=[], by=leader)


def test_the_challenge_is_concluded_with_its_last_collaboration():
    first = a_collaboration()
    second = Collaboration._base_manager.create(
        challenge=first.challenge,
        response=a_response(first.challenge, state="awarded"),
        organisation=first.organisation,
        leader=a_member("owner").organisation,
        starts_on=first.starts_on,
    )
    challenger, leader = both(first)
    milestone = first.milestones.first()
    terminate_collaboration(collaboration=first, conclusion="合作方停产", by=challenger)
    first.challenge.refresh_from_db()
    assert first.challenge.state == "awarded"
    assert refusal_of(deliver, milestone=milestone, note="已交", by=leader) == "collaboration.ended"
    terminate_collaboration(collaboration=second, conclusion="指标无望", by=challenger)
    first.challenge.refresh_from_db()
    assert first.challenge.state == "concluded"
