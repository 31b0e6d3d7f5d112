"""Which events programs can be told of, and writing down that one is to be told: in the transaction it happened in."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import UUID

from django.db.models import Model, Q
from django.utils.translation import gettext

from rongtong.hub.foundation.notices import EVENTS, heard_by

from ..enums import VerificationState
from ..models import Webhook, WebhookDelivery

#: Sent when somebody asks for a test.
PING = "webhook.ping"


#: What the subject of a mail begins with, and the name of an event does not.
SENDERS = ("融通：", "Rongtong: ")


def event_choices() -> list[tuple[str, str]]:
    """Every event that can be chosen, with what its kind is called in the reader's language."""
    return [(name, event_label(name)) for name, kind in sorted(EVENTS.items()) if kind.outside]


def event_label(name: str) -> str:
    """What a kind of event is called; its name where nothing calls it otherwise."""
    if name == PING:
        return gettext("测试消息")
    label = str(EVENTS[name].subject) if name in EVENTS else name
    for sender in SENDERS:
        label = label.removeprefix(sender)
    return label


def queue_event(name: str, about: Model, people: list[UUID], organisation_id: UUID | None) -> None:
    """Write a delivery for each webhook of the organisation that is told; of those people's where none is named.

    Whether they may know of it is asked when it is sent. One query, two where somebody listens.
    """
    rows = Webhook._base_manager.filter(organisation__state=VerificationState.VERIFIED)
    if organisation_id is not None:
        rows = rows.filter(organisation_id=organisation_id)
    else:
        rows = rows.filter(
            organisation__members__account_id__in=people,
            organisation__members__until=None,
            organisation__members__account__is_active=True,
        ).distinct()
    queue_for(list(rows.filter(Q(events=[]) | Q(events__contains=[name]))), name, about)


def queue_for(webhooks: list[Webhook], name: str, about: Model) -> list[WebhookDelivery]:
    """A waiting delivery for each of these webhooks."""
    now = datetime.now(UTC)
    return WebhookDelivery._base_manager.bulk_create(
        WebhookDelivery(
            webhook=one,
            organisation_id=one.organisation_id,
            event=name,
            about_type=about._meta.label_lower,
            about_id=about.pk,
            next_at=now,
        )
        for one in webhooks
    )


heard_by(queue_event)
