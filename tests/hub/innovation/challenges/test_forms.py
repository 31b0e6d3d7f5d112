"""Writing on the page: the first save, autosave, two writers, review; and the buttons of everybody else."""

from __future__ import annotations

from decimal import Decimal
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse

from rongtong.hub.innovation.domain.challenges import edit_challenge
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, ChallengeInvitation, Question, Round
from rongtong.hub.innovation.targets import TargetRow
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import a_cast

pytestmark = pytest.mark.django_db


def address(name: str, *args: object) -> str:
    return reverse(f"innovation:{name}", args=args)


def signed_in(member: Any) -> Client:
    client = Client()
    client.force_login(member.account)
    return client


@pytest.fixture
def author():
    return a_member("contributor", an_organisation(size="large", region="330100"))


def posted(**changes: object) -> dict[str, object]:
    """The whole form as a browser sends it."""
    levels = ("problem", "tried", "details", "targets", "budget", "ip", "contact")
    given: dict[str, object] = {
        "title": "滚道淬硬层均匀性控制",
        "industry": "367",
        "region": "浙江省杭州市西湖区",
        "problem": "软带。",
        "budget_min": "300",
        "budget_max": "450.5",
        "months": "14",
        "certificates": "CNAS、ISO 9001",
        "regions": "浙江省",
        "size_classes": ["small", "medium"],
        "readiness": "6",
        "contact_name": "陈若岚",
        "contact_phone": "0571-8861",
        **{f"{name}_level": "1" for name in levels},
        "targets-TOTAL_FORMS": "3",
        "targets-INITIAL_FORMS": "0",
        "targets-0-indicator": "层深",
        "targets-0-comparison": "ge",
        "targets-0-value": "6",
        "targets-0-unit": "mm",
        "targets-0-must_meet": "on",
        "targets-1-indicator": "硬度",
        "targets-1-comparison": "between",
        "targets-1-value": "58",
        "targets-1-value_high": "62",
        "targets-2-indicator": "",
        "targets-2-comparison": "ge",
    }
    return given | changes


def test_the_first_save_makes_a_draft_with_everything(author) -> None:
    client, round = signed_in(author), a_round()
    assert client.get(address("challenge_new")).status_code == 200

    answer = client.post(address("challenge_new"), posted(round=round.pk))

    made = Challenge._base_manager.get()
    assert answer.headers["Location"] == address("challenge_edit", made.pk)
    assert (made.region, made.regions, made.certificates) == ("330106", ["330000"], ["CNAS", "ISO 9001"])
    assert (made.budget_min, made.budget_max) == (Decimal(3_000_000), Decimal(4_505_000))
    assert (made.readiness, made.size_classes, made.details_level) == (6, ["small", "medium"], 1)
    assert [str(TargetRow.of(one)) for one in made.targets.all()] == ["层深 ≥ 6 mm", "硬度 58–62"]


def test_faults_stand_at_their_fields_and_nothing_is_lost(author) -> None:
    client, round = signed_in(author), a_round()
    wrong = posted(round=round.pk, region="西湖区", budget_max="200", problem="这段话不能丢")
    wrong |= {"targets-1-value_high": "50"}

    answer = client.post(address("challenge_new"), wrong | {"targets-0-value": "六"})
    text = answer.content.decode()

    assert answer.status_code == 422
    assert "不止一个" in text  # several places are called 西湖区
    assert "这段话不能丢" in text
    assert 'id="id_targets-0-value_error"' in text
    assert not Challenge._base_manager.exists()
    again = client.post(address("challenge_new"), wrong | {"region": "330106"})
    assert again.status_code == 422
    assert "预算上限小于下限" in again.content.decode()


def test_one_more_row_without_scripts(author) -> None:
    client, round = signed_in(author), a_round()

    answer = client.post(address("challenge_new"), posted(round=round.pk) | {"targets-add": "1"})

    assert answer.status_code == 200
    assert 'name="targets-3-indicator"' in answer.content.decode()


def test_a_draft_saves_itself_and_keeps_the_last_good_value(author) -> None:
    draft = a_challenge(ChallengeState.DRAFT, author.organisation, months=9)
    client = signed_in(author)

    saved = client.post(address("challenge_autosave", draft.pk), posted(version="1", months="abc", title="新名称"))

    draft.refresh_from_db()
    assert saved.status_code == 200
    assert saved.json()["version"] == 2
    assert "saved_at" in saved.json()
    assert (draft.title, draft.months, draft.targets.count()) == ("新名称", 9, 2)


