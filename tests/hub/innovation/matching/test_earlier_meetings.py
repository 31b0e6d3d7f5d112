"""What a challenger said of an earlier meeting counts for the order of its matches: bounded and told."""

from __future__ import annotations

from datetime import timedelta
from uuid import UUID

import pytest
from django.urls import reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.innovation.queries.hits import Hit
from rongtong.hub.innovation.queries.matching import matches_of, rank_of
from rongtong.hub.matching.domain.feedback import give_feedback
from rongtong.hub.matching.enums import DayState
from tests.factories import a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.matching.factories_matching import a_capability, a_listed_challenge, client_of, matched
from tests.hub.matching.factories_days import a_day, a_meeting, a_participation

pytestmark = pytest.mark.django_db
CLOSE = ("大直径滚道感应淬火变形控制，淬火后椭圆度超差", "大直径滚道感应淬火变形控制，淬火后椭圆度")


def met(one: Actor, other: Actor, said: str) -> None:
    """The two met on a day that is over; the first says how it was."""
    day = a_day(DayState.HELD, begins=-timedelta(days=20))
    sides = [who.firm for who in (one, other)]
    rows = [a_participation(day, _organisation(side)) for side in sides]
    meeting = a_meeting(day, rows[0].organisation, rows[1].organisation)
    give_feedback(meeting=meeting, useful=said, next_step="none", note="", by=one)


def _organisation(pk: UUID):
    from rongtong.hub.organisations.models import Organisation

    return Organisation._base_manager.get(pk=pk)


@pytest.fixture
def scene() -> tuple[Challenge, Actor, list[Actor]]:
    """A challenge and two suppliers whose capabilities answer it nearly alike, the better one first."""
    challenge = a_listed_challenge()
    suppliers = []
    for text in CLOSE:
        member = a_member("owner", an_organisation())
        a_capability(member.organisation, text=text)
        suppliers.append(actor_of(member))
    matched()
    return challenge, actor_of(a_member("contributor", challenge.organisation)), suppliers


def order(challenge: Challenge, actor: Actor) -> list[tuple[UUID, Hit]]:
    return [(hit.organisation.pk, hit) for hit in matches_of(challenge, actor).items if hit.organisation]


def test_a_useful_meeting_goes_before_a_slightly_better_score(scene) -> None:
    challenge, challenger, (first, second) = scene
    before = order(challenge, challenger)
    assert [pk for pk, _ in before] == [first.organisation_id, second.organisation_id]
    assert before[0][1].score - before[1][1].score < 10

    met(challenger, second, "useful")

    after = order(challenge, challenger)
    assert [pk for pk, _ in after] == [second.organisation_id, first.organisation_id]
    assert {pk: hit.score for pk, hit in after} == {pk: hit.score for pk, hit in before}, "scores stay what they are"
    assert [hit.met.points if hit.met else None for _, hit in after] == [10, None]
    assert second.organisation_id is not None and rank_of(challenge, second.organisation_id) == 1
    page = client_of(challenger).get(reverse("innovation:matches", args=[challenge.pk])).content.decode()
    assert "反馈为有用" in page and "按 +10 分计" in page


def test_what_the_other_side_said_counts_for_nobody_but_itself(scene) -> None:
    challenge, challenger, (first, second) = scene
    met(second, challenger, "useless")
    met(first, challenger, "useless")
    for reader in (challenger, operator_actor()):
        assert all(hit.met is None for _, hit in order(challenge, reader))
        assert [pk for pk, _ in order(challenge, reader)] == [first.organisation_id, second.organisation_id]
