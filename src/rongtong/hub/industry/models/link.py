"""Who supplies whom with what, how much a year, and how the buyer would do without."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import LinkSource, LinkState, Substitution
from .chain import Chain, Product
from .firm import Firm, Pseudonym


class SupplyLink(Entity):
    """One supplier, one buyer, one product, one year.

    Where the contract hides the supplier (``confidential``), only the buyer, that supplier and the operator learn who
    it is; everybody else who may see the link reads a number (``pseudonym``). Read links for others through
    ``queries.links``, which carries nothing else.
    """

    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, related_name="links")
    product = models.ForeignKey(Product, on_delete=models.PROTECT, null=True, blank=True, related_name="links")
    supplier = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="sales")
    buyer = models.ForeignKey(Firm, on_delete=models.PROTECT, related_name="purchases")
    year = models.PositiveSmallIntegerField(_("年度"))
    value = models.DecimalField(_("年交易额（元）"), max_digits=18, decimal_places=2)
    input_share = models.DecimalField(_("占需方同类采购"), max_digits=5, decimal_places=4, null=True, blank=True)
    stock_days = models.PositiveSmallIntegerField(_("库存可用天数"), null=True, blank=True)
    lead_days = models.PositiveSmallIntegerField(_("供货周期（天）"), null=True, blank=True)
    substitution = models.CharField(
        _("可替代性"), max_length=10, choices=Substitution, default=Substitution.UNKNOWN, blank=True
    )
    country = models.CharField(_("供方所在国家或地区"), max_length=2, default="CN")
    confidential = models.BooleanField(_("按合同隐去供方"), default=False)
    pseudonym = models.ForeignKey(Pseudonym, on_delete=models.PROTECT, null=True, related_name="links")
    source = models.CharField(_("来源"), max_length=10, choices=LinkSource, default=LinkSource.HAND)
    state = models.CharField(_("状态"), max_length=10, choices=LinkState, default=LinkState.ACTIVE)
    reported_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        verbose_name = _("供需关系")
        constraints = [
            # confidential ones apart: a refusal to write the same link again would tell who the hidden supplier is
            models.UniqueConstraint(
                fields=["chain", "supplier", "buyer", "product", "year", "confidential"],
                condition=Q(state=LinkState.ACTIVE),
                nulls_distinct=False,
                name="supply_link_once",
            ),
            models.CheckConstraint(condition=~Q(supplier=F("buyer")), name="supply_link_not_itself"),
            models.CheckConstraint(condition=Q(value__gte=0), name="supply_link_value"),
            models.CheckConstraint(
                condition=Q(input_share=None) | Q(input_share__range=(0, 1)), name="supply_link_input_share"
            ),
            models.CheckConstraint(condition=Q(year__range=(1990, 2100)), name="supply_link_year"),
            models.CheckConstraint(
                condition=Q(confidential=False) | Q(pseudonym__isnull=False), name="supply_link_pseudonym"
            ),
        ]
        indexes = [
            models.Index(fields=["chain", "-value", "id"], condition=Q(state="active"), name="supply_link_chain"),
            models.Index(fields=["buyer", "-value"], name="supply_link_buyer"),
            models.Index(fields=["supplier", "-value"], name="supply_link_supplier"),
        ]

    def __str__(self) -> str:
        # no names: this text reaches logs and trails, whose readers may not know the supplier
        return f"{self.year} {self.pk}"

    @property
    def owner_id(self) -> uuid.UUID | None:
        """The buyer: it tells its own suppliers."""
        return self.buyer.organisation_id

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.acts_for(self.supplier.organisation_id):
            roles |= {f"supplier.{step}" for step in actor.steps}
        if actor.acts_for(self.chain.leader_id):
            # what the buyer has told the leader does not change, least of all where it may not know the supplier
            own = not self.confidential and self.reported_by_id == actor.organisation_id
            roles |= {f"leader.{step}" for step in actor.steps} if own else {"leader.viewer"}
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[SupplyLink]":
        """A firm its own links, the chain leader its chain's, the operator all. Withdrawn ones stay with the buyer."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        own = Q(buyer__organisation_id=actor.organisation_id)
        others = Q(supplier__organisation_id=actor.organisation_id) | Q(chain__leader_id=actor.organisation_id)
        return rows.filter(own | (others & Q(state=LinkState.ACTIVE)))

    @staticmethod
    def concealed_from(actor: Actor) -> Q:
        """The condition on visible links whose supplier the reader may not know."""
        if actor.system or "operator.viewer" in actor.roles:
            return Q(pk__in=[])
        parties = Q(buyer__organisation_id=actor.firm) | Q(supplier__organisation_id=actor.firm)
        return Q(confidential=True) & ~parties

    def conceals_supplier_from(self, actor: Actor) -> bool:
        """The same for one link in hand."""
        if not self.confidential or actor.system or "operator.viewer" in actor.roles:
            return False
        return not (actor.acts_for(self.buyer.organisation_id) or actor.acts_for(self.supplier.organisation_id))
