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
from decimal import Decimal
from functools import lru_cache
from operator import itemgetter
from pathlib import Path
from typing import Any, NamedTuple

from rongtong.engines.matching.constraints import Value
from rongtong.engines.matching.errors import IndexDamaged
from rongtong.engines.matching.listing import MEMBERS, PUBLIC

FORMAT = 2
_SCHEMA = """
CREATE TABLE meta (name TEXT PRIMARY KEY, value INTEGER NOT NULL) WITHOUT ROWID;
CREATE TABLE listing (
    row INTEGER PRIMARY KEY AUTOINCREMENT, id TEXT NOT NULL UNIQUE, kind TEXT NOT NULL,
    owner TEXT NOT NULL, anonymous INTEGER NOT NULL, region TEXT NOT NULL, industry TEXT NOT NULL,
    size_class TEXT NOT NULL, readiness INTEGER, price TEXT, certificates TEXT, languages TEXT, hidden TEXT NOT NULL,
    hashes0 BLOB, counts0 BLOB, hashes1 BLOB NOT NULL, counts1 BLOB NOT NULL, meaning0 BLOB, meaning1 BLOB NOT NULL,
    changed INTEGER NOT NULL, body TEXT NOT NULL);
CREATE INDEX listing_changed ON listing (changed);
CREATE TABLE term (hash INTEGER PRIMARY KEY, df0 INTEGER NOT NULL, df1 INTEGER NOT NULL);
CREATE TABLE pending (row INTEGER PRIMARY KEY);
CREATE TABLE gone (row INTEGER PRIMARY KEY, changed INTEGER NOT NULL);
CREATE INDEX gone_changed ON gone (changed);
"""
_TERMS = {PUBLIC: "coalesce(hashes0, hashes1), coalesce(counts0, counts1)", MEMBERS: "hashes1, counts1"}
_AMONG = "row IN (SELECT value FROM json_each(?))"
_VISIBLE = {PUBLIC: f"{_AMONG} AND meaning0 NOT NULL", MEMBERS: _AMONG}
_FREQUENCIES = {
    PUBLIC: "SELECT hash, df0 FROM term WHERE hash IN (SELECT value FROM json_each(?)) AND df0 > 0",
    MEMBERS: "SELECT hash, df1 FROM term WHERE hash IN (SELECT value FROM json_each(?)) AND df1 > 0",
}
_GENERATION = "SELECT value FROM meta WHERE name = 'generation'"
_KEPT_FREQUENCIES = 100_000
_CHANGED = "FROM listing WHERE changed > ? AND changed <= ?"
_MEANINGS = {
    PUBLIC: f"SELECT row, kind, meaning0 {_CHANGED} AND meaning0 NOT NULL ORDER BY row",
    MEMBERS: f"SELECT row, kind, meaning1 {_CHANGED} ORDER BY row",
}
COUNTERS = ("position", "generation", "published", "listings0", "listings1", "length0", "length1", "rules")
BETWEEN = "\x1f"  # stands between the members of a set of names


@dataclass(frozen=True, slots=True)
class Statistics:
    """How many listings a level sees and how long they are together."""

    listings: int
    length: int

    @property
    def mean_length(self) -> float:
        """Mean number of terms in a listing, at least 1."""
        return max(1.0, self.length / self.listings) if self.listings else 1.0


class Record(NamedTuple):
    """A stored listing as one level sees it: what it is filtered and scored by; bodies are read for the best."""

    level: int
    row: int
    id: str
    owner: str
    kind: str
    anonymous: int
    region: str | None
    industry: str | None
    size_class: str | None
    readiness: int | None
    price: str | None
    certificates: str | None
    languages: str | None
    hidden: str
    hashes: bytes
    counts: bytes


_COLUMNS = {name: itemgetter(place) for place, name in enumerate(Record._fields)}


def facets(records: Sequence[Record], name: str) -> list[str | int | None]:
    """Return a facet of each record as it is stored, None where its level may not see it."""
    values: list[Any] = list(map(_COLUMNS[name], records))
    return [
        None if one.hidden and one.level < MEMBERS and name in one.hidden.split(BETWEEN) else value
        for value, one in zip(values, records, strict=True)
    ]


