"""What an analysis of a chain found: how grave each firm's failure would be, and on whom buyers depend."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity

from ..analysis_enums import WorkState
from .chain import Chain, Product
from .firm import Firm, Pseudonym
from .link import SupplyLink


def led_by(actor: Actor, chain: str) -> Q:
    """The condition that the reader leads the chain."""
    return Q(**{f"{chain}__leader_id": actor.organisation_id})


class Analysis(Entity):
    """One run over the links of one year. Its results stay as they were, under a number that grows.

    A supplier that a contract hides is a firm of its own here: what it sells under its number and what it sells by name
    are never added up, so that no figure tells who it is.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="analyses")
    year = models.PositiveSmallIntegerField(_("年度"))
    number = models.PositiveIntegerField(_("期号"))
    state = models.CharField(_("状态"), max_length=10, choices=WorkState, default=WorkState.WORKING)
    job_id = models.UUIDField()
    firms = models.PositiveIntegerField(default=0)
    links = models.PositiveIntegerField(default=0)
    mean = models.FloatField(default=0)
    traps = models.JSONField(default=list)
    finished_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("韧性分析")
        constraints = [models.UniqueConstraint(fields=["chain", "number"], name="analysis_number_once")]
        indexes = [models.Index(fields=["chain", "-number"], name="analysis_newest")]

    def __str__(self) -> str:
        return f"{self.chain} {self.year} #{self.number}"

    @property
    def owner_id(self) -> uuid.UUID | None:
        return self.chain.leader_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Analysis]":
        """The leader and the operator see all; a firm those that are done and have it among their firms."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        own = Q(state=WorkState.DONE, risks__firm__organisation_id=actor.organisation_id)
        return rows.filter(pk__in=rows.filter(led_by(actor, "chain") | own).values("pk"))


class FirmRisk(models.Model):
    """What share of the chain's trade is lost when a firm fails; ``pseudonym`` where it is known by its number alone.

    Parameters
    ----------
    parts
        The links that make it up, the one that most passes through first: link, direction, direct, carried.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="risks")
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")
    pseudonym = models.ForeignKey(Pseudonym, on_delete=models.CASCADE, null=True, related_name="+")
    rank = models.PositiveIntegerField(_("名次"))
    esri = models.FloatField(_("系统性风险"))
    downstream = models.FloatField(_("向下游"))
    upstream = models.FloatField(_("向上游"))
    own = models.FloatField(null=True)
    parts = models.JSONField(default=list)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["analysis", "rank"], name="firm_risk_rank_once")]
        indexes = [models.Index(fields=["firm"], name="firm_risk_firm")]

    def __str__(self) -> str:
        # no names: the reader may not know the firm
        return f"{self.rank}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[FirmRisk]":
        """A firm its own rows, the leader its chain's, the operator all."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        own = Q(firm__organisation_id=actor.organisation_id, analysis__state=WorkState.DONE)
        return rows.filter(own | led_by(actor, "analysis__chain"))


class WeakLink(Entity):
    """A dependency of one buyer for one product: on whom, how much of it, and what happens without.

    Parameters
    ----------
    link
        The supply link of the largest supplier; who may know that supplier is asked there, as things are today.
    stake
        About the share of the chain's trade that is lost where nobody steps in.
    """

    analysis = models.ForeignKey(Analysis, on_delete=models.CASCADE, related_name="weak_links")
    rank = models.PositiveIntegerField(_("名次"))
    buyer = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="+")
    product = models.ForeignKey(Product, on_delete=models.CASCADE, null=True, related_name="+")
    link = models.ForeignKey(SupplyLink, on_delete=models.CASCADE, related_name="+")
    suppliers = models.PositiveIntegerField(_("供方数"))
    substitutes = models.PositiveIntegerField(_("链内可替代"))
    value = models.DecimalField(_("年采购额"), max_digits=18, decimal_places=2)
    top_share = models.FloatField(_("最大供方占比"))
    herfindahl = models.FloatField(_("集中度"))
    abroad = models.FloatField(_("境外占比"))
    essential = models.BooleanField(_("关键投入"))
    hardness = models.FloatField(_("替代难度"))
    loss = models.FloatField(_("断供损失"))
    stake = models.FloatField(_("利害程度"))
    less_after = models.PositiveIntegerField(null=True)
    stops_after = models.PositiveIntegerField(null=True)
    is_followed = models.BooleanField(default=False)

    class Meta:
        verbose_name = _("薄弱环节")
        constraints = [models.UniqueConstraint(fields=["analysis", "rank"], name="weak_link_rank_once")]
        indexes = [
            models.Index(fields=["analysis", "-stake", "id"], name="weak_link_stake"),
            models.Index(fields=["buyer"], name="weak_link_buyer"),
        ]

    def __str__(self) -> str:
        # no names: the reader may not know the supplier
        return f"{self.rank}"

    @property
    def owner_id(self) -> uuid.UUID | None:
        """The buyer: it is its weakness."""
        return self.buyer.organisation_id

    @property
    def single(self) -> bool:
        return self.suppliers == 1

    @property
    def from_abroad(self) -> bool:
        """Whether the largest supplier is in another country."""
        return self.link.country != self.buyer.at_home_in

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[WeakLink]":
        """The buyer its own, the leader its chain's, the operator all. No supplier learns who cannot do without it."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        own = Q(buyer__organisation_id=actor.organisation_id)
        return rows.filter(own | led_by(actor, "analysis__chain"), analysis__state=WorkState.DONE)
