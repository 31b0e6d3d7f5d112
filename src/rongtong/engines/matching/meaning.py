"""The second signal: which listings mean what the need means, standardised for each need."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.encoders import Encoder, Vectors
from rongtong.engines.matching.tokens import is_chinese
from rongtong.engines.matching.vectorise import FloatArray, IntArray
from rongtong.engines.matching.vectors import VectorStore, similarities

_BACKGROUND = 256  # vectors that say what "unrelated" is for a need
_PRIOR = 32  # how many such vectors the encoder's own typical values weigh
_FULL = 6.0  # standard deviations above the background that count as full agreement
FLOOR = 2.0  # below, a listing is not a candidate by meaning alone
_SUMMARY = {True: 160, False: 300}  # characters of Chinese and of other text that are encoded


def summary(title: str, text: str) -> str:
    """Return what is encoded of a text: its title and beginning; encoding takes time with every word."""
    whole = " ".join(f"{title}\n{text}".split())
    return whole[: _SUMMARY[is_chinese(whole[:1000].lower())]]


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


class MeaningTable:
    """Which vector belongs to which listing a level may see; kept up to date by changes."""

    def __init__(self, vectors: VectorStore, encoder: Encoder) -> None:
        self._vectors, self._encoder = vectors, encoder
        self._rows: IntArray = np.zeros(0, np.int64)
        self._slots: IntArray = np.zeros(0, np.int64)
        self._kinds: IntArray = np.zeros(0, np.int64)
        self._kind_codes: dict[str, int] = {}
        self._waiting: dict[bytes, list[int]] = {}
        self._seen_vectors = 0
        self._sample: IntArray = np.zeros(0, np.int64)

    def update(self, changed: Sequence[int], entries: Sequence[tuple[int, str, bytes]]) -> None:
        """Take `changed` rows out and put `entries` (row, kind, key; ascending) in."""
        if changed:
            keep = ~np.isin(self._rows, np.array(changed, np.int64))
            self._rows, self._slots, self._kinds = self._rows[keep], self._slots[keep], self._kinds[keep]
        if entries:
            keys = [key for _, _, key in entries]
            slots = self._vectors.slots(keys)
            for place in np.flatnonzero(slots < 0).tolist():
                self._waiting.setdefault(keys[place], []).append(entries[place][0])
            kinds = [self._kind_codes.setdefault(kind, len(self._kind_codes)) for _, kind, _ in entries]
            rows = np.concatenate([self._rows, np.array([row for row, _, _ in entries], np.int64)])
            order = np.argsort(rows, kind="stable")
            self._rows = rows[order]
            self._slots = np.concatenate([self._slots, slots])[order]
            self._kinds = np.concatenate([self._kinds, np.array(kinds, np.int64)])[order]
        if changed or entries:
            self._resample()

    def catch_up(self) -> None:
        """Give rows their vectors that have been encoded since."""
        count = len(self._vectors)
        if count == self._seen_vectors:
            return
        self._vectors_arrived(self._vectors.keys_from(self._seen_vectors), self._seen_vectors)
        self._seen_vectors = count
        self._resample()

    def _vectors_arrived(self, keys: list[bytes], start: int) -> None:
        for slot, key in enumerate(keys, start):
            for row in self._waiting.pop(key, ()):
                place = int(np.searchsorted(self._rows, row))
                # The row may have another text by now; then it waits, or has its slot, under that key.
                if place < len(self._rows) and self._rows[place] == row and self._slots[place] < 0:
                    self._slots[place] = slot

    def _resample(self) -> None:
        """Choose the background by content, so that it depends on what is visible and on nothing else."""
        slots = np.unique(self._slots[self._slots >= 0])
        if len(slots) > _BACKGROUND:
            first = self._vectors.key_order(slots)
            slots = slots[np.argpartition(first, _BACKGROUND)[:_BACKGROUND]]
        self._sample = slots

    def background(self, query: Vectors) -> Background:
        """Return the need's similarity with unrelated listings, steadied by the encoder's typical values."""
        mean, deviation = self._encoder.typical
        values = np.asarray(self._vectors.vectors[self._sample] @ query, np.float64)
        count = len(values)
        centre = (values.sum() + _PRIOR * mean) / (count + _PRIOR)
        spread = ((values - values.mean()) ** 2).sum() if count else 0.0
        return Background(float(centre), float(np.sqrt((spread + _PRIOR * deviation**2) / (count + _PRIOR))))

    def similarities(self, query: Vectors, rows: Sequence[int]) -> FloatArray:
        """Return the similarity of each row, NaN where it has no vector yet."""
        places = np.searchsorted(self._rows, np.array(rows, np.int64))
        found = np.full(len(rows), np.nan)
        for at, (row, place) in enumerate(zip(rows, places, strict=True)):
            if place < len(self._rows) and self._rows[place] == row and self._slots[place] >= 0:
                found[at] = float(self._vectors.vectors[self._slots[place]] @ query)
        return found

    def nearest(self, query: Vectors, kinds: frozenset[str], count: int, background: Background) -> list[int]:
        """Return up to `count` rows closest in meaning among the given kinds (none given: all), best first."""
        eligible = self._slots >= 0
        if kinds:
            codes = [code for kind, code in self._kind_codes.items() if kind in kinds]
            eligible &= np.isin(self._kinds, codes)
        places = np.flatnonzero(eligible)
        if not len(places):
            return []
        found = self._eligible_similarities(query, places, count)
        close = background.standardise(found) >= FLOOR
        places, found = places[close], found[close]
        order = np.lexsort((self._rows[places], -found))[:count]
        return [int(row) for row in self._rows[places[order]]]

    def _eligible_similarities(self, query: Vectors, places: IntArray, count: int) -> FloatArray:
        slots = self._slots[places]
        vectors, approximate = self._vectors.vectors, self._vectors.approximate
        if approximate is None:
            return similarities(vectors, query)[slots]
        allowed: npt.NDArray[np.bool_] = np.zeros(len(vectors), np.bool_)
        allowed[slots] = True
        return approximate.similarities(vectors, query, allowed, count)[slots]
