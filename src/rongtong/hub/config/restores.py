"""A backup taken back: only into a hub that holds nothing yet, and only when every digest is right."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import psycopg
from django.conf import settings

from rongtong.hub.config.backups import (
    DUMP,
    MANIFEST,
    TABLES,
    BackupError,
    Manifest,
    Place,
    connected,
    counted,
    digest_of,
    run,
)
from rongtong.hub.config.places import own_directory

ANEW = "empty it with 'rongtong reset', or name another RONGTONG_HOME or DATABASE_URL"


def opened(path: Path) -> Place:
    """A backup, after every part of it was read and found to be what the manifest says.

    Raises
    ------
    BackupError
        It is no backup, or parts of it are missing or changed; each is named.
    """
    try:
        found = json.loads((path / MANIFEST).read_text(encoding="utf-8"))
        place = Place(path, Manifest(**found))
    except (OSError, ValueError, TypeError) as error:
        raise BackupError(f"{path} is no backup: {error}") from error
    parts = {path / DUMP: place.manifest.dump}
    parts |= {place.path_of(digest): digest for digest in place.manifest.files}
    faults = [fault for part, digest in parts.items() if (fault := _fault(part, digest))]
    if faults:
        raise BackupError("the backup is not whole; use another one:\n" + "\n".join(f"  {fault}" for fault in faults))
    return place


def _fault(part: Path, digest: str) -> str:
    if not part.is_file():
        return f"{part} is missing"
    return "" if digest_of(part) == digest else f"{part} is not what was written"


def restore(place: Path) -> Manifest:
    """Take a backup back into this hub's database and store of files.

    Raises
    ------
    BackupError
        The hub holds something already, the backup is not whole, or the database refused it. Then nothing was
        changed.
    """
    backup = opened(place)
    store = Path(settings.MEDIA_ROOT) / "kept"
    with connected(autocommit=True) as connection:
        _refuse_full(connection, store)
        try:
            _lay_out(backup, store)
            run("pg_restore", "--single-transaction", "--no-owner", "--no-privileges", str(place / DUMP))
            _ask_witnesses_first(connection)
        except BaseException:
            shutil.rmtree(store, ignore_errors=True)
            raise
        rows = counted(connection)
    if rows != backup.manifest.rows:
        differing = sorted({name for name, _ in rows.items() ^ backup.manifest.rows.items()})
        raise BackupError(f"it is restored, but with other rows than the backup names: {', '.join(differing)}")
    return backup.manifest


def _ask_witnesses_first(connection: psycopg.Connection[Any]) -> None:
    """The evidence log may have gone on after this backup: its witnesses are asked before it is written to."""
    found = connection.execute("SELECT to_regclass('trust_loghead') IS NOT NULL").fetchone()
    if found and found[0]:  # a backup of an earlier version has none
        connection.execute("UPDATE trust_loghead SET confirmed = false")


def _refuse_full(connection: psycopg.Connection[Any], store: Path) -> None:
    if connection.execute(TABLES).fetchone():
        raise BackupError(f"the database holds tables already; {ANEW}")
    if store.is_dir() and any(store.rglob("*")):
        raise BackupError(f"{store} holds files already; {ANEW}")
    index = Path(settings.INDEX_ROOT)
    if index.is_dir() and any(index.iterdir()):
        raise BackupError(f"{index} holds the index of another database; {ANEW}")


def _lay_out(backup: Place, store: Path) -> None:
    from rongtong.hub.trust.intake.store import path_of

    own_directory(store, 0o700)
    for digest in backup.manifest.files:
        target = path_of(digest)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        shutil.copyfile(backup.path_of(digest), target)
        target.chmod(0o400)
