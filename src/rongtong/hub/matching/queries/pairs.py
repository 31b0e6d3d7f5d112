"""What organisations are worth to each other: their needs and offers matched in both directions.

Only what members may read of each other counts, and nothing anonymous: from who is seated with whom, somebody could
guess whose need it is. An index of the participants' listings alone is made in memory, so that a participant is found
however many others the hub has.
"""

from collections.abc import Callable, Collection, Iterator
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from rongtong.engines.matching import Index, Matches, Need, Searcher
from rongtong.hub.foundation.actors import SYSTEM

from ..catching_up import listing_of
from ..kinds import counterparts
from ..live import encoder
from ..models import Listing
from .outcomes import outcomes_among, with_outcome

#: An organisation's newest listings that take part.
LISTINGS = 20
ENCODED_AT_ONCE = 32
MEMBERS = 1


@dataclass(frozen=True)
class Worth:
    """What one organisation is worth to another.

    Parameters
    ----------
    own, theirs
        The two listings that met best: what is asked or offered, and what answers it.
    """

    score: Decimal
    own: UUID | None = None
    theirs: UUID | None = None


Told = Callable[[int, int], None]


def worths(organisations: Collection[UUID], tell: Told = lambda done, total: None) -> dict[tuple[UUID, UUID], Worth]:
    """(to whom, who) → what it is worth, wherever it is more than nothing.

    Parameters
    ----------
    tell
        Told how far the work is; what it raises ends it.
    """
    rows = list(_listings(organisations))
    found: dict[tuple[UUID, UUID], Worth] = {}
    index = Index.in_memory(encoder())
    try:
        _fill(index, rows, tell)
        for number, row in enumerate(rows):
            tell(len(rows) + number, 2 * len(rows))
            for owner, score, subject in _answers(index, row, len(organisations)):
                key = (row.organisation_id, owner)
                if owner != row.organisation_id and (key not in found or found[key].score < score):
                    found[key] = Worth(score, row.subject_id, subject)
    finally:
        index.close()
    return _with_outcomes(found, organisations)


def _listings(organisations: Collection[UUID]) -> Iterator[Listing]:
    rows = Listing.visible_to(SYSTEM).filter(organisation_id__in=organisations, anonymous=False)
    counted: dict[UUID, int] = {}
    for row in rows.order_by("-position"):
        counted[row.organisation_id] = counted.get(row.organisation_id, 0) + 1
        if counted[row.organisation_id] <= LISTINGS and counterparts(row.kind):
            yield row


def _fill(index: Index, rows: list[Listing], tell: Told) -> None:
    with index.writer(workers=1) as writer:
        writer.upsert(listing_of(row) for row in rows)
        writer.commit(position=1)
    done = 0
    while part := index.encode_pending(limit=ENCODED_AT_ONCE):
        done += part
        tell(min(done, len(rows)), 2 * len(rows))


def _answers(index: Index, row: Listing, most: int) -> Iterator[tuple[UUID, Decimal, UUID]]:
    text = "\n".join(text for _level, text in sorted(row.texts.items()))
    need = Need(text, row.title, kinds=counterparts(row.kind))
    matches: Matches = index.search(
        need, Searcher(MEMBERS), limit=max(1, most), exclude_owner=str(row.organisation_id), group_by_owner=True
    )
    for match in matches:
        if match.owner:
            yield UUID(match.owner), match.score, UUID(match.listing.id)


def _with_outcomes(
    found: dict[tuple[UUID, UUID], Worth], organisations: Collection[UUID]
) -> dict[tuple[UUID, UUID], Worth]:
    said = outcomes_among(organisations)
    return {
        key: Worth(with_outcome(worth.score, said.get(key)), worth.own, worth.theirs) for key, worth in found.items()
    }
