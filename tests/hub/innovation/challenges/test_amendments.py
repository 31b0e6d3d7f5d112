"""Amending what is published: nothing hidden again, no time taken away, and no trace of what a reader may not see."""

from __future__ import annotations

import re
from datetime import timedelta
from decimal import Decimal
from html.parser import HTMLParser
from typing import Any

import pytest
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM, VISITOR, Actor
from rongtong.hub.foundation.errors import Forbidden, Invalid, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry, Delivery, Notice
from rongtong.hub.foundation.notices import read
from rongtong.hub.innovation.domain.amended_values import AmendedTarget
from rongtong.hub.innovation.domain.amendments import amend_challenge
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import Amendment, Challenge, ChallengeInvitation, Commitment, Response, Watch
from rongtong.hub.innovation.queries.amendments import amendments_of
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.targets import TargetRow
from rongtong.hub.matching.models import Listing
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.challenges.test_publication import in_threads
from tests.hub.innovation.factories_challenges import a_cast, sign

pytestmark = pytest.mark.django_db
PUBLIC, MEMBERS, NDA = ({level: "现场工况重新核对。"} for level in (0, 1, 2))


def decider(challenge: Challenge) -> Actor:
    return actor_of(a_member("manager", challenge.organisation))


def amend(challenge: Challenge, by: Actor, reasons: dict[int, str] = PUBLIC, **given: Any) -> Challenge:
    targets = given.pop("targets", None)
    challenge.refresh_from_db()
    version = given.pop("version", challenge.version_at(3))
    amended = amend_challenge(
        challenge=challenge, version=version, values=given, targets=targets, reasons=reasons, by=by
    )
    challenge.refresh_from_db()
    return amended


def codes(raised: pytest.ExceptionInfo[Invalid]) -> set[str]:
    return {fault.code for fault in raised.value.faults}


def rows(challenge: Challenge) -> list[AmendedTarget]:
    return [AmendedTarget(TargetRow.of(one), one.pk) for one in challenge.targets.all()]


def test_each_change_is_kept_with_number_date_and_reason() -> None:
    challenge = a_challenge()
    by, before = decider(challenge), challenge.problem

    amend(challenge, by, problem="滚道淬火后椭圆度超差，软带过宽。", months=20)
    amend(challenge, by, problem="椭圆度超差。")

    second, first = amendments_of(challenge, VISITOR)
    assert (first.mark, second.mark, first.reason) == ("1", "2", PUBLIC[0])
    assert {(one.field, one.before, one.after) for one in first.changes} == {
        ("problem", before, "滚道淬火后椭圆度超差，软带过宽。"),
        ("months", "18 个月", "20 个月"),
    }
    entry = AuditEntry._base_manager.filter(verb="challenge.amend").latest("pk")
    assert entry.details == {"amendments": [{"level": 0, "number": 2}], "fields": ["problem"]}


def test_an_amendment_of_a_closed_field_leaves_others_no_trace() -> None:
    """Two worlds: one challenge is amended behind its agreement, its twin is not. Others see no difference."""
    challenge = a_challenge(details_level=2)
    stranger, member = VISITOR, actor_of(a_member("owner"))
    before = {actor: disclosed(challenge, actor) for actor in (stranger, member)}
    page, api = reverse("innovation:challenge", args=[challenge.pk]), f"/api/v1/challenges/{challenge.pk}"
    person = a_member("owner").account
    guest, insider = Client(), Client()
    insider.force_login(person)
    clients = (guest, insider)
    paths = (page, page + "activity/", api, api + "/amendments")
    former = [_bare(client.get(path)) for client in clients for path in paths]

    amend(challenge, decider(challenge), NDA, details="滚道直径 3.6 米。")

    challenge.refresh_from_db()
    for actor, was in before.items():
        assert disclosed(challenge, actor) == was
        assert amendments_of(challenge, actor) == []
    assert [_bare(client.get(path)) for client in clients for path in paths] == former


