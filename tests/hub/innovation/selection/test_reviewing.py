"""Criteria, reviewers, conflicts, score sheets, and the rule that all are blind until all have handed in."""

from datetime import UTC, datetime, timedelta

import pytest

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import Notice
from rongtong.hub.innovation.domain.criteria import Weight, set_criteria, standard
from rongtong.hub.innovation.domain.reviewers import assign_reviewer, declare, remove_reviewer
from rongtong.hub.innovation.domain.scoring import Point, hand_in, save_sheet
from rongtong.hub.innovation.models import Criterion, Response, Reviewer, ScoreSheet
from tests.factories import a_challenge, a_member, actor_of, an_account, an_organisation, operator_actor, visitor
from tests.hub.innovation.factories_responses import (
    REASON,
    a_partner,
    a_response,
    a_reviewer,
    a_selection,
    a_sheet,
    actor_of_reviewer,
    scored,
)

pytestmark = pytest.mark.django_db


def manager_of(challenge):
    return actor_of(a_member("manager", challenge.organisation))


def refusal_of(act, **given):
    with pytest.raises(Refusal) as refused:
        act(**given)
    return refused.value.code


# ---- criteria ----------------------------------------------------------------------------------------------------


def test_the_standard_weighs_a_hundred():
    assert [(one.name, one.weight) for one in standard()] == [
        ("团队水平", 25),
        ("研发能力", 25),
        ("攻关方案", 30),
        ("匹配度", 20),
    ]


def test_criteria_are_set_until_the_deadline():
    challenge = a_challenge()
    manager = manager_of(challenge)
    set_criteria(challenge=challenge, criteria=[Weight("方案", 60, "可行"), Weight("价格", 40)], by=manager)
    set_criteria(challenge=challenge, criteria=[Weight("方案", 70), Weight("价格", 30)], by=manager)
    assert list(Criterion._base_manager.values_list("name", "weight", "position")) == [("方案", 70, 1), ("价格", 30, 2)]
    challenge.deadline = datetime.now(UTC) - timedelta(seconds=1)
    challenge.save()
    again = {"challenge": challenge, "criteria": standard(), "by": manager}
    assert refusal_of(set_criteria, **again) == "selection.criteria_fixed"


@pytest.mark.parametrize(
    ("criteria", "codes"),
    [
        ([Weight("甲", 50), Weight("乙", 49)], {"weights"}),
        ([Weight("甲", 100)], {"count"}),
        ([Weight("甲", 50), Weight("甲", 50)], {"name_twice"}),
        ([Weight("", 50), Weight("乙", 50)], {"name"}),
        ([Weight("甲", 100), Weight("乙", 0)], {"weight"}),
    ],
)
def test_what_criteria_must_be(criteria, codes):
    challenge = a_challenge()
    with pytest.raises(Invalid) as refused:
        set_criteria(challenge=challenge, criteria=criteria, by=manager_of(challenge))
    assert {fault.code for fault in refused.value.faults} == codes


# ---- reviewers ---------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("whose", ["challenger", "operator", "institute"])
def test_reviewers_come_from_anywhere_by_their_address(whose):
    challenge = a_challenge()
    organisation = challenge.organisation if whose == "challenger" else an_organisation(whose)
    member = a_member("viewer", organisation)
    reviewer = assign_reviewer(challenge=challenge, email=member.account.email.upper(), by=manager_of(challenge))
    assert (reviewer.account_id, reviewer.organisation_id) == (member.account_id, organisation.pk)
    assert Notice._base_manager.get(event="reviewer.assigned").account_id == member.account_id
    assert Criterion._base_manager.filter(challenge=challenge).count() == 4


def test_unknown_and_unverified_people_get_one_answer():
    challenge = a_challenge()
    manager = manager_of(challenge)
    unverified = a_member("owner", an_organisation(verified=False)).account
    for email in ("nobody@tests.example", an_account().email, unverified.email):
        assert refusal_of(assign_reviewer, challenge=challenge, email=email, by=manager) == "reviewer.not_found"


def test_who_has_answered_does_not_show_through_refused_reviewers():
    """Before the deadline a responder's person is taken up like any other; afterwards the person is refused."""
    challenge = a_challenge()
    responder = a_member("contributor", a_response(challenge, state="submitted").organisation)
    manager = manager_of(challenge)
    assert assign_reviewer(challenge=challenge, email=responder.account.email, by=manager).pk
    challenge.state = "selecting"
    challenge.save()
    partner = a_member("viewer", a_partner(a_response(challenge, state="submitted"), consent="given").organisation)
    after = {"challenge": challenge, "email": partner.account.email, "by": manager}
    assert refusal_of(assign_reviewer, **after) == "reviewer.interested"
    reviewer = Reviewer._base_manager.get()
    own = actor_of(responder)
    assert refusal_of(declare, reviewer=reviewer, conflict=False, by=own) == "reviewer.interested"
    assert declare(reviewer=reviewer, conflict=True, reason="任职于揭榜方", by=own).conflict == "conflict"