def test_two_writers_see_both_versions_and_lose_nothing(author) -> None:
    draft = a_challenge(ChallengeState.DRAFT, author.organisation, months=9)
    colleague = actor_of(a_member("manager", author.organisation))
    edit_challenge(challenge=draft, version=1, values={"problem": "同事写的", "months": 20}, by=colleague)
    client = signed_in(author)

    auto = client.post(address("challenge_autosave", draft.pk), posted(version="1"))
    page = client.post(address("challenge_edit", draft.pk), posted(version="1", problem="我写的"))
    text = page.content.decode()

    assert (auto.status_code, page.status_code) == (409, 409)
    assert (auto.json()["theirs"]["months"], auto.json()["version"]) == ("20", 2)
    assert "同事写的" in text
    assert "我写的" in text
    assert 'name="keep-problem"' in text
    assert 'name="version" value="2"' in text
    draft.refresh_from_db()
    assert (draft.problem, draft.months) == ("同事写的", 20)

    chosen = posted(version="2", problem="我写的") | {"keep-months": "theirs", "keep-problem": "yours"}
    client.post(address("challenge_edit", draft.pk), chosen | {"keep-targets": "theirs", "keep-anonymous": "theirs"})
    draft.refresh_from_db()
    assert (draft.problem, draft.months, draft.version) == ("我写的", 20, 3)
    assert [one.indicator for one in draft.targets.all()] == ["指标1", "指标2"]


def test_review_lists_what_is_missing_then_hands_in(author) -> None:
    client, round = signed_in(author), a_round()
    client.post(address("challenge_new"), posted(round=round.pk, contact_name="", contact_phone=""))
    draft = Challenge._base_manager.get()

    review = client.get(address("challenge_review", draft.pk))
    refused = client.post(address("challenge_review", draft.pk))
    assert (review.status_code, refused.status_code) == (200, 422)
    assert f"{address('challenge_edit', draft.pk)}#id_contact_name" in review.content.decode()

    sent = client.post(address("challenge_edit", draft.pk), posted(version="1", review="1"))
    assert sent.headers["Location"] == address("challenge_review", draft.pk)
    client.post(address("challenge_review", draft.pk))
    draft.refresh_from_db()
    assert draft.state == "submitted"
    assert client.get(address("challenge_edit", draft.pk)).status_code == 409


def test_small_enterprises_and_closed_rounds_are_told_why() -> None:
    small = signed_in(a_member("owner")).get(address("challenge_new"))
    large = signed_in(a_member("owner", an_organisation(size="large"))).get(address("challenge_new"))

    assert small.status_code == 409
    assert "challenge.challenger_not_large" in small.content.decode()
    assert large.status_code == 200
    assert "没有正在征集的批次" in large.content.decode()


def test_the_operators_buttons_in_order() -> None:
    cast = a_cast()
    round = a_round(Stage.RESPOND)
    challenge = a_challenge(ChallengeState.SUBMITTED, cast.challenger, round=round)
    client = signed_in(cast.people["operator.contributor"])

    empty = client.post(address("challenge_return", challenge.pk), {"comment": ""})
    client.post(address("challenge_screen", challenge.pk))
    done = client.post(address("challenge_publish", challenge.pk), follow=True)

    challenge.refresh_from_db()
    assert empty.status_code == 422
    assert challenge.state == "open"
    assert str(challenge.number) in done.content.decode()
    assert client.get(address("challenge_screen", challenge.pk)).status_code == 405


