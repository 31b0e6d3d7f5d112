"""The child's side: give up rights, call the function, answer."""

from __future__ import annotations

import importlib
import json
import os
import resource
import sys
from typing import Any

from .rejection import Rejected
from .running import OUT_OF_MEMORY, UNCONFINED
from .silence import deny_sockets_and_programs


def main() -> None:
    """Read one call from standard input, write one answer to standard output."""
    call = json.loads(sys.stdin.buffer.read())
    module, _, name = call["target"].partition(":")
    # Printing inside a parser must not end up in the answer.
    answer = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)
    function = getattr(importlib.import_module(module), name)
    confine(call["limits"])
    try:
        said: dict[str, Any] = {"value": function(**call["request"])}
    except Rejected as refusal:
        said = {"rejected": refusal.code, "detail": refusal.detail}
    except MemoryError:
        os._exit(OUT_OF_MEMORY)
    said["peak"] = peak_memory()
    json.dump(said, answer, ensure_ascii=False)
    answer.close()
    # No destructors of parsers that met a hostile file.
    os._exit(0)


def peak_memory() -> int:
    """Return the most memory that was resident, in KiB; 0 where the kernel does not tell."""
    try:
        with open("/proc/self/status", encoding="ascii") as status:
            return next((int(line.split()[1]) for line in status if line.startswith("VmHWM")), 0)
    except OSError:
        return 0


def confine(limits: dict[str, int]) -> None:
    """Give up memory, time, files, sockets and programs."""
    for which, most in (
        (resource.RLIMIT_AS, limits["memory"]),
        (resource.RLIMIT_FSIZE, limits["written"]),
        (resource.RLIMIT_NOFILE, 64),
        (resource.RLIMIT_CORE, 0),
    ):
        resource.setrlimit(which, (most, most))
    # The soft limit's signal tells the parent why; the hard one ends what ignores it.
    resource.setrlimit(resource.RLIMIT_CPU, (limits["processor"], limits["processor"] + 2))
    if not deny_sockets_and_programs():
        os._exit(UNCONFINED)


if __name__ == "__main__":
    main()
