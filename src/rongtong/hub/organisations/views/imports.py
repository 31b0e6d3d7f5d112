"""Importing organisations: upload, recognised columns, dry run, confirmation, result."""

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.batches import find_batch
from rongtong.hub.foundation.imports.examination import by_outcome
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.sheets import export

from ..domain import imports
from ..domain.import_columns import COLUMNS, TITLES
from ..domain.import_examination import ASK, CHANGED, NEW, OUTCOMES, read_entries
from ..forms import UploadForm
from .guards import require_form

#: Rows of each outcome that the page lists; all faults are listed always.
SHOWN = 200


def _batch(request: HttpRequest, pk: UUID) -> ImportBatch:
    return find_batch(actor_of(request), imports.KIND, pk)


def _to(batch: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("organisations:import_batch", args=[batch.pk]))


@require_form
def upload(request: HttpRequest) -> HttpResponse:
    """The template to download, a file to upload, and what was imported lately."""
    actor = actor_of(request)
    form = UploadForm(request.POST, request.FILES) if request.method == "POST" else UploadForm()
    if request.method == "POST" and form.is_valid():
        file = form.cleaned_data["file"]
        with pages.told_at(form, "file"):
            return _to(imports.check_import(content=file.read(), file_name=file.name, by=actor))
    context = {
        "form": form,
        "recent": pages.recent(actor, imports.KIND),
        "title": _("导入机构"),
        "step": pages.CHOOSE,
    }
    return render(request, "organisations/import.html", context, status=422 if form.errors else 200)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with a sheet that explains its columns."""
    return export(COLUMNS, [], "organisations-template")


@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run, and after it what was written."""
    one = _batch(request, pk)
    rows = by_outcome(one.rows, OUTCOMES)
    context = pages.shown(one, COLUMNS) | {
        "rows": {outcome: found if outcome == ASK else found[:SHOWN] for outcome, found in rows.items()},
        "shown": SHOWN,
        "titles": TITLES,
        "writes": _writes(one.rows),
        "undecided": sum(1 for row in rows[ASK] if not row.get("decision")),
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
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = _batch(request, pk)
    renames = pages.renames(one, COLUMNS, request.POST)
    return _to(imports.rename_import(batch=one, renames=renames, by=actor_of(request)))


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = _batch(request, pk)
    decisions = {
        int(number): choice
        for key, choice in request.POST.items()
        if key.startswith("decide-") and (number := key.removeprefix("decide-")).isdecimal() and isinstance(choice, str)
    }
    return _to(imports.decide_import(batch=one, decisions=decisions, by=actor_of(request)))


@require_POST
def apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = imports.apply_import(batch=_batch(request, pk), by=actor_of(request))
    messages.success(request, _("已写入。24 小时内、且没有业务使用之前可以撤销。"))
    return _to(one)


@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    imports.discard_import(batch=_batch(request, pk), by=actor_of(request))
    return HttpResponseRedirect(reverse("organisations:import"))


@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = imports.undo_import(batch=_batch(request, pk), by=actor_of(request))
    messages.success(request, _("已撤销，恢复到导入之前。"))
    return _to(one)


@require_safe
def faults(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The faulty rows with what is wrong in a last column, to mend and upload again."""
    one = _batch(request, pk)
    if one.content is None:
        raise NotVisible
    reading, _entries = read_entries(bytes(one.content), one.columns.get("renames"))
    return pages.faulty_rows(reading)
