"""A filter of system calls that takes sockets and the start of programs away from this process, for good.

Linux only (seccomp, no privilege needed). Elsewhere Python's own doors are closed, which holds against our parsers'
mistakes but not against a taken-over process; the operator's guide says to serve from Linux.
"""

from __future__ import annotations

import ctypes
import errno
import platform
import socket
import struct
import subprocess
import sys
from typing import Any, Final

_PR_SET_NO_NEW_PRIVS: Final = 38
_PR_SET_SECCOMP: Final = 22
_SECCOMP_MODE_FILTER: Final = 2
_ALLOW: Final = 0x7FFF0000
_REFUSE: Final = 0x00050000 | errno.EPERM
_KILL: Final = 0x80000000
_LOAD, _EQUAL, _AT_LEAST, _RETURN = 0x20, 0x15, 0x35, 0x06
_CALL_NUMBER, _ARCHITECTURE = 0, 4
_OTHER_INTERFACE: Final = 0x40000000  # x32: the same calls under other numbers

# Architecture as the kernel calls it, then the numbers of: socket, socketpair, connect, sendto, sendmsg, bind, listen,
# accept, execve, execveat, ptrace, process_vm_readv, process_vm_writev, io_uring_setup, unshare, mount, bpf.
_CALLS: Final = {
    "x86_64": (0xC000003E, (41, 53, 42, 44, 46, 49, 50, 43, 59, 322, 101, 310, 311, 425, 272, 165, 321)),
    "aarch64": (0xC00000B7, (198, 199, 203, 206, 211, 200, 201, 202, 221, 281, 117, 270, 271, 425, 97, 40, 280)),
}


class _Program(ctypes.Structure):
    _fields_ = [("length", ctypes.c_ushort), ("filter", ctypes.c_char_p)]


def deny_sockets_and_programs() -> bool:
    """Close the doors; tell whether that succeeded."""
    if sys.platform != "linux" or platform.machine() not in _CALLS:
        return _close_pythons_doors()
    program = _filter(*_CALLS[platform.machine()])
    buffer = ctypes.create_string_buffer(program, len(program))
    description = _Program(len(program) // 8, ctypes.cast(buffer, ctypes.c_char_p))
    libc = ctypes.CDLL(None, use_errno=True)
    if libc.prctl(_PR_SET_NO_NEW_PRIVS, 1, 0, 0, 0) != 0:
        return False
    return bool(libc.prctl(_PR_SET_SECCOMP, _SECCOMP_MODE_FILTER, ctypes.byref(description), 0, 0) == 0)


def _filter(architecture: int, denied: tuple[int, ...]) -> bytes:
    """Write the filter: kill for a foreign architecture, refuse what is denied, allow the rest."""
    refuse_at = len(denied) + 1  # position of the refusal, counted from the first test of the number
    steps = [(_LOAD, 0, 0, _ARCHITECTURE), (_EQUAL, 1, 0, architecture), (_RETURN, 0, 0, _KILL)]
    steps += [(_LOAD, 0, 0, _CALL_NUMBER), (_AT_LEAST, refuse_at, 0, _OTHER_INTERFACE)]
    steps += [(_EQUAL, refuse_at - 1 - place, 0, number) for place, number in enumerate(denied)]
    steps += [(_RETURN, 0, 0, _ALLOW), (_RETURN, 0, 0, _REFUSE)]
    return b"".join(struct.pack("=HBBI", *step) for step in steps)


def _close_pythons_doors() -> bool:
    def refuse(*_args: Any, **_kwargs: Any) -> Any:
        raise PermissionError(errno.EPERM, "not in a confined process")

    socket.socket = refuse  # type: ignore[misc,assignment]  # that is the purpose
    subprocess.Popen = refuse  # type: ignore[misc,assignment]  # that is the purpose
    return True
