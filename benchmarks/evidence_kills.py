"""kill -9 at two hundred random points while evidence is written, at every tenth of the database as well.

Of two writers and a keeper of the log one is killed up to 0.4 seconds after the last, while the others go on, and
another takes its place. Then every acknowledged entry must be in the log once, proved in the last checkpoint, and every
checkpoint ever signed must be its beginning. ``--quick`` takes ten points.

Prints a table and writes ``benchmarks/out/evidence_kills.json``.
"""

from __future__ import annotations

import os
import signal
import subprocess
import sys
from collections.abc import Iterator
from pathlib import Path

from figures import Row, figure, report

sys.path.insert(0, str(Path(__file__).resolve().parent.parent))
from rongtong.hub.config.database import Cluster
from rongtong.hub.config.places import home, own_directory
from tests.hub.trust.evidence_kills import kill_at_random

ROOT = Path(__file__).resolve().parent.parent
EVERY = 10


def main() -> int:
    done: int = report("evidence_kills", __doc__, "ten points", rows, strict=True)
    return done


def rows(short: bool) -> Iterator[Row]:
    cluster = Cluster(own_directory(home(), 0o755) / f"kills-{os.getpid()}")
    try:
        with cluster.in_use():
            begin(cluster)
            found = kill_at_random(10 if short else 200, 20261124, lambda point: kill_database(cluster, point))
            from django.db import connections

            connections.close_all()
    finally:
        cluster.destroy()
    yield figure("points at which writers and keeper were killed", found.points, "")
    yield figure("entries acknowledged before", found.acknowledged, "")
    yield figure("entries in the log at last", found.entries, "")
    yield figure("checkpoints ever signed", found.checkpoints, "")
    yield figure("acknowledged entries lost", found.lost, "", 0)
    yield figure("entries doubled, or numbers left out", found.doubled, "", 0)
    yield figure("acknowledged entries without a proof in the last checkpoint", found.unproved, "", 0)
    yield figure("checkpoints that the log does not continue, or that are gone", found.contradicted, "", 0)
    yield figure("findings of a monitor, and halts of the log", len(found.halts), "", 0)


def begin(cluster: Cluster) -> None:
    os.environ |= {"DATABASE_URL": cluster.url(), "DJANGO_SETTINGS_MODULE": "tests.settings", "RONGTONG_WORKER": "1"}
    command = [sys.executable, "-W", "ignore", "-m", "django", "migrate", "--verbosity=0", "--skip-checks"]
    subprocess.run(command, cwd=ROOT, env={**os.environ, "PYTHONPATH": str(ROOT)}, check=True)
    import django

    django.setup()


def kill_database(cluster: Cluster, point: int) -> None:
    """Every so often the server itself, all of its processes at once; then it starts again."""
    if point % EVERY != EVERY - 1:
        return
    for process in cluster.processes():
        process.send_signal(signal.SIGKILL)
    cluster.start()


if __name__ == "__main__":
    sys.exit(main())
