"""Asking another machine over HTTP, with limits on time and size; no redirects, no proxies from the environment.

The addresses come from the operator's policy. Where a house has its own guarded client, it passes that instead.
"""

from __future__ import annotations

import http.client
import time
from collections.abc import Sequence
from dataclasses import dataclass
from typing import Protocol
from urllib.parse import urlsplit

from rongtong.engines.translog.errors import Unreachable
from rongtong.engines.translog.tiles import LARGEST_ENTRY, WIDTH

LONGEST_ANSWER = 64 * 1024
LONGEST_TILE = WIDTH * (LARGEST_ENTRY + 2)
_PIECE = 8 * 1024


@dataclass(frozen=True, slots=True)
class Reply:
    """What came back."""

    status: int
    type: str
    body: bytes


class Post(Protocol):
    """Sends a body to an address and returns the reply; raises `Unreachable`."""

    def __call__(self, url: str, body: bytes, *, type: str, seconds: float) -> Reply: ...


def post(url: str, body: bytes, *, type: str, seconds: float) -> Reply:
    """Send a body by POST.

    Raises
    ------
    Unreachable
        If there is no whole answer of at most 64 kB within `seconds`, or the address is none of HTTP.
    """
    return _ask("POST", url, body, {"Content-Type": type}, seconds, LONGEST_ANSWER)


class HttpResources:
    """A log's tiles at an address, as the monitor reads them.

    Parameters
    ----------
    url
        What stands before the names of tiles, such as ``https://example.com/log/``.
    seconds
        For each tile.
    """

    def __init__(self, url: str, *, seconds: float = 10.0) -> None:
        self._url = url.rstrip("/") + "/"
        self._seconds = seconds

    def fetch(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of each name, None where the server says there is none."""
        return [self._one(name) for name in names]

    def _one(self, name: str) -> bytes | None:
        reply = _ask("GET", self._url + name, None, {}, self._seconds, LONGEST_TILE)
        if reply.status in (404, 410):
            return None
        if reply.status != 200:
            raise Unreachable(f"{name} is answered with status {reply.status}")
        return reply.body


def _ask(method: str, url: str, body: bytes | None, headers: dict[str, str], seconds: float, longest: int) -> Reply:
    try:
        parts = urlsplit(url)
        port = parts.port
    except ValueError as error:
        raise Unreachable(f"{url} is no address: {error}") from error
    kinds = {"https": http.client.HTTPSConnection, "http": http.client.HTTPConnection}
    if parts.scheme not in kinds or not parts.hostname:
        raise Unreachable(f"{url} is no address of HTTP")
    end = time.monotonic() + seconds
    connection = kinds[parts.scheme](parts.hostname, port, timeout=seconds)
    target = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    try:
        connection.request(method, target, body, {"User-Agent": "rongtong-translog", **headers})
        reply = connection.getresponse()
        return Reply(reply.status, reply.headers.get("Content-Type", ""), _read(reply, end, longest))
    except (OSError, http.client.HTTPException, ValueError) as error:
        raise Unreachable(f"{parts.hostname} does not answer: {error or error.__class__.__name__}") from error
    finally:
        connection.close()


def _read(reply: http.client.HTTPResponse, end: float, longest: int) -> bytes:
    found = bytearray()
    while piece := reply.read1(_PIECE):
        found += piece
        if len(found) > longest:
            raise Unreachable("the answer is too long")
        if time.monotonic() > end:
            raise Unreachable("the answer takes too long")
    return bytes(found)
