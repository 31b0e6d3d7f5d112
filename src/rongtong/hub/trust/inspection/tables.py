"""CSV and JSON: any text in a known encoding; what it means is read later."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from rongtong.hub.foundation.confined.cells import decoded
from rongtong.hub.foundation.confined.rejection import Rejected


def inspect_table(path: Path, _kept: Path, _limits: dict[str, int]) -> dict[str, Any]:
    """Check that the file is text."""
    if "\x00" in decoded(path.read_bytes()):
        raise Rejected("file.unknown")
    return {}
