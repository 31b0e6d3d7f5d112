"""Imports of supply links through the API: the same steps as on the pages."""

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

from ..domain import link_imports
from ..models import Chain
from .link_shapes import Decisions

PATH, NOUN = "/supply-link-imports", "link"
MOST_BYTES = 10_000_000
router = Router(tags=["supply link imports"])


class IntoChain(In):
    chain_id: UUID


def _batch(request: HttpRequest, pk: UUID) -> tuple[ImportBatch, Actor]:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    return find_batch(actor, link_imports.KIND, pk), actor


@router.get("", response=Page[ImportOut])
def list_link_imports(request: HttpRequest, cursor: str = "", limit: int = 10) -> Any:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    rows = batches(actor, link_imports.KIND)
    return paged(request, rows, ImportOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: ImportOut})
def check_links(request: HttpRequest, chosen: Form[IntoChain], file: File[UploadedFile]) -> Any:
    """Send a file of links; the answer is the dry run. Nothing is written."""
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    chain = visible(Chain, actor, chosen.chain_id, "leader")
    content = content_of(file, MOST_BYTES)
    made = link_imports.check_import(chain=chain, content=content, file_name=file.name or "", by=actor)
    return Status(201, ImportOut.of(made))


@router.get("/{uuid:pk}", response=ImportOut)
def read_link_import(request: HttpRequest, pk: UUID) -> Any:
    return ImportOut.of(_batch(request, pk)[0])


@router.post("/{uuid:pk}/rename", response=ImportOut)
def rename_link_import(request: HttpRequest, pk: UUID, payload: RenamesIn) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(link_imports.rename_import(batch=batch, renames=payload.renames, by=actor))


@router.post("/{uuid:pk}/decide", response=ImportOut)
def decide_link_import(request: HttpRequest, pk: UUID, payload: Decisions) -> Any:
    """Say who names are that are like an organisation's; the dry run is made again."""
    batch, actor = _batch(request, pk)
    return ImportOut.of(link_imports.decide_import(batch=batch, decisions=payload.decisions, by=actor))


@router.post("/{uuid:pk}/apply", response=ImportOut)
def apply_link_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(link_imports.apply_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/discard", response=ImportOut)
def discard_link_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(link_imports.discard_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/undo", response=ImportOut)
def undo_link_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return ImportOut.of(link_imports.undo_import(batch=batch, by=actor))
