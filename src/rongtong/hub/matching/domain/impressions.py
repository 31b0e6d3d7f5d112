"""Who was shown at which rank, and who was followed from there: what reports and replays are made of."""

from collections.abc import Iterable, Mapping, Sequence
from decimal import Decimal
from uuid import UUID

from django.db import connections, router

from rongtong.hub.foundation.actors import Actor

from ..models import Click, Impression, Lists

Sides = tuple[Decimal | None, Decimal | None]
NO_SIDES: Sides = (None, None)
#: Subject, organisation, rank, score, forward, backward.
Row = tuple[UUID, UUID, int, Decimal, Decimal | None, Decimal | None]
INSERT = """
INSERT INTO matching_impression
    (viewer_organisation_id, lists, ranker, subject_id, organisation_id, rank, score, forward, backward)
SELECT %s, %s, %s, * FROM unnest(%s::uuid[], %s::uuid[], %s::int[], %s::numeric[], %s::numeric[], %s::numeric[])
"""


def shown(
    subject_id: UUID,
    ranked: Iterable[tuple[UUID, Decimal]],
    *,
    by: Actor,
    first: int = 1,
    sides: Mapping[UUID, Sides] | None = None,
    ranker: str = "",
) -> None:
    """Record one look at matches: the organisations in the order they were shown.

    Parameters
    ----------
    sides
        What need and organisation score each other by themselves, for those of whom it is known.
    ranker
        What put them in this order.
    """
    told = sides or {}
    rows = [
        (subject_id, firm, rank, score, *told.get(firm, NO_SIDES)) for rank, (firm, score) in enumerate(ranked, first)
    ]
    _write(rows, Lists.OFFERS, by, ranker)


def shown_needs(ranked: Iterable[tuple[UUID, Decimal]], *, by: Actor, ranker: str = "") -> None:
    """Record one look at the needs that fit one's own organisation, in the order they were shown."""
    rows = [(subject, by.firm, rank, score, *NO_SIDES) for rank, (subject, score) in enumerate(ranked, 1)]
    _write(rows, Lists.NEEDS, by, ranker)


def _write(rows: Sequence[Row], lists: Lists, by: Actor, ranker: str) -> None:
    """Add the rows of one look. Every page of matches does this: as arrays it takes a quarter of ``bulk_create``."""
    if not rows:
        return
    columns = [list(column) for column in zip(*rows, strict=True)]
    with connections[router.db_for_write(Impression)].cursor() as cursor:
        cursor.execute(INSERT, [by.organisation_id, str(lists), ranker, *columns])


def clicked(subject_id: UUID, organisation_id: UUID, *, by: Actor, lists: Lists = Lists.OFFERS) -> bool:
    """Record that somebody followed a match, with the rank at which their organisation saw it last.

    Nothing is recorded of what was never shown to them. Returns whether it was.
    """
    seen = Impression._base_manager.filter(
        lists=lists,
        subject_id=subject_id,
        organisation_id=organisation_id,
        viewer_organisation_id=by.organisation_id,
    )
    rank = seen.order_by("-at", "-pk").values_list("rank", flat=True).first()
    if rank is None:
        return False
    Click._base_manager.create(
        lists=lists,
        subject_id=subject_id,
        organisation_id=organisation_id,
        viewer_organisation_id=by.organisation_id,
        rank=rank,
    )
    return True


def best_ranks(pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """The best rank at which each (need, organisation) was ever shown. One query."""
    wanted = set(pairs)
    rows = Impression._base_manager.filter(
        lists=Lists.OFFERS,
        subject_id__in={need for need, _ in wanted},
        organisation_id__in={firm for _, firm in wanted},
    )
    found: dict[tuple[UUID, UUID], int] = {}
    for need, firm, rank in rows.values_list("subject_id", "organisation_id", "rank"):
        key = (need, firm)
        if key in wanted:
            found[key] = min(rank, found.get(key, rank))
    return found
