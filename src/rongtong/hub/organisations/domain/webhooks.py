"""Webhooks: where an organisation's programs are told of events. Registered, tested, paused, given a new secret."""

from __future__ import annotations

from collections.abc import Iterable
from datetime import UTC, datetime, timedelta
from urllib.parse import urlsplit

from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit, outbound
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.models import DeliveryState
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.outbound.signing import as_text, new_key
from rongtong.hub.foundation.sealing import seal
from rongtong.hub.foundation.verbs import verb

from ..enums import DeliveryProblem, PauseReason, Role, WebhookState
from ..models import Organisation, Webhook, WebhookDelivery
from .actors import people_of
from .profile import one_line
from .webhook_events import PING, event_choices, queue_for

PURPOSE = "webhooks"
MOST = 10
MOST_CHANGEOVER = timedelta(days=7)
EDITABLE = ("name", "url", "events")


@verb("webhook.create", on="organisation")
def create_webhook(*, organisation: Organisation, name: str, url: str, events: Iterable[str], by: Actor) -> Webhook:
    """Register an address. The ``secret`` attribute of what is returned holds the text to show, this once.

    Parameters
    ----------
    events
        Names of ``event_choices()``; none of them means all.
    """
    if Webhook._base_manager.filter(organisation=organisation).count() >= MOST:
        raise Refusal(
            "webhook.many",
            what=_("不能再登记推送地址。"),
            why=_("本单位的推送地址已有%(most)s个。") % {"most": MOST},
            cure=_("请先删除不再使用的地址。"),
        )
    webhook = Webhook(organisation=organisation)
    _assign(webhook, name, url, events)
    key = new_key()
    webhook.sealed = _sealed(webhook, key)
    webhook.save()
    webhook.secret = as_text(key)
    audit.note(host=webhook.host, events=len(webhook.events))
    return webhook


@verb("webhook.edit", on="webhook")
def edit_webhook(*, webhook: Webhook, name: str, url: str, events: Iterable[str], version: int, by: Actor) -> Webhook:
    """Change the name, the address or what is sent there."""
    before = {field: getattr(webhook, field) for field in EDITABLE}
    if version != webhook.version:
        yours = {"name": name, "url": url, "events": list(events)}
        raise Stale(theirs=before, yours=yours, version=webhook.version)
    _assign(webhook, name, url, events)
    webhook.touch(*EDITABLE)
    audit.note(
        host=webhook.host, fields=sorted(field for field in EDITABLE if before[field] != getattr(webhook, field))
    )
    return webhook


@verb("webhook.test", on="webhook")
def ping_webhook(*, webhook: Webhook, by: Actor) -> WebhookDelivery:
    """Send a message of no meaning, like any other: what became of it stands among the deliveries."""
    return queue_for([webhook], PING, webhook)[0]


@verb("webhook.pause", on="webhook")
def pause_webhook(*, webhook: Webhook, reason: str = PauseReason.HAND, by: Actor) -> Webhook:
    """Send nothing there any more. What happens meanwhile is kept for three days.

    The system does it too, after many failures or when the receiver says that it is gone: then those who may change
    the webhook are told.
    """
    webhook.state, webhook.paused_because = WebhookState.PAUSED, PauseReason(reason)
    webhook.touch("state", "paused_because")
    audit.note(reason=webhook.paused_because, failures=webhook.failures)
    if by.system:
        people = people_of(webhook.organisation_id, Role.OWNER, Role.MANAGER)
        details = {"reason": str(webhook.paused_because), "failures": webhook.failures}
        notify("webhook.paused", to=people, about=webhook, by=by, organisation_id=webhook.organisation_id, **details)
    return webhook


@verb("webhook.resume", on="webhook")
def resume_webhook(*, webhook: Webhook, by: Actor) -> Webhook:
    """Send again, at once, what waited."""
    webhook.state, webhook.paused_because = WebhookState.ACTIVE, PauseReason.NONE
    webhook.failures, webhook.failing_since, webhook.retry_at = 0, None, None
    webhook.touch("state", "paused_because", "failures", "failing_since", "retry_at")
    return webhook


@verb("webhook.rotate", on="webhook")
def rotate_webhook(*, webhook: Webhook, hours: int, by: Actor) -> Webhook:
    """Make a new secret, in the ``secret`` attribute of what is returned, this once.

    Parameters
    ----------
    hours
        How long messages carry the former signature too; 0 where the former secret became known.
    """
    if not 0 <= hours <= MOST_CHANGEOVER / timedelta(hours=1):
        raise Invalid([Fault("hours", _("过渡期为 0 至 168 小时。"), "webhook.hours")])
    key = new_key()
    webhook.former_sealed = webhook.sealed if hours else None
    webhook.former_until = datetime.now(UTC) + timedelta(hours=hours) if hours else None
    webhook.sealed = _sealed(webhook, key)
    webhook.touch("sealed", "former_sealed", "former_until")
    webhook.secret = as_text(key)
    audit.note(hours=hours)
    return webhook


@verb("webhook.delete", on="webhook")
def delete_webhook(*, webhook: Webhook, by: Actor) -> None:
    """Forget an address, and with it what was sent there."""
    audit.note(host=webhook.host)
    Webhook._base_manager.filter(pk=webhook.pk).delete()


@verb("webhook.replay", on="delivery")
def replay_delivery(*, delivery: WebhookDelivery, by: Actor) -> WebhookDelivery:
    """Send once more, under the same id, what was sent or given up. Rights are asked again then."""
    delivery.state, delivery.attempts, delivery.next_at = DeliveryState.WAITING, 0, datetime.now(UTC)
    delivery.problem = DeliveryProblem.NONE
    delivery.touch("state", "attempts", "next_at", "problem")
    return delivery


def _assign(webhook: Webhook, name: str, url: str, events: Iterable[str]) -> None:
    chosen, faults = sorted(set(events)), []
    if not one_line(name) or len(one_line(name)) > 80:
        faults.append(Fault("name", _("请取个名字，例如接收系统的名称；80 字以内。"), "webhook.name"))
    if not set(chosen) <= {known for known, _label in event_choices()}:
        faults.append(Fault("events", _("有不认识的事件，请重新勾选。"), "webhook.events"))
    faults += _url_faults(url.strip())
    if faults:
        raise Invalid(faults)
    webhook.name, webhook.url, webhook.events = one_line(name), url.strip(), chosen


def _url_faults(url: str) -> list[Fault]:
    """What is wrong with the form of an address; its name is looked up only when something is sent."""
    try:
        target = outbound.client().checked_form(url)
    except outbound.Refused:
        message = _("请填写可从公网访问的 https 地址，例如 https://erp.example.cn/hooks；不能含用户名。")
        return [Fault("url", message, "webhook.url")]
    if target.host == urlsplit(settings.SITE_URL).hostname:
        return [Fault("url", _("不能推送给本平台自己。"), "webhook.self")]
    return []


def _sealed(webhook: Webhook, key: bytes) -> bytes:
    return seal(key, purpose=PURPOSE, owner=webhook.pk)
