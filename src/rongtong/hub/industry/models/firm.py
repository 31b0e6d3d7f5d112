"""Who stands at the ends of a link: an organisation of the hub, or a firm outside it."""

from typing import Any

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.pinyin import resolved_name, sort_key

from .chain import Chain


class Firm(Entity):
    """A node of the network. Its name is the organisation's, or, outside the hub, what those who deal with it wrote.

    Outside firms are told apart by name, country and, where somebody gave one, code. Nothing about them is changed
    afterwards: what one buyer says must not alter another buyer's supplier. The operator can say which organisation
    such a firm turned out to be; then its links are that organisation's.
    """

    organisation = models.OneToOneField(Organisation, on_delete=models.PROTECT, null=True, related_name="firm")
    name = models.CharField(_("企业名称"), max_length=200, blank=True)
    country = models.CharField(_("国家或地区"), max_length=2, default="CN")
    code = models.CharField(_("企业代码"), max_length=60, blank=True)
    resolved_name = models.CharField(max_length=200, editable=False, default="")
    sort_key = models.CharField(max_length=400, editable=False, default="")

    class Meta:
        verbose_name = _("企业")
        constraints = [
            models.UniqueConstraint(
                fields=["resolved_name", "country", "code"],
                condition=Q(organisation=None),
                name="firm_outside_once",
            ),
            models.CheckConstraint(condition=~Q(organisation=None) | ~Q(name=""), name="firm_has_name"),
        ]
        indexes = [models.Index(fields=["code"], name="firm_code")]

    def __str__(self) -> str:
        return str(self.organisation) if self.organisation_id else self.name

    @property
    def is_outside(self) -> bool:
        return self.organisation_id is None

    @property
    def at_home_in(self) -> str:
        """The country: the organisation's own where it is one."""
        return self.organisation.country if self.organisation is not None else self.country

    def save(self, *given: Any, **named: Any) -> None:
        self.derive()
        super().save(*given, **named)

    def derive(self) -> None:
        """Set the keys by which an outside firm is recognised and sorted."""
        self.resolved_name = (resolved_name(self.name) or self.name)[:200]
        self.sort_key = sort_key(self.name)[:400]

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Firm]":
        """Firms that have a link which shows them to the reader by name; the operator sees all."""
        from .link import SupplyLink

        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        links = SupplyLink.visible_to(actor)
        named = links.exclude(SupplyLink.concealed_from(actor))
        return rows.filter(Q(pk__in=links.values("buyer")) | Q(pk__in=named.values("supplier")))


class Pseudonym(Entity):
    """By which number a supplier is known in a chain to those who may not know who it is. It never changes."""

    chain = models.ForeignKey(Chain, on_delete=models.CASCADE, related_name="pseudonyms")
    firm = models.ForeignKey(Firm, on_delete=models.CASCADE, related_name="pseudonyms")
    number = models.PositiveSmallIntegerField()

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["chain", "firm"], name="pseudonym_firm_once"),
            models.UniqueConstraint(fields=["chain", "number"], name="pseudonym_number_once"),
        ]

    def __str__(self) -> str:
        return f"{self.number:02d}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Pseudonym]":
        """Who is behind a number is for the operator alone; a link carries the number itself."""
        rows = cls._base_manager.all()
        return rows if actor.system or "operator.viewer" in actor.roles else rows.none()
