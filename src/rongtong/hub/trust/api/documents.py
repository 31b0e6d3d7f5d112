"""Documents through the API: attached by the same intake, read by the same evidence and link as on the pages."""

from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.http import FileResponse, HttpRequest, HttpResponse
from django.urls import reverse
from ninja import File, Form, Query, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.api import Page, actor_of, only_parts, paged, tagged, version_asked

from ..domain import documents
from ..handing_out import content_for
from ..intake.links import LIFETIME
from ..queries import document_for, rows_of
from ..subjects import find
from .shapes import Alias, AttachIn, DocumentOut, LinkOut

PATH, NOUN = "/documents", "document"
BYTES = {
    "responses": {
        200: {
            "description": "The content, to be saved under the name of the document",
            "content": {"application/octet-stream": {"schema": {"type": "string", "format": "binary"}}},
        }
    }
}
router = Router(tags=["documents"])


@router.get("", response=Page[DocumentOut])
def list_documents(
    request: HttpRequest, subject: Query[Alias], subject_id: UUID, cursor: str = "", limit: int = 50
) -> Any:
    """The documents of one thing that the caller may read, oldest first; of its own side also those being checked."""
    actor = actor_of(request)
    rows = rows_of(find(subject, subject_id, actor), actor)
    return paged(request, rows, DocumentOut.of, order=("created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: DocumentOut})
def attach(request: HttpRequest, payload: Form[AttachIn], file: File[UploadedFile], response: HttpResponse) -> Any:
    """Attach a file to a thing of one's own. It is inspected first; what breaks a rule for its kind is refused."""
    only_parts(request, "file", *AttachIn.model_fields)
    actor = actor_of(request)
    subject = find(payload.subject, payload.subject_id, actor)
    made = documents.attach(subject=subject, file=file, level=payload.level, by=actor)
    tagged(response, made, actor)
    return Status(201, DocumentOut.of(made))


@router.get("/{uuid:pk}", response=DocumentOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    """What the document is. Its content is asked for with ``/read``."""
    actor = actor_of(request)
    document = document_for(actor, pk)
    tagged(response, document, actor)
    return DocumentOut.of(document)


@router.post("/{uuid:pk}/read", response=LinkOut)
def read_content(request: HttpRequest, pk: UUID) -> Any:
    """Ask for the content: the reading is written down, and the link serves this account for a minute."""
    actor = actor_of(request)
    expires = datetime.now(UTC) + timedelta(seconds=LIFETIME)
    token = documents.read_document(document=document_for(actor, pk), by=actor)
    return LinkOut(link=reverse("api:documents_fetch", args=[pk, token]), expires_at=expires)


@router.get("/{uuid:pk}/content/{str:link}", url_name="documents_fetch", openapi_extra=BYTES)
def fetch(request: HttpRequest, pk: UUID, link: str) -> FileResponse:
    """The content behind a link of ``/read``. The right is asked once more."""
    return content_for(actor_of(request), link, pk)


@router.delete("/{uuid:pk}", response={204: None})
def remove(request: HttpRequest, pk: UUID) -> Any:
    """Take a document of one's own side away. With ``If-Match`` only the version that was read."""
    actor = actor_of(request)
    documents.remove_document(document=document_for(actor, pk), version=version_asked(request), by=actor)
    return Status(204, None)
