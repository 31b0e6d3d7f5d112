"""Where an organisation's programs are told of events, and what was told to them."""

from urllib.parse import urlsplit

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import DeliveryState, Entity

from ..enums import DeliveryProblem, PauseReason, WebhookState
from .organisation import Organisation


class Webhook(Entity):
    """An address that events are sent to. Its secret is sealed for this row and shown once.

    ``events`` names what is sent; empty means everything. ``failures`` counts the failed attempts since the last
    success, over all deliveries; until ``retry_at`` the receiver is left alone.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhooks")
    name = models.CharField(_("名称"), max_length=80)
    url = models.CharField(_("推送地址"), max_length=500)
    events: "ArrayField[list[str], list[str]]" = ArrayField(models.CharField(max_length=80), default=list, blank=True)
    state = models.CharField(max_length=10, choices=WebhookState, default=WebhookState.ACTIVE)
    paused_because = models.CharField(max_length=10, choices=PauseReason, default=PauseReason.NONE, blank=True)
    sealed = models.BinaryField()
    former_sealed = models.BinaryField(null=True)
    former_until = models.DateTimeField(null=True)
    failures = models.PositiveIntegerField(default=0)
    failing_since = models.DateTimeField(null=True)
    retry_at = models.DateTimeField(null=True)
    answered_at = models.DateTimeField(null=True)
    #: The text to show, only on the instance that ``create_webhook`` and ``rotate_webhook`` return; no column.
    secret: str = ""

    class Meta:
        indexes = [models.Index(fields=["organisation", "created_at"], name="webhook_organisation")]

    def __str__(self) -> str:
        return self.name

    @property
    def host(self) -> str:
        return urlsplit(self.url).hostname or ""

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Webhook]":
        """Those who may change them: an address may hold what opens the receiver's door."""
        return cls._base_manager.filter(_of_managers(actor))


class WebhookDelivery(Entity):
    """One event for one webhook: written in the verb's transaction, sent after it. It holds no words.

    Its id is the ``webhook-id`` of every attempt, so that a receiver can tell a repetition.
    """

    webhook = models.ForeignKey(Webhook, on_delete=models.CASCADE, related_name="deliveries")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="webhook_deliveries")
    event = models.CharField(max_length=80)
    about_type = models.CharField(max_length=80)
    about_id = models.UUIDField()
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField()
    tried_at = models.DateTimeField(null=True)
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=12, choices=DeliveryProblem, default=DeliveryProblem.NONE, blank=True)
    status = models.PositiveSmallIntegerField(null=True)
    answer = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["webhook", "next_at"], condition=Q(state="waiting"), name="webhook_delivery_waiting"),
            models.Index(fields=["organisation", "-created_at", "-id"], name="webhook_delivery_list"),
            models.Index(fields=["-created_at", "-id"], condition=Q(state="failed"), name="webhook_delivery_failed"),
        ]

    def __str__(self) -> str:
        return f"{self.event} {self.state}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[WebhookDelivery]":
        return cls._base_manager.filter(_of_managers(actor))

    @classmethod
    def failed_for(cls, actor: Actor) -> "models.QuerySet[WebhookDelivery]":
        """What the operator may know of everybody's: that it was given up, with neither address nor answer."""
        rows = cls._base_manager.filter(state=DeliveryState.FAILED)
        return rows.defer("answer") if "operator.viewer" in actor.roles else rows.none()


def _of_managers(actor: Actor) -> Q:
    if actor.system:
        return Q()
    return Q(organisation_id=actor.organisation_id) if "manager" in actor.steps else Q(pk__in=())
