"""Who was shown at which rank, and who was followed from there: what reports and replays are made of."""

from collections.abc import Iterable, Mapping
from decimal import Decimal
from uuid import UUID

from rongtong.hub.foundation.actors import Actor

from ..models import Click, Impression, Lists

Sides = tuple[Decimal | None, Decimal | None]
NO_SIDES: Sides = (None, None)


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
    Impression._base_manager.bulk_create(
        Impression(
            subject_id=subject_id,
            viewer_organisation_id=by.organisation_id,
            organisation_id=organisation,
            rank=rank,
            score=score,
            forward=told.get(organisation, NO_SIDES)[0],
            backward=told.get(organisation, NO_SIDES)[1],
            ranker=ranker,
        )
        for rank, (organisation, score) in enumerate(ranked, first)
    )


def shown_needs(ranked: Iterable[tuple[UUID, Decimal]], *, by: Actor, ranker: str = "") -> None:
    """Record one look at the needs that fit one's own organisation, in the order they were shown."""
    Impression._base_manager.bulk_create(
        Impression(
            lists=Lists.NEEDS,
            subject_id=subject,
            viewer_organisation_id=by.organisation_id,
            organisation_id=by.firm,
            rank=rank,
            score=score,
            ranker=ranker,
        )
        for rank, (subject, score) in enumerate(ranked, 1)
    )


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