def _bare(answer: Any) -> tuple[str, str]:
    """What a reader gets, without what differs between two askings of anything."""
    body = re.sub(r'(csrfmiddlewaretoken" value=|csrf-token" content=|X-CSRFToken[^:]*:)[^>]*', "", answer.text)
    return body, answer.headers.get("ETag", "")


def test_numbers_of_a_level_have_no_gap_where_another_was_amended() -> None:
    challenge = a_challenge(details_level=2)
    by = decider(challenge)

    amend(challenge, by, NDA, details="滚道直径 3.6 米。")
    amend(challenge, by, months=20)

    assert [one.mark for one in amendments_of(challenge, VISITOR)] == ["1"]
    assert [one.mark for one in amendments_of(challenge, by)] == ["1", "L2-1"]
    assert (challenge.version_at(0), challenge.version_at(3)) == (2, 3)


def test_one_saving_of_two_levels_is_told_apart() -> None:
    challenge = a_challenge(details_level=2)
    by = decider(challenge)

    with pytest.raises(Invalid) as raised:
        amend(challenge, by, PUBLIC, months=20, details="滚道直径 3.6 米。")
    assert [(fault.field, fault.code) for fault in raised.value.faults] == [("reason_2", "amendment.no_reason")]
    amend(challenge, by, PUBLIC | NDA, months=20, details="滚道直径 3.6 米。")

    assert [[change.field for change in one.changes] for one in amendments_of(challenge, VISITOR)] == [["months"]]
    assert len(amendments_of(challenge, by)) == 2


def test_a_text_that_is_opened_keeps_its_former_wording_closed() -> None:
    challenge = a_challenge(details_level=2)

    amend(challenge, decider(challenge), PUBLIC | NDA, details="滚道直径 3.6 米。", details_level=0)

    assert [[change.field for change in one.changes] for one in amendments_of(challenge, VISITOR)] == [
        ["details_level"]
    ]
    assert disclosed(challenge, VISITOR).details == "滚道直径 3.6 米。"


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"details_level": 2}, "amendment.level"),
        ({"anonymous": True}, "amendment.anonymous"),
        ({"deadline": None}, "amendment.no_deadline"),
        ({"problem": ""}, "challenge.no_problem"),
        ({"budget_min": Decimal(9_000_000)}, "challenge.budget_order"),
    ],
)
def test_what_is_public_stays_public_and_complete(change: dict[str, Any], code: str) -> None:
    challenge = a_challenge(details_level=0)
    with pytest.raises(Invalid) as raised:
        amend(challenge, decider(challenge), PUBLIC | NDA, **change)
    assert code in codes(raised)
    challenge.refresh_from_db()
    assert challenge.amended == [0, 0, 0, 0]
    assert not Amendment._base_manager.exists()


def test_a_deadline_moves_later_within_the_round_only() -> None:
    challenge = a_challenge()
    held = challenge.round.respond_until - timedelta(days=10)
    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=held)
    by = decider(challenge)

    for wrong, code in (
        (held - timedelta(minutes=1), "amendment.deadline_earlier"),
        (challenge.round.respond_until + timedelta(minutes=1), "challenge.deadline_late"),
    ):
        with pytest.raises(Invalid) as raised:
            amend(challenge, by, deadline=wrong)
        assert code in codes(raised)
    assert amend(challenge, by, deadline=held + timedelta(days=5)).deadline == held + timedelta(days=5)


@pytest.mark.parametrize("name", ["title", "industry", "region"])
def test_what_it_was_found_by_cannot_change(name: str) -> None:
    challenge = a_challenge()
    with pytest.raises(ValueError, match=name):
        amend(challenge, decider(challenge), PUBLIC, **{name: "990103"})


def test_those_who_answer_have_time_left() -> None:
    challenge = a_challenge(deadline=timezone.now() + timedelta(days=2))
    by = decider(challenge)
    with pytest.raises(Invalid) as raised:
        amend(challenge, by, months=20)
    assert codes(raised) == {"amendment.too_late"}

    amend(challenge, by, MEMBERS, contact_name="陈若岚")
    amend(challenge, by, months=20, deadline=timezone.now() + timedelta(days=4))


