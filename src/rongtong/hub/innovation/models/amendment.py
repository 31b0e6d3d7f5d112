"""A change of a published challenge, kept beside it for those who may read what was changed."""

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from .challenge import Challenge


class Amendment(Entity):
    """What one amendment changed in the fields of one disclosure level, and why.

    A saving that touches several levels makes a row for each. Every level counts its own rows, so that nobody can
    tell from a missing number that something was changed which is closed to him.
    """

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="amendments")
    level = models.PositiveSmallIntegerField(_("披露等级"), choices=Level)
    number = models.PositiveSmallIntegerField(_("更正号"))
    reason = models.TextField(_("更正理由"), max_length=1000)
    changes = models.JSONField(default=list)

    class Meta:
        ordering = ["-created_at", "level"]
        constraints = [
            models.UniqueConstraint(fields=["challenge", "level", "number"], name="amendment_number"),
            models.CheckConstraint(condition=Q(level__range=(0, 3)), name="amendment_level"),
        ]

    def __str__(self) -> str:
        return f"{self.challenge_id} {self.mark}"

    @property
    def mark(self) -> str:
        """What it is cited by: 2 among the public ones, L2-1 among those behind an agreement."""
        return str(self.number) if self.level == Level.PUBLIC else f"L{self.level}-{self.number}"

    @property
    def owner_id(self) -> object:  # type: ignore[override]  # of the challenge: the row has no organisation of its own
        return self.challenge.organisation_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Amendment]":
        """Those of visible challenges, of levels that are open to the reader there; for the others there are none."""
        rows = cls._base_manager.filter(challenge__in=Challenge.visible_to(actor))
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        shown = Q(level__lte=actor.level)
        if actor.is_member:
            signed = NonDisclosureAgreement._base_manager.filter(
                recipient_id=actor.organisation_id,
                subject_type="innovation.challenge",
                subject_id=OuterRef("challenge_id"),
                ended_at=None,
            )
            shown |= Q(level__lte=Level.AFTER_NDA) & Q(Exists(signed))
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(challenge__organisation_id=actor.organisation_id)
        return rows.filter(shown)
