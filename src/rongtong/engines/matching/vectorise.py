"""Term vectors: sorted 64-bit term hashes with counts, as they are stored and scored."""

import hashlib
from collections import Counter
from dataclasses import dataclass
from functools import lru_cache

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
_MOST = 255  # a term repeated more often adds nothing to a BM25 score
_PAIR = 9  # bytes: a hash and its count


@lru_cache(maxsize=500_000)
def term_hash(term: str) -> int:
    """Return a stable signed 64-bit hash; stable over processes, machines and releases."""
    return int.from_bytes(hashlib.blake2b(term.encode(), digest_size=8).digest(), "big", signed=True)


@dataclass(frozen=True, slots=True)
class TermVector:
    """The terms of one text: `hashes` ascending, `counts` beside them."""

    hashes: IntArray
    counts: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, terms: list[str]) -> "TermVector":
        """Count terms into a vector."""
        pairs = sorted((term_hash(term), min(count, _MOST)) for term, count in Counter(terms).items())
        return cls(np.array([pair[0] for pair in pairs], np.int64), np.array([pair[1] for pair in pairs], np.uint8))

    @property
    def length(self) -> int:
        """Number of terms with repetitions."""
        return int(self.counts.sum(dtype=np.int64))

    def to_bytes(self) -> bytes:
        """Return the stored form."""
        return self.hashes.tobytes() + self.counts.tobytes()

    @classmethod
    def from_bytes(cls, data: bytes) -> "TermVector":
        """Return the vector that `to_bytes` wrote."""
        size = len(data) // _PAIR
        return cls(np.frombuffer(data, np.int64, size), np.frombuffer(data, np.uint8, size, 8 * size))
