"""Roles, invitations by mail, ends of memberships with what hangs on them."""

from __future__ import annotations

import re
import threading
from collections.abc import Callable
from datetime import UTC, datetime, timedelta

import pytest
from allauth.account.models import EmailAddress
from django.core import mail
from django.db import connection, connections
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import Delivery, DeliveryState, Notice
from rongtong.hub.foundation.outbox import send_due
from rongtong.hub.organisations.domain import invitations, members, tokens
from rongtong.hub.organisations.domain.actors import actor_by_id
from rongtong.hub.organisations.enums import InvitationState, Role, VerificationState
from rongtong.hub.organisations.models import Account, Invitation, Member
from tests import factories

pytestmark = pytest.mark.django_db

ADDRESS = "new.colleague@tests.example"


def invite(owner: Member, email: str = ADDRESS, role: str = Role.CONTRIBUTOR) -> Invitation:
    return invitations.invite_member(
        organisation=owner.organisation, email=email, role=role, by=factories.actor_of(owner)
    )


def alone(account: Account) -> Actor:
    return Actor(account_id=account.pk, name=account.name)


def mailed_secret() -> str:
    found = re.search(r"/invitations/([a-z2-7]{32})\b", str(mail.outbox[-1].body))
    assert found is not None
    return found[1]


def test_an_invitation_goes_by_mail_to_somebody_without_an_account() -> None:
    invitation = invite(factories.a_member(), f" {ADDRESS.upper()} ")
    assert send_due() == 1
    message = mail.outbox[0]
    assert message.to == [ADDRESS]
    assert invitation.organisation.name not in f"{message.subject} {message.body}"
    assert str(message.body).count("http://127.0.0.1:8000/") == 1
    found = invitations.invitation_by_secret(mailed_secret())
    assert found == invitation


def test_no_table_holds_the_secret_of_the_link() -> None:
    invite(factories.a_member())
    send_due()
    secret = mailed_secret()
    with connection.cursor() as cursor:
        cursor.execute("SELECT table_name FROM information_schema.tables WHERE table_schema = 'public'")
        for (table,) in cursor.fetchall():
            cursor.execute(f'SELECT count(*) FROM "{table}" t WHERE t::text LIKE %s', [f"%{secret}%"])
            assert cursor.fetchone() == (0,), table


def test_a_withdrawn_invitation_is_not_mailed_any_more() -> None:
    owner = factories.a_member()
    invitation = invite(owner)
    invitations.withdraw_invitation(invitation=invitation, by=factories.actor_of(owner))
    send_due()
    assert mail.outbox == []
    assert Delivery._base_manager.get(letter=invitations.LETTER).state == DeliveryState.DROPPED


def test_inviting_again_replaces_the_former_link() -> None:
    owner = factories.a_member()
    first, second = invite(owner), invite(owner, role=Role.VIEWER)
    first.refresh_from_db()
    assert (first.state, second.state) == (InvitationState.WITHDRAWN, InvitationState.OPEN)
    send_due()
    assert len(mail.outbox) == 1
    assert invitations.invitation_by_secret(mailed_secret()) == second


def test_who_owns_the_address_accepts_and_the_inviters_hear_of_it() -> None:
    owner = factories.a_member()
    invitation = invite(owner)
    person = factories.an_account(email=ADDRESS)
    member = invitations.accept_invitation(invitation=invitation, by=alone(person))
    assert (member.account_id, member.organisation_id, member.role) == (
        person.pk,
        owner.organisation_id,
        Role.CONTRIBUTOR,
    )
    invitation.refresh_from_db()
    assert invitation.state == InvitationState.ACCEPTED
    assert Notice._base_manager.get(event="member.accepted").account_id == owner.account_id
    with pytest.raises(Refusal) as caught:
        invitations.accept_invitation(invitation=invitation, by=alone(person))
    assert caught.value.code == "rights.state"


def test_an_unproven_address_accepts_nothing() -> None:
    invitation = invite(factories.a_member())
    person = factories.an_account(email=ADDRESS)
    EmailAddress.objects.filter(user=person).update(verified=False)
    with pytest.raises(NotVisible):
        invitations.accept_invitation(invitation=invitation, by=alone(person))


def test_an_invitation_ends_after_its_time() -> None:
    invitation = invite(factories.a_member())
    Invitation._base_manager.filter(pk=invitation.pk).update(expires_at=datetime.now(UTC) - timedelta(seconds=1))
    with pytest.raises(Refusal) as caught:
        invitations.accept_invitation(invitation=invitation, by=alone(factories.an_account(email=ADDRESS)))
    assert caught.value.code == "invitation.over"
    send_due()
    assert mail.outbox == []


def test_a_manager_does_not_make_owners() -> None:
    manager = factories.a_member(Role.MANAGER)
    owner = factories.a_member(Role.OWNER, manager.organisation)
    for attempt in (
        lambda: invite(manager, role=Role.OWNER),
        lambda: members.change_role(member=owner, role=Role.VIEWER, by=factories.actor_of(manager)),
        lambda: members.change_role(member=manager, role=Role.OWNER, by=factories.actor_of(manager)),
        lambda: members.end_membership(member=owner, by=factories.actor_of(manager)),
    ):
        with pytest.raises(Forbidden) as caught:
            attempt()
        assert caught.value.code == "member.above_own_role"


