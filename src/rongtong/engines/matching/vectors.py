"""Vectors by content hash in two append-only files, at half precision.

A text is encoded once however many listings carry it, and a run that stops half-way loses nothing: the
vectors are written before their keys, and a tail without a key is overwritten by the next run.
"""

import fcntl
import hashlib
import os
import threading
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from pathlib import Path

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.approximate import ApproximateVectors, similarities
from rongtong.engines.matching.encoders import Encoder, Vectors
from rongtong.engines.matching.keys import KEY_BYTES, Keys
from rongtong.engines.matching.vectorise import FloatArray, IntArray

EXACT_LIMIT = 200_000  # vectors; beyond it exact search costs more than the whole answer may take
_APPROXIMATE = "approximate.faiss"
_BYTES = 2  # a number at half precision, which changes a similarity by less than a thousandth
Halves = npt.NDArray[np.float16]
__all__ = ["EXACT_LIMIT", "VectorStore", "content_key", "similarities"]


def content_key(text: str) -> bytes:
    """Return the key under which a text's vector is kept."""
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()


class VectorStore:
    """The vectors of one encoder, on disk under `path` or (None) in memory."""

    def __init__(self, path: Path | None, encoder: Encoder) -> None:
        self._dimensions = encoder.dimensions
        self._keys = Keys()
        self._vectors: Halves = np.zeros((0, self._dimensions), np.float16)
        self._lock = threading.Lock()
        self.approximate: ApproximateVectors | None = None
        self._trained = 0
        self._path: Path | None = None
        self._file = -1
        if path is not None and self._dimensions:
            self._path = path / hashlib.blake2b(encoder.name.encode(), digest_size=8).hexdigest()
            self._path.mkdir(parents=True, exist_ok=True)
            (self._path / "encoder.txt").write_text(encoder.name, encoding="utf-8")
            self._halve()
            self.refresh()

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: bytes) -> bool:
        return key in self._keys

    def __del__(self) -> None:
        if self._file >= 0:
            os.close(self._file)

    @property
    def vectors(self) -> Halves:
        """All vectors, shape (len, dimensions), for reading through; not to be written."""
        return self._vectors

    def take(self, slots: IntArray) -> Vectors:
        """Return the vectors at some places.

        Of many they are read from the file: pages of a memory map would come to count as this process's memory.
        """
        if self._file < 0 or len(self) <= EXACT_LIMIT:
            return self._vectors[slots].astype(np.float32)
        size = _BYTES * self._dimensions
        data = b"".join(os.pread(self._file, size, slot * size) for slot in slots.tolist())
        return np.frombuffer(data, np.float16).reshape(-1, self._dimensions).astype(np.float32)

    def slots(self, keys: Sequence[bytes]) -> IntArray:
        """Return each key's place, -1 where it has no vector yet."""
        return self._keys.places(keys)

    def key_order(self, slots: IntArray) -> FloatArray:
        """Return numbers that order places by their keys, the same in every copy of the same texts."""
        return self._keys.order(slots)

    def keys_from(self, start: int) -> list[bytes]:
        """Return the keys added at and after a place."""
        return self._keys.since(start)

    def add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors under their keys; known keys are left as they are."""
        if vectors.shape != (len(keys), self._dimensions):
            raise ValueError(f"{len(keys)} keys with vectors of shape {vectors.shape}")
        if self._path is None:
            with self._lock:
                new = self._new(keys)
                self._vectors = np.concatenate([self._vectors, vectors[new].astype(np.float16)])
                self._keys.extend(b"".join(keys[place] for place in new))
            return
        with self._alone():
            self.refresh()
            new = self._new(keys)
            self._append(
                self._path / "vectors.f16", _BYTES * self._dimensions, vectors[new].astype(np.float16).tobytes()
            )
            self._append(self._path / "keys.bin", KEY_BYTES, b"".join(keys[place] for place in new))
        self.refresh()

    def refresh(self) -> None:
        """See what other processes have added; cheap when there is nothing."""
        if self._path is None:
            return
        keys_file, vectors_file = self._path / "keys.bin", self._path / "vectors.f16"
        if not keys_file.exists() or keys_file.stat().st_size // KEY_BYTES <= len(self._keys):
            return
        with self._lock:
            known = len(self._keys)
            with keys_file.open("rb") as file:
                file.seek(known * KEY_BYTES)
                data = file.read()
            data = data[: len(data) // KEY_BYTES * KEY_BYTES]
            if data:
                if self._file < 0:
                    self._file = os.open(vectors_file, os.O_RDONLY)
                shape = (known + len(data) // KEY_BYTES, self._dimensions)
                self._vectors = np.memmap(vectors_file, np.float16, "r", shape=shape)
                self._keys.extend(data)
        if len(self._keys) > EXACT_LIMIT:
            self._load_approximate()

    def train_approximate(self) -> None:
        """Build the index for approximate search over what is kept now; a job of minutes for a million."""
        if self._path is None:
            self.approximate = ApproximateVectors.train(self._vectors)
        else:
            ApproximateVectors.train(self._vectors, self._path / _APPROXIMATE)
            self._load_approximate()

    def _load_approximate(self) -> None:
        file = self._path / _APPROXIMATE if self._path else None
        if file is not None and file.exists() and file.stat().st_mtime_ns != self._trained:
            self._trained = file.stat().st_mtime_ns
            self.approximate = ApproximateVectors.read(file)

    def _new(self, keys: Sequence[bytes]) -> list[int]:
        """Return the place of the first of each key that is not kept yet."""
        slots = self.slots(keys).tolist()
        places = {keys[place]: place for place in range(len(keys) - 1, -1, -1) if slots[place] < 0}
        return sorted(places.values())

    def _append(self, file: Path, size: int, data: bytes) -> None:
        file.touch()
        with file.open("r+b") as target:
            target.truncate(len(self._keys) * size)
            target.seek(0, 2)
            target.write(data)

    def _halve(self) -> None:
        """Take over vectors that were kept at single precision."""
        assert self._path is not None
        old, new = self._path / "vectors.f32", self._path / "vectors.f16"
        if not old.exists():
            return
        with self._alone():
            if old.exists() and not new.exists():
                vectors = np.fromfile(old, np.float32)
                vectors = vectors[: len(vectors) // self._dimensions * self._dimensions]
                whole = new.with_suffix(".new")
                whole.write_bytes(vectors.astype(np.float16).tobytes())
                whole.replace(new)
            old.unlink(missing_ok=True)

    @contextmanager
    def _alone(self) -> Iterator[None]:
        """Keep other processes from adding."""
        assert self._path is not None
        with open(self._path / "lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            yield
