"""The second signal: which listings mean what the need means, standardised for each need."""

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.encoders import Encoder, Vectors
from rongtong.engines.matching.tokens import is_chinese
from rongtong.engines.matching.vectorise import FloatArray, IntArray
from rongtong.engines.matching.vectors import VectorStore, similarities

_BACKGROUND = 256  # vectors that say what "unrelated" is for a need
_PRIOR = 32  # how many such vectors the encoder's own typical values weigh
_FULL = 6.0  # standard deviations above the background that count as full agreement
_SLACK = 0.01  # single precision chooses, double precision decides
FLOOR = 2.0  # below, a listing is not a candidate by meaning alone
# Characters of Chinese and of other text that are encoded: of listings in the background, of needs while one waits.
_PASSAGE, _QUERY = {True: 160, False: 300}, {True: 40, False: 100}


def passage_summary(title: str, text: str) -> str:
    """Return what is encoded of a listing: its title and beginning; encoding takes time with every word."""
    return _beginning(title, text, _PASSAGE)


def query_summary(title: str, text: str) -> str:
    """Return what is encoded of a need; shorter, as quality hardly falls and the time does."""
    return _beginning(title, text, _QUERY)


def _beginning(title: str, text: str, limits: dict[bool, int]) -> str:
    whole = " ".join(f"{title}\n{text[:1000]}".split())
    if len(whole) <= limits[True]:  # short enough in any language
        return whole
    return whole[: limits[is_chinese(whole.lower())]]


def agreement(deviations: FloatArray) -> FloatArray:
    """Map standard deviations above the background to a share of full agreement."""
    return np.asarray(np.clip(deviations / _FULL, 0.0, 1.0), np.float64)


@dataclass(frozen=True, slots=True)
class Background:
    """What similarity an unrelated listing has with one need."""

    mean: float
    deviation: float

    def standardise(self, similarities: FloatArray) -> FloatArray:
        """Return how many deviations each similarity lies above the mean."""
        return np.asarray((similarities - self.mean) / self.deviation, np.float64)


class Sampled(NamedTuple):
    """Similarities of texts that stand for all; `order` is the same for the same text wherever it is kept."""

    order: FloatArray
    similarities: FloatArray


def background(samples: Sequence[Sampled], typical: tuple[float, float]) -> Background:
    """Join samples of parts of the listings, and steady their statistics by the encoder's typical values."""
    _, places = np.unique(np.concatenate([sample.order for sample in samples]), return_index=True)
    values = np.sort(np.concatenate([sample.similarities for sample in samples])[places[:_BACKGROUND]])
    mean, deviation = typical
    count = len(values)
    centre = (values.sum() + _PRIOR * mean) / (count + _PRIOR)
    spread = ((values - values.mean()) ** 2).sum() if count else 0.0
    return Background(float(centre), float(np.sqrt((spread + _PRIOR * deviation**2) / (count + _PRIOR))))


@dataclass(frozen=True, slots=True)
class MeaningView:
    """The meaning of what a level may see at one moment.

    Parameters
    ----------
    rows, slots, kinds
        Rows ascending, the place of each one's vector (-1: none yet) and the code of its kind.
    sample
        Places of the vectors that are the background.
    """

    vectors: VectorStore
    typical: tuple[float, float]
    kind_codes: dict[str, int]
    rows: IntArray
    slots: IntArray
    kinds: IntArray
    sample: IntArray

    def background(self, query: Vectors) -> Background:
        """Return the need's similarity with unrelated listings."""
        return background([self.sampled(query)], self.typical)

    def sampled(self, query: Vectors) -> Sampled:
        """Return the similarities of the sample, with what tells it from the sample of other listings."""
        return Sampled(
            self.vectors.key_order(self.sample), exact_similarities(self.vectors.vectors[self.sample], query)
        )

    def similarities(self, query: Vectors, rows: Sequence[int]) -> FloatArray:
        """Return the similarity of each row, NaN where it has no vector yet."""
        wanted = np.array(rows, np.int64)
        found = np.full(len(rows), np.nan)
        if not len(self.rows):
            return found
        places = np.minimum(np.searchsorted(self.rows, wanted), len(self.rows) - 1)
        known = (self.rows[places] == wanted) & (self.slots[places] >= 0)
        found[known] = exact_similarities(self.vectors.vectors[self.slots[places[known]]], query)
        return found

    @property
    def encoded(self) -> bool:
        """Whether any listing the level may see has a vector."""
        return bool(len(self.sample))

    def nearest(self, query: Vectors, kinds: frozenset[str], count: int, background: Background) -> list[int]:
        """Return up to `count` rows closest in meaning among the given kinds (none given: all), best first."""
        eligible = self.slots >= 0
        if kinds:
            codes = [code for kind, code in list(self.kind_codes.items()) if kind in kinds]
            eligible &= np.isin(self.kinds, codes)
        places = np.flatnonzero(eligible)
        if not len(places):
            return []
        slots = self.slots[places]
        rough = self._similarities_at(query, slots, count)
        close = np.flatnonzero(background.standardise(rough) >= FLOOR - _SLACK)
        if len(close) > count:
            close = close[np.argpartition(-rough[close], count)[:count]]
        found = exact_similarities(self.vectors.vectors[slots[close]], query)
        rows = self.rows[places[close]]
        order = np.lexsort((rows, -found))
        near = background.standardise(found[order]) >= FLOOR
        return [int(row) for row in rows[order][near]]

    def _similarities_at(self, query: Vectors, slots: IntArray, count: int) -> FloatArray:
        vectors, approximate = self.vectors.vectors, self.vectors.approximate
        if approximate is None:
            return similarities(vectors, query)[slots]
        allowed: npt.NDArray[np.bool_] = np.zeros(len(vectors), np.bool_)
        allowed[slots] = True
        return approximate.similarities(vectors, query, allowed, count)[slots]


