"""The list of organisations and the page of one."""

from collections.abc import Sequence
from dataclasses import replace
from functools import cache, cached_property
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe
from markupsafe import Markup

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.filters import Filter
from rongtong.hub.foundation.lists import Column, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed

from ..activity import entries
from ..derivation import explain_size_class
from ..domain.organisations import missing_for_verification
from ..enums import Cultivation, OrganisationKind, VerificationState
from ..models import Organisation
from ..profile_sections import sections_of
from ..queries import (
    certificates_of,
    figures_of,
    found_by,
    in_industry,
    in_region,
    industry_options,
    own_organisation,
    region_options,
    same_number,
    visible,
)
from ..queries import queue as waiting
from ..reference import industries, regions
from ..size_class import SizeClass

STATE_MARKS = {
    VerificationState.DRAFT: ("", "pencil"),
    VerificationState.PENDING: ("amber", "hourglass"),
    VerificationState.VERIFIED: ("ok", "shield-check"),
    VerificationState.RETURNED: ("amber", "arrow-back-up"),
    VerificationState.SUSPENDED: ("bad", "ban"),
}


def is_staff(actor: Actor) -> bool:
    return "operator.viewer" in actor.roles


def _in_industry(value: str, actor: Actor) -> Q:
    return in_industry(value)


def _in_region(value: str, actor: Actor) -> Q:
    return in_region(value)


def _industries(actor: Actor) -> list[tuple[str, str]]:
    return industry_options()


class Organisations(ListPage):
    """Everybody sees the verified; one's own and the operator see more."""

    name = "organisations"
    title = _("机构")
    sentence = _("入驻的企业、高校、科研院所和服务机构。")
    noun = _("家")
    template = "organisations/organisations.html"
    search = Search("search_keys", placeholder=_("名称、拼音首字母、信用代码开头"))
    filters: ClassVar[Sequence[Filter]] = (
        Multi("kind", _("机构类型"), field="kind", choices=OrganisationKind.choices),
        Multi("size", _("企业规模"), field="size_class", choices=SizeClass.choices),
        Multi(
            "cultivation", _("梯度培育"), field="cultivation", choices=[one for one in Cultivation.choices if one[0]]
        ),
        Multi("region", _("地区"), where=_in_region, choices=region_options, counted=False),
        Multi("industry", _("行业"), where=_in_industry, choices=_industries, counted=False),
        Multi(
            "state", _("核验状态"), field="state", choices=VerificationState.choices, visible=is_staff, counted=False
        ),
    )
    sorts: ClassVar[Sequence[Sort]] = (
        Sort("name", _("名称（拼音）"), ("sort_key", "pk")),
        Sort("new", _("最近入驻"), ("-created_at", "-pk")),
    )
    columns = (
        Column("name", _("机构名称"), lead=True, sort="name"),
        Column("name_en", _("英文名称"), shown=False),
        Column("identifier", _("证件号码"), kind="code"),
        Column("kind", _("机构类型"), value=lambda row: row.get_kind_display()),
        Column("industry", _("行业"), value=lambda row: industries.name(row.industry) if row.industry else ""),
        Column("region", _("地区"), value=lambda row: regions.full_name(row.region) if row.region else ""),
        Column("size_class", _("企业规模"), value=lambda row: _size(row), meaning=_("按国家划型标准由系统划定")),
        Column(
            "cultivation", _("梯度培育"), value=lambda row: row.get_cultivation_display() if row.cultivation else ""
        ),
        Column("leads_chain", _("所任链主的产业链"), shown=False),
        Column("founded", _("成立年份"), shown=False),
    )

    @cached_property
    def offered(self) -> list[Filter]:
        """As declared; which regions there are is asked once for the whole page."""
        known = cache(region_options)
        return [
            replace(one, choices=known) if isinstance(one, Multi) and one.name == "region" else one
            for one in super().offered
        ]

    def rows(self) -> QuerySet[Organisation]:
        return Organisation.visible_to(self.actor)

    def find(self, rows: QuerySet[Any], q: str) -> QuerySet[Any]:
        return found_by(rows, q)

    def cell(self, row: Organisation, column: Column) -> Any:
        if column.key == "name":
            return Markup('<a href="{}">{}</a>').format(reverse("organisations:organisation", args=[row.pk]), row)
        return super().cell(row, column)

    def context(self) -> dict[str, Any]:
        return {"marks": STATE_MARKS, "regions": regions, "industries": industries, "staff": is_staff(self.actor)}


def _size(row: Organisation) -> str:
    return row.get_size_class_display() if row.kind == OrganisationKind.ENTERPRISE else ""


class Queue(Organisations):
    """What the operator has to verify."""

    name = "verification"
    title = _("机构核验")
    sentence = _("待核验的机构，先到先办。")
    template = "organisations/queue.html"
    filters = Organisations.filters[:2]
    sorts = (Sort("waiting", _("等候最久"), ("changed_at", "pk")),)
    views = ("cards",)
    saves = False

    def rows(self) -> QuerySet[Organisation]:
        return waiting(self.actor)


@require_safe
def organisations(request: HttpRequest) -> HttpResponse:
    """All organisations the reader may see."""
    return Organisations(request).respond()


@require_safe
def queue(request: HttpRequest) -> HttpResponse:
    """Organisations that wait for verification."""
    return Queue(request).respond()


@require_safe
def own(request: HttpRequest) -> HttpResponse:
    """The page of the organisation one acts for."""
    organisation = own_organisation(actor_of(request))
    return HttpResponseRedirect(reverse("organisations:organisation", args=[organisation.pk]))


@require_safe
def organisation(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One organisation: its public profile, and for its own people and the operator what else they may see."""
    actor = actor_of(request)
    one = visible(Organisation, actor, pk)
    insider = is_staff(actor) or actor.acts_for(one.pk)
    verbs = ("edit", "figures", "add_certificate", "submit", "verify", "return", "suspend", "restore")
    context = {
        "organisation": one,
        "title": str(one),
        "insider": insider,
        "mark": STATE_MARKS[VerificationState(one.state)],
        "may": {name: allowed(actor, f"organisation.{name}", one) for name in verbs},
        "may_invite": is_staff(actor) and not actor.acts_for(one.pk) and allowed(actor, "member.invite", one),
        "industry_path": industries.path(one.industry),
        "region_name": regions.full_name(one.region) if one.region else "",
        "certificates": certificates_of(one, actor),
        "sections": sections_of(request, one),
    }
    if insider:
        context |= {
            "figures": figures_of(one, actor),
            "decision": explain_size_class(one),
            "missing": missing_for_verification(one) if context["may"]["submit"] else [],  # type: ignore[index]  # a mapping
            "feed": entries(audit.feed(one, actor)),
        }
    if "operator" in actor.roles:
        context["twins"] = same_number(one, actor)
    return render(request, "organisations/organisation.html", context)
