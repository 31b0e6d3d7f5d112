"""Standards: the list, one standard, its form, and checking a data file against its schema."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Stale
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require, require_role
from rongtong.hub.organisations.queries import visible

from ..domain import conformities
from ..domain import standards as verbs
from ..forms import standards as forms
from ..models import Standard
from ..queries.conformities import audited_by, editions_of, own_of
from ..queries.gaps import gap_report
from ..standard_enums import StandardState

VERBS = ("edit", "publish", "revise", "arrange", "withdraw", "delete")
STATES = {
    "draft": ("", "pencil"),
    "published": ("ok", "circle-check"),
    "superseded": ("", "history"),
    "withdrawn": ("bad", "ban"),
}


class Standards(ListPage):
    """What the leaders of chains ask of suppliers."""

    name = "standards"
    title = pgettext_lazy("many", "标准")
    sentence = gettext_lazy("链主对供方的要求，逐条说明怎样证明；有数据接口的可以直接校验文件。")
    noun = pgettext_lazy("counted", "项标准")
    template = "industry/standards.html"
    search = Search("number", "title", "organisation__name", placeholder=gettext_lazy("编号、名称、发布方"))
    filters: ClassVar = (
        Multi("state", gettext_lazy("状态"), field="state", choices=StandardState.choices),
        Flag("schema", gettext_lazy("有数据接口"), where=lambda actor: Q(schema__isnull=False)),
        Flag(
            "own",
            gettext_lazy("本单位发布"),
            where=lambda actor: Q(organisation_id=actor.organisation_id),
            visible=lambda actor: actor.is_member,
        ),
    )
    sorts = (
        Sort("number", gettext_lazy("编号"), ("number", "edition", "id")),
        Sort("new", gettext_lazy("最新发布"), ("-published_at", "id")),
    )
    columns: ClassVar = (
        Column("number", gettext_lazy("标准编号"), kind="code"),
        Column("title", gettext_lazy("标准名称"), lead=True),
        Column("edition", gettext_lazy("版次"), kind="number"),
        Column("chain", pgettext_lazy("one", "产业链"), value=lambda row: str(row.chain or "")),
        Column("organisation", gettext_lazy("发布方"), value=lambda row: str(row.organisation)),
        Column("state", gettext_lazy("状态"), value=lambda row: row.get_state_display()),
        Column("published_at", gettext_lazy("发布时间"), kind="datetime"),
    )

    def rows(self) -> QuerySet[Standard]:
        return Standard.visible_to(self.actor).select_related("organisation", "chain").defer("schema")

    def cell(self, row: Any, column: Column) -> Any:
        return super().cell(row, column)

    def context(self) -> dict[str, Any]:
        return {"may_write": may_write(self.actor), "states": STATES}


def may_write(actor: Actor) -> bool:
    """Whether there is a chain that the actor can write a standard for."""
    return allowed(actor, "standard.create") and (actor.operator or forms.led_chains(actor).exists())


@require_safe
def standards(request: HttpRequest) -> HttpResponse:
    return Standards(request).respond()


@require_safe
def standard(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(pk, actor_of(request)))


def _find(pk: UUID, actor: Actor) -> Standard:
    return visible(Standard, actor, pk, "organisation", "chain", "auditor")


def _page(request: HttpRequest, row: Standard, *, failed: dict[str, Any] | None = None) -> HttpResponse:
    """One standard under its tabs: requirements, data, editions, and who conforms."""
    actor = actor_of(request)
    audits = bool(audited_by(actor, [row])) and row.state != StandardState.DRAFT
    tabs = ["requirements", "data", "editions", *(["suppliers"] if audits else [])]
    wanted = (failed or {}).get("tab") or request.GET.get("tab", "")
    tab = wanted if wanted in tabs else tabs[0]
    may = {name: allowed(actor, f"standard.{name}", row) for name in VERBS}
    may |= {
        "ask": allowed(actor, "conformity.ask", row),
        "start": allowed(actor, "conformity.start", row) and row.owner_id != actor.organisation_id,
        "check": actor.is_member and row.schema is not None,
    }
    shown = {"public": row.public, "auditor": row.auditor.name if row.auditor else ""}
    context = {
        "standard": row,
        "states": STATES,
        "tab": tab,
        "tabs": tabs,
        "may": may,
        "requirements": list(row.requirements.all()),
        "editions": editions_of(row, actor),
        "schema": forms.written(row.schema),
        "own": own_of(row, actor) if actor.is_member else None,
        "report": gap_report(actor, audits=True, standard=row.pk) if tab == "suppliers" else None,
        "arrange": forms.ArrangeForm(initial=shown),
        "ask": forms.AskForm(),
        "withdraw": forms.ReasonForm(),
        "failed_form": None,
    } | (failed or {})
    return render(request, "industry/standard.html", context, status=422 if failed else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def standard_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    if not may_write(actor):
        raise NotVisible
    return _form_page(request, actor, None)


@require_http_methods(["GET", "HEAD", "POST"])
def standard_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = _find(pk, actor)
    require_role(actor, "standard.edit", row)
    require(actor, "standard.edit", row)
    return _form_page(request, actor, row)


def _form_page(request: HttpRequest, actor: Actor, row: Standard | None) -> HttpResponse:
    data = request.POST if request.method == "POST" else None
    initial = forms.StandardForm.initial_of(row) if row else {}
    form = forms.StandardForm(data, initial=initial, actor=actor, standard=row)
    stands = [
        {"clause": one.clause, "text": one.text, "kind": one.kind, "proof": one.proof}
        for one in (row.requirements.all() if row else ())
    ]
    rows: Any = forms.RequirementRows(data, initial=stands, prefix="requirements")
    stale: Stale | None = None
    if rows.wants_row():
        rows = one_more(rows)
        return _draw_form(request, form, rows, row, stale, status=200)
    refused: Invalid | None = None
    if data is not None and form.is_valid() and rows.is_valid():
        try:
            return _save(request, actor, row, form, rows)
        except Invalid as problem:
            refused = problem
            form.add_faults(problem)
        except Stale as newer:
            stale = newer
    status = 409 if stale else 422 if data is not None or refused else 200
    return _draw_form(request, form, rows, row, stale, status=status)


def _draw_form(
    request: HttpRequest, form: Any, rows: Any, row: Standard | None, stale: Stale | None, *, status: int
) -> HttpResponse:
    context = {
        "form": form,
        "rows": rows,
        "columns": forms.REQUIREMENT_COLUMNS,
        "all_forms": [form, rows],
        "standard": row,
        "stale": stale,
        "version": stale.version if stale else None,
        "title": _("修改标准草稿") if row else _("起草标准"),
    }
    return render(request, "industry/standard_form.html", context, status=status)


def _save(request: HttpRequest, actor: Actor, row: Standard | None, form: Any, rows: Any) -> HttpResponse:
    draft = form.draft(rows)
    if row is None:
        made = verbs.create_standard(draft=draft, chain=form.cleaned_data["chain"], by=actor)
    else:
        made = verbs.edit_standard(standard=row, draft=draft, version=form.cleaned_data["version"], by=actor)
    messages.success(request, _("草稿已保存。"))
    return HttpResponseRedirect(reverse("industry:standard", args=[made.pk]))


@require_POST
def standard_do(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Do one verb to a standard; what is wrong with its small form is said on the page."""
    actor = actor_of(request)
    act = _DOING.get(verb)
    if act is None:
        raise NotVisible
    return act(request, _find(pk, actor), actor)


