"""A program of the leading enterprise that was told of events until yesterday: its address leads nowhere, paused."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import timedelta
from typing import Any

from django.db.models import F, OuterRef, Subquery

from rongtong.hub.foundation.models import DeliveryState
from rongtong.hub.organisations.domain.webhook_events import PING
from rongtong.hub.organisations.domain.webhooks import create_webhook, pause_webhook, ping_webhook
from rongtong.hub.organisations.enums import DeliveryProblem
from rongtong.hub.organisations.models import Organisation, Webhook, WebhookDelivery

from ..records import Cluster
from .days import EVENING, Step
from .world import World

LISTENER = "lanchuan-heavy"
REGISTERED, PAUSED = -25, -1
ANSWERED_AFTER, GIVEN_UP_AFTER = timedelta(seconds=3), timedelta(hours=31)
ATTEMPTS = 7


def steps(cluster: Cluster) -> Iterator[Step]:
    """Give the steps of the webhook."""
    if LISTENER in cluster.organisations:
        yield Step("register a webhook", REGISTERED, _register, EVENING)
        yield Step("pause the webhook", PAUSED, _pause, EVENING)


def _register(world: World) -> None:
    organisation = Organisation._base_manager.get(pk=world.id_of(LISTENER))
    values: dict[str, Any] = {"name": "采购系统", "url": "https://erp.lanchuan-heavy.example/rongtong", "events": []}
    made = create_webhook(organisation=organisation, by=world.manager(LISTENER), **values)
    ping_webhook(webhook=made, by=world.manager(LISTENER))


def _pause(world: World) -> None:
    webhook = Webhook._base_manager.get(organisation_id=world.id_of(LISTENER))
    pause_webhook(webhook=webhook, by=world.manager(LISTENER))


def settle() -> None:
    """What the events wrote is sent; the first message, a test, was given up: the receiver was not ready yet."""
    rows = WebhookDelivery._base_manager.filter(state=DeliveryState.WAITING)
    late, soon = F("created_at") + GIVEN_UP_AFTER, F("created_at") + ANSWERED_AFTER
    rows.filter(event=PING).update(
        state=DeliveryState.FAILED,
        problem=DeliveryProblem.STATUS,
        status=503,
        attempts=ATTEMPTS,
        tried_at=late,
        next_at=late,
    )
    rows.update(
        state=DeliveryState.SENT, status=200, answer="ok", attempts=1, tried_at=soon, sent_at=soon, next_at=soon
    )
    last = WebhookDelivery._base_manager.filter(webhook=OuterRef("pk"), state=DeliveryState.SENT).order_by("-sent_at")
    Webhook._base_manager.update(answered_at=Subquery(last.values("sent_at")[:1]))