def test_a_conflict_ends_all_access():
    selection = a_selection()
    reviewer, own = selection.reviewers[0], selection.jury[0]
    a_sheet(reviewer, selection.responses[0])
    assert Response.visible_to(own).count() == 2
    with pytest.raises(Invalid):
        declare(reviewer=reviewer, conflict=True, by=own)
    declare(reviewer=reviewer, conflict=True, reason="曾合作", by=own)
    assert not Response.visible_to(own).exists()
    assert not ScoreSheet.visible_to(own).exists()
    for act, given in ((hand_in, {}), (declare, {"conflict": False})):
        with pytest.raises(Refusal):
            act(reviewer=reviewer, by=own, **given)


def test_nothing_is_scored_before_the_deadline():
    challenge = a_challenge()
    reviewer = a_reviewer(challenge)
    own = actor_of_reviewer(reviewer)
    assert refusal_of(declare, reviewer=reviewer, conflict=False, by=own) == "selection.not_begun"


def test_a_reviewer_once_and_removed_while_blind():
    selection = a_selection()
    email = selection.reviewers[0].account.email
    given = {"challenge": selection.challenge, "email": email, "by": selection.challenger}
    assert refusal_of(assign_reviewer, **given) == "reviewer.exists"
    a_sheet(selection.reviewers[0], selection.responses[0])
    remove_reviewer(reviewer=selection.reviewers[0], by=selection.challenger)
    assert not ScoreSheet._base_manager.exists()
    with pytest.raises(NotVisible):
        remove_reviewer(reviewer=selection.reviewers[1], by=selection.leaders[0])
    with pytest.raises(Forbidden):
        remove_reviewer(reviewer=selection.reviewers[1], by=selection.jury[1])


# ---- sheets ------------------------------------------------------------------------------------------------------


def points_of(challenge, points=80, reason=REASON):
    return [Point(one.pk, points, reason) for one in challenge.criteria.all()]


def test_a_sheet_is_kept_half_filled_and_changed():
    selection = a_selection()
    given = {"reviewer": selection.reviewers[0], "response": selection.responses[0], "by": selection.jury[0]}
    criterion = selection.challenge.criteria.first()
    sheet = save_sheet(points=[Point(criterion.pk, None, "先记一句")], version=0, **given)
    assert (sheet.version, sheet.scores.get().points) == (1, None)
    sheet = save_sheet(points=[Point(criterion.pk, 90, "先记一句")], version=1, comment="好", **given)
    assert (sheet.version, sheet.scores.get().points, sheet.comment) == (2, 90, "好")
    assert save_sheet(points=[Point(criterion.pk, 90, "先记一句")], version=0, comment="好", **given).version == 2
    with pytest.raises(Stale) as refused:
        save_sheet(points=[Point(criterion.pk, 10, "另一窗口")], version=1, **given)
    assert refused.value.theirs["points"][0]["points"] == 90


@pytest.mark.parametrize("points", [-1, 101])
def test_points_are_of_a_hundred(points):
    selection = a_selection()
    with pytest.raises(Invalid):
        save_sheet(
            reviewer=selection.reviewers[0],
            response=selection.responses[0],
            points=points_of(selection.challenge, points),
            version=0,
            by=selection.jury[0],
        )


def test_only_responses_of_the_challenge_are_scored():
    selection, other = a_selection(), a_selection()
    given = {"reviewer": selection.reviewers[0], "points": points_of(selection.challenge), "version": 0}
    with pytest.raises(NotVisible):
        save_sheet(response=other.responses[0], by=selection.jury[0], **given)
    with pytest.raises(NotVisible):
        save_sheet(response=selection.responses[0], by=other.jury[0], **given)


def test_handing_in_names_everything_that_is_missing():
    selection = a_selection()
    reviewer = selection.reviewers[0]
    first, second = selection.responses
    a_sheet(reviewer, first)
    short = a_sheet(reviewer, second).scores.first()
    short.reason = "太短"
    short.save()
    with pytest.raises(Invalid) as refused:
        hand_in(reviewer=reviewer, by=selection.jury[0])
    assert [fault.field for fault in refused.value.faults] == [f"sheet-{second.pk}"]
    assert "还没有写理由" in str(refused.value.faults[0].message)
    short.sheet.delete()
    with pytest.raises(Invalid) as refused:
        hand_in(reviewer=reviewer, by=selection.jury[0])
    assert len(refused.value.faults) == 4


