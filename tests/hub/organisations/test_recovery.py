"""A lost second factor: never by mail alone, a day's delay, everybody concerned told, and stopped by a click."""

from __future__ import annotations

import re
from datetime import datetime, timedelta
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.recovery_codes.internal.auth import RecoveryCodes
from allauth.mfa.totp.internal.auth import TOTP, generate_totp_secret
from allauth.usersessions.models import UserSession
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse
from django.utils import timezone

from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry, Delivery, Notice
from rongtong.hub.foundation.outbox import send_due
from rongtong.hub.organisations.domain.recovery import (
    cancel_recovery,
    complete_due,
    complete_recovery,
    open_recovery,
    secret_of,
)
from rongtong.hub.organisations.enums import Role
from rongtong.hub.organisations.models import Account, Member, Recovery
from rongtong.hub.organisations.tasks import complete_recoveries
from tests import factories

pytestmark = pytest.mark.django_db
PROOF = "视频核对身份证，回拨登记电话确认。"
NEW = "another-long-Vq7x2m"


@pytest.fixture(autouse=True)
def _no_former_attempts() -> None:
    cache.clear()  # limits are counted there


def with_factors(account: Account) -> Account:
    TOTP.activate(account, generate_totp_secret())
    RecoveryCodes.activate(account)
    return account


@pytest.fixture
def member() -> Member:
    """A manager with a password and factors, whose organisation has an owner."""
    account = with_factors(factories.an_account(email="lost@tests.example", password=factories.PASSWORD))
    EmailAddress.objects.create(user=account, email="second@tests.example", verified=True)
    EmailAddress.objects.create(user=account, email="never.proved@tests.example", verified=False)
    found = factories.a_member(Role.MANAGER, account=account)
    factories.a_member(Role.OWNER, found.organisation)
    return found


def opened(member: Member, by: Actor | None = None) -> Recovery:
    return open_recovery(account=member.account, proof=PROOF, by=by or factories.operator_actor())


def at(monkeypatch: Any, moment: datetime) -> None:
    monkeypatch.setattr(timezone, "now", lambda: moment)


def factors(member: Member) -> int:
    return int(Authenticator.objects.filter(user=member.account).count())


# ---- Mail alone is not enough ------------------------------------------------------------------------------------


def test_a_password_reset_by_mail_does_not_sign_in_where_there_is_a_second_factor(member: Member) -> None:
    client = Client()
    client.post(reverse("account_reset_password"), {"email": member.account.email})
    link = re.search(r"https?://[^/\s]+(/\S+)", str(mail.outbox[-1].body))
    assert link is not None
    page = client.get(link[1], follow=True)
    done = client.post(page.redirect_chain[-1][0], {"password1": NEW, "password2": NEW})
    assert done.headers["Location"] == reverse("account_reset_password_from_key_done")
    assert "_auth_user_id" not in client.session
    member.account.refresh_from_db()
    assert member.account.check_password(NEW)
    entered = client.post(reverse("account_login"), {"login": member.account.email, "password": NEW})
    assert entered.headers["Location"] == reverse("mfa_authenticate")
    assert "_auth_user_id" not in client.session
    assert client.get(reverse("organisations:account")).status_code == 302
    assert factors(member) == 2


def test_a_recovery_code_signs_in_once(member: Member) -> None:
    code = Authenticator.objects.get(user=member.account, type="recovery_codes").wrap().get_unused_codes()[0]
    for attempt, inside in ((1, True), (2, False)):
        client = Client()
        client.post(reverse("account_login"), {"login": member.account.email, "password": factories.PASSWORD})
        client.post(reverse("mfa_authenticate"), {"code": code})
        assert ("_auth_user_id" in client.session) == inside, attempt


# ---- The delay ---------------------------------------------------------------------------------------------------


