"""A log in a folder, in the C2SP layout: any web server can serve it as it lies there.

A crash at any point leaves the log as it was before a batch or as it is after it. What makes a batch true is one small
file, `.size`, that is replaced after every tile of the batch is on the disk; tiles beyond it are leftovers and are
overwritten. The signed checkpoint is written after that and never says more.
"""

from __future__ import annotations

import fcntl
import os
import shutil
from collections.abc import Collection, Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

from rongtong.engines.translog.errors import Malformed, StoreBusy, StoreDamaged
from rongtong.engines.translog.growing import Batch, Edge, grow
from rongtong.engines.translog.reading import Tree
from rongtong.engines.translog.tiles import CHECKPOINT, Tile

_SIZE = ".size"
_LOCK = ".lock"
_NEW = ".new"


class FileStore:
    """The tiles, bundles and checkpoint of one log, below one folder.

    Parameters
    ----------
    path
        The folder; made where there is none.
    durable
        False leaves the writing to the operating system: only for what can be made again.
    """

    def __init__(self, path: Path, *, durable: bool = True) -> None:
        self.path = path
        self._durable = durable
        path.mkdir(parents=True, exist_ok=True)

    def fetch(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of tiles, bundles and the checkpoint by name, None where there is none."""
        return [self._read(self.path / _checked(name)) for name in names]

    @property
    def size(self) -> int:
        """How many entries are in the log; every one of them survives a crash."""
        text = self._read(self.path / _SIZE)
        if text is None:
            if (self.path / "tile").exists() and (self.path / CHECKPOINT).exists():
                raise StoreDamaged(f"{self.path} has a checkpoint and no {_SIZE}: restore it")
            return 0
        if not text.strip().isdigit():
            raise StoreDamaged(f"{self.path / _SIZE} holds no number: restore it")
        return int(text)

    @property
    def tree(self) -> Tree:
        """The log's tree as it is now."""
        return Tree(self, self.size)

    @contextmanager
    def appending(self) -> Iterator[Appender]:
        """Be the one who appends, until the block ends; raises `StoreBusy` where another is."""
        handle = os.open(self.path / _LOCK, os.O_RDWR | os.O_CREAT, 0o600)
        try:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError as error:
                raise StoreBusy(f"another process appends to {self.path}") from error
            yield Appender(self)
        finally:
            os.close(handle)

    def put_checkpoint(self, note: str) -> None:
        """Publish a signed checkpoint, whole or not at all."""
        self._replace([(self.path / CHECKPOINT, note.encode())])
        self._settle({self.path})

    @property
    def checkpoint(self) -> str | None:
        """The newest published checkpoint."""
        data = self._read(self.path / CHECKPOINT)
        return None if data is None else data.decode()

    def put(self, batch: Batch) -> None:
        """Write a batch: its tiles first, the size that makes them count last."""
        folders: set[Path] = set()
        targets = [(self.path / tile.name, data) for tile, data in batch.tiles.items()]
        for folder in {target.parent for target, _ in targets}:
            folders.update(_made(folder), [folder])
        self._replace(targets)
        self._settle(folders)
        self._replace([(self.path / _SIZE, f"{batch.size}\n".encode())])
        self._settle({self.path})
        for tile in batch.tiles:
            if tile.full:  # it serves all narrower widths from now on
                shutil.rmtree(self.path / f"{tile.name}.p", ignore_errors=True)

    def _replace(self, targets: Sequence[tuple[Path, bytes]]) -> None:
        """Give files new contents, each whole or not at all: all are written before the disk is waited for."""
        news = [target.with_name(target.name + _NEW) for target, _ in targets]
        for new, (_, data) in zip(news, targets, strict=True):
            new.write_bytes(data)
        self._settle(news)
        for new, (target, _) in zip(news, targets, strict=True):
            new.replace(target)

    def _settle(self, paths: Collection[Path]) -> None:
        """Bring the contents of files, and the names in folders, to the disk."""
        for path in paths if self._durable else ():
            handle = os.open(path, os.O_RDONLY)
            try:
                os.fsync(handle)
            finally:
                os.close(handle)

    @staticmethod
    def _read(path: Path) -> bytes | None:
        try:
            return path.read_bytes()
        except (FileNotFoundError, NotADirectoryError):
            return None


class Appender:
    """Appends to a `FileStore`, whose lock it holds."""

    def __init__(self, store: FileStore) -> None:
        self._store = store
        self.edge: Edge = store.tree.edge()

    def append(self, entries: Sequence[bytes]) -> Batch:
        """Append entries; when this returns they survive a crash."""
        batch = grow(self.edge, entries)
        if entries:
            self._store.put(batch)
        self.edge = batch.edge
        return batch


def _checked(name: str) -> str:
    """Let through only names of the layout: what a stranger asks for is no path."""
    return name if name == CHECKPOINT else Tile.parse(name).name


def _made(folder: Path) -> list[Path]:
    """Make a folder; return those that have a new name in them."""
    missing = []
    while not folder.exists():
        missing.append(folder)
        folder = folder.parent
    for one in reversed(missing):
        try:
            one.mkdir()
        except FileExistsError as error:
            raise Malformed(f"{one} is in the way") from error
    return [one.parent for one in missing]
