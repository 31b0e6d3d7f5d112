"""Backups: the database and the uploaded files in one folder, with a digest of each.

The database is dumped first and the files are copied second. Contents are kept under their own digest and removed 35
days late, so every row of a dump finds its file. The hub's secrets are not in a backup: they are kept apart.
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
import shutil
import subprocess
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from importlib.metadata import version
from pathlib import Path
from typing import Any, Final

import psycopg
from psycopg import sql
from psycopg.conninfo import make_conninfo

from rongtong.hub.config.database import readable_binaries
from rongtong.hub.config.places import Identity, own_directory

DUMP: Final = "database.dump"
FILES: Final = "files"
MANIFEST: Final = "manifest.json"
TABLES: Final = "SELECT tablename FROM pg_tables WHERE schemaname = 'public' ORDER BY tablename"


class BackupError(Exception):
    """A backup cannot be made or taken back; the message says why and what to do."""


@dataclass(frozen=True)
class Manifest:
    """What a backup holds.

    Parameters
    ----------
    taken_at : str
        The moment of the database that was dumped, by the database's own clock.
    version : str
        The version of the hub that made it.
    dump : str
        The SHA-256 of the dump.
    rows : mapping of str to int
        How many rows each table had at that moment.
    files : mapping of str to int
        The digest and the size of each uploaded file.
    faults : list of str
        What was wrong already when the backup was made.
    """

    taken_at: str
    version: str
    dump: str
    rows: Mapping[str, int]
    files: Mapping[str, int]
    faults: list[str] = field(default_factory=list)


@dataclass(frozen=True)
class Place:
    """A finished backup."""

    path: Path
    manifest: Manifest

    @property
    def size(self) -> int:
        return (self.path / DUMP).stat().st_size + sum(self.manifest.files.values())

    def path_of(self, digest: str) -> Path:
        return self.path / spread(digest)


def spread(digest: str) -> Path:
    """Where a content lies in a backup."""
    return Path(FILES, digest[:2], digest[2:4], digest)


def make(folder: Path) -> Place:
    """Make a backup in a new folder inside `folder`. It has its name once it is whole.

    Raises
    ------
    BackupError
        The dump failed, or another backup is being made there.
    """
    own_directory(folder, 0o700)
    with _only_one(folder):
        for left in folder.glob(".rongtong-*"):  # of a process that was killed
            shutil.rmtree(left)
        draft = folder / f".rongtong-{os.getpid()}"
        draft.mkdir(mode=0o700)
        try:
            manifest = _fill(draft)
            (draft / MANIFEST).write_text(json.dumps(asdict(manifest), indent=1), encoding="utf-8")
            os.sync()
            final = folder / f"rongtong-{datetime.fromisoformat(manifest.taken_at):%Y%m%dT%H%M%S.%fZ}"
            draft.rename(final)
        finally:
            shutil.rmtree(draft, ignore_errors=True)
    return Place(final, manifest)


def _fill(draft: Path) -> Manifest:
    from rongtong.hub.trust.intake import store

    with connected() as connection:
        connection.execute("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY")
        [(snapshot, now)] = connection.execute("SELECT pg_export_snapshot(), now()").fetchall()
        run("pg_dump", "--format=custom", "--no-comments", f"--snapshot={snapshot}", f"--file={draft / DUMP}")
        rows = counted(connection)
        needed = _needed(connection)
    files, faults = {}, []
    for path in sorted((store.root() / "kept").glob("??/??/*")):
        target = draft / spread(path.name)
        target.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
        try:
            shutil.copyfile(path, target)
        except FileNotFoundError:  # removed meanwhile: no row of the dump can be in need of it
            continue
        if digest_of(target) == path.name:
            files[path.name] = target.stat().st_size
        else:
            target.unlink()
            faults.append(f"{path} is damaged: its content is not what was uploaded")
    faults += [f"{store.path_of(digest)} is missing, though a document needs it" for digest in needed - set(files)]
    return Manifest(
        now.astimezone(UTC).isoformat(), version("rongtong"), digest_of(draft / DUMP), rows, files, sorted(faults)
    )


def _needed(connection: psycopg.Connection[Any]) -> set[str]:
    """The contents of documents that can be read."""
    from rongtong.hub.trust.domain.leftovers import NEEDED

    asked = "SELECT DISTINCT digest FROM trust_document WHERE state = ANY(%s)"
    return {digest for (digest,) in connection.execute(asked, [[str(state) for state in NEEDED]])}


def counted(connection: psycopg.Connection[Any]) -> dict[str, int]:
    """How many rows each table has."""
    names = [name for (name,) in connection.execute(TABLES)]
    asked = sql.SQL("SELECT count(*) FROM {}")
    return {name: connection.execute(asked.format(sql.Identifier(name))).fetchone()[0] for name in names}  # type: ignore[index]  # a count is a row


def digest_of(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def conninfo() -> str:
    """The hub's database, without the password: a command line can be read by every user of the machine."""
    from django.db import connection

    entry: dict[str, Any] = connection.settings_dict
    named = {"host": entry["HOST"], "port": entry["PORT"], "user": entry["USER"], "dbname": entry["NAME"]}
    named |= {
        name: value
        for name, value in entry["OPTIONS"].items()
        if name not in ("server_side_binding", "prepare_threshold", "options")
    }
    return make_conninfo(**{name: value for name, value in named.items() if value not in ("", None)})


def password() -> str | None:
    from django.db import connection

    return connection.settings_dict["PASSWORD"] or None


def connected(*, autocommit: bool = False) -> psycopg.Connection[Any]:
    """A connection without the hub's limits of time: a backup may take as long as it needs."""
    return psycopg.connect(make_conninfo(conninfo(), password=password()), autocommit=autocommit)


def run(program: str, *words: str) -> None:
    """Run one of PostgreSQL's own programs on the hub's database."""
    binary = readable_binaries(Identity("", os.geteuid(), os.getegid())) / program
    given = password()
    environment = {**os.environ, **({"PGPASSWORD": given} if given else {})}
    done = subprocess.run(
        [str(binary), f"--dbname={conninfo()}", *words], env=environment, capture_output=True, text=True, check=False
    )
    if done.returncode:
        raise BackupError(f"{program} failed: {done.stderr.strip()}")


@contextmanager
def _only_one(folder: Path) -> Iterator[None]:
    with (folder / ".lock").open("w") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BackupError(f"another backup is being made in {folder}; wait for it") from None
        yield
