"""Every archetype page of the sample cluster in a real browser: quiet, fitting, accessible, in one language."""

from __future__ import annotations

import re
from collections.abc import Iterator
from itertools import groupby

import pytest
from axe_playwright_python.base import AXE_SCRIPT
from playwright.sync_api import Browser, Page

from tests.browser import chromium, installed
from tests.e2e.browser_people import watch_console
from tests.e2e.browser_tour import HEIGHT, NARROW, STOPS, WIDE, Stop, looking, signed_in, walk
from tests.e2e.browser_words import Spoken, chinese_of_ours, words_of_people
from tests.e2e.house import House

pytestmark = pytest.mark.browser
if installed() is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)

PEOPLE = sorted({stop.person for stop in STOPS})
RULES = {
    "runOnly": ["wcag2a", "wcag2aa", "wcag21a", "wcag21aa", "wcag22aa", "best-practice"],
    "resultTypes": ["violations"],
}
#: What depends on the width and on the scheme; the rest is judged wide.
NARROW_RULES = {**RULES, "runOnly": ["wcag2aa", "wcag21aa", "wcag22aa"]}
PLANTED = """() => {
  const main = document.querySelector("main");
  const [wide, script, picture] = ["div", "script", "img"].map(name => document.createElement(name));
  wide.style.width = wide.style.height = "3000px";
  script.textContent = "1";
  picture.src = "/static/rongtong/logo.svg";
  main.append(wide, picture, script);
}"""


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as started:
        yield started


@pytest.fixture(scope="module")
def spoken(sample_house: House) -> Spoken:
    """All text that people wrote into the sample cluster."""
    return words_of_people(sample_house)


@pytest.mark.parametrize("person", PEOPLE, ids=[person or "visitor" for person in PEOPLE])
def test_pages_are_quiet_fit_read_well_and_speak_one_language(browser, sample_house, spoken, person):
    cookies = signed_in(browser, sample_house.url, person)
    stops = [stop for stop in STOPS if stop.person == person]
    found: dict[str, list[str]] = {}
    places: dict[str, str] = {}
    for language in ("zh", "en"):
        with looking(browser, sample_house.url, language=language, storage_state=cookies) as page:
            faults: list[str] = []
            watch_console(page, sample_house.url, faults)
            for stop in stops:
                wrong = problems_of(page, stop, language, spoken, places) + faults
                if wrong:
                    found[f"{stop.name} {language}"] = wrong
                faults.clear()
    assert found == {}


def problems_of(page: Page, stop: Stop, language: str, spoken: Spoken, places: dict[str, str]) -> list[str]:
    """Whatever is wrong with a page: wide in light and narrow in dark."""
    page.set_viewport_size({"width": WIDE, "height": HEIGHT})
    page.emulate_media(color_scheme="light")
    status = _visit(page, stop, places)
    problems = [] if status == stop.status else [f"answered {status} instead of {stop.status}"]
    page.wait_for_load_state("load")
    if (lang := page.get_attribute("html", "lang")) != {"zh": "zh-CN", "en": "en"}[language]:
        problems.append(f"says it is {lang}")
    if (count := page.locator("h1").count()) != 1:
        problems.append(f"{count} h1")
    if language == "en":
        problems += chinese_of_ours(page, spoken)
    problems += _at(page, "wide", audit=language == "zh")
    page.set_viewport_size({"width": NARROW, "height": HEIGHT})
    page.emulate_media(color_scheme="dark")
    return problems + _at(page, "narrow", audit=language == "zh")


def _visit(page: Page, stop: Stop, places: dict[str, str]) -> int:
    """Walk to a stop, or go there at once when the way is known from the other language."""
    if stop.name in places:
        answer = page.goto(places[stop.name])
        assert answer is not None
        return answer.status
    status = walk(page, stop)
    if not stop.do:
        places[stop.name] = page.url
    return status


def _at(page: Page, width: str, *, audit: bool) -> list[str]:
    problems = []
    over = page.evaluate("document.documentElement.scrollWidth - innerWidth")
    if over > 0:
        problems.append(f"{width}: scrolls {over} px sideways")
    if audit:
        if not page.evaluate("'axe' in window"):
            page.evaluate(AXE_SCRIPT)
        violations = page.evaluate(
            "rules => axe.run(document, rules).then(found => found.violations)",
            RULES if width == "wide" else NARROW_RULES,
        )
        problems += [f"{width}: {one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations]
    return problems


def test_the_watch_sees_chinese_that_nobody_translated(browser, sample_house, spoken):
    """The check of languages finds what it is to find, and leaves names alone."""
    with looking(browser, sample_house.url, language="en") as page:
        page.goto("/challenges/")
        assert chinese_of_ours(page, spoken) == []
        page.locator("main h1").evaluate("one => one.append('尚未翻译')")
        page.locator("main").evaluate("one => one.insertAdjacentHTML('beforeend', '<img alt=\"没有说明\">')")
        assert chinese_of_ours(page, spoken) == ["尚未翻译", "没有说明"]


def test_the_watch_sees_what_is_planted(browser, sample_house):
    """A picture without words, a thing too wide and a script in the page are found, each by its own check."""
    faults: list[str] = []
    with looking(browser, sample_house.url) as page:
        watch_console(page, sample_house.url, faults)
        page.goto("/")
        assert _at(page, "wide", audit=True) == []
        page.evaluate(PLANTED)
        problems = _at(page, "wide", audit=True)
    assert [one.split(":")[1].split()[0] for one in problems] == ["scrolls", "image-alt"]
    assert any("Content Security Policy" in one for one in faults)


def test_every_stop_has_a_name_of_its_own():
    names = [stop.name for stop in STOPS]
    assert [name for name, many in groupby(sorted(names)) if len(list(many)) > 1] == []
    assert all(re.fullmatch(r"[a-l]\d?(-[a-z]+)+", name) for name in names)
