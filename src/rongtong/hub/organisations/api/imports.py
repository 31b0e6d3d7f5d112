"""Imports of organisations through the API, for the operator: the same steps as on the pages."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja import File, Router, Status
from ninja.files import UploadedFile

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.models import ImportBatch

from ..domain import imports
from ..queries import visible

PATH, NOUN = "/organisation-imports", "organisation"
MOST_BYTES = 5 * 1024 * 1024
router = Router(tags=["organisation imports"])


class RenamesIn(In):
    """Header in the file to column key; an empty key leaves the header out."""

    renames: dict[str, str]


class DecisionsIn(In):
    """Row number to ``new``, ``skip`` or the id of a candidate."""

    decisions: dict[int, str]


class ImportOut(Out):
    id: UUID
    file_name: str
    state: str
    columns: dict[str, Any]
    counts: dict[str, int]
    rows: list[dict[str, Any]]
    faults: list[dict[str, Any]]

    @classmethod
    def of(cls, row: ImportBatch) -> "ImportOut":
        return cls(
            id=row.pk,
            file_name=row.file_name,
            state=row.state,
            columns=row.columns,
            counts=row.counts,
            rows=row.rows,
            faults=row.result.get("faults", []),
        )


def _batch(actor: Actor, pk: UUID) -> ImportBatch:
    needs(actor, "operator")
    batch = visible(ImportBatch, actor, pk)
    if batch.kind != imports.KIND:
        raise NotVisible
    return batch


@router.get("", response=Page[ImportOut])
def list_imports(request: HttpRequest, cursor: str = "", limit: int = 10) -> Any:
    actor = actor_of(request)
    needs(actor, "operator")
    rows = ImportBatch.visible_to(actor).filter(kind=imports.KIND).defer("content")
    return paged(request, rows, ImportOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: ImportOut})
def check(request: HttpRequest, file: File[UploadedFile]) -> Any:
    """Send a file; the answer is the dry run. Nothing is written."""
    actor = actor_of(request)
    needs(actor, "operator")
    if (file.size or 0) > MOST_BYTES:
        raise too_large()
    made = imports.check_import(content=file.read(), file_name=file.name or "", by=actor)
    return Status(201, ImportOut.of(made))


def too_large() -> Refusal:
    refusal = Refusal("file.large", what=_("文件太大。"), why=_("上限为 5 MB。"), cure=_("请拆成几个文件，分别上传。"))
    refusal.status = 413
    return refusal


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
