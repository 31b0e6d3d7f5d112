"""Tiles and entry bundles in the layout of C2SP tlog-tiles: names, widths, contents.

A tile holds up to 256 hashes of one tree level out of eight; an entry bundle holds up to 256 entries. Both are named
resources, so that a folder, a table or a web server can serve them.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

from rongtong.engines.translog.errors import Malformed
from rongtong.engines.translog.merkle import HASH_BYTES

HEIGHT = 8
WIDTH = 1 << HEIGHT
LARGEST_ENTRY = 0xFFFF
ENTRIES = -1  # the level that names entry bundles
CHECKPOINT = "checkpoint"
_NAME = re.compile(
    r"tile/(entries|0|[1-9]|[1-5][0-9]|6[0-3])/((?:x[0-9]{3}/)*[0-9]{3})(?:\.p/([1-9]|[1-9][0-9]|1[0-9]{2}|2[0-4][0-9]|25[0-5]))?"
)


@dataclass(frozen=True, slots=True, order=True)
class Tile:
    """The name of a tile, or of an entry bundle.

    Attributes
    ----------
    level
        0 for leaf hashes, l for the roots of full tiles of level l - 1, -1 for a bundle of entries.
    index
        Place within the level.
    width
        1 to 256 hashes or entries; below 256 the tile is partial.
    """

    level: int
    index: int
    width: int = WIDTH

    def __post_init__(self) -> None:
        if not (ENTRIES <= self.level < 64 and self.index >= 0 and 1 <= self.width <= WIDTH):
            raise Malformed(f"there is no tile of level {self.level}, index {self.index}, width {self.width}")

    @property
    def name(self) -> str:
        """Its path below the log's prefix, such as ``tile/0/x001/234.p/112``."""
        digits = f"{self.index:03d}"
        digits = digits.rjust(-(-len(digits) // 3) * 3, "0")
        parts = [digits[at : at + 3] for at in range(0, len(digits), 3)]
        path = "/".join([*(f"x{part}" for part in parts[:-1]), parts[-1]])
        level = "entries" if self.level == ENTRIES else str(self.level)
        return f"tile/{level}/{path}" + ("" if self.full else f".p/{self.width}")

    @property
    def full(self) -> bool:
        """Whether it is 256 wide and will never change."""
        return self.width == WIDTH

    @classmethod
    def parse(cls, name: str) -> Tile:
        """Read a path; raises `Malformed` unless it is exactly what `name` writes."""
        found = _NAME.fullmatch(name) if len(name) < 100 else None
        if found is None:
            raise Malformed(f"{name[:100]!r} names no tile")
        level = ENTRIES if found[1] == "entries" else int(found[1])
        tile = cls(level, int(found[2].replace("/", "").replace("x", "")), int(found[3] or WIDTH))
        if tile.name != name:
            raise Malformed(f"{name!r} names no tile: {tile.name!r} does")
        return tile

    def cut(self, data: bytes) -> bytes:
        """Return this tile's contents out of the same tile at an equal or later size.

        A store may thus keep one growing row for each level and index, and serve every narrower width from it.
        """
        if self.level == ENTRIES:
            return bundle(entries_of(data, self.width))
        if len(data) < self.width * HASH_BYTES:
            raise Malformed(f"{self.name} has {len(data)} bytes, too few for its width")
        return data[: self.width * HASH_BYTES]


def tiles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Name every tile of hashes of the tree of `size` leaves, without those it shares with the tree of `since`."""
    level = 0
    while size >> (HEIGHT * level):
        yield from _row(level, size >> (HEIGHT * level), since >> (HEIGHT * level))
        level += 1


def bundles_of(size: int, since: int = 0) -> Iterator[Tile]:
    """Name every entry bundle of the tree of `size` leaves, without those it shares with the tree of `since`."""
    yield from _row(ENTRIES, size, since)


def _row(level: int, width: int, before: int) -> Iterator[Tile]:
    if width == before:
        return
    for index in range(before // WIDTH, width // WIDTH):
        yield Tile(level, index)
    if width % WIDTH:
        yield Tile(level, width // WIDTH, width % WIDTH)


def edge_tiles(size: int) -> list[Tile]:
    """Name the partial bundle and the partial tiles at the right end of the tree: what appending goes on from."""
    rows, level = [(ENTRIES, size)], 0
    while size >> (HEIGHT * level):
        rows.append((level, size >> (HEIGHT * level)))
        level += 1
    return [Tile(level, width // WIDTH, width % WIDTH) for level, width in rows if width % WIDTH]


def tile_holding(level: int, index: int, size: int) -> tuple[Tile, int, int]:
    """Return the tile that node (level, index) is computed from in the tree of `size` leaves.

    Returns
    -------
    tuple
        The tile, and the half-open places of the hashes in it that the node covers.
    """
    if (index + 1) << level > size:
        raise Malformed(f"a tree of {size} leaves has no full subtree at level {level}, index {index}")
    row, height = divmod(level, HEIGHT)
    first = index << height
    place = first % WIDTH
    width = min(WIDTH, (size >> (HEIGHT * row)) - first // WIDTH * WIDTH)
    return Tile(row, first // WIDTH, width), place, place + (1 << height)


def bundle(entries: Sequence[bytes]) -> bytes:
    """Write entries as a bundle: each after its length in two bytes, the high one first."""
    for entry in entries:
        if len(entry) > LARGEST_ENTRY:
            raise Malformed(f"an entry of {len(entry)} bytes; a bundle takes at most {LARGEST_ENTRY}")
    return b"".join([part for entry in entries for part in (struct.pack(">H", len(entry)), entry)])


def entries_of(data: bytes, width: int) -> list[bytes]:
    """Read the first `width` entries of a bundle."""
    found: list[bytes] = []
    at = 0
    for _ in range(width):
        end = at + 2 + int.from_bytes(data[at : at + 2])
        if at + 2 > len(data) or end > len(data):
            raise Malformed(f"a bundle ends after {len(found)} of {width} entries")
        found.append(data[at + 2 : end])
        at = end
    return found


def hashes_of(data: bytes) -> list[bytes]:
    """Read the hashes of a tile."""
    if len(data) % HASH_BYTES:
        raise Malformed(f"a tile of {len(data)} bytes is no row of hashes")
    return [data[at : at + HASH_BYTES] for at in range(0, len(data), HASH_BYTES)]
