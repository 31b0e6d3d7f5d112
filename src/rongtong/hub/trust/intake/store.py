"""Where files lie: under their own digest, outside every served path."""

from __future__ import annotations

import fcntl
import hashlib
import os
import re
import secrets
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC, datetime
from pathlib import Path
from typing import IO, Final

from django.conf import settings

_STEP: Final = 1 << 18
_DIGEST: Final = re.compile(r"[0-9a-f]{64}")


def root() -> Path:
    """Return the folder of all files."""
    return Path(settings.MEDIA_ROOT)


def path_of(digest: str) -> Path:
    """Return where the content with this SHA-256 lies."""
    if not _DIGEST.fullmatch(digest):
        raise ValueError("not a SHA-256 digest")
    return root() / "kept" / digest[:2] / digest[2:4] / digest


def open_kept(digest: str) -> IO[bytes]:
    """Open a kept file for reading."""
    return path_of(digest).open("rb")


def remove(digest: str) -> None:
    """Remove a content. Only when no document names it any more: the same content is kept once."""
    path_of(digest).unlink(missing_ok=True)


def contents(*, before: datetime) -> Iterator[str]:
    """Give the digests of all contents that were last brought before a moment."""
    for path in (root() / "kept").glob("??/??/*"):
        if _DIGEST.fullmatch(path.name) and _is_older(path, before):
            yield path.name


def remove_older(digest: str, *, before: datetime) -> bool:
    """Remove a content unless somebody has brought it again since that moment; tell whether it went."""
    path = path_of(digest)
    with _one_at_a_time():
        if not _is_older(path, before):
            return False
        path.unlink()
        return True


def clear_quarantine(*, before: datetime) -> None:
    """Remove what a killed process left in the quarantine before a moment."""
    for place in (root() / "quarantine").glob("*"):
        if _is_older(place, before):
            shutil.rmtree(place)


def _is_older(path: Path, moment: datetime) -> bool:
    try:
        return datetime.fromtimestamp(path.stat().st_mtime, UTC) < moment
    except FileNotFoundError:  # another process was faster
        return False


@contextmanager
def _one_at_a_time() -> Iterator[None]:
    """Between the look at a content's age and its removal nobody brings it again."""
    with (root() / "kept.lock").open("w") as lock:
        fcntl.flock(lock, fcntl.LOCK_EX)
        yield


def try_out() -> None:
    """Write, keep and remove a file as an upload would, so that a store that cannot take any is known beforehand.

    Raises
    ------
    OSError
        Some step of it is refused.
    """
    with quarantine() as place:
        probe = place / "probe"
        probe.write_bytes(b"rongtong")
        kept = root() / "kept"
        kept.mkdir(mode=0o700, exist_ok=True)
        probe.replace(kept / f".{place.name}")
        (kept / f".{place.name}").unlink()


@contextmanager
def quarantine() -> Iterator[Path]:
    """Give a fresh folder under a random name; it is gone afterwards with all that is left in it."""
    folder = root() / "quarantine"
    folder.mkdir(mode=0o700, parents=True, exist_ok=True)
    place = folder / secrets.token_hex(16)
    place.mkdir(mode=0o700)
    try:
        yield place
    finally:
        for left in place.iterdir():
            left.unlink()
        place.rmdir()


def keep(path: Path) -> tuple[str, int]:
    """Move a checked file from the quarantine to its place; return its digest and size.

    The move is atomic and on disk before this returns: a crash leaves either nothing or all of it.
    """
    with path.open("rb") as file:
        digest = hashlib.file_digest(file, "sha256").hexdigest()
        size = os.fstat(file.fileno()).st_size
        os.fsync(file.fileno())
    target = path_of(digest)
    target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
    path.chmod(0o400)
    with _one_at_a_time():
        os.utime(path)  # its age counts from the last time it was brought
        path.replace(target)
    directory = os.open(target.parent, os.O_RDONLY)
    try:
        os.fsync(directory)
    finally:
        os.close(directory)
    return digest, size
