"""What tests of the log are made of: entries, clocks, the RFC's own recursive definition, a log with witnesses."""

from __future__ import annotations

import hashlib
from collections.abc import Sequence
from datetime import UTC, datetime, timedelta
from pathlib import Path

from rongtong.engines.translog import (
    WITNESS,
    Batch,
    Edge,
    FolderLog,
    Signer,
    Tile,
    commit,
    grow,
)
from rongtong.engines.translog.tiles import edge_tiles

ORIGIN = "log.example/rongtong"
LOG_KEY = Signer.generate(ORIGIN)
WITNESS_KEYS = [Signer.generate(f"{name}.example", WITNESS) for name in ("park", "association", "factory")]
NOON = datetime(2026, 11, 23, 12, tzinfo=UTC)


class Clock:
    """A clock that stands until it is moved."""

    def __init__(self) -> None:
        self.now = NOON

    def __call__(self) -> datetime:
        return self.now

    def pass_by(self, seconds: int) -> None:
        self.now += timedelta(seconds=seconds)


def entries(count: int, first: int = 0) -> list[bytes]:
    """Entries that tell themselves apart."""
    return [b"entry %d" % number for number in range(first, first + count)]


def commitment(number: int) -> bytes:
    """A log entry as the hub writes it."""
    return commit(b"document %d" % number, bytes([number % 256]) * 32).entry


def mth(data: Sequence[bytes]) -> bytes:
    """MTH(D[n]) of RFC 6962 §2.1, word for word."""
    if not data:
        return hashlib.sha256(b"").digest()
    if len(data) == 1:
        return hashlib.sha256(b"\x00" + data[0]).digest()
    k = below(len(data))
    return hashlib.sha256(b"\x01" + mth(data[:k]) + mth(data[k:])).digest()


def path(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PATH(m, D[n]) of RFC 6962 §2.1.1, word for word."""
    if len(data) == 1:
        return []
    k = below(len(data))
    if m < k:
        return [*path(m, data[:k]), mth(data[k:])]
    return [*path(m - k, data[k:]), mth(data[:k])]


def proof(m: int, data: Sequence[bytes]) -> list[bytes]:
    """PROOF(m, D[n]) of RFC 6962 §2.1.2, word for word."""
    return subproof(m, data, whole=True)


def subproof(m: int, data: Sequence[bytes], *, whole: bool) -> list[bytes]:
    if m == len(data):
        return [] if whole else [mth(data)]
    k = below(len(data))
    if m <= k:
        return [*subproof(m, data[:k], whole=whole), mth(data[k:])]
    return [*subproof(m - k, data[k:], whole=False), mth(data[:k])]


def below(n: int) -> int:
    """The largest power of two smaller than n."""
    k = 1
    while k * 2 < n:
        k *= 2
    return k


class Shelf:
    """Resources in memory: a table with one growing row for each level and index, as a database keeps them."""

    def __init__(self) -> None:
        self.rows: dict[tuple[int, int], bytes] = {}
        self.asked: list[str] = []
        self.edge = Edge()

    def append(self, new: Sequence[bytes]) -> Batch:
        batch = grow(self.edge, new)
        for tile, data in batch.tiles.items():
            self.rows[tile.level, tile.index] = data
        self.edge = batch.edge
        return batch

    def fetch(self, names: Sequence[str]) -> list[bytes | None]:
        self.asked += names
        tiles = [Tile.parse(name) for name in names]
        return [self.rows.get((tile.level, tile.index)) for tile in tiles]

    def reread(self) -> Edge:
        names = edge_tiles(self.edge.size)
        return Edge.of(self.edge.size, {tile: self.rows[tile.level, tile.index] for tile in names})


def folder_log(path: Path, count: int, signer: Signer = LOG_KEY) -> FolderLog:
    """A log in a folder with so many commitments."""
    log = FolderLog.at(path, signer)
    log.append([commitment(number) for number in range(count)])
    return log
