"""Who was shown at which rank for which need: what the round report and later learning are made of."""

from collections.abc import Iterable
from decimal import Decimal
from uuid import UUID

from rongtong.hub.foundation.actors import Actor

from ..models import Impression


def shown(subject_id: UUID, ranked: Iterable[tuple[UUID, Decimal]], *, by: Actor, first: int = 1) -> None:
    """Record one look at matches: the organisations in the order they were shown."""
    Impression._base_manager.bulk_create(
        Impression(
            subject_id=subject_id,
            viewer_organisation_id=by.organisation_id,
            organisation_id=organisation,
            rank=rank,
            score=score,
        )
        for rank, (organisation, score) in enumerate(ranked, first)
    )


def best_ranks(pairs: Iterable[tuple[UUID, UUID]]) -> dict[tuple[UUID, UUID], int]:
    """The best rank at which each (need, organisation) was ever shown. One query."""
    wanted = set(pairs)
    rows = Impression._base_manager.filter(
        subject_id__in={need for need, _ in wanted}, organisation_id__in={firm for _, firm in wanted}
    )
    found: dict[tuple[UUID, UUID], int] = {}
    for need, firm, rank in rows.values_list("subject_id", "organisation_id", "rank"):
        key = (need, firm)
        if key in wanted:
            found[key] = min(rank, found.get(key, rank))
    return found
