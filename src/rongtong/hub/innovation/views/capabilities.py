"""Capabilities: the list, one of them, writing them."""

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Stale
from rongtong.hub.foundation.filters import Filter
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.organisations.reference import industries, regions
from rongtong.hub.organisations.size_class import SizeClass

from ..domain.capabilities import (
    create_capability,
    delete_capability,
    edit_capability,
    publish_capability,
    withdraw_capability,
)
from ..enums import CapabilityState
from ..forms.capabilities import CapabilityForm
from ..models import Capability

READINESS = [(str(n), str(n)) for n in range(1, 10)]


def _place(row: Capability) -> str:
    return regions.name(row.organisation.region) if row.organisation.region else ""


def _trade(row: Capability) -> str:
    return industries.name(row.organisation.industry) if row.organisation.industry else ""


class Capabilities(ListPage):
    """What the organisations of the cluster can do or make."""

    name = "capabilities"
    title = _("能力")
    sentence = _("各家能做什么、做到多好，用自己的话写成；发榜时平台从这里找人。")
    template = "innovation/capabilities.html"
    search = Search(
        "title", "text", "organisation__name", initials="search_keys", placeholder=_("能力、机构；支持拼音首字母")
    )
    filters: ClassVar[Sequence[Filter]] = (
        Multi("size", _("企业规模"), field="organisation__size_class", choices=SizeClass.choices),
        Multi("readiness", _("技术就绪度"), field="readiness", choices=READINESS),
        Flag(
            "own",
            _("只看本单位"),
            where=lambda actor: Q(organisation_id=actor.organisation_id),
            visible=lambda actor: actor.role is not None,
        ),
    )
    sorts = (
        Sort("new", _("最近更新"), ("-changed_at", "-id")),
        Sort("name", _("机构名称"), ("organisation__sort_key", "id")),
    )
    columns: ClassVar = (
        Column("title", _("能力"), lead=True),
        Column("organisation", pgettext_lazy("one", "机构"), value=lambda row: str(row.organisation)),
        Column("industry", _("行业"), value=_trade),
        Column("region", _("地区"), value=_place),
        Column("size", _("规模"), value=lambda row: row.organisation.get_size_class_display()),
        Column("readiness", _("技术就绪度"), kind="number"),
        Column("text", _("说明"), shown=False),
        Column("products", _("产品"), value=lambda row: joined(row.products), shown=False),
        Column("equipment", _("设备"), value=lambda row: joined(row.equipment), shown=False),
        Column("certificates", _("资质"), value=lambda row: joined(row.certificates), shown=False),
    )

    def rows(self) -> QuerySet[Capability]:
        return Capability.visible_to(self.actor).select_related("organisation")

    def decorate(self, rows: list[Any]) -> list[Any]:
        for row in rows:
            row.place, row.trade = _place(row), _trade(row)
        return rows


class OwnCapabilities(Capabilities):
    """The capabilities of one's own organisation, drafts too."""

    name = "own_capabilities"
    title = _("本单位的能力")
    sentence = _("写得越具体，推给您的榜单越准。")
    filters = (Multi("state", _("状态"), field="state", choices=CapabilityState.choices),)
    saves = False

    def rows(self) -> QuerySet[Capability]:
        return super().rows().filter(organisation_id=self.actor.firm)


def capabilities(request: HttpRequest) -> HttpResponse:
    return Capabilities(request).respond(may_write=allowed(actor_of(request), "capability.create"))


def own(request: HttpRequest) -> HttpResponse:
    return OwnCapabilities(request).respond(may_write=allowed(actor_of(request), "capability.create"))


def capability(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One capability, with the verbs its reader has."""
    actor = actor_of(request)
    row = _find(pk, actor)
    verbs = ("edit", "publish", "withdraw", "delete")
    context = {
        "capability": row,
        "place": _place(row),
        "trade": _trade(row),
        "may": {one: allowed(actor, f"capability.{one}", row) for one in verbs},
    }
    return render(request, "innovation/capability.html", context)


def new(request: HttpRequest) -> HttpResponse:
    """Write a capability; "publish" shows it at once."""
    form = CapabilityForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        values = _values(form)
        try:
            row = create_capability(values=values, by=actor_of(request))
            return _saved(request, row)
        except Invalid as refused:
            form.add_faults(refused)
    return _form_page(request, form, None)


def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Change a capability; a newer version by somebody else is shown beside one's own."""
    actor = actor_of(request)
    row = _find(pk, actor)
    if not allowed(actor, "capability.edit", row):
        raise NotVisible
    form = CapabilityForm(request.POST) if request.method == "POST" else CapabilityForm.of(row)
    stale = None
    if request.method == "POST" and form.is_valid():
        try:
            version = form.cleaned_data["version"]
            row = edit_capability(capability=row, values=_values(form), version=version, by=actor)
            return _saved(request, row)
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as newer:
            stale = newer
    return _form_page(request, form, row, stale)


def _values(form: CapabilityForm) -> dict[str, Any]:
    return {name: value for name, value in form.cleaned_data.items() if name != "version"}


def _saved(request: HttpRequest, row: Capability) -> HttpResponse:
    if "publish" in request.POST and row.state != CapabilityState.PUBLISHED:
        try:
            publish_capability(capability=row, by=actor_of(request))
        except Invalid as refused:
            form = CapabilityForm(request.POST)
            form.full_clean()
            form.add_faults(refused)
            return _form_page(request, form, row)
        messages.success(request, gettext("能力已发布，可以被匹配到。"))
    else:
        messages.success(request, gettext("已保存。"))
    return HttpResponseRedirect(reverse("innovation:capability", args=[row.pk]))


def _form_page(
    request: HttpRequest, form: CapabilityForm, row: Capability | None, stale: Stale | None = None
) -> HttpResponse:
    status = 409 if stale else 422 if form.errors else 200
    context = {"form": form, "capability": row, "stale": stale, "version": stale.version if stale else None}
    return render(request, "innovation/capability_form.html", context, status=status)


@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    publish_capability(capability=_find(pk, actor), by=actor)
    messages.success(request, gettext("能力已发布，可以被匹配到。"))
    return HttpResponseRedirect(reverse("innovation:capability", args=[pk]))


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    withdraw_capability(capability=_find(pk, actor), by=actor)
    messages.success(request, gettext("能力已下架。"))
    return HttpResponseRedirect(reverse("innovation:own_capabilities"))


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    delete_capability(capability=_find(pk, actor), by=actor)
    messages.success(request, gettext("已删除。"))
    return HttpResponseRedirect(reverse("innovation:own_capabilities"))


def _find(pk: UUID, actor: Actor) -> Capability:
    return get_object_or_404(Capability.visible_to(actor).select_related("organisation"), pk=pk)