def _publish(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    try:
        verbs.publish_standard(standard=row, by=actor)
    except Invalid as refused:
        return _page(request, row, failed={"failed_form": refused})
    messages.success(request, _("标准已发布。"))
    return _back(row)


def _revise(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    made = verbs.revise_standard(standard=row, by=actor)
    messages.success(request, _("新版草稿已建立，内容取自现行版。"))
    return HttpResponseRedirect(reverse("industry:standard_edit", args=[made.pk]))


def _delete(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    verbs.delete_standard(standard=row, by=actor)
    messages.success(request, _("已删除。"))
    return HttpResponseRedirect(reverse("industry:standards"))


def _withdraw(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    def act(given: dict[str, Any]) -> None:
        verbs.withdraw_standard(standard=row, reason=given["reason"], by=actor)

    return _with_form(request, row, forms.ReasonForm(request.POST), "withdraw", act, _("标准已废止。"))


def _arrange(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    def act(given: dict[str, Any]) -> None:
        verbs.arrange_standard(standard=row, public=given["public"], auditor=given["auditor"], by=actor)

    return _with_form(request, row, forms.ArrangeForm(request.POST), "arrange", act, _("已保存。"))


def _ask(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    def act(given: dict[str, Any]) -> None:
        firm = given["organisation"]
        conformities.ask_for_conformity(standard=row, organisation=firm, until=given["until"], by=actor)

    said = _("已要求自评，供方会收到通知。")
    return _with_form(request, row, forms.AskForm(request.POST), "ask", act, said, tab="suppliers")


def _start(request: HttpRequest, row: Standard, actor: Actor) -> HttpResponse:
    made = conformities.start_conformity(standard=row, by=actor)
    return HttpResponseRedirect(reverse("industry:conformity_answer", args=[made.pk]))


def _with_form(
    request: HttpRequest,
    row: Standard,
    form: Any,
    name: str,
    act: Callable[[dict[str, Any]], None],
    said: str,
    tab: str = "",
) -> HttpResponse:
    # the right first: what is wrong with a form is told to those alone who may send it
    require(actor_of(request), "conformity.ask" if name == "ask" else f"standard.{name}", row)
    if form.is_valid():
        try:
            act(form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, said)
            return _back(row, tab)
    return _page(request, row, failed={name: form, "failed_form": form, "tab": tab})


def _back(row: Standard, tab: str = "") -> HttpResponse:
    there = reverse("industry:standard", args=[row.pk])
    return HttpResponseRedirect(f"{there}?tab={tab}" if tab else there)


_DOING: dict[str, Callable[[HttpRequest, Standard, Actor], HttpResponse]] = {
    "publish": _publish,
    "revise": _revise,
    "delete": _delete,
    "withdraw": _withdraw,
    "arrange": _arrange,
    "ask": _ask,
    "start": _start,
}
