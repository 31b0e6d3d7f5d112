"""Sending what waits for webhooks: at least once, outside any transaction, each receiver by itself.

An attempt is claimed first (so that a process that dies in the middle leaves it to another), made, and written down.
A delivery waits longer after each failure and is given up after the last; a receiver that fails is left alone for a
while with everything that waits for it, and is paused after many failures over many hours.
"""

from __future__ import annotations

import json
import time
from collections.abc import Collection
from concurrent.futures import FIRST_COMPLETED, Future, ThreadPoolExecutor, wait
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import connections, transaction
from django.db.models import F, Min, Q
from django.urls import get_resolver

from rongtong.hub.foundation import outbound
from rongtong.hub.foundation.actors import NOBODY, SYSTEM, Actor
from rongtong.hub.foundation.api.objects import place_of
from rongtong.hub.foundation.models import DeliveryState
from rongtong.hub.foundation.outbound.signing import signed_headers
from rongtong.hub.foundation.outbox import BACK_OFF
from rongtong.hub.foundation.sealing import Unsealable, unseal

from ..enums import DeliveryProblem, OrganisationKind, PauseReason, VerificationState, WebhookState
from ..models import Organisation, Webhook, WebhookDelivery
from .webhook_events import PING
from .webhooks import PURPOSE, pause_webhook

#: So many receivers are called at once, so many messages to one before the next is looked at.
SENDERS, PORTION = 8, 50
#: No new receiver is begun after so many seconds: the next run takes over.
ROUND = 30.0
#: After so long a claimed attempt counts as lost with its process.
LEASE = timedelta(minutes=1)
#: A failing receiver is left alone so many seconds after each failure, then always the last.
QUIET = (5, 60, 600, 3600)
PAUSE_AFTER, PAUSE_OVER = 10, timedelta(hours=6)
KEEP_PAUSED, KEEP = timedelta(days=3), timedelta(days=30)
SHOWN = 500
GONE = 410


@dataclass(frozen=True)
class Outcome:
    """What became of one attempt."""

    problem: DeliveryProblem
    status: int | None = None
    answer: str = ""


def send_due() -> int:
    """Send what is due, several receivers at once: one that hangs holds up none but its own. Returns how many."""
    busy: dict[Future[int], UUID] = {}
    handled, end = 0, time.monotonic() + ROUND
    with ThreadPoolExecutor(SENDERS, "webhook") as pool:
        while True:
            if time.monotonic() < end:
                for pk in receivers_due(set(busy.values()))[: SENDERS - len(busy)]:
                    busy[pool.submit(_in_thread, pk)] = pk
            if not busy:
                return handled
            for done in wait(busy, return_when=FIRST_COMPLETED).done:
                del busy[done]
                handled += done.result()


def receivers_due(without: Collection[UUID] = ()) -> list[UUID]:
    """Webhooks for which something is due and which are not left alone, the longest waiting first. One query."""
    now = datetime.now(UTC)
    rows = (
        WebhookDelivery._base_manager.filter(
            Q(webhook__retry_at=None) | Q(webhook__retry_at__lte=now),
            state=DeliveryState.WAITING,
            next_at__lte=now,
            webhook__state=WebhookState.ACTIVE,
        )
        .exclude(webhook_id__in=without)
        .values_list("webhook_id")
        .annotate(first=Min("next_at"))
        .order_by("first")
    )
    return [pk for pk, _first in rows]


def send_to(webhook_id: UUID) -> int:
    """Send what is due for one webhook until something fails or its turn is over. Returns how many were handled."""
    handled, end = 0, time.monotonic() + ROUND
    while handled < PORTION and time.monotonic() < end and (row := _claimed(webhook_id)) is not None:
        handled += 1
        if not _handle(row):
            break
    return handled


def _in_thread(webhook_id: UUID) -> int:
    try:
        return send_to(webhook_id)
    finally:
        connections.close_all()


def _claimed(webhook_id: UUID) -> WebhookDelivery | None:
    """The next delivery that is due, taken so that nobody else sends it meanwhile."""
    with transaction.atomic():
        now = datetime.now(UTC)
        row = (
            WebhookDelivery._base_manager.select_for_update(skip_locked=True, of=("self",))
            .select_related("webhook", "organisation")
            .filter(webhook_id=webhook_id, webhook__state=WebhookState.ACTIVE)
            .filter(state=DeliveryState.WAITING, next_at__lte=now)
            .order_by("next_at", "created_at")
            .first()
        )
        if row is None:
            return None
        row.attempts, row.next_at, row.tried_at = row.attempts + 1, now + LEASE, now
        row.save(update_fields=["attempts", "next_at", "tried_at"])
        return row


def _handle(row: WebhookDelivery) -> bool:
    """Make one attempt and write down what became of it. Tells whether the receiver can be sent more."""
    content = content_of(row)
    if content is None:
        _update(row, state=DeliveryState.DROPPED, problem=DeliveryProblem.HIDDEN)
        return True
    outcome = _attempt(row, content)
    with transaction.atomic():
        if outcome.problem == DeliveryProblem.NONE:
            _succeeded(row, outcome)
        else:
            _failed(row, outcome)
    return outcome.problem == DeliveryProblem.NONE


