"""Firms outside the hub that links name: the operator says which organisation each turned out to be."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Count, Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.html import format_html
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.lists import Column, ListPage, Search, Sort
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.organisations.queries import visible

from ..domain.firms import resolve_firm
from ..enums import LinkState
from ..forms.firms import ResolveForm
from ..models import Firm

COUNTS = Q(sales__state=LinkState.ACTIVE)


class OutsideFirms(ListPage):
    """Only the operator sees them all: each buyer knows its own."""

    name = "outside-firms"
    title = gettext_lazy("待认领的企业")
    sentence = gettext_lazy("供需关系中提到、但还不是入驻机构的企业。认领后，其供需关系归入该机构。")
    noun = pgettext_lazy("counted", "家企业")
    template = "industry/outside_firms.html"
    saves = False
    search = Search("name", "code", placeholder=gettext_lazy("企业名称、代码"))
    sorts = (
        Sort("sales", gettext_lazy("供需关系最多"), ("-links", "pk")),
        Sort("name", gettext_lazy("名称"), ("sort_key", "pk")),
    )
    views = ("table",)
    columns = (
        Column("name", gettext_lazy("企业名称"), lead=True, sort="name"),
        Column("country", gettext_lazy("国家或地区"), kind="code"),
        Column("code", gettext_lazy("企业代码"), kind="code"),
        Column("links", gettext_lazy("作为供方的供需关系"), kind="number", sort="sales"),
    )

    def rows(self) -> QuerySet[Firm]:
        return Firm.visible_to(self.actor).filter(organisation=None).annotate(links=Count("sales", filter=COUNTS))

    def cell(self, row: Any, column: Column) -> Any:
        drawn = super().cell(row, column)
        if column.key != "name" or not allowed(self.actor, "firm.resolve", row):
            return drawn
        return format_html('<a href="{}">{}</a>', reverse("industry:firm_resolve", args=[row.pk]), row.name)


@require_safe
def outside_firms(request: HttpRequest) -> HttpResponse:
    return OutsideFirms(request).respond()


@require_http_methods(["GET", "HEAD", "POST"])
def firm_resolve(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    firm = visible(Firm, actor, pk, "organisation")
    require_role(actor, "firm.resolve", firm)
    form = ResolveForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            resolve_firm(firm=firm, organisation=form.cleaned_data["organisation"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已认领，供需关系归入该机构。"))
            return HttpResponseRedirect(reverse("industry:outside_firms"))
    values = {"form": form, "firm": firm, "title": _("认领企业")}
    return render(request, "industry/firm_resolve.html", values, status=422 if form.errors else 200)