def test_the_operator_invites_the_first_owner_and_nobody_else() -> None:
    organisation = factories.an_organisation()
    operator = factories.operator_actor()
    with pytest.raises(Invalid):
        invitations.invite_member(organisation=organisation, email=ADDRESS, role=Role.VIEWER, by=operator)
    first = invitations.invite_member(organisation=organisation, email=ADDRESS, role=Role.OWNER, by=operator)
    invitations.withdraw_invitation(invitation=first, by=operator)
    again = invitations.invite_member(organisation=organisation, email=ADDRESS, role=Role.OWNER, by=operator)
    factories.a_member(organisation=organisation)
    with pytest.raises(Forbidden) as caught:
        invitations.invite_member(organisation=organisation, email="b@tests.example", role=Role.OWNER, by=operator)
    assert caught.value.code == "member.has_owner"
    with pytest.raises(NotVisible):
        invitations.withdraw_invitation(invitation=again, by=operator)


def test_an_organisation_nobody_vouched_for_sends_little_mail() -> None:
    owner = factories.a_member(organisation=factories.an_organisation(verified=False))
    for number in range(invitations.MOST_OPEN_UNVERIFIED):
        invite(owner, f"p{number}@tests.example")
    with pytest.raises(Refusal) as caught:
        invite(owner, "one.more@tests.example")
    assert caught.value.code == "invitation.many"


def test_a_member_is_not_invited_again() -> None:
    owner = factories.a_member()
    with pytest.raises(Invalid) as caught:
        invite(owner, owner.account.email)
    assert caught.value.faults[0].code == "member.already"


def test_the_last_owner_stays() -> None:
    owner = factories.a_member()
    by = factories.actor_of(owner)
    attempts: list[Callable[[], object]] = [
        lambda: members.end_membership(member=owner, by=by),
        lambda: members.change_role(member=owner, role=Role.MANAGER, by=by),
    ]
    for attempt in attempts:
        with pytest.raises(Refusal) as caught:
            attempt()
        assert caught.value.code == "member.last_owner"
    factories.a_member(Role.OWNER, owner.organisation)
    members.end_membership(member=owner, by=by)
    owner.refresh_from_db()
    assert owner.state == "ended"


def test_an_owner_whose_account_is_closed_does_not_count() -> None:
    owner = factories.a_member()
    factories.a_member(Role.OWNER, owner.organisation, account=factories.an_account(is_active=False))
    with pytest.raises(Refusal) as caught:
        members.end_membership(member=owner, by=factories.actor_of(owner))
    assert caught.value.code == "member.last_owner"


def sign_in(client: Client, account: Account) -> None:
    """By the form: a session that was not made there is not listed among the person's."""
    client.post(reverse("account_login"), {"login": account.email, "password": factories.PASSWORD})


def test_the_end_of_a_membership_ends_its_tokens_and_sessions_alone(client: Client) -> None:
    owner, other = factories.a_member(), factories.a_member()
    person = factories.an_account(password=factories.PASSWORD)
    leaver = factories.a_member(Role.VIEWER, owner.organisation, account=person)
    elsewhere = factories.a_member(Role.VIEWER, other.organisation, account=leaver.account)
    token = tokens.create_token(
        organisation=owner.organisation,
        name="erp",
        scopes=["organisation:write"],
        days=1,
        by=factories.actor_of(leaver),
    )
    here, there = Client(), Client()
    for each, organisation in ((here, owner.organisation), (there, elsewhere.organisation)):
        sign_in(each, leaver.account)
        session = each.session
        session["organisation"] = str(organisation.pk)
        session.save()
    members.end_membership(member=leaver, by=factories.actor_of(owner))
    assert tokens.actor_of_token(token.secret) is None
    assert here.session.get("_auth_user_id") is None
    assert there.session.get("_auth_user_id") == str(leaver.account_id)
    assert actor_by_id(leaver.account_id, owner.organisation_id) is None, "mail that waits is not sent any more"


@pytest.mark.django_db(transaction=True)
def test_two_owners_cannot_leave_at_once() -> None:
    first = factories.a_member()
    pair = [first, factories.a_member(Role.OWNER, first.organisation)]
    actors = [factories.actor_of(member) for member in pair]
    start, outcomes = threading.Barrier(2), []

    def leave(number: int) -> None:
        try:
            start.wait(10)
            members.end_membership(member=pair[number], by=actors[number])
            outcomes.append("left")
        except Refusal as refusal:
            outcomes.append(refusal.code)
        finally:
            connections.close_all()

    threads = [threading.Thread(target=leave, args=(number,)) for number in range(2)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join(30)
    assert sorted(outcomes) == ["left", "member.last_owner"]
    assert Member._base_manager.filter(organisation=first.organisation, role=Role.OWNER, until=None).count() == 1


def test_members_are_seen_by_their_own_and_the_operator() -> None:
    owner = factories.a_member()
    assert list(Member.visible_to(factories.actor_of(owner))) == [owner]
    for actor in (factories.visitor, factories.actor_of(factories.a_member()), alone(factories.an_account())):
        assert owner not in Member.visible_to(actor)
    assert owner in Member.visible_to(factories.operator_actor())
    owner.organisation.state = VerificationState.SUSPENDED
    owner.organisation.save()
    assert owner not in Member.visible_to(factories.actor_of(owner))
