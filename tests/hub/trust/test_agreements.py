"""Non-disclosure agreements: signed by a manager, once, about what is published; they open level 2."""

import threading

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.actors import VISITOR
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import Notice
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.trust.domain.agreements import agreement_between, sign_nda
from rongtong.hub.trust.models import NonDisclosureAgreement
from tests.factories import a_challenge, a_member, actor_of, an_organisation, operator_actor

pytestmark = pytest.mark.django_db


def sign(challenge, actor, name="周启明", agreed=True):
    return sign_nda(subject=challenge, name=name, agreed=agreed, by=actor)


def test_signing_opens_level_two_and_tells_the_discloser():
    challenge = a_challenge()
    boss = a_member("manager", challenge.organisation)
    reader = actor_of(a_member("manager"))
    assert challenge.level_open_to(reader) == 1
    made = sign(challenge, reader)
    assert challenge.level_open_to(reader) == 2
    assert (made.discloser_id, made.recipient_id, made.signed_name) == (
        challenge.organisation_id,
        reader.organisation_id,
        "周启明",
    )
    assert [one.account_id for one in Notice._base_manager.filter(event="nda.signed")] == [boss.account_id]


def test_signing_twice_is_signing_once():
    challenge, reader = a_challenge(), actor_of(a_member("manager"))
    assert sign(challenge, reader).pk == sign(challenge, reader).pk
    assert NonDisclosureAgreement._base_manager.count() == 1


@pytest.mark.parametrize(
    ("role", "verified", "error"),
    [("viewer", True, Forbidden), ("contributor", True, Forbidden), ("owner", False, Forbidden)],
)
def test_only_managers_of_verified_organisations_sign(role, verified, error):
    with pytest.raises(error):
        sign(a_challenge(), actor_of(a_member(role, an_organisation(verified=verified))))


def test_visitors_and_own_side_do_not_sign():
    challenge = a_challenge()
    with pytest.raises(Forbidden):
        sign(challenge, VISITOR)
    with pytest.raises(Refusal) as refused:
        sign(challenge, actor_of(a_member("owner", challenge.organisation)))
    assert refused.value.code == "nda.own"


def test_nothing_is_signed_about_what_one_cannot_see():
    with pytest.raises(NotVisible):
        sign(a_challenge(ChallengeState.DRAFT), actor_of(a_member("owner")))


def test_every_fault_at_once():
    with pytest.raises(Invalid) as refused:
        sign(a_challenge(), actor_of(a_member("owner")), name=" ", agreed=False)
    assert [fault.field for fault in refused.value.faults] == ["name", "agreed"]


@pytest.mark.django_db(transaction=True)
def test_two_managers_at_once_make_one_agreement():
    challenge, firm = a_challenge(), an_organisation()
    actors = [actor_of(a_member("manager", firm)) for _ in range(6)]
    start, found = threading.Barrier(6), []

    def call(actor) -> None:
        start.wait()
        try:
            found.append(sign(challenge, actor).pk)
        finally:
            connection.close()

    threads = [threading.Thread(target=call, args=[actor]) for actor in actors]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(found) == 6
    assert len(set(found)) == 1


def test_the_page_signs_and_leads_back():
    challenge, member = a_challenge(), a_member("manager")
    client = Client()
    client.force_login(member.account)
    there = reverse("trust:sign_nda", args=["challenge", challenge.pk])
    assert client.get(there).status_code == 200
    assert client.post(there, {"name": ""}).status_code == 422
    answer = client.post(there, {"name": "周启明", "agreed": "on"})
    assert (answer.status_code, answer["Location"]) == (302, reverse("innovation:challenge", args=[challenge.pk]))
    assert agreement_between(challenge, actor_of(member)) is not None


def test_the_operator_may_read_without_signing():
    assert a_challenge().level_open_to(operator_actor("viewer")) == 2
