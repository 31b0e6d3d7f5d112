"""The sequencer: gives queued entries their places in the log, many at once, in one transaction.

It alone writes the tree. Verbs never wait for it, nor it for them: what a verb has not yet committed is taken the next
time. The order within a batch is random on purpose, for it would tell in which order strangers acted.
"""

from __future__ import annotations

from dataclasses import dataclass, field

from django.db import connection, transaction

from rongtong.engines.translog import Batch, Edge, TranslogError, grow

from ..models import LogHead
from ..models.log import THE_LOG
from ..queries.log_tiles import edge_of, entry_bytes

#: The advisory lock of everything that changes the log, held until its transaction ends.
LOCK = 0x52540006
MOST = 10_000
WAITING = "SELECT id, sha256, sm3 FROM trust_evidenceentry WHERE number IS NULL ORDER BY id LIMIT %s"
NUMBERED = (
    "UPDATE trust_evidenceentry AS entry SET number = %s::bigint + given.place - 1, leaf = given.leaf"
    " FROM unnest(%s::uuid[], %s::bytea[]) WITH ORDINALITY AS given (id, leaf, place)"
    " WHERE entry.id = given.id AND entry.number IS NULL"
)
WRITTEN = (
    "INSERT INTO trust_logtile (level, place, data) SELECT * FROM unnest(%s::smallint[], %s::bigint[], %s::bytea[])"
    " ON CONFLICT (level, place) DO UPDATE SET data = excluded.data"
)


class Disturbed(Exception):
    """The log's tables are not what the log has written: somebody else changed them, or the disk did."""


@dataclass
class Memory:
    """The edge that this process wrote last: it is read again when the log has gone on without it."""

    edge: Edge = field(default_factory=Edge)


_memory = Memory()


def sequence(most: int = MOST) -> int:
    """Write at most so many queued entries into the log; gives how many. Nothing where another process is at it.

    Raises
    ------
    Disturbed
        The tiles do not give the root of what was written last, or an entry was numbered by somebody else. Nothing
        was written.
    """
    with transaction.atomic():
        head = locked_head()
        if head is None or head.halt:
            return 0
        rows = _waiting(most)
        if not rows:
            return 0
        batch = grow(_edge(head), [entry_bytes(sha256, sm3) for _id, sha256, sm3 in rows], bundles=False)
        _write(batch, [row[0] for row in rows])
        head.size, head.root = batch.size, batch.root
        head.save(update_fields=["size", "root"])
        transaction.on_commit(lambda: _remember(batch.edge))
    return len(rows)


def locked_head() -> LogHead | None:
    """The log's row, for the one who changes it, until the transaction ends; None where another does."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_try_advisory_xact_lock(%s)", [LOCK])
        if not cursor.fetchone()[0]:
            return None
    head, _made = LogHead._base_manager.select_for_update().get_or_create(pk=THE_LOG)
    return head


def _remember(edge: Edge) -> None:
    _memory.edge = edge


def _edge(head: LogHead) -> Edge:
    """What the log goes on from: from memory, or read again. Either must give the root that was written."""
    if _memory.edge.size == head.size and _memory.edge.root == bytes(head.root):
        return _memory.edge
    try:
        edge = edge_of(head.size)
    except TranslogError as error:
        raise Disturbed(str(error)) from error
    if edge.root != bytes(head.root):
        raise Disturbed(f"the tiles of the log's edge at size {head.size} are not those that were written")
    return edge


def _waiting(most: int) -> list[tuple[object, bytes, bytes]]:
    with connection.cursor() as cursor:
        cursor.execute(WAITING, [most])
        found: list[tuple[object, bytes, bytes]] = cursor.fetchall()
        return found


def _write(batch: Batch, ids: list[object]) -> None:
    with connection.cursor() as cursor:
        cursor.execute(NUMBERED, [batch.first, ids, batch.leaves])
        if cursor.rowcount != len(ids):
            raise Disturbed(f"{len(ids) - cursor.rowcount} queued entries were gone")
        tiles = batch.tiles.items()
        levels, places = [tile.level for tile, _ in tiles], [tile.index for tile, _ in tiles]
        cursor.execute(WRITTEN, [levels, places, [data for _, data in tiles]])
