"""Inclusion and consistency proofs of RFC 9162 §2.1.3–2.1.4: which nodes they need, and strict checking.

Strict means: every hash has 32 bytes, the number of hashes is exactly what index and size demand, and nothing is
concluded from an empty tree.
"""

from __future__ import annotations

import hmac
from collections.abc import Sequence
from typing import Protocol

from rongtong.engines.translog.errors import ProofInvalid
from rongtong.engines.translog.merkle import EMPTY_ROOT, HASH_BYTES, folded, full_subtrees, node_hash

Range = tuple[int, int]
MOST_HASHES = 64


class Nodes(Protocol):
    """Where the hashes of full subtrees are read from."""

    def nodes(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the hash of each (level, index), in order."""


def inclusion_proof(nodes: Nodes, index: int, size: int) -> list[bytes]:
    """Return the path from leaf `index` to the root of the tree of `size` leaves, the leaf's sibling first."""
    if not 0 <= index < size:
        raise ProofInvalid(f"a tree of {size} leaves has no leaf {index}")
    return _hashes(nodes, _path(index, size))


def consistency_proof(nodes: Nodes, old: int, new: int) -> list[bytes]:
    """Return the proof that the tree of `old` leaves is the beginning of the tree of `new` leaves.

    It is empty where nothing is to be shown: from the empty tree, and between equal sizes.
    """
    if not 0 <= old <= new:
        raise ProofInvalid(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in (0, new):
        return []
    return _hashes(nodes, _seam(old, new))


def root_at(nodes: Nodes, size: int) -> bytes:
    """Return the root of the tree's first `size` leaves."""
    return folded(nodes.nodes(list(full_subtrees(0, size))))


def verify_inclusion(leaf: bytes, index: int, size: int, proof: Sequence[bytes], root: bytes) -> None:
    """Check that `leaf` is entry `index` of the tree with this size and root (RFC 9162 §2.1.3.2).

    Parameters
    ----------
    leaf
        The leaf's hash (`leaf_hash` of the entry), 32 bytes.
    index, size
        ``0 <= index < size``.
    proof
        Hashes of 32 bytes, the leaf's sibling first.
    root
        32 bytes.

    Raises
    ------
    ProofInvalid
        If it does not, or if anything has the wrong form or length.
    """
    _demand_hashes([leaf, root, *proof])
    if not 0 <= index < size:
        raise ProofInvalid(f"a tree of {size} leaves has no leaf {index}")
    place, last, found = index, size - 1, leaf
    for one in proof:
        if not last:
            raise ProofInvalid("the proof has more hashes than the tree has levels")
        if place & 1 or place == last:
            found = node_hash(one, found)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            found = node_hash(found, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof has fewer hashes than the tree has levels")
    _demand_equal(found, root, "the path from the entry does not lead to the root")


def verify_consistency(old: int, new: int, proof: Sequence[bytes], old_root: bytes, new_root: bytes) -> None:
    """Check that the tree of `old` leaves is the beginning of the tree of `new` leaves (RFC 9162 §2.1.4.2).

    From the empty tree to any other the proof is empty and proves nothing: only the empty root is compared.

    Raises
    ------
    ProofInvalid
        If it is not, or if anything has the wrong form or length.
    """
    _demand_hashes([old_root, new_root, *proof])
    if not 0 <= old <= new:
        raise ProofInvalid(f"a tree of {old} leaves is not the beginning of one of {new}")
    if old in (0, new):
        if proof:
            raise ProofInvalid("there is nothing to prove, and yet the proof is not empty")
        _demand_equal(old_root, EMPTY_ROOT if old == 0 else new_root, "two roots at one size")
        if new == 0:
            _demand_equal(new_root, EMPTY_ROOT, "the root of an empty tree is another")
        return
    if not proof:
        raise ProofInvalid("the proof has no hashes")
    steps = list(proof) if old & (old - 1) else [old_root, *proof]
    place, last = old - 1, new - 1
    while place & 1:
        place, last = place >> 1, last >> 1
    before = after = steps[0]
    for one in steps[1:]:
        if not last:
            raise ProofInvalid("the proof has more hashes than the tree has levels")
        if place & 1 or place == last:
            before, after = node_hash(one, before), node_hash(one, after)
            while not place & 1 and place:
                place, last = place >> 1, last >> 1
        else:
            after = node_hash(after, one)
        place, last = place >> 1, last >> 1
    if last:
        raise ProofInvalid("the proof has fewer hashes than the tree has levels")
    _demand_equal(before, old_root, "the proof does not lead to the earlier root")
    _demand_equal(after, new_root, "the proof does not lead to the later root")


def _demand_hashes(hashes: Sequence[bytes]) -> None:
    if len(hashes) > MOST_HASHES + 2 or any(len(one) != HASH_BYTES for one in hashes):
        raise ProofInvalid("a proof has at most 64 hashes, each of 32 bytes")


def _demand_equal(found: bytes, wanted: bytes, otherwise: str) -> None:
    if not hmac.compare_digest(found, wanted):
        raise ProofInvalid(otherwise)


def _split(size: int) -> int:
    """Return the largest power of two smaller than `size`."""
    return 1 << ((size - 1).bit_length() - 1)


def _path(index: int, size: int) -> list[Range]:
    start, end, found = 0, size, []
    while end - start > 1:
        middle = start + _split(end - start)
        found.append((middle, end) if index < middle else (start, middle))
        start, end = (start, middle) if index < middle else (middle, end)
    return found[::-1]


def _seam(old: int, new: int) -> list[Range]:
    start, end, found = 0, new, []
    while end != old:
        middle = start + _split(end - start)
        found.append((middle, end) if old <= middle else (start, middle))
        start, end = (start, middle) if old <= middle else (middle, end)
    if start:
        found.append((start, end))
    return found[::-1]


def _hashes(nodes: Nodes, ranges: Sequence[Range]) -> list[bytes]:
    places = [list(full_subtrees(*one)) for one in ranges]
    read = iter(nodes.nodes([place for places_of_one in places for place in places_of_one]))
    return [folded([next(read) for _ in places_of_one]) for places_of_one in places]