def test_what_is_handed_in_stays():
    selection = a_selection(reviewers=1)
    reviewer, own = selection.reviewers[0], selection.jury[0]
    for response in selection.responses:
        a_sheet(reviewer, response)
    hand_in(reviewer=reviewer, by=own)
    assert set(ScoreSheet._base_manager.values_list("state", flat=True)) == {"submitted"}
    given = {"reviewer": reviewer, "response": selection.responses[0], "version": 1, "by": own}
    assert refusal_of(save_sheet, points=points_of(selection.challenge, 1), **given) == "reviewer.already_handed_in"
    assert refusal_of(hand_in, reviewer=reviewer, by=own) == "reviewer.already_handed_in"


def test_all_are_blind_until_all_have_handed_in():
    selection = a_selection(reviewers=3)
    challenge = selection.challenge
    conflicted = a_reviewer(challenge, "conflict")
    everybody = {
        "challenger": selection.challenger,
        "operator": selection.operator,
        "first": selection.jury[0],
        "second": selection.jury[1],
        "third": selection.jury[2],
        "conflicted": actor_of_reviewer(conflicted),
        "leader": selection.leaders[0],
        "stranger": actor_of(a_member("owner")),
        "visitor": visitor,
    }

    def seen():
        return {name: ScoreSheet.visible_to(actor).count() for name, actor in everybody.items()}

    nobody = dict.fromkeys(everybody, 0)
    for number, (reviewer, actor) in enumerate(zip(selection.reviewers, selection.jury, strict=True)):
        for response in selection.responses:
            a_sheet(reviewer, response)
        done = ["first", "second", "third"][: number + 1]
        assert seen() == nobody | dict.fromkeys(done, 2)
        hand_in(reviewer=reviewer, by=actor)
    challenge.refresh_from_db()
    assert challenge.scores_open
    assert seen() == nobody | dict.fromkeys(["first", "second", "third", "challenger", "operator"], 6)
    told = set(Notice._base_manager.filter(event="selection.scores_open").values_list("account_id", flat=True))
    assert told == {selection.challenger.account_id}
    late = a_member("owner").account.email
    given = {"challenge": challenge, "email": late, "by": selection.challenger}
    assert refusal_of(assign_reviewer, **given) == "selection.scores_open"


@pytest.mark.parametrize("leave", ["conflict", "remove"])
def test_when_the_last_one_missing_leaves_the_scores_open(leave):
    selection = a_selection(reviewers=2)
    stays, goes = selection.reviewers
    for response in selection.responses:
        a_sheet(stays, response)
    hand_in(reviewer=stays, by=selection.jury[0])
    selection.challenge.refresh_from_db()
    assert not selection.challenge.scores_open
    if leave == "conflict":
        declare(reviewer=goes, conflict=True, reason="曾合作", by=selection.jury[1])
    else:
        remove_reviewer(reviewer=goes, by=selection.challenger)
    selection.challenge.refresh_from_db()
    assert selection.challenge.scores_open


def test_sheets_of_a_reviewer_in_conflict_do_not_count():
    from rongtong.hub.innovation.queries.standings import lines_of

    selection = a_selection(reviewers=2)
    first, second = selection.reviewers
    for response in selection.responses:
        a_sheet(first, response, 100)
        a_sheet(second, response, 50)
    hand_in(reviewer=first, by=selection.jury[0])
    declare(reviewer=first, conflict=True, reason="曾合作", by=selection.jury[0])
    hand_in(reviewer=second, by=selection.jury[1])
    assert [(line.mean, line.sheets) for line in lines_of(selection.challenge)] == [(50, 1), (50, 1)]


def test_the_operator_may_name_reviewers_and_outsiders_may_not():
    selection = a_selection()
    email = a_member("owner").account.email
    with pytest.raises(Forbidden):
        assign_reviewer(challenge=selection.challenge, email=email, by=selection.leaders[0])
    assert assign_reviewer(challenge=selection.challenge, email=email, by=operator_actor()).pk


def test_scored_by_two(django_assert_max_num_queries):
    from rongtong.hub.innovation.queries.standings import lines_of

    selection = scored(a_selection(responses=5, reviewers=3))
    with django_assert_max_num_queries(3):
        lines = lines_of(selection.challenge)
    assert [line.key for line in lines] == [one.pk for one in selection.responses]
