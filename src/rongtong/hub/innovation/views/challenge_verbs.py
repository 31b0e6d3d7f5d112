"""Buttons on a challenge: each posts here, calls one verb and goes back to the page."""

from __future__ import annotations

from decimal import Decimal, InvalidOperation
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.organisations.queries import visible

from ..domain.challenges import copy_challenge, return_challenge, screen_challenge
from ..domain.invitations import Invitee, invite
from ..domain.publication import publish_challenge, withdraw_challenge
from ..domain.watches import unwatch_challenge, watch_challenge
from ..forms.verbs import ReturnForm, WithdrawForm
from ..models import Challenge, Round
from .challenges import common, open_challenge, people_context


def _to(name: str, pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse(f"innovation:{name}", args=[pk]))


@require_POST
def challenge_screen(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    screen_challenge(challenge=visible(Challenge, actor, pk), by=actor)
    messages.success(request, _("已通过审核。"))
    return _to("challenge", pk)


@require_http_methods(["GET", "POST"])
def challenge_return(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Say what is to be mended and send it back."""
    opened = open_challenge(request, pk)
    form = ReturnForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            return_challenge(challenge=opened.challenge, by=opened.actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已退回，并通知了发榜方。"))
            return HttpResponseRedirect(reverse("innovation:screening"))
    values = common(opened, "need") | {"form": form, "title": _("退回修改")}
    return render(request, "innovation/challenge_return.html", values, status=422 if form.errors else 200)


@require_POST
def challenge_publish(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    published = publish_challenge(challenge=visible(Challenge, actor, pk), by=actor)
    messages.success(request, _("已发布，编号 %(number)s。") % {"number": published.number})
    return _to("challenge", pk)


@require_http_methods(["GET", "POST"])
def challenge_withdraw(request: HttpRequest, pk: UUID) -> HttpResponse:
    """A page before what cannot be undone."""
    opened = open_challenge(request, pk)
    form = WithdrawForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            withdraw_challenge(challenge=opened.challenge, by=opened.actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已撤回。"))
            return _to("challenge", pk)
    values = common(opened, "need") | {"form": form, "title": _("撤回需求")}
    return render(request, "innovation/challenge_withdraw.html", values, status=422 if form.errors else 200)


@require_POST
def challenge_copy(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    chosen = identifiers([request.POST.get("round", "")])
    into = visible(Round, actor, chosen[0] if chosen else UUID(int=0))
    made = copy_challenge(challenge=visible(Challenge, actor, pk), round=into, by=actor)
    messages.success(request, _("已复制为草稿。"))
    return _to("challenge_edit" if actor.acts_for(made.organisation_id) else "challenge", made.pk)


@require_POST
def challenge_watch(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Keep in view, or no more (``off=1``)."""
    actor = actor_of(request)
    row = visible(Challenge, actor, pk)
    if request.POST.get("off"):
        unwatch_challenge(challenge=row, by=actor)
    else:
        watch_challenge(challenge=row, by=actor)
    return _to("challenge", pk)


@require_POST
def challenge_invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite the chosen ``row`` ids; each may bring ``rank-<id>`` and ``score-<id>`` from the list it was picked in."""
    actor = actor_of(request)
    row = visible(Challenge, actor, pk)
    people = [_invitee(request, one) for one in identifiers(request.POST.getlist("row"))]
    try:
        invite(challenge=row, invitees=people, by=actor)
    except Invalid as refused:
        opened = open_challenge(request, pk)
        values = common(opened, "people") | people_context(opened, request.POST.get("find", "")) | {"refused": refused}
        return render(request, "innovation/challenge.html", values, status=422)
    messages.success(request, _("已发出邀请。"))
    return _to("challenge_people", pk)


def _invitee(request: HttpRequest, pk: UUID) -> Invitee:
    rank, score = request.POST.get(f"rank-{pk}", ""), request.POST.get(f"score-{pk}", "")
    return Invitee(pk, int(rank) if rank.isascii() and rank.isdigit() and len(rank) < 5 else None, _score(score))


def _score(text: str) -> Decimal | None:
    try:
        score = Decimal(text).quantize(Decimal("0.1"))
    except InvalidOperation:
        return None
    return score if Decimal(0) <= score <= Decimal(100) else None
