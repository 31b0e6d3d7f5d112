"""Non-disclosure agreements through the API: read, signed, listed to their two sides."""

from __future__ import annotations

from uuid import uuid4

import pytest

from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.trust.domain.agreements import CLAUSES, sign_nda
from rongtong.hub.trust.models import NonDisclosureAgreement
from tests.factories import a_challenge, a_member, actor_of, an_organisation

from .test_api import attached, calling, listed, signing

pytestmark = pytest.mark.django_db


def test_the_text_is_read_and_signed_and_opens_level_two(challenge):
    attached(challenge, 2)
    call = calling(a_member("manager"))
    text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
    assert (text["text_version"], len(text["clauses"]), text["may_sign"], text["standing"]) == (
        "2026-1",
        len(CLAUSES),
        True,
        None,
    )
    assert listed(call, challenge) == []
    signed = call("post", "/ndas", signing(challenge))
    assert signed.status_code == 201, signed.content
    assert (signed.json()["side"], signed.json()["signed_name"]) == ("recipient", "周启明")
    assert listed(call, challenge) == [2]
    assert call("post", "/ndas", signing(challenge)).json()["id"] == signed.json()["id"]
    text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
    assert (text["may_sign"], text["standing"]["id"]) == (False, signed.json()["id"])
    assert call("get", f"/ndas/{signed.json()['id']}").json() == signed.json()


def test_an_agreement_is_seen_by_its_two_sides_alone(challenge):
    challenge.anonymous = True
    challenge.save()
    signer = a_member("manager")
    made = sign_nda(subject=challenge, name="周启明", agreed=True, by=actor_of(signer))
    sides = {"recipient": calling(signer), "discloser": calling(a_member("viewer", challenge.organisation))}
    for side, call in sides.items():
        items = call("get", "/ndas").json()["items"]
        assert [(one["id"], one["side"]) for one in items] == [(str(made.pk), side)]
        assert call("get", f"/ndas?subject_id={uuid4()}").json()["items"] == []
    assert str(challenge.organisation_id) not in sides["recipient"]("get", "/ndas").content.decode()
    rival = calling(a_member("owner"))
    assert rival("get", "/ndas").json()["items"] == []
    hidden, absent = rival("get", f"/ndas/{made.pk}"), rival("get", f"/ndas/{uuid4()}")
    assert hidden.status_code == absent.status_code == 404 and "ETag" not in hidden
    assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert calling()("get", "/ndas").status_code == 401


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": " "}, 422, "input.invalid"),
        ({"agreed": False}, 422, "input.invalid"),
        ({"text_version": "2020-1"}, 422, "input.invalid"),
        ({"recipient_id": str(uuid4())}, 422, "input.invalid"),
        ({"subject": "response"}, 404, "not_found"),
        ({"subject_id": str(uuid4())}, 404, "not_found"),
    ],
)
def test_what_is_no_signature(challenge, change, status, code):
    answer = calling(a_member("owner"))("post", "/ndas", signing(challenge, **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not NonDisclosureAgreement._base_manager.exists()


def test_who_may_not_sign(challenge):
    for member, code in (
        (a_member("contributor"), "rights.role"),
        (a_member("owner", an_organisation(verified=False)), "rights.role"),
        (a_member("owner", challenge.organisation), "nda.own"),
    ):
        call = calling(member)
        assert call("post", "/ndas", signing(challenge)).json()["code"] == code
        text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
        assert text["may_sign"] is False
    hidden = a_challenge(ChallengeState.DRAFT)
    stranger = calling(a_member("owner"))
    assert stranger("post", "/ndas", signing(hidden)).status_code == 404
    assert stranger("get", f"/ndas/text?subject=challenge&subject_id={hidden.pk}").status_code == 404
    assert not NonDisclosureAgreement._base_manager.exists()
