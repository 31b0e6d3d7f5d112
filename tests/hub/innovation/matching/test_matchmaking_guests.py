"""What the innovation chain brings to matchmaking days: who is on a round's list, and who has asked whom already."""

from __future__ import annotations

import pytest

from rongtong.hub.innovation.domain.matchmaking import invitations_that_wait, participants_of, rounds_of
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import ChallengeInvitation
from rongtong.hub.matching.guests import guest_lists, requests_among
from rongtong.hub.matching.models import Participation
from tests.factories import a_challenge, a_member, a_round, an_organisation, operator_actor
from tests.hub.innovation.factories_responses import a_response
from tests.hub.matching.factories_days import a_day

pytestmark = pytest.mark.django_db


def test_a_round_names_who_publishes_is_asked_and_answers() -> None:
    round = a_round(Stage.RESPOND)
    challenge = a_challenge(ChallengeState.OPEN, round=round)
    hidden = a_challenge(ChallengeState.OPEN, round=round, anonymous=True)
    draft = a_challenge(ChallengeState.DRAFT, round=round)
    elsewhere = a_challenge(ChallengeState.OPEN)
    response = a_response(challenge, state="submitted")
    asked = an_organisation()
    ChallengeInvitation._base_manager.create(challenge=challenge, organisation=asked)
    by = operator_actor()

    found = set(participants_of(by, str(round.pk)))

    assert found == {challenge.organisation_id, response.organisation_id, asked.pk}
    assert not found & {hidden.organisation_id, draft.organisation_id, elsewhere.organisation_id}
    assert str(round.pk) in dict(rounds_of(by))


def test_the_round_is_offered_when_people_are_invited(client) -> None:
    challenge = a_challenge(ChallengeState.OPEN)
    day = a_day("draft")
    client.force_login(a_member("manager", day.organisation).account)
    (source,) = [one for one in guest_lists() if one.key == "round"]
    given = {f"list_{source.key}": str(challenge.round_id), "confirm": "1"}
    client.post(f"/matchmaking/{day.pk}/invite/", given)
    assert list(Participation._base_manager.values_list("organisation_id", flat=True)) == [challenge.organisation_id]


def test_whoever_was_asked_to_answer_an_open_challenge_is_wished_for() -> None:
    challenge, over = a_challenge(ChallengeState.OPEN), a_challenge(ChallengeState.CONCLUDED)
    hidden = a_challenge(ChallengeState.OPEN, anonymous=True)
    asked = an_organisation()
    for one in (challenge, over, hidden):
        ChallengeInvitation._base_manager.create(challenge=one, organisation=asked)
    here = [challenge.organisation_id, over.organisation_id, hidden.organisation_id, asked.pk]

    assert set(invitations_that_wait(here)) == {(challenge.organisation_id, asked.pk)}
    assert requests_among(here) == {(challenge.organisation_id, asked.pk)}
    assert requests_among([challenge.organisation_id]) == set()
