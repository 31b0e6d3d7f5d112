"""Supply links: the list, one link."""

from __future__ import annotations

from collections.abc import Iterable
from functools import cached_property
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Range, Search, Sort
from rongtong.hub.foundation.rights import allowed

from ..enums import LinkSource, LinkState, Substitution
from ..models import Chain, SupplyLink
from ..queries.links import buyer_of, shown, supplier_of, touching


def chains_for(actor: Actor) -> Iterable[tuple[Any, Any]]:
    """Every chain the reader may see, as options."""
    return [(one.pk, str(one)) for one in Chain.visible_to(actor).order_by("name", "pk")]


def years_for(actor: Actor) -> Iterable[tuple[Any, Any]]:
    """The years of which the reader sees links."""
    rows = SupplyLink.visible_to(actor).order_by("-year").values_list("year", flat=True).distinct()
    return [(year, str(year)) for year in rows[:20]]


class SupplyLinks(ListPage):
    """Every link the reader may see; hidden suppliers bear their number everywhere."""

    name = "supply-links"
    title = pgettext_lazy("many", "供需关系")
    sentence = gettext_lazy("谁供谁、供什么、一年多少、断了能撑几天。")
    noun = pgettext_lazy("counted", "条供需关系")
    template = "industry/links.html"
    saves = False
    extra = ("firm",)
    search = Search(
        "supplier_name",
        "buyer_name",
        "supplier_words",
        "buyer_words",
        "product__name",
        placeholder=gettext_lazy("供方、需方、产品；支持拼音首字母"),
    )
    filters = (
        Multi("chain", pgettext_lazy("one", "产业链"), field="chain_id", choices=chains_for),
        Multi("year", gettext_lazy("年度"), field="year", choices=years_for),
        Range("value", gettext_lazy("年交易额"), low="value", high="value", unit=gettext_lazy("万元"), scale=10_000),
        Multi("substitution", gettext_lazy("可替代性"), field="substitution", choices=Substitution.choices[1:]),
        Flag("abroad", gettext_lazy("供方在境外"), where=lambda actor: ~Q(country="CN")),
        Flag("hidden", gettext_lazy("供方已隐去"), where=lambda actor: Q(confidential=True)),
        Multi("source", gettext_lazy("来源"), field="source", choices=LinkSource.choices, counted=False),
        Multi("state", gettext_lazy("状态"), field="state", choices=LinkState.choices, counted=False),
    )
    sorts = (
        Sort("value", gettext_lazy("年交易额"), ("-value", "pk")),
        Sort("supplier", gettext_lazy("供方"), ("supplier_sort", "pk")),
        Sort("buyer", gettext_lazy("需方"), ("buyer_sort", "pk")),
        Sort("stock", gettext_lazy("库存最少"), ("stock_days", "pk")),
        Sort("new", gettext_lazy("最近更新"), ("-changed_at", "pk")),
    )
    views = ("table", "cards")
    columns = (
        Column("supplier_name", gettext_lazy("供方"), lead=True, sort="supplier"),
        Column("country", gettext_lazy("国家或地区"), kind="code"),
        Column("buyer_name", gettext_lazy("需方"), sort="buyer"),
        Column("product", pgettext_lazy("one", "产品"), value=lambda row: str(row.product or "")),
        Column("product_code", gettext_lazy("产品代码"), value=lambda row: row.product.code if row.product else "",
               shown=False),
        Column("value", gettext_lazy("年交易额"), kind="money", sort="value"),
        Column("year", gettext_lazy("年度"), kind="code"),
        Column("input_share", gettext_lazy("占需方同类采购"), kind="number", unit="%",
               value=lambda row: None if row.input_share is None else row.input_share * 100),
        Column("stock_days", gettext_lazy("库存"), kind="number", unit=gettext_lazy("天"), sort="stock"),
        Column("lead_days", gettext_lazy("供货周期"), kind="number", unit=gettext_lazy("天"), shown=False),
        Column("substitution", gettext_lazy("可替代性"), value=lambda row: row.get_substitution_display()),
        Column("hidden", gettext_lazy("按合同隐去供方"), value=lambda row: row.confidential, shown=False),
        Column("chain", pgettext_lazy("one", "产业链"), value=lambda row: str(row.chain), shown=False),
        Column("source", gettext_lazy("来源"), value=lambda row: row.get_source_display(), shown=False),
        Column("state", gettext_lazy("状态"), value=lambda row: row.get_state_display(), shown=False),
    )  # fmt: skip

    def rows(self) -> QuerySet[SupplyLink]:
        rows = shown(self.actor)
        if "state" not in self.values:
            rows = rows.filter(state=LinkState.ACTIVE)
        return rows.filter(touching(self.firm)) if self.firm else rows

    @cached_property
    def firm(self) -> UUID | None:
        """The firm whose links are asked for; a hidden supplier by the key that its number has."""
        return next(iter(identifiers(self.request.GET.getlist("firm")[:1])), None)

    def context(self) -> dict[str, Any]:
        tells = "member.contributor" in self.actor.roles or "operator" in self.actor.roles
        name = ""
        if self.firm and self.items:
            first = self.items[0]
            name = first.supplier_name if first.supplier_key == self.firm else first.buyer_name
        return {"tells": tells, "firm_name": name, "firm_gone": self.url(drop=["firm"])}


@require_safe
def links(request: HttpRequest) -> HttpResponse:
    return SupplyLinks(request).respond()


@require_safe
def link(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = find(actor, pk)
    values = {
        "link": row,
        "supplier": supplier_of(row),
        "buyer": buyer_of(row),
        "may": {name: allowed(actor, f"link.{name}", row) for name in ("edit", "withdraw", "conceal")},
        "title": _("%(supplier)s 供 %(buyer)s") % {"supplier": row.supplier_name, "buyer": row.buyer_name},
    }
    return render(request, "industry/link.html", values)


def find(actor: Actor, pk: UUID) -> Any:
    """One link as the reader may know it. One query."""
    row = shown(actor).select_related("supplier").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row
