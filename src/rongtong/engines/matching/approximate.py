"""Nearest vectors for hubs too large for exact search: faiss IVF with 8-bit values, recall@100 about 0.99."""

from pathlib import Path
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.encoders import Vectors
from rongtong.engines.matching.vectorise import FloatArray, IntArray

_PROBES = 32
_TRAINING = 40  # vectors for each list
_ROUNDS = 10  # of training
_BLOCK = 16_384
_ADDED = 100_000  # at a time: single precision takes twice the room
Kept = npt.NDArray[np.float16] | Vectors


def similarities(vectors: Kept, query: Vectors) -> FloatArray:
    """Return the dot product of every vector with a query, in blocks.

    By einsum, in this thread alone: the matrix product's own threads wait for each other on a busy machine and
    take four times the processor time.
    """
    found = np.empty(len(vectors), np.float64)
    for at in range(0, len(vectors), _BLOCK):
        found[at : at + _BLOCK] = np.einsum("ij,j->i", vectors[at : at + _BLOCK].astype(np.float32), query)
    return found


class Allowed(NamedTuple):
    """Places among which the nearest are looked for, ascending, and a bit for every place up to the last of them.

    Made once for many searches: marking a million places takes longer than the search.
    """

    places: IntArray
    bits: npt.NDArray[np.uint8]

    @classmethod
    def of(cls, places: IntArray) -> "Allowed":
        """Mark places, which are ascending and may come more than once."""
        marked: npt.NDArray[np.bool_] = np.zeros(int(places[-1]) + 1 if len(places) else 0, np.bool_)
        marked[places] = True
        return cls(places, np.packbits(marked, bitorder="little"))


class ApproximateVectors:
    """An index over the vectors that were there when it was trained; later ones are searched exactly."""

    def __init__(self, index: Any) -> None:
        self._index = index

    @classmethod
    def train(cls, vectors: Kept, path: Path | None = None) -> "ApproximateVectors":
        """Build over all vectors (a job, not a request) and write the index to `path`."""
        faiss = _faiss()
        lists = max(1, min(int(4 * np.sqrt(len(vectors))), len(vectors) // 39))
        index = faiss.index_factory(vectors.shape[1], f"IVF{lists},SQ8", faiss.METRIC_INNER_PRODUCT)
        index.cp.niter = _ROUNDS
        index.train(_single(vectors[:: max(1, len(vectors) // (lists * _TRAINING))]))
        for at in range(0, len(vectors), _ADDED):
            index.add(_single(vectors[at : at + _ADDED]))
        if path is not None:
            whole = path.with_suffix(".new")
            faiss.write_index(index, str(whole))
            whole.replace(path)
        return cls(index)

    @classmethod
    def read(cls, path: Path) -> "ApproximateVectors":
        """Read what `train` wrote."""
        return cls(_faiss().read_index(str(path)))

    def nearest(self, vectors: Kept, query: Vectors, allowed: Allowed, count: int) -> IntArray:
        """Return the places of about the nearest `count` allowed vectors, in no order, and as many later ones."""
        faiss = _faiss()
        covered = int(self._index.ntotal)
        selector = faiss.IDSelectorBitmap(allowed.bits)
        parameters = faiss.SearchParametersIVF(sel=selector, nprobe=min(_PROBES, self._index.nlist))
        _, found = self._index.search(query.reshape(1, -1), count, params=parameters)
        later = np.unique(allowed.places[np.searchsorted(allowed.places, covered) :])
        if len(later) > count:
            close = similarities(vectors[covered:], query)[later - covered]
            later = later[np.argpartition(-close, count)[:count]]
        return np.concatenate([found[0][found[0] >= 0], later]).astype(np.int64)


def _single(vectors: Kept) -> Vectors:
    return np.ascontiguousarray(vectors, np.float32)


def _faiss() -> Any:
    import faiss  # half a second to load, and only large hubs need it

    return faiss
