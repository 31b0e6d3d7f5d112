"""Importing organisations: upload, recognised columns, dry run, confirmation, result."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.examination import by_outcome
from rongtong.hub.foundation.imports.views import BatchViews
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.sheets import SheetReading

from ..domain import imports
from ..domain.import_columns import COLUMNS, TITLES
from ..domain.import_examination import ASK, CHANGED, NEW, OUTCOMES, read_entries
from ..forms import UploadForm
from .guards import require_form

#: Rows of each outcome that the page lists; all faults are listed always.
SHOWN = 200


def _read(batch: ImportBatch, actor: Actor) -> SheetReading:
    return read_entries(bytes(batch.content or b""), batch.columns.get("renames"))[0]


VIEWS = BatchViews(
    "organisations:import",
    imports.KIND,
    COLUMNS,
    imports,
    _read,
    gettext_lazy("已写入。24 小时内、且没有业务使用之前可以撤销。"),
)
template, rename, faults = VIEWS.template, VIEWS.rename, VIEWS.faults
apply, discard, undo = VIEWS.apply, VIEWS.discard, VIEWS.undo


@require_form
def upload(request: HttpRequest) -> HttpResponse:
    """The template to download, a file to upload, and what was imported lately."""
    actor = actor_of(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with pages.told_at(form, "file"):
            return VIEWS.to(imports.check_import(content=file.read(), file_name=file.name, by=actor))
    context = VIEWS.upload_context(actor) | {"form": form, "title": _("导入机构")}
    return render(request, "organisations/import.html", context, status=422 if form.errors else 200)


@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run, and after it what was written."""
    one = VIEWS.find(request, pk)
    rows = by_outcome(one.rows, OUTCOMES)
    undecided = sum(1 for row in rows[ASK] if not row.get("decision"))
    context = VIEWS.batch_context(one) | {
        "rows": {outcome: found if outcome == ASK else found[:SHOWN] for outcome, found in rows.items()},
        "shown": SHOWN,
        "titles": TITLES,
        "writes": 0 if undecided else _writes(one.rows),
        "undecided": undecided,
        "title": _("导入机构"),
    }
    return render(request, "organisations/import_batch.html", context)


def _writes(rows: list[dict[str, Any]]) -> int:
    """How many rows a confirmation writes as things stand."""
    return sum(
        row["outcome"] in (NEW, CHANGED) or (row["outcome"] == ASK and row.get("decision") not in (None, "skip"))
        for row in rows
    )


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = VIEWS.find(request, pk)
    decisions = {
        int(number): choice
        for key, choice in request.POST.items()
        if key.startswith("decide-") and (number := key.removeprefix("decide-")).isdecimal() and isinstance(choice, str)
    }
    return VIEWS.to(imports.decide_import(batch=one, decisions=decisions, by=actor_of(request)))
