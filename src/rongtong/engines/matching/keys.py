"""Content keys by place and places by key, for a million of them in thirty megabytes."""

from collections.abc import Sequence
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.vectorise import FloatArray, IntArray

KEY_BYTES = 16
_Halves = npt.NDArray[np.uint64]
_RECENT, _PART = 4_096, 8  # so many keys, or an eighth of all, wait in a dictionary until they are sorted in
_ORDER_BITS = np.uint64(16)  # left out of a key's number, so that a float holds it exactly


class _Sorted(NamedTuple):
    """Keys as two numbers each in the order of their places; the first numbers ascending, and the place of each."""

    halves: _Halves
    firsts: npt.NDArray[np.uint64]
    places: IntArray


class Keys:
    """Append-only; one thread adds at a time while any number look up."""

    def __init__(self) -> None:
        nothing = np.zeros((0, 2), np.uint64)
        self._sorted = _Sorted(nothing, nothing[:, 0], np.zeros(0, np.int64))
        self._recent: dict[bytes, int] = {}
        self._count = 0

    def __len__(self) -> int:
        return self._count

    def __contains__(self, key: bytes) -> bool:
        return bool(self.places([key])[0] >= 0)

    def extend(self, data: bytes) -> None:
        """Add joined keys, none of which is known, at the next places."""
        count = len(data) // KEY_BYTES
        start = len(self)
        if len(self._recent) + count <= max(_RECENT, start // _PART):
            for place in range(count):
                self._recent[data[place * KEY_BYTES : (place + 1) * KEY_BYTES]] = start + place
            self._count += count
            return
        halves = np.concatenate([self._sorted.halves, _halves(b"".join(self._recent)), _halves(data)])
        places = np.argsort(halves[:, 0], kind="stable")
        self._sorted = _Sorted(halves, halves[places, 0], places)
        self._recent = {}  # after that: whoever looks up meanwhile finds a key in one of both, or in both
        self._count += count

    def places(self, keys: Sequence[bytes]) -> IntArray:
        """Return the place of each key, -1 for unknown ones."""
        recent, (halves, firsts, places) = self._recent, self._sorted
        asked = _halves(b"".join(keys))
        found = np.full(len(keys), -1, np.int64)
        at = np.searchsorted(firsts, asked[:, 0])
        looking = np.flatnonzero(at < len(firsts))
        while len(looking):  # once, but for two keys whose first halves are one
            here = places[at[looking]]
            near = firsts[at[looking]] == asked[looking, 0]
            hit = near & (halves[here, 1] == asked[looking, 1])
            found[looking[hit]] = here[hit]
            looking = looking[near & ~hit]
            at[looking] += 1
            looking = looking[at[looking] < len(firsts)]
        if recent:
            for place in np.flatnonzero(found < 0).tolist():
                found[place] = recent.get(keys[place], -1)
        return found

    def since(self, start: int) -> list[bytes]:
        """Return the keys at and after a place."""
        recent, halves = list(self._recent), self._sorted.halves
        data = halves[start:].astype(">u8").tobytes()
        older = [data[at : at + KEY_BYTES] for at in range(0, len(data), KEY_BYTES)]
        return older + recent[max(0, start - len(halves)) :]

    def order(self, places: IntArray) -> FloatArray:
        """Return numbers that order places by their keys, the same wherever the keys are kept."""
        recent, halves = list(self._recent), self._sorted.halves
        new = places >= len(halves)
        found = np.empty(len(places), np.uint64)
        found[~new] = halves[places[~new], 0]
        found[new] = _halves(b"".join(recent[place - len(halves)] for place in places[new].tolist()))[:, 0]
        return np.asarray(found >> _ORDER_BITS, np.float64)


def _halves(data: bytes) -> _Halves:
    return np.frombuffer(data, ">u8").astype(np.uint64).reshape(-1, 2)
