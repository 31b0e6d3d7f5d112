"""The door to a virus scanner (clamd), where the operator runs one."""

from __future__ import annotations

import logging
import socket
import struct
from enum import StrEnum
from pathlib import Path
from typing import Final

from django.conf import settings

_LOG: Final = logging.getLogger(__name__)
_STEP: Final = 1 << 16
#: Seconds for the connection and for each answer: somebody waits for the upload, and asking again is cheap.
_TO_CONNECT: Final = 3.0
_TO_ANSWER: Final = 20.0


class Verdict(StrEnum):
    """``PENDING``: a scanner is configured but did not answer. Such a file waits; nobody reads it."""

    CLEAN = "clean"
    INFECTED = "infected"
    PENDING = "pending"
    UNSCANNED = "unscanned"


def scan(path: Path) -> Verdict:
    """Ask the scanner named by the setting ``CLAMD`` (``host:port`` or the path of a socket)."""
    address = str(getattr(settings, "CLAMD", "") or "")
    if not address:
        return Verdict.UNSCANNED
    try:
        answer = _ask(address, path)
    except OSError as error:
        _LOG.warning("scanner did not answer: %s", error)
        return Verdict.PENDING
    if answer.endswith(b"FOUND"):
        return Verdict.INFECTED
    return Verdict.CLEAN if answer.endswith(b": OK") else Verdict.PENDING


def _ask(address: str, path: Path) -> bytes:
    """Send the file as clamd's INSTREAM: chunks with their length in front, ended by an empty one."""
    with _connect(address) as connection, path.open("rb") as file:
        connection.sendall(b"zINSTREAM\0")
        while step := file.read(_STEP):
            connection.sendall(struct.pack("!I", len(step)) + step)
        connection.sendall(struct.pack("!I", 0))
        answer = b""
        while step := connection.recv(4096):
            answer += step
    return answer.rstrip(b"\0\n")


def _connect(address: str) -> socket.socket:
    if address.startswith("/"):
        connection = socket.socket(socket.AF_UNIX, socket.SOCK_STREAM)
        connection.settimeout(_TO_CONNECT)
        connection.connect(address)
    else:
        host, _, port = address.rpartition(":")
        connection = socket.create_connection((host, int(port)), timeout=_TO_CONNECT)
    connection.settimeout(_TO_ANSWER)
    return connection
