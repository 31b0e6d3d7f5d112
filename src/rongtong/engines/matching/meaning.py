"""The second signal: which listings mean what the need means, standardised for each need."""

from collections.abc import Iterator, Sequence
from dataclasses import dataclass, field, replace
from functools import cached_property
from itertools import islice
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.approximate import Allowed
from rongtong.engines.matching.encoders import Encoder, Vectors
from rongtong.engines.matching.tokens import is_chinese
from rongtong.engines.matching.vectorise import FloatArray, IntArray
from rongtong.engines.matching.vectors import VectorStore, similarities

_BACKGROUND = 256  # vectors that say what "unrelated" is for a need
_PRIOR = 32  # how many such vectors the encoder's own typical values weigh
_FULL = 6.0  # standard deviations above the background that count as full agreement
_SLACK = 0.01  # single precision chooses, double precision decides
_AT_ONCE = 50_000  # listings whose keys are held while their vectors are looked up
_KEPT_KINDS = 16  # sets of kinds for which the listings are kept apart
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


@dataclass(frozen=True)
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
    _known: "dict[frozenset[str], _Eligible]" = field(default_factory=dict, init=False, compare=False, repr=False)

    def background(self, query: Vectors) -> Background:
        """Return the need's similarity with unrelated listings."""
        return background([self.sampled(query)], self.typical)

    def sampled(self, query: Vectors) -> Sampled:
        """Return the similarities of the sample, with what tells it from the sample of other listings."""
        order, vectors = self._sample_kept
        return Sampled(order, exact_similarities(vectors, query))

    @cached_property
    def _sample_kept(self) -> tuple[FloatArray, FloatArray]:
        """The order and the vectors of the sample: every need is compared with them."""
        return self.vectors.key_order(self.sample), self.vectors.take(self.sample).astype(np.float64)

    def similarities(self, query: Vectors, rows: Sequence[int]) -> FloatArray:
        """Return the similarity of each row, NaN where it has no vector yet."""
        wanted = np.array(rows, np.int64)
        found = np.full(len(rows), np.nan)
        if not len(self.rows):
            return found
        places = np.minimum(np.searchsorted(self.rows, wanted), len(self.rows) - 1)
        known = (self.rows[places] == wanted) & (self.slots[places] >= 0)
        found[known] = exact_similarities(self.vectors.take(self.slots[places[known]]), query)
        return found

    @property
    def encoded(self) -> bool:
        """Whether any listing the level may see has a vector."""
        return bool(len(self.sample))

    def nearest(self, query: Vectors, kinds: frozenset[str], count: int, background: Background) -> list[int]:
        """Return up to `count` rows closest in meaning among the given kinds (none given: all), best first."""
        eligible = self._eligible(kinds)
        if not len(eligible.places):
            return []
        close = self._close(query, eligible, count, background)
        slots, where = np.unique(eligible.slots.places[close], return_inverse=True)
        found = exact_similarities(self.vectors.take(slots), query)[where]
        rows = self.rows[eligible.places[close]]
        order = np.lexsort((rows, -found))[:count]
        near = background.standardise(found[order]) >= FLOOR
        return [int(row) for row in rows[order][near]]

    def _close(self, query: Vectors, eligible: "_Eligible", count: int, background: Background) -> IntArray:
        """Return which of the eligible are about the nearest: at least `count` of them where so many are near."""
        vectors, approximate = self.vectors.vectors, self.vectors.approximate
        if approximate is None:
            rough = similarities(vectors, query)[eligible.slots.places]
            close = np.flatnonzero(background.standardise(rough) >= FLOOR - _SLACK)
            return close if len(close) <= count else close[np.argpartition(-rough[close], count)[:count]]
        near = np.sort(approximate.nearest(vectors, query, eligible.slots, count))
        first, last = (np.searchsorted(eligible.slots.places, near, side) for side in ("left", "right"))
        return np.concatenate([np.zeros(0, np.int64), *map(np.arange, first, last)])  # listings with the same text

    def _eligible(self, kinds: frozenset[str]) -> "_Eligible":
        """Return what has a vector and is of one of the kinds; found out once, as a million are looked through."""
        known = self._known.get(kinds)
        if known is None:
            eligible = self.slots >= 0
            if kinds:
                eligible &= np.isin(self.kinds, [code for kind, code in list(self.kind_codes.items()) if kind in kinds])
            places = np.flatnonzero(eligible)
            places = places[np.argsort(self.slots[places], kind="stable")]
            if len(self._known) >= _KEPT_KINDS:
                self._known.clear()
            known = self._known[kinds] = _Eligible(places, Allowed.of(self.slots[places]))
        return known


class _Eligible(NamedTuple):
    """Places of listings in the order of their vectors' slots, and these slots."""

    places: IntArray
    slots: Allowed


def exact_similarities(vectors: Vectors | FloatArray, query: Vectors) -> FloatArray:
    """Return similarities that are the same whatever else is multiplied beside them.

    A matrix product's last bits depend on a row's place among others, hidden ones too: doubles, then rounded.
    """
    products = np.einsum("ij,j->i", np.asarray(vectors, np.float64), query.astype(np.float64))
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

    def update(self, changed: Sequence[int], entries: Iterator[tuple[int, str, bytes]]) -> None:
        """Take `changed` rows out and put `entries` (row, kind, key; ascending) in."""
        old = self.view
        keep = ~np.isin(old.rows, np.array(changed, np.int64))
        parts = [(old.rows[keep], old.slots[keep], old.kinds[keep])]
        while part := list(islice(entries, _AT_ONCE)):
            parts.append(self._columns(part))
        if len(parts) == 1 and keep.all():
            return
        rows, slots, kinds = map(np.concatenate, zip(*parts, strict=True))
        order = np.argsort(rows, kind="stable")
        self.view = replace(old, rows=rows[order], slots=slots[order], kinds=kinds[order], sample=self._sample(slots))

    def _columns(self, entries: Sequence[tuple[int, str, bytes]]) -> tuple[IntArray, IntArray, IntArray]:
        rows, kinds, keys = zip(*entries, strict=True)
        slots = self._vectors.slots(keys)
        for place in np.flatnonzero(slots < 0).tolist():
            self._waiting.setdefault(keys[place], []).append(rows[place])
        codes = [self._kind_codes.setdefault(kind, len(self._kind_codes)) for kind in kinds]
        return np.array(rows, np.int64), slots, np.array(codes, np.int64)

    def catch_up(self) -> None:
        """Give rows their vectors that have been encoded since."""
        start, count = self._seen_vectors, len(self._vectors)
        if count == start:
            return
        slots = self.view.slots.copy()
        arrived = self._vectors.keys_from(start)[: count - start] if self._waiting else []
        for slot, key in enumerate(arrived, start):
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
