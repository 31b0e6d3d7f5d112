"""What an organisation can do or make, in its own words, with evidence."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.enums import Level

from ..enums import CapabilityState


class Capability(Entity):
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="capabilities")
    title = models.CharField(_("能力名称"), max_length=120)
    text = models.TextField(_("说明"), max_length=4000, blank=True)
    search_keys = models.CharField(max_length=400, editable=False, default="")
    products = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("产品"))
    equipment = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("设备"))
    certificates = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("资质"))
    patents = ArrayField(models.CharField(max_length=120), default=list, blank=True, verbose_name=_("专利"))
    deliveries = models.TextField(_("以往业绩"), max_length=2000, blank=True)
    readiness = models.PositiveSmallIntegerField(_("技术就绪度"), null=True, blank=True)
    level = models.PositiveSmallIntegerField(
        _("披露等级"),
        choices=[(one.value, one.label) for one in (Level.PUBLIC, Level.MEMBERS)],
        default=Level.PUBLIC,
    )
    state = models.CharField(_("状态"), max_length=10, choices=CapabilityState, default=CapabilityState.DRAFT)
    source = models.CharField(max_length=40, blank=True, editable=False)
    external_key = models.CharField(max_length=200, null=True, unique=True, editable=False)

    class Meta:
        verbose_name = _("能力")
        indexes = [
            # the list shows one's own drafts too, so its newest rows are of any state
            models.Index(fields=["-changed_at", "-id"], name="capability_newest"),
            models.Index(fields=["organisation", "state"], name="capability_organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(readiness=None) | Q(readiness__range=(1, 9)), name="capability_readiness_range"
            ),
            models.CheckConstraint(condition=Q(level__lte=1), name="capability_level"),
        ]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Capability]":
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        shown = Q(
            state=CapabilityState.PUBLISHED, level__lte=actor.level, organisation__state=VerificationState.VERIFIED
        )
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(organisation_id=actor.organisation_id)
        return rows.filter(shown)