def test_nothing_happens_for_a_day_and_then_factors_and_sessions_are_gone(member: Member, monkeypatch: Any) -> None:
    client = Client()
    client.force_login(member.account)
    UserSession.objects.create(user=member.account, ip="127.0.0.1", session_key=client.session.session_key)
    recovery = opened(member)
    assert recovery.due_at - recovery.created_at >= timedelta(hours=23, minutes=59)

    at(monkeypatch, recovery.due_at - timedelta(seconds=1))
    assert (complete_recoveries(0), factors(member)) == (0, 2)
    with pytest.raises(Refusal) as early:
        complete_recovery(recovery=recovery, by=SYSTEM)
    assert early.value.code == "recovery.early"
    at(monkeypatch, recovery.due_at)
    assert (complete_recoveries(0), complete_recoveries(0)) == (1, 0)
    monkeypatch.undo()

    assert factors(member) == 0
    assert not UserSession.objects.filter(user=member.account).exists()
    assert client.get(reverse("organisations:account")).status_code == 302
    entry = AuditEntry._base_manager.get(verb="recovery.complete")
    assert entry.details == {"factors": 2, "sessions": 1}
    entered = Client().post(reverse("account_login"), {"login": member.account.email, "password": factories.PASSWORD})
    assert entered.headers["Location"] == "/desk/"


def test_all_addresses_of_the_account_and_the_owners_are_told(member: Member) -> None:
    recovery = opened(member)

    letters = Delivery._base_manager.filter(letter="recovery.opened").values_list("recipient", flat=True)
    assert set(letters) == {"lost@tests.example", "second@tests.example"}
    owner = member.organisation.members.get(role=Role.OWNER)
    told = dict(Notice._base_manager.values_list("account_id", "event"))
    assert told == {member.account_id: "recovery.opened_own", owner.account_id: "recovery.opened"}
    send_due()
    sent = [one for one in mail.outbox if secret_of(recovery.pk) in str(one.body)]
    assert {one.to[0] for one in sent} == set(letters)
    assert all(PROOF not in str(one.body) and member.account.name not in str(one.body) for one in mail.outbox)


def test_the_person_stops_it_by_the_mailed_link_without_signing_in(member: Member, monkeypatch: Any) -> None:
    recovery = opened(member)
    link, client = reverse("organisations:recovery_link", args=[secret_of(recovery.pk)]), Client()

    assert client.get(link).status_code == 200
    recovery.refresh_from_db()
    assert recovery.state == "waiting", "looking changes nothing: mail scanners follow links"
    assert client.post(link).status_code == 302

    recovery.refresh_from_db()
    assert recovery.state == "cancelled"
    at(monkeypatch, recovery.due_at + timedelta(hours=1))
    assert (complete_due(), factors(member)) == (0, 2)
    assert client.post(link).status_code == 409
    assert client.get(reverse("organisations:recovery_link", args=["a" * 32])).status_code == 404


def test_a_letter_that_waits_until_it_was_stopped_is_not_sent(member: Member) -> None:
    recovery = opened(member)
    cancel_recovery(recovery=recovery, by=factories.actor_of(member))
    send_due()
    assert not [one for one in mail.outbox if secret_of(recovery.pk) in str(one.body)]


def test_the_signed_in_person_sees_and_stops_it(member: Member) -> None:
    recovery, client = opened(member), Client()
    client.force_login(member.account)
    address = reverse("organisations:recovery", args=[recovery.pk])
    assert address in client.get(reverse("organisations:account")).text
    page = client.get(address).text
    assert reverse("organisations:recovery_cancel", args=[recovery.pk]) in page
    assert PROOF not in page
    client.post(reverse("organisations:recovery_cancel", args=[recovery.pk]))
    recovery.refresh_from_db()
    assert recovery.state == "cancelled"
    assert address not in client.get(reverse("organisations:account")).text


# ---- Who may, and what is refused --------------------------------------------------------------------------------


