"""What if: something goes wrong along a chain, from a day on, for so many days; and what that would cost."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..analysis_enums import ScenarioKind, WorkState
from .analysis import led_by
from .chain import Chain


class Scenario(Entity):
    """A disruption and what it does, day by day. ``organisation`` asked; who else reads it is ``shared``.

    Parameters
    ----------
    names
        Whom it meets: keys of firms, codes of regions or countries, ids of products. No words: what a firm is called
        is told to each reader as that reader may know it.
    depth
        The share of capacity, or of deliveries, that is lost.
    result
        ``days``: a row a day (day, output, lost, p5, p50, p95); ``firms``: whom it hits, by key; ``total``,
        ``value_at_risk``, ``time_to_survive``, ``time_to_recover``.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="scenarios")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("情景名称"), max_length=60)
    year = models.PositiveSmallIntegerField(_("年度"))
    kind = models.CharField(_("冲击对象"), max_length=10, choices=ScenarioKind)
    names = models.JSONField(default=list)
    depth = models.FloatField(_("损失程度"), default=1)
    start = models.PositiveSmallIntegerField(_("起始日"), default=0)
    days = models.PositiveSmallIntegerField(_("持续天数"), default=30)
    recovery = models.PositiveSmallIntegerField(_("恢复天数"), default=0)
    horizon = models.PositiveSmallIntegerField(_("推演天数"), default=180)
    shared = models.BooleanField(_("已共享"), default=False)
    state = models.CharField(_("状态"), max_length=10, choices=WorkState, default=WorkState.WORKING)
    job_id = models.UUIDField()
    result = models.JSONField(default=dict)

    class Meta:
        verbose_name = _("推演情景")
        constraints = [
            models.CheckConstraint(condition=Q(depth__gt=0, depth__lte=1), name="scenario_depth"),
            models.CheckConstraint(condition=Q(horizon__range=(1, 730)), name="scenario_horizon"),
        ]
        indexes = [models.Index(fields=["chain", "-created_at"], name="scenario_newest")]

    def __str__(self) -> str:
        return self.name

    @property
    def owner_id(self) -> uuid.UUID | None:
        return self.organisation_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Scenario]":
        """Whoever asked; the leader of the chain and the operator what was shared with them."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        shown = Q(organisation_id=actor.organisation_id)
        if "operator.viewer" in actor.roles:
            shown |= Q(shared=True)
        if actor.is_member:
            shown |= led_by(actor, "chain") & Q(shared=True)
        return rows.filter(shown)
