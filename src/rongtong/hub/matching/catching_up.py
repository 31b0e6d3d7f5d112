"""From the change log to the index: everything behind the index's position, in order, in portions."""

import logging
import shutil
from collections.abc import Callable

from rongtong.engines.matching import Index, IndexDamaged, Listing

from . import live
from .models import Listing as Row

PORTION = 2000
#: So many changes are committed together at most: a backlog of a million is stopped and gone on with in parts.
COMMITTED = 100_000
logger = logging.getLogger(__name__)


def catch_up(index: Index, tell: Callable[[int], None] = lambda done: None) -> int:
    """Write to the index what the database holds beyond its position. Returns how many changes that were.

    Stopped at any point, it goes on there: the position is committed together with the changes.

    Parameters
    ----------
    tell
        Told after each portion how many changes are written.
    """
    done = 0
    while rows := _after(index.position):
        with index.writer() as writer:
            waiting = 0
            while rows:
                writer.upsert(listing_of(row) for row in rows if row.active)
                writer.remove(str(row.subject_id) for row in rows if not row.active)
                last, done, waiting = rows[-1].position, done + len(rows), waiting + len(rows)
                rows = _after(last) if len(rows) == PORTION else []
                if not rows or waiting >= COMMITTED:
                    writer.commit(position=last)
                    waiting = 0
                tell(done)
    return done


def _after(position: int) -> list[Row]:
    return list(Row._base_manager.filter(position__gt=position).order_by("position")[:PORTION])


def rebuild(tell: Callable[[int], None] = lambda done: None) -> int:
    """Build the index anew from the database and put it in the place of the old one; searches go on meanwhile.

    Returns how many changes of the log were read. Raises IndexBusy where another process is at it.
    """
    try:
        index = live.opened_index()
    except IndexDamaged:
        return catch_up(start_over(), tell)
    read = 0

    def fill(fresh: Index) -> None:
        nonlocal read
        before = read
        read += catch_up(fresh, lambda done: tell(before + done))

    index.rebuild(fill)
    return read


def listing_of(row: Row) -> Listing:
    """The engine's listing of a row."""
    return Listing(
        id=str(row.subject_id),
        owner=str(row.organisation_id),
        kind=row.kind,
        title=row.title,
        texts={int(level): text for level, text in row.texts.items()},
        region=row.region,
        industry=row.industry,
        size_class=row.size_class,
        certificates=None if row.certificates is None else frozenset(row.certificates),
        readiness=row.readiness,
        facet_levels=row.facet_levels,
        anonymous=row.anonymous,
    )


def is_ahead(index: Index) -> bool:
    """Whether the index knows of changes that the database does not: a backup was restored."""
    last = Row._base_manager.order_by("-position").values_list("position", flat=True).first() or 0
    return index.position > last


def start_over() -> Index:
    """Throw away an index that nobody can read, and give an empty one, to be filled from the database."""
    logger.warning("the index cannot be read and is built anew")
    live.forget()
    shutil.rmtree(live.folder(), ignore_errors=True)
    return live.opened_index()
