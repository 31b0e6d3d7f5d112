"""The listings behind the index, their term vectors and the term statistics, in one SQLite file.

The text index finds candidates; this file is what they are scored from. It keeps statistics exact under
change and removal (a text index counts deleted documents until it merges), one set for each level: what
visitors may see and what members may see. It is written first, so a reader is never behind its rights.
"""

import json
import sqlite3
import threading
from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager, nullcontext
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path

import numpy as np

from rongtong.engines.matching.errors import IndexDamaged
from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Listing
from rongtong.engines.matching.vectorise import IntArray, TermVector

FORMAT = 1
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listing (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    owner TEXT NOT NULL, anonymous INTEGER NOT NULL, body TEXT NOT NULL, changed INTEGER NOT NULL,
    terms0 BLOB, terms1 BLOB NOT NULL, meaning0 BLOB, meaning1 BLOB NOT NULL);
CREATE INDEX listing_changed ON listing (changed);
CREATE TABLE term (hash INTEGER PRIMARY KEY, df0 INTEGER NOT NULL, df1 INTEGER NOT NULL);
CREATE TABLE pending (row INTEGER PRIMARY KEY);
CREATE TABLE gone (row INTEGER PRIMARY KEY, changed INTEGER NOT NULL);
CREATE INDEX gone_changed ON gone (changed);
"""
_RECORDS = {
    PUBLIC: "SELECT row, id, owner, kind, anonymous, body, coalesce(terms0, terms1) FROM listing "
    "WHERE row IN (SELECT value FROM json_each(?)) AND meaning0 NOT NULL ORDER BY row",
    MEMBERS: "SELECT row, id, owner, kind, anonymous, body, terms1 FROM listing "
    "WHERE row IN (SELECT value FROM json_each(?)) ORDER BY row",
}
_FREQUENCIES = {
    PUBLIC: "SELECT hash, df0 FROM term WHERE hash IN (SELECT value FROM json_each(?)) AND df0 > 0",
    MEMBERS: "SELECT hash, df1 FROM term WHERE hash IN (SELECT value FROM json_each(?)) AND df1 > 0",
}
_MEANINGS = {
    PUBLIC: "SELECT row, kind, meaning0 FROM listing WHERE changed > ? AND meaning0 NOT NULL ORDER BY row",
    MEMBERS: "SELECT row, kind, meaning1 FROM listing WHERE changed > ? ORDER BY row",
}
_COUNT = {
    PUBLIC: "INSERT INTO term VALUES (?1, ?2, 0) ON CONFLICT (hash) DO UPDATE SET df0 = df0 + ?2",
    MEMBERS: "INSERT INTO term VALUES (?1, 0, ?2) ON CONFLICT (hash) DO UPDATE SET df1 = df1 + ?2",
}
_PUT = """
INSERT INTO listing (kind, owner, anonymous, body, changed, terms0, terms1, meaning0, meaning1, id)
VALUES (?, ?, ?, ?, ?, ?, ?, ?, ?, ?)
ON CONFLICT (id) DO UPDATE SET kind = excluded.kind, owner = excluded.owner, anonymous = excluded.anonymous,
    body = excluded.body, changed = excluded.changed,
    terms0 = excluded.terms0, terms1 = excluded.terms1, meaning0 = excluded.meaning0, meaning1 = excluded.meaning1
RETURNING row
"""
_COUNTERS = ("position", "generation", "published", "listings0", "listings1", "length0", "length1")


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many listings a level sees and how long they are together."""

    listings: int
    length: int

    @property
    def mean_length(self) -> float:
        """Mean number of terms in a listing, at least 1."""
        return max(1.0, self.length / self.listings) if self.listings else 1.0


@dataclass(frozen=True)
class Record:
    """A stored listing as one level sees it; its body is read only where something in it is asked for."""

    row: int
    id: str
    owner: str
    kind: str
    anonymous: bool
    level: int
    body: str
    terms: TermVector

    @cached_property
    def listing(self) -> Listing:
        """The listing without what lies above the level."""
        return Listing.from_json(self.body).seen_at(self.level)


