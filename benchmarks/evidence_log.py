"""The hub's evidence log on PostgreSQL: queueing, sequencing, checkpoints, proofs at ten million entries.

A server of its own that waits for the disk as in production is started and deleted again. The tree of ten million is
written from made-up leaves without their rows: proofs read tiles alone. ``--quick`` takes a fiftieth of the entries.

Prints a table and writes ``benchmarks/out/evidence_log.json``.
"""

from __future__ import annotations

import os
import random
import statistics
import subprocess
import sys
import time
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import partial
from pathlib import Path
from typing import Any
from uuid import uuid4

from figures import Row, figure, report

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rongtong.engines.translog import Edge, commit, grow, leaf_hash, new_salt, verify_inclusion
from rongtong.hub.config.database import Cluster
from rongtong.hub.config.places import home, own_directory

ROOT = Path(__file__).resolve().parent.parent
MILLION = 1_000_000
COPIED = (
    "COPY trust_evidenceentry (id, kind, subject_type, subject_id, context_type, sha256, sm3)"
    " FROM STDIN (FORMAT BINARY)"
)


def main() -> int:
    done: int = report("evidence_log", __doc__, "a fiftieth of the entries", rows)
    return done


def rows(short: bool) -> Iterator[Row]:
    part = 50 if short else 1
    with durable_hub():
        yield from verbs(2_000 // part)
        yield from appending(400_000 // part)
        yield from keeping(400_000 // part)
        yield from proving(10 * MILLION // part)


@contextmanager
def durable_hub() -> Iterator[None]:
    """Django on a fresh server that flushes every commit."""
    cluster = Cluster(own_directory(home(), 0o755) / f"bench-{os.getpid()}")
    try:
        with cluster.in_use():
            os.environ |= {"DATABASE_URL": cluster.url(), "DJANGO_SETTINGS_MODULE": "tests.settings"}
            environment = {**os.environ, "PYTHONPATH": str(ROOT), "RONGTONG_WORKER": "1"}
            command = [sys.executable, "-W", "ignore", "-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
            subprocess.run(command, cwd=ROOT, env=environment, check=True)
            os.environ["RONGTONG_WORKER"] = "1"
            import django

            django.setup()
            yield
            from django.db import connections

            connections.close_all()
    finally:
        cluster.destroy()


def verbs(count: int) -> Iterator[Row]:
    """What a verb pays: its commitment and two rows, in a transaction that waits for the disk."""
    from django.db import transaction

    from rongtong.hub.foundation.actors import SYSTEM
    from rongtong.hub.foundation.verbs import Done
    from rongtong.hub.trust.domain.evidence import record
    from rongtong.hub.trust.models import Document

    document = Document(subject_type="innovation.challenge", subject_id=uuid4(), name="图纸.pdf", size=1, level=1)

    def once(evidence: bool) -> None:
        from rongtong.hub.foundation import audit

        with transaction.atomic():
            audit.write(verb="document.attach", by=SYSTEM, subject=None, result=document, before=None, details={})
            if evidence:
                record(Done("document.attach", SYSTEM, None, document))

    bare, whole = [], []
    for _ in range(count):  # in turns: the disk is not the same twice
        bare.append(timed(partial(once, False)))
        whole.append(timed(partial(once, True)))
    yield figure("a verb's transaction with its evidence, median (beside: with its audit entry alone)",
                 1000 * statistics.median(whole), "ms", None, 1000 * statistics.median(bare))  # fmt: skip


def appending(count: int) -> Iterator[Row]:
    """Microseconds for each entry; the bar of 50 is 20,000 a second."""
    from rongtong.hub.trust.domain.log_sequencing import sequence
    from rongtong.hub.trust.models import LogHead

    while sequence():
        pass
    for size in (100, 1_000, 10_000):
        some = count if size == 10_000 else count * size // 20_000
        made = [commit(b"%d" % number, new_salt()) for number in range(some)]
        queueing = timed(partial(queue, made))
        before = LogHead._base_manager.get().size
        took = timed(partial(all_of, partial(sequence, most=size)))
        assert LogHead._base_manager.get().size - before == some
        yield figure(f"append {some:,} queued entries, durable, batches of {size:,}", took / some * 1e6, "µs",
                     50 if size == 10_000 else None)  # fmt: skip
        if size == 10_000:
            both = (took + queueing) / some * 1e6
            yield figure(f"the same with the queueing itself (COPY of {some:,} rows)", both, "µs", 50)
            yield figure("appends a second, batches of 10,000", some / took, "/s")


def all_of(call: Callable[[], int]) -> None:
    while call():
        pass


def queue(made: list[Any]) -> None:
    from django.db import connection, transaction

    with transaction.atomic(), connection.cursor() as cursor, cursor.copy(COPIED) as copy:
        copy.set_types(["uuid", "varchar", "varchar", "uuid", "varchar", "bytea", "bytea"])
        for one in made:
            copy.write_row((uuid4(), "document.attached", "trust.document", uuid4(), "", one.sha256, one.sm3))


def keeping(count: int) -> Iterator[Row]:
    """A checkpoint of the log as it stands, and evidence out of it."""
    from rongtong.hub.trust.domain.log_keeping import keep_log
    from rongtong.hub.trust.models import EvidenceEntry, LogHead
    from rongtong.hub.trust.queries.evidence import Found, evidence_of

    size = LogHead._base_manager.get().size
    yield figure(f"checkpoint at {size:,} entries: sign, check that it continues the last, publish",
                 1000 * timed(keep_log), "ms")  # fmt: skip
    draw = random.Random(1)  # noqa: S311  places to look at
    numbers = [draw.randrange(size) for _ in range(300)]
    entries = [EvidenceEntry._base_manager.get(number=number) for number in numbers]
    times = [1000 * timed(partial(evidence_of, Found(one, True))) for one in entries]
    yield figure(f"evidence file at {size:,} entries: median", statistics.median(times), "ms")
    yield figure(f"evidence file at {size:,} entries: 99 of 100", quantile(times), "ms")


def proving(count: int) -> Iterator[Row]:
    """Proofs from tiles in the table; the bar is 2 ms."""
    from rongtong.hub.trust.queries.log_tiles import edge_of, tree_of

    edge = fill(count)
    tree, draw = tree_of(count), random.Random(2)  # noqa: S311  places to look at
    assert tree.root == edge.root
    places = [draw.randrange(count) for _ in range(1_000)]
    took = [timed_value(partial(tree.inclusion_proof, place)) for place in places]
    for (_, proof), place in zip(took[:200], places[:200], strict=True):
        verify_inclusion(leaf_hash(b"%0156d" % place), place, count, proof, edge.root)
    times = [1000 * seconds for seconds, _ in took]
    yield figure(f"inclusion proof at {count:,} entries: median", statistics.median(times), "ms", 2)
    yield figure(f"inclusion proof at {count:,} entries: 99 of 100", quantile(times), "ms", 2)
    times = [1000 * timed(partial(tree.consistency_proof, place)) for place in places]
    yield figure(f"consistency proof to {count:,} entries: 99 of 100", quantile(times), "ms", 2)
    yield figure(f"begin again from {count:,} entries: read the edge", 1000 * timed(partial(edge_of, count)), "ms")


def fill(count: int) -> Edge:
    """Write the tiles of a tree of made-up entries in place of what is there."""
    from django.db import connection

    edge = Edge()
    with connection.cursor() as cursor:
        cursor.execute("TRUNCATE trust_logtile")
        for first in range(0, count, 200_000):
            some = [b"%0156d" % number for number in range(first, min(first + 200_000, count))]
            batch = grow(edge, some, bundles=False)
            tiles = list(batch.tiles.items())
            cursor.execute(
                "INSERT INTO trust_logtile (level, place, data)"
                " SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
                " ON CONFLICT (level, place) DO UPDATE SET data = excluded.data",
                [[one.level for one, _ in tiles], [one.index for one, _ in tiles], [data for _, data in tiles]],
            )
            edge = batch.edge
        cursor.execute("ANALYZE trust_logtile")
    return edge


def timed(call: Callable[[], object]) -> float:
    return timed_value(call)[0]


def timed_value(call: Callable[[], Any]) -> tuple[float, Any]:
    start = time.perf_counter()
    value = call()
    return time.perf_counter() - start, value


def quantile(times: list[float]) -> float:
    return statistics.quantiles(times, n=100)[98]


if __name__ == "__main__":
    sys.exit(main())
