"""The sign-in package's pages in our look: each draws, in both languages, and does what it is there for."""

from __future__ import annotations

import re
from urllib.parse import urlsplit

import pytest
from allauth.mfa.totp.internal.auth import format_hotp_value, hotp_value, yield_hotp_counters_from_time
from django.conf import settings
from django.core import mail
from django.test import override_settings
from django.urls import reverse

from tests.factories import PASSWORD, an_account
from tests.hub.web.test_look import Outline

pytestmark = [pytest.mark.django_db]


@pytest.fixture(autouse=True)
def _no_second_factor_needed():
    with override_settings(ROOT_URLCONF="tests.hub.web.gallery", MFA_REQUIRED=False):
        yield


@pytest.fixture
def person(client):
    account = an_account("Zhou Qiming", password=PASSWORD)
    client.post(reverse("account_login"), {"login": account.email, "password": PASSWORD})
    assert client.session.get("_auth_user_id") == str(account.pk)
    client.post(reverse("account_reauthenticate"), {"password": PASSWORD})
    return account


def check(answer, *, status=200):
    html = answer.content.decode()
    page = Outline(html)
    assert answer.status_code == status
    assert page.headings.count(1) == 1
    assert page.inline == []
    assert set(page.named) - set(page.ids) == set()
    assert "rt-header" in html
    return html


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_login",
        "account_signup",
        "account_reset_password",
        "account_reset_password_done",
        "account_inactive",
        "account_email_verification_sent",
    ],
)
def test_pages_before_signing_in(client, name, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    html = check(client.get(reverse(name)))
    if language == "en":
        assert re.findall(r">[^<]*[\u4e00-\u9fff]{2,}[^<]*<", html.partition("<main")[2].partition("</main>")[0]) == []


@pytest.mark.parametrize("language", ["zh-hans", "en"])
@pytest.mark.parametrize(
    "name",
    [
        "account_logout",
        "account_email",
        "account_change_password",
        "mfa_index",
        "mfa_list_webauthn",
        "mfa_activate_totp",
        "mfa_add_webauthn",
        "usersessions_list",
    ],
)
def test_pages_of_ones_own_account(client, person, name, language):
    client.cookies[settings.LANGUAGE_COOKIE_NAME] = language
    html = check(client.get(reverse(name)))
    main = html.partition("<main")[2].partition("</main>")[0]
    if language == "en":
        assert re.findall(r">[^<]*[\u4e00-\u9fff]{2,}[^<]*<", main) == []


def test_a_wrong_password_is_said_above_the_form(client):
    account = an_account(password=PASSWORD)
    html = check(client.post(reverse("account_login"), {"login": account.email, "password": "wrong"}))
    assert 'role="alert"' in html


def test_where_one_was_going_is_kept(client):
    html = client.get(reverse("account_login") + "?next=/desk/").content.decode()
    assert html.count('value="/desk/"') >= 2  # for the password and for the passkey


def test_a_link_in_the_mail_sets_a_new_password(client):
    account = an_account(password=PASSWORD)
    check(client.post(reverse("account_reset_password"), {"email": account.email}, follow=True))
    link = re.search(r"https?://\S+", mail.outbox[-1].body)[0]
    page = client.get(urlsplit(link).path, follow=True)
    html = check(page)
    action = page.request["PATH_INFO"]
    assert 'name="password1"' in html
    new = "another-long-password-9"
    check(client.post(action, {"password1": new, "password2": new}, follow=True))
    account.refresh_from_db()
    assert account.check_password(new)


def test_a_spent_link_says_so(client):
    html = check(client.get(reverse("account_reset_password_from_key", args=["1", "x-set-password"])))
    assert "链接已失效" in html


def test_signing_up_ends_with_a_link_that_confirms(client):
    data = {
        "name": "Zhou Qiming",
        "email": "new@tests.example",
        "password1": "another-long-password-9",
        "password2": "another-long-password-9",
    }
    check(client.post(reverse("account_signup"), data, follow=True))
    link = re.search(r"https?://\S+confirm-email\S+", mail.outbox[-1].body)[0]
    html = check(client.get(urlsplit(link).path))
    assert "new@tests.example" in html
    assert client.post(urlsplit(link).path).status_code == 302


def test_an_authenticator_app_is_turned_on_used_and_turned_off(client, person):
    html = check(client.get(reverse("mfa_activate_totp")))
    assert 'src="data:image/svg+xml' in html
    secret = client.session["mfa.totp.secret"]

    def code(step=0):
        return format_hotp_value(hotp_value(secret, next(yield_hotp_counters_from_time()) + step))

    answer = client.post(reverse("mfa_activate_totp"), {"code": code()})
    assert answer.status_code == 302
    assert len(re.findall(r"<li>[\w-]{8,}</li>", check(client.get(reverse("mfa_view_recovery_codes"))))) == 10
    check(client.get(reverse("mfa_generate_recovery_codes")))
    check(client.get(reverse("mfa_index")))
    client.post(reverse("account_logout"))
    second = client.post(reverse("account_login"), {"login": person.email, "password": PASSWORD}, follow=True)
    html = check(second)
    assert "data-options=" in html
    assert 'name="code"' in html
    check(client.get(reverse("mfa_authenticate")))


def test_what_concerns_safety_asks_again(client):
    account = an_account(password=PASSWORD)
    client.post(reverse("account_login"), {"login": account.email, "password": PASSWORD})
    answer = client.get(reverse("mfa_activate_totp"), follow=True)
    assert answer.request["PATH_INFO"] == reverse("account_reauthenticate")
    check(answer)
    again = client.post(answer.request["PATH_INFO"] + "?" + answer.request["QUERY_STRING"], {"password": PASSWORD})
    assert again.status_code == 302
    check(client.get(reverse("mfa_activate_totp")))


def test_devices_are_listed_with_this_one_marked(client, person):
    html = check(client.get(reverse("usersessions_list")))
    assert "本机" in html
