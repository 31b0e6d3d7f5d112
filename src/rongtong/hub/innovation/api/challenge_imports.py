"""Imports of needs through the API: the same steps as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Page, actor_of, needs, paged
from rongtong.hub.foundation.imports.batches import batches, find_batch
from rongtong.hub.foundation.imports.shapes import ImportOut, RenamesIn, content_of
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.organisations.queries import visible

from ..domain import need_imports
from ..models import Round

PATH, NOUN = "/challenge-imports", "challenge"
MOST_BYTES = 10_000_000
router = Router(tags=["challenge imports"])


class Chosen(In):
    """Into which round, and whether the needs are handed in at once."""

    round_id: UUID
    submit: bool = False


def _batch(request: HttpRequest, pk: UUID) -> tuple[ImportBatch, Actor]:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    return find_batch(actor, need_imports.KIND, pk), actor


@router.get("", response=Page[ImportOut])
def list_need_imports(request: HttpRequest, cursor: str = "", limit: int = 10) -> Any:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    rows = batches(actor, need_imports.KIND)
    return paged(request, rows, ImportOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: ImportOut})
def check_needs(request: HttpRequest, chosen: Form[Chosen], file: File[UploadedFile]) -> Any:
    """Send a filled-in need form; the answer is the dry run. Nothing is written."""
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    content = content_of(file, MOST_BYTES)
    made = need_imports.check_import(
        round=visible(Round, actor, chosen.round_id),
        content=content,
        file_name=file.name or "",
        submit=chosen.submit,
        by=actor,
    )
    return Status(201, ImportOut.of(made))


@router.get("/{uuid:pk}", response=ImportOut)
def read_need_import(request: HttpRequest, pk: UUID) -> Any:
    return ImportOut.of(_batch(request, pk)[0])


@router.post("/{uuid:pk}/rename", response=ImportOut)
def rename_need_import(request: HttpRequest, pk: UUID, payload: RenamesIn) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(need_imports.rename_import(batch=batch, renames=payload.renames, by=actor))


@router.post("/{uuid:pk}/apply", response=ImportOut)
def apply_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(need_imports.apply_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/discard", response=ImportOut)
def discard_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(need_imports.discard_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/undo", response=ImportOut)
def undo_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(need_imports.undo_import(batch=batch, by=actor))
