"""The browser tests' own watch: a page that breaks the policy must turn them red."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page

from tests.e2e.conftest import OpenPage, _watch

pytestmark = pytest.mark.browser


@pytest.mark.django_db(transaction=True)
def test_policy_reaches_the_browser(open_page: OpenPage) -> None:
    page = open_page("/health/live")
    assert page.text_content("body") == "ok"
    policy = page.request.get("/health/live").headers["content-security-policy"]
    assert "default-src 'none'" in policy
    assert "unsafe" not in policy


@pytest.mark.django_db(transaction=True)
@pytest.mark.parametrize(
    ("script", "fault"),
    [
        ("document.body.innerHTML = '<p style=\"color: red\">x</p>'", "Content Security Policy"),
        ("setTimeout(() => { throw new Error('planted') })", "script error: planted"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/'}))", "Content Security Policy"),
    ],
)
def test_each_planted_fault_is_seen(chromium: Browser, live_server, script: str, fault: str) -> None:  # type: ignore[no-untyped-def]  # the plugin's type is private
    faults: list[str] = []
    page: Page = chromium.new_page()
    _watch(page, live_server.url, faults)
    page.goto(f"{live_server.url}/health/live")
    assert faults == []
    page.evaluate(script)
    page.wait_for_timeout(50)
    page.close()
    assert [found for found in faults if fault in found]
