"""Writing a challenge until it is screened: rules, faults, two writers at once."""

from datetime import timedelta
from decimal import Decimal

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.innovation.domain.challenges import (
    copy_challenge,
    create_challenge,
    edit_challenge,
    return_challenge,
    screen_challenge,
    submit_challenge,
)
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.targets import TargetRow
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, a_round, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_challenges import a_cast, target, values

pytestmark = pytest.mark.django_db


@pytest.fixture
def author():
    return actor_of(a_member("contributor", an_organisation(size=SizeClass.LARGE)))


def code_of(raised: pytest.ExceptionInfo[Refusal]) -> str:
    return raised.value.code


def faults_of(raised: pytest.ExceptionInfo[Invalid]) -> set[tuple[str, str]]:
    return {(fault.field, fault.code) for fault in raised.value.faults}


def test_a_large_enterprise_writes_a_draft(author) -> None:
    challenge = create_challenge(round=a_round(), values=values(), targets=[target()], by=author)

    challenge.refresh_from_db()
    assert (challenge.state, challenge.organisation_id, challenge.number) == ("draft", author.organisation_id, None)
    assert [TargetRow.of(one) for one in challenge.targets.all()] == [target()]
    assert "dgzzc" in challenge.search_keys  # 盾构主轴承 by initials
    entry = AuditEntry._base_manager.get(subject_id=challenge.pk)
    assert (entry.verb, entry.after, entry.context_id) == ("challenge.create", "draft", challenge.round_id)


@pytest.mark.parametrize("size", [SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO, SizeClass.UNCLASSIFIED])
def test_only_large_enterprises_challenge(size: str) -> None:
    by = actor_of(a_member("owner", an_organisation(size=size)))

    with pytest.raises(Refusal) as raised:
        create_challenge(round=a_round(), values=values(), by=by)

    assert code_of(raised) == "challenge.challenger_not_large"
    assert str(SizeClass(size).label) in str(raised.value.why)
    assert not Challenge._base_manager.exists()


def test_an_institute_does_not_challenge() -> None:
    by = actor_of(a_member("owner", an_organisation(OrganisationKind.INSTITUTE)))

    with pytest.raises(Refusal) as raised:
        create_challenge(round=a_round(), values=values(), by=by)

    assert code_of(raised) == "challenge.challenger_not_enterprise"


@pytest.mark.parametrize("stage", [Stage.PUBLISH, Stage.RESPOND, Stage.SELECT, Stage.CONCLUDE])
def test_only_a_collecting_round_takes_needs(stage: Stage, author) -> None:
    with pytest.raises(Refusal) as raised:
        create_challenge(round=a_round(stage), values=values(), by=author)

    assert code_of(raised) == "challenge.round_not_collecting"


def test_the_operator_writes_for_an_enterprise_nobody_else_does(author) -> None:
    other = an_organisation(size=SizeClass.LARGE)
    round = a_round()

    made = create_challenge(
        round=round, values=values(), targets=[target()], by=operator_actor(), organisation=other, submit=True
    )
    with pytest.raises(Refusal) as raised:
        create_challenge(round=round, values=values(), by=author, organisation=other)

    assert (made.organisation_id, made.state) == (other.pk, "submitted")
    assert code_of(raised) == "challenge.other_organisation"


def test_a_draft_may_be_incomplete_but_not_wrong(author) -> None:
    round = a_round()
    create_challenge(round=round, values={"title": "只有名称"}, by=author)
    wrong = values(
        title="",
        industry="9Z9",
        region="999999",
        regions=["330100", "abc"],
        size_classes=["huge"],
        readiness=10,
        months=0,
        budget_min=Decimal(5),
        budget_max=Decimal(4),
        deadline=round.respond_until + timedelta(seconds=1),
        contact_email="no mail",
        problem="\x00",
        tried_level=3,
    )

    with pytest.raises(Invalid) as raised:
        create_challenge(round=round, values=wrong, targets=[target(" ", "1"), target(value="Infinity")], by=author)

    assert faults_of(raised) == {
        ("title", "challenge.blank"),
        ("industry", "challenge.industry"),
        ("region", "challenge.region"),
        ("regions", "challenge.regions"),
        ("size_classes", "challenge.size_classes"),
        ("readiness", "challenge.readiness"),
        ("months", "challenge.months"),
        ("budget_max", "challenge.budget_order"),
        ("deadline", "challenge.deadline_late"),
        ("contact_email", "challenge.invalid"),
        ("problem", "challenge.bad_character"),
        ("tried_level", "challenge.invalid_choice"),
        ("targets", "target.no_indicator"),
        ("targets", "target.value"),
    }


def test_submission_lists_all_that_is_missing(author) -> None:
    draft = create_challenge(round=a_round(), values={"title": "只有名称"}, by=author)

    with pytest.raises(Invalid) as raised:
        submit_challenge(challenge=draft, by=author)

    assert {fault.field for fault in raised.value.faults} == {
        "industry", "region", "problem", "months", "contact_name", "contact_phone", "targets",
    }  # fmt: skip
    draft.refresh_from_db()
    assert draft.state == "draft"


