"""Who knows of a response, before and after the deadline: the whole matrix."""

import pytest

from rongtong.hub.foundation.actors import SYSTEM, VISITOR
from rongtong.hub.innovation.models import Partner, Response
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor
from tests.hub.innovation.factories_responses import a_partner, a_response, a_reviewer

pytestmark = pytest.mark.django_db

OWN = {"leader", "leader.viewer", "asked", "given", "system"}
#: challenge state, response state → everybody who sees the response.
EXPECTED = {
    ("open", "draft"): OWN,
    ("open", "withdrawn"): OWN,
    ("open", "submitted"): OWN | {"operator"},
    ("selecting", "draft"): OWN,
    ("selecting", "withdrawn"): OWN,
    ("selecting", "submitted"): OWN | {"operator", "challenger", "reviewer.none"},
    ("awarded", "awarded"): OWN | {"operator", "challenger", "reviewer.none"},
    ("awarded", "declined"): OWN | {"operator", "challenger", "reviewer.none"},
    ("concluded", "declined"): OWN | {"operator", "challenger", "reviewer.none"},
}


def everybody(response):
    """One actor of every kind around a response."""
    challenge = response.challenge
    rival = a_response(challenge, state="submitted")
    found = {
        "visitor": VISITOR,
        "system": SYSTEM,
        "operator": operator_actor("viewer"),
        "leader": actor_of(a_member("owner", response.organisation)),
        "leader.viewer": actor_of(a_member("viewer", response.organisation)),
        "challenger": actor_of(a_member("viewer", challenge.organisation)),
        "rival": actor_of(a_member("owner", rival.organisation)),
        "stranger": actor_of(a_member("owner")),
    }
    for consent in ("asked", "given", "refused"):
        found[consent] = actor_of(a_member("owner", a_partner(response, consent=consent).organisation))
    for conflict in ("undeclared", "none", "conflict"):
        member = a_member("owner", an_organisation("institute"))
        a_reviewer(challenge, conflict, member)
        found[f"reviewer.{conflict}"] = actor_of(member)
    # people who would see it by another way, but have declared a conflict or stand on a rival's side
    inside = a_member("owner", challenge.organisation)
    a_reviewer(challenge, "conflict", inside)
    found["challenger in conflict"] = actor_of(inside)
    rivals = a_member("contributor", rival.organisation)
    a_reviewer(challenge, "none", rivals)
    found["rival as reviewer"] = actor_of(rivals)
    elsewhere = a_member("owner", an_organisation("institute"))
    a_member("viewer", a_partner(rival, consent="given").organisation, account=elsewhere.account)
    a_reviewer(challenge, "none", elsewhere)
    found["rival's partner as reviewer"] = actor_of(elsewhere)
    return found


@pytest.mark.parametrize(
    ("states", "expected"), EXPECTED.items(), ids=lambda one: "-".join(one) if len(one) == 2 else ""
)
def test_who_sees_a_response(states, expected):
    challenge_state, state = states
    response = a_response(a_challenge(challenge_state), state=state)
    actors = everybody(response)
    assert {name for name, actor in actors.items() if response.is_visible_to(actor)} == expected
    known = {name for name, actor in actors.items() if Response.visible_to(actor).filter(pk=response.pk).exists()}
    assert known == expected
    parts = {name for name, actor in actors.items() if Partner.visible_to(actor).filter(response=response).exists()}
    assert parts == expected


def test_nobody_but_its_side_and_the_operator_can_count_before_the_deadline():
    challenge = a_challenge()
    responses = [a_response(challenge, state="submitted") for _ in range(3)]
    actors = everybody(responses[0])
    counts = {name: Response.visible_to(actor).filter(challenge=challenge).count() for name, actor in actors.items()}
    assert counts == {
        "visitor": 0,
        "system": 4,
        "operator": 4,
        "leader": 1,
        "leader.viewer": 1,
        "challenger": 0,
        "rival": 1,
        "stranger": 0,
        "asked": 1,
        "given": 1,
        "refused": 0,
        "reviewer.undeclared": 0,
        "reviewer.none": 0,
        "reviewer.conflict": 0,
        "challenger in conflict": 0,
        "rival as reviewer": 1,
        "rival's partner as reviewer": 0,
    }


def test_a_token_and_a_person_without_organisation_see_nothing():
    response = a_response(a_challenge("selecting"), state="submitted")
    member = a_member("owner")
    alone = actor_of(member)
    assert not response.is_visible_to(alone)
