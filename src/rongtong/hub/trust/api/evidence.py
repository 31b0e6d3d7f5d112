"""Evidence through the API: what stands in the log about a thing, and the file to keep."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any, Literal
from uuid import UUID

from django.http import HttpRequest
from ninja import Query, Router
from pydantic import Field

from rongtong.hub.foundation.api import Out, actor_of

from ..evidence_handing_out import evidence_for_keeping
from ..queries.evidence import Shown, entries_of, evidence_subject

PATH, NOUN = "/evidence", "evidence"
FILE = {
    "responses": {
        200: {
            "description": "The evidence file, as `rongtong verify` reads it",
            "content": {"application/json": {"schema": {"type": "object"}}},
        }
    }
}
#: The word for a kind of thing: ``challenge``, ``response``, ``milestone``, ``collaboration``, ``nda``.
Alias = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", examples=["challenge"])]
router = Router(tags=["evidence"])


class EvidenceOut(Out):
    """One entry. Its file is there once it is ``published``: a signed checkpoint covers it."""

    id: UUID
    label: str
    at: datetime
    number: int | None
    state: Literal["queued", "written", "published"]
    opens: bool
    sha256: str
    sm3: str

    @classmethod
    def of(cls, row: Shown) -> EvidenceOut:
        return cls(
            id=row.id,
            label=str(row.label),
            at=row.at,
            number=row.number,
            state=row.state,
            opens=row.may_open,
            sha256=row.sha256,
            sm3=row.sm3,
        )


@router.get("", response=list[EvidenceOut])
def list_evidence(request: HttpRequest, subject: Query[Alias], subject_id: UUID) -> Any:
    """What the log holds about one thing and what is inside it, as far as the caller may know; the newest first."""
    actor = actor_of(request)
    thing = evidence_subject(subject, subject_id, actor)
    return [EvidenceOut.of(row) for row in entries_of(thing, actor)]


@router.get("/{uuid:pk}/file", openapi_extra=FILE)
def read_file(request: HttpRequest, pk: UUID) -> Any:
    """The evidence file of one entry. For who may not know the content it says only that the entry was there."""
    return evidence_for_keeping(actor_of(request), pk)