def test_the_way_from_draft_over_return_to_screened(author) -> None:
    operator = operator_actor()
    draft = create_challenge(round=a_round(), values=values(), targets=[target()], by=author)

    submit_challenge(challenge=draft, by=author)
    with pytest.raises(Invalid):
        return_challenge(challenge=draft, comment="  ", by=operator)
    returned = return_challenge(challenge=draft, comment="请补充测法。", by=operator)
    edit_challenge(challenge=draft, version=returned.version, values={"tried": "试过分段淬火。"}, by=author)
    submit_challenge(challenge=draft, by=author)
    screened = screen_challenge(challenge=draft, by=operator)

    assert (screened.state, screened.comment) == ("screened", "")
    told = {
        "challenge.submitted": operator.account_id,
        "challenge.returned": author.account_id,
        "challenge.screened": author.account_id,
    }
    found = Notice._base_manager.values_list("event", "account_id")
    assert set(found) == set(told.items())
    assert len(found) == 4  # handed in twice


def test_a_returned_need_may_come_back_while_single_ones_are_published(author) -> None:
    own = a_member("contributor", an_organisation(size=SizeClass.LARGE))
    late = a_challenge(ChallengeState.RETURNED, own.organisation, round=a_round(Stage.RESPOND), contact_phone="1")
    over = a_challenge(ChallengeState.RETURNED, own.organisation, round=a_round(Stage.SELECT))

    assert submit_challenge(challenge=late, by=actor_of(own)).state == "submitted"
    with pytest.raises(Refusal) as raised:
        submit_challenge(challenge=over, by=actor_of(own))
    assert code_of(raised) == "challenge.round_not_collecting"


def test_an_edit_names_what_changed_and_saves_nothing_for_nothing(author) -> None:
    draft = create_challenge(round=a_round(), values=values(), targets=[target()], by=author)

    same = edit_challenge(challenge=draft, version=1, values=values(), targets=[target()], by=author)
    changed = edit_challenge(challenge=draft, version=1, values={"months": 9}, targets=[target(value="7")], by=author)

    assert (same.version, changed.version) == (1, 2)
    fields = [
        entry.details["fields"] for entry in AuditEntry._base_manager.filter(verb="challenge.edit").order_by("id")
    ]
    assert fields == [[], ["months", "targets"]]
    assert [one.value for one in draft.targets.all()] == [Decimal(7)]


def test_two_writers_lose_nothing(author) -> None:
    draft = create_challenge(round=a_round(), values=values(), targets=[target()], by=author)
    edit_challenge(challenge=draft, version=1, values={"months": 9}, by=author)

    with pytest.raises(Stale) as raised:
        edit_challenge(challenge=draft, version=1, values={"months": 12}, targets=[target(value="8")], by=author)

    assert (raised.value.theirs["months"], raised.value.yours["months"], raised.value.version) == (9, 12, 2)
    assert raised.value.theirs["targets"][0]["value"] == Decimal(6)
    assert raised.value.yours["targets"][0]["value"] == Decimal(8)
    draft.refresh_from_db()
    assert draft.months == 9


def test_outsiders_do_not_learn_that_a_draft_exists() -> None:
    cast = a_cast()
    draft = a_challenge(ChallengeState.DRAFT, cast.challenger)

    for role in ("visitor", "rival.contributor", "unverified", "operator.contributor"):
        with pytest.raises(NotVisible):
            edit_challenge(challenge=draft, version=1, values={}, by=cast.actor(role))
    with pytest.raises(Forbidden):
        edit_challenge(challenge=draft, version=1, values={}, by=cast.actor("own.viewer"))


def test_a_copy_goes_into_a_collecting_round_without_number_and_deadline() -> None:
    own = a_member("contributor", an_organisation(size=SizeClass.LARGE))
    over = a_challenge(ChallengeState.CONCLUDED, own.organisation, anonymous=True, details_level=1)
    into = a_round(Stage.COLLECT)

    made = copy_challenge(challenge=over, round=into, by=actor_of(own))
    with pytest.raises(Refusal) as raised:
        copy_challenge(challenge=over, round=a_round(Stage.RESPOND), by=actor_of(own))

    assert made.pk != over.pk
    assert (made.round_id, made.state, made.number, made.deadline) == (into.pk, "draft", None, None)
    assert (made.title, made.anonymous, made.details_level) == (over.title, True, 1)
    assert [TargetRow.of(one) for one in made.targets.all()] == [TargetRow.of(one) for one in over.targets.all()]
    assert code_of(raised) == "challenge.round_not_collecting"


def test_a_passed_deadline_is_a_fault(author) -> None:
    with pytest.raises(Invalid) as raised:
        create_challenge(round=a_round(), values=values(deadline=timezone.now()), by=author)

    assert faults_of(raised) == {("deadline", "challenge.deadline_past")}
