"""The pages of matchmaking days: who sees what, in how many queries, and what a rival may not learn."""

from __future__ import annotations

import re
from datetime import timedelta

import pytest
from django.urls import reverse
from icalendar import Calendar

from rongtong.hub.matching.domain.days import publish_day
from rongtong.hub.matching.domain.participation import withdraw
from rongtong.hub.matching.domain.planning import adopt, compute, start_plan
from rongtong.hub.matching.enums import DayState, ParticipationState
from rongtong.hub.matching.models import (
    DayPlan,
    MatchmakingDay,
    Meeting,
    MeetingFeedback,
    MeetingRequest,
    Participation,
)
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, actor_of, an_organisation, operator_actor
from tests.hub.matching.factories_days import a_day, a_meeting, a_participation, participants

pytestmark = pytest.mark.django_db


def test_the_operator_notes_that_somebody_comes_late(client) -> None:
    day = a_day(DayState.PUBLISHED)
    row = a_participation(day)
    client.force_login(a_member("contributor", an_organisation("operator")).account)
    assert client.get(path("adjust", row.pk)).status_code == 200
    assert client.post(path("adjust", row.pk), {"slots": [], "most": ""}).status_code == 422
    client.post(path("adjust", row.pk), {"slots": ["1", "2"], "most": "1"})
    row.refresh_from_db()
    assert (row.slots_away, row.most) == ([0], 1)


@pytest.fixture
def operator(client):
    member = a_member("manager", an_organisation("operator"))
    client.force_login(member.account)
    return actor_of(member)


def signed_in(client, organisation: Organisation, role: str = "contributor"):
    member = a_member(role, organisation)
    client.force_login(member.account)
    return actor_of(member)


def wish(day: MatchmakingDay, one: Participation, other: Participation, kind: str = "wish") -> None:
    MeetingRequest._base_manager.create(day=day, organisation=one.organisation, other=other.organisation, kind=kind)


def path(name: str, *args) -> str:
    return reverse(f"matching:{name}", args=args)


def test_an_operator_goes_from_nothing_to_a_published_plan(client, operator) -> None:
    start = "2031-05-06T09:00"
    form = {
        "title": "秋季对接会", "place": "会展中心", "answers_until": "2031-05-01T12:00", "starts_at": start, "slots": 3,
        "minutes": 25, "gap": 5, "pause_after": 0, "pause_minutes": 5, "tables": 2, "most": 3, "in_a_row": 0,
    }  # fmt: skip
    wrong = client.post(path("day_new"), form | {"place": "", "tables": 999})
    assert wrong.status_code == 422 and wrong.content.decode().count("rt-fault") >= 2
    answered = client.post(path("day_new"), form)
    day = MatchmakingDay._base_manager.get()
    assert answered["Location"] == path("day", day.pk)
    guests = [an_organisation(name=f"澜川受邀{n}有限公司") for n in range(3)]
    names = "\n".join([guests[0].name, guests[1].identifier, "没有这家公司"])
    assert "没有这家公司" in client.post(path("invite", day.pk), {"names": names}).content.decode()
    names = "\n".join(guest.name for guest in guests)
    assert guests[2].name in client.post(path("invite", day.pk), {"names": names}).content.decode()
    assert not Participation._base_manager.exists(), "a preview invites nobody"
    client.post(path("invite", day.pk), {"names": names, "confirm": "1"})
    client.post(path("day_open", day.pk))
    Participation._base_manager.update(state=ParticipationState.ACCEPTED)
    rows = list(Participation._base_manager.all())
    wish(day, rows[0], rows[1])

    started = client.post(path("plan_start", day.pk))
    plan = DayPlan._base_manager.get()
    assert started["Location"] == reverse("web:job", args=[plan.job_id])
    assert client.get(path("plan", day.pk, plan.pk)).status_code == 404, "not while it is computed"
    compute(plan.pk)
    page = client.get(path("plan", day.pk, plan.pk)).content.decode()
    assert "已证明最优" in page and rows[0].organisation.short in page and "没有排上对接的单位" in page
    client.post(path("plan_adopt", day.pk, plan.pk))
    client.post(path("day_publish", day.pk))
    day.refresh_from_db()
    assert day.state == DayState.PUBLISHED
    assert rows[0].organisation.name in client.get(path("schedule", day.pk)).content.decode()
    sheet = client.get(path("schedule", day.pk) + "?export=xlsx")
    assert sheet["Content-Type"].startswith("application/vnd.openxml")


