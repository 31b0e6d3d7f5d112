"""Royalties of one period under an agreement: what was sold, what follows from it, who has confirmed it."""

from typing import Any

from django.conf import settings
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity

from ..enums import StatementState
from .agreement import Agreement


class Statement(Entity):
    """``document`` is the engine's, with its inputs; the figures beside it are read from it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.PROTECT, related_name="statements")
    position = models.PositiveSmallIntegerField()
    state = models.CharField(_("状态"), max_length=10, choices=StatementState, default=StatementState.ENTERED)
    starts_on = models.DateField(_("期初"))
    ends_on = models.DateField(_("期末"))
    document: Any = models.JSONField()
    digest = models.CharField(max_length=64)
    net_sales = models.DecimalField(_("净销售额"), max_digits=22, decimal_places=2)
    payable = models.DecimalField(_("应付金额"), max_digits=22, decimal_places=2)
    #: By how much it differs from the period before, as a share of that; and whether that is more than was agreed.
    variance = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    flagged = models.BooleanField(default=False)
    audited_payable = models.DecimalField(_("核查后应付"), max_digits=22, decimal_places=2, null=True)
    audit_variance = models.DecimalField(max_digits=18, decimal_places=6, null=True)
    audit_flagged = models.BooleanField(default=False)
    comment = models.CharField(_("退回意见"), max_length=1000, blank=True)
    provider_confirmed_at = models.DateTimeField(null=True)
    provider_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )
    receiver_confirmed_at = models.DateTimeField(null=True)
    receiver_confirmed_by = models.ForeignKey(
        settings.AUTH_USER_MODEL, on_delete=models.PROTECT, null=True, related_name="+"
    )

    class Meta:
        verbose_name = _("结算单")
        ordering = ["starts_on"]
        indexes = [models.Index(fields=["-ends_on", "-id"], name="statement_newest")]
        constraints = [
            models.UniqueConstraint(fields=["agreement", "position"], name="statement_position"),
            models.CheckConstraint(condition=Q(ends_on__gt=F("starts_on")), name="statement_period"),
        ]

    def __str__(self) -> str:
        return f"{self.agreement} {self.starts_on}"

    def roles_of(self, actor: Actor) -> set[str]:
        return self.agreement.roles_of(actor)

    def level_open_to(self, actor: Actor) -> int:
        return self.agreement.level_open_to(actor)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Statement]":
        """Those of one's own agreements."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        own = Q(agreement__provider_id=actor.organisation_id) | Q(agreement__receiver_id=actor.organisation_id)
        return rows.filter(own)
