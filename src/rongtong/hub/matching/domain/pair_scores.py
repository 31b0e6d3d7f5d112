"""What needs and organisations score each other, as it was computed last: read by pages, written by a background job.

All of it comes from what members may read of both sides. So a need's hidden words never reach another need's page by
way of exposure, nor an organisation's page, and an unpublished capability reaches nobody.
"""

from collections.abc import Collection, Iterable, Mapping
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.utils import timezone

from rongtong.hub.foundation.models import Setting

from ..models import Listing, PairScore

PROGRESS, CAP = "matching.pairs", "matching.exposure_cap"
#: An organisation stands in the first ten of at most so many needs, unless the operator says otherwise.
DEFAULT_CAP = 10
PORTION = 2000
Key = tuple[UUID, UUID]


@dataclass(frozen=True)
class Pair:
    """One need and one organisation; see ``PairScore``."""

    forward: Decimal | None
    backward: Decimal | None
    score: Decimal | None
    fronts: int
    gives_way: bool


@dataclass(frozen=True)
class Progress:
    """How far the computation has come: the place in the change log, and what it was done with.

    Parameters
    ----------
    cap
        The cap on exposure.
    encoded
        Whether every listing had its meaning encoded; else it is done again when they all have.
    """

    position: int
    cap: int | None
    encoded: bool = True


def exposure_cap() -> int | None:
    """In how many fronts an organisation may stand; None where the operator has set no limit. One query."""
    value = Setting._base_manager.filter(key=CAP).values_list("value", flat=True).first()
    return DEFAULT_CAP if value is None else value["most"]


def set_exposure_cap(most: int | None) -> None:
    Setting._base_manager.update_or_create(key=CAP, defaults={"value": {"most": most}})


def progress() -> Progress:
    """How far the last computation came; the very beginning where there was none."""
    value = Setting._base_manager.filter(key=PROGRESS).values_list("value", flat=True).first()
    return Progress(value["position"], value["cap"], value["encoded"]) if value else Progress(0, None)


def pairs_of_need(subject_id: UUID) -> dict[UUID, Pair]:
    """Organisation → what is known of it and this need. One query."""
    return {row.organisation_id: _pair(row) for row in PairScore._base_manager.filter(subject_id=subject_id)}


def pairs_of_organisation(organisation_id: UUID) -> dict[UUID, Pair]:
    """Need → what is known of it and this organisation. One query."""
    return {row.subject_id: _pair(row) for row in PairScore._base_manager.filter(organisation_id=organisation_id)}


def all_pairs(subjects: Collection[UUID]) -> dict[Key, Pair]:
    """(need, organisation) → what is known. One query."""
    rows = PairScore._base_manager.filter(subject_id__in=subjects)
    return {(row.subject_id, row.organisation_id): _pair(row) for row in rows.iterator(PORTION)}


def changed_since(position: int, upto: int) -> list[tuple[str, UUID, UUID]]:
    """Kind, subject and organisation of every listing written after one place in the log, up to another."""
    rows = Listing._base_manager.filter(position__gt=position, position__lte=upto).order_by("position")
    return list(rows.values_list("kind", "subject_id", "organisation_id"))


def keep(pairs: Mapping[Key, Pair], known: Mapping[Key, Pair], done: Progress) -> int:
    """Make ``pairs`` what is known, in one transaction; what is as it was is not written. Returns what was."""
    changed = [key for key, pair in pairs.items() if known.get(key) != pair]
    with transaction.atomic():
        _forget(pairs.keys())
        now = timezone.now()
        PairScore._base_manager.bulk_create(
            [
                PairScore(subject_id=key[0], organisation_id=key[1], at=now, **vars(pairs[key]))
                for key in sorted(changed)
            ],
            batch_size=PORTION,
            update_conflicts=True,
            unique_fields=["subject_id", "organisation_id"],
            update_fields=["forward", "backward", "score", "fronts", "gives_way", "at"],
        )
        value = {"position": done.position, "cap": done.cap, "encoded": done.encoded}
        Setting._base_manager.update_or_create(key=PROGRESS, defaults={"value": value})
    return len(changed)


def _forget(kept: Iterable[Key]) -> None:
    """Needs that are closed, and organisations that left a need's list."""
    by_need: dict[UUID, set[UUID]] = {}
    for need, organisation in kept:
        by_need.setdefault(need, set()).add(organisation)
    PairScore._base_manager.exclude(subject_id__in=by_need).delete()
    stored = PairScore._base_manager.values_list("pk", "subject_id", "organisation_id")
    gone = [pk for pk, need, organisation in stored.iterator(PORTION) if organisation not in by_need[need]]
    PairScore._base_manager.filter(pk__in=gone).delete()


def _pair(row: PairScore) -> Pair:
    return Pair(row.forward, row.backward, row.score, row.fronts, row.gives_way)
