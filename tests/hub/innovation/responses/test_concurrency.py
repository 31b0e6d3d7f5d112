"""Many at once: exactly one wins, the others are told by name, nothing is lost."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Sequence
from concurrent.futures import ThreadPoolExecutor
from datetime import UTC, datetime, timedelta
from functools import partial
from threading import Barrier, Event
from typing import Any

import pytest
from django.db import connection, transaction

from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.innovation.domain.handing_in import submit_response
from rongtong.hub.innovation.domain.partners import add_partner, give_consent, refuse_consent
from rongtong.hub.innovation.domain.responses import (
    draft_of,
    reopen_response,
    save_response,
    snapshot,
    start_response,
    withdraw_response,
)
from rongtong.hub.innovation.models import Challenge, Partner, Response
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_responses import a_partner, a_response

pytestmark = pytest.mark.django_db(transaction=True)


def at_once(calls: Sequence[Callable[[], Any]]) -> Counter[str]:
    """Run all calls at the same moment, each on a connection of its own; count how each ended."""
    barrier = Barrier(len(calls))

    def run(call: Callable[[], Any]) -> str:
        barrier.wait()
        try:
            call()
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(calls)) as pool:
        return Counter(pool.map(run, calls))


def test_fifty_starts_of_one_organisation_give_one_response():
    challenge, leader = a_challenge(), actor_of(a_member("manager"))
    ends = at_once([lambda: start_response(challenge=challenge, by=leader)] * 50)
    assert ends == {"done": 1, "response.exists": 49}
    assert Response._base_manager.filter(challenge=challenge).count() == 1


def test_fifty_organisations_start_and_hand_in_side_by_side():
    challenge = a_challenge()
    responses = [a_response(challenge) for _ in range(50)]
    leaders = [actor_of(a_member("manager", one.organisation)) for one in responses]
    calls = [
        lambda one=one, by=by: submit_response(response=one, by=by)
        for one, by in zip(responses, leaders, strict=True)
    ]  # fmt: skip
    assert at_once(calls) == {"done": 50}
    assert Response._base_manager.filter(challenge=challenge, state="submitted").count() == 50


def test_handing_in_and_withdrawing_one_response_at_once_leaves_one_true_state():
    response = a_response()
    leader = actor_of(a_member("manager", response.organisation))
    calls = [lambda: submit_response(response=response, by=leader)] * 16
    calls += [lambda: withdraw_response(response=response, by=leader)] * 16
    ends = at_once(calls)
    assert set(ends) <= {"done", "rights.state"}
    response.refresh_from_db()
    # once handed in and once withdrawn, or withdrawn as a draft; every one that came later was refused by name
    assert (ends["done"], response.state) in {(1, "withdrawn"), (2, "withdrawn"), (1, "submitted")}


def test_many_reopen_and_start_but_one_response_lives():
    leader = actor_of(a_member("manager"))
    organisation = Response._meta.get_field("organisation").related_model._base_manager.get(pk=leader.organisation_id)
    challenge = a_challenge()
    old = [a_response(challenge, organisation, "withdrawn") for _ in range(10)]
    calls = [lambda one=one: reopen_response(response=one, by=leader) for one in old]
    calls += [lambda: start_response(challenge=challenge, by=leader)] * 10
    ends = at_once(calls)
    assert ends == {"done": 1, "response.exists": 19}
    assert Response._base_manager.filter(challenge=challenge).exclude(state="withdrawn").count() == 1


def test_of_many_saves_from_one_version_one_is_kept_and_the_others_carry_both():
    response = a_response()
    writers = [actor_of(a_member("contributor", response.organisation)) for _ in range(16)]
    base = draft_of(snapshot(response))

    def save(number: int) -> None:
        draft = type(base)(**(vars(base) | {"plan": f"方案{number}"}))
        save_response(response=response, draft=draft, version=1, by=writers[number])

    ends = at_once([lambda number=number: save(number) for number in range(16)])
    assert ends == {"done": 1, "version.stale": 15}
    response.refresh_from_db()
    assert response.version == 2
    assert response.milestones.count() == 2


def test_a_partner_that_declines_is_never_in_a_response_that_is_handed_in():
    for _ in range(8):
        response = a_response()
        partner = a_partner(response, consent="given")
        leader = actor_of(a_member("manager", response.organisation))
        joined = actor_of(a_member("manager", partner.organisation))
        ends = at_once(
            [
                partial(submit_response, response=response, by=leader),
                partial(refuse_consent, partner=partner, by=joined),
            ]
        )
        assert ends in (
            Counter({"done": 1, "input.invalid": 1}),
            Counter({"done": 1, "response.not_draft": 1}),
            Counter({"done": 1, "not_found": 1}),
        )
        response.refresh_from_db()
        partner.refresh_from_db()
        assert (response.state, partner.consent) in {("submitted", "given"), ("draft", "refused")}


def test_one_organisation_is_asked_once():
    response, invited = a_response(), an_organisation()
    leader = actor_of(a_member("manager", response.organisation))
    add = [lambda: add_partner(response=response, organisation_id=invited.pk, part="检测", by=leader)] * 16
    assert at_once(add) == {"done": 1, "partner.exists": 15}
    partner = Partner._base_manager.get()
    manager = actor_of(a_member("manager", invited))
    assert at_once([lambda: give_consent(partner=partner, by=manager)] * 8) == {"done": 1, "rights.state": 7}


def test_nobody_slips_in_while_the_deadline_is_moved():
    """A closing that has begun makes every later hand-in wait, and then refuse."""
    challenge = a_challenge()
    responses = [a_response(challenge) for _ in range(12)]
    leaders = [actor_of(a_member("manager", one.organisation)) for one in responses]
    barrier = Barrier(len(responses) + 1)

    def submit(number: int) -> str:
        try:
            barrier.wait()
            submit_response(response=responses[number], by=leaders[number])
        except Refusal as refusal:
            return refusal.code
        finally:
            connection.close()
        return "done"

    with ThreadPoolExecutor(len(responses)) as pool:
        with transaction.atomic():
            held = Challenge._base_manager.select_for_update().get(pk=challenge.pk)
            running = [pool.submit(submit, number) for number in range(len(responses))]
            barrier.wait()
            held.deadline = datetime.now(UTC) - timedelta(milliseconds=1)
            held.state = "selecting"
            held.save()
        ends = Counter(one.result() for one in running)
    assert ends == {"response.deadline_passed": 12}
    assert not Response._base_manager.filter(challenge=challenge, state="submitted").exists()


def test_who_does_not_get_a_turn_in_time_is_told_by_name():
    response = a_response()
    leader = actor_of(a_member("manager", response.organisation))
    held, done = Event(), Event()

    def hold() -> None:
        try:
            with transaction.atomic():
                Response._base_manager.select_for_update().get(pk=response.pk)
                held.set()
                done.wait(30)
        finally:
            connection.close()

    with ThreadPoolExecutor(1) as pool:
        running = pool.submit(hold)
        held.wait(30)
        with connection.cursor() as cursor:
            cursor.execute("SET lock_timeout = '50ms'")
        with pytest.raises(Refusal) as refused:
            submit_response(response=response, by=leader)
        done.set()
        running.result()
    assert (refused.value.code, refused.value.status) == ("verb.busy", 409)
    response.refresh_from_db()
    assert response.state == "draft"
