"""Pictures of every page archetype from the sample cluster: wide and narrow, Chinese and English, light and dark.

make shots
make shots ARGS="--only d-challenge --quick"

Uses the hub that runs on this machine, or starts it and stops it again. The pictures lie in `shots/`.
"""

from __future__ import annotations

import argparse
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from dataclasses import dataclass
from itertools import groupby, product
from pathlib import Path

import django
from playwright.sync_api import Browser, BrowserContext, Page
from playwright.sync_api import Error as BrowserError

from rongtong.hub.config.places import home
from rongtong.hub.config.run import answers
from tests.browser import chromium

FOLDER = Path(__file__).resolve().parent.parent / "shots"
ROW = "[data-row] a[href]"
CHALLENGER, SME, REVIEWER, OPERATOR = "chen-ruolan", "zhou-qiming", "lin-zhiyuan", "pei-wenqing"
WIDTHS, LANGUAGES, SCHEMES = (1440, 390), ("zh", "en"), ("light", "dark")
COLUMNS = "序号,企业名称,所属行业,需求名称,需求描述,技术指标,预算（万元）,期限,联系人\n"
LINES = "1,,,盾构主轴承滚道感应淬火变形控制,,,300-450,2027-10-31,\n2,,,,缺名称的一行,,三百万,2027年,\n"


@dataclass(frozen=True)
class Shot:
    """One page: who looks, where to begin, which links to follow, and what to do at last."""

    name: str
    person: str
    path: str
    follow: tuple[str, ...] = ()
    then: str = ""
    upload: bool = False
    send: bool = False


SHOTS = (
    Shot("a-home", "", "/"),
    Shot("c-list-public", "", "/challenges/"),
    Shot("k1-not-there", "", "/nowhere/"),
    Shot("k3-sign-in", "", "/account/login/"),
    Shot("l-no-results", "", "/challenges/?q=zzzzzz"),
    Shot("b-desk-challenger", CHALLENGER, "/desk/"),
    Shot("d-challenge", CHALLENGER, "/challenges/own/?state=open", (ROW,)),
    Shot("e-matches", CHALLENGER, "/challenges/own/?state=open", (ROW,), "matches/"),
    Shot("g-selection", CHALLENGER, "/challenges/own/?state=selecting", (ROW,), "selection/"),
    Shot("k2-form-refused", CHALLENGER, "/challenges/new/", send=True),
    Shot("h-import", CHALLENGER, "/challenges/import/"),
    Shot("h-import-dry-run", CHALLENGER, "/challenges/import/", upload=True),
    Shot("b-desk", SME, "/desk/"),
    Shot("c-list", SME, "/challenges/?view=cards"),
    Shot("c-list-table", SME, "/challenges/?view=table"),
    Shot("d-challenge-sme", SME, "/challenges/?state=open", (ROW,)),
    Shot("e-for-you", SME, "/for-you/"),
    Shot("f-response", SME, "/responses/?state=draft", (ROW,), "edit/"),
    Shot("d-collaboration", SME, "/collaborations/", (ROW,)),
    Shot("d-capability", SME, "/capabilities/own/", (ROW,)),
    Shot("c-search", SME, "/search/?q=热处理"),
    Shot("b-notices", SME, "/notices/"),
    Shot("g-score", REVIEWER, "/reviews/", (ROW, "a[href*='/sheets/']")),
    Shot("j-report", OPERATOR, "/rounds/", (ROW,), "report/"),
    Shot("c-organisations", OPERATOR, "/organisations/?view=table"),
    Shot("d-organisation", OPERATOR, "/organisations/", (ROW,)),
)


