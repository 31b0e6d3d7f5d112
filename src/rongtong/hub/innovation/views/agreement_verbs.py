"""Buttons on an agreement: accept, decline, withdraw, sign, end; and the agreement on paper."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation import pdf
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible

from ..domain.agreement_signatures import end_agreement, sign_agreement
from ..domain.agreements import accept_offer, decline_offer, withdraw_agreement
from ..enums import AgreementState
from ..forms.agreements import EndForm, SignForm
from ..queries.agreements import find_agreement, holds, offers_of
from .agreements import page


def _number(request: HttpRequest) -> int:
    given = request.POST.get("offer", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 5 else 0


@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    accept_offer(agreement=find_agreement(pk, actor), offer=_number(request), by=actor)
    messages.success(request, _("已接受报价，双方可以签署。"))
    return redirect("innovation:agreement", pk)


@require_POST
def decline(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    decline_offer(agreement=find_agreement(pk, actor), by=actor)
    messages.success(request, _("已谢绝，并通知了对方。"))
    return redirect("innovation:agreement", pk)


@require_POST
def withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    withdraw_agreement(agreement=find_agreement(pk, actor), by=actor)
    messages.success(request, _("已撤回。"))
    return redirect("innovation:agreement", pk)


@require_POST
def sign(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Sign for one's side; a clash or a newer offer is refused by name."""
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    form: Any = SignForm(request.POST)
    if form.is_valid():
        given = form.cleaned_data
        try:
            signed = sign_agreement(agreement=row, by=actor, **given)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            done = signed.state == AgreementState.IN_FORCE
            messages.success(request, _("双方已签署，协议生效。") if done else _("已签署，等待对方签署。"))
            return redirect("innovation:agreement", pk)
    return page(request, row, actor, forms={"sign": form}, status=422)


@require_POST
def end(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    form = EndForm(request.POST)
    if not form.is_valid():
        return page(request, row, actor, forms={"end": form}, status=422)
    ended = end_agreement(agreement=row, conclusion=form.cleaned_data["conclusion"], by=actor)
    done = ended.state == AgreementState.ENDED
    messages.success(request, _("协议已终止。") if done else _("已提议终止，等待对方同意。"))
    return redirect("innovation:agreement", pk)


@require_safe
def paper(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The last offer, or what was signed, to print and keep; for its sides alone."""
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    offers = offers_of(row, actor)
    if not offers or not row.terms_open_to(actor):
        raise NotVisible
    context = {
        "agreement": row,
        "offer": offers[-1],
        "chain": holds(offers),
        "reader": f"{actor.name} {actor.organisation_name}".strip(),
        "printed_at": timezone.now(),
        "address": settings.SITE_URL.rstrip("/") + reverse("innovation:agreement", args=[row.pk]),
    }
    return pdf.answer("innovation/agreement_paper.html", context, row.number or "agreement")
