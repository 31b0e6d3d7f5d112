"""The log's resources, read from its tables: what proofs are made from and what monitors fetch."""

from __future__ import annotations

from collections.abc import Sequence

from django.db import connection

from rongtong.engines.translog import Commitment, Edge, Note, Tile, Tree
from rongtong.engines.translog.notes import Signature
from rongtong.engines.translog.tiles import CHECKPOINT, ENTRIES, WIDTH, bundle

from ..models import EvidenceEntry, LogCheckpoint

TILES = (
    "SELECT level, place, data FROM trust_logtile"
    " WHERE (level, place) IN (SELECT * FROM unnest(%s::smallint[], %s::bigint[]))"
)


class TableResources:
    """Tiles come as wide as they have grown; bundles are made from the entries; the checkpoint is the published one."""

    def fetch(self, names: Sequence[str]) -> list[bytes | None]:
        """The contents of tiles, bundles and the checkpoint by name, None where there is none."""
        tiles = {name: Tile.parse(name) for name in names if name != CHECKPOINT}
        found = self._tiles([tile for tile in tiles.values() if tile.level != ENTRIES])
        return [self._one(name, tiles.get(name), found) for name in names]

    def _one(self, name: str, tile: Tile | None, found: dict[tuple[int, int], bytes]) -> bytes | None:
        if tile is None:
            return published_note()
        return _bundle(tile) if tile.level == ENTRIES else found.get((tile.level, tile.index))

    def _tiles(self, wanted: list[Tile]) -> dict[tuple[int, int], bytes]:
        if not wanted:
            return {}
        with connection.cursor() as cursor:
            cursor.execute(TILES, [[one.level for one in wanted], [one.index for one in wanted]])
            return {(level, place): bytes(data) for level, place, data in cursor.fetchall()}


def tree_of(size: int) -> Tree:
    """The tree of the log's first ``size`` entries."""
    return Tree(TableResources(), size)


def edge_of(size: int) -> Edge:
    """What the log of ``size`` entries goes on from. One query."""
    return tree_of(size).edge()


def entry_bytes(sha256: bytes | memoryview, sm3: bytes | memoryview) -> bytes:
    """The bytes of an entry as they stand in the log."""
    return Commitment(bytes(sha256), bytes(sm3)).entry


def published() -> LogCheckpoint | None:
    """The newest checkpoint that everybody may see."""
    rows = LogCheckpoint._base_manager.filter(published_at__isnull=False)
    return rows.prefetch_related("cosignatures").order_by("-size").first()


def published_note() -> bytes | None:
    found = published()
    return None if found is None else str(cosigned_note(found)).encode()


def cosigned_note(checkpoint: LogCheckpoint, keys: set[str] | None = None) -> Note:
    """The log's note with the cosignatures it got, of these witnesses' keys alone where they are given."""
    rows = [one for one in checkpoint.cosignatures.all() if keys is None or one.key in keys]
    return Note.parse(checkpoint.note).with_signatures(Signature.parse(one.line) for one in rows)


def _bundle(tile: Tile) -> bytes | None:
    rows = EvidenceEntry._base_manager.filter(
        number__gte=tile.index * WIDTH, number__lt=tile.index * WIDTH + tile.width
    ).order_by("number")
    entries = [entry_bytes(sha256, sm3) for sha256, sm3 in rows.values_list("sha256", "sm3")]
    return bundle(entries) if len(entries) == tile.width else None
