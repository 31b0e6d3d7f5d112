"""Collaborations: the list, one of them with its milestones, results, the end."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.trust.queries import documents_of, mark_of

from ..domain.collaborations import complete_collaboration, report_result, terminate_collaboration
from ..domain.milestones import accept, agree_to_change, decline_change, deliver, propose_change, return_delivery
from ..enums import CollaborationState, Consent
from ..forms.collaborations import ChangeForm, ConclusionForm, NoteForm, ResultRows, result_initial, results_of
from ..models import Collaboration, Milestone
from ..queries.collaborations import own_collaborations, result_rows, with_parts
from ..queries.disclosure import disclosed

STATES = {"active": ("open", "progress"), "completed": ("ok", "check"), "terminated": ("", "ban")}
MILESTONES = {
    "planned": ("", "clock"),
    "delivered": ("amber", "hourglass"),
    "accepted": ("ok", "check"),
    "returned": ("bad", "arrow-back-up"),
}
VERBS = ("propose", "agree", "decline", "deliver", "accept", "return")
FEED = {
    "collaboration.open": _("合作开始"),
    "collaboration.report_result": pgettext_lazy("activity", "填报结果"),
    "collaboration.complete": pgettext_lazy("activity", "结题验收"),
    "collaboration.terminate": pgettext_lazy("activity", "终止合作"),
}


class Collaborations(ListPage):
    """What follows the awards."""

    name = "collaborations"
    title = _("合作")
    sentence = _("入选之后的攻关：里程碑、交付、验收和结果。")
    noun = _("项")
    template = "innovation/collaborations.html"
    search = Search(
        "challenge__title",
        "challenge__number",
        "leader__name",
        initials="challenge__search_keys",
        placeholder=_("榜单名称、编号、牵头单位"),
    )
    filters = (
        Multi("state", _("状态"), field="state", choices=CollaborationState.choices),
        Flag(
            "leads",
            _("本单位牵头攻关"),
            where=lambda actor: Q(leader_id=actor.organisation_id),
            visible=lambda actor: actor.role is not None,
        ),
    )
    sorts = (
        Sort("due", _("下一个到期日"), ("next_due", "id")),
        Sort("new", _("最近开始"), ("-created_at", "-id")),
    )
    columns: ClassVar = (
        Column("number", _("编号"), value=lambda row: row.challenge.number or "", kind="code"),
        Column("title", _("榜单"), value=lambda row: row.challenge.title, lead=True),
        Column("challenger", _("发榜方"), value=lambda row: str(row.organisation)),
        Column("leader", _("牵头单位"), value=lambda row: str(row.leader)),
        Column("state", _("状态"), value=lambda row: row.get_state_display()),
        Column("accepted", _("已验收里程碑"), kind="number"),
        Column("steps", _("里程碑总数"), kind="number"),
        Column("next_due", _("下一个到期日"), kind="date"),
    )

    def rows(self) -> Any:
        return own_collaborations(self.actor)


@require_GET
def collaborations(request: HttpRequest) -> HttpResponse:
    return Collaborations(request).respond(states=STATES)


def _find(pk: UUID, actor: Actor) -> Collaboration:
    found = with_parts(Collaboration.visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@require_GET
def collaboration(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _page(request, _find(pk, actor_of(request)))


def _page(
    request: HttpRequest, row: Collaboration, *, refusal: Invalid | None = None, forms: Any = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    steps = list(row.milestones.all())
    active = row.state == CollaborationState.ACTIVE
    for step in steps:
        step.collaboration = row
    context = {
        "collaboration": row,
        "challenge": disclosed(row.challenge, actor),
        "steps": [_step(step, actor, active) for step in steps],
        "results": result_rows(row, actor),
        "states": STATES,
        "milestones": MILESTONES,
        "may": {
            verb: allowed(actor, f"collaboration.{verb}", row) for verb in ("report_result", "complete", "terminate")
        },
        "conclusion": ConclusionForm(),
        "refusal": refusal,
        "all_forms": [forms, refusal],
        "next_step": next((step.pk for step in steps if step.state in ("planned", "returned")), None),
        "accepted": sum(step.state == "accepted" for step in steps),
        "feed": [
            {"at": one.at, "text": FEED[one.verb], "by": one.name} for one in audit.feed(row, actor) if one.verb in FEED
        ],
        "documents": documents_of(row, actor),
        "evidence": mark_of(row, actor, {"partner.viewer"} if _is_partner(row, actor) else ()),
    }
    return render(request, "innovation/collaboration.html", context, status=status)


def _is_partner(row: Collaboration, actor: Actor) -> bool:
    """By the partners that the page shows anyway."""
    partners = row.response.partners.all()
    return any(actor.acts_for(one.organisation_id) and one.consent == Consent.GIVEN for one in partners)


def _step(step: Milestone, actor: Actor, active: bool) -> dict[str, Any]:
    may = {verb: active and allowed(actor, f"milestone.{verb}", step) for verb in VERBS}
    own = step.proposed_by_id is not None and step.proposed_by_id == actor.organisation_id
    may["agree"] = may["agree"] and step.proposal is not None and not own
    may["decline"] = may["decline"] and step.proposal is not None
    return {
        "milestone": step,
        "may": may,
        "own_proposal": own,
        "form": ChangeForm.of(step) if may["propose"] else None,
        "note": NoteForm(auto_id=f"id_note_{step.position}_%s"),
    }


@require_http_methods(["GET", "POST"])
def result(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Measured values, target by target."""
    actor = actor_of(request)
    row = _find(pk, actor)
    rows = result_rows(row, actor)
    if rows is None or not allowed(actor, "collaboration.report_result", row):
        return redirect("innovation:collaboration", pk)
    formset: Any = ResultRows(request.POST or None, initial=result_initial(rows), prefix="results")
    refusal, status = None, 200
    if request.method == "POST":
        status = 422
        if formset.is_valid():
            try:
                report_result(collaboration=row, results=results_of(formset), by=actor)
            except Invalid as problem:
                refusal = problem
            else:
                messages.success(request, gettext("结果已填报，等待发榜方验收。"))
                return redirect("innovation:collaboration", pk)
    context = {
        "collaboration": row,
        "challenge": disclosed(row.challenge, actor),
        "formset": formset,
        "rows": list(zip(formset.forms, rows, strict=False)),
        "all_forms": [formset, refusal],
    }
    return render(request, "innovation/collaboration_result.html", context, status=status)


