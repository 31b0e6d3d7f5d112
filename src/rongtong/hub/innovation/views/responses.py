"""Responses: one's own list, one of them, writing it, handing it in."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.db.models import Q
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect, JsonResponse
from django.shortcuts import redirect, render
from django.utils import timezone
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Stale
from rongtong.hub.foundation.forms import differences, one_more
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.trust.queries import documents_of, mark_of

from ..domain.handing_in import submit_response
from ..domain.responses import (
    reopen_response,
    save_response,
    snapshot,
    start_response,
    withdraw_response,
)
from ..enums import Consent, ResponseState
from ..forms.responses import (
    STEP_COLUMNS,
    HandInForm,
    RefusalForm,
    ResponseForms,
    labels_of,
    merged,
    shown_fields,
)
from ..models import Challenge, Partner, Response
from ..queries.amendments import ShownAmendment, amendments_of
from ..queries.disclosure import disclosed
from ..queries.missing import missing, targets_open_to
from ..queries.responses import Whole, asked_parts, by_section, for_list, own_responses, sections, whole, with_parts
from ..queries.selection import criteria_of

STATES = {
    "draft": ("", "pencil"),
    "submitted": ("open", "send"),
    "withdrawn": ("", "arrow-back-up"),
    "awarded": ("ok", "award"),
    "declined": ("", "circle-x"),
}
CONSENTS = {"asked": ("amber", "hourglass"), "given": ("ok", "check"), "refused": ("bad", "x")}
VERBS = ("save", "submit", "withdraw", "reopen", "add_partner")


class Responses(ListPage):
    """One's own side's responses."""

    name = "responses"
    title = _("我的揭榜")
    sentence = _("贵单位牵头的和参加的揭榜书。截止之前只有联合体和运营方知道。")
    noun = _("份")
    template = "innovation/responses.html"
    search = Search(
        "challenge__title",
        "challenge__number",
        "organisation__name",
        initials="challenge__search_keys",
        placeholder=_("榜单名称、编号、牵头单位"),
    )
    filters = (
        Multi("state", _("状态"), field="state", choices=ResponseState.choices),
        Flag("leads", _("本单位牵头"), where=lambda actor: _leads(actor), visible=lambda actor: actor.role is not None),
    )
    sorts = (
        Sort("new", _("最近开始"), ("-created_at", "-id")),
        Sort("closing", _("揭榜截止"), ("challenge__deadline", "id")),
    )
    columns: ClassVar = (
        Column("number", _("编号"), value=lambda row: row.challenge.number or "", kind="code"),
        Column("title", _("榜单"), value=lambda row: row.challenge.title, lead=True),
        Column("leader", _("牵头单位"), value=lambda row: str(row.organisation)),
        Column("members", _("成员数"), kind="number"),
        Column("state", _("状态"), value=lambda row: row.get_state_display()),
        Column("cost", _("所需经费"), kind="money"),
        Column("deadline", _("揭榜截止"), value=lambda row: row.challenge.deadline, kind="datetime"),
        Column("submitted_at", _("提交时间"), kind="datetime"),
    )

    def rows(self) -> Any:
        return for_list(own_responses(self.actor))


def _leads(actor: Actor) -> Q:
    return Q(organisation_id=actor.organisation_id)


@require_GET
def responses(request: HttpRequest) -> HttpResponse:
    asked = list(asked_parts(actor_of(request))[:20])
    return Responses(request).respond(asked=asked, states=STATES)


def find_response(pk: UUID, actor: Actor) -> Response:
    found = with_parts(Response.visible_to(actor)).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@require_GET
def response(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One response as its reader may see it."""
    actor = actor_of(request)
    row = find_response(pk, actor)
    part = next((one for one in row.partners.all() if one.organisation_id == actor.organisation_id), None)
    context = _page(whole(row, actor), actor) | {
        "may": {verb: allowed(actor, f"response.{verb}", row) for verb in VERBS},
        "part": part,
        "may_consent": part is not None and allowed(actor, "partner.consent", part),
        "may_refuse": part is not None and allowed(actor, "partner.refuse", part),
        "refusal_form": RefusalForm(),
        "feed": feed_of(row, actor),
        "own_side": part is not None or actor.acts_for(row.organisation_id),
        "evidence": mark_of(row, actor, {"partner.viewer"} if part is not None else ()),
    }
    return render(request, "innovation/response.html", context)


