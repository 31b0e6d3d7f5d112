"""Set functions as arrays: coalition S stands at the index whose bit i is set if player i is in S.

Everything here is built by doubling, player after player, and costs O(2^n).
"""

from collections.abc import Iterator, Sequence

import numpy as np
from numpy.typing import NDArray

Whole = NDArray[np.int64]


def sums(weights: Sequence[int]) -> Whole:
    """Return for each coalition the sum of its players' whole weights (which must fit into 63 bits)."""
    found = np.zeros(1 << len(weights), np.int64)
    for player, weight in enumerate(weights):
        np.add(found[: 1 << player], weight, out=found[1 << player : 2 << player])
    return found


def float_sums(weights: NDArray[np.float64]) -> NDArray[np.float64]:
    """Return the same for real weights."""
    found = np.zeros(1 << len(weights))
    for player, weight in enumerate(weights):
        np.add(found[: 1 << player], weight, out=found[1 << player : 2 << player])
    return found


def sizes(players: int) -> NDArray[np.uint8]:
    """Return how many players each coalition has."""
    found = np.zeros(1 << players, np.uint8)
    for player in range(players):
        np.add(found[: 1 << player], 1, out=found[1 << player : 2 << player])
    return found


def highest(values: Sequence[int]) -> Whole:
    """Return for each coalition the highest of its players' values; 0 for nobody."""
    found = np.zeros(1 << len(values), np.int64)
    for player, value in enumerate(values):
        np.maximum(found[: 1 << player], value, out=found[1 << player : 2 << player])
    return found


def totals_with(values: Whole, players: int) -> tuple[list[int], int]:
    """Return for each player the sum over the coalitions that hold him, and the sum over all.

    The array is folded in the middle once for each player, the last one first.
    """
    found = []
    for player in reversed(range(players)):
        without, with_him = values[: 1 << player], values[1 << player :]
        found.append(int(with_him.sum()))
        values = without + with_him
    return found[::-1], int(values[0])


def limbs(values: Whole, bits: int) -> Iterator[tuple[int, Whole]]:
    """Cut numbers into parts of `bits` bits with their sign: sums of many products then fit into 63 bits.

    Yields
    ------
    (shift, part)
        The values are the sum of ``part << shift``.
    """
    longest = max(abs(int(values.min())), abs(int(values.max()))).bit_length()
    if longest <= bits:
        yield 0, values
        return
    sign, size = np.sign(values), np.abs(values)
    for shift in range(0, longest, bits):
        yield shift, sign * ((size >> shift) & ((1 << bits) - 1))
