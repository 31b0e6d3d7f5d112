"""Contents that no document needs any more: removed from the store, 35 days late.

A database backup may be that old, and every row of a restored one must find its file. So the database goes first: a
content may go once no document that can be read has named it for 35 days, and the file itself has lain as long.
"""

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from itertools import islice
from typing import Final

from django.db.models import Q

from ..enums import DocumentState
from ..intake import store
from ..models import Document

LATE: Final = timedelta(days=35)
#: What an interrupted upload left in the quarantine; no upload takes this long.
ABANDONED: Final = timedelta(days=1)
NEEDED: Final = (DocumentState.CHECKING, DocumentState.READY)
_PORTION: Final = 500


def clear_leftovers() -> int:
    """Remove what is left over. Returns how many contents went. Doing it twice removes nothing more."""
    now = datetime.now(UTC)
    store.clear_quarantine(before=now - ABANDONED)
    before, gone = now - LATE, 0
    contents = store.contents(before=before)
    while digests := set(islice(contents, _PORTION)):
        gone += sum(store.remove_older(digest, before=before) for digest in digests - _needed(digests, before))
    return gone


def _needed(digests: Iterable[str], since: datetime) -> set[str]:
    """Those that a document names, or named until a moment ago."""
    named = Q(state__in=NEEDED) | Q(changed_at__gte=since)
    return set(Document._base_manager.filter(named, digest__in=digests).values_list("digest", flat=True))
