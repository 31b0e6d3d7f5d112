"""Challenges in a real browser: quiet under the content policy, no sideways scroll, axe content; paste and autosave.

With ``RONGTONG_SHOTS`` set, a picture of every page at both widths goes into that folder.
"""

from __future__ import annotations

import os
from pathlib import Path
from typing import Any

import pytest
from axe_playwright_python.sync_playwright import Axe
from django.conf import settings
from django.test import Client, override_settings
from django.urls import reverse

from rongtong.hub.innovation.enums import ChallengeState, Stage
from rongtong.hub.innovation.models import Challenge, ChallengeInvitation, Question
from tests.factories import a_challenge, a_round, an_organisation
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


def cookies(cast: Cast, role: str, address: str) -> list[dict[str, str]]:
    if role == "visitor":
        return []
    client = Client()
    client.force_login(cast.people[role].account)
    name = settings.SESSION_COOKIE_NAME
    return [{"name": name, "value": client.cookies[name].value, "url": address}]


def picture(page: Any, name: str) -> None:
    if folder := os.environ.get("RONGTONG_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


def problems_of(page: Any) -> list[str]:
    found = list(page.complaints)
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        found.append("scrolls sideways")
    return found + [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}"
        for one in Axe().run(page).response["violations"]
        if one["id"] != "region"  # messages stand between landmarks
    ]


def a_scene() -> tuple[Cast, dict[str, tuple[str, str]]]:
    """Pages with something on each that the tour of the sample cluster does not pass, and who looks at them."""
    owner = an_organisation(
        size="large", name="澜川重工股份有限公司", short_name="澜川重工", leads_chain="隧道掘进装备"
    )
    cast = a_cast(owner)
    round = a_round(Stage.RESPOND, introduction="本批次面向隧道掘进装备、风电装备两条产业链。")
    challenge = a_challenge(organisation=owner, round=round, certificates=["CNAS"], size_classes=["small", "medium"])
    draft = a_challenge(ChallengeState.DRAFT, owner, round=a_round(Stage.COLLECT))
    rival = cast.people["rival.viewer"].organisation
    Question._base_manager.create(challenge=challenge, organisation=rival, text="可否现场考察？")
    ChallengeInvitation._base_manager.create(challenge=challenge, organisation=rival, rank=1, score="84.6")

    def to(name: str, of: Challenge, query: str = "") -> str:
        return reverse(f"innovation:{name}", args=[of.pk]) + query

    return cast, {
        "detail-files": ("own.contributor", to("challenge_files", challenge)),
        "detail-people": ("own.manager", to("challenge_people", challenge, query="?find=澜川")),
        "detail-activity": ("own.manager", to("challenge_activity", challenge)),
        "review": ("own.contributor", to("challenge_review", draft)),
    }


@pytest.mark.parametrize("size", ["1440", "390"])
def test_pages_are_quiet_fit_and_pass_axe(browser, live_server, size: str) -> None:
    cast, pages = a_scene()
    found = {}
    for name, (role, path) in pages.items():
        page = open_page(browser, live_server.url + path, size, cookies=cookies(cast, role, live_server.url))
        picture(page, f"challenge-{name}-{size}")
        if problems := problems_of(page):
            found[name] = problems
        page.close()
    assert found == {}


PASTED = "层深\t≥\t6.0\t\tmm\t4.5\t解剖\t★\n硬度\t介于\t58\t62\tHRC\t\tGB/T 230.1\t\n"


def test_rows_from_excel_are_pasted_and_the_draft_saves_itself(browser, live_server) -> None:
    cast = a_cast()
    draft = a_challenge(ChallengeState.DRAFT, cast.challenger, targets=0, round=a_round())
    path = reverse("innovation:challenge_edit", args=[draft.pk])
    page = open_page(browser, live_server.url + path, cookies=cookies(cast, "own.contributor", live_server.url))

    with page.expect_response(lambda answer: "autosave" in answer.url and answer.status == 200):
        page.evaluate(
            """text => {
                const cell = document.querySelector("#id_targets-0-indicator"), data = new DataTransfer();
                data.setData("text/plain", text);
                const event = { clipboardData: data, bubbles: true, cancelable: true };
                cell.dispatchEvent(new ClipboardEvent("paste", event));
            }""",
            PASTED,
        )

    rows = [(one.indicator, str(one.comparison), one.unit, one.must_meet) for one in draft.targets.all()]
    assert rows == [("层深", "ge", "mm", True), ("硬度", "between", "HRC", False)]
    with page.expect_response(lambda answer: "autosave" in answer.url and answer.status == 409):
        Challenge._base_manager.filter(pk=draft.pk).update(version=9, problem="同事写的")
        page.fill("#id_problem", "我写的")
    box = page.locator("[data-conflict-box]")
    assert "同事写的" in box.inner_text()
    assert page.input_value("#id_problem") == "我写的"
    page.close()