def exact_similarities(vectors: Vectors, query: Vectors) -> FloatArray:
    """Return similarities that are the same whatever else is multiplied beside them.

    A matrix product's last bits depend on a row's place among others, hidden ones too: doubles, then rounded.
    """
    products = np.einsum("ij,j->i", vectors.astype(np.float64), query.astype(np.float64))
    return np.asarray(np.round(products, 6), np.float64)


class MeaningTable:
    """Which vector belongs to which listing a level may see; kept up to date by changes.

    A search keeps the `view` it began with; changes put another in its place, so searching never waits.
    """

    def __init__(self, vectors: VectorStore, encoder: Encoder) -> None:
        self._vectors = vectors
        none = np.zeros(0, np.int64)
        self._kind_codes: dict[str, int] = {}
        self.view = MeaningView(vectors, encoder.typical, self._kind_codes, none, none, none, none)
        self._waiting: dict[bytes, list[int]] = {}
        self._seen_vectors = 0

    def update(self, changed: Sequence[int], entries: Sequence[tuple[int, str, bytes]]) -> None:
        """Take `changed` rows out and put `entries` (row, kind, key; ascending) in."""
        if not changed and not entries:
            return
        old = self.view
        keep = ~np.isin(old.rows, np.array(changed, np.int64))
        keys = [key for _, _, key in entries]
        new_slots = self._vectors.slots(keys)
        for place in np.flatnonzero(new_slots < 0).tolist():
            self._waiting.setdefault(keys[place], []).append(entries[place][0])
        codes = [self._kind_codes.setdefault(kind, len(self._kind_codes)) for _, kind, _ in entries]
        rows = np.concatenate([old.rows[keep], np.array([row for row, _, _ in entries], np.int64)])
        slots = np.concatenate([old.slots[keep], new_slots])
        kinds = np.concatenate([old.kinds[keep], np.array(codes, np.int64)])
        order = np.argsort(rows, kind="stable")
        self.view = replace(old, rows=rows[order], slots=slots[order], kinds=kinds[order], sample=self._sample(slots))

    def catch_up(self) -> None:
        """Give rows their vectors that have been encoded since."""
        start, count = self._seen_vectors, len(self._vectors)
        if count == start:
            return
        slots = self.view.slots.copy()
        for slot, key in enumerate(self._vectors.keys_from(start)[: count - start], start):
            for row in self._waiting.pop(key, ()):
                place = int(np.searchsorted(self.view.rows, row))
                # The row may have another text by now; then it waits, or has its slot, under that key.
                if place < len(slots) and self.view.rows[place] == row and slots[place] < 0:
                    slots[place] = slot
        self._seen_vectors = count
        self.view = replace(self.view, slots=slots, sample=self._sample(slots))

    def _sample(self, slots: IntArray) -> IntArray:
        """Choose the background by content, so that it depends on what is visible and on nothing else."""
        places = np.unique(slots[slots >= 0])
        if len(places) > _BACKGROUND:
            places = places[np.argpartition(self._vectors.key_order(places), _BACKGROUND)[:_BACKGROUND]]
        return places
