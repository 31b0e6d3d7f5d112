"""Imports of needs through the API: the same steps as on the pages."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Form, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.errors import NotVisible, Refusal
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


class Renames(In):
    """Header in the file to column key; an empty key leaves the header out."""

    renames: dict[str, str]


class NeedImportOut(Out):
    id: UUID
    file_name: str
    state: str
    columns: dict[str, Any]
    counts: dict[str, int]
    rows: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    created: list[UUID]

    @classmethod
    def of(cls, row: ImportBatch) -> NeedImportOut:
        return cls(
            id=row.pk,
            file_name=row.file_name,
            state=row.state,
            columns=row.columns,
            counts=row.counts,
            rows=row.rows,
            faults=row.result.get("faults", []),
            created=row.result.get("created", []),
        )


def _batch(request: HttpRequest, pk: UUID) -> tuple[ImportBatch, Actor]:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    batch = visible(ImportBatch, actor, pk)
    if batch.kind != need_imports.KIND:
        raise NotVisible
    return batch, actor


@router.get("", response=Page[NeedImportOut])
def list_need_imports(request: HttpRequest, cursor: str = "", limit: int = 10) -> Any:
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    rows = ImportBatch.visible_to(actor).filter(kind=need_imports.KIND).defer("content")
    return paged(request, rows, NeedImportOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: NeedImportOut})
def check_needs(request: HttpRequest, chosen: Form[Chosen], file: File[UploadedFile]) -> Any:
    """Send a filled-in need form; the answer is the dry run. Nothing is written."""
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    if (file.size or 0) > MOST_BYTES:
        refusal = Refusal("file.large", what=_("文件太大。"), why=_("上限为 10 MB。"), cure=_("请分成几份上传。"))
        refusal.status = 413
        raise refusal
    made = need_imports.check_import(
        round=visible(Round, actor, chosen.round_id),
        content=file.read(),
        file_name=file.name or "",
        submit=chosen.submit,
        by=actor,
    )
    return Status(201, NeedImportOut.of(made))


@router.get("/{uuid:pk}", response=NeedImportOut)
def read_need_import(request: HttpRequest, pk: UUID) -> Any:
    return NeedImportOut.of(_batch(request, pk)[0])


@router.post("/{uuid:pk}/rename", response=NeedImportOut)
def rename_need_import(request: HttpRequest, pk: UUID, payload: Renames) -> Any:
    batch, actor = _batch(request, pk)
    return NeedImportOut.of(need_imports.rename_import(batch=batch, renames=payload.renames, by=actor))


@router.post("/{uuid:pk}/apply", response=NeedImportOut)
def apply_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return NeedImportOut.of(need_imports.apply_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/discard", response=NeedImportOut)
def discard_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return NeedImportOut.of(need_imports.discard_import(batch=batch, by=actor))


@router.post("/{uuid:pk}/undo", response=NeedImportOut)
def undo_need_import(request: HttpRequest, pk: UUID) -> Any:
    batch, actor = _batch(request, pk)
    return NeedImportOut.of(need_imports.undo_import(batch=batch, by=actor))
