"""What goes in and out of the API about imports."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.utils.translation import gettext_lazy as _
from ninja.files import UploadedFile

from ..api import In, Out
from ..errors import Refusal
from ..models import ImportBatch

MEGABYTE = 1_000_000


class RenamesIn(In):
    """Header in the file to column key; an empty key leaves the header out."""

    renames: dict[str, str]


class ImportOut(Out):
    id: UUID
    file_name: str
    state: str
    columns: dict[str, Any]
    counts: dict[str, int]
    rows: list[dict[str, Any]]
    faults: list[dict[str, Any]]
    created: list[UUID]

    @classmethod
    def of(cls, row: ImportBatch) -> ImportOut:
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


def content_of(file: UploadedFile, most_bytes: int) -> bytes:
    """What a file holds.

    Raises
    ------
    Refusal
        With status 413, for a file above the limit.
    """
    if (file.size or 0) > most_bytes:
        why = _("上限为 %(most)s MB。") % {"most": most_bytes // MEGABYTE}
        refusal = Refusal("file.large", what=_("文件太大。"), why=why, cure=_("请拆成几个文件，分别上传。"))
        refusal.status = 413
        raise refusal
    content: bytes = file.read()
    return content
