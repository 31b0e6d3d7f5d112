"""Pictures of every page archetype from the sample cluster: wide and narrow, Chinese and English, light and dark.

make shots
make shots ARGS="--only d-challenge e-matches --quick"

Uses the hub that runs on this machine, or starts it and stops it again. The pictures lie in `shots/`.
"""

from __future__ import annotations

import argparse
import os
import re
import signal
import subprocess
import sys
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from itertools import groupby
from pathlib import Path

import django
from playwright.sync_api import Browser, Page
from playwright.sync_api import Error as BrowserError

from rongtong.hub.config.places import home
from rongtong.hub.config.run import answers
from tests.browser import chromium
from tests.e2e.browser_tour import HEIGHT, NARROW, STOPS, WIDE, Stop, looking, signed_in, walk

FOLDER = Path(__file__).resolve().parent.parent / "shots"


def main() -> int:
    options = _options()
    django.setup()
    FOLDER.mkdir(exist_ok=True)
    wanted = [stop for stop in STOPS if not options.only or stop.name in options.only]
    missed: list[str] = []
    with running_hub() as url, chromium() as browser:
        for person, stops in groupby(sorted(wanted, key=lambda stop: stop.person), key=lambda stop: stop.person):
            missed += photograph(browser, url, person, list(stops), options)
    print(f"{len(wanted) - len(set(missed))} of {len(wanted)} pages in {FOLDER}")
    if missed:
        print(f"not reached: {', '.join(sorted(set(missed)))}", file=sys.stderr)
    return 1 if missed else 0


def _options() -> argparse.Namespace:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--only", nargs="*", metavar="NAME", choices=[stop.name for stop in STOPS])
    parser.add_argument(
        "--quick", action="store_true", help="light only, and Chinese unless --languages says otherwise"
    )
    parser.add_argument("--languages", nargs="*", choices=["zh", "en"])
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
            found = next((found for line in hub.stdout if (found := re.search(r"https?://[\w.:\[\]]+", line))), None)
            if not found:
                raise SystemExit("the hub did not start")
            yield found.group()
        finally:
            hub.send_signal(signal.SIGINT)


def photograph(browser: Browser, url: str, person: str, stops: list[Stop], options: argparse.Namespace) -> list[str]:
    """Take all pictures that one person sees; gives the names of the pages that were not reached."""
    missed = []
    cookies = signed_in(browser, url, person)
    languages = options.languages or (["zh"] if options.quick else ["zh", "en"])
    for language in languages:
        with looking(browser, url, language=language, storage_state=cookies) as page:
            for stop in stops:
                page.set_viewport_size({"width": WIDE, "height": HEIGHT})
                try:
                    status = walk(page, stop)
                except BrowserError as error:
                    print(f"{stop.name}: {str(error).splitlines()[0]}", file=sys.stderr)
                    missed.append(stop.name)
                    continue
                if status != stop.status:
                    print(f"{stop.name}: {status} at {page.url}", file=sys.stderr)
                    missed.append(stop.name)
                _pictures(page, f"{stop.name}-{language}", ["light"] if options.quick else ["light", "dark"])
    return missed


def _pictures(page: Page, name: str, schemes: list[str]) -> None:
    with suppress(BrowserError):  # a page that keeps asking is photographed as it is
        page.wait_for_load_state("networkidle", timeout=5_000)
    for scheme in schemes:
        page.emulate_media(color_scheme="dark" if scheme == "dark" else "light")
        for width in (WIDE, NARROW):
            page.set_viewport_size({"width": width, "height": HEIGHT})
            page.screenshot(path=FOLDER / f"{name}-{width}-{scheme}.png", full_page=True)
    page.emulate_media(color_scheme="light")


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rongtong.hub.config.settings")
    sys.exit(main())
