"""Chains: the list, one chain, its form."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db import transaction
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.lists import ListPage, Search, Sort
from rongtong.hub.foundation.rights import allowed, require, require_role
from rongtong.hub.organisations.queries import visible

from ..domain import chains as verbs
from ..domain.products import inputs_text, set_products
from ..forms.chains import ChainForm, Products
from ..models import Chain, Product
from . import chain_maps


class Chains(ListPage):
    name = "chains"
    title = pgettext_lazy("many", "产业链")
    sentence = gettext_lazy("每条链由谁牵头、从原料到整机有哪些产品。")
    noun = pgettext_lazy("counted", "条产业链")
    template = "industry/chains.html"
    search = Search("name", "name_en", "leader__name", placeholder=gettext_lazy("产业链、链主"))
    sorts = (Sort("name", gettext_lazy("名称"), ("name", "id")),)
    views = ("cards",)

    def rows(self) -> QuerySet[Chain]:
        return Chain.visible_to(self.actor).select_related("leader")

    def context(self) -> dict[str, Any]:
        return {"may_create": allowed(self.actor, "chain.create")}


@require_safe
def chains(request: HttpRequest) -> HttpResponse:
    return Chains(request).respond()


TABS = ("map", "table", "products")


@require_safe
def chain(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A chain: who supplies whom as a picture and as a table, and its products."""
    actor = actor_of(request)
    found = visible(Chain, actor, pk, "leader")
    tab = request.GET.get("tab", "")
    map_shown = chain_maps.shown(request, found, actor)
    products = list(
        Product.visible_to(actor).filter(chain=found).prefetch_related("inputs__input").order_by("tier", "code")
    )
    verbs_offered = ("edit", "set_products", "close", "reopen")
    values = map_shown | {
        "chain": found,
        "products": [{"product": one, "inputs": inputs_text(one)} for one in products],
        "page_way": {name: request.GET.get(name, "") for name in ("from", "to")},
        "year_tabs": [
            {"label": str(year), "href": f"?tab=map&year={year}", "current": year == map_shown["year"]}
            for year in map_shown["years"][:6]
        ],
        "tab": tab if tab in TABS else ("map" if map_shown["year"] else "products"),
        "may": {name: allowed(actor, f"chain.{name}", found) for name in verbs_offered},
        "may_tell": allowed(actor, "link.create", found),
        "title": str(found),
    }
    return render(request, "industry/chain.html", values)


@require_http_methods(["GET", "HEAD", "POST"])
def chain_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = ChainForm(request.POST if request.method == "POST" else None, names_leader=True)
    if form.is_bound and form.is_valid():
        try:
            made = verbs.create_chain(values=form.values(), leader=form.cleaned_data["leader"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("产业链已建立。"))
            return HttpResponseRedirect(reverse("industry:chain", args=[made.pk]))
    return _form_page(request, form, None)


@require_http_methods(["GET", "HEAD", "POST"])
def chain_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(Chain, actor, pk, "leader")
    require_role(actor, "chain.edit", found)
    require(actor, "chain.edit", found)
    appoints = allowed(actor, "chain.appoint", found)
    current = {**verbs.values_of(found), "leader": found.leader.name if found.leader else "", "version": found.version}
    form = ChainForm(request.POST if request.method == "POST" else None, initial=current, names_leader=appoints)
    stale: Stale | None = None
    if form.is_bound and form.is_valid():
        try:
            _save(found, form, appoints, actor)
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as newer:
            stale = newer
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("industry:chain", args=[pk]))
    return _form_page(request, form, found, stale)


@transaction.atomic
def _save(found: Chain, form: ChainForm, appoints: bool, actor: Actor) -> None:
    """Both or neither: the description and the leader."""
    verbs.edit_chain(chain=found, values=form.values(), version=form.cleaned_data["version"] or 0, by=actor)
    if appoints and form.cleaned_data["leader"] != found.leader:
        verbs.appoint_leader(chain=found, leader=form.cleaned_data["leader"], by=actor)


@require_http_methods(["GET", "HEAD", "POST"])
def chain_products(request: HttpRequest, pk: UUID) -> HttpResponse:
    """All products of a chain and what goes into what, as one table."""
    actor = actor_of(request)
    found = visible(Chain, actor, pk, "leader")
    require_role(actor, "chain.set_products", found)
    require(actor, "chain.set_products", found)
    posted = request.POST if request.method == "POST" else None
    rows = Products(posted, prefix="products", initial=_product_rows(found, actor))
    refused: Invalid | Stale | None = None
    if rows.wants_row():
        rows = one_more(rows)
    elif rows.is_bound and rows.is_valid():
        version = request.POST.get("version", "")
        try:
            set_products(chain=found, rows=rows.filled(), version=int(version) if version.isdecimal() else 0, by=actor)
        except (Invalid, Stale) as caught:
            refused = caught
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("industry:chain", args=[pk]) + "?tab=products")
    values = {"chain": found, "rows": rows, "refused": refused, "title": _("产品与投入")}
    status = refused.status if refused else 422 if rows.is_bound and not rows.is_valid() else 200
    return render(request, "industry/chain_products.html", values, status=status)


def _product_rows(found: Chain, actor: Actor) -> list[dict[str, Any]]:
    rows = Product.visible_to(actor).filter(chain=found).prefetch_related("inputs__input").order_by("tier", "code")
    names = ("code", "name", "name_en", "tier", "stage")
    return [{name: getattr(one, name) for name in names} | {"inputs": inputs_text(one)} for one in rows]


def _form_page(request: HttpRequest, form: ChainForm, found: Chain | None, stale: Stale | None = None) -> HttpResponse:
    values = {
        "form": form,
        "chain": found,
        "stale": stale,
        "title": _("修改产业链") if found else _("新建产业链"),
    }
    return render(request, "industry/chain_form.html", values, status=409 if stale else 422 if form.errors else 200)


@require_POST
def chain_close(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    verbs.close_chain(chain=visible(Chain, actor, pk), by=actor)
    messages.success(request, _("产业链已停用，供需关系仍保留。"))
    return HttpResponseRedirect(reverse("industry:chain", args=[pk]))


@require_POST
def chain_reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    verbs.reopen_chain(chain=visible(Chain, actor, pk), by=actor)
    messages.success(request, _("产业链已恢复。"))
    return HttpResponseRedirect(reverse("industry:chain", args=[pk]))
