"""A Chromium for tests, and how a page is opened in it."""

from __future__ import annotations

import os
import shutil
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from typing import Any

CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
ARGUMENTS = ["--no-sandbox", "--disable-gpu", "--disable-background-networking"]
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
ASYNC = "DJANGO_ALLOW_ASYNC_UNSAFE"


@contextmanager
def chromium() -> Iterator[Any]:
    """Run the machine's own Chromium."""
    # Playwright keeps an event loop in this thread, in which Django would refuse to ask the database
    before = os.environ.get(ASYNC)
    os.environ[ASYNC] = "true"
    from playwright.sync_api import sync_playwright

    try:
        with sync_playwright() as play:
            started = play.chromium.launch(executable_path=CHROMIUM, args=ARGUMENTS)
            yield started
            started.close()
    finally:
        os.environ.pop(ASYNC)
        if before is not None:
            os.environ[ASYNC] = before


def open_page(browser: Any, address: str, size: str = "1440", cookies: Sequence[Any] = (), **context: Any) -> Any:
    """Open a page in Chinese and collect what the console complains of in ``page.complaints``."""
    page = browser.new_page(viewport=SIZES[size], locale="zh-CN", **context)
    page.context.add_cookies(list(cookies))
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page