def test_before_a_changed_plan_is_confirmed_it_shows_what_it_changes(client, operator) -> None:
    day = a_day(slots=3, tables=2)
    rows = participants(day, 3)
    for one, other in ((0, 1), (1, 2), (2, 0)):
        wish(day, rows[one], rows[other])
    for number in range(2):
        plan = start_plan(day=day, by=operator)
        compute(plan.pk)
        if number == 0:
            adopt(plan=DayPlan._base_manager.get(pk=plan.pk), by=operator)
            day = publish_day(day=day, by=operator)
            withdraw(participation=rows[0], by=operator)
    page = client.get(path("plan", day.pk, plan.pk)).content.decode()
    assert "不变 1 场，改时间或桌号 0 场，取消 2 场，新增 0 场" in page
    assert "取消的场次" in page and rows[0].organisation.short in page


def test_an_organisation_answers_wishes_and_drops_out(client) -> None:
    day = a_day()
    mine = a_participation(day, state=ParticipationState.INVITED)
    other = a_participation(day, presents="带来样件")
    declined = a_participation(day, state=ParticipationState.DECLINED)
    signed_in(client, mine.organisation)
    assert "答复邀请" in client.get(path("day", day.pk)).content.decode()
    assert client.post(path("answer", day.pk), {"slots": [], "most": ""}).status_code == 422
    client.post(path("answer", day.pk), {"slots": ["0", "2"], "most": "2", "presents": "找热处理", "contact": "王工"})
    mine.refresh_from_db()
    assert (mine.state, mine.slots_away, mine.most) == ("accepted", [1], 2)
    page = client.get(path("wishes", day.pk)).content.decode()
    assert other.organisation.name in page and "带来样件" in page and declined.organisation.name not in page
    client.post(path("ask", day.pk, other.organisation_id), {"kind": "wish"})
    assert MeetingRequest._base_manager.get().other_id == other.organisation_id
    client.post(path("withdraw", mine.pk))
    mine.refresh_from_db()
    assert mine.state == "withdrawn"


@pytest.mark.parametrize(
    "name",
    ["day", "participants", "schedule", "agenda", "agenda_pdf", "agenda_ics", "answer", "wishes", "day_edit", "invite"],
)
def test_a_day_one_was_not_invited_to_is_not_there(client, name) -> None:
    day = a_day(DayState.PUBLISHED)
    participants(day, 2)
    signed_in(client, an_organisation(), "owner")
    assert client.get(path(name, day.pk)).status_code == 404
    assert client.get(path("days")).content.decode().count("data-row") == 0


def test_pages_of_the_operator_are_not_there_for_participants(client) -> None:
    day = a_day(DayState.PUBLISHED)
    mine, other = participants(day, 2)
    meeting = a_meeting(day, mine.organisation, other.organisation)
    plan = DayPlan._base_manager.create(day=day, job_id=day.pk, state="proposed")
    signed_in(client, mine.organisation, "owner")
    for address in (path("participants", day.pk), path("schedule", day.pk), path("plan", day.pk, plan.pk)):
        assert client.get(address).status_code == 404
    for address in (path("withdraw", other.pk), path("adjust", other.pk), path("plan_adopt", day.pk, plan.pk)):
        assert client.post(address).status_code == 404
    signed_in(client, a_participation(day).organisation)
    assert client.get(path("feedback", meeting.pk)).status_code == 404, "a third participant"


def test_an_agenda_before_publication_is_not_there(client) -> None:
    day = a_day()
    mine, other = participants(day, 2)
    a_meeting(day, mine.organisation, other.organisation)
    signed_in(client, mine.organisation)
    assert client.get(path("agenda", day.pk)).status_code == 404
    assert "看本单位的日程" not in client.get(path("day", day.pk)).content.decode()


def test_a_calendar_keeps_its_identifiers_and_counts_changes(client) -> None:
    day = a_day(DayState.PUBLISHED)
    mine, other, third = participants(day, 3)
    row = a_meeting(day, mine.organisation, other.organisation)
    a_meeting(day, other.organisation, third.organisation, slot=1)
    signed_in(client, mine.organisation, "viewer")
    answer = client.get(path("agenda_ics", day.pk))
    assert answer["Content-Type"] == "text/calendar; charset=utf-8"
    (event,) = Calendar.from_ical(answer.content).walk("VEVENT")
    assert str(event["uid"]).startswith(str(row.pk)) and event["sequence"] == 0
    assert event.decoded("dtstart") == row.slot.starts_at and event.decoded("dtend") == row.slot.ends_at
    assert event.decoded("dtstart").utcoffset() == timedelta(0) and "1号桌" in str(event["location"])
    row.state, row.table, row.sequence = "cancelled", None, 1
    row.save()
    (later,) = Calendar.from_ical(client.get(path("agenda_ics", day.pk)).content).walk("VEVENT")
    assert (later["uid"], later["sequence"], later["status"]) == (event["uid"], 1, "CANCELLED")


def test_an_agenda_is_printed(client) -> None:
    day = a_day(DayState.PUBLISHED)
    mine, other = participants(day, 2)
    a_meeting(day, mine.organisation, other.organisation)
    signed_in(client, mine.organisation)
    paper = client.get(path("agenda_pdf", day.pk))
    assert paper.content.startswith(b"%PDF") and paper["Content-Type"] == "application/pdf"