def test_withdraw_copy_watch_and_invite_from_the_page() -> None:
    cast = a_cast()
    challenge, into = a_challenge(organisation=cast.challenger), a_round(Stage.COLLECT)
    manager, rival = signed_in(cast.people["own.manager"]), signed_in(cast.people["rival.viewer"])
    guest = a_member("owner", an_organisation(name="澜川恒砺热处理科技有限公司"))

    found = manager.get(address("challenge_people", challenge.pk), {"find": "恒砺"}).content.decode()
    assert str(guest.organisation_id) in found
    assert (
        guest.organisation.name
        not in rival.get(address("challenge_people", challenge.pk), {"find": "恒砺"}).content.decode()
    )
    score = {f"rank-{guest.organisation_id}": "3", f"score-{guest.organisation_id}": "81.44"}
    manager.post(address("challenge_invite", challenge.pk), {"row": [guest.organisation_id], **score})
    nobody = manager.post(address("challenge_invite", challenge.pk), {"row": []})
    row = ChallengeInvitation._base_manager.get()
    assert (row.rank, row.score, nobody.status_code) == (3, Decimal("81.4"), 422)
    assert row.opened_at is None
    assert "贵单位受邀" in signed_in(guest).get(address("challenge", challenge.pk)).content.decode()
    row.refresh_from_db()
    assert row.opened_at is not None

    rival.post(address("challenge_watch", challenge.pk))
    assert "取消收藏" in rival.get(address("challenge", challenge.pk)).content.decode()
    rival.post(address("challenge_watch", challenge.pk), {"off": "1"})
    assert "取消收藏" not in rival.get(address("challenge", challenge.pk)).content.decode()

    copied = manager.post(address("challenge_copy", challenge.pk), {"round": into.pk})
    draft = Challenge._base_manager.get(round=into)
    assert copied.headers["Location"] == address("challenge_edit", draft.pk)
    assert manager.get(address("challenge_withdraw", challenge.pk)).status_code == 200
    manager.post(address("challenge_withdraw", challenge.pk), {"reason": "计划有变"})
    challenge.refresh_from_db()
    assert challenge.state == "withdrawn"
    assert rival.get(address("challenge", challenge.pk)).status_code == 404


def test_asking_and_answering_on_the_page() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    asker, own = signed_in(cast.people["rival.contributor"]), signed_in(cast.people["own.contributor"])
    third = signed_in(a_member("owner"))
    name = cast.people["rival.viewer"].organisation.name

    asker.post(address("question_ask", challenge.pk), {"text": "可否现场考察？"})
    empty = asker.post(address("question_ask", challenge.pk), {"text": ""})
    question = Question._base_manager.get()
    assert empty.status_code == 422
    assert "可否现场考察" not in third.get(address("challenge_questions", challenge.pk)).content.decode()
    assert name in own.get(address("challenge_questions", challenge.pk)).content.decode()
    assert third.post(address("question_answer", question.pk), {"answer": "?"}).status_code == 404

    own.post(address("question_answer", question.pk), {"answer": "可以。", "to_all": "on", "version": "1"})
    page = third.get(address("challenge_questions", challenge.pk)).content.decode()
    assert "可否现场考察" in page
    assert "可以。" in page
    assert name not in page


def test_a_round_from_its_form_to_the_next_stage() -> None:
    cast = a_cast()
    client = signed_in(cast.people["operator.contributor"])
    dates = {
        "collect_until": "2027-01-10T17:00",
        "publish_at": "2027-01-15T09:00",
        "respond_until": "2027-02-28T17:00",
        "select_until": "2027-03-31T17:00",
        "conclude_on": "2027-04-20",
    }
    form = {"title": "2027年第一批", "number_prefix": "XQ", "leader_size_classes": ["small"], **dates}

    wrong = client.post(address("round_new"), form | {"publish_at": "2027-01-01T00:00"})
    client.post(address("round_new"), form)
    round = Round._base_manager.get()
    assert wrong.status_code == 422
    assert "发榜时间不能早于征集截止" in wrong.content.decode()
    assert round.collect_until.isoformat() == "2027-01-10T09:00:00+00:00"

    client.post(address("round_edit", round.pk), form | {"introduction": "说明", "version": "1"})
    stale = client.post(address("round_edit", round.pk), form | {"introduction": "另一份", "version": "1"})
    assert stale.status_code == 409
    assert 'name="version" value="2"' in stale.content.decode()
    client.post(address("round_advance", round.pk), {"to": "publish"})
    again = client.post(address("round_advance", round.pk), {"to": "publish"})
    round.refresh_from_db()
    assert (round.state, again.status_code) == ("publish", 409)
    assert client.get(address("round", round.pk)).status_code == 200
    assert signed_in(cast.people["own.owner"]).post(address("round_advance", round.pk)).status_code == 404
