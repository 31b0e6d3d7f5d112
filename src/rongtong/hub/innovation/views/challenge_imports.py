"""Importing needs: template, upload, recognised columns, dry run, confirmation, result."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.batches import find_batch
from rongtong.hub.foundation.imports.examination import by_outcome
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.sheets import export
from rongtong.hub.organisations.queries import own_organisation

from ..domain import need_imports
from ..domain.challenges import require_large
from ..domain.need_columns import NEED_COLUMNS
from ..domain.need_examination import OUTCOMES, read_needs
from ..enums import Stage
from ..forms.imports import NeedImportForm
from ..models import Round


def _batch(request: HttpRequest, pk: UUID) -> ImportBatch:
    return find_batch(actor_of(request), need_imports.KIND, pk)


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
        with pages.told_at(form, "file"):
            one = need_imports.check_import(
                round=form.cleaned_data["round"],
                content=file.read(),
                file_name=file.name,
                submit=bool(form.cleaned_data["submit"]),
                by=actor,
            )
            return _to(one)
    values = {
        "form": form,
        "has_rounds": bool(rounds),
        "recent": pages.recent(actor, need_imports.KIND),
        "operator": "operator" in actor.roles,
        "title": _("导入需求"),
        "step": pages.CHOOSE,
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
    values = pages.shown(one, NEED_COLUMNS) | {
        "round": need_imports.round_of(one),
        "rows": by_outcome(one.rows, OUTCOMES),
        "title": _("导入需求"),
    }
    return render(request, "innovation/challenge_import_batch.html", values)


@require_POST
def rename(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = _batch(request, pk)
    renames = pages.renames(one, NEED_COLUMNS, request.POST)
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
    return pages.faulty_rows(reading)
