"""Signing up and in: no word and no time tells whether an address is known; second factors; links lead home."""

from __future__ import annotations

import re
import time
from typing import Any

import pytest
from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from django.core import mail
from django.core.cache import cache
from django.test import Client
from django.urls import reverse

from rongtong.hub.organisations.enums import OrganisationKind, Role
from rongtong.hub.organisations.models import Account
from tests import factories

pytestmark = pytest.mark.django_db
GOOD = "long-enough-Vq7x2m"


@pytest.fixture(autouse=True)
def _no_former_attempts() -> None:
    cache.clear()  # limits are counted there


def form(email: str, **changes: str) -> dict[str, str]:
    return {"name": "周启明", "email": email, "password1": GOOD, "password2": GOOD} | changes


def sign_up(email: str, client: Client | None = None, **changes: str) -> Any:
    return (client or Client()).post(reverse("account_signup"), form(email, **changes))


def test_signing_up_gives_an_account_with_a_name_and_language() -> None:
    client = Client()
    client.cookies["language"] = "en"
    answer = sign_up("new@tests.example", client, name=" Ada\r\nLovelace ")
    account = Account._base_manager.get(email="new@tests.example")
    assert (account.name, account.language) == ("Ada Lovelace", "en")
    assert answer.headers["Location"] == reverse("account_email_verification_sent")
    assert not EmailAddress.objects.get(user=account).verified
    assert client.get(reverse("organisations:join")).status_code == 302, "not in before the address is proved"


def test_the_password_must_be_long_and_no_common_one() -> None:
    for password in ("short-1", "password1234", "x" * 129):
        answer = sign_up("new@tests.example", password1=password, password2=password)
        assert answer.status_code == 200, password
    assert not Account._base_manager.filter(email="new@tests.example").exists()


def test_a_known_and_an_unknown_address_get_one_answer() -> None:
    factories.an_account(email="known@tests.example")
    known, new = sign_up("known@tests.example"), sign_up("new@tests.example")
    assert (known.status_code, known.headers["Location"]) == (new.status_code, new.headers["Location"])
    assert set(known.cookies) == set(new.cookies)
    pages = [Client().get(reverse("account_email_verification_sent")).content for _ in range(2)]
    assert len({len(page) for page in pages}) == 1
    assert {message.to[0] for message in mail.outbox} == {"known@tests.example", "new@tests.example"}, (
        "each holder hears"
    )


def test_a_known_and_an_unknown_address_take_the_same_time(settings: Any) -> None:
    settings.PASSWORD_HASHERS = ["django.contrib.auth.hashers.Argon2PasswordHasher"]  # as it is in the product
    factories.an_account(email="known@tests.example")

    def seconds(email: str) -> float:
        client = Client()
        started = time.perf_counter()
        sign_up(email, client)
        return time.perf_counter() - started

    seconds("warm.up@tests.example")
    known, new = [], []
    for number in range(9):
        known.append(seconds("known@tests.example"))
        new.append(seconds(f"new{number}@tests.example"))
    assert 0.6 < min(known) / min(new) < 1.67, (min(known), min(new))  # the least that other work disturbed


def test_mailed_links_lead_to_the_site_of_the_settings(settings: Any) -> None:
    settings.SITE_URL = "https://hub.example.cn"
    settings.ALLOWED_HOSTS = ["testserver", "other.example"]
    factories.an_account(email="known@tests.example", password=factories.PASSWORD)
    Client(headers={"host": "other.example"}).post(reverse("account_reset_password"), {"email": "known@tests.example"})
    sign_up("new@tests.example", Client(headers={"host": "other.example"}))
    assert len(mail.outbox) == 2
    for message in mail.outbox:
        links = re.findall(r"https?://\S+", str(message.body))
        assert links and all(link.startswith("https://hub.example.cn/") for link in links)


def test_who_acts_for_nobody_is_led_to_join_and_others_to_the_desk() -> None:
    alone = factories.an_account(password=factories.PASSWORD)
    owner = factories.a_member(account=factories.an_account(password=factories.PASSWORD))
    for account, place in ((alone, reverse("organisations:join")), (owner.account, "/desk/")):
        answer = Client().post(reverse("account_login"), {"login": account.email, "password": factories.PASSWORD})
        assert answer.headers["Location"] == place


@pytest.mark.parametrize(
    ("kind", "role", "asked"),
    [
        (OrganisationKind.ENTERPRISE, Role.OWNER, True),
        (OrganisationKind.ENTERPRISE, Role.MANAGER, True),
        (OrganisationKind.ENTERPRISE, Role.CONTRIBUTOR, False),
        (OrganisationKind.OPERATOR, Role.VIEWER, True),
    ],
)
def test_a_second_factor_where_the_profile_asks_for_it(settings: Any, kind: str, role: str, asked: bool) -> None:
    member = factories.a_member(role, factories.an_organisation(kind))
    client = Client()
    client.force_login(member.account)
    place = reverse("organisations:members")
    assert client.get(place).status_code == 200, "not in the local profile"
    settings.MFA_REQUIRED = True
    answer = client.get(place)
    assert (answer.status_code == 302 and answer.headers["Location"] == reverse("mfa_index")) == asked
    assert client.get(reverse("mfa_index")).status_code == 200
    api = client.get("/api/v1/members")
    assert (api.status_code != 200) == asked, "no other door is open meanwhile"
    Authenticator.objects.create(user=member.account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    assert client.get(place).status_code == 200
