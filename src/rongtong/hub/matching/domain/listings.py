"""Writing listings. Rooms call this inside their verbs; the index follows the change log and catches up.

The database is the truth. Positions are given under a lock held until the transaction ends, so a reader of the log that
has seen position *n* has seen every position before it.
"""

from collections.abc import Iterable, Sequence
from dataclasses import asdict, dataclass, field
from uuid import UUID

from django.db import connection, transaction
from django.db.models import Max

from ..models import Listing

CHANNEL = "listings"
LOG_LOCK = 0x52540001
PORTION = 2000
WRITTEN = (
    "kind", "organisation_id", "anonymous", "level", "title", "texts", "region", "industry", "size_class",
    "certificates", "readiness", "facet_levels", "active", "position", "changed_at",
)  # fmt: skip


@dataclass(frozen=True)
class Card:
    """What a room lists: one offer or need.

    Parameters
    ----------
    texts
        Disclosure level (0 public, 1 members) to text. Without level 0 visitors do not know of the listing.
    certificates
        None where they are not known, an empty tuple where there are none.
    facet_levels
        The lowest level that may see a facet, where that is not 0.
    """

    kind: str
    subject_id: UUID
    organisation_id: UUID
    title: str
    texts: dict[int, str]
    region: str = ""
    industry: str = ""
    size_class: str = ""
    certificates: Sequence[str] | None = None
    readiness: int | None = None
    anonymous: bool = False
    facet_levels: dict[str, int] = field(default_factory=dict)

    def __post_init__(self) -> None:
        if not self.texts or any(level not in (0, 1) for level in self.texts):
            raise ValueError(f"a listing holds texts of level 0 and 1 only, not {sorted(self.texts)}")


def put(cards: Iterable[Card]) -> int:
    """List offers and needs, or change their listings. Returns how many were written."""
    cards = list(cards)
    with transaction.atomic():
        position = _next_position()
        for start in range(0, len(cards), PORTION):
            part = cards[start : start + PORTION]
            Listing._base_manager.bulk_create(
                [_row(card, position + start + number) for number, card in enumerate(part)],
                update_conflicts=True,
                unique_fields=["subject_id"],
                update_fields=WRITTEN,
            )
        _tell()
    return len(cards)


def drop(subjects: Iterable[UUID]) -> int:
    """Take listings away. The row stays as the log's entry, without its texts. Returns how many there were."""
    with transaction.atomic():
        position = _next_position()
        rows = list(Listing._base_manager.filter(subject_id__in=list(subjects), active=True))
        for number, row in enumerate(rows):
            row.active, row.title, row.texts, row.position = False, "", {}, position + number
        Listing._base_manager.bulk_update(rows, ["active", "title", "texts", "position"], batch_size=PORTION)
        if rows:
            _tell()
    return len(rows)


def _row(card: Card, position: int) -> Listing:
    values = asdict(card)
    texts = {str(level): text for level, text in card.texts.items()}
    certificates = None if card.certificates is None else list(card.certificates)
    values |= {"texts": texts, "certificates": certificates, "title": card.title[:300]}
    return Listing(**values, level=min(card.texts), active=True, position=position)


def _next_position() -> int:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOG_LOCK])
    last = Listing._base_manager.aggregate(last=Max("position"))["last"]
    return (last or 0) + 1


def _tell() -> None:
    """Wake the indexer when this transaction commits."""
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_notify(%s, '')", [CHANNEL])