def test_each_verb_for_each_person(member: Member) -> None:
    owner = member.organisation.members.get(role=Role.OWNER)
    actors = {
        "visitor": factories.visitor,
        "rival": factories.actor_of(factories.a_member()),
        "own": factories.actor_of(member),
        "owner": factories.actor_of(owner),
        "colleague": factories.actor_of(factories.a_member(Role.MANAGER, member.organisation)),
        "operator": factories.operator_actor(),
        "clerk": factories.operator_actor(Role.CONTRIBUTOR),
        "onlooker": factories.operator_actor(Role.VIEWER),
    }

    def tried(action: Any) -> str:
        try:
            action()
        except (NotVisible, Forbidden) as refused:
            return "hidden" if isinstance(refused, NotVisible) else "refused"
        Recovery._base_manager.all().delete()
        return "done"

    def opens(who: str) -> str:
        return tried(lambda: opened(member, actors[who]))

    def stops(who: str) -> str:
        Recovery._base_manager.all().delete()
        recovery = opened(member)
        return tried(lambda: cancel_recovery(recovery=recovery, by=actors[who]))

    assert {who: opens(who) for who in actors} == {
        "visitor": "hidden", "rival": "hidden", "own": "refused", "owner": "refused", "colleague": "refused",
        "operator": "done", "clerk": "refused", "onlooker": "refused",
    }  # fmt: skip
    assert {who: stops(who) for who in actors} == {
        "visitor": "hidden", "rival": "hidden", "own": "done", "owner": "done", "colleague": "hidden",
        "operator": "done", "clerk": "done", "onlooker": "refused",
    }  # fmt: skip


def test_what_is_refused(member: Member) -> None:
    by = factories.operator_actor()
    own = Member._base_manager.get(account_id=by.person)
    with_factors(own.account)
    plain = factories.a_member()
    for account, code in ((own.account, "recovery.own"), (plain.account, "recovery.no_factor")):
        with pytest.raises(Refusal) as raised:
            open_recovery(account=account, proof=PROOF, by=by)
        assert raised.value.code == code
    with pytest.raises(Invalid):
        open_recovery(account=member.account, proof="  见过  ", by=by)
    opened(member)
    with pytest.raises(Refusal) as twice:
        opened(member)
    assert twice.value.code == "recovery.waiting"


def test_the_operator_opens_it_on_a_page_that_asks_to_sign_in_again(member: Member) -> None:
    operator = factories.a_member(
        Role.MANAGER,
        factories.an_organisation("operator"),
        account=factories.an_account(password=factories.PASSWORD),
    )
    client, address = Client(), reverse("organisations:recovery_new")
    client.force_login(operator.account)
    assert client.get(address).headers["Location"].startswith(reverse("account_reauthenticate"))

    client.post(reverse("account_reauthenticate") + f"?next={address}", {"password": factories.PASSWORD})
    assert client.get(address).status_code == 200
    wrong = client.post(address, {"email": "nobody@tests.example", "proof": PROOF})
    assert wrong.status_code == 422
    assert "没有用这个邮箱的账户" in wrong.text
    done = client.post(address, {"email": "SECOND@tests.example", "proof": PROOF})
    recovery = Recovery._base_manager.get(account=member.account)
    assert done.headers["Location"] == reverse("organisations:recovery", args=[recovery.pk])
    assert PROOF in client.get(done.headers["Location"]).text
    assert member.account.email in client.get(reverse("organisations:recoveries")).text


def test_the_list_asks_the_database_as_often_with_thirty_rows(django_assert_max_num_queries: Any) -> None:
    by, client = factories.operator_actor(), Client()
    client.force_login(Account._base_manager.get(pk=by.person))
    address = reverse("organisations:recoveries")

    def ask(rows: int) -> int:
        while Recovery._base_manager.count() < rows:
            account = with_factors(factories.an_account())
            open_recovery(account=account, proof=PROOF, by=by)
        with django_assert_max_num_queries(12) as asked:
            assert client.get(address).text.count("data-row") >= rows
        return len(asked)

    client.get(address)  # what is read once a process
    assert ask(1) == ask(20)
