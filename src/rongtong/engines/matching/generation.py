"""One complete set of an index's files, and which set is current: a rebuilt index takes the place of the old at once.

A generation is a folder of its own beside the others. The file ``current`` names the one that is searched and written;
it is replaced by renaming, so every process sees the old set or the new one, never a mixture.
"""

import fcntl
import os
import shutil
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from rongtong.engines.matching.encoders import Encoder
from rongtong.engines.matching.errors import IndexBusy, IndexDamaged
from rongtong.engines.matching.listing import LEVELS, MEMBERS, PUBLIC
from rongtong.engines.matching.meaning import MeaningTable
from rongtong.engines.matching.search import Shelves
from rongtong.engines.matching.shelf import MembersReader, Reader, Shelf
from rongtong.engines.matching.store import Frequencies, Store, changed_rows, counters, meaning_keys
from rongtong.engines.matching.vectors import VectorStore

_CURRENT = "current"
_SHELVES = {PUBLIC: "public", MEMBERS: "members"}


class Generation:
    """An open set of files: the store, its shelves, and the view of them that searches are answered from."""

    def __init__(self, folder: Path | None, store: Store, vectors: VectorStore, encoder: Encoder) -> None:
        self.folder, self.store, self._vectors = folder, store, vectors
        self.shelves = {level: Shelf(folder and folder / name) for level, name in _SHELVES.items()}
        self._tables: dict[int, MeaningTable] = {}
        if encoder.dimensions:
            self._tables = {level: MeaningTable(vectors, encoder) for level in LEVELS}
        self._readers: dict[int, Reader] = {}
        self.views: dict[int, Shelves] = {}
        self._frequencies = Frequencies()
        self._seen = -1
        self._lock = threading.Lock()

    @classmethod
    def create(cls, folder: Path | None, vectors: VectorStore, encoder: Encoder) -> "Generation":
        """Make an empty set of files."""
        if folder is None:
            return cls(None, Store(None), vectors, encoder)
        folder.mkdir(parents=True)
        return cls(folder, Store.create(folder / "listings.sqlite"), vectors, encoder)

    @classmethod
    def open(cls, folder: Path, vectors: VectorStore, encoder: Encoder) -> "Generation":
        """Open a set of files; raises IndexDamaged where this version cannot read it."""
        store = Store.open(folder / "listings.sqlite")
        try:
            return cls(folder, store, vectors, encoder)
        except ValueError as error:  # tantivy's only exception
            raise IndexDamaged(f"the index at {folder} cannot be read, rebuild it: {error}") from error

    def refresh(self) -> bool:
        """See what other threads and processes have committed; microseconds when there is nothing."""
        with self.store.reading() as connection:
            published = counters(connection)["published"]
        with self._lock:
            self._vectors.refresh()
            changed = published != self._seen
            if changed:
                everybody = self.shelves[PUBLIC].reader()
                self._readers = {PUBLIC: everybody, MEMBERS: MembersReader(everybody, self.shelves[MEMBERS].reader())}
                self._update_tables(published)
                self._seen = published
            for table in self._tables.values():
                table.catch_up()
            tables = {level: table.view for level, table in self._tables.items()}
            self.views = {
                level: Shelves(level, reader, self._readers[MEMBERS], tables.get(level), self._frequencies)
                for level, reader in self._readers.items()
            }
        return changed

    def _update_tables(self, published: int) -> None:
        """Follow what is published: what the store alone has yet is found by words when it is found by meaning."""
        if not self._tables:
            return
        with self.store.reading() as connection:
            changed = changed_rows(connection, self._seen) if self._seen >= 0 else []
            for level, table in self._tables.items():
                table.update(changed, meaning_keys(connection, level, self._seen, published))


class Generations:
    """The generations in an index's folder."""

    def __init__(self, path: Path) -> None:
        self._path = path
        self._current = path / _CURRENT

    def mark(self) -> tuple[int, int] | None:
        """Return what changes whenever another generation becomes current; None where there is none."""
        try:
            found = os.stat(self._current)
        except FileNotFoundError:
            return None
        return found.st_ino, found.st_mtime_ns

    def current(self) -> Path:
        """Return the folder of the current generation."""
        try:
            name = self._current.read_text(encoding="ascii").strip()
        except FileNotFoundError as error:
            raise IndexDamaged(f"no index at {self._path}: create it and fill it from the database") from error
        return self._path / name

    def appoint(self, folder: Path) -> None:
        """Make a generation current, and remove all but it and the one before, which others may still be reading."""
        before = self.current() if self._current.exists() else None
        new = self._path / f"{_CURRENT}.new"
        with new.open("w", encoding="ascii") as file:
            file.write(folder.name)
            file.flush()
            os.fsync(file.fileno())
        new.replace(self._current)
        self._remove_but(folder, before)

    def fresh_folder(self) -> Path:
        """Return a folder that no generation had yet."""
        taken = [int(folder.name) for folder in self._folders()]
        return self._path / str(max(taken, default=0) + 1)

    @contextmanager
    def rebuilding(self) -> Iterator[None]:
        """Let one process at a time build another generation; what an earlier one left behind is removed."""
        with (self._path / "rebuild.lock").open("wb") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise IndexBusy("another process is rebuilding this index") from error
            current = self.current()
            for folder in self._folders():
                if int(folder.name) > int(current.name):
                    shutil.rmtree(folder)
            yield

    def _folders(self) -> list[Path]:
        return [folder for folder in self._path.iterdir() if folder.name.isdigit()]

    def _remove_but(self, *kept: Path | None) -> None:
        for folder in self._folders():
            if folder not in kept:
                shutil.rmtree(folder)
