"""Changes to an index: one writer at a time, each commit whole or not at all."""

import gc
import os
import sqlite3
from collections.abc import Callable, Iterable, Iterator, Mapping
from contextlib import ExitStack, contextmanager
from types import TracebackType

from rongtong.engines.matching.changes import Changes
from rongtong.engines.matching.errors import IndexBusy
from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Listing
from rongtong.engines.matching.preparing import Prepared, prepare
from rongtong.engines.matching.shelf import Shelf, ShelfWriter
from rongtong.engines.matching.store import Store, bodies
from rongtong.engines.matching.workers import Preparation

_BATCH = 5_000  # listings held back before they are written, uncommitted, to the files
_PAGES = 100_000  # KiB: what many new ids touch of their index stays at hand, and is written once
_ALONE = 20_000  # listings that are prepared in this process; for more it is worth starting others


@contextmanager
def _uncollected() -> Iterator[None]:
    """Keep the garbage collector from looking through thousands of listings, which hold no cycles, again and again."""
    enabled = gc.isenabled()
    gc.disable()
    try:
        yield
    finally:
        if enabled:
            gc.enable()


class Writer:
    """Collects changes until `commit`; use it as a context. What is not committed is given up.

    The store is committed first, then the shelves, then the commit is marked as published. A process that
    dies in between leaves the touched rows listed as pending; the next writer puts them right before
    anything else, and a reader meanwhile never sees more than the store allows.

    Parameters
    ----------
    store, shelves, memory
        Where to write, and how many bytes each shelf may hold back.
    workers
        Processes that prepare listings when many come at once; by default one fewer than there are processors.
    is_current
        Asked once the writer is held: whether another index has not taken this one's place.
    """

    def __init__(
        self,
        store: Store,
        shelves: Mapping[int, Shelf],
        memory: int,
        workers: int | None = None,
        is_current: Callable[[], bool] = lambda: True,
    ) -> None:
        self._is_current = is_current
        self._store, self._shelf_objects, self._memory = store, shelves, memory
        self._resources = ExitStack()
        self._shelves: dict[int, ShelfWriter] = {}
        self._waiting: dict[str, Listing | None] = {}
        self._changes: Changes | None = None
        self._preparation = Preparation((os.cpu_count() or 1) - 1 if workers is None else workers, _ALONE)

    def __enter__(self) -> "Writer":
        try:
            for level in (MEMBERS, PUBLIC):
                self._shelves[level] = self._resources.enter_context(self._shelf_objects[level].writer(self._memory))
            if not self._is_current():
                raise IndexBusy("another process has just put a rebuilt index in this one's place: ask again")
            self._connection = self._store.connect()
            self._connection.execute(f"PRAGMA cache_size = -{_PAGES}")
            if not self._store.in_memory:
                self._resources.callback(self._connection.close)
            self._resources.callback(self._preparation.close)
            self._repair()
        except BaseException:
            self._resources.close()
            raise
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._waiting.clear()
        if self._connection.in_transaction and not self._store.in_memory:
            self._connection.execute("ROLLBACK")
        self._shelves.clear()
        self._resources.close()

    def upsert(self, listings: Iterable[Listing]) -> None:
        """Put listings in, replacing those with the same id."""
        for listing in listings:
            self._waiting[listing.id] = listing
            self._maybe_flush()

    def remove(self, ids: Iterable[str]) -> None:
        """Take listings out; unknown ids are no error, so that a change log can be replayed."""
        for listing_id in ids:
            self._waiting[listing_id] = None
            self._maybe_flush()

    def commit(self, position: int | None = None) -> None:
        """Make all changes durable and findable.

        Parameters
        ----------
        position
            Where in the database's change log these changes end; `Index.position` returns it, so that a
            process that starts later knows from where to catch up.
        """
        with self._store.changing(self._connection) as connection:
            self._flush()
            for batch in self._preparation.rest():
                self._put(batch)
            if self._changes is not None:
                self._changes.close()
            self._changes = None
        self._publish(connection, position)

    def _publish(self, connection: sqlite3.Connection, position: int | None) -> None:
        for level in (MEMBERS, PUBLIC):
            self._shelves[level].commit()
        with self._store.changing(connection):
            connection.execute(
                "UPDATE meta SET value = (SELECT value FROM meta WHERE name = 'generation') WHERE name = 'published'"
            )
            if position is not None:
                connection.execute("UPDATE meta SET value = ? WHERE name = 'position'", (position,))
            connection.execute("DELETE FROM pending")

    def _maybe_flush(self) -> None:
        if len(self._waiting) >= _BATCH and not self._store.in_memory:
            self._flush()

    def _flush(self) -> None:
        """Write what waits into the open transaction and, uncommitted, to the shelves."""
        if self._waiting:
            with _uncollected():
                self._flush_all()

    def _flush_all(self) -> None:
        removed = [listing_id for listing_id, listing in self._waiting.items() if listing is None]
        listings = [listing for listing in self._waiting.values() if listing is not None]
        self._waiting.clear()
        if removed:
            for batch in self._preparation.rest():  # changes are written in the order they came in
                self._put(batch)
            for row in self._begun().drop(removed):
                self._drop(row)
        if listings:
            for batch in self._preparation.add(listings):
                self._put(batch)

    def _begun(self) -> Changes:
        """Return the open transaction's changes."""
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        self._changes = self._changes or Changes(self._connection)
        return self._changes

    def _put(self, batch: list[Prepared]) -> None:
        rows, known = self._begun().put(batch)
        for row, prepared in zip(rows, batch, strict=True):
            self._shelve(row, prepared, known=row in known)

    def _shelve(self, row: int, prepared: Prepared, *, known: bool) -> None:
        if known:  # a new row has no document yet, and looking for one takes time
            self._drop(row)
        if prepared.public is not None:
            self._shelves[PUBLIC].put(row, prepared.public)
        if prepared.members is not None:
            self._shelves[MEMBERS].put(row, prepared.members)

    def _drop(self, row: int) -> None:
        for shelf in self._shelves.values():
            shelf.drop(row)

    def _repair(self) -> None:
        """Finish what a writer that died had committed to the store only."""
        rows = [row for (row,) in self._connection.execute("SELECT row FROM pending")]
        if not rows:
            return
        for row in rows:
            self._drop(row)
        for start in range(0, len(rows), _BATCH):
            found = bodies(self._connection, rows[start : start + _BATCH])
            for row, prepared in zip(found, prepare(list(map(Listing.from_json, found.values()))), strict=True):
                self._shelve(row, prepared, known=False)
        self._publish(self._connection, None)
