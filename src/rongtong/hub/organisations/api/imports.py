"""Imports of organisations through the API, for the operator: the same steps as on the pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Page, actor_of, needs, paged
from rongtong.hub.foundation.imports.batches import batches, find_batch
from rongtong.hub.foundation.imports.shapes import ImportOut, RenamesIn, content_of
from rongtong.hub.foundation.models import ImportBatch

from ..domain import imports

PATH, NOUN = "/organisation-imports", "organisation"
MOST_BYTES = 5 * 1024 * 1024
router = Router(tags=["organisation imports"])


class DecisionsIn(In):
    """Row number to ``new``, ``skip`` or the id of a candidate."""

    decisions: dict[int, str]


def _batch(actor: Actor, pk: UUID) -> ImportBatch:
    needs(actor, "operator")
    return find_batch(actor, imports.KIND, pk)


@router.get("", response=Page[ImportOut])
def list_imports(request: HttpRequest, cursor: str = "", limit: int = 10) -> Any:
    actor = actor_of(request)
    needs(actor, "operator")
    rows = batches(actor, imports.KIND)
    return paged(request, rows, ImportOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: ImportOut})
def check(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Send a file; the answer is the dry run. Nothing is written."""
    actor = actor_of(request)
    needs(actor, "operator")
    content = content_of(file, MOST_BYTES)
    made = imports.check_import(content=content, file_name=file.name or "", by=actor)
    return Status(201, ImportOut.of(made))


@router.get("/{uuid:pk}", response=ImportOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return ImportOut.of(_batch(actor_of(request), pk))


@router.post("/{uuid:pk}/rename", response=ImportOut)
def rename(request: HttpRequest, pk: UUID, payload: RenamesIn) -> Any:
    actor = actor_of(request)
    return ImportOut.of(imports.rename_import(batch=_batch(actor, pk), renames=payload.renames, by=actor))


@router.post("/{uuid:pk}/decide", response=ImportOut)
def decide(request: HttpRequest, pk: UUID, payload: DecisionsIn) -> Any:
    actor = actor_of(request)
    return ImportOut.of(imports.decide_import(batch=_batch(actor, pk), decisions=payload.decisions, by=actor))


@router.post("/{uuid:pk}/apply", response=ImportOut)
def apply(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return ImportOut.of(imports.apply_import(batch=_batch(actor, pk), by=actor))


@router.post("/{uuid:pk}/discard", response=ImportOut)
def discard(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return ImportOut.of(imports.discard_import(batch=_batch(actor, pk), by=actor))


@router.post("/{uuid:pk}/undo", response=ImportOut)
def undo(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return ImportOut.of(imports.undo_import(batch=_batch(actor, pk), by=actor))
