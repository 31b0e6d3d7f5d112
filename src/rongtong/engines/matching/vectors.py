"""Vectors by content hash in two append-only files, read through memory maps.

A text is encoded once however many listings carry it, and a run that stops half-way loses nothing: the
vectors are written before their keys, and a tail without a key is overwritten by the next run.
"""

import fcntl
import hashlib
import threading
from collections.abc import Sequence
from pathlib import Path

import numpy as np

from rongtong.engines.matching.approximate import ApproximateVectors, similarities
from rongtong.engines.matching.encoders import Encoder, Vectors
from rongtong.engines.matching.vectorise import FloatArray, IntArray

KEY_BYTES = 16
EXACT_LIMIT = 200_000  # vectors; beyond it exact search costs more than the whole answer may take
_APPROXIMATE = "approximate.faiss"
__all__ = ["EXACT_LIMIT", "VectorStore", "content_key", "similarities"]


def content_key(text: str) -> bytes:
    """Return the key under which a text's vector is kept."""
    return hashlib.blake2b(text.encode(), digest_size=KEY_BYTES).digest()


class VectorStore:
    """The vectors of one encoder, on disk under `path` or (None) in memory."""

    def __init__(self, path: Path | None, encoder: Encoder) -> None:
        self._dimensions = encoder.dimensions
        self._slots: dict[bytes, int] = {}
        self._keys: list[bytes] = []
        self._vectors: Vectors = np.zeros((0, self._dimensions), np.float32)
        self._lock = threading.Lock()
        self.approximate: ApproximateVectors | None = None
        self._trained = 0
        self._path: Path | None = None
        if path is not None and self._dimensions:
            self._path = path / hashlib.blake2b(encoder.name.encode(), digest_size=8).hexdigest()
            self._path.mkdir(parents=True, exist_ok=True)
            (self._path / "encoder.txt").write_text(encoder.name, encoding="utf-8")
            self.refresh()

    def __len__(self) -> int:
        return len(self._keys)

    def __contains__(self, key: bytes) -> bool:
        return key in self._slots

    @property
    def vectors(self) -> Vectors:
        """All vectors, shape (len, dimensions); not to be written."""
        return self._vectors

    def slots(self, keys: Sequence[bytes]) -> IntArray:
        """Return each key's place, -1 where it has no vector yet."""
        return np.array([self._slots.get(key, -1) for key in keys], np.int64)

    def key_order(self, slots: IntArray) -> FloatArray:
        """Return numbers that order places by their keys, the same in every copy of the same texts."""
        return np.array([int.from_bytes(self._keys[slot][:6], "big") for slot in slots], np.float64)

    def keys_from(self, start: int) -> list[bytes]:
        """Return the keys added at and after a place."""
        return self._keys[start:]

    def add(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        """Keep vectors under their keys; known keys are left as they are."""
        if vectors.shape != (len(keys), self._dimensions):
            raise ValueError(f"{len(keys)} keys with vectors of shape {vectors.shape}")
        if self._path is None:
            with self._lock:
                self._append_in_memory(keys, vectors)
            return
        with open(self._path / "lock", "wb") as lock:
            fcntl.flock(lock, fcntl.LOCK_EX)
            self.refresh()
            new = self._new(keys)
            self._append(self._path / "vectors.f32", 4 * self._dimensions, vectors[new].tobytes())
            self._append(self._path / "keys.bin", KEY_BYTES, b"".join(keys[place] for place in new))
        self.refresh()

    def refresh(self) -> None:
        """See what other processes have added; cheap when there is nothing."""
        if self._path is None:
            return
        keys_file, vectors_file = self._path / "keys.bin", self._path / "vectors.f32"
        if not keys_file.exists() or keys_file.stat().st_size // KEY_BYTES <= len(self._keys):
            return
        with self._lock:
            known = len(self._keys)
            with keys_file.open("rb") as file:
                file.seek(known * KEY_BYTES)
                data = file.read()
            keys = [data[at : at + KEY_BYTES] for at in range(0, len(data) // KEY_BYTES * KEY_BYTES, KEY_BYTES)]
            shape = (known + len(keys), self._dimensions)
            self._vectors = np.memmap(vectors_file, np.float32, "r", shape=shape)
            self._slots.update((key, known + place) for place, key in enumerate(keys))
            self._keys += keys
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
        places = {key: place for place, key in reversed(list(enumerate(keys))) if key not in self._slots}
        return sorted(places.values())

    def _append_in_memory(self, keys: Sequence[bytes], vectors: Vectors) -> None:
        new = self._new(keys)
        self._slots.update((keys[place], len(self._keys) + at) for at, place in enumerate(new))
        self._vectors = np.concatenate([self._vectors, vectors[new]])
        self._keys += [keys[place] for place in new]

    def _append(self, file: Path, size: int, data: bytes) -> None:
        file.touch()
        with file.open("r+b") as target:
            target.truncate(len(self._keys) * size)
            target.seek(0, 2)
            target.write(data)