def test_after_the_deadline_nothing_is_amended() -> None:
    challenge = a_challenge(deadline=timezone.now() - timedelta(seconds=1))
    with pytest.raises(Refusal) as raised:
        amend(challenge, decider(challenge), months=20)
    assert raised.value.code == "amendment.deadline_passed"


def test_an_amendment_that_changes_nothing_is_none() -> None:
    challenge = a_challenge()
    with pytest.raises(Refusal) as raised:
        amend(challenge, decider(challenge), months=challenge.months, targets=rows(challenge))
    assert raised.value.code == "amendment.nothing"


def test_lifting_anonymity_is_for_good() -> None:
    challenge = a_challenge(anonymous=True)
    by = decider(challenge)
    amend(challenge, by, {3: "换人"}, contact_name="陈若岚")
    assert amendments_of(challenge, actor_of(a_member("owner"))) == []

    amend(challenge, by, anonymous=False)

    assert str(disclosed(challenge, VISITOR).publisher) == str(challenge.organisation)
    assert [one.mark for one in amendments_of(challenge, VISITOR)] == ["1"]
    with pytest.raises(Invalid):
        amend(challenge, by, anonymous=True)


# ---- Targets and answers -----------------------------------------------------------------------------------------


def an_answer(challenge: Challenge, state: str = "submitted") -> Response:
    at = timezone.now() if state == "submitted" else None
    leader = a_member("manager").organisation
    return Response._base_manager.create(challenge=challenge, organisation=leader, state=state, submitted_at=at)


def test_a_reworded_target_keeps_its_promises_and_a_removed_one_loses_them() -> None:
    challenge = a_challenge(targets=2)
    answer = an_answer(challenge)
    kept, gone = challenge.targets.all()
    for target in (kept, gone):
        Commitment._base_manager.create(response=answer, target=target, value=Decimal(1))
    row = TargetRow.of(kept)
    wanted = TargetRow(**vars(row) | {"value": Decimal("0.05")})
    new = TargetRow("表面硬度", "ge", Decimal(58), unit="HRC")

    amend(challenge, decider(challenge), targets=[AmendedTarget(new), AmendedTarget(wanted, kept.pk)])

    assert [(one.indicator, one.pk == kept.pk) for one in challenge.targets.all()] == [
        ("表面硬度", False),
        (row.indicator, True),
    ]
    assert [one.target_id for one in answer.commitments.all()] == [kept.pk]
    (shown,) = amendments_of(challenge, VISITOR)
    assert {(one.before, one.after) for one in shown.changes} == {
        (f"{row}；必达", f"{wanted}；必达"),
        (str(TargetRow.of(gone)), "—"),
        ("—", "表面硬度 ≥ 58 HRC"),
    }


def test_a_target_of_another_challenge_cannot_be_taken() -> None:
    challenge, other = a_challenge(), a_challenge()
    foreign = AmendedTarget(TargetRow("表面硬度", "ge", Decimal(58)), other.targets.all()[0].pk)
    own = rows(challenge)
    for wrong in ([*own, foreign], [*own, own[0]]):
        with pytest.raises(Invalid) as raised:
            amend(challenge, decider(challenge), targets=wrong)
        assert codes(raised) == {"amendment.target"}
    assert other.targets.count() == 2


def test_an_answer_can_follow_until_the_deadline() -> None:
    from rongtong.hub.innovation.domain.responses import reopen_response, withdraw_response

    challenge = a_challenge()
    answer = an_answer(challenge)
    person = a_member("manager", answer.organisation)
    amend(challenge, decider(challenge), months=20)

    client = Client()
    client.force_login(person.account)
    page = client.get(reverse("innovation:response", args=[answer.pk])).text
    assert "如需据此修改" in page
    withdraw_response(response=answer, by=actor_of(person))
    assert reopen_response(response=answer, by=actor_of(person)).state == "draft"


# ---- Who is told -------------------------------------------------------------------------------------------------


def told(event: str = "challenge.amended") -> set[Any]:
    return set(Notice._base_manager.filter(event=event).values_list("account_id", flat=True))


