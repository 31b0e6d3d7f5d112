"""A matchmaking day from its preparation to what its meetings taught."""

from __future__ import annotations

from datetime import timedelta

import pytest
from django.db import IntegrityError, connection, transaction
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.jobs import cancel_job
from rongtong.hub.foundation.models import Job, Notice
from rongtong.hub.matching.desk import invitations, plans_to_renew
from rongtong.hub.matching.domain import days as verbs
from rongtong.hub.matching.domain.feedback import give_feedback
from rongtong.hub.matching.domain.listings import Card, put
from rongtong.hub.matching.domain.participation import Answer, adjust, answer, ask, withdraw
from rongtong.hub.matching.domain.planning import adopt, changes_of, compute, discard, start_plan
from rongtong.hub.matching.enums import DayState, MeetingState, ParticipationState, PlanState
from rongtong.hub.matching.models import (
    DayPlan,
    MatchmakingDay,
    Meeting,
    MeetingFeedback,
    MeetingOutcome,
    MeetingRequest,
    MeetingSide,
    Participation,
)
from rongtong.hub.matching.queries.days import agenda_of
from rongtong.hub.matching.queries.outcomes import OUTCOME_POINTS, outcomes_of
from rongtong.hub.matching.queries.pairs import worths
from rongtong.hub.matching.tasks import begin_plan, finish_due_days, plan_day
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, actor_of, an_organisation, operator_actor
from tests.hub.matching.factories_days import a_day, a_meeting, a_participation, participants

pytestmark = pytest.mark.django_db


def given(**changes):
    start = timezone.now().replace(microsecond=0) + timedelta(days=20)
    values = {
        "title": "秋季对接会",
        "title_en": "",
        "place": "会展中心",
        "introduction": "",
        "answers_until": start - timedelta(days=3),
        "most": 4,
        "in_a_row": 2,
        "starts_at": start,
        "slots": 4,
        "minutes": 25,
        "gap": 5,
        "pause_after": 2,
        "pause_minutes": 60,
        "tables": 3,
    }
    return values | changes


def someone(organisation: Organisation, role: str = "contributor"):
    return actor_of(a_member(role, organisation))


def planned(day: MatchmakingDay, by) -> DayPlan:
    plan = start_plan(day=day, by=by)
    compute(plan.pk)
    plan.refresh_from_db()
    return plan


def listed(organisation: Organisation, kind: str, text: str) -> None:
    from uuid import uuid4

    put([Card(kind=kind, subject_id=uuid4(), organisation_id=organisation.pk, title=text, texts={0: text})])


# ---- Preparing -------------------------------------------------------------------------------------------------------


