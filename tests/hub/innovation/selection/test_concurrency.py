"""Reviewers who hand in at once see each other; a selection is decided once."""

import pytest

from rongtong.hub.foundation.models import Notice
from rongtong.hub.innovation.domain.awards import Choice, award
from rongtong.hub.innovation.domain.reviewers import assign_reviewer, declare
from rongtong.hub.innovation.domain.scoring import Point, hand_in, save_sheet
from rongtong.hub.innovation.models import Award, Collaboration, Criterion, Reviewer, ScoreSheet
from tests.factories import a_challenge, a_member, actor_of
from tests.hub.innovation.factories_responses import REASON, a_reviewer, a_selection, a_sheet, actor_of_reviewer, scored
from tests.hub.innovation.responses.test_concurrency import at_once

pytestmark = pytest.mark.django_db(transaction=True)


def test_the_last_reviewers_hand_in_at_once_and_the_scores_open_once():
    selection = a_selection(responses=2, reviewers=16)
    for reviewer in selection.reviewers:
        for response in selection.responses:
            a_sheet(reviewer, response)
    calls = [
        lambda reviewer=reviewer, by=by: hand_in(reviewer=reviewer, by=by)
        for reviewer, by in zip(selection.reviewers, selection.jury, strict=True)
    ]
    assert at_once(calls) == {"done": 16}
    selection.challenge.refresh_from_db()
    assert selection.challenge.scores_open
    assert Notice._base_manager.filter(event="selection.scores_open").count() == 1


def test_fifty_reviewers_score_side_by_side():
    selection = a_selection(responses=2, reviewers=25)
    criteria = list(selection.challenge.criteria.all())

    def save(number: int) -> None:
        reviewer = selection.reviewers[number // 2]
        points = [Point(one.pk, number, REASON) for one in criteria]
        save_sheet(
            reviewer=reviewer,
            response=selection.responses[number % 2],
            points=points,
            version=0,
            by=selection.jury[number // 2],
        )

    assert at_once([lambda number=number: save(number) for number in range(50)]) == {"done": 50}
    assert ScoreSheet._base_manager.count() == 50
    assert sorted({one.scores.first().points for one in ScoreSheet._base_manager.all()}) == list(range(50))


def test_one_sheet_from_many_windows_is_made_once():
    selection = a_selection(responses=1, reviewers=1)
    criteria = list(selection.challenge.criteria.all())

    def save(number: int) -> None:
        points = [Point(one.pk, number, REASON) for one in criteria]
        given = {"reviewer": selection.reviewers[0], "response": selection.responses[0], "by": selection.jury[0]}
        save_sheet(points=points, version=0, **given)

    assert at_once([lambda number=number: save(number) for number in range(16)]) == {"done": 1, "version.stale": 15}
    assert ScoreSheet._base_manager.count() == 1


def test_a_decision_is_made_once():
    selection = scored(a_selection())
    first, second = selection.responses

    def decide() -> None:
        award(
            challenge=selection.challenge,
            choices=[Choice(first.pk, "最好")],
            feedback={second.pk: "不足"},
            by=selection.challenger,
        )

    assert at_once([decide] * 16) == {"done": 1, "rights.state": 15}
    assert (Award._base_manager.count(), Collaboration._base_manager.count()) == (1, 1)


def test_criteria_are_written_once_and_a_reviewer_is_named_once():
    challenge = a_challenge("selecting")
    manager = actor_of(a_member("manager", challenge.organisation))
    email = a_member("owner").account.email
    calls = [lambda: assign_reviewer(challenge=challenge, email=email, by=manager)] * 12
    assert at_once(calls) == {"done": 1, "reviewer.exists": 11}
    Criterion._base_manager.all().delete()
    reviewers = [a_reviewer(challenge) for _ in range(8)]
    Criterion._base_manager.all().delete()
    calls = [lambda one=one: declare(reviewer=one, conflict=False, by=actor_of_reviewer(one)) for one in reviewers]
    assert at_once(calls) == {"done": 8}
    assert Criterion._base_manager.count() == 4
    assert Reviewer._base_manager.filter(conflict="none").count() == 8
