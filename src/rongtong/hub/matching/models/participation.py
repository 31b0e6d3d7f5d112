"""Who comes to a matchmaking day, when, and whom it wants to see or not to see."""

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import DayState, ParticipationState, RequestKind
from .confided import Confided
from .day import MatchmakingDay


class Participation(Entity):
    """An invited organisation. Others of the day read ``presents`` alone, and only once it takes part."""

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="participations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="participations")
    state = models.CharField(_("答复"), max_length=10, choices=ParticipationState, default=ParticipationState.INVITED)
    slots_away = ArrayField(models.PositiveSmallIntegerField(), default=list)
    most = models.PositiveSmallIntegerField(_("最多对接场次"), null=True, blank=True)
    presents = models.CharField(_("到场介绍"), max_length=300, blank=True)
    contact = models.CharField(_("到场人员"), max_length=80, blank=True)
    answered_at = models.DateTimeField(null=True)
    withdrawn_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["day", "organisation"], name="participation_once")]
        indexes = [models.Index(fields=["organisation", "state"], name="participation_organisation")]

    def __str__(self) -> str:
        return str(self.organisation)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Participation]":
        """The operator and the organisation itself: when it comes and how much it wants is nobody else's business."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        return rows.exclude(day__state=DayState.DRAFT).filter(organisation_id=actor.firm)


class MeetingRequest(Confided, Entity):
    """One organisation's wish to meet another, or not to. The other side never learns of it."""

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="requests")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    other = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    kind = models.CharField(max_length=8, choices=RequestKind)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["day", "organisation", "other"], name="meeting_request_once"),
            models.CheckConstraint(condition=~Q(organisation=F("other")), name="meeting_request_other"),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.kind} {self.other_id}"
