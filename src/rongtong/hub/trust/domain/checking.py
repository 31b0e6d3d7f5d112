"""Files whose virus scanner did not answer: asked about again, ever more seldom, until it does."""

from datetime import UTC, datetime, timedelta
from typing import Final

from django.db.models import F

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb

from ..enums import DocumentState
from ..intake import Verdict, path_of, scan
from ..models import Document

#: The pauses between two questions; the last one is kept to for as long as it takes.
BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 5, 15, 60, 360))
MOST: Final = 50


def check_waiting(most: int = MOST) -> int:
    """Ask the scanner about the files that are due. Returns how many it has decided.

    Each is put off before it is asked about: two workers never ask about one file at once, and a worker that is
    killed leaves it for the next time. While the scanner is away the others are not tried in vain.
    """
    settled = 0
    for document in _due()[:most]:
        if not _put_off(document):
            continue
        verdict = scan(path_of(document.digest))
        if verdict is Verdict.PENDING:
            break
        settled += _settle(document, verdict)
    return settled


@verb("document.check", on="document")
def settle_document(*, document: Document, verdict: Verdict, by: Actor) -> Document:
    """Open a file, or refuse it and tell who brought it."""
    clean = verdict is not Verdict.INFECTED
    document.state = DocumentState.READY if clean else DocumentState.REFUSED
    document.touch("state")
    audit.note(verdict=str(verdict))
    if not clean:
        notify(
            "document.refused",
            to=[document.uploaded_by_id],
            about=document.subject,
            by=by,
            organisation_id=document.organisation_id,
        )
    return document


def _due() -> list[Document]:
    rows = Document._base_manager.filter(state=DocumentState.CHECKING, scan_at__lte=datetime.now(UTC))
    return list(rows.order_by("scan_at", "pk")[:MOST])


def _put_off(document: Document) -> bool:
    """Set the next time, unless another worker was faster."""
    pause = BACK_OFF[min(document.scans, len(BACK_OFF) - 1)]
    same = Document._base_manager.filter(pk=document.pk, state=DocumentState.CHECKING, scan_at=document.scan_at)
    return bool(same.update(scans=F("scans") + 1, scan_at=datetime.now(UTC) + pause))


def _settle(document: Document, verdict: Verdict) -> int:
    try:
        settle_document(document=document, verdict=verdict, by=SYSTEM)
    except Refusal as refused:
        if refused.code != "rights.state":
            raise
        return 0  # taken away while the scanner looked at it
    return 1