def content_of(row: WebhookDelivery) -> bytes | None:
    """The body: the same bytes at every attempt; None when the organisation may not see the thing now."""
    model: Any = apps.get_model(row.about_type)
    rows = (
        model._base_manager.filter(pk=row.webhook_id)
        if row.event == PING
        else model.visible_to(reader_for(row.organisation))
    )
    thing = rows.filter(pk=row.about_id).first()
    if thing is None:
        return None
    assert get_resolver().url_patterns  # the places of things are named where the API is put together
    place = place_of(thing)
    told = {
        "type": row.event,
        "timestamp": row.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {"object": place.noun, "id": str(row.about_id), "url": place.url or None},
    }
    return json.dumps(told, ensure_ascii=False, separators=(",", ":")).encode()


def reader_for(organisation: Organisation) -> Actor:
    """Who a program of the organisation is: no named person, so that it knows what every member may know."""
    verified = organisation.state == VerificationState.VERIFIED
    return Actor(
        account_id=NOBODY,
        organisation_id=organisation.pk,
        role="viewer" if verified else None,
        verified=verified,
        operator=verified and organisation.kind == OrganisationKind.OPERATOR,
    )


def _attempt(row: WebhookDelivery, content: bytes) -> Outcome:
    now = datetime.now(UTC)
    try:
        keys = _keys(row.webhook, now)
    except Unsealable:
        return Outcome(DeliveryProblem.SECRET)
    headers = signed_headers(keys, id=str(row.pk), timestamp=int(now.timestamp()), content=content)
    try:
        answer = outbound.client().post(
            row.webhook.url, content=content, headers={"content-type": "application/json", **headers}
        )
    except outbound.Refused:
        return Outcome(DeliveryProblem.REFUSED)
    except outbound.OutboundError:
        return Outcome(DeliveryProblem.UNREACHABLE)
    shown = answer.content[: 4 * SHOWN].decode("utf-8", "replace").replace("\x00", "�")[:SHOWN]
    good = 200 <= answer.status < 300
    return Outcome(DeliveryProblem.NONE if good else DeliveryProblem.STATUS, answer.status, shown)


def _keys(webhook: Webhook, now: datetime) -> list[bytes]:
    """The key, and during a changeover the former one after it."""
    sealed = [webhook.sealed]
    if webhook.former_sealed is not None and webhook.former_until is not None and webhook.former_until > now:
        sealed.append(webhook.former_sealed)
    return [unseal(bytes(one), purpose=PURPOSE, owner=webhook.pk) for one in sealed]


def _succeeded(row: WebhookDelivery, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    _update(
        row,
        state=DeliveryState.SENT,
        sent_at=now,
        problem=outcome.problem,
        status=outcome.status,
        answer=outcome.answer,
    )
    Webhook._base_manager.filter(pk=row.webhook_id).update(
        answered_at=now, failures=0, failing_since=None, retry_at=None
    )


def _failed(row: WebhookDelivery, outcome: Outcome) -> None:
    now = datetime.now(UTC)
    last = row.attempts > len(BACK_OFF)
    _update(
        row,
        state=DeliveryState.FAILED if last else DeliveryState.WAITING,
        next_at=now if last else now + timedelta(seconds=BACK_OFF[row.attempts - 1]),
        problem=outcome.problem,
        status=outcome.status,
        answer=outcome.answer,
    )
    webhook = Webhook._base_manager.select_for_update().filter(pk=row.webhook_id).first()
    if webhook is None or webhook.state != WebhookState.ACTIVE:
        return
    failures, since = webhook.failures + 1, webhook.failing_since or now
    quiet = timedelta(seconds=QUIET[min(failures, len(QUIET)) - 1])
    Webhook._base_manager.filter(pk=webhook.pk).update(failures=failures, failing_since=since, retry_at=now + quiet)
    if outcome.status == GONE:
        pause_webhook(webhook=webhook, reason=PauseReason.GONE, by=SYSTEM)
    elif failures >= PAUSE_AFTER and now - since >= PAUSE_OVER:
        pause_webhook(webhook=webhook, reason=PauseReason.FAILURES, by=SYSTEM)


def _update(row: WebhookDelivery, **values: Any) -> None:
    """Write the outcome, unless the row went away meanwhile or somebody asked for another attempt."""
    WebhookDelivery._base_manager.filter(pk=row.pk, version=row.version, attempts=row.attempts).update(
        changed_at=datetime.now(UTC), version=F("version") + 1, **values
    )


def forget_old() -> int:
    """Give up what waited too long for a paused webhook, and delete what is old. Returns how many were deleted."""
    now = datetime.now(UTC)
    WebhookDelivery._base_manager.filter(
        state=DeliveryState.WAITING, webhook__state=WebhookState.PAUSED, created_at__lt=now - KEEP_PAUSED
    ).update(state=DeliveryState.FAILED, problem=DeliveryProblem.EXPIRED, changed_at=now)
    deleted, _each = WebhookDelivery._base_manager.filter(created_at__lt=now - KEEP).delete()
    Webhook._base_manager.filter(former_until__lt=now).update(former_sealed=None, former_until=None)
    return deleted
