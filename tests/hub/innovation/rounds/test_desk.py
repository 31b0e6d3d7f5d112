"""The operator's desk shows the rounds under way; nobody else's does."""

import pytest

from rongtong.hub.innovation.desk.rounds import rounds_under_way
from rongtong.hub.innovation.enums import ChallengeState, Stage
from tests.factories import a_challenge, a_member, a_round, actor_of, operator_actor

pytestmark = pytest.mark.django_db


def test_the_operator_sees_each_round_that_has_not_concluded(django_assert_max_num_queries):
    running, over = a_round(Stage.RESPOND, title="第二批"), a_round(Stage.CONCLUDE, title="第一批")
    for _number in range(3):
        a_challenge(ChallengeState.OPEN, round=running)
    a_challenge(ChallengeState.SUBMITTED, round=running)
    actor = operator_actor(organisation=running.organisation)
    with django_assert_max_num_queries(2):
        found = rounds_under_way(actor)
    assert found is not None and not found.scored
    assert [one.title for one in found.fits] == ["第二批"]
    assert {"待审核 1 项", "已发布 3 项", "遴选中 0 项"} <= set(found.fits[0].meta)
    assert str(over) not in str(found)


def test_without_a_round_the_operator_is_led_to_a_new_one():
    found = rounds_under_way(operator_actor())
    assert found is not None and found.fits == [] and found.cure.endswith("/rounds/new/")


def test_others_have_no_such_shelf():
    a_round(Stage.RESPOND)
    assert rounds_under_way(actor_of(a_member())) is None
