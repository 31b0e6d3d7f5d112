"""The tests' PostgreSQL cluster: one template for each state of the migrations, one copy for each test process.

Several people (and several xdist workers) may test on one machine at once: every process has a database of its own
name, which is dropped at its end; what a killed process left behind is dropped by the next one.
"""

from __future__ import annotations

import fcntl
import hashlib
import os
import shutil
import subprocess
import sys
import time
from collections.abc import Iterator
from contextlib import contextmanager, suppress
from datetime import datetime
from pathlib import Path
from zoneinfo import ZoneInfo

import psutil

from rongtong.hub.config.database import ROLE, Cluster
from rongtong.hub.config.places import home, own_directory

ROOT = Path(__file__).resolve().parent.parent
TEMPLATE = "rongtong_template_"
COPY = "rongtong_test_"
DAY = 24 * 3600
MEMORY = Path("/dev/shm")
#: What must be free there at the beginning, in bytes: a whole run takes a tenth of it.
ROOM = 4 * 1024**3
#: Parts of the hub that write no rows by themselves.
DOORS = {"views", "api", "forms", "exports", "urls", "navigation", "locale"}


def own_cluster() -> Cluster:
    """This user's cluster: in memory where there is room for it, else where the hub keeps its own.

    A copy of the template is some 1,500 small files: 40 ms in memory, 600 on a disk, and 300 tests ask for one.
    """
    kept = own_directory(home(), 0o755) / "test-database"
    place = MEMORY / f"rongtong-{os.geteuid()}-{hashlib.sha256(str(kept).encode()).hexdigest()[:12]}"
    return Cluster(place / kept.name if _is_ours(place) else kept, forgetful=True)


def _is_ours(place: Path) -> bool:
    """Whether the place in memory is there and of this user, or can be made now."""
    if not place.exists() and MEMORY.is_dir() and shutil.disk_usage(MEMORY).free >= ROOM:
        with suppress(OSError):
            own_directory(place, 0o755)
    return place.is_dir() and not place.is_symlink() and place.stat().st_uid == os.geteuid()


def state() -> str:
    """A hash of all that a migrated database depends on: migrations, the files they read, settings, packages."""
    digest = hashlib.sha256()
    hub = ROOT / "src/rongtong/hub"
    paths = [*hub.glob("*/migrations/*.py"), *hub.glob("*/reference/**/*"), *hub.glob("config/*.py")]
    for path in sorted(path for path in paths if path.is_file() and path.suffix != ".pyc"):
        digest.update(str(path.relative_to(ROOT)).encode() + b"\0" + path.read_bytes() + b"\0")
    digest.update((ROOT / "requirements.lock").read_bytes())
    return digest.hexdigest()[:16]


def build_template(cluster: Cluster) -> str:
    """The name of a migrated database to copy from, migrated now if this state was not met before."""
    name = TEMPLATE + state()
    with open(cluster.root / "template.lock", "w") as lock, cluster.admin() as admin:
        fcntl.flock(lock, fcntl.LOCK_EX)
        clean(cluster)
        if not _exists(admin, name):
            draft = f"{name}_draft"
            admin.execute(f'DROP DATABASE IF EXISTS "{draft}" WITH (FORCE)'.encode())
            admin.execute(f'CREATE DATABASE "{draft}" OWNER {ROLE}'.encode())
            _migrate(cluster.url(draft))
            admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"'.encode())
        admin.execute(f"COMMENT ON DATABASE \"{name}\" IS '{int(time.time())}'".encode())
    return name


def _migrate(url: str) -> None:
    for command in (["migrate", "--verbosity=0", "--skip-checks"], ["createcachetable"]):
        _run(url, ["-m", "django", *command], f"django {command[0]}")


def _run(url: str, words: list[str], what: str) -> None:
    # A child process: pytest-django blocks database access outside of tests.
    environment = {**os.environ, "DATABASE_URL": url, "DJANGO_SETTINGS_MODULE": "tests.settings"}
    done = subprocess.run(
        [sys.executable, *words],
        cwd=ROOT,
        env={**environment, "PYTHONPATH": str(ROOT), "RONGTONG_WORKER": "1"},
        capture_output=True,
        text=True,
        check=False,
    )
    if done.returncode:
        raise RuntimeError(f"{what} failed for the tests' template:\n{done.stderr or done.stdout}")


def filled(cluster: Cluster, template: str, label: str, code: str) -> str:
    """The name of a database to copy from: the template with what `code` wrote into it, made once a day and source.

    Only rows are kept: code that writes files has to run in the hub that serves them.
    """
    digest = hashlib.sha256(f"{template} {code} {datetime.now(ZoneInfo('Asia/Shanghai')).date()}".encode())
    for path in sorted((ROOT / "src/rongtong").rglob("*")):
        if path.suffix in {".py", ".toml"} and not DOORS & set(path.parts):
            digest.update(path.read_bytes())
    name = f"{TEMPLATE}{label}_{digest.hexdigest()[:16]}"
    with open(cluster.root / f"{label}.lock", "w") as lock, cluster.admin() as admin:
        fcntl.flock(lock, fcntl.LOCK_EX)
        if not _exists(admin, name):
            draft = f"{name}_draft"
            renew(cluster, template, draft)
            _run(cluster.url(draft), ["-c", f"import django; django.setup()\n{code}"], "the code that fills a database")
            admin.execute(f'ALTER DATABASE "{draft}" RENAME TO "{name}"'.encode())
        admin.execute(f"COMMENT ON DATABASE \"{name}\" IS '{int(time.time())}'".encode())
    return name


@contextmanager
def database_copy(cluster: Cluster, template: str, worker: str) -> Iterator[str]:
    """A fresh database of this process, dropped at the end."""
    name = f"{COPY}{os.getpid()}_{worker}"
    renew(cluster, template, name)
    try:
        yield name
    finally:
        drop(cluster, name)


def renew(cluster: Cluster, template: str, name: str) -> None:
    """Put `name` back to the state of `template`."""
    with cluster.admin() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())
        admin.execute(f'CREATE DATABASE "{name}" OWNER {ROLE} TEMPLATE "{template}"'.encode())


def drop(cluster: Cluster, name: str) -> None:
    with cluster.admin() as admin:
        admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def clean(cluster: Cluster) -> None:
    """Drop the databases of processes that are gone, and templates that nobody used for a day."""
    with cluster.admin() as admin:
        rows = admin.execute(
            "SELECT datname, coalesce(shobj_description(oid, 'pg_database'), '0') FROM pg_database"
        ).fetchall()
        for name, note in rows:
            orphan = str(name).startswith(COPY) and not psutil.pid_exists(int(str(name).split("_")[2]))
            template = str(name).startswith(TEMPLATE) and not str(name).endswith("_draft")
            if orphan or (template and int(str(note)) < time.time() - DAY):
                admin.execute(f'DROP DATABASE IF EXISTS "{name}" WITH (FORCE)'.encode())


def _exists(admin, name: str) -> bool:
    return admin.execute("SELECT 1 FROM pg_database WHERE datname = %s", (name,)).fetchone() is not None
