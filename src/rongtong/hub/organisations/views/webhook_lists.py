"""The lists of what was sent to programs: an organisation's own, and for the operator what was given up."""

from typing import Any, ClassVar

from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.listing import Column, Sort
from rongtong.hub.foundation.lists import Dates, ListPage, Multi
from rongtong.hub.foundation.models import DeliveryState

from ..domain.webhook_events import PING, event_choices, event_label
from ..enums import WebhookState
from ..models import WebhookDelivery
from ..queries import webhooks_of

STATE_MARKS = {WebhookState.ACTIVE: ("ok", "send"), WebhookState.PAUSED: ("amber", "player-pause")}
DELIVERY_MARKS = {
    DeliveryState.WAITING: ("", "clock"),
    DeliveryState.SENT: ("ok", "check"),
    DeliveryState.DROPPED: ("", "ban"),
    DeliveryState.FAILED: ("bad", "alert-circle"),
}


def _own_webhooks(actor: Actor) -> list[tuple[Any, str]]:
    return [(row.pk, row.name) for row in webhooks_of(actor)]


def _events(actor: Actor) -> list[tuple[str, str]]:
    return [*((name, name) for name, _label in event_choices()), (PING, PING)]


class Deliveries(ListPage):
    """Every message to one's own programs, and what became of it."""

    name = "webhook_deliveries"
    title = _("推送记录")
    sentence = _("每条消息发往哪里，对方答复了什么，下次何时再试。保留 30 天。")
    noun = _("条")
    template = "organisations/webhook_deliveries.html"
    views = ("cards",)
    saves = False
    filters = (
        Multi("webhook", _("推送地址"), field="webhook_id", choices=_own_webhooks),
        Multi("state", _("状态"), field="state", choices=DeliveryState.choices),
        Multi("event", _("事件"), field="event", choices=_events, counted=False),
        Dates("at", _("时间"), "created_at"),
    )
    sorts = (Sort("newest", _("最新在前"), ("-created_at", "-id")),)
    columns: ClassVar = (
        Column("created_at", _("时间"), kind="datetime"),
        Column("event", _("事件"), kind="code", lead=True),
        Column("webhook", _("推送地址"), value=lambda row: row.webhook.name),
        Column("state", _("状态"), value=lambda row: row.get_state_display()),
        Column("attempts", _("已试次数"), kind="number"),
        Column("status", _("答复"), kind="number", meaning=_("接收方最近一次答复的 HTTP 状态码")),
        Column("problem", _("未成原因"), value=lambda row: row.get_problem_display() if row.problem else ""),
        Column(
            "next_at", _("下次再试"), value=lambda row: row.next_at if row.state == "waiting" else None, kind="datetime"
        ),
        Column("id", _("消息编号"), meaning=_("每次发送都相同，写在 webhook-id 里")),
    )

    def rows(self) -> QuerySet[WebhookDelivery]:
        return WebhookDelivery.visible_to(self.actor).select_related("webhook")

    def context(self) -> dict[str, Any]:
        return {"marks": DELIVERY_MARKS, "event_label": event_label}


class DeadLetters(ListPage):
    """What was given up, of every organisation: whom to call, not what it was about."""

    name = "dead_letters"
    title = _("未送达的推送")
    sentence = _("试满次数仍未送达的消息。请提醒该单位检查接收系统，由他们重新发送。")
    noun = _("条")
    views = ("table",)
    saves = False
    filters = (Dates("at", _("时间"), "created_at"),)
    sorts = (Sort("newest", _("最新在前"), ("-created_at", "-id")),)
    columns: ClassVar = (
        Column("created_at", _("时间"), kind="datetime"),
        Column("organisation", _("机构"), value=lambda row: row.organisation, lead=True),
        Column("event", _("事件"), kind="code"),
        Column("host", _("接收主机"), value=lambda row: row.webhook.host, kind="code"),
        Column("attempts", _("已试次数"), kind="number"),
        Column("status", _("答复"), kind="number"),
        Column("problem", _("未成原因"), value=lambda row: row.get_problem_display()),
        Column("tried_at", _("最近一次"), kind="datetime"),
    )

    def rows(self) -> QuerySet[WebhookDelivery]:
        return WebhookDelivery.failed_for(self.actor).select_related("webhook", "organisation")


@require_safe
def webhook_deliveries(request: HttpRequest) -> HttpResponse:
    if "manager" not in actor_of(request).steps:
        raise NotVisible
    return Deliveries(request).respond()


@require_safe
def dead_letters(request: HttpRequest) -> HttpResponse:
    return DeadLetters(request).respond()
