"""Legal bodies that take part."""

import uuid

from django.contrib.postgres.indexes import GinIndex, OpClass
from django.db import models
from django.db.models import F, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity

from ..enums import Cultivation, IdentifierScheme, OrganisationKind, VerificationState
from ..size_class import SizeClass


class Organisation(Entity):
    """A legal body, identified by its credit code, or abroad by LEI or register number."""

    kind = models.CharField(_("机构类型"), max_length=24, choices=OrganisationKind)
    name = models.CharField(_("机构名称"), max_length=200)
    name_en = models.CharField(_("英文名称"), max_length=200, blank=True)
    short_name = models.CharField(_("简称"), max_length=60, blank=True)
    sort_key = models.CharField(max_length=400, editable=False, default="")
    search_keys = models.CharField(max_length=2000, editable=False, default="")
    resolved_name = models.CharField(max_length=200, editable=False, default="")
    scheme = models.CharField(
        _("证件类型"), max_length=12, choices=IdentifierScheme, default=IdentifierScheme.CREDIT_CODE
    )
    identifier = models.CharField(_("证件号码"), max_length=40)
    country = models.CharField(_("国家或地区"), max_length=2, default="CN")
    industry = models.CharField(_("行业"), max_length=5, blank=True)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    address = models.CharField(_("地址"), max_length=200, blank=True)
    founded = models.PositiveSmallIntegerField(_("成立年份"), null=True, blank=True)
    introduction = models.TextField(_("简介"), blank=True, max_length=2000)
    size_class = models.CharField(
        _("企业规模"), max_length=12, choices=SizeClass, default=SizeClass.UNCLASSIFIED, editable=False
    )
    cultivation = models.CharField(
        _("梯度培育"), max_length=12, choices=Cultivation, default=Cultivation.NONE, blank=True
    )
    cultivation_certificate = models.CharField(_("证书编号"), max_length=60, blank=True)
    cultivation_expires = models.DateField(_("有效期至"), null=True, blank=True)
    leads_chain = models.CharField(_("所任链主的产业链"), max_length=60, blank=True)
    state = models.CharField(_("核验状态"), max_length=10, choices=VerificationState, default=VerificationState.DRAFT)
    state_reason = models.CharField(max_length=500, blank=True)
    verified_at = models.DateTimeField(null=True, blank=True)
    source = models.CharField(max_length=40, blank=True, editable=False)

    class Meta:
        constraints = [
            # only those the operator vouches for hold their number: a claim must neither block nor betray its bearer
            models.UniqueConstraint(
                fields=["scheme", "country", "identifier"],
                condition=Q(state__in=[VerificationState.VERIFIED, VerificationState.SUSPENDED]),
                name="organisation_identifier",
            ),
            models.CheckConstraint(
                condition=~Q(scheme=IdentifierScheme.CREDIT_CODE) | Q(country="CN"), name="organisation_credit_code_cn"
            ),
        ]
        indexes = [
            models.Index(fields=["sort_key", "id"], name="organisation_sort"),
            models.Index(fields=["state", "kind"], name="organisation_state"),
            models.Index(fields=["resolved_name", "region"], name="organisation_resolved"),
            models.Index(fields=["identifier"], name="organisation_number"),
            GinIndex(OpClass(F("search_keys"), name="gin_trgm_ops"), name="organisation_search"),
        ]

    def __str__(self) -> str:
        if translation.get_language() == "en" and self.name_en:
            return self.name_en
        return self.name

    @property
    def owner_id(self) -> uuid.UUID:
        """The organisation owns itself."""
        return self.pk

    @property
    def short(self) -> str:
        """The name for narrow places."""
        return str(self) if translation.get_language() == "en" else self.short_name or self.name

    @property
    def is_verified(self) -> bool:
        return self.state == VerificationState.VERIFIED

    @property
    def is_sme(self) -> bool:
        return self.kind == OrganisationKind.ENTERPRISE and self.size_class in {
            SizeClass.MEDIUM,
            SizeClass.SMALL,
            SizeClass.MICRO,
        }

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Organisation]":
        """Verified organisations are public; one's own always; the operator sees all."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        return rows.filter(Q(state=VerificationState.VERIFIED) | Q(pk=actor.organisation_id))


class YearFigures(models.Model):
    """Headcount, revenue and assets of one year. Seen by the organisation itself and the operator."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="years")
    year = models.PositiveSmallIntegerField(_("年度"))
    headcount = models.PositiveIntegerField(_("从业人员（人）"), null=True, blank=True)
    revenue = models.DecimalField(_("营业收入（元）"), max_digits=18, decimal_places=2, null=True, blank=True)
    assets = models.DecimalField(_("资产总额（元）"), max_digits=18, decimal_places=2, null=True, blank=True)

    class Meta:
        ordering = ["-year"]
        constraints = [
            models.UniqueConstraint(fields=["organisation", "year"], name="year_figures_once"),
            models.CheckConstraint(condition=Q(revenue__gte=0) | Q(revenue=None), name="year_figures_revenue"),
            models.CheckConstraint(condition=Q(assets__gte=0) | Q(assets=None), name="year_figures_assets"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.year}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[YearFigures]":
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        return rows.filter(organisation_id=actor.organisation_id) if actor.organisation_id else rows.none()


class Certificate(Entity):
    """A certificate the organisation holds: ISO 9001, CNAS and the like. Public."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="certificates")
    code = models.CharField(_("证书"), max_length=60)
    number = models.CharField(_("编号"), max_length=80, blank=True)
    expires = models.DateField(_("有效期至"), null=True, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["organisation", "code"], name="certificate_once")]

    def __str__(self) -> str:
        return self.code

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Certificate]":
        return cls._base_manager.filter(organisation__in=Organisation.visible_to(actor))


class NameDecision(models.Model):
    """What a person decided about a name in an imported file: this organisation, or a new one."""

    resolved_name = models.CharField(max_length=200)
    region = models.CharField(max_length=6, blank=True)
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, null=True)
    decided_by = models.UUIDField()
    decided_at = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["resolved_name", "region"], name="name_decision_once")]

    def __str__(self) -> str:
        return self.resolved_name
