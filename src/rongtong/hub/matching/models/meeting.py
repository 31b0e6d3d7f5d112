"""Plans of a day, the meetings adopted from them, what the sides said of them, and the signal that is kept of it."""

import uuid
from typing import Any

from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import ANNOUNCED, MeetingState, NextStep, PlanState, Usefulness
from .confided import Confided
from .day import DaySlot, DayTable, MatchmakingDay


class DayPlan(Entity):
    """A computed plan, to be looked at and adopted or given up. The operator's alone: it holds every score.

    ``seats`` is a list of ``{first, second, slot, table, points, forward, backward, requests, topics}``; ``basis``
    tells what it was computed from, so that a plan of yesterday's answers is not adopted.
    """

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="plans")
    state = models.CharField(max_length=10, choices=PlanState, default=PlanState.WORKING)
    job_id = models.UUIDField()
    basis = models.CharField(max_length=64, blank=True)
    again = models.BooleanField(default=False)
    seats: Any = models.JSONField(default=list)
    total = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    bound = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    greedy = models.DecimalField(max_digits=10, decimal_places=1, default=0)
    proven = models.BooleanField(default=False)
    seconds = models.DecimalField(max_digits=6, decimal_places=1, default=0)

    class Meta:
        ordering = ["-created_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["day"], condition=Q(state="working"), name="day_plan_one_at_work"),
        ]

    def __str__(self) -> str:
        return f"{self.day_id} {self.state}"

    @property
    def gap(self) -> float:
        """How much better any plan could be at most, as a part of the bound."""
        return float((self.bound - self.total) / self.bound) if self.bound else 0.0

    @property
    def ahead(self) -> float:
        """How much better than the greedy plan."""
        return float((self.total - self.greedy) / self.greedy) if self.greedy else 0.0

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[DayPlan]":
        rows = cls._base_manager.all()
        return rows if actor.system or "operator.viewer" in actor.roles else rows.none()


class Meeting(Entity):
    """Two organisations at a table in a slot. ``sequence`` grows with every change that was announced."""

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="meetings")
    first = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    second = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    slot = models.ForeignKey(DaySlot, on_delete=models.PROTECT, related_name="meetings")
    table = models.ForeignKey(DayTable, on_delete=models.PROTECT, related_name="meetings", null=True)
    state = models.CharField(max_length=10, choices=MeetingState, default=MeetingState.PLANNED)
    sequence = models.PositiveIntegerField(default=0)
    points = models.DecimalField(max_digits=6, decimal_places=1, default=0)
    topics: Any = models.JSONField(default=list)

    class Meta:
        ordering = ["slot__position", "table__position"]
        constraints = [
            models.UniqueConstraint(fields=["day", "first", "second"], name="meeting_once"),
            models.UniqueConstraint(
                fields=["slot", "table"], name="meeting_table", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(first__lt=F("second")), name="meeting_first_before_second"),
            models.CheckConstraint(
                condition=Q(state="planned", table__isnull=False) | Q(state="cancelled", table=None),
                name="meeting_has_table",
            ),
        ]

    def __str__(self) -> str:
        return f"{self.first} · {self.second}"

    def other_than(self, organisation_id: uuid.UUID | None) -> Organisation:
        return self.second if organisation_id == self.first_id else self.first

    def roles_of(self, actor: Actor) -> set[str]:
        if actor.acts_for(self.first_id) or actor.acts_for(self.second_id):
            return {f"own.{step}" for step in actor.steps}
        return set()

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Meeting]":
        """The operator sees all; the two sides theirs, once the day's plan is public."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        return rows.filter(
            Q(first_id=actor.organisation_id) | Q(second_id=actor.organisation_id), day__state__in=ANNOUNCED
        )


class MeetingSide(models.Model):
    """One organisation of a planned meeting: by this row the database lets nobody be in two places at once."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="sides")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    slot = models.ForeignKey(DaySlot, on_delete=models.PROTECT, related_name="+")

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "slot"], name="meeting_side_one_place", deferrable=models.Deferrable.DEFERRED
            ),
        ]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.slot_id}"


class MeetingFeedback(Confided, Entity):
    """What one side says of a meeting. The other side never reads it; the operator does."""

    meeting = models.ForeignKey(Meeting, on_delete=models.CASCADE, related_name="feedback")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    useful = models.CharField(_("这次见面"), max_length=10, choices=Usefulness)
    next_step = models.CharField(_("下一步"), max_length=10, choices=NextStep, default=NextStep.NONE)
    note = models.TextField(_("备注"), max_length=2000, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting", "organisation"], name="meeting_feedback_once")]

    def __str__(self) -> str:
        return f"{self.meeting_id} {self.useful}"


class MeetingOutcome(Confided):
    """What ranking learns from a meeting: one organisation's word on another, without any text.

    Like an impression it outlives the day it comes from. ``points`` is bounded by ``OUTCOME_POINTS``. What others said
    of oneself must not shine through a ranking: one's own word is all one reads.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    meeting_id = models.UUIDField()
    organisation_id = models.UUIDField()
    other_id = models.UUIDField()
    points = models.SmallIntegerField()
    next_step = models.CharField(max_length=10, choices=NextStep, default=NextStep.NONE)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["meeting_id", "organisation_id"], name="meeting_outcome_once")]
        indexes = [models.Index(fields=["organisation_id", "other_id"], name="meeting_outcome_pair")]

    def __str__(self) -> str:
        return f"{self.organisation_id} {self.other_id} {self.points}"