def test_a_day_is_cut_into_slots_with_a_pause() -> None:
    by = operator_actor("contributor")
    day = verbs.create_day(values=given(), by=by)
    slots = list(day.slots.all())
    assert (day.state, day.tables.count(), len(slots)) == (DayState.DRAFT, 3, 4)
    minutes = [int((slot.starts_at - day.starts_at).total_seconds()) // 60 for slot in slots]
    assert minutes == [0, 30, 115, 145]
    with pytest.raises(Forbidden):
        verbs.create_day(values=given(title="另一场"), by=actor_of(a_member("owner")))


def test_every_fault_of_a_day_is_told() -> None:
    start = given()["starts_at"]
    with pytest.raises(Invalid) as refused:
        verbs.create_day(values=given(slots=99, tables=0), by=operator_actor())
    assert {one.field for one in refused.value.faults} == {"slots", "tables"}
    with pytest.raises(Invalid) as refused:
        verbs.create_day(values=given(title=" ", answers_until=start + timedelta(hours=1)), by=operator_actor())
    assert {one.field for one in refused.value.faults} == {"title", "answers_until"}


def test_slots_are_settled_once_people_were_asked() -> None:
    by = operator_actor()
    day = verbs.create_day(values=given(), by=by)
    day = verbs.edit_day(day=day, version=1, values=given(slots=6), by=by)
    assert day.slots.count() == 6
    a_participation(day, state=ParticipationState.INVITED)
    day = verbs.open_day(day=day, by=by)
    day = verbs.edit_day(day=day, version=day.version, values=given(slots=2, place="新馆"), by=by)
    assert (day.slots.count(), day.place) == (6, "新馆")
    with pytest.raises(Stale):
        verbs.edit_day(day=day, version=1, values=given(), by=by)


def test_guests_are_told_when_the_day_opens_and_once() -> None:
    by = operator_actor()
    day = verbs.create_day(values=given(), by=by)
    member = a_member("contributor")
    with pytest.raises(Refusal):
        verbs.open_day(day=day, by=by)
    verbs.invite(day=day, organisations=[member.organisation_id], by=by)
    verbs.invite(day=day, organisations=[member.organisation_id], by=by)
    assert Participation._base_manager.filter(day=day).count() == 1
    assert not Notice._base_manager.filter(account_id=member.account_id).exists()
    verbs.open_day(day=day, by=by)
    assert Notice._base_manager.filter(account_id=member.account_id, event="matchmaking.invited").count() == 1


@pytest.mark.parametrize("verified", [True, False])
def test_only_verified_organisations_are_invited(verified) -> None:
    guest = an_organisation(verified=verified)
    day = a_day(DayState.DRAFT)
    if verified:
        verbs.invite(day=day, organisations=[guest.pk], by=operator_actor())
    else:
        with pytest.raises(Invalid):
            verbs.invite(day=day, organisations=[guest.pk], by=operator_actor())
    assert Participation._base_manager.filter(day=day).exists() == verified


# ---- Taking part -----------------------------------------------------------------------------------------------------


def test_an_answer_says_when_and_how_much() -> None:
    row = a_participation(a_day(), state=ParticipationState.INVITED)
    by = someone(row.organisation)
    saved = answer(participation=row, answer=Answer(True, frozenset({1}), 2, "带来样件", "王工"), by=by)
    assert (saved.state, saved.slots_away, saved.most, saved.presents) == ("accepted", [1], 2, "带来样件")
    with pytest.raises(Invalid):
        answer(participation=row, answer=Answer(True, frozenset({0, 1, 2})), by=by)
    assert answer(participation=row, answer=Answer(False), by=by).state == ParticipationState.DECLINED


def test_after_the_deadline_only_the_operator_changes_an_answer() -> None:
    day = a_day(begins=timedelta(days=1))
    row = a_participation(day)
    with pytest.raises(Refusal):
        answer(participation=row, answer=Answer(False), by=someone(row.organisation))
    changed = adjust(participation=row, slots_away=[0], most=None, by=operator_actor())
    assert changed.slots_away == [0]
    with pytest.raises(Forbidden):
        adjust(participation=row, slots_away=[], most=None, by=someone(row.organisation, "owner"))


def test_a_wish_is_kept_changed_and_taken_back() -> None:
    day = a_day()
    mine, other = participants(day, 2)
    by = someone(mine.organisation)
    for kind, kept in (("wish", ["wish"]), ("refusal", ["refusal"]), ("", [])):
        ask(participation=mine, other=other.organisation_id, kind=kind, by=by)
        assert list(MeetingRequest._base_manager.filter(day=day).values_list("kind", flat=True)) == kept
    for nobody in (mine.organisation_id, an_organisation().pk):
        with pytest.raises(Invalid):
            ask(participation=mine, other=nobody, kind="wish", by=by)


# ---- Planning --------------------------------------------------------------------------------------------------------


def test_needs_and_offers_are_worth_something_in_both_directions() -> None:
    buyer, maker, stranger = (an_organisation() for _ in range(3))
    listed(buyer, "challenge", "大直径主轴承滚道感应淬火变形控制")
    listed(maker, "capability", "感应淬火设备与主轴承滚道热处理")
    listed(stranger, "capability", "食品包装印刷")
    found = worths([buyer.pk, maker.pk, stranger.pk])
    assert found[buyer.pk, maker.pk].score > 0 and found[maker.pk, buyer.pk].score > 0
    assert (maker.pk, stranger.pk) not in found
    assert found[buyer.pk, maker.pk].score > (
        found[buyer.pk, stranger.pk].score if (buyer.pk, stranger.pk) in found else 0
    )


def test_anonymous_needs_seat_nobody() -> None:
    from uuid import uuid4

    buyer, maker = an_organisation(), an_organisation()
    text = "主轴承滚道感应淬火"
    put([Card("challenge", uuid4(), buyer.pk, text, {0: text}, anonymous=True)])
    listed(maker, "capability", text)
    assert worths([buyer.pk, maker.pk]) == {}


def _wished_day():
    """Three who want to meet each other, two of whom refuse a fourth."""
    by = operator_actor()
    day = a_day()
    rows = participants(day, 4)
    for one, other in ((0, 1), (1, 2), (2, 0), (0, 3)):
        MeetingRequest._base_manager.create(
            day=day, organisation=rows[one].organisation, other=rows[other].organisation, kind="wish"
        )
    MeetingRequest._base_manager.create(
        day=day, organisation=rows[3].organisation, other=rows[0].organisation, kind="refusal"
    )
    return day, rows, by


def test_wishes_are_planned_and_refusals_kept() -> None:
    day, rows, by = _wished_day()
    plan = planned(day, by)
    assert plan.state == PlanState.PROPOSED and plan.proven and plan.total == plan.bound == 120
    job = Job._base_manager.get(pk=plan.job_id)
    assert (job.state, job.done, job.result["next"]) == ("done", job.total, f"/matchmaking/{day.pk}/plans/{plan.pk}/")
    adopt(plan=plan, by=by)
    met = {frozenset((one.first_id, one.second_id)) for one in Meeting._base_manager.filter(day=day)}
    first, second, third = (row.organisation_id for row in rows[:3])
    assert met == {frozenset(pair) for pair in ((first, second), (second, third), (third, first))}
    assert MeetingSide._base_manager.filter(meeting__day=day).count() == 6


def test_the_database_lets_nobody_be_in_two_places() -> None:
    day = a_day()
    one, two, three = (row.organisation for row in participants(day, 3))
    a_meeting(day, one, two)
    a_meeting(day, one, three, table=1)
    with pytest.raises(IntegrityError, match="meeting_side_one_place"), transaction.atomic():
        connection.check_constraints()
    transaction.set_rollback(True)


def test_a_plan_of_yesterdays_answers_is_not_adopted() -> None:
    day, rows, by = _wished_day()
    plan = planned(day, by)
    answer(participation=rows[0], answer=Answer(True, frozenset({0})), by=someone(rows[0].organisation))
    with pytest.raises(Refusal) as refused:
        adopt(plan=plan, by=by)
    assert refused.value.code == "day_plan.outdated" and not Meeting._base_manager.filter(day=day).exists()
    discard(plan=plan, by=by)
    assert planned(day, by).state == PlanState.PROPOSED


def test_one_plan_at_a_time_and_none_for_too_few() -> None:
    day, _rows, by = _wished_day()
    working = start_plan(day=day, by=by)
    with pytest.raises(Refusal) as refused:
        start_plan(day=day, by=by)
    assert refused.value.code == "matchmaking.planning"
    cancel_job(job=Job._base_manager.get(pk=working.job_id), by=by)
    start_plan(day=day, by=by)
    with pytest.raises(Refusal) as refused:
        start_plan(day=a_day(), by=by)
    assert refused.value.code == "matchmaking.too_few"


def test_a_plan_that_is_stopped_leaves_nothing() -> None:
    day, _rows, by = _wished_day()
    plan = start_plan(day=day, by=by)
    Job._base_manager.filter(pk=plan.job_id).update(cancel_asked=True)
    compute(plan.pk)
    plan.refresh_from_db()
    assert (plan.state, plan.seats) == (PlanState.DISCARDED, [])
    assert Job._base_manager.get(pk=plan.job_id).state == "cancelled"
    compute(plan.pk)
    assert DayPlan._base_manager.get(pk=plan.pk).version == plan.version


def test_who_drops_out_changes_only_the_own_meetings() -> None:
    day, rows, by = _wished_day()
    adopt(plan=planned(day, by), by=by)
    member = a_member("viewer", rows[1].organisation)
    verbs.publish_day(day=day, by=by)
    assert Notice._base_manager.filter(account_id=member.account_id, event="matchmaking.published").exists()
    before = {row.pk: (row.slot_id, row.table_id, row.sequence) for row in Meeting._base_manager.filter(day=day)}

    withdraw(participation=rows[0], by=someone(rows[0].organisation))
    day.refresh_from_db()
    plan = planned(day, by)
    effect = changes_of(plan)
    assert (len(effect.kept), len(effect.dropped), len(effect.added), len(effect.moved)) == (1, 2, 0, 0)
    assert Meeting._base_manager.filter(day=day, state=MeetingState.PLANNED).count() == 3, "not before it is confirmed"

    adopt(plan=plan, by=by)
    after = {row.pk: row for row in Meeting._base_manager.filter(day=day)}
    kept = [row for row in after.values() if row.state == MeetingState.PLANNED]
    assert [(row.slot_id, row.table_id, row.sequence) for row in kept] == [before[kept[0].pk]]
    gone = [row for row in after.values() if row.state == MeetingState.CANCELLED]
    assert [row.sequence for row in gone] == [1, 1] and after.keys() == before.keys()
    assert Notice._base_manager.filter(account_id=member.account_id, event="matchmaking.changed").count() == 1


def test_a_closed_table_counts_for_the_next_plan() -> None:
    day, _rows, by = _wished_day()
    verbs.set_table(day=day, table=0, closed_slots={0, 1, 2}, by=by)
    adopt(plan=planned(day, by), by=by)
    assert set(Meeting._base_manager.filter(day=day).values_list("table__position", flat=True)) == {1}
    for table, slots in ((9, set()), (0, {7})):
        with pytest.raises(Invalid):
            verbs.set_table(day=day, table=table, closed_slots=slots, by=by)


def test_a_plan_is_published_only_once_adopted() -> None:
    day, _rows, by = _wished_day()
    planned(day, by)
    with pytest.raises(Refusal):
        verbs.publish_day(day=day, by=by)


# ---- Afterwards ------------------------------------------------------------------------------------------------------


def _met():
    day = a_day(DayState.PUBLISHED, begins=-timedelta(hours=3))
    one, other = (row.organisation for row in participants(day, 2))
    return day, one, other, a_meeting(day, one, other)


def test_feedback_is_given_after_the_meeting_and_kept_as_a_signal() -> None:
    _day, one, other, meeting = _met()
    by = someone(one)
    give_feedback(meeting=meeting, useful="useful", next_step="sample", note="下周送样", by=by)
    assert outcomes_of(one.pk, by)[other.pk].points == OUTCOME_POINTS
    assert outcomes_of(one.pk, someone(other)) == {}, "the other side's word is not mine"
    assert outcomes_of(one.pk, operator_actor())[other.pk].useful == "useful"
    give_feedback(meeting=meeting, useful="not_held", next_step="none", note="", by=by)
    assert not MeetingOutcome._base_manager.exists() and MeetingFeedback._base_manager.count() == 1
    with pytest.raises(Invalid):
        give_feedback(meeting=meeting, useful="great", next_step="none", note="", by=by)
    with pytest.raises(NotVisible):
        give_feedback(meeting=meeting, useful="useful", next_step="none", note="", by=actor_of(a_member()))


def test_before_the_meeting_there_is_nothing_to_say() -> None:
    day = a_day(DayState.PUBLISHED)
    one, other = (row.organisation for row in participants(day, 2))
    with pytest.raises(Refusal):
        give_feedback(meeting=a_meeting(day, one, other), useful="useful", next_step="none", note="", by=someone(one))


def test_a_useful_meeting_counts_for_the_next_day_within_bounds() -> None:
    buyer, maker = an_organisation(), an_organisation()
    listed(buyer, "challenge", "主轴承滚道感应淬火")
    listed(maker, "capability", "滚道感应淬火")
    before = worths([buyer.pk, maker.pk])[buyer.pk, maker.pk].score
    day = a_day(DayState.HELD, begins=-timedelta(days=30))
    for each in (buyer, maker):
        a_participation(day, each)
    give_feedback(meeting=a_meeting(day, buyer, maker), useful="useless", next_step="none", note="", by=someone(buyer))
    after = worths([buyer.pk, maker.pk])
    assert after[buyer.pk, maker.pk].score == max(0, before - OUTCOME_POINTS)
    assert after[maker.pk, buyer.pk].score > after[buyer.pk, maker.pk].score or before == 0


def test_days_that_are_over_finish_by_themselves() -> None:
    day, one, _other, _meeting = _met()
    running = a_day(DayState.PUBLISHED)
    member = a_member("contributor", one)
    assert [row.pk for row in verbs.finish_due()] == [day.pk] and verbs.finish_due() == []
    assert Notice._base_manager.filter(account_id=member.account_id, event="matchmaking.held").exists()
    with pytest.raises(Refusal):
        verbs.finish_day(day=running, by=SYSTEM)


def test_an_agenda_shows_ones_own_meetings_and_free_slots() -> None:
    day, one, other, _meeting = _met()
    Participation._base_manager.filter(organisation=other).update(presents="带来样件", contact="王工")
    agenda = agenda_of(day, someone(one))
    assert [entry.other for entry in agenda] == [other, None, None]
    assert (agenda[0].presents, agenda[0].contact, agenda[0].begun) == ("带来样件", "王工", True)


def test_a_cancelled_day_is_told() -> None:
    day = a_day()
    row = a_participation(day)
    member = a_member("viewer", row.organisation)
    verbs.cancel_day(day=day, by=operator_actor())
    assert Notice._base_manager.filter(account_id=member.account_id, event="matchmaking.cancelled").exists()
    with pytest.raises(Refusal):
        verbs.cancel_day(day=MatchmakingDay._base_manager.get(pk=day.pk), by=operator_actor())


# ---- Background work and the desk ------------------------------------------------------------------------------------


def test_the_tasks_do_their_verbs_once() -> None:
    day, _rows, by = _wished_day()
    plan = begin_plan(day, by)
    for _ in range(2):
        plan_day(str(plan.pk))
    plan.refresh_from_db()
    assert (plan.state, plan.version) == (PlanState.PROPOSED, 2)
    _met()
    assert [finish_due_days(0), finish_due_days(0)] == [1, 0]


def test_the_desk_says_what_waits() -> None:
    day, rows, by = _wished_day()
    invited = a_participation(day, state=ParticipationState.INVITED)
    assert [one.context for one in invitations(someone(invited.organisation))] == [str(day)]
    assert list(invitations(someone(rows[0].organisation))) == list(plans_to_renew(by)) == []
    adopt(plan=planned(day, by), by=by)
    day = verbs.publish_day(day=day, by=by)
    withdraw(participation=rows[0], by=someone(rows[0].organisation))
    assert [one.context for one in plans_to_renew(by)] == [str(day)]
    assert list(plans_to_renew(someone(rows[1].organisation))) == []
    adopt(plan=planned(day, by), by=by)
    assert list(plans_to_renew(by)) == []
