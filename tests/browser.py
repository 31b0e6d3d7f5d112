"""The system's Chromium, driven by Playwright, for browser tests and screenshots."""

from __future__ import annotations

import os
import shutil

from playwright.sync_api import Browser, Playwright

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


def chromium() -> str | None:
    """The path of the installed Chromium (or the one that RONGTONG_CHROMIUM names)."""
    named = os.environ.get("RONGTONG_CHROMIUM")
    return named or next((path for path in map(shutil.which, NAMES) if path), None)


def launch(playwright: Playwright) -> Browser:
    """Start Chromium without a window; root, as in a container, cannot use its sandbox."""
    path = chromium()
    if path is None:
        raise FileNotFoundError("Chromium is missing: run scripts/system-packages.sh test, or set RONGTONG_CHROMIUM")
    flags = [*FLAGS, *(["--no-sandbox"] if os.geteuid() == 0 else [])]
    return playwright.chromium.launch(executable_path=path, args=flags)