def _page(one: Whole, actor: Actor) -> dict[str, Any]:
    return {
        "one": one,
        "response": one.response,
        "challenge": disclosed(one.challenge, actor),
        "states": STATES,
        "consents": CONSENTS,
        "documents": documents_of(one.response, actor),
        "amendments": _amended_since(one.response, actor),
    }


def _amended_since(row: Response, actor: Actor) -> list[ShownAmendment]:
    """What was amended in the need after the response was last written; while that can still be answered to."""
    if row.state not in (ResponseState.DRAFT, ResponseState.SUBMITTED) or not row.challenge.takes_responses:
        return []
    return amendments_of(row.challenge, actor, since=row.submitted_at or row.changed_at)


FEED = {
    "response.start": _("开始填写"),
    "response.add_partner": pgettext_lazy("activity", "邀请成员"),
    "response.submit": pgettext_lazy("activity", "提交揭榜书"),
    "response.withdraw": pgettext_lazy("activity", "撤回"),
    "response.reopen": pgettext_lazy("activity", "重新填写"),
}


def feed_of(row: Response, actor: Actor) -> list[dict[str, Any]]:
    """What happened, in words."""
    entries = audit.feed(row, actor)
    return [
        {"at": one.at, "text": FEED.get(one.verb, one.verb), "by": one.name, "key": one.verb == "response.submit"}
        for one in entries
        if one.verb in FEED
    ]