class Store:
    """Open store; readers on a file get a connection for each thread."""

    def __init__(self, path: Path | None) -> None:
        self._path = path
        self._local = threading.local()
        self._lock = threading.RLock()
        self._shared = self.connect() if path is None else None
        if self._shared is not None:
            self._shared.executescript(_SCHEMA)
            self._initialise(self._shared)

    @classmethod
    def create(cls, path: Path) -> "Store":
        """Make a new store file; fails where one is."""
        store = cls(path)
        connection = store._connection
        connection.execute("PRAGMA journal_mode = WAL")
        connection.executescript(_SCHEMA)
        store._initialise(connection)
        return store

    @classmethod
    def open(cls, path: Path) -> "Store":
        """Open an existing store file."""
        if not path.is_file():
            raise IndexDamaged(f"no index at {path.parent}: create it and fill it from the database")
        store = cls(path)
        if store._connection.execute("PRAGMA user_version").fetchone()[0] != FORMAT:
            raise IndexDamaged(f"the index at {path.parent} has another format: rebuild it from the database")
        return store

    @staticmethod
    def _initialise(connection: sqlite3.Connection) -> None:
        with connection:
            connection.executemany("INSERT INTO meta VALUES (?, 0)", [(name,) for name in _COUNTERS])
            connection.execute(f"PRAGMA user_version = {FORMAT}")

    @property
    def in_memory(self) -> bool:
        """Whether there is one connection for everybody, and no file."""
        return self._path is None

    def connect(self) -> sqlite3.Connection:
        """Return a new connection to the file, or the one connection in memory."""
        if getattr(self, "_shared", None) is not None:
            return self._connection
        target = ":memory:" if self._path is None else self._path
        connection = sqlite3.connect(target, timeout=30, isolation_level=None, check_same_thread=False)
        connection.execute("PRAGMA synchronous = NORMAL")
        return connection

    @property
    def _connection(self) -> sqlite3.Connection:
        if self._shared is not None:
            return self._shared
        if not hasattr(self._local, "connection"):
            self._local.connection = self.connect()
        connection: sqlite3.Connection = self._local.connection
        return connection

    @contextmanager
    def reading(self) -> Iterator[sqlite3.Connection]:
        """One consistent view."""
        with self.changing(self._connection, "BEGIN") as connection:
            yield connection

    @contextmanager
    def changing(self, connection: sqlite3.Connection, begin: str = "BEGIN IMMEDIATE") -> Iterator[sqlite3.Connection]:
        """All or nothing; joins the transaction the connection already has open."""
        with self._lock if self._path is None else nullcontext():
            if not connection.in_transaction:
                connection.execute(begin)
            try:
                yield connection
            except BaseException:
                connection.execute("ROLLBACK")
                raise
            connection.execute("COMMIT")

    def close(self) -> None:
        """Close this thread's connection."""
        self._connection.close()
        self._local = threading.local()


def counters(connection: sqlite3.Connection) -> dict[str, int]:
    """Return position, generation and the statistics' sums."""
    return dict(connection.execute("SELECT name, value FROM meta"))


def statistics(connection: sqlite3.Connection, level: int) -> Statistics:
    """Return the statistics of what `level` sees."""
    values = counters(connection)
    return Statistics(values[f"listings{level}"], values[f"length{level}"])


def document_frequencies(connection: sqlite3.Connection, hashes: Sequence[int], level: int) -> dict[int, int]:
    """Return in how many listings visible at `level` each term stands; absent terms are left out."""
    return dict(connection.execute(_FREQUENCIES[level], (json.dumps(list(hashes)),)))


def fetch(connection: sqlite3.Connection, rows: Sequence[int], level: int) -> list[Record]:
    """Return the records of `rows` as `level` sees them, ordered by row; hidden and gone ones are left out."""
    return [
        Record(row, key, owner, kind, bool(anonymous), level, body, TermVector.from_bytes(vector))
        for row, key, owner, kind, anonymous, body, vector in connection.execute(
            _RECORDS[level], (json.dumps(list(rows)),)
        )
    ]


