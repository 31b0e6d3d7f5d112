"""Amendments, recoveries and the trail in a real browser, both languages and widths; pictures as there."""

from __future__ import annotations

from typing import Any

import pytest
from allauth.mfa.models import Authenticator
from django.conf import settings
from django.test import override_settings
from django.urls import reverse

from rongtong.hub.innovation.domain.amended_values import AmendedTarget
from rongtong.hub.innovation.domain.amendments import amend_challenge
from rongtong.hub.innovation.targets import TargetRow
from rongtong.hub.organisations.domain.recovery import open_recovery, secret_of
from tests.factories import a_challenge, operator_actor
from tests.hub.innovation.challenges.test_browser import cookies, picture, problems_of
from tests.hub.innovation.factories_challenges import Cast, a_cast
from tests.hub.web.browser import CHROMIUM, chromium, open_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _without_second_factor():
    with override_settings(MFA_REQUIRED=False):
        yield


def a_scene() -> tuple[Cast, dict[str, tuple[str, str]]]:
    cast = a_cast()
    challenge = a_challenge(organisation=cast.challenger, details_level=2)
    rows = [AmendedTarget(TargetRow.of(one), one.pk) for one in challenge.targets.all()]
    changed = AmendedTarget(TargetRow(**vars(rows[0].row) | {"best_today": "0.2", "method": "解剖"}), rows[0].id)
    values = {"problem": challenge.problem + "软带过宽。", "months": 24, "details": "滚道直径 3.6 米。"}
    reasons = {0: "现场工况重新核对，周期相应延长。", 2: "图纸换版。"}
    amend_challenge(
        challenge=challenge, version=1, values=values, targets=[changed, *rows[1:]], reasons=reasons,
        by=cast.actor("own.manager"),
    )  # fmt: skip
    lost = cast.people["own.contributor"]
    Authenticator.objects.create(user=lost.account, type=Authenticator.Type.TOTP, data={"secret": "x"})
    recovery = open_recovery(account=lost.account, proof="视频核对身份证，回拨登记电话。", by=operator_actor())
    return cast, {
        "amended": ("own.manager", reverse("innovation:challenge", args=[challenge.pk])),
        "amended-visitor": ("visitor", reverse("innovation:challenge", args=[challenge.pk])),
        "recovery": ("own.contributor", reverse("organisations:recovery", args=[recovery.pk])),
        "recovery-link": ("visitor", reverse("organisations:recovery_link", args=[secret_of(recovery.pk)])),
        "recoveries": ("operator.contributor", reverse("organisations:recoveries")),
        "sign": ("own.owner", reverse("trust:sign_nda", args=["challenge", a_challenge().pk])),
    }


@pytest.mark.parametrize(("language", "size"), [("en", "390")])
def test_pages_are_quiet_fit_and_pass_axe(browser: Any, live_server: Any, size: str, language: str) -> None:
    cast, pages = a_scene()
    found = {}
    for name, (role, path) in pages.items():
        tongue = {"name": settings.LANGUAGE_COOKIE_NAME, "value": language, "url": live_server.url}
        jar = [*cookies(cast, role, live_server.url), tongue]
        page = open_page(browser, live_server.url + path, size, cookies=jar)
        picture(page, f"{name}-{size}-{language}")
        if problems := problems_of(page):
            found[name] = problems
        page.close()
    assert found == {}
