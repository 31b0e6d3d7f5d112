"""The index: what is open, who may see it, and how it stays current."""

import shutil
import sqlite3
import threading
import time
from collections import OrderedDict
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path

import numpy as np

from rongtong.engines.matching.answers import Answers
from rongtong.engines.matching.encoders import Encoder, NoEncoder, Vectors
from rongtong.engines.matching.errors import EncoderError, IndexBusy, IndexDamaged
from rongtong.engines.matching.generation import Generation, Generations
from rongtong.engines.matching.listing import MEMBERS, Listing, Need, Searcher
from rongtong.engines.matching.matches import Matches
from rongtong.engines.matching.meaning import query_summary
from rongtong.engines.matching.preparing import rules
from rongtong.engines.matching.search import Request, search
from rongtong.engines.matching.store import Store, bodies, counters, rows_of
from rongtong.engines.matching.unencoded import Unencoded, unencoded_keys
from rongtong.engines.matching.vectors import VectorStore, content_key
from rongtong.engines.matching.writer import Writer

_WRITER_MEMORY = 64_000_000  # bytes for each of the two shelves
_RETRY_SECONDS = 0.05
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

    def __init__(self, path: Path | None, encoder: Encoder | None, generation: Path | None = None) -> None:
        self._path = path
        self.encoder: Encoder = encoder or NoEncoder()
        self.vectors = VectorStore(None if path is None else path / "vectors", self.encoder)
        self._generations = None if path is None else Generations(path)
        self._pinned = generation is not None  # one that is being built follows nobody
        self._mark: tuple[int, int] | None = None
        self._lock = threading.Lock()
        self._needs: OrderedDict[bytes, Vectors] = OrderedDict()
        self._answers = Answers()
        self._unencoded = Unencoded()
        self._generation = self._opened(generation)
        self.refresh()

    @classmethod
    def create(cls, path: str | Path, encoder: Encoder | None = None) -> "Index":
        """Make an empty index in a folder that is empty or not there yet."""
        folder = Path(path)
        folder.mkdir(parents=True, exist_ok=True)
        if any(folder.iterdir()):
            raise FileExistsError(f"{folder} is not empty: open the index there, or remove it to start over")
        generations = Generations(folder)
        first = generations.fresh_folder()
        Generation.create(first, VectorStore(None, NoEncoder()), NoEncoder()).store.close()
        generations.appoint(first)
        return cls(folder, encoder)

    @classmethod
    def open(cls, path: str | Path, encoder: Encoder | None = None) -> "Index":
        """Open an index; raises IndexDamaged where there is none that this version reads."""
        Generations(Path(path)).current()  # before anything is written into a folder that is none of ours
        return cls(Path(path), encoder)

    @classmethod
    def in_memory(cls, encoder: Encoder | None = None) -> "Index":
        """Make an empty index that lives as long as this object."""
        return cls(None, encoder)

    def _opened(self, pinned: Path | None) -> Generation:
        if self._generations is None:
            return Generation.create(None, self.vectors, self.encoder)
        if pinned is not None:
            return Generation.open(pinned, self.vectors, self.encoder)
        while True:
            mark = self._generations.mark()  # read before the name: a change in between is followed at the next look
            try:
                generation = Generation.open(self._generations.current(), self.vectors, self.encoder)
            except (IndexDamaged, OSError, sqlite3.Error):
                if self._generations.mark() == mark:
                    raise
                continue  # it was replaced, and its files removed, while it was being opened
            self._mark = mark
            return generation

    def writer(self, memory: int = _WRITER_MEMORY, workers: int | None = None) -> Writer:
        """Return the writer, as a context; entering raises IndexBusy while another one is open.

        Parameters
        ----------
        memory
            Bytes that each of the two shelves may hold back; more makes fewer and larger pieces of many listings.
        workers
            Processes that prepare listings when many come at once; by default one fewer than there are processors.
        """
        self._follow()
        generation = self._generation

        def is_current() -> bool:
            self._follow()
            return generation is self._generation

        return Writer(generation.store, generation.shelves, memory, workers, is_current)

    def rebuild(self, fill: Callable[["Index"], object]) -> None:
        """Build the index anew beside this one and put it in its place; searches go on and never wait.

        Parameters
        ----------
        fill
            Brings the index it is given up to date, from its `position` on. It is called on an empty one, and once
            more, briefly, while nobody else can write, so that nothing is lost or comes back.

        Raises
        ------
        IndexBusy
            Another process is rebuilding.
        """
        if self._generations is None:
            fresh = Index(None, self.encoder)
            fill(fresh)
            with self._alone():
                fill(fresh)
                self.vectors = fresh.vectors
                self._replace(fresh._generation)
            return
        with self._generations.rebuilding():
            folder = self._generations.fresh_folder()
            Generation.create(folder, VectorStore(None, NoEncoder()), NoEncoder()).store.close()
            try:
                fresh = Index(self._path, self.encoder, folder)
                fill(fresh)
                with self._alone():
                    fill(fresh)
                    fresh.close()
                    self._generations.appoint(folder)
            except BaseException:
                if folder != self._generations.current():
                    shutil.rmtree(folder, ignore_errors=True)
                raise
        self.refresh()

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Hold the writer as soon as the one who has it lets go."""
        with ExitStack() as held:
            while True:
                try:
                    held.enter_context(self.writer())
                    break
                except IndexBusy:
                    time.sleep(_RETRY_SECONDS)
            yield

    def _follow(self) -> bool:
        """Open the generation that has become current, if another one has."""
        if self._generations is None or self._pinned:
            return False
        with self._lock:
            if self._generations.mark() == self._mark:
                return False
            self._replace(self._opened(None))
        return True

    def _replace(self, generation: Generation) -> None:
        generation.refresh()
        self._generation = generation
        self._unencoded = Unencoded()

    @property
    def generation(self) -> Generation:
        """The set of files that is searched now."""
        return self._generation

    @property
    def _store(self) -> Store:
        self._follow()
        return self._generation.store

    @property
    def outdated(self) -> bool:
        """Whether listings are now cut into other words than when this index was filled: time to `rebuild` it."""
        with self._store.reading() as connection:
            return counters(connection)["rules"] not in (0, rules())

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
            for listing in map(Listing.from_json, bodies(connection, rows).values()):
                level = MEMBERS if listing.owner == searcher.owner else searcher.level
                if listing.visible_at(level):
                    return listing.seen_at(level)
        return None

    def refresh(self) -> bool:
        """See what other threads and processes have committed; microseconds when there is nothing.

        Every search does this itself.
        """
        followed = self._follow()
        return self._generation.refresh() or followed

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
        request = Request(need, searcher, limit, exclude_owner, group_by_owner)
        while True:
            before = self._generation
            try:
                return self._search(request)
            except (IndexDamaged, OSError, ValueError, sqlite3.Error):
                self._follow()
                if self._generation is before:
                    raise
                # else its files were replaced twice while it was being asked: ask those that are current

    def _search(self, request: Request) -> Matches:
        self.refresh()
        vector = self._need_vector(request.need)
        generation = self._generation  # one moment's view, whatever is committed or put in its place meanwhile
        view = generation.views[request.searcher.level]
        moment = (view.shelf, view.own_shelf, view.table, vector is None)
        known = self._answers.get(request, moment)
        if known is not None:
            return known
        with generation.store.reading() as connection:
            found = search(connection, view, request, vector)
        self._answers.keep(request, moment, found)
        return found

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
            return np.asarray(self.vectors.take(np.array([slot]))[0], np.float32)
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
        while done < limit and self.encoder.dimensions:
            texts = self._unencoded.next(self._store, self.vectors, min(batch, limit - done))
            if not texts:
                break
            keys = list(texts)
            self.vectors.add(keys, self.encoder.encode([texts[key] for key in keys], "passage"))
            done += len(keys)
        return done

    def encoded(self) -> tuple[int, int]:
        """Return how many listings have a vector, and how many there are."""
        self.refresh()
        table = self._generation.views[MEMBERS].table
        return (0, self.count(MEMBERS)) if table is None else (int((table.slots >= 0).sum()), len(table.slots))

    def pending(self) -> int:
        """Return how many distinct texts have no vector yet; reads every key, so ask `encoded` for progress."""
        if not self.encoder.dimensions:
            return 0
        self.vectors.refresh()
        return len(unencoded_keys(self._store, self.vectors))

    def close(self) -> None:
        """Close this thread's connection to the files."""
        self._store.close()


def _need_key(text: str) -> bytes:
    """Return a key that no listing's text has: needs are encoded in another way."""
    return content_key(f"need\0{text}")
