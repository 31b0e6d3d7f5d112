"""Appending in batches, without any storage: an edge and entries in, new tiles and the next edge out.

Whoever keeps a log holds its edge (the partial tiles at its right end), calls `grow` under its own lock, writes the
batch's tiles in its own transaction, and only then acknowledges the entries.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, field

from rongtong.engines.translog.errors import Malformed, StoreDamaged
from rongtong.engines.translog.merkle import HASH_BYTES, folded, halves, leaf_hash, subtree_root
from rongtong.engines.translog.tiles import ENTRIES, HEIGHT, WIDTH, Tile, bundle, bundles_of, tiles_of


@dataclass(frozen=True, slots=True)
class Edge:
    """The right edge of a tree: all that appending needs, at most 8 kB of hashes for each level of tiles.

    Attributes
    ----------
    size
        How many entries the log has.
    tails
        For each tile level the hashes of its partial tile, as they are stored; empty where the last tile is full.
    entries
        The partial entry bundle, as it is stored. Empty, too, for a log that keeps no bundles.
    """

    size: int = 0
    tails: tuple[bytes, ...] = ()
    entries: bytes = b""

    def __post_init__(self) -> None:
        for level, tail in enumerate(self.tails):
            if len(tail) != (self.size >> (HEIGHT * level)) % WIDTH * HASH_BYTES:
                raise StoreDamaged(f"the last tile of level {level} does not have the width of a log of {self.size}")
        if self.size >> (HEIGHT * len(self.tails)):
            raise StoreDamaged(f"a log of {self.size} entries has more levels than {len(self.tails)}")

    @property
    def root(self) -> bytes:
        """The tree's root, from at most 255 hashes for each level of tiles."""
        return folded([one for tail in reversed(self.tails) for one in _peaks(tail)])

    @classmethod
    def of(cls, size: int, contents: dict[Tile, bytes]) -> Edge:
        """Put an edge together from the contents of its `edge_tiles`; a log without bundles leaves that one out."""
        tails, level = [], 0
        while size >> (HEIGHT * level):
            tails.append(_content(contents, level, size >> (HEIGHT * level)))
            level += 1
        return cls(size, tuple(tails), _content(contents, ENTRIES, size))


def _content(contents: dict[Tile, bytes], level: int, width: int) -> bytes:
    if not width % WIDTH:
        return b""
    tile = Tile(level, width // WIDTH, width % WIDTH)
    return tile.cut(contents[tile]) if level != ENTRIES or contents.get(tile) else b""


@dataclass(frozen=True)
class Batch:
    """What one append changes.

    Attributes
    ----------
    first
        Index of the first new entry.
    leaves
        The hashes of the new entries, in order.
    tiles
        Contents by name: every tile and bundle that is new or wider. Write them all, then `edge.size`, in one
        transaction or in this order; acknowledge afterwards.
    edge
        The edge of the log with the batch.
    """

    first: int
    leaves: list[bytes]
    tiles: dict[Tile, bytes]
    edge: Edge
    _root: list[bytes] = field(default_factory=list, repr=False, compare=False)

    @property
    def size(self) -> int:
        """How many entries the log has with the batch."""
        return self.edge.size

    @property
    def root(self) -> bytes:
        """The root with the batch; computed when first asked for."""
        if not self._root:
            self._root.append(self.edge.root)
        return self._root[0]


def grow(edge: Edge, entries: Sequence[bytes], *, bundles: bool = True) -> Batch:
    """Append entries to a log of which only the edge is known.

    Parameters
    ----------
    edge
        The log so far; ``Edge()`` for a new one.
    entries
        At most 65,535 bytes each.
    bundles
        Whether to make entry bundles as well; a log that keeps its entries elsewhere makes them when they are asked.

    Returns
    -------
    Batch
        New and wider tiles, and the new edge. Nothing is written.

    Examples
    --------
    >>> batch = grow(Edge(), [b"one", b"two"])
    >>> [tile.name for tile in batch.tiles]
    ['tile/0/000.p/2', 'tile/entries/000.p/2']
    """
    leaves = [leaf_hash(entry) for entry in entries]
    size = edge.size + len(leaves)
    tiles: dict[Tile, bytes] = {}
    tails, news, level = [], leaves, 0
    while size >> (HEIGHT * level):
        before = edge.tails[level] if level < len(edge.tails) else b""
        row = before + b"".join(news)
        first = (edge.size >> (HEIGHT * level)) // WIDTH
        news = _fill(tiles, level, first, row) if news else []
        tails.append(row[len(row) // (WIDTH * HASH_BYTES) * WIDTH * HASH_BYTES :])
        level += 1
    tail = _bundled(tiles, edge, entries) if bundles and entries else edge.entries
    return Batch(edge.size, leaves, tiles, Edge(size, tuple(tails), tail if bundles else b""))


def _fill(tiles: dict[Tile, bytes], level: int, first: int, row: bytes) -> list[bytes]:
    """Cut a row into tiles; return the roots of the full ones."""
    roots, step = [], WIDTH * HASH_BYTES
    for number, at in enumerate(range(0, len(row), step)):
        data = row[at : at + step]
        tiles[Tile(level, first + number, len(data) // HASH_BYTES)] = data
        if len(data) == step:
            roots.append(subtree_root([data[place : place + HASH_BYTES] for place in range(0, step, HASH_BYTES)]))
    return roots


def _bundled(tiles: dict[Tile, bytes], edge: Edge, entries: Sequence[bytes]) -> bytes:
    """Fill the partial bundle and begin others; return what is partial then."""
    index, held = divmod(edge.size, WIDTH)
    data, at = edge.entries, 0
    if held and not data:
        raise StoreDamaged(f"the last entry bundle of a log of {edge.size} entries is not there")
    while at < len(entries):
        some = entries[at : at + WIDTH - held]
        data, at, held = data + bundle(some), at + len(some), held + len(some)
        tiles[Tile(ENTRIES, index, held)] = data
        if held == WIDTH:
            index, held, data = index + 1, 0, b""
    return data


def _peaks(tail: bytes) -> list[bytes]:
    """Return the roots of the full subtrees within a partial tile, the largest first."""
    hashes = [tail[at : at + HASH_BYTES] for at in range(0, len(tail), HASH_BYTES)]
    peaks = []
    while hashes:
        if len(hashes) % 2:
            peaks.append(hashes[-1])
        hashes = halves(hashes)
    return peaks[::-1]


def names_between(old: int, new: int) -> list[str]:
    """Name every resource that a log of `new` entries has and one of `old` entries had not."""
    if not 0 <= old <= new:
        raise Malformed(f"a log does not grow from {old} to {new}")
    return [tile.name for tile in (*tiles_of(new, old), *bundles_of(new, old))]
