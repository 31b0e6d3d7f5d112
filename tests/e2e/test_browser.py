"""The browser tests' own watch: a page that breaks the policy must turn them red."""

from __future__ import annotations

import pytest
from playwright.sync_api import Browser, Page
from pytest_django.live_server_helper import LiveServer

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
        ("document.body.setAttribute('style', 'color: red')", "Content Security Policy"),
        ("setTimeout(() => { throw new Error('planted') })", "script error: planted"),
        ("document.body.append(Object.assign(new Image(), {src: 'http://127.0.0.2:9/'}))", "Content Security Policy"),
    ],
)
def test_each_planted_fault_is_seen(chromium: Browser, live_server: LiveServer, script: str, fault: str) -> None:
    faults: list[str] = []
    page: Page = chromium.new_page()
    _watch(page, live_server.url, faults)
    page.goto(f"{live_server.url}/nowhere")
    assert faults == []
    with (
        page.expect_event("pageerror")
        if "throw" in script
        else page.expect_console_message(lambda message: fault in message.text)
    ):
        page.evaluate(script)
    page.close()
    assert [found for found in faults if fault in found]
