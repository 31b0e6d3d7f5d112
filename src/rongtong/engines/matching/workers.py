"""Processes that prepare listings while this one writes.

They are started as programs of their own, never forked: threads and loaded models of this process do not matter, and
a script that uses the engine is not run a second time. A worker that is killed costs time, not listings.
"""

import gc
import os
import socket
import subprocess
import sys
from collections import deque
from collections.abc import Iterator, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from multiprocessing.connection import Connection

from rongtong.engines.matching.listing import Listing
from rongtong.engines.matching.preparing import Prepared, prepare

_AHEAD = 2  # batches a worker that are prepared or wait while one is written


class Preparation:
    """Prepares batches in order; from `threshold` listings on beside the writing process."""

    def __init__(self, workers: int, threshold: int) -> None:
        self._workers, self._threshold = workers, threshold
        self._pool: ThreadPoolExecutor | None = None
        self._idle: deque[_Worker] = deque()
        self._seen = 0
        self._waiting: deque[Future[list[Prepared]]] = deque()

    def add(self, listings: Sequence[Listing]) -> Iterator[list[Prepared]]:
        """Take a batch; yields the batches that are to be written now."""
        self._seen += len(listings)
        if not self._workers or self._seen <= self._threshold:
            yield prepare(listings)
            return
        if self._pool is None:
            self._pool = ThreadPoolExecutor(self._workers, "preparing")
            self._idle.extend(_Worker() for _ in range(self._workers))
        if sum(not one.done() for one in self._waiting) < _AHEAD * self._workers:
            self._waiting.append(self._pool.submit(self._prepare, listings))
        else:  # they have enough to do, and this process has not
            mine: Future[list[Prepared]] = Future()
            mine.set_result(prepare(listings))
            self._waiting.append(mine)
        while self._waiting and (self._waiting[0].done() or len(self._waiting) > 2 * _AHEAD * self._workers):
            yield self._waiting.popleft().result()

    def rest(self) -> Iterator[list[Prepared]]:
        """Yield the batches that are still being prepared."""
        while self._waiting:
            yield self._waiting.popleft().result()

    def close(self) -> None:
        """End the workers."""
        self._waiting.clear()
        if self._pool is not None:
            for worker in self._idle:
                worker.close()
            self._pool.shutdown(cancel_futures=True)
        self._pool = None

    def _prepare(self, listings: Sequence[Listing]) -> list[Prepared]:
        worker = self._idle.popleft()
        try:
            return worker.prepare(listings)
        finally:
            self._idle.append(worker)


class _Worker:
    """One process at the other end of a socket."""

    def __init__(self) -> None:
        ours, theirs = socket.socketpair()
        with theirs:
            path = os.pathsep.join(part for part in sys.path if part)
            self._process = subprocess.Popen(
                [sys.executable, "-m", "rongtong.engines.matching.worker_main", str(theirs.fileno())],
                pass_fds=[theirs.fileno()],
                stdin=subprocess.DEVNULL,
                env=os.environ | {"PYTHONPATH": path},
            )
        self._connection = Connection(ours.detach())

    def prepare(self, listings: Sequence[Listing]) -> list[Prepared]:
        """Let the process prepare a batch; where it has died, do it here."""
        try:
            self._connection.send(listings)
            prepared: list[Prepared] = self._connection.recv()
        except (EOFError, OSError):
            return prepare(listings)
        return prepared

    def close(self) -> None:
        self._connection.close()
        self._process.kill()
        self._process.wait()


def main(descriptor: int) -> None:
    """Prepare what comes in until the other end is closed."""
    gc.disable()  # batches come and go whole and hold no cycles: looking for some takes a tenth of the time
    connection = Connection(descriptor)
    while True:
        try:
            connection.send(prepare(connection.recv()))
        except (EOFError, OSError):
            return
