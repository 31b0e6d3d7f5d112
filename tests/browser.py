"""The system's Chromium, driven by Playwright, with a watch on every page it opens."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from typing import Protocol

from django.db import connections
from playwright.sync_api import Browser, BrowserContext, Page, sync_playwright

NAMES = ("chromium", "chromium-browser", "google-chrome", "google-chrome-stable")
FLAGS = (
    "--disable-gpu",
    "--disable-quic",
    "--no-first-run",
    "--disable-background-networking",
    "--disable-component-update",
    "--disable-sync",
    "--font-render-hinting=none",
)
HEIGHT = 900
# Playwright keeps an event loop in its thread, which Django would take for a reason to refuse queries.
UNSAFE = "DJANGO_ALLOW_ASYNC_UNSAFE"


def installed() -> str | None:
    """The path of the installed Chromium (or the one that RONGTONG_CHROMIUM names)."""
    named = os.environ.get("RONGTONG_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


@contextmanager
def chromium() -> Iterator[Browser]:
    """Chromium without a window; root, as in a container, cannot use its sandbox."""
    path = installed()
    if path is None:
        raise FileNotFoundError("Chromium is missing: run scripts/system-packages.sh test, or set RONGTONG_CHROMIUM")
    # While the loop runs, Django has other connections for this thread. Those of before and those of meanwhile are
    # closed, or they would be found again after their database was put back.
    connections.close_all()
    before = os.environ.get(UNSAFE)
    os.environ[UNSAFE] = "true"
    try:
        with sync_playwright() as playwright:
            flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
            started = playwright.chromium.launch(executable_path=path, args=flags)
            yield started
            connections.close_all()
            started.close()
    finally:
        os.environ.pop(UNSAFE)
        if before is not None:
            os.environ[UNSAFE] = before


class OpenPage(Protocol):
    def __call__(self, path: str = "/", *, width: int = 1440, language: str = "zh-CN", dark: bool = False) -> Page: ...


@contextmanager
def visiting(browser: Browser, home: str) -> Iterator[OpenPage]:
    """Open pages of the hub at `home`, each as a new visitor: ``open_page("/", width=390, language="en")``.

    At the end, no page may have met a violation of the content security policy, an error in a script, a request to
    another host, or an answer of 500.
    """
    contexts: list[BrowserContext] = []
    faults: list[str] = []

    def begin(path: str = "/", *, width: int = 1440, language: str = "zh-CN", dark: bool = False) -> Page:
        context = browser.new_context(
            base_url=home,
            viewport={"width": width, "height": HEIGHT},
            locale=language,
            timezone_id="Asia/Shanghai",
            color_scheme="dark" if dark else "light",
            reduced_motion="reduce",
        )
        contexts.append(context)
        page = context.new_page()
        watch(page, home, faults)
        page.goto(path)
        return page

    try:
        yield begin
    finally:
        for context in contexts:
            context.close()
    if faults:
        raise AssertionError("\n".join(faults))


def watch(page: Page, home: str, faults: list[str]) -> None:
    """Collect in `faults` whatever no page of the hub may do."""

    def tell(wrong: bool, text: str) -> None:
        if wrong:
            faults.append(text)

    page.on("console", lambda message: tell("Content Security Policy" in message.text, message.text))
    page.on("pageerror", lambda error: tell(True, f"script error: {error}"))
    page.on("response", lambda answer: tell(answer.status >= 500, f"{answer.status} {answer.url}"))
    own = (home, "data:", "blob:")
    page.on("request", lambda asked: tell(not asked.url.startswith(own), f"request to another host: {asked.url}"))
