"""The browser's own watch: a page that breaks the policy must turn a test red."""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser
from pytest_django.live_server_helper import LiveServer

from tests import browser

pytestmark = pytest.mark.browser


@pytest.fixture(scope="module")
def chromium() -> Iterator[Browser]:
    if browser.installed() is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed: scripts/system-packages.sh test")
    with browser.chromium() as started:
        yield started


@pytest.mark.django_db(transaction=True)
def test_policy_reaches_the_browser(chromium: Browser, live_server: LiveServer) -> None:
    with browser.visiting(chromium, live_server.url) as open_page:
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
def test_each_planted_fault_turns_it_red(chromium: Browser, live_server: LiveServer, script: str, fault: str) -> None:
    def visit() -> None:
        with browser.visiting(chromium, live_server.url) as open_page:
            page = open_page("/nowhere")
            with (
                page.expect_event("pageerror")
                if "throw" in script
                else page.expect_console_message(lambda message: fault in message.text)
            ):
                page.evaluate(script)

    with pytest.raises(AssertionError, match=fault):
        visit()
