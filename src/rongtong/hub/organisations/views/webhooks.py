"""Webhooks: where an organisation's programs are told of events, what was told to them, and sending it once more."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import allowed, require, require_role

from ..domain import webhooks
from ..domain.webhook_events import event_label
from ..enums import WebhookState
from ..forms import RotateForm, WebhookForm
from ..models import Webhook, WebhookDelivery
from ..queries import deliveries_of, own_organisation, visible, webhooks_of
from .guards import freshly_signed_in, require_form
from .webhook_lists import DELIVERY_MARKS, STATE_MARKS

VERBS = ("edit", "test", "pause", "resume", "rotate", "delete", "replay")


@require_safe
def list_webhooks(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    organisation = own_organisation(actor)
    require_role(actor, "webhook.create", organisation)
    context = {
        "organisation": organisation,
        "webhooks": webhooks_of(actor),
        "may_create": allowed(actor, "webhook.create", organisation),
        "marks": STATE_MARKS,
        "title": _("事件推送"),
    }
    return render(request, "organisations/webhooks.html", context)


@require_form
@freshly_signed_in
def new_webhook(request: HttpRequest) -> HttpResponse:
    """Register an address. Its secret is on the answer to the POST and nowhere else."""
    actor = actor_of(request)
    organisation = own_organisation(actor)
    require_role(actor, "webhook.create", organisation)
    require(actor, "webhook.create", organisation)
    form = WebhookForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = webhooks.create_webhook(organisation=organisation, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            return _secret(request, made, _("推送地址已登记"))
    context = {"form": form, "title": _("登记推送地址")}
    return render(request, "organisations/webhook_form.html", context, status=422 if form.errors else 200)


@require_safe
def webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How it stands, and the last messages."""
    actor = actor_of(request)
    row = visible(Webhook, actor, pk)
    context = {
        "webhook": row,
        "events": [(name, event_label(name)) for name in row.events],
        "deliveries": deliveries_of(row, actor, 10),
        "may": {verb: allowed(actor, f"webhook.{verb}", row) for verb in VERBS if verb != "replay"},
        "mark": STATE_MARKS[WebhookState(row.state)],
        "marks": DELIVERY_MARKS,
        "event_label": event_label,
    }
    return render(request, "organisations/webhook.html", context)


@require_form
def edit_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = visible(Webhook, actor, pk)
    require_role(actor, "webhook.edit", row)
    form = WebhookForm(request.POST) if request.method == "POST" else WebhookForm.of(row)
    if request.method == "POST" and form.is_valid():
        try:
            version = _version(request, row)
            webhooks.edit_webhook(webhook=row, version=version, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已保存。"))
            return _to(row.pk)
    context = {"form": form, "webhook": row, "title": _("修改推送地址")}
    return render(request, "organisations/webhook_form.html", context, status=422 if form.errors else 200)


@require_form
@freshly_signed_in
def rotate_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Make a new secret. It is on the answer to the POST and nowhere else."""
    actor = actor_of(request)
    row = visible(Webhook, actor, pk)
    require_role(actor, "webhook.rotate", row)
    form = RotateForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            made = webhooks.rotate_webhook(webhook=row, hours=form.cleaned_data["hours"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            return _secret(request, made, _("密钥已轮换"))
    context = {"form": form, "webhook": row, "title": _("轮换密钥")}
    return render(request, "organisations/webhook_rotate.html", context, status=422 if form.errors else 200)


@require_POST
def test_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, webhooks.ping_webhook, _("测试消息几秒内发出，结果见推送记录。"))


@require_POST
def pause_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, webhooks.pause_webhook, _("已暂停。"))


@require_POST
def resume_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _done(request, pk, webhooks.resume_webhook, _("已恢复推送。"))


@require_POST
def delete_webhook(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    webhooks.delete_webhook(webhook=visible(Webhook, actor, pk), by=actor)
    messages.success(request, _("推送地址已删除。"))
    return HttpResponseRedirect(reverse("organisations:webhooks"))


@require_POST
def replay(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = visible(WebhookDelivery, actor, pk)
    webhooks.replay_delivery(delivery=row, by=actor)
    messages.success(request, _("几秒内重新发送。"))
    return HttpResponseRedirect(f"{reverse('organisations:webhook_deliveries')}?webhook={row.webhook_id}")


def _done(request: HttpRequest, pk: UUID, verb: Callable[..., Any], words: str) -> HttpResponse:
    actor = actor_of(request)
    verb(webhook=visible(Webhook, actor, pk), by=actor)
    messages.success(request, words)
    return _to(pk)


def _to(pk: UUID) -> HttpResponse:
    return HttpResponseRedirect(reverse("organisations:webhook", args=[pk]))


def _secret(request: HttpRequest, row: Webhook, title: str) -> HttpResponse:
    return render(request, "organisations/webhook_secret.html", {"webhook": row, "title": title})


def _version(request: HttpRequest, row: Webhook) -> int:
    given = request.POST.get("version", "")
    return int(given) if given.isascii() and given.isdigit() and len(given) < 10 else row.version
