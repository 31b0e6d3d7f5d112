"""A result that others can use: a patent, know-how or software, its owners with their shares, what is told to whom."""

from fractions import Fraction
from typing import Any

from django.apps import apps
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from ..enums import AgreementKind, LegalStatus, TechnologyKind, TechnologyState

SUBJECT = "innovation.technology"


def _level(default: Level, label: Any) -> Any:
    """Who may read one group of fields of a technology."""
    return models.PositiveSmallIntegerField(label, choices=Level.choices, default=default)


class Technology(Entity):
    """What is shown of it to whom is decided in ``queries/technologies.py``, by the level of each group of fields.

    ``organisation`` is the owner that looks after it here; all owners stand in ``owners``.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="technologies")
    kind = models.CharField(_("类型"), max_length=10, choices=TechnologyKind, default=TechnologyKind.PATENT)
    state = models.CharField(_("状态"), max_length=10, choices=TechnologyState, default=TechnologyState.DRAFT)
    title = models.CharField(_("成果名称"), max_length=120)
    search_keys = models.CharField(max_length=400, editable=False, default="")
    teaser = models.TextField(_("简介"), max_length=600, blank=True)
    industry = models.CharField(_("适用行业"), max_length=5, blank=True)
    fields = ArrayField(models.CharField(max_length=20), default=list, blank=True, verbose_name=_("技术领域"))
    readiness = models.PositiveSmallIntegerField(_("技术就绪度"), null=True, blank=True)
    ways = ArrayField(
        models.CharField(max_length=12, choices=AgreementKind), default=list, blank=True, verbose_name=_("合作方式")
    )
    legal_status = models.CharField(_("法律状态"), max_length=10, choices=LegalStatus, default=LegalStatus.NONE)
    patent_number = models.CharField(_("专利号或登记号"), max_length=60, blank=True)
    filed_on = models.DateField(_("申请日"), null=True, blank=True)
    granted_on = models.DateField(_("授权日"), null=True, blank=True)
    expires_on = models.DateField(_("保护期届满日"), null=True, blank=True)
    inventors = ArrayField(models.CharField(max_length=40), default=list, blank=True, verbose_name=_("发明人"))
    application = models.TextField(_("应用场景"), max_length=2000, blank=True)
    advantage = models.TextField(_("技术优势与指标"), max_length=4000, blank=True)
    details = models.TextField(_("技术方案"), max_length=6000, blank=True)
    secret = models.TextField(_("技术秘密要点"), max_length=6000, blank=True)
    terms = models.TextField(_("合作意向与报价"), max_length=2000, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=80, blank=True)
    contact_phone = models.CharField(_("电话"), max_length=40, blank=True)
    contact_email = models.EmailField(_("邮箱"), blank=True)
    owners_level = _level(Level.MEMBERS, _("权利份额的披露等级"))
    inventors_level = _level(Level.PUBLIC, _("发明人的披露等级"))
    application_level = _level(Level.PUBLIC, _("应用场景的披露等级"))
    advantage_level = _level(Level.MEMBERS, _("技术优势的披露等级"))
    details_level = _level(Level.AFTER_NDA, _("技术方案的披露等级"))
    secret_level = _level(Level.NAMED, _("技术秘密的披露等级"))
    terms_level = _level(Level.MEMBERS, _("合作意向的披露等级"))
    contact_level = _level(Level.MEMBERS, _("联系人的披露等级"))
    published_at = models.DateTimeField(null=True)

    class Meta:
        verbose_name = _("技术成果")
        indexes = [
            models.Index(fields=["-published_at", "-id"], name="technology_newest"),
            models.Index(fields=["organisation", "state"], name="technology_organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(readiness=None) | Q(readiness__range=(1, 9)), name="technology_readiness_range"
            ),
            models.CheckConstraint(
                condition=Q(expires_on=None) | Q(filed_on=None) | Q(expires_on__gt=F("filed_on")),
                name="technology_dates",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    def is_owned_by(self, organisation_id: Any) -> bool:
        """Whether the organisation is one of the owners. One query for those that do not look after it."""
        if organisation_id is None:
            return False
        return organisation_id == self.organisation_id or self.owners.filter(organisation_id=organisation_id).exists()

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if not roles and actor.role and self.is_owned_by(actor.organisation_id):
            roles |= {f"coowner.{step}" for step in actor.steps}
        return roles

    def level_open_to(self, actor: Actor) -> int:
        """The highest disclosure level of this technology that the actor may read.

        The operator reads what members read: it needs to know that a technology is there, not how it is done.
        """
        if actor.system or actor.acts_for(self.organisation_id) or (actor.role and self.is_owned_by(actor.firm)):
            return Level.NAMED
        signed = NonDisclosureAgreement._base_manager.filter(
            recipient_id=actor.firm, subject_type=SUBJECT, subject_id=self.pk, ended_at=None
        )
        if actor.is_member and signed.exists():
            return Level.AFTER_NDA
        return actor.level

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Technology]":
        """Published ones are public; drafts are their keeper's; whoever has a part in one keeps finding it."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        shown = Q(state=TechnologyState.PUBLISHED, organisation__state=VerificationState.VERIFIED)
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(organisation_id=actor.organisation_id)
            own = TechnologyOwner._base_manager.filter(
                technology_id=models.OuterRef("pk"), organisation_id=actor.organisation_id
            )
            agreements: Any = apps.get_model("innovation", "Agreement")  # its file imports this one
            party = agreements._base_manager.filter(
                agreements.between(actor.organisation_id), technology_id=models.OuterRef("pk")
            )
            shown |= ~Q(state=TechnologyState.DRAFT) & (Q(models.Exists(own)) | Q(models.Exists(party)))
        return rows.filter(shown)


class TechnologyOwner(models.Model):
    """An owner's share, as an exact fraction. Owners that take no part in the hub have a name only."""

    technology = models.ForeignKey(Technology, on_delete=models.CASCADE, related_name="owners")
    position = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    name = models.CharField(_("权利人"), max_length=120)
    numerator = models.PositiveBigIntegerField()
    denominator = models.PositiveBigIntegerField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["technology", "position"],
                name="technology_owner_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.UniqueConstraint(fields=["technology", "organisation"], name="technology_owner_once"),
            models.CheckConstraint(
                condition=Q(numerator__gte=1, denominator__gte=F("numerator")), name="technology_owner_share"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.name} {self.share}"

    @property
    def share(self) -> Fraction:
        return Fraction(self.numerator, self.denominator)
