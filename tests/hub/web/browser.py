"""A Chromium for tests, and how a page is opened in it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from tests.browser import chromium, installed

CHROMIUM = installed()
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
__all__ = ["CHROMIUM", "chromium", "open_page"]


def open_page(browser: Any, address: str, size: str = "1440", cookies: Sequence[Any] = (), **context: Any) -> Any:
    """Open a page in Chinese and collect what the console complains of in ``page.complaints``."""
    page = browser.new_page(viewport=SIZES[size], locale="zh-CN", **context)
    page.context.add_cookies(list(cookies))
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    page.goto(address)
    page.wait_for_load_state("load")
    return page