def facet_value(name: str, stored: str | int | None) -> Value:
    """Return the value of a facet from its stored form."""
    if stored is None or isinstance(stored, int):
        return stored
    if name == "price":
        return Decimal(stored)
    if name in ("certificates", "languages"):
        return frozenset(stored.split(BETWEEN)) if stored else frozenset()
    return stored


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
        try:
            found = store._connection.execute("PRAGMA user_version").fetchone()[0]
        except sqlite3.DatabaseError as error:
            raise IndexDamaged(f"the index at {path.parent} cannot be read, rebuild it: {error}") from error
        if found != FORMAT:
            raise IndexDamaged(f"the index at {path.parent} has another format: rebuild it from the database")
        return store

    @staticmethod
    def _initialise(connection: sqlite3.Connection) -> None:
        with connection:
            connection.executemany("INSERT INTO meta VALUES (?, 0)", [(name,) for name in COUNTERS])
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


class Frequencies:
    """Document frequencies that were looked up, kept until the next commit: needs share most of their words."""

    def __init__(self) -> None:
        self._known: dict[int, tuple[int, dict[int, int]]] = {}

    def of(self, connection: sqlite3.Connection, hashes: Sequence[int], level: int) -> dict[int, int]:
        """Return in how many listings visible at `level` each term stands, 0 for absent ones."""
        (generation,) = connection.execute(_GENERATION).fetchone()
        since, known = self._known.get(level, (-1, {}))
        if since != generation or len(known) > _KEPT_FREQUENCIES:
            known = {}
            self._known[level] = generation, known
        unknown = [term for term in hashes if term not in known]
        if unknown:
            known.update(dict.fromkeys(unknown, 0) | document_frequencies(connection, unknown, level))
        return {term: known[term] for term in hashes}


def fetch(connection: sqlite3.Connection, rows: Sequence[int], level: int, facets: frozenset[str]) -> list[Record]:
    """Return the records of `rows` as `level` sees them, ordered by row, with the `facets` that will be asked for.

    Hidden and gone ones are left out.
    """
    return list(map(Record._make, connection.execute(_records(level, facets), (json.dumps(list(rows)),))))


@lru_cache(maxsize=1_000)
def _records(level: int, facets: frozenset[str]) -> str:
    columns = ", ".join(name if name in facets else "NULL" for name in Record._fields[6:-3])
    chosen = f"{level:d}, row, id, owner, kind, anonymous, {columns}, hidden, {_TERMS[level]}"
    return f"SELECT {chosen} FROM listing WHERE {_VISIBLE[level]} ORDER BY row"  # noqa: S608 — names of this module


def bodies(connection: sqlite3.Connection, rows: Sequence[int]) -> dict[int, str]:
    """Return whole listings by row as they are stored, for repair and the best matches."""
    sql = "SELECT row, body FROM listing WHERE row IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(sql, (json.dumps(list(rows)),)))


def rows_of(connection: sqlite3.Connection, ids: Iterable[str]) -> dict[str, int]:
    """Return the row of each known listing id."""
    sql = "SELECT id, row FROM listing WHERE id IN (SELECT value FROM json_each(?))"
    return dict(connection.execute(sql, (json.dumps(list(ids)),)))


def meaning_keys(connection: sqlite3.Connection, level: int, since: int, upto: int) -> Iterator[tuple[int, str, bytes]]:
    """Return (row, kind, key) of what `level` sees among what changed last after a generation and up to another."""
    return iter(connection.execute(_MEANINGS[level], (since, upto)))


def changed_rows(connection: sqlite3.Connection, since: int) -> list[int]:
    """Return every row that was written or removed after a generation, seen or not."""
    sql = "SELECT row FROM listing WHERE changed > ?1 UNION SELECT row FROM gone WHERE changed > ?1 ORDER BY 1"
    return [row for (row,) in connection.execute(sql, (since,))]
