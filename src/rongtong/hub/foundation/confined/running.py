"""The parent's side: start the child, wait for it, read its answer."""

from __future__ import annotations

import json
import logging
import os
import signal
import subprocess
import sys
import tempfile
from collections.abc import Mapping
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import IO, Any, Final

import rongtong

from .rejection import Rejected

_LOG: Final = logging.getLogger(__name__)
SOURCE: Final = Path(rongtong.__file__).resolve().parent.parent
# Exit codes of the child that are answers, too; see child.py.
OUT_OF_MEMORY: Final = 71
UNCONFINED: Final = 72


@dataclass(frozen=True, slots=True)
class Limits:
    """What the child may use: bytes of address space, of one written file and of its answer; seconds."""

    memory: int = 1 << 30
    processor: int = 30
    wall: int = 60
    written: int = 256 << 20
    answer: int = 128 << 20


class ChildFailed(Exception):
    """The child died. ``why`` is ``memory``, ``time``, ``answer`` (too long) or ``crash``."""

    def __init__(self, why: str, trace: str = "") -> None:
        super().__init__(f"{why}: {trace}" if trace else why)
        self.why, self.trace = why, trace


def run(target: str, request: Mapping[str, Any], limits: Limits | None = None) -> Any:
    """Call a function in a confined child process and return what it returns.

    Parameters
    ----------
    target
        ``package.module:function``. It is called with `request` as keyword arguments; both are JSON.
    limits
        What it may use.

    Raises
    ------
    Rejected
        The function refused the file.
    ChildFailed
        It died instead of answering.
    """
    limits = limits or Limits()
    call = json.dumps({"target": target, "request": dict(request), "limits": asdict(limits)})
    with tempfile.TemporaryFile() as answer, tempfile.TemporaryFile() as trace:
        code = _wait(call.encode(), answer, trace, limits)
        if code != 0:
            raise ChildFailed(_why(code), _read(trace, 4000).strip())
        if answer.seek(0, os.SEEK_END) > limits.answer:
            raise ChildFailed("answer")
        said = json.loads(_read(answer, limits.answer))
    _LOG.debug("%s took %d KiB", target, said["peak"])
    if "rejected" in said:
        raise Rejected(said["rejected"], **said["detail"])
    return said["value"]


def _wait(call: bytes, answer: IO[bytes], trace: IO[bytes], limits: Limits) -> int:
    child = subprocess.Popen(
        [sys.executable, "-s", "-P", "-B", "-m", "rongtong.hub.foundation.confined.child"],
        stdin=subprocess.PIPE,
        stdout=answer,
        stderr=trace,
        env=_environment(),
        cwd="/",
        start_new_session=True,
    )
    try:
        child.communicate(call, timeout=limits.wall)
    except subprocess.TimeoutExpired:
        return -signal.SIGXCPU
    finally:
        # The whole session goes, also when the caller's own request is cut off.
        if child.poll() is None:
            os.killpg(child.pid, signal.SIGKILL)
            child.wait()
    return child.returncode


def _environment() -> dict[str, str]:
    """Nothing of the parent's: its environment holds secrets."""
    return {
        "PATH": "/usr/bin:/bin",
        "PYTHONPATH": str(SOURCE),
        "LC_ALL": "C.UTF-8",
        "PYTHONUTF8": "1",
        "OMP_NUM_THREADS": "1",
        "OPENBLAS_NUM_THREADS": "1",
        "MALLOC_ARENA_MAX": "1",
        "HOME": "/nonexistent",
    }


def _why(code: int) -> str:
    if code == OUT_OF_MEMORY or code == -signal.SIGKILL:
        return "memory"
    return "time" if code == -signal.SIGXCPU else "crash"


def _read(file: IO[bytes], most: int) -> str:
    file.seek(0)
    return file.read(most).decode("utf-8", "replace")
