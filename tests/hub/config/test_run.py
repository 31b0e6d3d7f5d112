"""`rongtong run` as a person runs it: a real process, signals, a second one beside it, and kills."""

from __future__ import annotations

import contextlib
import json
import os
import shutil
import signal
import socket
import subprocess
import sys
import time
import urllib.request
from collections.abc import Callable, Iterator
from pathlib import Path
from queue import Empty, Queue
from threading import Thread

import psutil
import pytest

from tests.hub.config.conftest import short_directory

PATIENCE = 120


class Run:
    """One `rongtong run` and what it prints."""

    def __init__(self, home: Path, *words: str) -> None:
        kept = {name: value for name, value in os.environ.items() if not name.startswith(("RONGTONG_", "DJANGO_"))}
        kept.pop("DATABASE_URL", None)
        self.environment = {**kept, "RONGTONG_HOME": str(home)}
        self.process = subprocess.Popen(
            [sys.executable, "-m", "rongtong", *words],
            env=self.environment,
            stdin=subprocess.DEVNULL,
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
        )
        self.said: list[str] = []
        self._lines: Queue[str | None] = Queue()
        Thread(target=self._read, daemon=True).start()

    def _read(self) -> None:
        assert self.process.stdout is not None
        for line in self.process.stdout:
            self._lines.put(line.rstrip())
        self._lines.put(None)

    def wait_for(self, word: str) -> str:
        """The first line with `word`; fails when the output ends without it."""
        end = time.monotonic() + PATIENCE
        while time.monotonic() < end:
            try:
                line = self._lines.get(timeout=1)
            except Empty:
                continue
            if line is None:
                break
            self.said.append(line)
            if word in line:
                return line
        pytest.fail(f"'{word}' was not said:\n" + "\n".join(self.said))

    def address(self) -> str:
        return self.wait_for("http://").split()[-1]

    def tree(self) -> list[psutil.Process]:
        return psutil.Process(self.process.pid).children(recursive=True)

    def server(self, name: str) -> psutil.Process:
        """The child of that name, once it has been started."""
        found: list[psutil.Process] = []

        def there() -> bool:
            with contextlib.suppress(psutil.NoSuchProcess):  # a child may end while it is looked at
                found[:] = [p for p in psutil.Process(self.process.pid).children() if name in p.cmdline()]
            return bool(found)

        assert eventually(there)
        return found[0]

    def stop(self, number: int = signal.SIGINT) -> int:
        self.process.send_signal(number)
        return self.process.wait(PATIENCE)


@pytest.fixture(scope="module")
def home() -> Iterator[Path]:
    path = short_directory()
    yield path
    Run(path, "reset", "--yes").process.wait(PATIENCE)
    shutil.rmtree(path)


@pytest.fixture
def start(home: Path) -> Iterator[Callable[..., Run]]:
    started: list[Run] = []

    def begin(*words: str) -> Run:
        started.append(Run(home, *words))
        return started[-1]

    yield begin
    for run in started:
        if run.process.poll() is None:
            run.stop()


def database_processes(home: Path) -> list[psutil.Process]:
    data = str(home / "database/data")
    running = psutil.process_iter(["name", "cwd", "status"])
    return [p for p in running if p.info["cwd"] == data and p.info["status"] != psutil.STATUS_ZOMBIE]


def status(url: str) -> int:
    with urllib.request.urlopen(f"{url}/health/live", timeout=5) as answer:
        return int(answer.status)


def eventually(happens: Callable[[], bool]) -> bool:
    end = time.monotonic() + PATIENCE
    while time.monotonic() < end:
        if happens():
            return True
    return False


def served(url: str) -> bool:
    try:
        return status(url) == 200
    except OSError:
        return False


def test_three_lives(start: Callable[..., Run], home: Path) -> None:
    """One story, because every start costs seconds: begin and end, be killed piece by piece, be killed as a whole."""
    serves_and_ends_with_ctrl_c(start, home)
    second = start("run", "--empty")
    url = second.address()
    assert not [line for line in second.said if line.startswith(("·", "System check"))]  # nothing is done twice
    another_is_sent_to_the_first(start, url)
    killed_pieces_are_mended(second, url, home)
    family = second.tree()
    second.process.kill()
    second.process.wait()
    (home / "static/.state").unlink()
    third = start("run", "--empty")
    assert served(third.address())
    assert "· static files" in third.said  # what is missing is prepared again
    assert psutil.wait_procs(family, timeout=15)[1] == []  # nothing outlived the killed run
    assert third.stop(signal.SIGTERM) == 0
    assert database_processes(home) == []


def serves_and_ends_with_ctrl_c(start: Callable[..., Run], home: Path) -> None:
    run = start("run", "--empty")
    url = run.address()
    with urllib.request.urlopen(f"{url}/health/ready", timeout=10) as answer:
        assert json.load(answer) == {"ready": True, "missing": []}
    family = run.tree()
    assert run.stop() == 0
    assert psutil.wait_procs(family, timeout=5)[1] == []
    assert database_processes(home) == []


def another_is_sent_to_the_first(start: Callable[..., Run], url: str) -> None:
    other = start("run", "--empty")
    assert other.process.wait(PATIENCE) == 0
    assert url in other.wait_for("already runs")
    refused = start("reset", "--yes")
    assert refused.process.wait(PATIENCE) == 1
    refused.wait_for("stop it first")
    assert served(url)


def killed_pieces_are_mended(run: Run, url: str, home: Path) -> None:
    worker = run.server("worker")
    worker.kill()
    run.wait_for("worker ended unasked")
    assert eventually(lambda: any("worker" in p.cmdline() and p.pid != worker.pid for p in run.tree()))
    for process in database_processes(home):
        process.kill()
    run.wait_for("the database stopped")
    web = run.server("web")
    for process in [*web.children(recursive=True), web]:
        process.kill()
    run.wait_for("web ended unasked")
    assert eventually(lambda: served(url))


def test_a_taken_port_is_passed_by_or_refused(start: Callable[..., Run]) -> None:
    with socket.socket() as other:
        other.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        other.bind(("127.0.0.1", 0))
        other.listen()
        port = other.getsockname()[1]
        refused = start("run", "--empty", "--port", str(port))
        assert refused.process.wait(PATIENCE) == 1
        assert "choose another with --port" in refused.wait_for(str(port))


@pytest.mark.parametrize(
    ("words", "code"), [(["nonsense"], 2), (["import"], 2), (["--help"], 0), (["run", "--port", "x"], 2)]
)
def test_exit_codes(start: Callable[..., Run], words: list[str], code: int) -> None:
    assert start(*words).process.wait(PATIENCE) == code
