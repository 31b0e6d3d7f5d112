"""Changes to an index: one writer at a time, each commit whole or not at all."""

import sqlite3
from collections.abc import Iterable, Mapping
from contextlib import ExitStack
from types import TracebackType

from rongtong.engines.matching.listing import MEMBERS, PUBLIC, Listing
from rongtong.engines.matching.meaning import passage_summary
from rongtong.engines.matching.shelf import Shelf, ShelfWriter
from rongtong.engines.matching.store import Changes, Store, bodies
from rongtong.engines.matching.tokens import terms
from rongtong.engines.matching.vectorise import TermVector
from rongtong.engines.matching.vectors import content_key

_BATCH = 5_000  # listings held back before they are written, uncommitted, to the files


class Writer:
    """Collects changes until `commit`; use it as a context. What is not committed is given up.

    The store is committed first, then the shelves, then the commit is marked as published. A process that
    dies in between leaves the touched rows listed as pending; the next writer puts them right before
    anything else, and a reader meanwhile never sees more than the store allows.
    """

    def __init__(self, store: Store, shelves: Mapping[int, Shelf], memory: int) -> None:
        self._store, self._shelf_objects, self._memory = store, shelves, memory
        self._resources = ExitStack()
        self._shelves: dict[int, ShelfWriter] = {}
        self._waiting: dict[str, Listing | None] = {}
        self._changes: Changes | None = None

    def __enter__(self) -> "Writer":
        try:
            for level in (MEMBERS, PUBLIC):
                self._shelves[level] = self._resources.enter_context(self._shelf_objects[level].writer(self._memory))
            self._connection = self._store.connect()
            if not self._store.in_memory:
                self._resources.callback(self._connection.close)
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
            if self._changes is not None:
                self._changes.close()
            self._changes = None
        self._publish(connection, position)

    def _publish(self, connection: sqlite3.Connection, position: int | None) -> None:
        for level in (PUBLIC, MEMBERS):
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
        if not self._waiting:
            return
        if not self._connection.in_transaction:
            self._connection.execute("BEGIN IMMEDIATE")
        self._changes = self._changes or Changes(self._connection)
        for listing_id, listing in self._waiting.items():
            if listing is None:
                row = self._changes.drop(listing_id)
                if row is not None:
                    self._drop(row)
            else:
                self._put(listing, self._changes)
        self._waiting.clear()

    def _put(self, listing: Listing, changes: Changes) -> None:
        words = _words(listing)
        vectors: dict[int, TermVector] = {}
        keys: dict[int, bytes] = {}
        for level, found in words.items():
            same = level == MEMBERS and words.get(PUBLIC) is found
            vectors[level] = vectors[PUBLIC] if same else TermVector.of(found)
            keys[level] = keys[PUBLIC] if same else content_key(passage(listing, level))
        row = changes.put(listing, vectors, keys)
        self._shelve(row, listing, words)

    def _shelve(self, row: int, listing: Listing, words: Mapping[int, list[str]]) -> None:
        for level, shelf in self._shelves.items():
            if level in words:
                shelf.put(row, listing.seen_at(level), words[level])
            else:
                shelf.drop(row)

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
        for row, listing in bodies(self._connection, rows):
            self._shelve(row, listing, _words(listing))
        self._publish(self._connection, None)


def passage(listing: Listing, level: int) -> str:
    """Return what is encoded of a listing for a level."""
    title, _, text = listing.full_text(level).partition("\n")
    return passage_summary(title, text)


def _words(listing: Listing) -> dict[int, list[str]]:
    """Return the terms by level, public first; without members' text both levels share one list."""
    words = {PUBLIC: terms(listing.full_text(PUBLIC))} if listing.visible_at(PUBLIC) else {}
    shared = PUBLIC in words and not listing.texts.get(MEMBERS)
    words[MEMBERS] = words[PUBLIC] if shared else terms(listing.full_text(MEMBERS))
    return words