def test_the_invited_the_answering_the_operator_and_the_own_side_are_told_by_notice_and_mail() -> None:
    challenge, operator = a_challenge(), operator_actor()
    invited, watcher = a_member("manager"), a_member("viewer")
    ChallengeInvitation._base_manager.create(challenge=challenge, organisation=invited.organisation)
    Watch._base_manager.create(challenge=challenge, account=watcher.account)
    answering = [a_member("manager", an_answer(challenge, state).organisation) for state in ("draft", "submitted")]
    gone = an_answer(challenge, "withdrawn")
    a_member("owner", gone.organisation)
    by, colleague = decider(challenge), a_member("owner", challenge.organisation)

    amend(challenge, by, months=20)

    wanted = {one.account_id for one in (invited, watcher, *answering, colleague)} | {operator.account_id}
    leads = {one.account_id for one in answering}
    assert told() - leads >= wanted - leads
    assert leads <= told()
    assert by.account_id not in told()
    assert not told() & set(gone.organisation.members.values_list("account_id", flat=True))
    assert Delivery._base_manager.filter(notice__event="challenge.amended").count() == len(told())


def test_a_closed_change_is_told_to_those_alone_who_may_read_it() -> None:
    challenge = a_challenge(details_level=2)
    ready, outside = a_member("manager"), a_member("manager")
    for one in (ready, outside):
        ChallengeInvitation._base_manager.create(challenge=challenge, organisation=one.organisation)
    agreement = sign(challenge, ready)

    amend(challenge, decider(challenge), NDA, details="滚道直径 3.6 米。")

    assert ready.account_id in told()
    assert outside.account_id not in told()
    notice = Notice._base_manager.get(account_id=ready.account_id)
    assert len(read([notice], actor_of(ready))) == 1
    agreement.ended_at = timezone.now()
    agreement.save()
    assert read([notice], actor_of(ready)) == []


# ---- Doors -------------------------------------------------------------------------------------------------------


def test_only_those_who_decide_amend_and_only_while_open() -> None:
    cast = a_cast()
    for role, actor in cast.actors.items():
        if role in ("own.manager", "own.owner"):
            continue
        with pytest.raises(Forbidden):
            amend(a_challenge(organisation=cast.challenger), actor, months=20)
    for state in (ChallengeState.SCREENED, ChallengeState.SELECTING, ChallengeState.AWARDED):
        with pytest.raises(Refusal) as raised:
            amend(a_challenge(state, cast.challenger), cast.actor("own.owner"), months=20)
        assert raised.value.code == "rights.state"


def test_the_listing_is_renewed_in_the_same_verb() -> None:
    challenge = a_challenge()
    amend(challenge, decider(challenge), problem="滚道软带过宽且不均匀。")
    listing = Listing._base_manager.get(subject_id=challenge.pk)
    assert "软带过宽且不均匀" in str(listing.texts)


@pytest.mark.django_db(transaction=True)
def test_of_two_at_once_one_is_stale_and_carries_both() -> None:
    challenge = a_challenge()
    by = decider(challenge)
    raised = in_threads(
        [
            lambda months=months: amend_challenge(
                challenge=challenge, version=1, values={"months": months}, reasons=PUBLIC, by=by
            )
            for months in (20, 24)
        ]
    )
    assert [type(error) for error in raised] == [Stale]
    challenge.refresh_from_db()
    assert {raised[0].theirs["months"], raised[0].yours["months"]} == {20, 24}
    assert (raised[0].theirs["months"], raised[0].version) == (challenge.months, 2)
    assert Amendment._base_manager.count() == 1


