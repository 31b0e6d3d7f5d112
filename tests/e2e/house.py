"""A hub served for a test: the real server and the real indexer, on a database of its own."""

from __future__ import annotations

import contextlib
import os
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

from tests.database import ROOT

PATIENCE = 90.0


@dataclass
class House:
    """A running hub.

    Parameters
    ----------
    url
        Its address, without a slash at the end.
    home
        Its folder: mail, files, index and the logs of its processes.
    """

    url: str
    home: Path
    environment: dict[str, str]

    def command(self, *words: str) -> subprocess.CompletedProcess[str]:
        """Run a `rongtong` command against this hub."""
        return subprocess.run(
            [sys.executable, "-m", "rongtong", *words],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )

    def django(self, code: str) -> str:
        """Run a few lines in this hub, with Django ready; gives what they print."""
        done = subprocess.run(
            [sys.executable, "-c", f"import django; django.setup()\n{code}"],
            cwd=ROOT,
            env=self.environment,
            capture_output=True,
            text=True,
            check=False,
        )
        if done.returncode:
            raise RuntimeError(done.stderr)
        return done.stdout


@contextlib.contextmanager
def served(
    database_url: str,
    home: Path,
    *,
    indexer: bool = True,
    worker: bool = False,
    settings: str = "",
    processes: int = 1,
) -> Iterator[House]:
    """Serve a database until the block ends, with so many web processes."""
    home.mkdir(parents=True, exist_ok=True)
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = probe.getsockname()[1]
    url = f"http://127.0.0.1:{port}"
    environment = {
        **os.environ,
        "DATABASE_URL": database_url,
        "DJANGO_SETTINGS_MODULE": settings or "tests.served_settings",
        "PYTHONPATH": str(ROOT),
        "RONGTONG_HOME": str(home),
        "RONGTONG_SITE_URL": url,
        "RONGTONG_ENCODER": "none",
    }
    house = House(url, home, environment)
    programs = [["web", f"--port={port}", f"--processes={processes}"]]
    programs += [[name] for name, wanted in (("indexer", indexer), ("worker", worker)) if wanted]
    with contextlib.ExitStack() as keep:
        children = [keep.enter_context(_child(house, *words)) for words in programs]
        _wait(house, children)
        yield house


@contextlib.contextmanager
def _child(house: House, name: str, *words: str) -> Iterator[subprocess.Popen[bytes]]:
    with open(house.home / f"{name}.log", "wb") as log:
        child = subprocess.Popen(
            [sys.executable, "-m", "rongtong", name, *words],
            cwd=ROOT,
            env=house.environment if name == "web" else {**house.environment, "RONGTONG_WORKER": "1"},
            stdout=log,
            stderr=subprocess.STDOUT,
        )
        try:
            yield child
        finally:
            child.send_signal(signal.SIGTERM)
            try:
                child.wait(timeout=15)
            except subprocess.TimeoutExpired:
                child.kill()
                child.wait()


def _wait(house: House, children: list[subprocess.Popen[bytes]]) -> None:
    """Until the first page answers."""
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if any(child.poll() is not None for child in children):
            break
        try:
            with urllib.request.urlopen(f"{house.url}/health/live", timeout=2):
                return
        except OSError:  # not yet: until its end, or for a moment
            with contextlib.suppress(subprocess.TimeoutExpired):
                children[0].wait(timeout=0.1)
    logs = "\n".join(path.read_text(errors="replace")[-2000:] for path in house.home.glob("*.log"))
    raise RuntimeError(f"the hub under test did not start:\n{logs}")
