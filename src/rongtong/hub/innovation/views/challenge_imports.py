"""Importing needs: template, upload, recognised columns, dry run, confirmation, result."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.examination import by_outcome
from rongtong.hub.foundation.imports.views import BatchViews
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.sheets import SheetReading
from rongtong.hub.organisations.queries import own_organisation

from ..domain import need_imports
from ..domain.challenges import require_large
from ..domain.need_columns import NEED_COLUMNS
from ..domain.need_examination import OUTCOMES, read_needs
from ..enums import Stage
from ..forms.imports import NeedImportForm
from ..models import Round


def _read(batch: ImportBatch, actor: Actor) -> SheetReading:
    renames = batch.columns.get("renames")
    return read_needs(bytes(batch.content or b""), need_imports.round_of(batch), actor, renames)[0]


VIEWS = BatchViews(
    "innovation:challenge_import",
    need_imports.KIND,
    NEED_COLUMNS,
    need_imports,
    _read,
    gettext_lazy("已写入。24 小时内、且没有人修改或审核之前可以撤销。"),
)
template, rename, faults = VIEWS.template, VIEWS.rename, VIEWS.faults
apply, discard, undo = VIEWS.apply, VIEWS.discard, VIEWS.undo


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
            return VIEWS.to(one)
    values = VIEWS.upload_context(actor) | {
        "form": form,
        "has_rounds": bool(rounds),
        "operator": "operator" in actor.roles,
        "title": _("导入需求"),
    }
    return render(request, "innovation/challenge_import.html", values, status=422 if form.errors else 200)


@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run, and after it what was written."""
    one = VIEWS.find(request, pk)
    values = VIEWS.batch_context(one) | {
        "round": need_imports.round_of(one),
        "writes": one.counts["new"],
        "rows": by_outcome(one.rows, OUTCOMES),
        "title": _("导入需求"),
    }
    return render(request, "innovation/challenge_import_batch.html", values)
