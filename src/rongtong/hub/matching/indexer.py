"""The indexer process: the only writer of the index. One thread follows the change log, another encodes texts.

Where the index was filled by other rules than those of this version, or knows of changes that the database does not
(a backup was restored), a third builds it anew beside the old one, which is searched and followed until then.
"""

import logging
import signal
import threading
from types import FrameType

import psycopg
from django.db import OperationalError, close_old_connections, connection

from rongtong.engines.matching import EncoderError, Index, IndexBusy, IndexDamaged

from .catching_up import catch_up, is_ahead, rebuild, start_over
from .domain.listings import CHANNEL
from .live import encoder, folder, opened_index

IDLE_SECONDS = 1.0
#: Few enough that the process ends within seconds when it is told to.
ENCODED_AT_ONCE = 32
#: Texts after which the log says how far encoding is.
TOLD_EACH = 1_000
logger = logging.getLogger(__name__)


class Stopped(Exception):
    """The process was told to end."""


class Indexer:
    """Runs until told to stop."""

    def __init__(self) -> None:
        self.stopping = threading.Event()

    def run(self) -> None:
        index = live_index_or_new()
        beside = [threading.Thread(target=self._encode, name="encoding", daemon=True)]
        if is_ahead(index) or index.outdated:
            beside.append(threading.Thread(target=self._rebuild, name="rebuilding", daemon=True))
        for thread in beside:
            thread.start()
        try:
            self._keep_following(index)
        finally:
            self.stopping.set()
            for thread in beside:
                thread.join(timeout=10)

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
                logger.warning("the index is being written by another process, or changed just now; asking again")
                self.stopping.wait(IDLE_SECONDS)

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

    def _rebuild(self) -> None:
        logger.warning("the index does not fit this version or the database and is built anew; searches go on")
        try:
            logger.info("the index was built anew from %d changes", rebuild(self._unless_stopping))
        except Stopped:
            logger.info("the index is built anew at the next start")
        except (IndexBusy, OperationalError, psycopg.OperationalError) as error:
            logger.warning("the index could not be built anew, the old one stays until the next start: %s", error)
        finally:
            connection.close()

    def _unless_stopping(self, done: int) -> None:
        if self.stopping.is_set():
            raise Stopped

    def _encode(self) -> None:
        """Encode what has no vector yet, a portion at a time; words alone are searched until then."""
        index, told = Index.open(folder(), encoder()), 0
        while not self.stopping.is_set():
            try:
                done = index.encode_pending(limit=ENCODED_AT_ONCE)
            except EncoderError as error:
                logger.warning("the encoder does not answer, words alone are searched: %s", error)
                done = 0
            told += done
            if told >= TOLD_EACH or (told and not done):
                logger.info("%d of %d listings are encoded", *index.encoded())
                told = 0
            if not done:
                self.stopping.wait(IDLE_SECONDS)

    def stop(self, number: int, frame: FrameType | None) -> None:
        self.stopping.set()


def live_index_or_new() -> Index:
    """The index; a damaged one is built anew, for the database has everything."""
    try:
        return opened_index()
    except IndexDamaged:
        return start_over()


def main() -> int:
    """Run the indexer until SIGTERM or Ctrl-C."""
    indexer = Indexer()
    for number in (signal.SIGTERM, signal.SIGINT):
        signal.signal(number, indexer.stop)
    indexer.run()
    return 0
