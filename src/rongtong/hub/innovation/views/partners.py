"""The consortium of a response: found, asked, reminded, taken out; agreeing and declining."""

from __future__ import annotations

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import allowed, require, require_role

from ..domain.partners import add_partner, change_partner, give_consent, refuse_consent, remind_partner, remove_partner
from ..forms.responses import PartForm, PartnerForm, RefusalForm
from ..models import Response
from ..queries.responses import partner_candidates, whole
from .responses import CONSENTS, find_part, find_response


@require_http_methods(["GET", "POST"])
def members(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Who is in, whom to ask. Works without scripts: search, choose, say for what."""
    actor = actor_of(request)
    row = find_response(pk, actor)
    require_role(actor, "response.add_partner", row)
    require(actor, "response.add_partner", row)
    if request.method == "GET":
        return _page(request, row, None)
    form = PartnerForm(request.POST)
    if not form.is_valid():
        return _page(request, row, form, 422)
    given = form.cleaned_data
    try:
        add_partner(
            response=row, organisation_id=given["organisation"], part=given["part"], share=given["share"], by=actor
        )
    except Invalid as refusal:
        form.add_faults(refusal)
        return _page(request, row, form, 422)
    messages.success(request, gettext("已邀请，等待对方确认。"))
    return redirect("innovation:response_partners", pk)


def _page(request: HttpRequest, row: Response, form: PartnerForm | None, status: int = 200) -> HttpResponse:
    actor = actor_of(request)
    q = request.GET.get("q", "")[:60].replace("\x00", "")
    context = {
        "one": whole(row, actor),
        "response": row,
        "consents": CONSENTS,
        "q": q,
        "candidates": partner_candidates(q, row, actor),
        "form": form,
        "chosen": request.POST.get("organisation", "") if form else request.GET.get("organisation", ""),
        "part_forms": {one.pk: PartForm(initial={"part": one.part, "share": one.share}) for one in row.partners.all()},
        "may_remind": {one.pk: allowed(actor, "partner.remind", one) for one in row.partners.all()},
    }
    return render(request, "innovation/response_partners.html", context, status=status)


@require_POST
def change(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    part = find_part(pk, actor)
    form = PartForm(request.POST)
    if not form.is_valid():
        return _page(request, find_response(part.response_id, actor), None, 422)
    change_partner(partner=part, by=actor, part=form.cleaned_data["part"], share=form.cleaned_data["share"])
    messages.success(request, gettext("已保存；有改动时对方须重新确认。"))
    return redirect("innovation:response_partners", part.response_id)


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    part = find_part(pk, actor)
    remove_partner(partner=part, by=actor)
    messages.success(request, gettext("已移除。"))
    return redirect("innovation:response_partners", part.response_id)


@require_POST
def remind(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    part = find_part(pk, actor)
    remind_partner(partner=part, by=actor)
    messages.success(request, gettext("已再次提醒。"))
    return redirect("innovation:response_partners", part.response_id)


@require_POST
def consent(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    part = find_part(pk, actor)
    give_consent(partner=part, by=actor)
    messages.success(request, gettext("已同意加入联合体。"))
    return redirect("innovation:response", part.response_id)


@require_POST
def refuse(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Decline. The response is seen no more, so the way leads to the list."""
    actor = actor_of(request)
    part = find_part(pk, actor)
    form = RefusalForm(request.POST)
    reason = form.cleaned_data["reason"] if form.is_valid() else ""
    refuse_consent(partner=part, reason=reason, by=actor)
    messages.success(request, gettext("已谢绝。"))
    return redirect("innovation:responses")
