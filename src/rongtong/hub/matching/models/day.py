"""A matchmaking day: tables, slots, and who may know of it."""

from django.contrib.postgres.constraints import ExclusionConstraint
from django.contrib.postgres.fields import ArrayField, DateTimeRangeField, RangeOperators
from django.db import models
from django.db.models import F, Func, Q
from django.utils import translation
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import DayState


class MatchmakingDay(Entity):
    """A day on which invited organisations meet two by two at tables. ``organisation`` is the operator."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="matchmaking_days")
    title = models.CharField(_("对接会名称"), max_length=120)
    title_en = models.CharField(_("英文名称"), max_length=160, blank=True)
    place = models.CharField(_("地点"), max_length=120)
    introduction = models.TextField(_("说明"), blank=True, max_length=4000)
    state = models.CharField(_("状态"), max_length=10, choices=DayState, default=DayState.DRAFT)
    starts_at = models.DateTimeField(_("开始"))
    answers_until = models.DateTimeField(_("报名截止"))
    most = models.PositiveSmallIntegerField(_("每家最多对接场次"), default=6)
    in_a_row = models.PositiveSmallIntegerField(_("最多连续场次"), default=0)
    published_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["-starts_at", "-id"]
        constraints = [
            models.UniqueConstraint(fields=["title"], name="matchmaking_title"),
            models.CheckConstraint(condition=Q(answers_until__lte=F("starts_at")), name="matchmaking_answers_before"),
            models.CheckConstraint(condition=Q(most__gte=1), name="matchmaking_most"),
        ]

    def __str__(self) -> str:
        return self.title_en if translation.get_language() == "en" and self.title_en else self.title

    @property
    def is_announced(self) -> bool:
        return self.state in (DayState.PUBLISHED, DayState.HELD)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[MatchmakingDay]":
        """The operator sees every day, an organisation those it was invited to."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        mine = rows.filter(participations__organisation_id=actor.firm).values("pk")
        return rows.exclude(state=DayState.DRAFT).filter(pk__in=mine)


class DaySlot(models.Model):
    """A time ``[starts_at, ends_at)`` in which every table holds one meeting. ``position`` counts from 0."""

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="slots")
    position = models.PositiveSmallIntegerField()
    starts_at = models.DateTimeField()
    ends_at = models.DateTimeField()

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(fields=["day", "position"], name="day_slot_position"),
            models.CheckConstraint(condition=Q(ends_at__gt=F("starts_at")), name="day_slot_ends"),
            ExclusionConstraint(
                name="day_slot_apart",
                expressions=[
                    ("day", RangeOperators.EQUAL),
                    (
                        Func("starts_at", "ends_at", function="TSTZRANGE", output_field=DateTimeRangeField()),
                        RangeOperators.OVERLAPS,
                    ),
                ],
            ),
        ]

    def __str__(self) -> str:
        return f"{self.position}"


class DayTable(models.Model):
    """A table. ``position`` counts from 0; in ``closed_slots`` nobody can sit there."""

    day = models.ForeignKey(MatchmakingDay, on_delete=models.CASCADE, related_name="tables")
    position = models.PositiveSmallIntegerField()
    closed_slots = ArrayField(models.PositiveSmallIntegerField(), default=list)

    class Meta:
        ordering = ["position"]
        constraints = [models.UniqueConstraint(fields=["day", "position"], name="day_table_position")]

    def __str__(self) -> str:
        return f"{self.position + 1}"