def test_the_form_amends_shows_both_versions_and_keeps_target_ids() -> None:
    challenge = a_challenge(details_level=2)
    person = a_member("manager", challenge.organisation)
    client = Client()
    client.force_login(person.account)
    address = reverse("innovation:challenge_amend", args=[challenge.pk])
    page = client.get(address)
    assert page.status_code == 200
    ids = list(challenge.targets.values_list("pk", flat=True))
    data = Controls(page.text).sent | {"months": "20"}

    faulty = client.post(address, data)
    assert faulty.status_code == 422
    assert "请写明理由" in faulty.text
    done = client.post(address, data | {"reason_0": "现场工况重新核对。"})
    assert done.headers["Location"].endswith("#amendments")
    challenge.refresh_from_db()
    assert challenge.months == 20
    assert list(challenge.targets.values_list("pk", flat=True)) == ids
    shown = client.get(reverse("innovation:challenge", args=[challenge.pk])).text
    assert "更正前" in shown
    assert "现场工况重新核对。" in shown

    stale = client.post(address, data | {"months": "24", "reason_0": "再改"})
    assert stale.status_code == 409
    assert "keep-months" in stale.text
    assert "keep-targets" not in stale.text


class Controls(HTMLParser):
    """What a browser would send for the page's form as it stands."""

    def __init__(self, page: str) -> None:
        super().__init__()
        self.sent: dict[str, str] = {}
        self._area, self._select, self._template = "", "", False
        self.feed(page)

    def handle_starttag(self, tag: str, attrs: Any) -> None:
        found = dict(attrs)
        name, kind = found.get("name") or "", found.get("type")
        self._template |= tag == "template"
        if self._template:
            return
        if tag == "input" and name and (kind not in ("checkbox", "radio") or "checked" in found):
            self.sent[name] = found.get("value") or ("on" if kind == "checkbox" else "")
        elif tag == "textarea":
            self._area, self.sent[name] = name, ""
        elif tag == "select":
            self._select = name
        elif tag == "option" and "selected" in found:
            self.sent[self._select] = found.get("value") or ""

    def handle_endtag(self, tag: str) -> None:
        self._area = "" if tag == "textarea" else self._area
        self._template &= tag != "template"

    def handle_data(self, data: str) -> None:
        if self._area:
            self.sent[self._area] += data


def test_the_api_amends_and_lists() -> None:
    challenge = a_challenge(details_level=2)
    client, guest = Client(), Client()
    client.force_login(a_member("owner", challenge.organisation).account)
    address = f"/api/v1/challenges/{challenge.pk}"
    tag = client.get(address).headers["ETag"]
    body = {"months": 20, "details": "新", "reasons": [{"level": 0, "text": "甲"}, {"level": 2, "text": "乙"}]}

    done = client.post(f"{address}/amend", body, content_type="application/json", headers={"If-Match": tag})
    again = client.post(f"{address}/amend", body, content_type="application/json", headers={"If-Match": tag})

    assert done.status_code == 200, done.text
    assert (done.json()["months"], done.json()["version"]) == (20, 3)
    assert again.status_code == 409
    assert again.json()["code"] == "version.stale"
    every = client.get(f"{address}/amendments").json()["items"]
    assert {one["number"] for one in every} == {"1", "L2-1"}
    (public,) = guest.get(f"{address}/amendments").json()["items"]
    assert public["changes"] == [{"field": "months", "label": "攻关周期", "before": 18, "after": 20}]
    assert client.post(f"{address}/amend", body, content_type="application/json").status_code == 422


def test_the_page_asks_the_database_as_often_with_thirty_amendments(django_assert_max_num_queries: Any) -> None:
    challenge = a_challenge()
    by = decider(challenge)
    amend(challenge, by, months=20)
    address, client = reverse("innovation:challenge", args=[challenge.pk]), Client()
    client.get(address)  # what is read once a process
    with django_assert_max_num_queries(12) as one:
        client.get(address)
    for months in range(21, 50):
        amend(challenge, by, months=months)
    with django_assert_max_num_queries(12) as thirty:
        client.get(address)
    assert len(one) == len(thirty)


def test_the_system_sees_all() -> None:
    challenge = a_challenge(details_level=2)
    amend(challenge, decider(challenge), NDA, details="新")
    ready = a_member("viewer", an_organisation())
    sign(challenge, ready)
    assert len(amendments_of(challenge, SYSTEM)) == 1
    assert len(amendments_of(challenge, actor_of(ready))) == 1
    assert len(amendments_of(challenge, operator_actor("viewer"))) == 1
