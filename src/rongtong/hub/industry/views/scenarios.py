"""Scenarios: the list, the question, what it does day by day, beside another one."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.lists import ListPage, Multi, Search, Sort
from rongtong.hub.foundation.models import Job
from rongtong.hub.foundation.rights import allowed, require, require_role
from rongtong.hub.organisations.queries import visible

from ..analysis_enums import ScenarioKind, WorkState
from ..domain.scenarios import share_scenario, values_of
from ..forms.scenarios import ScenarioForm
from ..models import Chain, Scenario
from ..queries.scenarios import options_for, scenarios_for, told
from ..tasks import begin_scenario

#: Days that the table shows: about so many, evenly apart.
SHOWN_DAYS = 30


class Scenarios(ListPage):
    name = "scenarios"
    title = pgettext_lazy("many", "推演情景")
    sentence = gettext_lazy("停供、停产、断运会造成多大损失，先推演一遍。")
    noun = pgettext_lazy("counted", "个情景")
    template = "industry/scenarios.html"
    saves = False
    views = ("cards",)
    search = Search("name", placeholder=gettext_lazy("情景名称"))
    filters: ClassVar = (Multi("kind", gettext_lazy("冲击对象"), field="kind", choices=ScenarioKind.choices),)
    sorts = (Sort("new", gettext_lazy("最近更新"), ("-created_at", "pk")),)

    def rows(self) -> QuerySet[Scenario]:
        return scenarios_for(self.actor)

    def context(self) -> dict[str, Any]:
        tries = "member.contributor" in self.actor.roles or "operator" in self.actor.roles
        return {"chains": list(Chain.visible_to(self.actor).filter(state="active")[:20]) if tries else []}


@require_safe
def scenarios(request: HttpRequest) -> HttpResponse:
    return Scenarios(request).respond()


@require_http_methods(["GET", "HEAD", "POST"])
def scenario_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    chain = visible(Chain, actor, pk)
    require_role(actor, "scenario.create", chain)
    require(actor, "scenario.create", chain)
    data = request.POST if request.method == "POST" else None
    form = ScenarioForm(data, options=options_for(chain, actor))
    if form.is_bound and form.is_valid():
        try:
            begun = begin_scenario(chain, values_of(form.values()), actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            return HttpResponseRedirect(reverse("industry:scenario", args=[begun.pk]))
    values = {"form": form, "chain": chain, "title": _("推演一个情景")}
    return render(request, "industry/scenario_form.html", values, status=422 if form.errors else 200)


@require_safe
def scenario(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What a scenario does, and beside it another one where one is chosen."""
    actor = actor_of(request)
    row = visible(Scenario, actor, pk, "chain", "organisation")
    others = scenarios_for(actor).filter(chain=row.chain, state=WorkState.DONE).exclude(pk=pk)
    chosen = next(iter(identifiers([request.GET.get("with", "")])), None)
    beside = visible(Scenario, actor, chosen, "chain", "organisation") if chosen else None
    values = {
        "row": row,
        "told": told(row, actor),
        "beside": told(beside, actor) if beside is not None and beside.state == WorkState.DONE else None,
        "days": _days(row, beside),
        "others": list(others.order_by("-created_at")[:20]),
        "job": Job.visible_to(actor).filter(pk=row.job_id).first() if row.state == WorkState.WORKING else None,
        "may_share": allowed(actor, "scenario.share", row),
        "title": row.name,
    }
    return render(request, "industry/scenario.html", values)


def _days(row: Scenario, beside: Scenario | None) -> list[list[Any]]:
    """Days with what is lost on each, in units of ten thousand yuan: once, the band, and the other scenario."""
    found = row.result.get("days", [])
    other = {one[0]: one[2] for one in beside.result.get("days", [])} if beside is not None else {}
    step = max(1, len(found) // SHOWN_DAYS)
    rows = []
    for day, output, lost, *band in found[::step]:
        rows.append([day, round(100 * output, 1), *(round(one / 10_000, 1) for one in (lost, *band))])
        if beside is not None:
            rows[-1].append(round(other[day] / 10_000, 1) if day in other else "")
    return rows


@require_POST
def scenario_share(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = visible(Scenario, actor, pk)
    share_scenario(scenario=row, shared=not row.shared, by=actor)
    messages.success(request, _("已不再共享。") if row.shared else _("链主和运营方现在可以看到。"))
    return HttpResponseRedirect(reverse("industry:scenario", args=[pk]))
