"""Checking a data file against the schema of a standard, in the browser."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.sheets import export
from rongtong.hub.organisations.queries import visible

from ..domain.exchanges import check_and_keep, check_data
from ..exchange.files import Checked
from ..exports.standards import FAULT_COLUMNS, fault_rows
from ..forms.standards import DataForm
from ..models import Conformity, Standard
from ..standard_enums import WRITING, Proof


@require_http_methods(["GET", "HEAD", "POST"])
def standard_check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose a file; see its faults, or save them as a workbook, or keep a file without faults as evidence."""
    actor = actor_of(request)
    row = visible(Standard, actor, pk, "chain")
    if row.schema is None:
        raise NotVisible
    own = _own_open(row, actor)
    clauses = [one.clause for one in row.requirements.filter(proof=Proof.DATA_FILE)] if own else []
    form = DataForm(request.POST, request.FILES) if request.method == "POST" else DataForm()
    checked: Checked | None = None
    refusal: Refusal | None = None
    if request.method == "POST" and form.is_valid():
        try:
            checked = _check(request, row, own, clauses, form.cleaned_data["file"], actor)
        except NotVisible:
            raise
        except Refusal as refused:
            refusal = refused
    if checked is not None and "download" in request.POST:
        return export(FAULT_COLUMNS, fault_rows(checked.faults), f"faults-{row.number}".replace("/", "-"))
    if checked is not None and checked.fits and request.POST.get("keep") in clauses and own is not None:
        messages.success(request, _("文件没有问题，已保留为佐证。"))
        return HttpResponseRedirect(reverse("industry:conformity", args=[own.pk]))
    context: dict[str, Any] = {
        "standard": row,
        "form": form,
        "checked": checked,
        "refusal": refusal,
        "clauses": clauses,
        "title": _("校验数据文件"),
    }
    status = refusal.status if refusal else 422 if form.errors else 200
    return render(request, "industry/standard_check.html", context, status=status)


def _own_open(row: Standard, actor: Actor) -> Conformity | None:
    """One's own assessment against this edition while it is being written."""
    own = Conformity.visible_to(actor).filter(organisation_id=actor.firm, standard=row, state__in=WRITING)
    return own.select_related("standard").first() if "contributor" in actor.steps else None


def _check(
    request: HttpRequest, row: Standard, own: Conformity | None, clauses: list[str], file: Any, actor: Actor
) -> Checked:
    keep = request.POST.get("keep", "")
    if own is not None and keep in clauses:
        return check_and_keep(conformity=own, clause=keep, file=file, by=actor)
    return check_data(standard=row, file=file, by=actor)
