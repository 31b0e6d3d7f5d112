"""What a supplier says of a standard, clause by clause, what the auditor finds, and how long the result holds."""

import datetime as dt
import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..standard_enums import OPEN, UNSENT, Claim, ConformityState, Verdict
from .standard import Requirement, Standard, published_by


class Conformity(Entity):
    """One assessment of one supplier against one edition. ``organisation`` is the supplier.

    Parameters
    ----------
    valid_until
        The first day on which the result holds no more.
    renew_by
        The first day on which it holds no more because a newer edition has taken its place.
    shown
        Whether the supplier lets members see that the result holds; the assessment itself stays where it is.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="conformities")
    standard = models.ForeignKey(Standard, on_delete=models.PROTECT, related_name="conformities")
    state = models.CharField(_("状态"), max_length=10, choices=ConformityState, default=ConformityState.DRAFT)
    asked_at = models.DateTimeField(null=True)
    asked_until = models.DateField(_("请在此日前提交"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True)
    decided_at = models.DateTimeField(null=True)
    conclusion = models.TextField(_("审核结论"), max_length=1000, blank=True)
    valid_from = models.DateField(_("生效"), null=True)
    valid_until = models.DateField(_("到期"), null=True)
    renew_by = models.DateField(null=True)
    reminded_on = models.DateField(null=True)
    shown = models.BooleanField(_("向成员出示结果"), default=False)

    class Meta:
        verbose_name = _("符合性")
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "standard"], condition=Q(state__in=OPEN), name="conformity_open_once"
            ),
            models.UniqueConstraint(
                fields=["organisation", "standard"],
                condition=Q(state=ConformityState.ACCEPTED),
                name="conformity_accepted_once",
            ),
            models.CheckConstraint(
                condition=~Q(state=ConformityState.ACCEPTED)
                | Q(valid_from__isnull=False, valid_until__gt=models.F("valid_from")),
                name="conformity_validity",
            ),
        ]
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="conformity_newest"),
            models.Index(fields=["standard", "state"], name="conformity_standard"),
            models.Index(fields=["valid_until"], condition=Q(state="accepted"), name="conformity_ending"),
        ]

    def __str__(self) -> str:
        return f"{self.standard.number} {self.organisation}"

    @property
    def ends_on(self) -> dt.date | None:
        """The first day on which the result holds no more."""
        return min((day for day in (self.valid_until, self.renew_by) if day is not None), default=None)

    def roles_of(self, actor: Actor) -> set[str]:
        """Whoever is assessed does not audit."""
        roles = super().roles_of(actor)
        if roles:
            return roles
        if actor.acts_for(self.standard.owner_id):
            roles |= {f"{side}.{step}" for step in actor.steps for side in ("leader", "auditor")}
        if actor.acts_for(self.standard.auditor_id):
            roles |= {f"auditor.{step}" for step in actor.steps}
        return roles

    def level_open_to(self, actor: Actor) -> int:
        """Documents go with the answers."""
        if not self.is_visible_to(actor):
            return -1
        return 3 if actor.acts_for(self.organisation_id) or self.state not in UNSENT or actor.system else -1

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Conformity]":
        """Its supplier always; publisher, auditor and operator once handed in; the publisher also what it asked for."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        shown = Q(organisation_id=actor.organisation_id)
        if "operator.viewer" in actor.roles:
            shown |= ~Q(state__in=UNSENT)
        if actor.is_member:
            published = published_by(actor.organisation_id, "standard__")
            shown |= published & (~Q(state__in=UNSENT) | Q(asked_at__isnull=False))
            shown |= Q(standard__auditor_id=actor.organisation_id) & ~Q(state__in=UNSENT)
        return rows.filter(shown)


class Answer(models.Model):
    """What the supplier says of one requirement, and what the auditor says to that.

    Parameters
    ----------
    evidence
        Documents of the assessment that prove it.
    data_rows
        How many rows the data file had that was checked against the schema and found without faults.
    """

    conformity = models.ForeignKey(Conformity, on_delete=models.CASCADE, related_name="answers")
    requirement = models.ForeignKey(Requirement, on_delete=models.PROTECT, related_name="answers")
    claim = models.CharField(_("自评"), max_length=15, choices=Claim, blank=True)
    statement = models.TextField(_("说明"), max_length=2000, blank=True)
    certificate = models.CharField(_("证书编号"), max_length=120, blank=True)
    certificate_until = models.DateField(_("证书到期"), null=True, blank=True)
    evidence: "ArrayField[list[uuid.UUID], list[uuid.UUID]]" = ArrayField(models.UUIDField(), default=list, blank=True)
    data_rows = models.PositiveIntegerField(null=True)
    verdict = models.CharField(_("审核意见"), max_length=10, choices=Verdict, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        ordering = ["requirement__position"]
        constraints = [models.UniqueConstraint(fields=["conformity", "requirement"], name="answer_once")]

    def __str__(self) -> str:
        return f"{self.conformity_id} {self.requirement_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Answer]":
        """Whoever sees the assessment, from the day it is handed in; its supplier before that."""
        rows = cls._base_manager.filter(conformity__in=Conformity.visible_to(actor))
        if actor.system:
            return rows
        return rows.filter(~Q(conformity__state__in=UNSENT) | Q(conformity__organisation_id=actor.firm))
