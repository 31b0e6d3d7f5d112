"""The evidence log: appending, proofs at ten million entries on disk, checkpoints, evidence files, monitoring.

Appending is compared with pymerkle where that is installed (it is no dependency: its licence is the GPL), and with a
plain twin that keeps all levels of the tree in lists. ``--quick`` takes a hundredth of the entries.
"""

from __future__ import annotations

import hashlib
import os
import random
import statistics
import sys
import tempfile
import time
from collections.abc import Callable, Iterator
from datetime import UTC, datetime
from functools import partial
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from typing import TypeVar

from figures import Row, figure, report

from rongtong.engines.translog import (
    WITNESS,
    Checkpoint,
    Edge,
    FileStore,
    FolderLog,
    Frontier,
    Opening,
    Policy,
    Signer,
    Tree,
    Witness,
    audit,
    commit,
    evidence_for,
    grow,
    leaf_hash,
    verify_evidence,
    verify_inclusion,
)
from rongtong.engines.translog.cosignatures import cosign
from rongtong.engines.translog.witness import Request

MILLION = 1_000_000
ORIGIN = "log.example/bench"
T = TypeVar("T")


def main() -> int:
    done: int = report("translog", __doc__, "a hundredth of the entries", rows)
    return done


def rows(short: bool) -> Iterator[Row]:
    part = 100 if short else 1
    with tempfile.TemporaryDirectory() as folder:
        home = Path(folder)
        yield from appending(home, 500_000 // part)
        yield from proving(home, 10 * MILLION // part)
        yield from keeping(home, 200_000 // part)


def entry(number: int) -> bytes:
    """An entry of the size that the hub writes."""
    return b"%0156d" % number


def appending(home: Path, count: int) -> Iterator[Row]:
    """Microseconds for each entry; the bar of 50 is 20,000 a second."""
    entries = [entry(number) for number in range(count)]
    peer, beside = in_memory_peer(entries[: count // 5])
    for size in (1, 100, 10_000):
        some = entries[: count // 10 if size == 1 else count]
        took = timed(partial(grown, some, size))
        name = f"append in memory, batches of {size:,}: tiles and bundles (beside: {beside}, one by one)"
        yield figure(name, took / len(some) * 1e6, "µs", 50, peer)
    took = timed(lambda: Frontier().extended(map(leaf_hash, entries)).root)
    yield figure("root alone, by the compact range (beside: the twin that keeps all levels)",
                 took / count * 1e6, "µs", None, naive(entries[: count // 5]))  # fmt: skip
    for size in (100, 1_000, 10_000):
        some = entries[: max(size, min(count, size * 100))]
        store = FileStore(home / f"durable-{size}")
        took = timed(partial(written, store, some, size))
        yield figure(f"append to a folder, on the disk before it returns, batches of {size:,}",
                     took / len(some) * 1e6, "µs", 50 if size > 100 else None)  # fmt: skip


def grown(entries: list[bytes], size: int) -> Edge:
    edge = Edge()
    for first in range(0, len(entries), size):
        edge = grow(edge, entries[first : first + size]).edge
    return edge


def written(store: FileStore, entries: list[bytes], size: int) -> None:
    with store.appending() as appender:
        for first in range(0, len(entries), size):
            appender.append(entries[first : first + size])


def in_memory_peer(entries: list[bytes]) -> tuple[float, str]:
    """Microseconds for each entry with pymerkle, or with the twin where that is not installed."""
    if find_spec("pymerkle") is None:
        return naive(entries), "the twin; pymerkle is not installed"
    pymerkle = import_module("pymerkle")
    tree = pymerkle.InmemoryTree(algorithm="sha256")

    def append_all() -> None:
        for one in entries:
            tree.append_entry(one)

    took = timed(append_all)
    assert tree.get_root() == Frontier().extended(map(leaf_hash, entries)).root
    return took / len(entries) * 1e6, f"pymerkle {pymerkle.__version__}"


def naive(entries: list[bytes]) -> float:
    """Microseconds for each entry with a twin that keeps every level in a list."""

    def append_all() -> bytes:
        levels: list[list[bytes]] = [[]]
        for one in entries:
            node, level = hashlib.sha256(b"\x00" + one).digest(), 0
            levels[0].append(node)
            while len(levels[level]) % 2 == 0:
                node = hashlib.sha256(b"\x01" + levels[level][-2] + levels[level][-1]).digest()
                level += 1
                if level == len(levels):
                    levels.append([])
                levels[level].append(node)
        return levels[-1][0]

    return timed(append_all) / len(entries) * 1e6


def proving(home: Path, count: int) -> Iterator[Row]:
    """Proofs from tiles on disk; the bar is 2 ms."""
    store, edge = FileStore(home / "large", durable=False), Edge()
    start = time.perf_counter()
    for first in range(0, count, 100_000):
        batch = grow(edge, [entry(number) for number in range(first, min(first + 100_000, count))], bundles=False)
        store.put(batch)
        edge = batch.edge
    yield figure(f"write the tiles of {count:,} entries", time.perf_counter() - start, "s")
    tree, draw = Tree(store, count), random.Random(1)  # noqa: S311 — places to look at
    root, places = edge.root, [draw.randrange(count) for _ in range(1_000)]
    os.sync()
    forget(home / "large")
    for name, some in (("not in memory", places[:200]), ("in memory", places)):
        took = [timed_value(partial(tree.inclusion_proof, place)) for place in some]
        for (_, proof), place in zip(took[:100], some[:100], strict=False):
            verify_inclusion(leaf_hash(entry(place)), place, count, proof, root)
        times = [1000 * seconds for seconds, _ in took]
        yield figure(f"inclusion proof at {count:,} entries, tiles {name}: median", statistics.median(times), "ms", 2)
        yield figure(f"inclusion proof at {count:,} entries, tiles {name}: 99 of 100", quantile(times), "ms", 2)
    times = [1000 * timed(partial(tree.consistency_proof, place)) for place in places]
    yield figure(f"consistency proof to {count:,} entries: 99 of 100", quantile(times), "ms", 2)
    yield figure("hashes in the longest proof", max(len(proof) for _, proof in took), "")
    yield figure(f"begin again from {count:,} entries: read the edge", 1000 * timed(tree.edge), "ms")
    yield figure("root from the edge", 1000 * timed(lambda: edge.root), "ms")
    signer = Signer.generate(ORIGIN)
    times = [1000 * timed(lambda: Checkpoint(ORIGIN, count, edge.root).signed_by(signer)) for _ in range(100)]
    yield figure("checkpoint: root and signature", statistics.median(times), "ms")


def keeping(home: Path, count: int) -> Iterator[Row]:
    """Witnessing, verifying a file, reading a whole log again."""
    signer, keys = Signer.generate(ORIGIN), [Signer.generate(f"w{n}.example", WITNESS) for n in range(3)]
    log = FolderLog(FileStore(home / "log", durable=False), signer)
    salt = bytes(32)
    steps = range(count // 100, count + 1, count // 100)
    for size in steps:
        log.append([commit(b"%d" % number, salt).entry for number in range(size - count // 100, size)])
    note = log.checkpoint()
    now = datetime.now(UTC)
    cosigned = note.with_signatures(cosign(note.text, key, now) for key in keys)
    policy = Policy.of([signer.verifier], [key.verifier for key in keys], 2)
    place = count // 3
    evidence = evidence_for(log.store, place, commit(b"%d" % place, salt).entry, cosigned, opening=Opening(salt))
    text = evidence.to_json()
    assert verify_evidence(text, policy, document=b"%d" % place).good
    times = [1000 * timed(lambda: verify_evidence(text, policy, document=b"%d" % place)) for _ in range(200)]
    yield figure("verify an evidence file: entry, signature, three witnesses", statistics.median(times), "ms")
    yield figure("an evidence file without timestamps", len(text.encode()) / 1000, "kB")
    Witness.create(home / "witness", "bench.example")
    witness, old, times = Witness(home / "witness", [signer.verifier]), 0, []
    for size in steps:
        tree = Tree(log.store, size)
        sent = Checkpoint(ORIGIN, size, tree.root).signed_by(signer)
        request = Request(old, tuple(tree.consistency_proof(old)), sent).body
        seconds, answer = timed_value(partial(witness.add_checkpoint, request))
        assert answer.status == 200
        times.append(1000 * seconds)
        old = size
    yield figure("a witness checks, remembers and cosigns: median", statistics.median(times), "ms")
    seconds, found = timed_value(lambda: audit(log.store, [signer.verifier]))
    assert found.good
    yield figure(f"a monitor reads a log of {count:,} entries again", seconds / count * 1e6, "µs")


def forget(folder: Path) -> None:
    """Ask the system to drop these files from its memory."""
    for path in folder.rglob("*"):
        if path.is_file():
            handle = os.open(path, os.O_RDONLY)
            os.posix_fadvise(handle, 0, 0, os.POSIX_FADV_DONTNEED)
            os.close(handle)


def timed(call: Callable[[], object]) -> float:
    return timed_value(call)[0]


def timed_value(call: Callable[[], T]) -> tuple[float, T]:
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def quantile(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


if __name__ == "__main__":
    sys.exit(main())
