"""The decision: what it needs, what it leaves behind."""

from datetime import date
from decimal import Decimal

import pytest

from rongtong.hub.foundation.errors import Forbidden, Invalid, Refusal
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.innovation.domain.awards import Choice, award, close_without_award
from rongtong.hub.innovation.domain.collaborations import months_later
from rongtong.hub.innovation.models import Award, ChallengeInvitation, Collaboration
from tests.hub.innovation.factories_responses import a_partner, a_selection, scored

pytestmark = pytest.mark.django_db


def decided(selection, *, chosen=1):
    """Award the first ones and tell the rest."""
    return award(
        challenge=selection.challenge,
        choices=[Choice(one.pk, "最好", Decimal("1000000.00")) for one in selection.responses[:chosen]],
        feedback={one.pk: "指标不足" for one in selection.responses[chosen:]},
        by=selection.challenger,
    )


def test_an_award_closes_the_selection_and_opens_the_work():
    selection = scored(a_selection(responses=3))
    winner, *rest = selection.responses
    a_partner(winner, consent="given")
    ChallengeInvitation._base_manager.create(challenge=selection.challenge, organisation=winner.organisation, rank=4)
    challenge = decided(selection)
    assert challenge.state == "awarded"
    given = Award._base_manager.get()
    assert (given.response_id, given.rank, given.score, given.match_rank) == (winner.pk, 1, Decimal("80.00"), 4)
    for response in selection.responses:
        response.refresh_from_db()
    assert [one.state for one in selection.responses] == ["awarded", "declined", "declined"]
    assert [one.feedback for one in rest] == ["指标不足", "指标不足"]
    told = dict(Notice._base_manager.filter(event__startswith="response.").values_list("account_id", "event"))
    assert told == {
        selection.leaders[0].account_id: "response.awarded",
        selection.leaders[1].account_id: "response.declined",
        selection.leaders[2].account_id: "response.declined",
    }
    entry = AuditEntry._base_manager.get(verb="selection.award")
    assert (entry.before, entry.after, entry.details["awarded"]) == ("selecting", "awarded", [str(winner.pk)])


def test_the_plan_becomes_milestones_with_due_dates():
    selection = scored(a_selection())
    decided(selection)
    collaboration = Collaboration._base_manager.get()
    assert collaboration.leader_id == selection.responses[0].organisation_id
    assert collaboration.ends_on == months_later(collaboration.starts_on, 12)
    assert [(one.title, one.due_on, one.cost) for one in collaboration.milestones.all()] == [
        ("试件定参", months_later(collaboration.starts_on, 5), Decimal("1000000.00")),
        ("整环验证", months_later(collaboration.starts_on, 12), Decimal("2000000.00")),
    ]


@pytest.mark.parametrize(
    ("start", "months", "end"),
    [
        (date(2026, 1, 31), 1, date(2026, 2, 28)),
        (date(2027, 12, 31), 2, date(2028, 2, 29)),
        (date(2026, 11, 23), 14, date(2028, 1, 23)),
        (date(2026, 12, 1), 0, date(2026, 12, 1)),
        (date(2026, 12, 1), 12, date(2027, 12, 1)),
    ],
)
def test_months_later(start, months, end):
    assert months_later(start, months) == end


def test_several_may_be_awarded():
    selection = scored(a_selection(responses=3))
    decided(selection, chosen=2)
    assert Collaboration._base_manager.count() == 2
    assert set(Award._base_manager.values_list("rank", flat=True)) == {1, 2}


def test_no_decision_while_reviewers_are_still_blind():
    selection = a_selection()
    with pytest.raises(Refusal) as refused:
        decided(selection)
    assert refused.value.code == "selection.blind"


def test_every_reason_and_every_feedback():
    selection = scored(a_selection(responses=3))
    first, second, _third = selection.responses
    with pytest.raises(Invalid) as refused:
        award(
            challenge=selection.challenge,
            choices=[Choice(first.pk, " "), Choice(first.pk, "又选一次", Decimal(-1))],
            feedback={second.pk: "尚可"},
            by=selection.challenger,
        )
    assert [fault.field for fault in refused.value.faults] == [
        f"reason-{first.pk}",
        "choices",
        f"amount-{first.pk}",
        f"feedback-{selection.responses[2].pk}",
    ]
    with pytest.raises(Invalid) as refused:
        award(challenge=selection.challenge, choices=[], feedback={}, by=selection.challenger)
    assert refused.value.faults[0].field == "choices"


def test_only_the_challengers_managers_decide():
    selection = scored(a_selection())
    for actor in (selection.operator, selection.jury[0], selection.leaders[0]):
        with pytest.raises(Forbidden):
            award(challenge=selection.challenge, choices=[], feedback={}, by=actor)


def test_none_may_be_chosen_with_feedback_to_all():
    selection = scored(a_selection())
    with pytest.raises(Invalid):
        close_without_award(challenge=selection.challenge, feedback={}, by=selection.challenger)
    feedback = {one.pk: "都未达到" for one in selection.responses}
    closed = close_without_award(challenge=selection.challenge, feedback=feedback, by=selection.challenger)
    assert closed.state == "concluded"
    assert Notice._base_manager.filter(event="response.declined").count() == 2
    assert not Collaboration._base_manager.exists()


def test_a_challenge_without_answers_closes_without_scores():
    selection = a_selection(responses=0)
    assert close_without_award(challenge=selection.challenge, feedback={}, by=selection.challenger).state == "concluded"