def bodies(connection: sqlite3.Connection, rows: Sequence[int]) -> list[tuple[int, Listing]]:
    """Return whole listings by row, for repair and encoding."""
    sql = "SELECT row, body FROM listing WHERE row IN (SELECT value FROM json_each(?))"
    return [(row, Listing.from_json(body)) for row, body in connection.execute(sql, (json.dumps(list(rows)),))]


def rows_of(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Return the row of each known listing id."""
    sql = "SELECT id, row FROM listing WHERE id IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(sql, (json.dumps(list(ids)),)))


def meaning_keys(connection: sqlite3.Connection, level: int, since: int = -1) -> list[tuple[int, str, bytes]]:
    """Return (row, kind, key) of what `level` sees among what changed after a generation."""
    return connection.execute(_MEANINGS[level], (since,)).fetchall()


def changed_rows(connection: sqlite3.Connection, since: int) -> list[int]:
    """Return every row that was written or removed after a generation, seen or not."""
    sql = "SELECT row FROM listing WHERE changed > ?1 UNION SELECT row FROM gone WHERE changed > ?1 ORDER BY 1"
    return [row for (row,) in connection.execute(sql, (since,))]


class Changes:
    """Counts what a transaction adds and takes away, and writes the sums once at its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._generation = counters(connection)["generation"] + 1
        self._hashes: dict[int, list[IntArray]] = {+1: [], -1: [], +2: [], -2: []}
        self._sums = dict.fromkeys(_COUNTERS, 0)

    def put(self, listing: Listing, vectors: dict[int, TermVector], keys: dict[int, bytes]) -> int:
        """Insert or replace a listing; returns its row, which stays the same for its id."""
        self.drop(listing.id, keep_row=True)
        public = vectors.get(PUBLIC)
        same = public is vectors[MEMBERS]
        values = (
            listing.kind,
            listing.owner,
            listing.anonymous,
            listing.to_json(), self._generation, None if public is None or same else public.to_bytes(),
            vectors[MEMBERS].to_bytes(), keys.get(PUBLIC), keys[MEMBERS], listing.id,
        )  # fmt: skip
        row = self._connection.execute(_PUT, values).fetchone()[0]
        self._count(+1, public, vectors[MEMBERS])
        self._touch(int(row))
        return int(row)

    def drop(self, listing_id: str, *, keep_row: bool = False) -> int | None:
        """Take a listing's words out of the statistics, and its row away unless it is to be replaced."""
        found = self._connection.execute(
            "SELECT row, terms0, terms1, meaning0 NOT NULL FROM listing WHERE id = ?", (listing_id,)
        ).fetchone()
        if found is None:
            return None
        row, terms0, terms1, public = found
        members = TermVector.from_bytes(terms1)
        self._count(-1, (TermVector.from_bytes(terms0) if terms0 else members) if public else None, members)
        if not keep_row:
            self._connection.execute("DELETE FROM listing WHERE row = ?", (row,))
            self._connection.execute("INSERT INTO gone VALUES (?, ?)", (row, self._generation))
            self._touch(row)
        return int(row)

    def _touch(self, row: int) -> None:
        self._connection.execute("INSERT OR IGNORE INTO pending VALUES (?)", (row,))

    def _count(self, sign: int, public: TermVector | None, members: TermVector) -> None:
        for level, vector in ((PUBLIC, public), (MEMBERS, members)):
            if vector is not None:
                self._hashes[sign * (level + 1)].append(vector.hashes)
                self._sums[f"listings{level}"] += sign
                self._sums[f"length{level}"] += sign * vector.length

    def close(self) -> None:
        """Write the changed document frequencies and sums."""
        for side, arrays in self._hashes.items():
            if not arrays:
                continue
            level, sign = abs(side) - 1, 1 if side > 0 else -1
            hashes, counts = np.unique(np.concatenate(arrays), return_counts=True)
            pairs = list(zip(hashes.tolist(), (sign * counts).tolist(), strict=True))
            self._connection.executemany(_COUNT[level], pairs)
        self._sums["generation"] = 1
        self._connection.executemany(
            "UPDATE meta SET value = value + ? WHERE name = ?", [(value, name) for name, value in self._sums.items()]
        )
