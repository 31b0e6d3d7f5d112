"""What a transaction changes in the store: rows in batches, statistics counted aside and written once at its end."""

import json
import sqlite3
from collections.abc import Iterable, Sequence
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.listing import MEMBERS, PUBLIC
from rongtong.engines.matching.preparing import COLUMNS, Prepared, rules
from rongtong.engines.matching.store import COUNTERS, counters
from rongtong.engines.matching.vectorise import IntArray

_NAMES = ", ".join(COLUMNS)
_PUT = f"INSERT OR REPLACE INTO listing (row, changed, {_NAMES}) VALUES (?, ?{', ?' * len(COLUMNS)})"  # noqa: S608 — names of this package
_COUNT = """
INSERT INTO term VALUES (?1, ?2, ?3) ON CONFLICT (hash) DO UPDATE SET df0 = df0 + ?2, df1 = df1 + ?3
"""
_OLD = """
SELECT id, row, hashes0, counts0, hashes1, counts1, meaning0 NOT NULL FROM listing
WHERE id IN (SELECT value FROM json_each(?))
"""
_EMPTY = np.zeros(0, np.int64)


class Tally:
    """Counts hashes in bounded memory."""

    def __init__(self) -> None:
        self._hashes, self._counts = _EMPTY, _EMPTY
        self._new: list[bytes] = []
        self._size = 0

    def add(self, hashes: bytes) -> None:
        """Count each of the hashes that are joined."""
        self._new.append(hashes)
        self._size += len(hashes)
        if self._size > 8 * max(2_000_000, 2 * len(self._hashes)):
            self._fold()

    def counts(self) -> tuple[IntArray, IntArray]:
        """Return the distinct hashes ascending, and how often each was added."""
        self._fold()
        return self._hashes, self._counts

    def _fold(self) -> None:
        new = np.frombuffer(b"".join(self._new), np.int64)
        hashes, counts = np.unique(new, return_counts=True)
        self._hashes, self._counts = _sums(
            np.concatenate([self._hashes, hashes]), np.concatenate([self._counts, counts])
        )
        self._new.clear()
        self._size = 0


def _sums(hashes: IntArray, counts: IntArray) -> tuple[IntArray, IntArray]:
    distinct, places = np.unique(hashes, return_inverse=True)
    return distinct, np.bincount(places, counts, len(distinct)).astype(np.int64)


class _Faces(NamedTuple):
    """The counted words of a listing; those of its public face are None where they are the same, or there is none."""

    hashes0: bytes | None
    counts0: bytes | None
    hashes1: bytes
    counts1: bytes
    public: bool


def _total(counts: Iterable[bytes]) -> int:
    return int(np.frombuffer(b"".join(counts), np.uint8).sum())


class Changes:
    """Counts what a transaction adds and takes away, and writes the sums once at its end."""

    def __init__(self, connection: sqlite3.Connection) -> None:
        self._connection = connection
        self._generation = counters(connection)["generation"] + 1
        self._sums = dict.fromkeys(COUNTERS, 0)
        self._tallies = {(level, sign): Tally() for level in (PUBLIC, MEMBERS) for sign in (1, -1)}
        self._shared = {1: Tally(), -1: Tally()}  # what both levels see: almost everything, so it is counted once
        last = connection.execute("SELECT seq FROM sqlite_sequence WHERE name = 'listing'").fetchone()
        self._next_row = int(last[0]) + 1 if last else 1

    def put(self, batch: Sequence[Prepared]) -> tuple[list[int], set[int]]:
        """Insert or replace listings; returns their rows, and which of these were there before."""
        known = self._forget(prepared.id for prepared in batch)
        rows = []
        for prepared in batch:
            row = known.get(prepared.id)
            if row is None:
                row, self._next_row = self._next_row, self._next_row + 1
            rows.append(row)
        self._count(
            1, [_Faces(one.hashes0, one.counts0, one.hashes1, one.counts1, one.meaning0 is not None) for one in batch]
        )
        generation, width = self._generation, len(COLUMNS)
        self._connection.executemany(
            _PUT, ((row, generation, *prepared[:width]) for row, prepared in zip(rows, batch, strict=True))
        )
        self._touch(rows)
        return rows, set(known.values())

    def drop(self, ids: Iterable[str]) -> list[int]:
        """Take listings away; returns the rows of those that were there."""
        rows = sorted(self._forget(ids).values())
        self._connection.executemany("DELETE FROM listing WHERE row = ?", ((row,) for row in rows))
        self._connection.executemany("INSERT INTO gone VALUES (?, ?)", ((row, self._generation) for row in rows))
        self._touch(rows)
        return rows

    def _forget(self, ids: Iterable[str]) -> dict[str, int]:
        """Take the words of known listings out of the statistics."""
        found = self._connection.execute(_OLD, (json.dumps(list(ids)),)).fetchall()
        self._count(-1, [_Faces._make(old[2:]) for old in found])
        return {key: row for key, row, *_ in found}

    def _touch(self, rows: Sequence[int]) -> None:
        self._connection.executemany("INSERT OR IGNORE INTO pending VALUES (?)", ((row,) for row in rows))

    def _count(self, sign: int, listings: Sequence[_Faces]) -> None:
        """Count listings; without words of its own the public face has those of the members'."""
        same = [one for one in listings if one.public and one.hashes0 is None]
        apart = [one for one in listings if not one.public or one.hashes0 is not None]
        own = [one for one in apart if one.hashes0 is not None]
        self._shared[sign].add(b"".join(one.hashes1 for one in same))
        self._tallies[MEMBERS, sign].add(b"".join(one.hashes1 for one in apart))
        self._tallies[PUBLIC, sign].add(b"".join(one.hashes0 for one in own if one.hashes0 is not None))
        alike = _total(one.counts1 for one in same)
        self._sums["listings0"] += sign * (len(same) + len(own))
        self._sums["listings1"] += sign * len(listings)
        self._sums["length0"] += sign * (alike + _total(one.counts0 for one in own if one.counts0 is not None))
        self._sums["length1"] += sign * (alike + _total(one.counts1 for one in apart))

    def close(self) -> None:
        """Write the changed document frequencies and sums."""
        hashes, public, members = self._frequencies()
        self._connection.executemany(_COUNT, zip(hashes.tolist(), public.tolist(), members.tolist(), strict=True))
        fewer = hashes[(public < 0) | (members < 0)].tolist()
        self._connection.executemany(
            "DELETE FROM term WHERE hash = ? AND df0 = 0 AND df1 = 0", ((term,) for term in fewer)
        )
        self._sums["generation"] = 1
        if self._generation == 1:
            self._sums["rules"] = rules()
        self._connection.executemany(
            "UPDATE meta SET value = value + ? WHERE name = ?", [(value, name) for name, value in self._sums.items()]
        )

    def _frequencies(self) -> tuple[IntArray, IntArray, IntArray]:
        """Return the distinct terms ascending with the change of each level's document frequency."""
        parts = [(_EMPTY, _EMPTY, _EMPTY)]
        for (level, sign), tally in self._tallies.items():
            hashes, counts = tally.counts()
            parts.append((hashes, sign * counts * (level == PUBLIC), sign * counts * (level == MEMBERS)))
        for sign, tally in self._shared.items():
            hashes, counts = tally.counts()
            parts.append((hashes, sign * counts, sign * counts))
        every, public, members = (np.concatenate(columns) for columns in zip(*parts, strict=True))
        distinct, summed = _sums(every, public)
        return distinct, summed, _sums(every, members)[1]
