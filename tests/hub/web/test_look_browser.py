"""The toolkit in a real browser: no violation of the content policy, no sideways scroll, axe content.

With ``RONGTONG_SHOTS`` set, a picture of every page at both widths goes into that folder.
"""

from __future__ import annotations

import os
from pathlib import Path

import pytest
from django.conf import settings
from django.test import override_settings

from rongtong.hub.foundation.models import Job
from tests.factories import a_member, an_account
from tests.hub.web import gallery
from tests.hub.web.browser import CHROMIUM, chromium, open_page

pytestmark = [pytest.mark.browser, pytest.mark.django_db(transaction=True)]
PAGES = ["form/", "parts/", "board/", "detail/", "compare/", "import/", "jobs/", "refuse/plain/"]
PAGES += ["jobs/?view=table&state=waiting&kind=export&q=e&nonsense=1"]
OPEN_PAGES = ["login/", "signup/", "password/reset/"]
ACCOUNT_PAGES = [*OPEN_PAGES, "email/", "password/change/", "2fa/", "sessions/"]
AXE_IGNORED = {"region"}  # messages stand between landmarks

if CHROMIUM is None:
    pytest.skip("no Chromium on this machine: apt-get install chromium", allow_module_level=True)


@pytest.fixture(scope="module")
def browser():
    with chromium() as started:
        yield started


@pytest.fixture(autouse=True)
def _gallery():
    with override_settings(ROOT_URLCONF="tests.hub.web.gallery", TEMPLATES=gallery.TEMPLATES, MFA_REQUIRED=False):
        yield


@pytest.fixture
def _jobs():
    made = [Job(kind="export" if n % 2 else "import", total=n * 10_000, done=n, account_id=None) for n in range(45)]
    Job._base_manager.bulk_create(made)


def picture(page, name, size, scheme):
    if folder := os.environ.get("RONGTONG_SHOTS"):
        Path(folder).mkdir(parents=True, exist_ok=True)
        plain = name.partition("&")[0].rstrip("/").replace("/", "-").replace("?", "")
        page.screenshot(path=f"{folder}/{plain}-{size}-{scheme}.png", full_page=True)


def problems_of(page):
    from axe_playwright_python.sync_playwright import Axe

    problems = [text for text in page.complaints if "status of 4" not in text]
    if page.evaluate("document.documentElement.scrollWidth > innerWidth"):
        problems.append("scrolls sideways")
    violations = Axe().run(page).response["violations"]
    return problems + [
        f"{one['id']}: {one['nodes'][0]['html'][:160]}" for one in violations if one["id"] not in AXE_IGNORED
    ]


def signed_in(client, live_server):
    """The cookie of a person of two organisations."""
    account = a_member("viewer", account=an_account("周启明")).account
    a_member("viewer", account=account)
    client.force_login(account)
    name = settings.SESSION_COOKIE_NAME
    return {"name": name, "value": client.cookies[name].value, "url": live_server.url}


@pytest.mark.usefixtures("_jobs")
@pytest.mark.parametrize(("size", "scheme"), [("390", "dark")])
def test_pages_are_quiet_fit_and_pass_axe(browser, live_server, size, scheme):
    found = {}
    for name in PAGES:
        page = open_page(browser, f"{live_server.url}/gallery/{name}", size, color_scheme=scheme)
        picture(page, name, size, scheme)
        if problems := problems_of(page):
            found[name] = problems
        page.close()
    assert found == {}


@pytest.mark.parametrize("size", ["390"])
def test_pages_of_an_account_are_quiet_fit_and_pass_axe(browser, live_server, client, size):
    found = {}
    cookie = signed_in(client, live_server)
    for name in ACCOUNT_PAGES:
        cookies = [] if name in OPEN_PAGES else [cookie]
        page = open_page(browser, f"{live_server.url}/account/{name}", size, cookies=cookies)
        picture(page, f"account-{name}", size, "light")
        page.locator("header details summary").first.click() if cookies else None
        picture(page, f"account-{name}-menu", size, "light")
        if problems := problems_of(page):
            found[name] = problems
        page.close()
    assert found == {}
