"""Passkeys in a real browser with a virtual authenticator: added, used to sign in, and refused kindly."""

from __future__ import annotations

import re

import pytest
from allauth.mfa.models import Authenticator
from django.test import override_settings

from tests.factories import PASSWORD, an_account
from tests.hub.web.browser import CHROMIUM, chromium, open_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)

DEVICE = {
    "protocol": "ctap2",
    "transport": "internal",
    "hasResidentKey": True,
    "hasUserVerification": True,
    "isUserVerified": True,
    "automaticPresenceSimulation": True,
}


@pytest.fixture
def page(live_server):
    changed = override_settings(
        ROOT_URLCONF="tests.hub.web.gallery",
        MFA_REQUIRED=False,
        MFA_WEBAUTHN_ALLOW_INSECURE_ORIGIN=True,
        LOGIN_REDIRECT_URL="/gallery/detail/",
    )
    with changed, chromium() as browser:
        opened = open_page(browser, f"{live_server.url}/account/login/")
        opened.session = opened.context.new_cdp_session(opened)
        opened.session.send("WebAuthn.enable", {"enableUI": False})
        yield opened
        opened.close()


def add_device(page):
    return page.session.send("WebAuthn.addVirtualAuthenticator", {"options": DEVICE})["authenticatorId"]


def quiet(page):
    return [text for text in page.complaints if "status of 4" not in text] == []


def test_a_passkey_is_added_and_signs_in(page, live_server):
    account = an_account("Zhou Qiming", password=PASSWORD)
    add_device(page)
    page.fill("#id_login", account.email)
    page.fill("#id_password", PASSWORD)
    page.get_by_role("button", name="登录", exact=True).click()
    page.wait_for_url(lambda address: "/login" not in address)
    page.goto(f"{live_server.url}/account/2fa/webauthn/add/")
    page.fill("#id_password", PASSWORD)  # asked again, because it concerns safety
    page.get_by_role("button", name="确认").click()
    page.wait_for_url("**/2fa/webauthn/add/")
    page.fill("#id_name", "我的手机")
    page.check("#id_passwordless")
    page.get_by_role("button", name="添加").click()
    page.wait_for_url(re.compile("recovery-codes|webauthn/$"))
    assert [one.wrap().name for one in Authenticator.objects.filter(user=account, type="webauthn")] == ["我的手机"]
    page.goto(f"{live_server.url}/account/2fa/webauthn/")
    assert "我的手机" in page.inner_text("main")
    page.goto(f"{live_server.url}/account/logout/")
    page.get_by_role("main").get_by_role("button", name="退出登录").click()
    page.goto(f"{live_server.url}/account/login/?next=/gallery/compare/")
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_url(lambda address: "/login" not in address)
    assert page.url.endswith("/gallery/compare/")
    assert "Zhou Qiming" in page.inner_text("header")
    assert quiet(page)


def test_a_device_without_a_key_is_told_what_else_to_do(page):
    page.session.send("WebAuthn.addVirtualAuthenticator", {"options": {**DEVICE, "isUserVerified": False}})
    page.get_by_role("button", name="用通行密钥登录").click()
    page.wait_for_selector("[data-passkey-fault]:visible")
    assert page.inner_text("[data-passkey-fault]") == "没有用上通行密钥。可再试一次，或用下面的密码登录。"
    assert page.url.endswith("/account/login/")
    assert quiet(page)
