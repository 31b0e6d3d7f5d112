"""Telling, changing, hiding and withdrawing a link by hand."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.rights import require, require_role
from rongtong.hub.organisations.queries import own_organisation, visible

from ..domain import links as verbs
from ..domain.firms import Named
from ..forms.links import LinkForm
from ..models import Chain, SupplyLink
from ..queries.links import buyer_of, supplier_of
from .links import find


@require_http_methods(["GET", "HEAD", "POST"])
def link_new(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The buyer tells a link of its own; the chain leader and the operator any link of the chain."""
    actor = actor_of(request)
    chain = visible(Chain, actor, pk, "leader")
    require(actor, "link.create", chain)
    any_buyer = "operator" in actor.roles or actor.acts_for(chain.leader_id)
    own = own_organisation(actor)
    initial = {"year": timezone.localdate().year - 1, "supplier_country": "CN"}
    if any_buyer and "operator" not in actor.roles:
        initial["buyer"] = own.name
    form = LinkForm(
        request.POST if request.method == "POST" else None,
        initial=initial,
        chain=chain,
        ends=True,
        buyer="" if any_buyer else own.name,
    )
    if form.is_bound and form.is_valid():
        buyer = form.named("buyer") if any_buyer else Named(own.pk)
        try:
            made = verbs.create_link(
                chain=chain, supplier=form.named("supplier"), buyer=buyer, values=form.values(), by=actor
            )
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("供需关系已填报。"))
            return HttpResponseRedirect(reverse("industry:link", args=[made.pk]))
    return _page(request, form, chain, own=None if any_buyer else own)


@require_http_methods(["GET", "HEAD", "POST"])
def link_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = find(actor, pk)
    require_role(actor, "link.edit", row)
    require(actor, "link.edit", row)
    form = LinkForm(
        request.POST if request.method == "POST" else None,
        initial=LinkForm.initial_of(row),
        chain=row.chain,
        ends=False,
        hides=_may_hide(row, actor),
    )
    stale: Stale | None = None
    if form.is_bound and form.is_valid():
        try:
            version = form.cleaned_data["version"] or 0
            verbs.edit_link(link=row, values=form.values(), version=version, by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as newer:
            stale = newer
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("industry:link", args=[pk]))
    return _page(request, form, row.chain, row, stale)


def _may_hide(row: SupplyLink, actor: Actor) -> bool:
    return "operator" in actor.roles or actor.acts_for(row.buyer.organisation_id)


def _page(
    request: HttpRequest, form: LinkForm, chain: Chain, row: Any = None, stale: Stale | None = None, own: Any = None
) -> HttpResponse:
    values = {
        "form": form,
        "chain": chain,
        "link": row,
        "supplier": supplier_of(row) if row else None,
        "buyer": buyer_of(row) if row else None,
        "own": own,
        "stale": stale,
        "title": _("修改供需关系") if row else _("填报供需关系"),
    }
    return render(request, "industry/link_form.html", values, status=409 if stale else 422 if form.errors else 200)


@require_POST
def link_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    verbs.withdraw_link(link=find(actor, pk), by=actor)
    messages.success(request, _("已撤回，不再计入产业链。"))
    return HttpResponseRedirect(reverse("industry:links"))


@require_POST
def link_conceal(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    verbs.conceal_link(link=find(actor, pk), by=actor)
    messages.success(request, _("已隐去。除需方与运营方外，其他读者只看到代号。"))
    return HttpResponseRedirect(reverse("industry:link", args=[pk]))
