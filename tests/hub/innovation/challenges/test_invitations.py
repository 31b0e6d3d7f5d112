"""Inviting organisations to answer."""

from decimal import Decimal
from uuid import uuid4

import pytest
from django.utils import timezone

from rongtong.hub.foundation.errors import Forbidden, Invalid, Refusal
from rongtong.hub.foundation.models import Delivery, Notice
from rongtong.hub.innovation.domain.invitations import Invitee, invite, open_invitation
from rongtong.hub.innovation.models import Challenge, ChallengeInvitation
from tests.factories import a_challenge, a_member, actor_of, an_organisation
from tests.hub.innovation.factories_challenges import a_cast

pytestmark = pytest.mark.django_db


def test_the_invited_are_told_once_in_the_hub_and_by_mail() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    invited, viewer = a_member("owner"), "viewer"
    a_member(viewer, invited.organisation)
    one = Invitee(invited.organisation_id, rank=2, score=Decimal("81.4"))

    invite(challenge=challenge, invitees=[one, one], by=cast.actor("own.contributor"))
    invite(challenge=challenge, invitees=[one], by=cast.actor("operator.contributor"))

    row = ChallengeInvitation._base_manager.get()
    assert (row.rank, row.score, row.opened_at) == (2, Decimal("81.4"), None)
    notice = Notice._base_manager.get(event="challenge.invited")
    assert (notice.account_id, notice.organisation_id) == (invited.account_id, invited.organisation_id)
    assert Delivery._base_manager.get(notice=notice).recipient == invited.account.email


def test_opening_is_noted_once_and_only_by_the_invited() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    guest = a_member("viewer")
    invite(challenge=challenge, invitees=[Invitee(guest.organisation_id)], by=cast.actor("own.manager"))
    row = ChallengeInvitation._base_manager.get()

    with pytest.raises(Forbidden):
        open_invitation(invitation=row, by=cast.actor("own.owner"))
    first = open_invitation(invitation=row, by=actor_of(guest)).opened_at
    again = open_invitation(invitation=row, by=actor_of(guest)).opened_at

    assert first is not None
    assert again == first


def test_who_reads_the_list_of_the_invited() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    guest, other = a_member(), a_member()
    people = [Invitee(guest.organisation_id), Invitee(other.organisation_id)]
    invite(challenge=challenge, invitees=people, by=cast.actor("own.manager"))

    seen = {role: ChallengeInvitation.visible_to(actor).count() for role, actor in cast.actors.items()}
    assert {role for role, count in seen.items() if count == 2} == {
        "system", "own.viewer", "own.contributor", "own.manager", "own.owner",
        "operator.viewer", "operator.contributor",
    }  # fmt: skip
    assert {role for role, count in seen.items() if count} == {role for role, count in seen.items() if count == 2}
    assert ChallengeInvitation.visible_to(actor_of(guest)).count() == 1


def test_whom_one_cannot_invite() -> None:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger)
    by = cast.actor("own.manager")
    unverified = an_organisation(verified=False)

    for wanted, code in (
        ([], "invite.nobody"),
        ([uuid4() for _ in range(101)], "invite.too_many"),
        ([challenge.organisation_id], "invite.challenger"),
        ([unverified.pk], "invite.unknown"),
        ([uuid4()], "invite.unknown"),
    ):
        with pytest.raises(Invalid) as raised:
            invite(challenge=challenge, invitees=[Invitee(one) for one in wanted], by=by)
        assert [fault.code for fault in raised.value.faults] == [code]
    Challenge._base_manager.filter(pk=challenge.pk).update(deadline=timezone.now())
    with pytest.raises(Refusal) as late:
        invite(challenge=challenge, invitees=[Invitee(an_organisation().pk)], by=by)
    assert late.value.code == "challenge.deadline_passed"
    assert not ChallengeInvitation._base_manager.exists()
