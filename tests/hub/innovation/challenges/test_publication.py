"""From publication on: numbers, deadlines, taking back."""

import threading
from datetime import timedelta

import pytest
from django.db import connection, transaction
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.innovation.domain.numbering import next_number
from rongtong.hub.innovation.domain.publication import (
    close_challenge,
    close_due,
    publish_challenge,
    withdraw_challenge,
)
from rongtong.hub.innovation.domain.rounds import advance_round
from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, Response
from rongtong.hub.innovation.queries.disclosure import disclosed
from rongtong.hub.innovation.tasks import close_due_challenges
from tests.factories import a_challenge, a_member, a_round, actor_of, operator_actor


def in_threads(jobs):
    """Run the jobs at the same moment, each with a connection of its own; give back what they raised."""
    gate, raised = threading.Barrier(len(jobs)), []

    def run(job):
        try:
            gate.wait()
            job()
        except Exception as error:  # noqa: BLE001  handed to the test, which looks at every one
            raised.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=run, args=[job]) for job in jobs]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return raised


@pytest.mark.django_db(transaction=True)
def test_numbers_have_no_gap_and_no_twin_when_many_publish_at_once() -> None:
    round, by = a_round(Stage.RESPOND), operator_actor()
    ready = [a_challenge(ChallengeState.SCREENED, round=round, targets=0) for _ in range(8)]
    doubled = ready + ready[:4]  # two operators press the same button

    raised = in_threads([lambda one=one: publish_challenge(challenge=one, by=by) for one in doubled])

    year = timezone.localtime().year
    numbers = sorted(Challenge._base_manager.filter(round=round).values_list("number", flat=True), key=str)
    assert numbers == [f"XQ-{year}-{n:04d}" for n in range(1, 9)]
    assert [type(error) for error in raised] == [Refusal] * 4
    assert {error.code for error in raised} == {"rights.state"}


@pytest.mark.django_db(transaction=True)
def test_a_publication_that_fails_gives_its_number_back() -> None:
    now = timezone.now()

    with transaction.atomic():
        lost = next_number("XQ", now)
        transaction.set_rollback(True)
    with transaction.atomic():
        kept = next_number("XQ", now)
        other = next_number("ZZ", now)

    year = timezone.localtime(now).year
    assert (lost, kept, other) == (f"XQ-{year}-0001", f"XQ-{year}-0001", f"ZZ-{year}-0001")


@pytest.mark.django_db(transaction=True)
def test_the_round_moves_on_or_a_challenge_is_published_never_both_halfway() -> None:
    by = operator_actor()
    past = timezone.now() - timedelta(seconds=1)
    round = a_round(Stage.RESPOND)
    a_challenge(round=round, deadline=past, targets=0)
    late = a_challenge(ChallengeState.SCREENED, round=round, targets=0)

    raised = in_threads(
        [
            lambda: advance_round(round=round, to=Stage.SELECT, by=by),
            lambda: publish_challenge(challenge=late, by=by),
        ]
    )

    round.refresh_from_db()
    late.refresh_from_db()
    outcome = (str(round.state), str(late.state), [error.code for error in raised])
    assert outcome in [
        ("select", "screened", ["challenge.round_not_publishing"]),
        ("respond", "open", ["round.before_deadline"]),
    ]


@pytest.mark.django_db
@pytest.mark.parametrize("stage", [Stage.COLLECT, Stage.SELECT, Stage.CONCLUDE])
def test_single_publication_needs_a_publishing_round(stage: Stage) -> None:
    challenge = a_challenge(ChallengeState.SCREENED, round=a_round(stage))

    with pytest.raises(Refusal) as raised:
        publish_challenge(challenge=challenge, by=operator_actor())

    assert raised.value.code == "challenge.round_not_publishing"


@pytest.mark.django_db
def test_an_own_deadline_that_has_passed_meanwhile_becomes_the_rounds() -> None:
    round = a_round(Stage.RESPOND)
    challenge = a_challenge(ChallengeState.SCREENED, round=round, deadline=timezone.now() - timedelta(days=1))

    assert publish_challenge(challenge=challenge, by=operator_actor()).deadline == round.respond_until


@pytest.mark.django_db
def test_the_task_closes_what_is_due_once_and_nothing_else() -> None:
    now = timezone.now()
    round = a_round(Stage.RESPOND)
    due = a_challenge(round=round, deadline=now - timedelta(seconds=1))
    later = a_challenge(round=round, deadline=now + timedelta(hours=1))
    draft = a_challenge(ChallengeState.DRAFT, deadline=now - timedelta(days=1))

    first, second = close_due_challenges(0), close_due_challenges(0)

    for challenge in (due, later, draft):
        challenge.refresh_from_db()
    assert (first, second) == (1, 0)
    assert (due.state, later.state, draft.state) == ("selecting", "open", "draft")
    assert AuditEntry._base_manager.filter(verb="challenge.close").count() == 1
    with pytest.raises(Refusal) as early:
        close_challenge(challenge=later, by=SYSTEM)
    assert early.value.code == "challenge.before_deadline"


@pytest.mark.django_db(transaction=True)
def test_two_workers_close_each_challenge_once() -> None:
    round = a_round(Stage.RESPOND)
    for _ in range(5):
        a_challenge(round=round, deadline=timezone.now() - timedelta(seconds=1), targets=0)

    assert in_threads([close_due] * 3) == []

    assert AuditEntry._base_manager.filter(verb="challenge.close").count() == 5


def _answer(challenge: Challenge) -> Response:
    leader = a_member("manager")
    return Response._base_manager.create(
        challenge=challenge, organisation=leader.organisation, state="submitted", submitted_at=timezone.now()
    )


@pytest.mark.django_db
def test_taking_back_an_open_challenge_hides_it_from_outsiders() -> None:
    challenge, rival = a_challenge(), actor_of(a_member())
    own = actor_of(a_member("manager", challenge.organisation))

    withdrawn = withdraw_challenge(challenge=challenge, by=own)

    assert (withdrawn.state, withdrawn.is_visible_to(rival), withdrawn.is_visible_to(own)) == ("withdrawn", False, True)


@pytest.mark.django_db
def test_once_answered_only_the_operator_takes_back_and_says_why() -> None:
    challenge = a_challenge()
    own = actor_of(a_member("owner", challenge.organisation))
    leader = _answer(challenge).organisation
    answerer = actor_of(leader.members.get())
    operator = operator_actor()

    with pytest.raises(Refusal) as answered:
        withdraw_challenge(challenge=challenge, by=own, reason="计划有变")
    with pytest.raises(Invalid) as silent:
        withdraw_challenge(challenge=challenge, by=operator)
    withdrawn = withdraw_challenge(challenge=challenge, by=operator, reason="企业停止该项目。")

    assert answered.value.code == "challenge.has_answers"
    assert [fault.code for fault in silent.value.faults] == ["challenge.no_reason"]
    assert withdrawn.comment == "企业停止该项目。"
    assert withdrawn.is_visible_to(answerer)
    assert disclosed(withdrawn, answerer).comment == "企业停止该项目。"
    told = set(Notice._base_manager.filter(event="challenge.withdrawn").values_list("account_id", flat=True))
    assert told == {answerer.account_id, own.account_id}


@pytest.mark.django_db
def test_a_withdrawn_draft_stays_out_of_sight() -> None:
    draft = a_challenge(ChallengeState.DRAFT)
    withdraw_challenge(challenge=draft, by=actor_of(a_member("manager", draft.organisation)))

    with pytest.raises(NotVisible):
        withdraw_challenge(challenge=draft, by=actor_of(a_member()))
