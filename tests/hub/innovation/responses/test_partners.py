"""The consortium: nobody is in it who has not agreed."""

from decimal import Decimal
from uuid import uuid4

import pytest

from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import Notice
from rongtong.hub.innovation.domain.handing_in import submit_response
from rongtong.hub.innovation.domain.partners import (
    add_partner,
    change_partner,
    give_consent,
    refuse_consent,
    remind_partner,
    remove_partner,
)
from rongtong.hub.innovation.domain.responses import start_response
from rongtong.hub.innovation.models import Partner, Response
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.size_class import SizeClass
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_responses import a_partner, a_response

pytestmark = pytest.mark.django_db


def people(response):
    return actor_of(a_member("manager", response.organisation))


@pytest.mark.parametrize("fields", [{"size": SizeClass.LARGE}, {"kind": OrganisationKind.UNIVERSITY}])
def test_large_enterprises_and_universities_may_join(fields):
    response, invited = a_response(), an_organisation(**fields)
    manager, viewer = a_member("manager", invited), a_member("viewer", invited)
    partner = add_partner(response=response, organisation_id=invited.pk, part="检测", by=people(response))
    assert list(Notice._base_manager.filter(event="partner.asked").values_list("account_id", flat=True)) == [
        manager.account_id
    ]
    assert give_consent(partner=partner, by=actor_of(manager)).consent == "given"
    with pytest.raises(Forbidden):
        refuse_consent(partner=partner, by=actor_of(viewer))


@pytest.mark.parametrize("consent", ["asked", "refused"])
def test_every_partner_must_have_agreed(consent):
    response = a_response()
    a_partner(response, consent=consent)
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=people(response))
    expected = {"asked": "response.member_unconfirmed", "refused": "response.member_refused"}[consent]
    assert [fault.code for fault in refused.value.faults] == [expected]


def test_who_declines_sees_the_response_no_more():
    response = a_response()
    partner = a_partner(response)
    actor = actor_of(a_member("owner", partner.organisation))
    assert response.is_visible_to(actor)
    refuse_consent(partner=partner, reason="产能已满", by=actor)
    assert not response.is_visible_to(actor)
    with pytest.raises(NotVisible):
        give_consent(partner=partner, by=actor)
    assert Partner.visible_to(people(response)).get().reason == "产能已满"


def test_another_part_needs_consent_anew():
    response = a_response()
    partner, leader = a_partner(response, consent="given"), people(response)
    assert change_partner(partner=partner, part="检测", by=leader).consent == "given"
    assert change_partner(partner=partner, part="检测与仿真", share=Decimal(20), by=leader).consent == "asked"


def test_the_consortium_stands_once_the_response_is_in():
    response = a_response(state="submitted")
    partner, leader = a_partner(response, consent="given"), people(response)
    theirs = actor_of(a_member("owner", partner.organisation))
    for act, fields in (
        (remove_partner, {"by": leader}),
        (change_partner, {"part": "别的", "by": leader}),
        (refuse_consent, {"by": theirs}),
    ):
        with pytest.raises(Refusal) as refused:
            act(partner=partner, **fields)
        assert refused.value.code == "response.not_draft"


def test_one_organisation_takes_part_in_one_response():
    challenge = a_challenge()
    one, other = a_response(challenge), a_response(challenge)
    joined = an_organisation()
    manager = actor_of(a_member("manager", joined))
    give_consent(partner=a_partner(one, joined), by=manager)
    with pytest.raises(Refusal) as refused:
        give_consent(partner=a_partner(other, joined), by=manager)
    assert refused.value.code == "partner.elsewhere"
    with pytest.raises(Refusal) as refused:
        start_response(challenge=challenge, by=manager)
    assert refused.value.code == "response.partner_elsewhere"
    with pytest.raises(Refusal) as refused:
        give_consent(partner=a_partner(one, other.organisation), by=people(other))
    assert refused.value.code == "partner.elsewhere"


def test_who_cannot_be_asked():
    response = a_response()
    leader = people(response)
    known = a_partner(response).organisation
    for organisation, code in (
        (response.organisation, "partner.is_leader"),
        (response.challenge.organisation, "partner.is_challenger"),
        (known, "partner.exists"),
    ):
        with pytest.raises(Refusal) as refused:
            add_partner(response=response, organisation_id=organisation.pk, part="检测", by=leader)
        assert refused.value.code == code
    for hidden in (an_organisation(verified=False).pk, uuid4()):
        with pytest.raises(NotVisible):
            add_partner(response=response, organisation_id=hidden, part="检测", by=leader)


def test_an_anonymous_challenger_is_not_found_by_trying_names():
    challenge = a_challenge(anonymous=True)
    response = a_response(challenge)
    challenger = a_member("owner", challenge.organisation)
    partner = add_partner(
        response=response, organisation_id=challenge.organisation_id, part="检测", by=people(response)
    )
    assert partner.consent == "asked"
    assert not Notice._base_manager.filter(account_id=challenger.account_id).exists()
    assert not Response.visible_to(actor_of(challenger)).exists()
    assert not Partner.visible_to(actor_of(challenger)).exists()


def test_shares_do_not_exceed_the_whole():
    response = a_response()
    for share in (60, 41):
        partner = a_partner(response, consent="given")
        partner.share = Decimal(share)
        partner.save()
    with pytest.raises(Invalid) as refused:
        submit_response(response=response, by=people(response))
    assert [fault.code for fault in refused.value.faults] == ["response.shares"]


def test_a_reminder_goes_to_the_one_asked():
    response = a_response()
    partner = a_partner(response)
    manager = a_member("manager", partner.organisation)
    remind_partner(partner=partner, by=people(response))
    assert Notice._base_manager.get().account_id == manager.account_id