@require_POST
def complete(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _end(request, pk, complete_collaboration, gettext("已结题验收，结果记入双方档案。"))


@require_POST
def terminate(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _end(request, pk, terminate_collaboration, gettext("合作已终止。"))


def _end(request: HttpRequest, pk: UUID, act: Callable[..., Collaboration], said: str) -> HttpResponse:
    actor = actor_of(request)
    row = _find(pk, actor)
    form = ConclusionForm(request.POST)
    if not form.is_valid():
        return _page(request, row, forms=form, status=422)
    act(collaboration=row, conclusion=form.cleaned_data["conclusion"], by=actor)
    messages.success(request, said)
    return redirect("innovation:collaboration", pk)


# ---- milestones ---------------------------------------------------------------------------------------------------


def _find_step(pk: UUID, actor: Actor) -> Milestone:
    found = Milestone.visible_to(actor).select_related("collaboration").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


def _on_step(request: HttpRequest, pk: UUID, act: Callable[[Milestone, Actor], Any], said: str) -> HttpResponse:
    actor = actor_of(request)
    step = _find_step(pk, actor)
    try:
        act(step, actor)
    except Invalid as refusal:
        return _page(request, _find(step.collaboration_id, actor), refusal=refusal, status=refusal.status)
    messages.success(request, said)
    return redirect("innovation:collaboration", step.collaboration_id)


def _note(request: HttpRequest) -> str:
    form = NoteForm(request.POST)
    if not form.is_valid():
        raise Invalid([Fault("note", " ".join(map(str, form.errors["note"])), "too_long")])
    return str(form.cleaned_data["note"])


@require_POST
def propose(request: HttpRequest, pk: UUID) -> HttpResponse:
    form = ChangeForm(request.POST)
    if not form.is_valid():
        actor = actor_of(request)
        return _page(request, _find(_find_step(pk, actor).collaboration_id, actor), forms=form, status=422)
    change = form.change()
    return _on_step(
        request,
        pk,
        lambda step, by: propose_change(milestone=step, change=change, by=by),
        gettext("已提议，等待对方同意。"),
    )


@require_POST
def agree(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _on_step(request, pk, lambda step, by: agree_to_change(milestone=step, by=by), gettext("已同意改动。"))


@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _on_step(request, pk, lambda step, by: decline_change(milestone=step, by=by), gettext("改动未采纳。"))


@require_POST
def hand_over(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _on_step(
        request, pk, lambda step, by: deliver(milestone=step, note=_note(request), by=by), gettext("已交付，等待验收。")
    )


@require_POST
def approve(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _on_step(
        request, pk, lambda step, by: accept(milestone=step, note=_note(request), by=by), gettext("已验收。")
    )


@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _on_step(
        request,
        pk,
        lambda step, by: return_delivery(milestone=step, note=_note(request), by=by),
        gettext("已退回修改。"),
    )
