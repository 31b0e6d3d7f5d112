"""The index: what is open, who may see it, and how it stays current."""

import threading
from collections import OrderedDict
from pathlib import Path
from typing import Literal

import numpy as np

from rongtong.engines.matching.encoders import Encoder, NoEncoder, Vectors
from rongtong.engines.matching.errors import EncoderError, IndexDamaged
from rongtong.engines.matching.listing import LEVELS, MEMBERS, PUBLIC, Listing, Need, Searcher
from rongtong.engines.matching.matches import Matches
from rongtong.engines.matching.meaning import MeaningTable, query_summary
from rongtong.engines.matching.preparing import passage
from rongtong.engines.matching.search import Request, Shelves, search
from rongtong.engines.matching.shelf import MembersReader, Reader, Shelf
from rongtong.engines.matching.store import Store, bodies, changed_rows, counters, meaning_keys, rows_of
from rongtong.engines.matching.vectors import VectorStore, content_key
from rongtong.engines.matching.writer import Writer

_WRITER_MEMORY = 64_000_000  # bytes for each of the two shelves
_KEPT_NEEDS = 1_024  # needs whose vector is kept; a page and its next page ask with the same one


class Index:
    """Listings that can be matched; open it with `create`, `open` or `in_memory`.

    Any number of threads and processes may search; one process at a time writes. A search sees every commit
    made before it began.

    Examples
    --------
    >>> index = Index.in_memory()
    >>> with index.writer() as writer:
    ...     writer.upsert([Listing("1", "firm", "capability", "精密轴承", {0: "高速主轴用陶瓷轴承"})])
    ...     writer.commit(position=1)
    >>> index.search(Need("主轴轴承"), Searcher(level=0))[0].listing.title
    '精密轴承'
    """

    def __init__(self, path: Path | None, store: Store, encoder: Encoder | None) -> None:
        self._path, self._store = path, store
        self.encoder: Encoder = encoder or NoEncoder()
        names = {PUBLIC: "public", MEMBERS: "members"}
        self._shelves = {level: Shelf(None if path is None else path / names[level]) for level in LEVELS}
        self.vectors = VectorStore(None if path is None else path / "vectors", self.encoder)
        self._tables: dict[int, MeaningTable] = {}
        if self.encoder.dimensions:
            self._tables = {level: MeaningTable(self.vectors, self.encoder) for level in LEVELS}
        self._readers: dict[int, Reader] = {}
        self._views: dict[int, Shelves] = {}
        self._seen = -1
        self._lock = threading.Lock()
        self._needs: OrderedDict[bytes, Vectors] = OrderedDict()
        self.refresh()

    @classmethod
    def create(cls, path: str | Path, encoder: Encoder | None = None) -> "Index":
        """Make an empty index in a folder that is empty or not there yet."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty: open the index there, or remove it to start over")
        return cls(folder, Store.create(folder / "listings.sqlite"), encoder)

    @classmethod
    def open(cls, path: str | Path, encoder: Encoder | None = None) -> "Index":
        """Open an index; raises IndexDamaged where there is none that this version reads."""
        folder = Path(path)
        store = Store.open(folder / "listings.sqlite")
        try:
            return cls(folder, store, encoder)
        except ValueError as error:  # tantivy's only exception
            raise IndexDamaged(f"the index at {folder} cannot be read, rebuild it: {error}") from error

    @classmethod
    def in_memory(cls, encoder: Encoder | None = None) -> "Index":
        """Make an empty index that lives as long as this object."""
        return cls(None, Store(None), encoder)

    def writer(self, memory: int = _WRITER_MEMORY, workers: int | None = None) -> Writer:
        """Return the writer, as a context; entering raises IndexBusy while another one is open.

        Parameters
        ----------
        memory
            Bytes that each of the two shelves may hold back; more makes fewer and larger pieces of many listings.
        workers
            Processes that prepare listings when many come at once; by default one fewer than there are processors.
        """
        return Writer(self._store, self._shelves, memory, workers)

    @property
    def position(self) -> int:
        """The place in the database's change log up to which this index is current; 0 for a new one."""
        with self._store.reading() as connection:
            return counters(connection)["position"]

    def count(self, level: int) -> int:
        """Return how many listings a level may see."""
        with self._store.reading() as connection:
            return counters(connection)[f"listings{min(level, MEMBERS)}"]

    def get(self, listing_id: str, searcher: Searcher) -> Listing | None:
        """Return a listing as the searcher sees it; None for hidden and absent alike."""
        with self._store.reading() as connection:
            rows = list(rows_of(connection, [listing_id]).values())
            for _, listing in bodies(connection, rows):
                level = MEMBERS if listing.owner == searcher.owner else searcher.level
                if listing.visible_at(level):
                    return listing.seen_at(level)
        return None

    def refresh(self) -> bool:
        """See what other threads and processes have committed; microseconds when there is nothing.

        Every search does this itself.
        """
        with self._store.reading() as connection:
            published = counters(connection)["published"]
        with self._lock:
            self.vectors.refresh()
            changed = published != self._seen
            if changed:
                everybody = self._shelves[PUBLIC].reader()
                self._readers = {PUBLIC: everybody, MEMBERS: MembersReader(everybody, self._shelves[MEMBERS].reader())}
                self._update_tables()
                self._seen = published
            for table in self._tables.values():
                table.catch_up()
            views = {level: table.view for level, table in self._tables.items()}
            self._views = {
                level: Shelves(level, reader, self._readers[MEMBERS], views.get(level))
                for level, reader in self._readers.items()
            }
        return changed

    def _update_tables(self) -> None:
        if not self._tables:
            return
        with self._store.reading() as connection:
            changed = changed_rows(connection, self._seen) if self._seen >= 0 else []
            for level, table in self._tables.items():
                table.update(changed, meaning_keys(connection, level, self._seen))

    def search(
        self,
        need: Need,
        searcher: Searcher,
        limit: int = 20,
        exclude_owner: str | None = None,
        group_by_owner: bool = True,
    ) -> Matches:
        """Return the listings that answer a need best, with reasons that add up.

        Parameters
        ----------
        need
            What is asked. For "challenges for you" ask with an offer's text and ``kinds={"challenge"}``.
        searcher
            Decides what is found, counted and weighed; nothing else is looked at.
        limit
            Matches to return, 1 to 1,000.
        exclude_owner
            Usually the asking organisation; its listings are left out.
        group_by_owner
            One match an organisation, its best listing, with the number of others found.
        """
        if not 1 <= limit <= 1000:
            raise ValueError("limit is 1 to 1,000")
        self.refresh()
        vector = self._need_vector(need)
        on = self._views[searcher.level]  # one moment's view, whatever is committed meanwhile
        request = Request(need, searcher, limit, exclude_owner, group_by_owner)
        with self._store.reading() as connection:
            return search(connection, on, request, vector)

    def prepare(self, need: Need) -> None:
        """Encode a need and keep its vector on disk, so that no request waits for it; for a background job.

        Raises
        ------
        EncoderError
            The encoder does not answer; searching for the need goes on with words.
        """
        text = query_summary(need.title, need.text)
        key = _need_key(text)
        if self.encoder.dimensions and text and key not in self.vectors:
            self.vectors.add([key], self.encoder.encode([text], "query"))

    def _need_vector(self, need: Need) -> Vectors | None:
        text = query_summary(need.title, need.text)
        if not self.encoder.dimensions or not len(self.vectors) or not text:
            return None
        key = _need_key(text)
        slot = int(self.vectors.slots([key])[0])
        if slot >= 0:
            return np.array(self.vectors.vectors[slot])
        with self._lock:
            if key in self._needs:
                self._needs.move_to_end(key)
                return self._needs[key]
        try:
            vector: Vectors = self.encoder.encode([text], "query")[0]
        except EncoderError:
            return None  # words alone answer; Matches.meaning tells the caller
        with self._lock:
            self._needs[key] = vector
            while len(self._needs) > _KEPT_NEEDS:
                self._needs.popitem(last=False)
        return vector

    def encode_pending(self, limit: int = 256, batch: int = 16) -> int:
        """Encode up to `limit` texts that have no vector yet, for a background job; returns how many were encoded.

        Each batch is kept at once, so a job that is stopped goes on where it was. 0 means that all are done.
        """
        done = 0
        texts = list(self._pending_texts(limit).items())
        for start in range(0, len(texts), batch):
            part = texts[start : start + batch]
            self.vectors.add([key for key, _ in part], self.encoder.encode([text for _, text in part], "passage"))
            done += len(part)
        return done

    def pending(self) -> int:
        """Return how many distinct texts have no vector yet."""
        return len(self._pending_rows())

    def _pending_rows(self) -> dict[bytes, tuple[int, Literal[0, 1]]]:
        if not self.encoder.dimensions:
            return {}
        self.vectors.refresh()
        found: dict[bytes, tuple[int, Literal[0, 1]]] = {}
        levels: tuple[Literal[0, 1], ...] = (0, 1)
        with self._store.reading() as connection:
            for level in levels:
                for row, _, key in meaning_keys(connection, level):
                    if key not in self.vectors:
                        found.setdefault(key, (row, level))
        return found

    def _pending_texts(self, limit: int) -> dict[bytes, str]:
        wanted = list(self._pending_rows().items())[:limit]
        with self._store.reading() as connection:
            listings = dict(bodies(connection, sorted({row for _, (row, _) in wanted})))
        texts = {key: passage(listings[row], level) for key, (row, level) in wanted if row in listings}
        return {key: text for key, text in texts.items() if content_key(text) == key}

    def close(self) -> None:
        """Close this thread's connection to the files."""
        self._store.close()


def _need_key(text: str) -> bytes:
    """Return a key that no listing's text has: needs are encoded in another way."""
    return content_key(f"need\0{text}")
