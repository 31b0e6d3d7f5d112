"""What fits is offered to those who may lead an answer; a large enterprise is not among them."""

import pytest

from rongtong.hub.innovation.desk.matching import fitting_challenges
from rongtong.hub.innovation.queries.challenges import conditions
from rongtong.hub.innovation.queries.disclosure import disclosed
from tests.factories import a_challenge, a_member, actor_of, an_organisation, visitor

pytestmark = pytest.mark.django_db


@pytest.mark.parametrize(("size", "offered"), [("large", False), ("medium", True), ("micro", True)])
def test_the_shelf_is_for_those_who_may_lead(size: str, offered: bool) -> None:
    shelf = fitting_challenges(actor_of(a_member("owner", an_organisation(size=size))))
    assert (shelf is not None) == offered


@pytest.mark.parametrize(("wished", "lines"), [([], 1), (["small", "medium", "micro"], 1), (["micro"], 2)])
def test_a_wish_for_a_size_is_told_only_where_it_says_more_than_the_round(wished: list[str], lines: int) -> None:
    challenge = a_challenge(size_classes=wished, readiness=None)
    assert len(conditions(disclosed(challenge, visitor), None)) == lines
