"""People who use the hub in a real browser, each in a window of their own, and the watch over what they meet."""

from __future__ import annotations

import re
import time
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass
from typing import Any

from playwright.sync_api import Browser, Locator, Page

from tests.browser import watch
from tests.e2e.browser_tour import looking, sign_in
from tests.e2e.house import House

#: What Chromium writes into the console by itself whenever an answer is a refusal.
REFUSAL = re.compile(r"the server responded with a status of 4\d\d")
PASTE = """(cell, text) => {
  const data = new DataTransfer();
  data.setData('text/plain', text);
  cell.dispatchEvent(new ClipboardEvent('paste', {clipboardData: data, bubbles: true, cancelable: true}));
}"""


def watch_console(page: Page, home: str, faults: list[str]) -> None:
    """Collect policy violations, script errors, requests to others, answers of 500 and errors in the console."""
    watch(page, home, faults)

    def said(message: Any) -> None:
        if message.type == "error" and not REFUSAL.search(message.text):
            faults.append(f"console at {page.url}: {message.text}")

    page.on("console", said)


@dataclass
class Person:
    """Somebody with the hub open in front of them."""

    page: Page
    house: House

    def go(self, path: str) -> None:
        answer = self.page.goto(path)
        assert answer is not None and answer.status == 200, (answer and answer.status, self.page.url)

    def find(self, selector: str) -> Locator:
        return self.page.locator(selector).first

    def follow(self, selector: str) -> None:
        """Press a link."""
        with self.page.expect_navigation():
            self.find(selector).click()

    def press(self, selector: str) -> int:
        """Press a button that sends its form, and say yes where the page asks again; gives the answer's status."""
        button = self.find(selector)
        asks = button.evaluate("el => Boolean(el.form.dataset.ask || el.dataset.ask)")
        with self.page.expect_navigation() as going:
            button.click()
            if asks:
                self.page.locator("[data-ask-yes]:visible").click()
        answer = going.value
        assert answer is not None
        return answer.status

    def fill(self, **values: str) -> None:
        """Fill controls by their names; ``__`` stands for ``-``."""
        for name, value in values.items():
            control = self.find(f"main [name='{name.replace('__', '-')}']")
            if control.evaluate("el => el.tagName") == "SELECT":
                control.select_option(value)
            else:
                control.fill(value)

    def paste(self, name: str, rows: str) -> None:
        """Paste rows copied in Excel into one cell of a table."""
        self.find(f"[name='{name}']").focus()
        self.find(f"[name='{name}']").evaluate(PASTE, rows)

    def saves_itself(self, path: str) -> Any:
        """Wait for a draft to save itself: ``with person.saves_itself("**/autosave/"): …write…``."""
        return self.page.expect_response(lambda answer: path in answer.url and answer.request.method == "POST")

    def wait_for(self, path: str, selector: str, seconds: float = 60) -> None:
        """Look at a page again and again until it shows something."""
        end = time.monotonic() + seconds
        self.go(path)
        while self.page.locator(selector).count() == 0:
            assert time.monotonic() < end, f"{selector} did not come at {path}"
            self.go(path)

    def text(self) -> str:
        return self.page.locator("main").inner_text()


@dataclass
class Street:
    """Where people come from: opens a window for each of them."""

    browser: Browser
    house: House
    language: str
    password: str
    faults: list[str]
    keep: ExitStack

    def person(self, email: str) -> Person:
        """A person who has chosen the language by the header's switch and signed in by the form."""
        other = {"zh": "en", "en": "zh"}[self.language]  # what the browser would ask for
        page = self.keep.enter_context(looking(self.browser, self.house.url, speaks=False, language=other))
        watch_console(page, self.house.url, self.faults)
        wanted = {"zh": "zh-hans", "en": "en"}[self.language]
        answer = page.goto("/")
        assert answer is not None and answer.status == 200, answer and answer.status
        assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[other]
        with page.expect_navigation():
            page.click(f"header form[action$='/language/'] button[value='{wanted}']")
        sign_in(page, email, self.password)
        assert page.get_attribute("html", "lang") == {"zh": "zh-CN", "en": "en"}[self.language]
        return Person(page, self.house)


@contextmanager
def street(browser: Browser, house: House, language: str, password: str) -> Iterator[Street]:
    """Let people in; at the end nothing may have gone wrong in any window."""
    faults: list[str] = []
    with ExitStack() as keep:
        yield Street(browser, house, language, password, faults, keep)
    assert faults == []
