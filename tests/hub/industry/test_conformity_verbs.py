"""Assessments: asked for, written, handed in, audited, renewed, ended."""

from __future__ import annotations

import datetime as dt
from uuid import UUID

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Invalid, Refusal
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.industry.domain import conformities as verbs
from rongtong.hub.industry.domain.conformities import Judged, Said
from rongtong.hub.industry.models import Answer, Conformity
from rongtong.hub.industry.standard_enums import ConformityState, StandardState
from rongtong.hub.organisations.models import Organisation
from tests.factories import a_member, actor_of, an_organisation

from .factories_standard import a_conformity, a_standard

pytestmark = pytest.mark.django_db
FAR = dt.date(2100, 1, 1)
SAID = [
    Said("4.1", "met", "每年内审一次。"),
    Said("4.2", "met", certificate="IATF-77", certificate_until=FAR),
]


def sides():
    """The supplier, the leader, the standard."""
    standard = a_standard()
    return actor_of(a_member("manager")), actor_of(a_member("manager", standard.organisation)), standard


def handed_in(supplier, standard):
    made = verbs.start_conformity(standard=standard, by=supplier)
    verbs.answer_requirements(conformity=made, said=SAID, by=supplier)
    return verbs.submit_conformity(conformity=made, by=supplier)


def test_from_self_assessment_to_a_result_that_holds() -> None:
    supplier, leader, standard = sides()
    made = handed_in(supplier, standard)
    verdicts = [Judged("4.1", "accepted"), Judged("4.2", "accepted")]
    verbs.judge_requirements(conformity=made, judged=verdicts, by=leader)
    made = verbs.conclude_audit(conformity=made, conclusion="现场核过", by=leader)
    today = timezone.localdate()
    assert (made.state, made.valid_from, made.valid_until) == ("accepted", today, verbs.months_later(today, 12))
    events = set(Notice._base_manager.values_list("account_id", "event"))
    assert events == {(leader.account_id, "conformity.submitted"), (supplier.account_id, "conformity.accepted")}
    trail = AuditEntry._base_manager.filter(subject_id=made.pk).values_list("verb", flat=True)
    assert "conformity.conclude" in trail


def test_a_must_requirement_without_claim_or_proof_is_not_handed_in() -> None:
    supplier, _leader, standard = sides()
    made = verbs.start_conformity(standard=standard, by=supplier)
    verbs.answer_requirements(conformity=made, said=[Said("4.2", "met"), Said("5.1", "not_met")], by=supplier)
    with pytest.raises(Invalid) as refused:
        verbs.submit_conformity(conformity=made, by=supplier)
    told = [(fault.column, fault.code) for fault in refused.value.faults]
    assert told == [
        ("4.1", "conformity.no_claim"),
        ("4.2", "conformity.no_certificate"),
        ("5.1", "conformity.no_reason"),
    ]


@pytest.mark.parametrize(
    ("said", "code"),
    [
        (Said("9.9", "met"), "conformity.clause"),
        (Said("4.1", "perhaps"), "choice"),
        (Said("4.1", "met", "x" * 2001), "too_long"),
        (Said("4.1", "met", evidence=(UUID(int=7),)), "conformity.evidence"),
    ],
    ids=["clause", "claim", "long", "foreign-evidence"],
)
def test_what_cannot_be_said(said, code) -> None:
    supplier, _leader, standard = sides()
    made = verbs.start_conformity(standard=standard, by=supplier)
    with pytest.raises(Invalid) as refused:
        verbs.answer_requirements(conformity=made, said=[said], by=supplier)
    assert [fault.code for fault in refused.value.faults] == [code]


def test_returned_with_reasons_and_mended() -> None:
    supplier, leader, standard = sides()
    made = handed_in(supplier, standard)
    with pytest.raises(Invalid):
        verbs.judge_requirements(conformity=made, judged=[Judged("4.1", "returned")], by=leader)
    with pytest.raises(Invalid) as early:
        verbs.conclude_audit(conformity=made, by=leader)
    assert [fault.column for fault in early.value.faults] == ["4.1", "4.2"]
    verdicts = [Judged("4.1", "returned", "缺记录"), Judged("4.2", "accepted")]
    verbs.judge_requirements(conformity=made, judged=verdicts, by=leader)
    made = verbs.conclude_audit(conformity=made, by=leader)
    assert (made.state, made.valid_until) == (ConformityState.RETURNED, None)
    verbs.answer_requirements(conformity=made, said=[Said("4.1", "met", "补了记录")], by=supplier)
    verbs.submit_conformity(conformity=made, by=supplier)
    answer = Answer._base_manager.get(conformity=made, requirement__clause="4.1")
    assert (answer.verdict, answer.reason) == ("", "缺记录")


