"""Asking and answering: who reads what, who is told, who stays unnamed."""

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import Notice
from rongtong.hub.innovation.domain.questions import MOST_WAITING, answer_question, ask_question
from rongtong.hub.innovation.domain.watches import unwatch_challenge, watch_challenge
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import Challenge, Question, Watch
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import Cast, a_cast

pytestmark = pytest.mark.django_db


@pytest.fixture
def cast() -> Cast:
    return a_cast()


@pytest.fixture
def challenge(cast: Cast) -> Challenge:
    return a_challenge(organisation=cast.challenger)


def readers(cast: Cast, question: Question) -> set[str]:
    third = actor_of(a_member("owner"))
    actors = {**cast.actors, "third": third}
    return {role for role, actor in actors.items() if question.is_visible_to(actor)}


OWN = {"own.viewer", "own.contributor", "own.manager", "own.owner"}
OPERATOR = {"operator.viewer", "operator.contributor"}
ASKER = {"rival.viewer", "rival.contributor"}


def test_a_private_question_is_between_three(cast: Cast, challenge: Challenge) -> None:
    question = ask_question(challenge=challenge, text=" 可否现场考察？ ", by=cast.actor("rival.contributor"))

    assert question.text == "可否现场考察？"
    assert readers(cast, question) == OWN | OPERATOR | ASKER | {"system"}
    told = Notice._base_manager.filter(event="question.asked").values_list("account_id", flat=True)
    assert set(told) == {cast.actor(role).account_id for role in OWN - {"own.viewer"}}

    answer_question(question=question, answer="可以。", to_all=False, by=cast.actor("own.contributor"))
    assert readers(cast, question) == OWN | OPERATOR | ASKER | {"system"}


def test_an_answer_to_all_is_read_by_members_and_stays_so(cast: Cast, challenge: Challenge) -> None:
    watcher = actor_of(a_member("viewer"))
    watch_challenge(challenge=challenge, by=watcher)
    question = ask_question(challenge=challenge, text="试验环能借几件？", by=cast.actor("rival.contributor"))
    by = cast.actor("own.contributor")

    answered = answer_question(question=question, answer="两件。", to_all=True, by=by)
    changed = answer_question(question=question, answer="三件。", to_all=False, by=by, version=answered.version)

    assert (changed.answer, changed.to_all, changed.answered_at) == ("三件。", True, answered.answered_at)
    assert readers(cast, question) == OWN | OPERATOR | ASKER | {"system", "third"}
    published = Notice._base_manager.filter(event="question.published").values_list("account_id", flat=True)
    assert list(published) == [watcher.account_id]
    askers = Notice._base_manager.filter(event="question.answered").values_list("account_id", flat=True)
    assert set(askers) == {cast.actor("rival.contributor").account_id}


def test_two_colleagues_answering_lose_nothing(cast: Cast, challenge: Challenge) -> None:
    question = ask_question(challenge=challenge, text="期限？", by=cast.actor("rival.contributor"))
    answer_question(question=question, answer="14 个月。", to_all=False, by=cast.actor("own.owner"), version=1)

    with pytest.raises(Stale) as raised:
        answer_question(question=question, answer="12 个月。", to_all=False, by=cast.actor("own.manager"), version=1)

    assert (raised.value.theirs["answer"], raised.value.yours["answer"]) == ("14 个月。", "12 个月。")


@pytest.mark.parametrize("role", ["visitor", "unverified", "rival.viewer", "own.manager"])
def test_who_may_not_ask(role: str, cast: Cast, challenge: Challenge) -> None:
    with pytest.raises(Forbidden):
        ask_question(challenge=challenge, text="？", by=cast.actor(role))


def test_faults_and_limits(cast: Cast, challenge: Challenge) -> None:
    by = cast.actor("rival.contributor")
    for text, code in (
        ("  ", "question.empty"),
        ("问" * 1001, "question.too_long"),
        ("a\x00b", "question.bad_character"),
    ):
        with pytest.raises(Invalid) as raised:
            ask_question(challenge=challenge, text=text, by=by)
        assert [fault.code for fault in raised.value.faults] == [code]
    Question._base_manager.bulk_create(
        Question(challenge=challenge, organisation_id=by.firm, text="？") for _ in range(MOST_WAITING)
    )
    with pytest.raises(Refusal) as full:
        ask_question(challenge=challenge, text="再问一个", by=by)
    assert full.value.code == "question.too_many"


def test_after_the_deadline_nobody_asks_and_at_the_end_nobody_answers(cast: Cast, challenge: Challenge) -> None:
    question = ask_question(challenge=challenge, text="？", by=cast.actor("rival.contributor"))
    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=timezone.now())
    with pytest.raises(Refusal) as closed:
        ask_question(challenge=challenge, text="？", by=cast.actor("rival.contributor"))
    Challenge._base_manager.filter(pk=challenge.pk).update(state=ChallengeState.CONCLUDED)
    with pytest.raises(Refusal) as over:
        answer_question(question=question, answer="晚了", to_all=False, by=cast.actor("own.owner"))

    assert (closed.value.code, over.value.code) == ("question.closed", "question.over")


def test_a_private_question_of_others_is_not_there(cast: Cast, challenge: Challenge) -> None:
    question = ask_question(challenge=challenge, text="？", by=cast.actor("rival.contributor"))

    with pytest.raises(NotVisible):
        answer_question(question=question, answer="代答", to_all=False, by=actor_of(a_member("owner")))


def test_watching_twice_is_watching_once(challenge: Challenge) -> None:
    by = actor_of(a_member("viewer", an_organisation(verified=False)))

    watch_challenge(challenge=challenge, by=by)
    watch_challenge(challenge=challenge, by=by)
    assert Watch.visible_to(by).count() == 1
    unwatch_challenge(challenge=challenge, by=by)
    unwatch_challenge(challenge=challenge, by=by)
    assert Watch.visible_to(by).count() == 0
    with pytest.raises(NotVisible):
        watch_challenge(challenge=a_challenge(ChallengeState.DRAFT), by=by)
