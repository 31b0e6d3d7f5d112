"""What the pages of every import show, and what comes back from them."""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from django.db.models import QuerySet
from django.forms import Form
from django.http import HttpResponse
from django.utils.http import content_disposition_header
from django.utils.translation import get_language

from ..actors import Actor
from ..errors import Refusal
from ..models import ImportBatch, ImportState
from ..sheets import Column, SheetReading
from .batches import batches, may_undo

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"
#: The steps that the pages count: a file is chosen, its dry run is looked at, it is written.
CHOOSE, LOOK, WRITTEN = 0, 2, 4
LATELY = 10


def recent(actor: Actor, kind: str) -> QuerySet[ImportBatch]:
    """What was imported lately."""
    rows = batches(actor, kind).exclude(state=ImportState.DISCARDED)
    return rows.defer("rows", "content", "result").order_by("-created_at")[:LATELY]


@contextmanager
def told_at(form: Form, field: str) -> Iterator[None]:
    """A file that cannot be read is told where it was chosen; other refusals go their way."""
    try:
        yield
    except Refusal as refused:
        if refused.status != 409:
            raise
        form.add_error(field, str(refused))


def shown(batch: ImportBatch, columns: Sequence[Column]) -> dict[str, Any]:
    """What the page of a batch has in common with every other: its faults, its headers, what may be done."""
    needed = {column.key for column in columns if column.required}
    return {
        "batch": batch,
        "faults": _faults(batch),
        "columns": columns,
        "headers": headers(batch),
        "unsettled": bool(batch.columns.get("unknown")) or bool(needed & set(batch.columns.get("missing", ()))),
        "may_undo": may_undo(batch),
        "step": LOOK if batch.state == ImportState.CHECKED else WRITTEN,
    }


def _faults(batch: ImportBatch) -> list[dict[str, Any]]:
    """The faults in the reader's language."""
    language = get_language() or "zh-hans"
    return [
        {"row": fault["row"]} | {name: fault[name].get(language, "") for name in ("column", "message")}
        for fault in batch.result.get("faults", [])
    ]


def headers(batch: ImportBatch) -> list[dict[str, Any]]:
    """The headers of the file, each with the column it was taken for."""
    matched = batch.columns.get("matched", {})
    return [
        {"place": place, "header": header, "key": matched.get(str(place), "")}
        for place, header in enumerate(batch.columns.get("headers", []))
        if header
    ]


def renames(batch: ImportBatch, columns: Sequence[Column], posted: Mapping[str, Any]) -> dict[str, str]:
    """Which header was chosen to mean which column; an empty one leaves the header out."""
    known = {column.key for column in columns} | {""}
    return {
        item["header"]: chosen
        for item in headers(batch)
        if (chosen := posted.get(f"column-{item['place']}", item["key"])) in known
    }


def faulty_rows(reading: SheetReading) -> HttpResponse:
    """The faulty rows with what is wrong in a last column, to mend and upload again."""
    response = HttpResponse(reading.faulty_workbook(), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, "faulty-rows.xlsx") or "attachment"
    return response
