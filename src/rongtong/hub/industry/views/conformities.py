"""Assessments: the list, one of them, answering and auditing, and what suppliers lack."""

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

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require, require_role
from rongtong.hub.foundation.sheets import export
from rongtong.hub.trust.queries import documents_of

from ..domain import conformities as verbs
from ..exports.standards import GAP_COLUMNS, gap_rows
from ..forms.conformities import AnswersForm, VerdictsForm
from ..forms.standards import ReasonForm
from ..models import Conformity
from ..queries.conformities import answers_of, evidence_of, with_parts
from ..queries.gaps import gap_report
from ..standard_enums import UNSENT, ConformityState

STATES = {
    "asked": ("open", "mail"),
    "draft": ("", "pencil"),
    "submitted": ("open", "hourglass"),
    "returned": ("amber", "arrow-back-up"),
    "accepted": ("ok", "circle-check"),
    "replaced": ("", "history"),
    "expired": ("amber", "clock"),
    "revoked": ("bad", "ban"),
}
VERBS = ("answer", "submit", "recall", "drop", "judge", "conclude", "revoke", "show")
FEED = {
    "conformity.ask": gettext_lazy("要求自评"),
    "conformity.submit": gettext_lazy("提交自评"),
    "conformity.recall": gettext_lazy("撤回自评"),
    "conformity.conclude": gettext_lazy("作出审核结论"),
    "conformity.revoke": gettext_lazy("撤销符合性"),
    "conformity.expire": gettext_lazy("符合性到期"),
}


class Conformities(ListPage):
    """Assessments that the reader writes, audits or oversees."""

    name = "conformities"
    title = gettext_lazy("符合性")
    sentence = gettext_lazy("供方对照标准逐条自评，发布方审核；到期前提醒续期。")
    noun = pgettext_lazy("counted", "份自评")
    template = "industry/conformities.html"
    search = Search("standard__number", "standard__title", "organisation__name", placeholder=gettext_lazy("标准、供方"))
    filters: ClassVar = (
        Multi("state", gettext_lazy("状态"), field="state", choices=ConformityState.choices),
        Flag("own", gettext_lazy("只看本单位"), where=lambda actor: Q(organisation_id=actor.organisation_id)),
    )
    sorts = (
        Sort("new", gettext_lazy("最近更新"), ("-changed_at", "-id")),
        Sort("ends", gettext_lazy("到期时间"), ("valid_until", "id")),
    )
    columns: ClassVar = (
        Column("standard", gettext_lazy("标准"), value=lambda row: str(row.standard), lead=True),
        Column("edition", gettext_lazy("版次"), value=lambda row: row.standard.edition, kind="number"),
        Column("organisation", gettext_lazy("供方"), value=lambda row: str(row.organisation)),
        Column("state", gettext_lazy("状态"), value=lambda row: row.get_state_display()),
        Column("submitted_at", gettext_lazy("提交时间"), kind="datetime"),
        Column("valid_from", gettext_lazy("生效"), kind="date"),
        Column("ends_on", gettext_lazy("到期"), kind="date"),
    )

    def rows(self) -> QuerySet[Conformity]:
        return with_parts(Conformity.visible_to(self.actor)).defer("standard__schema")

    def context(self) -> dict[str, Any]:
        return {"states": STATES}


@require_safe
def conformities(request: HttpRequest) -> HttpResponse:
    return Conformities(request).respond()


