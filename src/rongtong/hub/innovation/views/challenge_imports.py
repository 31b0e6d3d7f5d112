"""Importing needs: template, upload, recognised columns, dry run, confirmation, result."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import get_language
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.models import ImportBatch, ImportState
from rongtong.hub.foundation.sheets import export
from rongtong.hub.organisations.queries import own_organisation, visible

from ..domain import need_imports
from ..domain.challenges import require_large
from ..domain.need_columns import NEED_COLUMNS
from ..domain.need_examination import DUPLICATE, NEW, read_needs
from ..enums import Stage
from ..forms.imports import NeedImportForm
from ..models import Round

XLSX = "application/vnd.openxmlformats-officedocument.spreadsheetml.sheet"


def _batch(request: HttpRequest, pk: UUID) -> ImportBatch:
    one = visible(ImportBatch, actor_of(request), pk)
    if one.kind != need_imports.KIND:
        raise NotVisible
    return one


def _to(one: ImportBatch) -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("innovation:challenge_import_batch", args=[one.pk]))


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The template to download, a file to upload, and what was imported lately."""
    actor = actor_of(request)
    if "operator" not in actor.roles:
        require_large(own_organisation(actor))
    rounds = Round.visible_to(actor).filter(state=Stage.COLLECT).order_by("collect_until", "pk")
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = NeedImportForm(*posted, rounds=rounds, initial={"round": rounds.first(), "submit": ""})
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        try:
            one = need_imports.check_import(
                round=form.cleaned_data["round"],
                content=file.read(),
                file_name=file.name,
                submit=bool(form.cleaned_data["submit"]),
                by=actor,
            )
            return _to(one)
        except Refusal as refused:
            if refused.status != 409:
                raise
            form.add_error("file", str(refused))  # the file cannot be read: said where it was chosen
    recent = ImportBatch.visible_to(actor).filter(kind=need_imports.KIND).exclude(state=ImportState.DISCARDED)
    values = {
        "form": form,
        "has_rounds": bool(rounds),
        "recent": recent.defer("rows", "content", "result").order_by("-created_at")[:10],
        "operator": "operator" in actor.roles,
        "title": _("导入需求"),
        "step": 0,
    }
    return render(request, "innovation/challenge_import.html", values, status=422 if form.errors else 200)


@require_safe
def template(request: HttpRequest) -> HttpResponse:
    """The file to fill in, with a sheet that explains its columns."""
    return export(NEED_COLUMNS, [], "needs-template")


@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run, and after it what was written."""
    one = _batch(request, pk)
    language = get_language() or "zh-hans"
    faults = [
        {"row": fault["row"]} | {name: fault[name].get(language, "") for name in ("column", "message")}
        for fault in one.result.get("faults", [])
    ]
    values = {
        "batch": one,
        "round": need_imports.round_of(one),
        "faults": faults,
        "rows": {name: [row for row in one.rows if row["outcome"] == name] for name in (NEW, DUPLICATE)},
        "columns": NEED_COLUMNS,
        "headers": _headers(one),
        "may_undo": one.state == ImportState.APPLIED
        and one.applied_at is not None
        and timezone.now() - one.applied_at < need_imports.UNDO_WITHIN,
        "title": _("导入需求"),
        "step": 2 if one.state == ImportState.CHECKED else 4,
    }
    return render(request, "innovation/challenge_import_batch.html", values)


def _headers(one: ImportBatch) -> list[dict[str, Any]]:
    """The headers of the file, each with the column it was taken for."""
    headers, matched = one.columns.get("headers", []), one.columns.get("matched", {})
    return [
        {"place": place, "header": header, "key": matched.get(str(place), "")}
        for place, header in enumerate(headers)
        if header
    ]


@require_POST
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = _batch(request, pk)
    known = {column.key for column in NEED_COLUMNS} | {""}
    renames = {
        item["header"]: chosen
        for item in _headers(one)
        if (chosen := request.POST.get(f"column-{item['place']}", item["key"])) in known
    }
    return _to(need_imports.rename_import(batch=one, renames=renames, by=actor_of(request)))


@require_POST
def apply(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = need_imports.apply_import(batch=_batch(request, pk), by=actor_of(request))
    messages.success(request, _("已写入。24 小时内、且没有人修改或审核之前可以撤销。"))
    return _to(one)


@require_POST
def discard(request: HttpRequest, pk: UUID) -> HttpResponse:
    need_imports.discard_import(batch=_batch(request, pk), by=actor_of(request))
    return HttpResponseRedirect(reverse("innovation:challenge_import"))


@require_POST
def undo(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = need_imports.undo_import(batch=_batch(request, pk), by=actor_of(request))
    messages.success(request, _("已撤销，恢复到导入之前。"))
    return _to(one)


@require_safe
def faults(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The faulty rows with what is wrong in a last column, to mend and upload again."""
    one = _batch(request, pk)
    if one.content is None:
        raise NotVisible
    renames = one.columns.get("renames")
    reading = read_needs(bytes(one.content), need_imports.round_of(one), actor_of(request), renames)[0]
    response = HttpResponse(reading.faulty_workbook(), content_type=XLSX)
    response["Content-Disposition"] = content_disposition_header(True, "faulty-rows.xlsx") or "attachment"
    return response