def test_what_is_not_met_is_not_accepted() -> None:
    supplier, leader, standard = sides()
    made = verbs.start_conformity(standard=standard, by=supplier)
    verbs.answer_requirements(conformity=made, said=[Said("4.1", "partly", "下季度完成"), SAID[1]], by=supplier)
    verbs.submit_conformity(conformity=made, by=supplier)
    verdicts = [Judged("4.1", "accepted"), Judged("4.2", "accepted")]
    verbs.judge_requirements(conformity=made, judged=verdicts, by=leader)
    with pytest.raises(Invalid) as refused:
        verbs.conclude_audit(conformity=made, by=leader)
    assert [fault.code for fault in refused.value.faults] == ["conformity.not_met"]


def test_nobody_assesses_twice_at_once_and_the_publisher_not_at_all() -> None:
    supplier, leader, standard = sides()
    verbs.start_conformity(standard=standard, by=supplier)
    for by, code in ((supplier, "conformity.open"), (leader, "conformity.own_standard")):
        with pytest.raises(Refusal) as refused:
            verbs.start_conformity(standard=standard, by=by)
        assert refused.value.code == code


def test_a_renewal_takes_over_what_was_said_and_replaces_the_result() -> None:
    supplier, leader, standard = sides()
    old = a_conformity(organisation=an_organisation(), standard=standard)
    old.organisation_id, old.shown = supplier.organisation_id, True
    old.save()
    made = verbs.start_conformity(standard=standard, by=supplier)
    assert set(made.answers.values_list("claim", flat=True)) == {"met"}
    verbs.submit_conformity(conformity=made, by=supplier)
    judged = [Judged(clause, "accepted") for clause in ("4.1", "4.2", "5.1")]
    verbs.judge_requirements(conformity=made, judged=judged, by=leader)
    made = verbs.conclude_audit(conformity=made, months=6, by=leader)
    old.refresh_from_db()
    assert (old.state, made.state, made.shown) == (ConformityState.REPLACED, ConformityState.ACCEPTED, True)
    assert made.valid_until == verbs.months_later(timezone.localdate(), 6)


def test_an_edition_out_of_force_is_not_handed_in() -> None:
    made = a_conformity(ConformityState.DRAFT, standard=a_standard(StandardState.SUPERSEDED))
    with pytest.raises(Refusal) as refused:
        verbs.submit_conformity(conformity=made, by=actor_of(a_member("manager", made.organisation)))
    assert refused.value.code == "conformity.not_current"


def test_recalled_revoked_and_dropped() -> None:
    supplier, leader, standard = sides()
    made = handed_in(supplier, standard)
    assert verbs.recall_conformity(conformity=made, by=supplier).state == ConformityState.DRAFT
    with pytest.raises(Refusal) as refused:
        verbs.drop_conformity(conformity=made, by=supplier)
    assert refused.value.code == "conformity.asked"
    fresh = verbs.start_conformity(standard=a_standard(), by=supplier)
    verbs.drop_conformity(conformity=fresh, by=supplier)
    assert not Conformity._base_manager.filter(pk=fresh.pk).exists()
    held = a_conformity(standard=standard)
    assert verbs.revoke_conformity(conformity=held, reason="飞行检查不合格", by=leader).state == ConformityState.REVOKED


def test_asked_for_with_a_date() -> None:
    supplier, leader, standard = sides()
    firm = Organisation._base_manager.get(pk=supplier.organisation_id)
    for organisation, until in ((standard.organisation, None), (firm, timezone.localdate())):
        with pytest.raises(Invalid):
            verbs.ask_for_conformity(standard=standard, organisation=organisation, until=until, by=leader)
    made = verbs.ask_for_conformity(standard=standard, organisation=firm, until=FAR, by=leader)
    assert (made.state, made.asked_until) == (ConformityState.ASKED, FAR)
    assert Notice._base_manager.get(account_id=supplier.account_id).event == "conformity.asked"


def test_reminded_once_for_each_threshold_and_ended_on_the_day() -> None:
    person = a_member()
    made = a_conformity(organisation=person.organisation, ends_in=30)
    today = timezone.localdate()
    at = [0, 0, 1, 22, 23, 24, 30, 31]
    told = [verbs.keep_time(today + dt.timedelta(days=days)) for days in at]
    assert told == [1, 0, 0, 0, 1, 0, 1, 0]
    made.refresh_from_db()
    assert made.state == ConformityState.EXPIRED
    notices = Notice._base_manager.filter(account_id=person.account_id)
    assert sorted((one.event, one.details.get("days", 0)) for one in notices) == [
        ("conformity.expired", 0),
        ("conformity.expiring", 7),
        ("conformity.expiring", 30),
    ]


def test_the_end_of_the_transition_ends_a_result_too() -> None:
    made = a_conformity(ends_in=200, renew_by=timezone.localdate())
    assert verbs.keep_time(timezone.localdate()) == 1
    made.refresh_from_db()
    assert made.state == ConformityState.EXPIRED


def test_months_end_with_the_shorter_month() -> None:
    assert verbs.months_later(dt.date(2026, 1, 31), 1) == dt.date(2026, 2, 28)
    assert verbs.months_later(dt.date(2026, 12, 1), 12) == dt.date(2027, 12, 1)
