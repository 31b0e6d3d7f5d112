"""The indexer process: the only writer of the index. One thread follows the change log, another encodes texts."""

import logging
import signal
import threading
from types import FrameType

import psycopg
from django.db import OperationalError, close_old_connections, connection

from rongtong.engines.matching import EncoderError, Index, IndexBusy, IndexDamaged

from .catching_up import catch_up, is_ahead, start_over
from .domain.listings import CHANNEL
from .live import encoder, folder, live_index

IDLE_SECONDS = 1.0
#: Few enough that the process ends within seconds when it is told to.
ENCODED_AT_ONCE = 32
logger = logging.getLogger(__name__)


class Indexer:
    """Runs until told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def run(self) -> None:
        index = self._fitting(live_index_or_new())
        encoding = threading.Thread(target=self._encode, name="encoding", daemon=True)
        encoding.start()
        try:
            self._keep_following(index)
        finally:
            self.stopping.set()
            encoding.join(timeout=10)

    def _keep_following(self, index: Index) -> None:
        while not self.stopping.is_set():
            try:
                close_old_connections()
                self._follow(index)
            except (OperationalError, psycopg.OperationalError) as error:
                logger.warning("the database is away: %s", error)
                connection.close()
                self.stopping.wait(IDLE_SECONDS)
            except IndexBusy:
                logger.warning("another indexer is at work; waiting for it to end")
                self.stopping.wait(IDLE_SECONDS)

    def _fitting(self, index: Index) -> Index:
        return start_over() if is_ahead(index) else index

    def _follow(self, index: Index) -> None:
        """Listen first, then catch up: nothing that commits in between is missed."""
        connection.ensure_connection()
        with connection.cursor() as cursor:
            cursor.execute(f"LISTEN {CHANNEL}")
        raw = connection.connection
        while not self.stopping.is_set():
            catch_up(index)
            for _notice in raw.notifies(timeout=IDLE_SECONDS, stop_after=1):
                pass

    def _encode(self) -> None:
        """Encode what has no vector yet, a portion at a time; words alone are searched until then."""
        index = Index.open(folder(), encoder())
        while not self.stopping.is_set():
            try:
                done = index.encode_pending(limit=ENCODED_AT_ONCE)
            except EncoderError as error:
                logger.warning("the encoder does not answer, words alone are searched: %s", error)
                done = 0
            if not done:
                self.stopping.wait(IDLE_SECONDS)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()


def live_index_or_new() -> Index:
    """The index; a damaged one is built anew, for the database has everything."""
    try:
        return live_index()
    except IndexDamaged:
        return start_over()


def main() -> int:
    """Run the indexer until SIGTERM or Ctrl-C."""
    indexer = Indexer()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, indexer.stop)
    indexer.run()
    return 0
