"""The toolkit in a real browser: no violation of the content policy, no sideways scroll, axe finds nothing, scripts work.

With ``RONGTONG_SHOTS`` set, a picture of every page at both widths goes into that folder.
"""

from __future__ import annotations

import os
import shutil
from pathlib import Path

import pytest
from django.test import override_settings

from rongtong.hub.foundation.models import Job
from tests.hub.web import gallery

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
CHROMIUM = shutil.which("chromium") or shutil.which("chromium-browser") or shutil.which("google-chrome")
PAGES = ["form", "parts", "board", "detail", "compare", "import", "jobs", "jobs/?view=table&state=waiting&kind=export&q=e&nonsense=1", "refuse/plain"]
SIZES = {"1440": {"width": 1440, "height": 900}, "390": {"width": 390, "height": 844}}
AXE_IGNORED = {"region"}  # messages stand between landmarks

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    # Playwright keeps an event loop in this thread, in which Django would refuse to ask the database
    os.environ["DJANGO_ALLOW_ASYNC_UNSAFE"] = "true"
    from playwright.sync_api import sync_playwright

    with sync_playwright() as play:
        started = play.chromium.launch(executable_path=CHROMIUM, args=["--no-sandbox", "--disable-gpu", "--disable-background-networking"])
        yield started
        started.close()
    os.environ.pop("DJANGO_ALLOW_ASYNC_UNSAFE")


@pytest.fixture(autouse=True)
def _gallery():
    with override_settings(ROOT_URLCONF="tests.hub.web.gallery", TEMPLATES=gallery.TEMPLATES):
        yield


@pytest.fixture
def jobs():
    made = [Job(kind="export" if n % 2 else "import", total=n * 10_000, done=n, account_id=None) for n in range(45)]
    return Job._base_manager.bulk_create(made)


def open_page(browser, address, size="1440", scheme="light"):
    page = browser.new_page(viewport=SIZES[size], color_scheme=scheme, locale="zh-CN")
    page.complaints = []
    page.on("console", lambda said: page.complaints.append(said.text) if said.type == "error" else None)
    page.on("pageerror", lambda fault: page.complaints.append(str(fault)))
    page.goto(address)
    page.wait_for_load_state("networkidle")
    return page


@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("size", ["1440", "390"])
def test_pages_are_quiet_fit_and_pass_axe(browser, live_server, jobs, size, scheme):
    from axe_playwright_python.sync_playwright import Axe

    found = {}
    for name in PAGES:
        page = open_page(browser, f"{live_server.url}/gallery/{name}{'' if '?' in name else '/'}", size, scheme)
        if folder := os.environ.get("RONGTONG_SHOTS"):
            Path(folder).mkdir(parents=True, exist_ok=True)
            page.screenshot(path=f"{folder}/{name.partition('&')[0].replace('/', '-').replace('?', '')}-{size}-{scheme}.png", full_page=True)
        problems = [text for text in page.complaints if "status of 4" not in text]
        if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
            problems.append("scrolls sideways")

        results = Axe().run(page).response["violations"]
        problems += [f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in results if one["id"] not in AXE_IGNORED]
        if problems:
            found[name] = problems
        page.close()
    assert found == {}
