"""Webhooks through the API. A secret is in the answer that makes it, and nowhere else."""

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged
from rongtong.hub.foundation.models import DeliveryState

from ..domain import webhooks
from ..domain.webhook_events import event_choices
from ..enums import DeliveryProblem, PauseReason, WebhookState
from ..models import Webhook, WebhookDelivery
from ..queries import own_organisation, visible
from .shapes import required_version

PATH, NOUN = "/webhooks", "webhook"
router = Router(tags=["webhooks"])


class WebhookIn(In):
    """``events`` empty means every event, later ones included."""

    name: str = Field(max_length=80)
    url: str = Field(max_length=500)
    events: list[str] = Field(default_factory=list, max_length=200)


class WebhookPatchIn(In):
    """What is absent stays as it is."""

    name: str | None = Field(default=None, max_length=80)
    url: str | None = Field(default=None, max_length=500)
    events: list[str] | None = Field(default=None, max_length=200)


class RotateIn(In):
    """For how many hours messages carry the former signature too; 0 where the former secret became known."""

    hours: int = Field(default=24, ge=0, le=168)


class WebhookOut(Out):
    id: UUID
    name: str
    url: str
    events: list[str]
    state: WebhookState
    paused_because: PauseReason
    failures: int
    retry_at: datetime | None
    answered_at: datetime | None
    former_secret_until: datetime | None
    created_at: datetime

    @classmethod
    def of(cls, row: Webhook, **more: Any) -> Any:
        return cls(
            id=row.pk,
            name=row.name,
            url=row.url,
            events=list(row.events),
            state=WebhookState(row.state),
            paused_because=PauseReason(row.paused_because),
            failures=row.failures,
            retry_at=row.retry_at,
            answered_at=row.answered_at,
            former_secret_until=row.former_until,
            created_at=row.created_at,
            **more,
        )


class WebhookSecretOut(WebhookOut):
    """With the secret: keep it now, it is not shown again."""

    secret: str


class WebhookDeliveryOut(Out):
    """A message: ``id`` is the ``webhook-id`` of each attempt; ``answer`` is how the last answer began."""

    id: UUID
    event: str
    state: DeliveryState
    attempts: int
    status: int | None
    answer: str
    problem: DeliveryProblem
    created_at: datetime
    tried_at: datetime | None
    sent_at: datetime | None
    next_at: datetime | None

    @classmethod
    def of(cls, row: WebhookDelivery) -> "WebhookDeliveryOut":
        return cls(
            id=row.pk,
            event=row.event,
            state=DeliveryState(row.state),
            attempts=row.attempts,
            status=row.status,
            answer=row.answer,
            problem=DeliveryProblem(row.problem),
            created_at=row.created_at,
            tried_at=row.tried_at,
            sent_at=row.sent_at,
            next_at=row.next_at if row.state == DeliveryState.WAITING else None,
        )


class WebhookEventOut(Out):
    name: str
    label: str


def _shown(row: Webhook, actor: Actor, response: HttpResponse) -> WebhookOut:
    tagged(response, row, actor)
    shown: WebhookOut = WebhookOut.of(row)
    return shown


@router.get("", response=Page[WebhookOut])
def list_webhooks(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "account")
    return paged(
        request, Webhook.visible_to(actor), WebhookOut.of, order=("created_at", "id"), cursor=cursor, limit=limit
    )


@router.get("/events", response=list[WebhookEventOut])
def list_events(request: HttpRequest) -> Any:
    """What can be chosen."""
    needs(actor_of(request), "account")
    return [WebhookEventOut(name=name, label=label) for name, label in event_choices()]


@router.post("", response={201: WebhookSecretOut})
def create(request: HttpRequest, payload: WebhookIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    needs(actor, "account")
    made = webhooks.create_webhook(
        organisation=own_organisation(actor), name=payload.name, url=payload.url, events=payload.events, by=actor
    )
    made.refresh_from_db(fields=["created_at"])
    tagged(response, made, actor)
    return Status(201, WebhookSecretOut.of(made, secret=made.secret))


@router.get("/{uuid:pk}", response=WebhookOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(visible(Webhook, actor, pk), actor, response)


@router.patch("/{uuid:pk}", response=WebhookOut)
def edit(request: HttpRequest, pk: UUID, payload: WebhookPatchIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    row = visible(Webhook, actor, pk)
    saved = webhooks.edit_webhook(
        webhook=row,
        name=row.name if payload.name is None else payload.name,
        url=row.url if payload.url is None else payload.url,
        events=row.events if payload.events is None else payload.events,
        version=required_version(request),
        by=actor,
    )
    return _shown(saved, actor, response)


@router.delete("/{uuid:pk}", response={204: None})
def delete(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    webhooks.delete_webhook(webhook=visible(Webhook, actor, pk), by=actor)
    return Status(204, None)


@router.post("/{uuid:pk}/test", response={201: WebhookDeliveryOut})
def test(request: HttpRequest, pk: UUID) -> Any:
    """Send a message of no meaning; what became of it is told by its delivery."""
    actor = actor_of(request)
    made = webhooks.ping_webhook(webhook=visible(Webhook, actor, pk), by=actor)
    made.refresh_from_db(fields=["created_at"])
    return Status(201, WebhookDeliveryOut.of(made))


@router.post("/{uuid:pk}/pause", response=WebhookOut)
def pause(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(webhooks.pause_webhook(webhook=visible(Webhook, actor, pk), by=actor), actor, response)


@router.post("/{uuid:pk}/resume", response=WebhookOut)
def resume(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(webhooks.resume_webhook(webhook=visible(Webhook, actor, pk), by=actor), actor, response)


@router.post("/{uuid:pk}/rotate", response=WebhookSecretOut)
def rotate(request: HttpRequest, pk: UUID, payload: RotateIn, response: HttpResponse) -> Any:
    """Make a new secret."""
    actor = actor_of(request)
    made = webhooks.rotate_webhook(webhook=visible(Webhook, actor, pk), hours=payload.hours, by=actor)
    tagged(response, made, actor)
    return WebhookSecretOut.of(made, secret=made.secret)


@router.get("/{uuid:pk}/deliveries", response=Page[WebhookDeliveryOut])
def list_deliveries(
    request: HttpRequest,
    pk: UUID,
    state: DeliveryState | None = None,
    event: str = "",
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """What was sent there, the newest first; kept for thirty days."""
    actor = actor_of(request)
    rows = WebhookDelivery.visible_to(actor).filter(webhook=visible(Webhook, actor, pk))
    if state is not None:
        rows = rows.filter(state=state)
    if event:
        rows = rows.filter(event=event.replace("\x00", ""))
    return paged(request, rows, WebhookDeliveryOut.of, order=("-created_at", "-id"), cursor=cursor, limit=limit)


@router.post("/{uuid:pk}/deliveries/{uuid:delivery}/replay", response=WebhookDeliveryOut)
def replay(request: HttpRequest, pk: UUID, delivery: UUID) -> Any:
    """Send a message once more, under the same id."""
    actor = actor_of(request)
    visible(Webhook, actor, pk)
    row = visible(WebhookDelivery, actor, delivery)
    return WebhookDeliveryOut.of(webhooks.replay_delivery(delivery=row, by=actor))
