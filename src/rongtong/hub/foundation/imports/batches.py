"""A batch on its way: taken from a file, written by the verb of its room, given up or taken back.

Each room has verbs of its own for these steps, with its own rights; what the steps do to the batch is the same.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Mapping
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.utils.translation import gettext_lazy as _

from .. import audit
from ..actors import Actor
from ..errors import NotVisible, Refusal, Text
from ..models import ImportBatch, ImportState
from .examination import Examination

UNDO_WITHIN = timedelta(hours=24)


def batches(actor: Actor, kind: str) -> QuerySet[ImportBatch]:
    """The batches of one kind that the actor may see, without their files."""
    return ImportBatch.visible_to(actor).filter(kind=kind).defer("content")


def find_batch(actor: Actor, kind: str, pk: UUID) -> ImportBatch:
    """One batch; those of other kinds are as absent as hidden ones. One query."""
    batch = ImportBatch.visible_to(actor).filter(kind=kind, pk=pk).first()
    if batch is None:
        raise NotVisible
    return batch


def new_batch(*, kind: str, content: bytes, file_name: str, by: Actor) -> ImportBatch:
    """A batch for a file, not saved yet."""
    if by.account_id is None or by.organisation_id is None:
        raise NotVisible
    name = unicodedata.normalize("NFC", file_name)
    printable = "".join(each if each.isprintable() else " " for each in name)
    return ImportBatch(
        kind=kind,
        account_id=by.account_id,
        organisation_id=by.organisation_id,
        file_name=" ".join(printable.split())[:255],
        content=content,
    )


def take(batch: ImportBatch, found: Examination, renames: Mapping[str, str] | None = None) -> None:
    """Keep what an examination of the batch's file found, in place of what was found before."""
    batch.columns = {**batch.columns, **found.columns, "renames": None if renames is None else dict(renames)}
    batch.rows, batch.counts, batch.result = found.rows, found.counts, {"faults": found.faults}
    audit.note(**found.counts)


def require_kind(batch: ImportBatch, kind: str) -> None:
    """Batches of other rooms are not ours to touch."""
    if batch.kind != kind:
        raise NotVisible


def known_headers(batch: ImportBatch, renames: Mapping[str, str]) -> dict[str, str]:
    """The renames that speak of a header in the file."""
    return {header: key for header, key in renames.items() if header in batch.columns["headers"]}


def mark_applied(batch: ImportBatch, **written: Any) -> None:
    """The rows are written; the file is no longer needed. ``written`` is what taking them back has to know."""
    batch.state, batch.applied_at, batch.content = ImportState.APPLIED, datetime.now(UTC), None
    batch.result = {**batch.result, **written}
    batch.touch()


def discard(batch: ImportBatch) -> None:
    """Give a file up."""
    batch.state, batch.content, batch.rows = ImportState.DISCARDED, None, []
    batch.touch()


def may_undo(batch: ImportBatch) -> bool:
    """Whether the time for taking back has not run out; what rests on the rows is for the room to say."""
    return (
        batch.state == ImportState.APPLIED
        and batch.applied_at is not None
        and datetime.now(UTC) - batch.applied_at < UNDO_WITHIN
    )


def require_undo_time(batch: ImportBatch, cure: Text) -> None:
    if batch.applied_at is None or datetime.now(UTC) - batch.applied_at > UNDO_WITHIN:
        raise no_undo(_("写入已超过 24 小时。"), cure)


def no_undo(why: Text, cure: Text) -> Refusal:
    return Refusal("import.no_undo", what=_("不能撤销这次导入。"), why=why, cure=cure)


def mark_undone(batch: ImportBatch) -> None:
    batch.state = ImportState.UNDONE
    batch.touch("state")
