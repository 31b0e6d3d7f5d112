"""Technologies: the list, one of them as its reader may see it, who could use it, and the buttons on it."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.filters import Filter
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, roles_on
from rongtong.hub.organisations.queries import visible
from rongtong.hub.organisations.reference import industries
from rongtong.hub.trust.queries import documents_of, mark_of

from ..domain.technologies import delete_technology, publish_technology, withdraw_technology
from ..enums import AgreementKind, LegalStatus, TechnologyKind, TechnologyState
from ..models import Technology
from ..queries.technologies import PROSE, disclosed_technology
from ..queries.technology_users import own_technology, users_of

READINESS = [(str(n), str(n)) for n in range(1, 10)]
STATES = {"draft": ("", "pencil"), "published": ("ok", "check"), "withdrawn": ("amber", "eye-off")}
FEED = {
    "technology.create": _("开始填写"),
    "technology.edit": _("修改了内容"),
    "technology.publish": pgettext_lazy("activity", "发布"),
    "technology.withdraw": _("下架"),
}
HEADINGS = {
    "application": _("应用场景"),
    "advantage": _("技术优势与指标"),
    "details": _("技术方案"),
    "secret": _("技术秘密要点"),
    "terms": _("合作意向与报价"),
}


def _ways(row: Any) -> str:
    return joined(AgreementKind(one).label for one in row.ways)


class Technologies(ListPage):
    """What others have found and let be used. Only what everybody may read is searched and listed."""

    name = "technologies"
    title = _("技术成果")
    sentence = _("可以许可、转让或合作开发的专利、技术秘密和软件；简介人人可见，深入内容逐级披露。")
    template = "innovation/technologies.html"
    search = Search(
        "title", "teaser", "organisation__name", initials="search_keys", placeholder=_("成果、机构；支持拼音首字母")
    )
    filters: ClassVar[Sequence[Filter]] = (
        Multi("kind", _("类型"), field="kind", choices=TechnologyKind.choices),
        Multi(
            "way",
            _("合作方式"),
            choices=AgreementKind.choices,
            where={code: Q(ways__contains=[code]) for code in AgreementKind.values},
            counted=False,
        ),
        Multi("status", _("法律状态"), field="legal_status", choices=LegalStatus.choices),
        Multi("readiness", _("技术就绪度"), field="readiness", choices=READINESS),
        Multi(
            "state",
            _("状态"),
            field="state",
            choices=TechnologyState.choices,
            visible=lambda actor: actor.role is not None,
        ),
        Flag(
            "own",
            _("只看本单位"),
            where=lambda actor: Q(organisation_id=actor.organisation_id),
            visible=lambda actor: actor.role is not None,
        ),
    )
    sorts = (
        Sort("new", _("最新发布"), ("-published_at", "-id")),
        Sort("name", _("机构名称"), ("organisation__sort_key", "id")),
    )
    columns: ClassVar = (
        Column("title", _("成果名称"), lead=True),
        Column("kind", _("类型"), value=lambda row: row.get_kind_display()),
        Column("keeper", pgettext_lazy("one", "机构"), value=lambda row: str(row.organisation)),
        Column("legal_status", _("法律状态"), value=lambda row: row.get_legal_status_display()),
        Column("patent_number", _("专利号或登记号"), kind="code"),
        Column("readiness", _("技术就绪度"), kind="number"),
        Column("ways", _("合作方式"), value=_ways),
        Column("teaser", _("简介"), shown=False),
        Column(
            "industry",
            _("适用行业"),
            value=lambda row: industries.name(row.industry) if row.industry else "",
            shown=False,
        ),
        Column("fields", _("技术领域"), value=lambda row: joined(row.fields), shown=False),
        Column("filed_on", _("申请日"), kind="date", shown=False),
        Column("expires_on", _("保护期届满日"), kind="date", shown=False),
        Column("published_at", _("发布时间"), kind="moment", shown=False),
    )

    def rows(self) -> QuerySet[Technology]:
        return Technology.visible_to(self.actor).select_related("organisation")


@require_safe
def technologies(request: HttpRequest) -> HttpResponse:
    may_write = allowed(actor_of(request), "technology.create")
    return Technologies(request).respond(may_write=may_write, states=STATES, ways=AgreementKind)


@require_safe
def technology(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One technology as far as it is open to this reader, with the verbs it has."""
    actor = actor_of(request)
    row = _find(pk, actor)
    shown = disclosed_technology(row, actor)
    feed = audit.feed(row, actor, limit=12) if shown.inside else []
    context = _common(row, actor, "technology") | {
        "technology": shown,
        "prose": [(name, HEADINGS[name]) for name in PROSE],
        "ways": [AgreementKind(one).label for one in row.ways],
        "may_sign": "member.manager" in actor.roles,
        "may_agree": row.state == TechnologyState.PUBLISHED and allowed(actor, "agreement.open"),
        "documents": documents_of(row, actor),
        "evidence": mark_of(row, actor),
        "feed": [{"at": one.at, "text": FEED[one.verb], "by": one.name} for one in feed if one.verb in FEED],
    }
    return render(request, "innovation/technology.html", context)


@require_safe
def users(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who could use it, with the reasons."""
    actor = actor_of(request)
    row = own_technology(pk, actor)
    context = _common(row, actor, "technology_users") | {
        "technology": disclosed_technology(row, actor),
        "users": users_of(row, actor),
    }
    return render(request, "innovation/technology_users.html", context)


def _common(row: Technology, actor: Actor, current: str) -> dict[str, Any]:
    verbs = ("edit", "publish", "withdraw", "delete")
    tabs = [("technology", _("内容"))]
    if {"own.viewer", "coowner.viewer", "operator.viewer"} & roles_on(actor, row):
        tabs.append(("technology_users", _("谁能用上？")))
    return {
        "states": STATES,
        "may": {one: allowed(actor, f"technology.{one}", row) for one in verbs},
        "tabs": [
            {"label": label, "href": reverse(f"innovation:{name}", args=[row.pk]), "current": name == current}
            for name, label in tabs
        ]
        if len(tabs) > 1
        else [],
    }


@require_POST
def publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    publish_technology(technology=_find(pk, actor), by=actor)
    messages.success(request, gettext("成果已发布，简介人人可见，可以被匹配到。"))
    return HttpResponseRedirect(reverse("innovation:technology", args=[pk]))


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    withdraw_technology(technology=_find(pk, actor), by=actor)
    messages.success(request, gettext("成果已下架。"))
    return HttpResponseRedirect(reverse("innovation:technologies"))


@require_POST
def delete(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    delete_technology(technology=_find(pk, actor), by=actor)
    messages.success(request, gettext("已删除。"))
    return HttpResponseRedirect(reverse("innovation:technologies"))


def _find(pk: UUID, actor: Actor) -> Technology:
    return visible(Technology, actor, pk, "organisation")
