"""Reading nodes, entries and edges of a tree from tiles, wherever these are kept."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from typing import Protocol

from rongtong.engines.translog.errors import Malformed, TileMissing
from rongtong.engines.translog.growing import Edge
from rongtong.engines.translog.merkle import HASH_BYTES, full_subtrees, halves
from rongtong.engines.translog.proofs import consistency_proof, inclusion_proof, root_at
from rongtong.engines.translog.tiles import ENTRIES, WIDTH, Tile, edge_tiles, entries_of, tile_holding


class Resources(Protocol):
    """A place that serves the named resources of one log: a folder, a table, a web address."""

    def fetch(self, names: Sequence[str]) -> list[bytes | None]:
        """Return the contents of each name, None where there is none.

        A tile may come wider than its name says (with later hashes behind), never otherwise.
        """


class Tree:
    """The tree of the first `size` entries, read from tiles.

    Parameters
    ----------
    resources
        Where tiles come from. What they say is not believed: whoever verifies a proof made from them finds out.
    size
        Size of a tree whose tiles are all there. Keep the tree of a checkpoint: it remembers up to 63 hashes that all
        its proofs need.
    """

    def __init__(self, resources: Resources, size: int) -> None:
        self.size = size
        self.resources = resources
        self._peaks: dict[tuple[int, int], bytes | None] = dict.fromkeys(full_subtrees(0, size))

    @property
    def root(self) -> bytes:
        """Its root."""
        return root_at(self, self.size)

    def inclusion_proof(self, index: int) -> list[bytes]:
        """Return the path from an entry to the root; at most five tiles are read at ten million entries."""
        return inclusion_proof(self, index, self.size)

    def consistency_proof(self, old: int) -> list[bytes]:
        """Return the proof that the tree of `old` entries is the beginning of this one."""
        return consistency_proof(self, old, self.size)

    def nodes(self, places: Sequence[tuple[int, int]]) -> list[bytes]:
        """Return the hash of each full subtree (level, index): all tiles in one fetch, each read once."""
        known = {place: self._peaks.get(place) for place in places}  # every proof needs some of them again
        held = {place: tile_holding(*place, self.size) for place, node in known.items() if node is None}
        contents = self.contents(sorted({tile for tile, _, _ in held.values()}))
        found = {place: _node(contents[tile], first, end) for place, (tile, first, end) in held.items()}
        self._peaks.update((place, node) for place, node in found.items() if place in self._peaks)
        return [known[place] or found[place] for place in places]

    def contents(self, tiles: Sequence[Tile]) -> dict[Tile, bytes]:
        """Fetch tiles or bundles; where a partial one is gone, the full one serves.

        Raises
        ------
        TileMissing
            If one is neither there itself nor inside a full one.
        """
        found = dict(zip(tiles, self.resources.fetch([tile.name for tile in tiles]), strict=True))
        gone = [tile for tile, data in found.items() if data is None and not tile.full]
        if gone:
            full = self.resources.fetch([Tile(tile.level, tile.index).name for tile in gone])
            found.update(zip(gone, full, strict=True))
        return {tile: _cut(tile, data) for tile, data in found.items()}

    def entries(self, first: int, end: int) -> list[bytes]:
        """Return the entries [first, end)."""
        if not 0 <= first <= end <= self.size:
            raise Malformed(f"a log of {self.size} entries has no entries {first} to {end}")
        found: list[bytes] = []
        for tile, data in self._bundles(first, end):
            found += entries_of(data, tile.width)
        start = first // WIDTH * WIDTH
        return found[first - start : end - start]

    def _bundles(self, first: int, end: int) -> Iterator[tuple[Tile, bytes]]:
        last = -(-end // WIDTH)
        names = [Tile(ENTRIES, at, min(WIDTH, self.size - at * WIDTH)) for at in range(first // WIDTH, last)]
        yield from self.contents(names if first < end else []).items()

    def edge(self) -> Edge:
        """Read the edge from which the log goes on."""
        names = edge_tiles(self.size)
        contents = self.contents([tile for tile in names if tile.level != ENTRIES])
        bundles = [tile for tile in names if tile.level == ENTRIES]  # not every log keeps them
        kept = self.resources.fetch([tile.name for tile in bundles])
        contents.update({tile: _cut(tile, data) for tile, data in zip(bundles, kept, strict=True) if data is not None})
        return Edge.of(self.size, contents)


def _cut(tile: Tile, data: bytes | None) -> bytes:
    if data is None:
        raise TileMissing(f"{tile.name} is not there")
    try:
        return data if tile.full and tile.level != ENTRIES and len(data) == WIDTH * HASH_BYTES else tile.cut(data)
    except Malformed as error:
        raise TileMissing(f"{tile.name} cannot be read: {error}") from error


def _node(data: bytes, first: int, end: int) -> bytes:
    hashes = [data[at : at + HASH_BYTES] for at in range(first * HASH_BYTES, end * HASH_BYTES, HASH_BYTES)]
    while len(hashes) > 1:
        hashes = halves(hashes)
    return hashes[0]
