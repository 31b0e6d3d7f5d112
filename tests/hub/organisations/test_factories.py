"""What every other test stands on."""

import pytest

from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.organisations.derivation import explain_size_class
from rongtong.hub.organisations.enums import Role, VerificationState
from rongtong.hub.organisations.size_class import SizeClass
from tests import factories

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize("size", [SizeClass.LARGE, SizeClass.MEDIUM, SizeClass.SMALL, SizeClass.MICRO])
def test_the_figures_of_an_organisation_make_its_class(size: str) -> None:
    assert explain_size_class(factories.an_organisation(size=size)).size_class == size


def test_actors_hold_the_roles_they_are_named_for() -> None:
    assert factories.visitor.is_visitor
    assert "operator.manager" in factories.operator_actor().roles
    assert "operator.manager" not in factories.operator_actor(Role.CONTRIBUTOR).roles
    owner = factories.a_member()
    assert {"member.owner", "account"} <= factories.actor_of(owner).roles
    unverified = factories.a_member(Role.OWNER, factories.an_organisation(verified=False))
    assert not factories.actor_of(unverified).is_member
    assert unverified.organisation.state == VerificationState.DRAFT


@pytest.mark.parametrize("stage", list(Stage))
def test_rounds_of_every_stage(stage: str) -> None:
    assert factories.a_round(stage).state == stage


@pytest.mark.parametrize("state", list(ChallengeState))
def test_challenges_of_every_state(state: str) -> None:
    challenge = factories.a_challenge(state, targets=3, budget_level=2)
    assert (challenge.state, challenge.targets.count(), challenge.budget_level) == (state, 3, 2)
    assert challenge.takes_responses == (state == ChallengeState.OPEN)
