"""The Merkle tree of RFC 6962 §2.1 (the same in RFC 9162 §2.1): hashes, and the compact range of a growing tree.

A node is named by (level, index): it covers the leaves ``[index << level, (index + 1) << level)``, all of them present.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass

from rongtong.engines.translog.errors import Malformed

HASH_BYTES = 32
EMPTY_ROOT = hashlib.sha256(b"").digest()
_sha256 = hashlib.sha256


def leaf_hash(entry: bytes) -> bytes:
    """Hash an entry: ``SHA-256(0x00 || entry)``."""
    return _sha256(b"\x00" + entry).digest()


def node_hash(left: bytes, right: bytes) -> bytes:
    """Hash two children: ``SHA-256(0x01 || left || right)``."""
    return _sha256(b"\x01" + left + right).digest()


def halves(hashes: Sequence[bytes]) -> list[bytes]:
    """Hash neighbours in pairs; a last one without neighbour is left out."""
    sha256 = _sha256
    pairs = zip(hashes[::2], hashes[1::2], strict=False)
    return [sha256(b"\x01" + left + right).digest() for left, right in pairs]


def subtree_root(hashes: Sequence[bytes]) -> bytes:
    """Return the root over 2**k neighbouring hashes."""
    level = list(hashes)
    if not level or len(level) & (len(level) - 1):
        raise Malformed(f"a full subtree has a power of two of hashes, not {len(level)}")
    while len(level) > 1:
        level = halves(level)
    return level[0]


def folded(hashes: Sequence[bytes]) -> bytes:
    """Return the root over full subtrees that stand side by side, the largest first."""
    if not hashes:
        return EMPTY_ROOT
    root = hashes[-1]
    for left in reversed(hashes[:-1]):
        root = node_hash(left, root)
    return root


def full_subtrees(start: int, end: int) -> Iterator[tuple[int, int]]:
    """Cut the leaves [start, end) into the fewest full subtrees, as (level, index) from left to right.

    Folding their hashes from the right gives the RFC's hash of that range if `start` is 0 or a multiple of a power of
    two that is at least ``end - start``.
    """
    while start < end:
        level = (end - start).bit_length() - 1
        if start:
            level = min(level, (start & -start).bit_length() - 1)
        yield level, start >> level
        start += 1 << level


@dataclass(frozen=True, slots=True)
class Frontier:
    """The compact range of a tree: the roots of its full subtrees, the largest first. It is all that appending needs.

    Attributes
    ----------
    size
        How many leaves the tree has.
    hashes
        One hash of 32 bytes for each 1 in the binary digits of `size`.
    """

    size: int = 0
    hashes: tuple[bytes, ...] = ()

    def __post_init__(self) -> None:
        if self.size < 0 or len(self.hashes) != self.size.bit_count():
            raise Malformed(f"a tree of {self.size} leaves has no frontier of {len(self.hashes)} hashes")
        if any(len(one) != HASH_BYTES for one in self.hashes):
            raise Malformed("a hash has 32 bytes")

    @property
    def root(self) -> bytes:
        """The tree's root."""
        return folded(self.hashes)

    def extended(self, leaf_hashes: Iterable[bytes]) -> Frontier:
        """Return the frontier after more leaves.

        Examples
        --------
        >>> Frontier().extended([leaf_hash(b"one"), leaf_hash(b"two")]).size
        2
        """
        size, stack = self.size, list(self.hashes)
        for leaf in leaf_hashes:
            if len(leaf) != HASH_BYTES:
                raise Malformed("a leaf's hash has 32 bytes")
            stack.append(leaf)
            rest = size
            while rest & 1:  # as many subtrees are completed as there are trailing ones
                right = stack.pop()
                stack[-1] = node_hash(stack[-1], right)
                rest >>= 1
            size += 1
        return Frontier(size, tuple(stack))
