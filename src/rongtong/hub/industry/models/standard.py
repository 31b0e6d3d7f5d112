"""Standards of a chain, edition by edition, with their requirements and the schema of the data they exchange."""

import uuid

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..standard_enums import Proof, RequirementKind, StandardState
from .chain import Chain


def published_by(firm: uuid.UUID, path: str = "") -> Q:
    """Standards that an organisation answers for: those of the chains it leads, and its own of no led chain."""
    own = Q(**{f"{path}organisation_id": firm}) & Q(**{f"{path}chain__leader": None})
    return own | Q(**{f"{path}chain__leader_id": firm})


class Standard(Entity):
    """One edition. What is published does not change; a new edition is a new row of the same ``family``.

    Parameters
    ----------
    family
        The same for all editions.
    changes
        What is new against the edition before.
    validity_months
        How long a result holds.
    transition_days
        How long results for the edition before still hold once this one is published.
    schema
        JSON Schema of the data that is exchanged; None where none is.
    auditor
        Who examines besides the publisher.
    """

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="standards")
    chain = models.ForeignKey(Chain, on_delete=models.PROTECT, null=True, blank=True, related_name="standards")
    family = models.UUIDField(default=uuid.uuid4, editable=False)
    edition = models.PositiveSmallIntegerField(_("版次"), default=1)
    number = models.CharField(_("标准编号"), max_length=40)
    title = models.CharField(_("标准名称"), max_length=120)
    scope = models.TextField(_("适用范围"), max_length=2000, blank=True)
    changes = models.TextField(_("与上一版相比"), max_length=2000, blank=True)
    state = models.CharField(_("状态"), max_length=12, choices=StandardState, default=StandardState.DRAFT)
    public = models.BooleanField(_("对外公开"), default=False)
    validity_months = models.PositiveSmallIntegerField(_("符合性有效期（月）"), default=12)
    transition_days = models.PositiveSmallIntegerField(_("换版过渡期（天）"), default=180)
    schema = models.JSONField(null=True, blank=True)
    auditor = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, blank=True, related_name="+")
    published_at = models.DateTimeField(null=True)
    ended_at = models.DateTimeField(null=True)
    ending = models.CharField(_("废止原因"), max_length=500, blank=True)

    class Meta:
        verbose_name = _("标准")
        constraints = [
            models.UniqueConstraint(fields=["family", "edition"], name="standard_edition_once"),
            models.UniqueConstraint(
                fields=["family"], condition=Q(state=StandardState.PUBLISHED), name="standard_published_once"
            ),
            models.UniqueConstraint(
                fields=["family"], condition=Q(state=StandardState.DRAFT), name="standard_draft_once"
            ),
            models.UniqueConstraint(
                fields=["number"], condition=Q(state=StandardState.PUBLISHED), name="standard_number_once"
            ),
            models.CheckConstraint(condition=Q(validity_months__range=(1, 60)), name="standard_validity"),
            models.CheckConstraint(condition=Q(transition_days__range=(0, 1095)), name="standard_transition"),
            models.CheckConstraint(
                condition=Q(state=StandardState.DRAFT) | Q(published_at__isnull=False), name="standard_published_at"
            ),
        ]
        indexes = [
            models.Index(fields=["-published_at", "id"], name="standard_newest"),
            models.Index(fields=["organisation", "state"], name="standard_organisation"),
        ]

    def __str__(self) -> str:
        return f"{self.number} {self.title}"

    @property
    def owner_id(self) -> uuid.UUID | None:
        """Its writer while it is a draft; afterwards whoever leads the chain now."""
        leads = self.state != StandardState.DRAFT and self.chain is not None and self.chain.leader_id
        return leads or self.organisation_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Standard]":
        """Drafts are their writer's; what was published is the members', and everybody's where it says so."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        shown = Q(public=True)
        if actor.is_member or "operator.viewer" in actor.roles:
            shown = Q()
        shown &= ~Q(state=StandardState.DRAFT)
        if actor.is_member:
            shown |= Q(state=StandardState.DRAFT, organisation_id=actor.organisation_id)
        return rows.filter(shown)


class Requirement(models.Model):
    """One clause, and how it is shown that it is met."""

    standard = models.ForeignKey(Standard, on_delete=models.CASCADE, related_name="requirements")
    position = models.PositiveSmallIntegerField()
    clause = models.CharField(_("条款号"), max_length=20)
    text = models.CharField(_("要求"), max_length=1000)
    kind = models.CharField(_("类别"), max_length=8, choices=RequirementKind, default=RequirementKind.MUST)
    proof = models.CharField(_("证明方式"), max_length=12, choices=Proof, default=Proof.STATEMENT)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["standard", "clause"], name="requirement_clause_once"),
        ]

    def __str__(self) -> str:
        return f"{self.clause} {self.text}"

    @property
    def is_must(self) -> bool:
        return self.kind == RequirementKind.MUST

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Requirement]":
        return cls._base_manager.filter(standard__in=Standard.visible_to(actor))