def main() -> int:
    options = _options()
    django.setup()
    FOLDER.mkdir(exist_ok=True)
    wanted = [shot for shot in SHOTS if not options.only or shot.name in options.only]
    looks = [(1440, "zh", "light")] if options.quick else list(product(WIDTHS, LANGUAGES, SCHEMES))
    missed = []
    with running_hub() as url, chromium() as browser:
        for person, theirs in groupby(wanted, key=lambda shot: shot.person):
            shots = list(theirs)
            for width, language, scheme in looks:
                with visitor(browser, url, person, width, language, scheme) as page:
                    missed += [shot.name for shot in shots if not take(page, shot, f"{width}-{language}-{scheme}")]
    print(f"{len(wanted) * len(looks) - len(missed)} pictures in {FOLDER}")
    if missed:
        print(f"not reached: {', '.join(sorted(set(missed)))}", file=sys.stderr)
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="NAME", choices=[shot.name for shot in SHOTS])
    parser.add_argument("--quick", action="store_true", help="one picture each: wide, Chinese, light")
    return parser.parse_args()


@contextmanager
def running_hub() -> Iterator[str]:
    """The address of this machine's hub, started for the block if it does not run."""
    book = home() / "run/lock"
    url = book.read_text(encoding="ascii").strip() if book.exists() else ""
    if url and answers(url):
        yield url
        return
    command = [sys.executable, "-m", "rongtong", "run"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, encoding="utf-8") as hub:
        try:
            assert hub.stdout is not None
            line = next((line for line in hub.stdout if "http://" in line), "")
            if not line:
                raise SystemExit("the hub did not start")
            yield line.split()[-1]
        finally:
            hub.send_signal(signal.SIGINT)


@contextmanager
def visitor(browser: Browser, url: str, person: str, width: int, language: str, scheme: str) -> Iterator[Page]:
    """A page of somebody who is signed in, or of nobody for ''."""
    context: BrowserContext = browser.new_context(
        base_url=url,
        viewport={"width": width, "height": 900},
        locale="zh-CN" if language == "zh" else "en-GB",
        timezone_id="Asia/Shanghai",
        color_scheme="dark" if scheme == "dark" else "light",
        reduced_motion="reduce",
    )
    cookie = {"name": "language", "value": "zh-hans" if language == "zh" else "en", "url": url}
    context.add_cookies([cookie])  # type: ignore[list-item]  # Playwright's own mapping type
    page = context.new_page()
    page.set_default_timeout(15_000)
    if person:
        sign_in(page, person)
    yield page
    context.close()


def sign_in(page: Page, person: str) -> None:
    from rongtong.hub.web.sample import read
    from rongtong.hub.web.sample.loading.named import PASSWORD  # needs Django ready

    page.goto("/account/login/")
    page.fill("input[name=login]", read().people[person].email)
    page.fill("input[name=password]", PASSWORD)
    page.press("input[name=password]", "Enter")
    page.wait_for_url(lambda address: "/account/login" not in address)


def take(page: Page, shot: Shot, look: str) -> bool:
    """Walk to the page and photograph it; False when the way is not there."""
    try:
        page.goto(shot.path)
        for link in shot.follow:
            address = page.locator(link).first.get_attribute("href", timeout=3_000)
            page.goto(address or shot.path)
        if shot.then:
            page.goto(f"{page.url.split('?')[0].rstrip('/')}/{shot.then}")
        if shot.upload:
            upload(page)
        if shot.send:
            page.locator("main form[method=post] button[type=submit]").last.click()
    except BrowserError as error:
        print(f"{shot.name}: {str(error).splitlines()[0]}", file=sys.stderr)
        return False
    with suppress(BrowserError):  # a page that keeps asking is photographed as it is
        page.wait_for_load_state("networkidle", timeout=5_000)
    page.screenshot(path=FOLDER / f"{shot.name}-{look}.png", full_page=True)
    return True


def upload(page: Page) -> None:
    """Hand in a file in which one row is right and one is not."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "需求.csv"
        path.write_text(COLUMNS + LINES, encoding="utf-8-sig")
        page.set_input_files("main input[type=file]", path)
        page.locator("main form[enctype] button[type=submit]").last.click()
        page.wait_for_url("**/import/*-*/**")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rongtong.hub.config.settings")
    sys.exit(main())
