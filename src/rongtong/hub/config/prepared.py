"""What was prepared last time: when nothing has changed since, a start need not prepare again."""

from __future__ import annotations

import hashlib
import importlib.util
from pathlib import Path

from rongtong.hub.config.database import Cluster
from rongtong.hub.config.places import home

SOURCES = Path(__file__).resolve().parents[2]


def mark() -> Path:
    return home() / "run/prepared"


def forget() -> None:
    """Prepare in any case next time, because the database may have been changed by other means."""
    mark().unlink(missing_ok=True)


def remember(state: str, greeting: str) -> None:
    mark().write_text(f"{state}\n{greeting}", encoding="utf-8")


def recalled(state: str) -> str | None:
    """What the preparation in this `state` said, or None when there was none."""
    if not mark().exists():
        return None
    former, _, greeting = mark().read_text(encoding="utf-8").partition("\n")
    return greeting if former == state else None


def current(cluster: Cluster, *, sample: bool) -> str:
    """A hash of the sources, the installed packages, the database cluster and the collected static files."""
    spec = importlib.util.find_spec("django")
    assert spec is not None
    assert spec.origin is not None
    places = [Path(spec.origin).parent.parent, cluster.data / "PG_VERSION", home() / "static/.state"]
    places += [path for path in SOURCES.rglob("*") if path.is_file() and path.suffix not in (".pyc", ".mo")]
    digest = hashlib.sha256(b"sample" if sample else b"empty")
    for path in sorted(places):
        if path.exists():
            stat = path.stat()
            digest.update(f"{path} {stat.st_ino} {stat.st_size} {stat.st_mtime_ns}\n".encode())
    return digest.hexdigest()
