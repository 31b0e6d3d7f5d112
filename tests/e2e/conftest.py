"""A browser on the hub: every page it opens must keep the content security policy and raise no script error."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator

import pytest
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

from tests import browser as system_browser

# Playwright keeps an event loop in this thread, which Django would take for a reason to refuse queries.
os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"

OpenPage = Callable[..., Page]


@pytest.fixture(scope="session")
def chromium() -> Iterator[Browser]:
    if system_browser.chromium() is None and not os.environ.get("CI"):
        pytest.skip("Chromium is not installed: scripts/system-packages.sh test")
    with sync_playwright() as playwright:
        started = system_browser.launch(playwright)
        yield started
        started.close()


@pytest.fixture
def open_page(chromium: Browser, live_server) -> Iterator[OpenPage]:  # type: ignore[no-untyped-def]  # the plugin's type is private
    """Call it for a page of a new visitor: ``open_page("/", width=390, language="en", dark=True)``.

    At the end of the test, no page may have met a violation of the content security policy, an error in a script,
    a request to another host, or an answer of 500.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def begin(path: str = "/", *, width: int = 1440, language: str = "zh-CN", dark: bool = False) -> Page:
        context = chromium.new_context(
            base_url=live_server.url,
            viewport={"width": width, "height": 900},
            locale=language,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        _watch(page, live_server.url, faults)
        page.goto(path)
        return page

    yield begin
    for context in contexts:
        context.close()
    assert faults == []


def _watch(page: Page, home: str, faults: list[str]) -> None:
    def said(text: str) -> None:
        if "Content Security Policy" in text or "Content-Security-Policy" in text:
            faults.append(text)

    page.on("console", lambda message: said(message.text))
    page.on("pageerror", lambda error: faults.append(f"script error: {error}"))
    page.on(
        "request",
        lambda request: None
        if request.url.startswith((home, "data:", "blob:"))
        else faults.append(f"request to another host: {request.url}"),
    )
    page.on(
        "response", lambda answer: faults.append(f"{answer.status} {answer.url}") if answer.status >= 500 else None
    )
