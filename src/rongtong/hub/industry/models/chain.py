"""A chain, who leads it, and the products that go into each other along it."""

import uuid

from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _
from django.utils.translation import pgettext_lazy

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import ChainState, Essentiality


def in_language(row: "Chain | Product") -> str:
    """The name in the reader's language, where there is one."""
    return row.name_en if row.name_en and translation.get_language() == "en" else row.name


class Chain(Entity):
    """An industry chain. Its name, summary, leader and products are public; its links are not."""

    name = models.CharField(_("产业链名称"), max_length=60)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    summary = models.TextField(_("简介"), max_length=2000, blank=True)
    leader = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="led_chains", verbose_name=_("链主")
    )
    state = models.CharField(_("状态"), max_length=10, choices=ChainState, default=ChainState.ACTIVE)

    class Meta:
        verbose_name = pgettext_lazy("one", "产业链")
        ordering = ["name", "id"]
        constraints = [
            models.UniqueConstraint(fields=["name"], condition=Q(state=ChainState.ACTIVE), name="chain_name_once"),
        ]

    def __str__(self) -> str:
        return in_language(self)

    @property
    def owner_id(self) -> uuid.UUID | None:
        """The leader's people hold the ``own.*`` roles."""
        return self.leader_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Chain]":
        """Active chains are public; closed ones remain for their leader and the operator."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        shown = Q(state=ChainState.ACTIVE)
        if actor.is_member:
            shown |= Q(leader_id=actor.organisation_id)
        return rows.filter(shown)


class Product(Entity):
    """One product or service of a chain. ``tier`` counts from upstream: 1 is the raw material."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="products")
    code = models.CharField(_("产品代码"), max_length=30)
    name = models.CharField(_("产品"), max_length=80)
    name_en = models.CharField(_("英文名称"), max_length=120, blank=True)
    tier = models.PositiveSmallIntegerField(_("层级"))
    stage = models.CharField(_("环节"), max_length=40, blank=True)

    class Meta:
        verbose_name = _("产品")
        ordering = ["tier", "code"]
        constraints = [
            models.UniqueConstraint(fields=["chain", "code"], name="product_code_once"),
            models.UniqueConstraint(fields=["chain", "name"], name="product_name_once"),
            models.CheckConstraint(condition=Q(tier__range=(1, 20)), name="product_tier_range"),
        ]

    def __str__(self) -> str:
        return in_language(self)

    @property
    def owner_id(self) -> uuid.UUID | None:
        return self.chain.leader_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Product]":
        return cls._base_manager.filter(chain__in=Chain.visible_to(actor))


class ProductInput(models.Model):
    """``input`` goes into ``product``, and how much a lack of it matters."""

    product = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="inputs")
    input = models.ForeignKey(Product, on_delete=models.CASCADE, related_name="uses")
    essentiality = models.PositiveSmallIntegerField(_("关键程度"), choices=Essentiality, default=Essentiality.ESSENTIAL)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["product", "input"], name="product_input_once"),
            models.CheckConstraint(condition=~Q(product=F("input")), name="product_input_not_itself"),
        ]

    def __str__(self) -> str:
        return f"{self.input_id} → {self.product_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[ProductInput]":
        return cls._base_manager.filter(product__in=Product.visible_to(actor))
