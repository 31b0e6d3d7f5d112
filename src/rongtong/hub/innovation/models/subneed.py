"""A challenge split into the capabilities it takes, by its challenger or by a leader who drafts a response."""

from functools import reduce
from operator import or_

from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from .challenge import Challenge
from .response import Response


class Source(models.TextChoices):
    """The group of fields of the challenge that a sub-need was taken from; that group's level is its own."""

    TARGETS = "targets", _("技术指标")
    PROBLEM = "problem", _("要解决的问题")
    TRIED = "tried", _("已做过的尝试")
    DETAILS = "details", _("工况与细节")


class SubNeed(models.Model):
    """One capability that a challenge takes. Without a response it is the challenger's own splitting."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="subneeds")
    response = models.ForeignKey(Response, on_delete=models.CASCADE, null=True, related_name="subneeds")
    position = models.PositiveSmallIntegerField()
    text = models.CharField(_("子需求"), max_length=200)
    source = models.CharField(_("来自"), max_length=8, choices=Source)
    weight = models.PositiveSmallIntegerField(_("权重"), default=3)
    must = models.BooleanField(_("必须覆盖"), default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "response", "position"], name="subneed_position", nulls_distinct=False
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, 5)), name="subneed_weight"),
        ]

    def __str__(self) -> str:
        return self.text

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[SubNeed]":
        """Each with the level that its source has now. A leader's own splitting is for the leader alone."""
        rows = cls._base_manager.filter(challenge__in=Challenge.visible_to(actor))
        if actor.system:
            return rows
        own = actor.organisation_id if actor.role is not None else None
        mine = Q(response=None) if own is None else Q(response=None) | Q(response__organisation_id=own)
        if "operator.viewer" in actor.roles:
            return rows.filter(mine)
        shown = _open_to(actor.level)
        if own is not None:
            shown |= Q(challenge__organisation_id=own)
        if actor.is_member:
            signed = NonDisclosureAgreement._base_manager.filter(
                recipient_id=own,
                subject_type="innovation.challenge",
                subject_id=OuterRef("challenge_id"),
                ended_at=None,
            )
            shown |= _open_to(Level.AFTER_NDA) & Q(Exists(signed))
        return rows.filter(shown, mine)


def _open_to(level: int) -> Q:
    return reduce(or_, (Q(**{"source": one.value, f"challenge__{one.value}_level__lte": level}) for one in Source))
