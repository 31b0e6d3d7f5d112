"""kill -9 while evidence is written: what was acknowledged is there, and the tree continues every checkpoint."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from pathlib import Path

from tests import database
from tests.conftest import TEMPLATE_VARIABLE


def test_nothing_that_was_acknowledged_is_lost_and_no_checkpoint_contradicted(worker_id: str, tmp_path: Path) -> None:
    """A few points each time; ``benchmarks/evidence_kills.py`` takes two hundred, and kills the database, too."""
    cluster = database.own_cluster()
    with database.database_copy(cluster, os.environ[TEMPLATE_VARIABLE], f"kills{worker_id}") as name:
        done = subprocess.run(
            [sys.executable, "-m", "tests.hub.trust.evidence_kills", "3", "7"],
            cwd=database.ROOT,
            env={**os.environ, "DATABASE_URL": cluster.url(name), "DJANGO_SETTINGS_MODULE": "tests.settings"},
            capture_output=True,
            text=True,
            check=False,
        )
    assert done.stdout, done.stderr
    told = json.loads(done.stdout)
    assert told["good"], told
    assert told["points"] == 3
    assert told["entries"] >= told["acknowledged"] >= 3
    assert told["checkpoints"] >= 1