def test_feedback_is_asked_for_and_kept(client) -> None:
    day = a_day(DayState.PUBLISHED, begins=-timedelta(hours=5))
    mine, other = participants(day, 2)
    row = a_meeting(day, mine.organisation, other.organisation)
    signed_in(client, mine.organisation)
    assert path("feedback", row.pk) in client.get("/desk/").content.decode()
    assert client.post(path("feedback", row.pk), {"useful": "", "next_step": "none"}).status_code == 422
    client.post(path("feedback", row.pk), {"useful": "useful", "next_step": "visit", "note": "约定互访"})
    assert MeetingFeedback._base_manager.get().note == "约定互访"
    assert path("feedback", row.pk) not in client.get("/desk/").content.decode()


# ---- Two worlds ------------------------------------------------------------------------------------------------------


def _pages(client, day: MatchmakingDay) -> dict[str, str]:
    names = ("day", "wishes", "agenda", "agenda_ics")
    found = {name: client.get(path(name, day.pk)).content.decode() for name in names}
    found |= {"days": client.get(path("days")).content.decode(), "desk": client.get("/desk/").content.decode()}
    return {name: re.sub(r'value="[\w]{64}"|datetime="[^"]+"', "", text) for name, text in found.items()}


def test_what_others_wish_refuse_score_and_say_changes_nothing_one_can_see(client) -> None:
    day = a_day(DayState.PUBLISHED, begins=-timedelta(hours=5))
    mine, other, third = participants(day, 3)
    row = a_meeting(day, mine.organisation, other.organisation)
    elsewhere = a_meeting(day, other.organisation, third.organisation, slot=1)
    signed_in(client, mine.organisation, "owner")
    before = _pages(client, day)

    wish(day, other, mine, "refusal")
    wish(day, third, mine)
    wish(day, other, third)
    Meeting._base_manager.filter(pk=row.pk).update(points="77.7")
    Meeting._base_manager.filter(pk=elsewhere.pk).update(points="12.3")
    Participation._base_manager.filter(pk=third.pk).update(slots_away=[2], most=1, contact="秘密联系人")
    for meeting in (row, elsewhere):
        MeetingFeedback._base_manager.create(
            meeting=meeting, organisation=other.organisation, useful="useless", next_step="none", note="不合适"
        )
    a_participation(day, state=ParticipationState.DECLINED)
    DayPlan._base_manager.create(day=day, job_id=day.pk, state="proposed", total=100, seats=[])

    after = _pages(client, day)
    for name, text in before.items():
        assert after[name].splitlines() == text.splitlines(), name


# ---- Queries ---------------------------------------------------------------------------------------------------------


def _fill(day: MatchmakingDay, mine: Participation, number: int) -> None:
    have = Participation._base_manager.filter(day=day).count() - 1
    for _ in range(number - have):
        other = a_participation(day, presents="介绍")
        wish(day, mine, other)


@pytest.mark.parametrize("name", ["wishes", "participants", "schedule", "days", "plan"])
def test_a_list_asks_no_more_for_thirty_than_for_one(client, name, django_assert_max_num_queries) -> None:
    day = a_day(DayState.PUBLISHED, slots=10, tables=30)
    mine = a_participation(day)
    operator = operator_actor()
    asked = []
    for number in (1, 30):
        _fill(day, mine, number)
        others = [row.organisation for row in Participation._base_manager.filter(day=day).exclude(pk=mine.pk)]
        if name == "schedule":
            for place, (one, other) in enumerate(zip(others, [mine.organisation, *others], strict=False)):
                pair = sorted((one.pk, other.pk))
                if not Meeting._base_manager.filter(day=day, first=pair[0], second=pair[1]).exists():
                    a_meeting(day, one, other, slot=place % 10, table=place)
        if name == "days":
            for _ in range(number - 1):
                a_participation(a_day(), mine.organisation)
        plan = DayPlan._base_manager.create(
            day=day, job_id=day.pk, state="adopted", total=10, bound=10,
            seats=[
                {"first": str(mine.organisation_id), "second": str(one.pk), "slot": 0, "table": place, "points": 1.0,
                 "requests": 1}
                for place, one in enumerate(others)
            ],
        )  # fmt: skip
        if name in ("wishes", "days"):
            client.force_login(a_member("contributor", mine.organisation).account)
        else:
            from rongtong.hub.organisations.models import Account

            client.force_login(Account._base_manager.get(pk=operator.person))
        address = path("days") if name == "days" else path(name, day.pk, *([plan.pk] if name == "plan" else []))
        client.get(address)
        with django_assert_max_num_queries(20) as counted:
            page = client.get(address)
        assert page.status_code == 200
        asked.append(len(counted))
    # a list of more than one page counts its rows: one query, however many there are
    assert asked[1] - asked[0] <= 1
