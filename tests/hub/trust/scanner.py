"""A virus scanner to ask: a server on loopback that speaks enough of clamd."""

from __future__ import annotations

import socketserver
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager


class Scanner(socketserver.TCPServer):
    """Finds what contains ``finds``; answers with an error while ``mute``; calls ``first`` before it answers."""

    def __init__(self, finds: bytes = b"EICAR") -> None:
        super().__init__(("127.0.0.1", 0), _Talk)
        self.finds = finds
        self.asked = 0
        self.mute = False
        self.first: Callable[[], object] = lambda: None

    @property
    def address(self) -> str:
        return f"127.0.0.1:{self.server_address[1]}"


class _Talk(socketserver.StreamRequestHandler):
    server: Scanner

    def handle(self) -> None:
        assert self.rfile.read(10) == b"zINSTREAM\0"
        content = b""
        while size := int.from_bytes(self.rfile.read(4), "big"):
            content += self.rfile.read(size)
        self.server.asked += 1
        self.server.first()
        if self.server.mute:
            self.wfile.write(b"stream: Can't allocate memory ERROR\0")
        else:
            self.wfile.write(b"stream: Eicar FOUND\0" if self.server.finds in content else b"stream: OK\0")


@contextmanager
def scanner(finds: bytes = b"EICAR") -> Iterator[Scanner]:
    with Scanner(finds) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield server
        finally:
            server.shutdown()
            thread.join()
