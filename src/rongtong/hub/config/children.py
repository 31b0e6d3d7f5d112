"""Child processes that one `rongtong run` keeps: started, started again when they die, ended together."""

from __future__ import annotations

import contextlib
import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass, field
from pathlib import Path

import psutil

LARGEST_LOG_BYTES = 10 * 1024 * 1024
STEADY_SECONDS = 20.0
LONGEST_PAUSE_SECONDS = 30.0
PR_SET_PDEATHSIG = 1


@dataclass
class Child:
    """One process with its log and its history of deaths.

    Parameters
    ----------
    name : str
        Also the name of its log file.
    command : sequence of str
    environment : mapping
        Variables besides those of this process.
    log : Path
        Output and error stream are appended here.
    """

    name: str
    command: Sequence[str]
    environment: Mapping[str, str]
    log: Path
    process: subprocess.Popen[bytes] | None = None
    deaths: int = 0
    started: float = field(default=0.0)
    due: float = field(default=0.0)

    def start(self) -> None:
        if self.log.exists() and self.log.stat().st_size > LARGEST_LOG_BYTES:
            self.log.replace(self.log.with_suffix(".log.1"))
        with open(self.log, "ab") as log:
            self.process = subprocess.Popen(
                self.command,
                env={**os.environ, **self.environment},
                stdin=subprocess.DEVNULL,
                stdout=log,
                stderr=log,
                start_new_session=True,  # Ctrl-C reaches us alone, and we end the children in order
                preexec_fn=_end_with_parent if sys.platform == "linux" else None,
            )
        self.started = time.monotonic()

    def tend(self) -> bool:
        """Start the process again if it has died and its pause is over; return whether it just died."""
        now = time.monotonic()
        if self.process is None:
            if now >= self.due:
                self.start()
            return False
        if self.process.poll() is None:
            return False
        self.deaths = 1 if now - self.started > STEADY_SECONDS else self.deaths + 1
        self.due = now + min(2.0 ** (self.deaths - 1) - 0.5, LONGEST_PAUSE_SECONDS)
        self.process = None
        return True

    def ask_to_end(self) -> None:
        if self.process is not None:
            self.process.terminate()

    def end(self, seconds: float) -> None:
        """Wait for a process that was asked to end; kill it and its own children when it does not in time."""
        if self.process is None:
            return
        with suppress(subprocess.TimeoutExpired):  # then it is killed below
            self.process.wait(seconds)
        for number in (signal.SIGTERM, signal.SIGKILL):
            try:
                os.killpg(self.process.pid, number)
            except ProcessLookupError:
                break
        self.process.wait()
        self.process = None

    def last_words(self, lines: int = 15) -> str:
        if not self.log.exists():
            return ""
        return "\n".join(self.log.read_text(encoding="utf-8", errors="replace").splitlines()[-lines:])


def _end_with_parent() -> None:
    """In the child: get SIGTERM when the parent dies, even by kill -9."""
    ctypes.CDLL(None).prctl(PR_SET_PDEATHSIG, signal.SIGTERM)


def record(children: Sequence[Child], path: Path) -> None:
    """Write down which processes run, for :func:`end_orphans` of a later start."""
    lines = []
    for child in children:
        if child.process is not None and psutil.pid_exists(child.process.pid):
            lines.append(f"{child.process.pid} {psutil.Process(child.process.pid).create_time()}\n")
    path.write_text("".join(lines), encoding="ascii")


def end_orphans(path: Path, seconds: float = 5.0) -> None:
    """End processes that a killed run left behind; a number given to another process meanwhile is left alone."""
    if not path.exists():
        return
    orphans = []
    for line in path.read_text(encoding="ascii").splitlines():
        number, created = line.split()
        try:
            process = psutil.Process(int(number))
            if abs(process.create_time() - float(created)) < 0.1:
                orphans += [process, *process.children(recursive=True)]
        except psutil.NoSuchProcess:
            continue
    for process in orphans:
        with contextlib.suppress(psutil.NoSuchProcess):  # one may end because another did
            process.terminate()
    _, living = psutil.wait_procs(orphans, timeout=seconds)
    for process in living:
        with contextlib.suppress(psutil.NoSuchProcess):
            process.kill()
    psutil.wait_procs(living, timeout=seconds)
    path.unlink()
