"""Term vectors: sorted 64-bit term hashes with counts, as they are stored and scored."""

import hashlib
from collections.abc import Sequence
from dataclasses import dataclass
from itertools import chain

import numpy as np
import numpy.typing as npt

IntArray = npt.NDArray[np.int64]
FloatArray = npt.NDArray[np.float64]
CountArray = npt.NDArray[np.uint8]
_MOST = 255  # a term repeated more often adds nothing to a BM25 score
_HASH = 8  # bytes
_KEPT = 500_000


class _Hashes(dict[str, int]):
    """Hashes worked out so far; a plain dictionary, as its look-ups are most of the counting of a million texts."""

    def __missing__(self, term: str) -> int:
        if len(self) >= _KEPT:
            self.clear()
        value = int.from_bytes(hashlib.blake2b(term.encode(), digest_size=_HASH).digest(), "big", signed=True)
        self[term] = value
        return value


_hashes = _Hashes()


def term_hash(term: str) -> int:
    """Return a stable signed 64-bit hash; stable over processes, machines and releases."""
    return _hashes[term]


def hashes_of(terms: Sequence[str]) -> IntArray:
    """Return the hash of each term."""
    return np.fromiter(map(_hashes.__getitem__, terms), np.int64, len(terms))


@dataclass(frozen=True, slots=True)
class TermVectors:
    """The terms of many texts, one after another.

    Parameters
    ----------
    hashes, counts
        The terms of each text, ascending, and how often each stands there.
    sizes
        How many different terms each text has.
    """

    hashes: IntArray
    counts: CountArray
    sizes: IntArray

    @classmethod
    def of(cls, texts: Sequence[Sequence[str]]) -> "TermVectors":
        """Count the terms of each text."""
        number = np.repeat(np.arange(len(texts)), np.fromiter(map(len, texts), np.int64, len(texts)))
        return cls.counted(hashes_of(list(chain.from_iterable(texts))), number, len(texts))

    @classmethod
    def counted(cls, hashes: IntArray, number: IntArray, texts: int) -> "TermVectors":
        """Count terms, each given with the number of its text."""
        order = np.argsort(hashes)
        order = order[np.argsort(_narrow(number[order]), kind="stable")]  # by radix: several times as fast as lexsort
        hashes, number = hashes[order], number[order]
        first = np.ones(len(hashes), np.bool_)
        first[1:] = (hashes[1:] != hashes[:-1]) | (number[1:] != number[:-1])
        starts = np.flatnonzero(first)
        counts = np.minimum(np.diff(starts, append=len(hashes)), _MOST).astype(np.uint8)
        return cls(hashes[starts], counts, np.bincount(number[starts], minlength=texts))

    @classmethod
    def stored(cls, hashes: Sequence[bytes], counts: Sequence[bytes]) -> "TermVectors":
        """Return the vectors whose `parts` were stored."""
        sizes = np.fromiter(map(len, counts), np.int64, len(counts))
        return cls(np.frombuffer(b"".join(hashes), np.int64), np.frombuffer(b"".join(counts), np.uint8), sizes)

    def __len__(self) -> int:
        return len(self.sizes)

    @property
    def owners(self) -> IntArray:
        """Return which text each term belongs to."""
        return np.repeat(np.arange(len(self.sizes)), self.sizes)

    @property
    def lengths(self) -> IntArray:
        """Return the number of terms of each text, with repetitions."""
        return np.bincount(self.owners, self.counts, len(self.sizes)).astype(np.int64)

    def parts(self) -> list[tuple[bytes, bytes]]:
        """Return the hashes and counts of each text as they are stored."""
        ends = np.cumsum(self.sizes).tolist()
        hashes, counts = self.hashes.tobytes(), self.counts.tobytes()
        return [
            (hashes[_HASH * start : _HASH * end], counts[start:end])
            for start, end in zip([0, *ends], ends, strict=False)
        ]


def _narrow(numbers: IntArray) -> npt.NDArray[np.uint16] | IntArray:
    return numbers.astype(np.uint16) if not len(numbers) or numbers.max() < 1 << 16 else numbers
