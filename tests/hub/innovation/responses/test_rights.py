"""Every cell of the rights of responses and partners: verb × state × person."""

import pytest

from rongtong.hub.foundation.rights import allowed
from tests.factories import a_challenge, a_member, actor_of, operator_actor, visitor
from tests.hub.innovation.factories_responses import a_partner, a_response

pytestmark = pytest.mark.django_db

STEPS = ("viewer", "contributor", "manager", "owner")
WRITERS = {f"leader.{step}" for step in STEPS[1:]}
MANAGERS = {f"leader.{step}" for step in STEPS[2:]}
RESPONSE = {
    "response.save": (WRITERS, {"draft"}),
    "response.add_partner": (WRITERS, {"draft"}),
    "response.split": (WRITERS, {"draft"}),
    "response.submit": (MANAGERS, {"draft"}),
    "response.withdraw": (MANAGERS, {"draft", "submitted"}),
    "response.reopen": (MANAGERS, {"withdrawn"}),
}
ASKED = {f"partner.{step}" for step in STEPS[2:]}
PARTNER = {
    "partner.change": (WRITERS, {"asked", "given", "refused"}),
    "partner.remove": (WRITERS, {"asked", "given", "refused"}),
    "partner.remind": (WRITERS, {"asked"}),
    "partner.consent": (ASKED, {"asked"}),
    "partner.refuse": (ASKED, {"asked", "given"}),
}


def cast(response, partner):
    found = {f"leader.{step}": actor_of(a_member(step, response.organisation)) for step in STEPS}
    found |= {f"partner.{step}": actor_of(a_member(step, partner.organisation)) for step in STEPS}
    found |= {f"challenger.{step}": actor_of(a_member(step, response.challenge.organisation)) for step in STEPS}
    found |= {f"rival.{step}": actor_of(a_member(step, a_response(response.challenge).organisation)) for step in STEPS}
    return found | {"operator": operator_actor("owner"), "visitor": visitor}


@pytest.mark.parametrize("state", ["draft", "submitted", "withdrawn", "awarded", "declined"])
def test_verbs_on_a_response(state):
    response = a_response(a_challenge("selecting"), state=state)
    actors = cast(response, a_partner(response))
    for verb, (people, states) in RESPONSE.items():
        may = {name for name, actor in actors.items() if allowed(actor, verb, response)}
        assert may == (people if state in states else set()), verb


@pytest.mark.parametrize("consent", ["asked", "given", "refused"])
def test_verbs_on_a_partner(consent):
    response = a_response()
    partner = a_partner(response, consent=consent)
    actors = cast(response, partner)
    for verb, (people, states) in PARTNER.items():
        may = {name for name, actor in actors.items() if allowed(actor, verb, partner)}
        assert may == (people if consent in states else set()), verb


def test_a_token_needs_the_scope():
    member, response = a_member("owner"), None
    response = a_response(organisation=member.organisation)
    assert allowed(actor_of(member, scopes=frozenset({"response:write"})), "response.save", response)
    assert not allowed(actor_of(member, scopes=frozenset({"response:read"})), "response.save", response)
