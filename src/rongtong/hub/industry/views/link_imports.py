"""Importing links: template, upload, recognised columns, dry run, names to decide, confirmation, result."""

from __future__ import annotations

from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.imports import pages
from rongtong.hub.foundation.imports.examination import by_outcome
from rongtong.hub.foundation.imports.views import BatchViews
from rongtong.hub.foundation.models import ImportBatch
from rongtong.hub.foundation.sheets import SheetReading

from ..domain import link_imports
from ..domain.link_columns import LINK_COLUMNS, TITLES
from ..domain.link_examination import CHANGED, NEW, OUTCOMES, read_links
from ..enums import ChainState
from ..forms.imports import LinkImportForm
from ..models import Chain

#: Rows of each outcome that the page lists; all faults are listed always.
SHOWN = 200


def _read(batch: ImportBatch, actor: Actor) -> SheetReading:
    chain = link_imports.chain_of(batch)
    return read_links(bytes(batch.content or b""), chain, actor, batch.columns.get("renames"))[0]


VIEWS = BatchViews(
    "industry:link_import",
    link_imports.KIND,
    LINK_COLUMNS,
    link_imports,
    _read,
    gettext_lazy("已写入。24 小时内、且没有人修改之前可以撤销。"),
)
template, rename, faults = VIEWS.template, VIEWS.rename, VIEWS.faults
apply, discard, undo = VIEWS.apply, VIEWS.discard, VIEWS.undo


@require_http_methods(["GET", "HEAD", "POST"])
def upload(request: HttpRequest) -> HttpResponse:
    """The template to download, a file to upload, and what was imported lately."""
    actor = actor_of(request)
    chains = Chain.visible_to(actor).filter(state=ChainState.ACTIVE)
    posted = (request.POST, request.FILES) if request.method == "POST" else ()
    form = LinkImportForm(*posted, chains=chains, initial={"chain": request.GET.get("chain") or chains.first()})
    if form.is_bound and form.is_valid():
        file = form.cleaned_data["file"]
        with pages.told_at(form, "file"):
            return VIEWS.to(
                link_imports.check_import(
                    chain=form.cleaned_data["chain"], content=file.read(), file_name=file.name, by=actor
                )
            )
    leads = "operator" in actor.roles or chains.filter(leader_id=actor.firm).exists()
    values = VIEWS.upload_context(actor) | {"form": form, "leads": leads, "title": _("导入供需关系")}
    return render(request, "industry/link_import.html", values, status=422 if form.errors else 200)


@require_safe
def batch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The dry run, and after it what was written."""
    one = VIEWS.find(request, pk)
    rows = by_outcome(one.rows, OUTCOMES)
    asks = link_imports.asked(one)
    values = VIEWS.batch_context(one) | {
        "chain": link_imports.chain_of(one),
        "rows": {outcome: found[:SHOWN] for outcome, found in rows.items()},
        "shown": SHOWN,
        "asks": asks,
        "titles": TITLES,
        "writes": 0 if asks else len(rows[NEW]) + len(rows[CHANGED]),
        "title": _("导入供需关系"),
    }
    return render(request, "industry/link_import_batch.html", values)


@require_POST
def decide(request: HttpRequest, pk: UUID) -> HttpResponse:
    one = VIEWS.find(request, pk)
    names = list(link_imports.asked(one))
    decisions = {name: choice for place, name in enumerate(names, 1) if (choice := request.POST.get(f"decide-{place}"))}
    return VIEWS.to(link_imports.decide_import(batch=one, decisions=decisions, by=actor_of(request)))
