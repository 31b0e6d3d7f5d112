"""Where every room keeps its English, and what must be compiled before Django reads it."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

HUB = Path(__file__).resolve().parents[1]
LOCALE = "en"


def rooms() -> list[Path]:
    """Return every app of the hub that has sources."""
    return sorted(path.parent for path in HUB.glob("*/__init__.py"))


def catalogue_path(room: Path) -> Path:
    """Return where a room's English stands, written or not."""
    return room / "locale" / LOCALE / "LC_MESSAGES" / "django.po"


def stale() -> Iterator[Path]:
    """Yield the rooms whose compiled catalogue is missing or older than its source."""
    for room in rooms():
        source = catalogue_path(room)
        target = source.with_suffix(".mo")
        if source.exists() and not (target.exists() and target.stat().st_mtime >= source.stat().st_mtime):
            yield room


def ensure_compiled() -> list[Path]:
    """Compile every catalogue that is newer than its ``.mo``; return what was written.

    Where the package lies in a place that cannot be written, nothing is compiled and the files that came with it hold.
    """
    writable = [room for room in stale() if os.access(catalogue_path(room).parent, os.W_OK)]
    if not writable:
        return []
    from .translations import compile_room  # Babel is only needed when there is something to compile

    return [path for path in map(compile_room, writable) if path]
