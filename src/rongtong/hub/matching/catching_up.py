"""From the change log to the index: everything behind the index's position, in order, in portions."""

import logging
import shutil

from rongtong.engines.matching import Index, Listing

from . import live
from .models import Listing as Row

PORTION = 2000
logger = logging.getLogger(__name__)


def catch_up(index: Index) -> int:
    """Write to the index what the database holds beyond its position. Returns how many changes that were.

    Stopped at any point, it goes on there: the position is committed together with the changes.
    """
    done = 0
    while rows := list(Row._base_manager.filter(position__gt=index.position).order_by("position")[:PORTION]):
        with index.writer() as writer:
            writer.upsert(listing_of(row) for row in rows if row.active)
            writer.remove(str(row.subject_id) for row in rows if not row.active)
            writer.commit(position=rows[-1].position)
        done += len(rows)
    return done


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
    """Throw the index away and give an empty one, to be filled from the database."""
    logger.warning("the index does not fit the database and is built anew")
    live.forget()
    shutil.rmtree(live.folder(), ignore_errors=True)
    return live.live_index()