def _find(pk: UUID, actor: Actor) -> Conformity:
    found = with_parts(Conformity.visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@require_safe
def conformity(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(pk, actor_of(request)))


def _page(request: HttpRequest, row: Conformity, refusal: Invalid | None = None) -> HttpResponse:
    actor = actor_of(request)
    may = {name: allowed(actor, f"conformity.{name}", row) for name in VERBS}
    may["drop"] = may["drop"] and row.asked_at is None and row.submitted_at is None
    answers = answers_of(row, actor)
    context = {
        "conformity": row,
        "standard": row.standard,
        "states": STATES,
        "answers": answers,
        "evidence": evidence_of(row, actor),
        "hidden": not answers and row.state in UNSENT,
        "may": may,
        "own": actor.acts_for(row.organisation_id),
        "documents": documents_of(row, actor),
        "refusal": refusal,
        "revoke": ReasonForm(),
        "feed": [
            {"at": one.at, "text": FEED[one.verb], "by": one.name} for one in audit.feed(row, actor) if one.verb in FEED
        ],
    }
    return render(request, "industry/conformity.html", context, status=refusal.status if refusal else 200)


@require_http_methods(["GET", "HEAD", "POST"])
def conformity_answer(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say of every requirement how far it is met."""
    actor = actor_of(request)
    row = _find(pk, actor)
    require_role(actor, "conformity.answer", row)
    require(actor, "conformity.answer", row)
    data = request.POST if request.method == "POST" else None
    form = AnswersForm(answers_of(row, actor), evidence_of(row, actor), data)
    refusal: Invalid | None = None
    if data is not None and form.is_valid():
        try:
            verbs.answer_requirements(conformity=row, said=form.said(), by=actor)
            if "submit" in data:
                verbs.submit_conformity(conformity=row, by=actor)
                messages.success(request, _("自评已提交，等待审核。"))
            else:
                messages.success(request, _("已保存。"))
            return _back(row)
        except Invalid as refused:
            refusal = refused
    context = {
        "conformity": row,
        "standard": row.standard,
        "form": form,
        "all_forms": [form, refusal],
        "may_submit": allowed(actor, "conformity.submit", row),
        "title": _("填写自评"),
    }
    return render(request, "industry/conformity_answer.html", context, status=200 if data is None else 422)


@require_http_methods(["GET", "HEAD", "POST"])
def conformity_audit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept or return each requirement, then conclude."""
    actor = actor_of(request)
    row = _find(pk, actor)
    require_role(actor, "conformity.judge", row)
    require(actor, "conformity.judge", row)
    data = request.POST if request.method == "POST" else None
    form = VerdictsForm(answers_of(row, actor), data, initial={"months": row.standard.validity_months})
    refusal: Invalid | None = None
    if data is not None and form.is_valid():
        try:
            verbs.judge_requirements(conformity=row, judged=form.judged(), by=actor)
            if "conclude" in data:
                _conclude(request, row, form, actor)
            else:
                messages.success(request, _("已保存。"))
            return _back(row)
        except Invalid as refused:
            refusal = refused
    context = {
        "conformity": row,
        "standard": row.standard,
        "form": form,
        "evidence": evidence_of(row, actor),
        "all_forms": [form, refusal],
        "may_conclude": allowed(actor, "conformity.conclude", row),
        "title": _("审核自评"),
    }
    return render(request, "industry/conformity_audit.html", context, status=200 if data is None else 422)


def _conclude(request: HttpRequest, row: Conformity, form: VerdictsForm, actor: Actor) -> None:
    given = form.cleaned_data
    made = verbs.conclude_audit(conformity=row, conclusion=given["conclusion"], months=given["months"], by=actor)
    accepted = made.state == ConformityState.ACCEPTED
    messages.success(request, _("审核通过，结果已生效。") if accepted else _("已退回供方整改。"))


def _back(row: Conformity) -> HttpResponse:
    return HttpResponseRedirect(reverse("industry:conformity", args=[row.pk]))


@require_POST
def conformity_do(request: HttpRequest, pk: UUID, verb: str) -> HttpResponse:
    """Do one verb to an assessment."""
    actor = actor_of(request)
    act = _DOING.get(verb)
    if act is None:
        raise NotVisible
    row = _find(pk, actor)
    try:
        said = act(request, row, actor)
    except Invalid as refused:
        return _page(request, row, refused)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("industry:conformities")) if verb == "drop" else _back(row)


def _submit(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.submit_conformity(conformity=row, by=actor)
    return _("自评已提交，等待审核。")


def _recall(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.recall_conformity(conformity=row, by=actor)
    return _("已撤回，可以继续填写。")


def _drop(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.drop_conformity(conformity=row, by=actor)
    return _("已删除。")


def _revoke(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.revoke_conformity(conformity=row, reason=request.POST.get("reason", ""), by=actor)
    return _("符合性已撤销，供方会收到通知。")


def _show(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.show_result(conformity=row, shown=True, by=actor)
    return _("成员现在能看到这项结果。")


def _hide(request: HttpRequest, row: Conformity, actor: Actor) -> str:
    verbs.show_result(conformity=row, shown=False, by=actor)
    return _("这项结果不再向成员出示。")


_DOING: dict[str, Callable[[HttpRequest, Conformity, Actor], str]] = {
    "submit": _submit,
    "recall": _recall,
    "drop": _drop,
    "revoke": _revoke,
    "show": _show,
    "hide": _hide,
}


@require_safe
def conformity_gaps(request: HttpRequest) -> HttpResponse:
    """What suppliers lack: the table of suppliers and standards, or line by line; as a workbook too."""
    actor = actor_of(request)
    audits = request.GET.get("side", "") != "own"
    chosen = {name: next(iter(identifiers([request.GET.get(name, "")])), None) for name in ("standard", "supplier")}
    report = gap_report(actor, audits=audits, **chosen)
    if audits and not report.standards and "side" not in request.GET:
        audits, report = False, gap_report(actor, audits=False, **chosen)
    if request.GET.get("export") == "xlsx":
        return export(GAP_COLUMNS, gap_rows(report.gaps), "conformity-gaps")
    tab = "lines" if request.GET.get("tab") == "lines" or not audits else "matrix"
    context = {
        "report": report,
        "gaps": gap_rows(report.gaps),
        "tab": tab,
        "states": STATES,
        "chosen": chosen,
        "query": request.GET,
        "title": _("标准缺口"),
    }
    return render(request, "industry/conformity_gaps.html", context)
