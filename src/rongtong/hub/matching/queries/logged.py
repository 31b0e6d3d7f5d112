"""What was logged of matches and what was computed for them, counted by the database."""

from collections import Counter
from collections.abc import Collection
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from uuid import UUID

from django.db.models import Count, F, Max, Min, Window
from django.db.models.functions import RowNumber

from ..models import Click, Impression, Lists, PairScore

Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class LoggedLook:
    """One list that somebody looked at: organisation, rank, and what each side scored the other."""

    subject_id: UUID
    at: datetime
    rows: tuple[tuple[UUID, int, Decimal | None, Decimal | None], ...]


def shown_pairs(since: datetime) -> dict[Key, int]:
    """(need, organisation) → the best rank at which it was shown for the need. One query."""
    rows = Impression._base_manager.filter(lists=Lists.OFFERS, at__gte=since)
    found = rows.values_list("subject_id", "organisation_id").annotate(best=Min("rank"))
    return {(subject, organisation): best for subject, organisation, best in found}


def clicks(since: datetime) -> list[tuple[UUID, UUID, datetime]]:
    """Need, organisation and moment of each match that was followed. One query."""
    rows = Click._base_manager.filter(lists=Lists.OFFERS, at__gte=since)
    return list(rows.values_list("subject_id", "organisation_id", "at"))


def worth_counts(subjects: Collection[UUID], least: Decimal) -> dict[UUID, int]:
    """Need → how many organisations score so much for it. One query."""
    rows = PairScore._base_manager.filter(subject_id__in=subjects, score__gte=least)
    return dict(rows.values_list("subject_id").annotate(many=Count("pk")))


def fronts() -> dict[UUID, int]:
    """Organisation → in how many fronts it stands under the cap. One query."""
    return dict(PairScore._base_manager.values_list("organisation_id").annotate(many=Max("fronts")))


def fronts_by_score(front: int) -> Counter[UUID]:
    """Organisation → in how many fronts it would stand by score alone. One query."""
    place = Window(RowNumber(), partition_by=F("subject_id"), order_by=[F("score").desc(), F("organisation_id").asc()])
    first = PairScore._base_manager.annotate(place=place).filter(place__lte=front)
    return Counter(first.values_list("organisation_id", flat=True))


def last_looks(rows: int) -> list[LoggedLook]:
    """The newest looks whose sides were logged, from at most so many rows. One query."""
    logged = Impression._base_manager.filter(lists=Lists.OFFERS).exclude(ranker="")
    told = logged.order_by("-at", "subject_id", "viewer_organisation_id", "rank").values_list(
        "subject_id", "viewer_organisation_id", "at", "organisation_id", "rank", "forward", "backward"
    )[:rows]
    looks: dict[tuple[UUID, UUID | None, datetime], list[tuple[UUID, int, Decimal | None, Decimal | None]]] = {}
    for subject, viewer, at, *row in told:
        looks.setdefault((subject, viewer, at), []).append(tuple(row))  # type: ignore[arg-type]  # four columns are left
    if len(told) == rows and looks:
        looks.popitem()  # the last one may be cut
    return [LoggedLook(subject, at, tuple(shown)) for (subject, _viewer, at), shown in looks.items()]