@require_POST
def start(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Begin a response to the challenge ``pk``."""
    actor = actor_of(request)
    challenge = Challenge.visible_to(actor).filter(pk=pk).first()
    if challenge is None:
        raise NotVisible
    made = start_response(challenge=challenge, by=actor)
    return redirect("innovation:response_edit", made.pk)


# ---- writing ------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form; saved by itself while one writes, and by its buttons."""
    actor = actor_of(request)
    row = find_response(pk, actor)
    require_role(actor, "response.save", row)
    if not allowed(actor, "response.save", row):
        return redirect("innovation:response", row.pk)
    targets = list(row.challenge.targets.all()) if targets_open_to(row.challenge, actor) else None
    now = snapshot(row)
    if request.method == "GET":
        return _form(request, row, ResponseForms(now, targets, row.version))
    quiet = request.headers.get("X-Requested-With") == "fetch"
    data = merged(request.POST, shown_fields(now, targets))
    forms = ResponseForms(now, targets, row.version, data)
    if forms.steps.wants_row():
        forms.steps = one_more(forms.steps)
        return _form(request, row, forms)
    if not forms.is_valid():
        return (
            JsonResponse({"what": gettext("有内容需要修改。")}, status=422)
            if quiet
            else _form(request, row, forms, 422)
        )
    try:
        saved = save_response(response=row, draft=forms.draft(), version=forms.version, by=actor)
    except Stale as stale:
        return _conflict(request, row, forms, stale, quiet)
    except Invalid as refusal:
        if quiet:
            return JsonResponse({"what": str(refusal)}, status=422)
        forms.form.add_faults(refusal)
        return _form(request, row, forms, 422)
    if quiet:
        return JsonResponse({"version": saved.version, "saved_at": timezone.localtime(saved.changed_at).isoformat()})
    return _after_save(request, saved)


def _after_save(request: HttpRequest, saved: Response) -> HttpResponseRedirect:
    if "review" in request.POST:
        return redirect("innovation:response_review", saved.pk)
    if "members" in request.POST:
        return redirect("innovation:response_partners", saved.pk)
    messages.success(request, gettext("草稿已保存。"))
    return redirect("innovation:response", saved.pk)


def _form(
    request: HttpRequest,
    row: Response,
    forms: ResponseForms,
    status: int = 200,
    conflict: dict[str, Any] | None = None,
) -> HttpResponse:
    actor = actor_of(request)
    one = whole(row, actor)
    parts = sections(row, actor)
    forms.mark_needed()
    toc = [{"id": part.id, "label": part.label, "state": part.state} for part in parts]
    context = _page(one, actor) | {
        "forms": forms,
        "form": forms.form,
        "all_forms": forms.all,
        "rows": list(zip(forms.promises.forms, one.promises or [], strict=False))
        if forms.promises is not None
        else None,
        "step_columns": STEP_COLUMNS,
        "toc": toc,
        "done": sum(part.state == "ok" for part in parts),
        "criteria": criteria_of(row.challenge),
        "conflict": conflict,
    }
    return render(request, "innovation/response_form.html", context, status=status)


def _conflict(request: HttpRequest, row: Response, forms: ResponseForms, stale: Stale, quiet: bool) -> HttpResponse:
    """Both versions. The reader's own words stay in the form; choosing goes on from the other side's version."""
    theirs, yours = shown_fields(stale.theirs, forms.targets), shown_fields(stale.yours, forms.targets)
    names = [*theirs, *(name for name in yours if name not in theirs)]
    if quiet:
        sent = {name: theirs.get(name, "") for name in names if name in request.POST}
        body = {"what": str(stale), "theirs": sent, "yours": yours, "version": stale.version}
        return JsonResponse(body, status=409)
    whole_theirs = {name: theirs.get(name, "") for name in names}
    whole_yours = {name: yours.get(name, "") for name in names}
    lines = differences(labels_of(names, forms.targets), whole_yours, whole_theirs)
    sent_again: Any = request.POST.copy()
    sent_again["version"] = str(stale.version)
    forms.form.data = sent_again
    row.refresh_from_db()
    shown = {"refusal": stale, "lines": [line for line in lines if not line["same"]], "version": stale.version}
    return _form(request, find_response(row.pk, actor_of(request)), forms, 409, shown)


# ---- handing in ---------------------------------------------------------------------------------------------------


@require_GET
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything once more, with what is still missing, before it goes in."""
    return _review(request, find_response(pk, actor_of(request)), HandInForm(initial={}))


def _review(request: HttpRequest, row: Response, form: HandInForm, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    if row.state != ResponseState.DRAFT or not allowed(actor, "response.save", row):
        return redirect("innovation:response", row.pk)
    faults = missing(row, actor)
    form.initial["version"] = row.version
    context = _page(whole(row, actor), actor) | {
        "form": form,
        "faults": faults,
        "by_section": by_section(faults),
        "may_submit": allowed(actor, "response.submit", row),
        "unconfirmed": [one for one in row.partners.all() if one.consent != Consent.GIVEN],
    }
    return render(request, "innovation/response_review.html", context, status=status)


@require_POST
def submit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = find_response(pk, actor)
    form = HandInForm(request.POST)
    if not form.is_valid():
        return _review(request, row, form, 422)
    try:
        submit_response(response=row, version=form.cleaned_data["version"], by=actor)
    except (Invalid, Stale) as refusal:
        form.add_error(None, str(refusal.what))
        return _review(request, find_response(pk, actor), form, refusal.status)
    messages.success(request, gettext("揭榜书已提交。截止之前仍可撤回修改。"))
    return redirect("innovation:response", pk)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    withdraw_response(response=find_response(pk, actor), by=actor)
    messages.success(request, gettext("揭榜书已撤回。截止之前可以重新填写。"))
    return redirect("innovation:response", pk)


@require_POST
def reopen(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    reopen_response(response=find_response(pk, actor), by=actor)
    return redirect("innovation:response_edit", pk)


def find_part(pk: UUID, actor: Actor) -> Partner:
    found = Partner.visible_to(actor).select_related("response__challenge", "organisation").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found
