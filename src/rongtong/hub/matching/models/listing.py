"""Listings: every offer and need as the index holds it. A row's position is its place in the change log."""

import uuid

from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models.functions import Now

from rongtong.hub.foundation.actors import Actor


class Listing(models.Model):
    """One offer or need. Written by the rooms through ``matching.domain``; the index follows ``position``.

    Texts of level 2 and 3 are never stored here: what the index does not hold it cannot betray.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    kind = models.CharField(max_length=24)
    subject_id = models.UUIDField(unique=True)
    organisation_id = models.UUIDField()
    anonymous = models.BooleanField(default=False)
    level = models.PositiveSmallIntegerField(default=0)
    title = models.CharField(max_length=300)
    texts = models.JSONField(default=dict)
    region = models.CharField(max_length=6, blank=True)
    industry = models.CharField(max_length=5, blank=True)
    size_class = models.CharField(max_length=12, blank=True)
    certificates = ArrayField(models.CharField(max_length=60), null=True)
    readiness = models.PositiveSmallIntegerField(null=True)
    facet_levels = models.JSONField(default=dict)
    active = models.BooleanField(default=True)
    position = models.BigIntegerField(unique=True)
    changed_at = models.DateTimeField(auto_now=True)

    class Meta:
        indexes = [models.Index(fields=["organisation_id", "kind"], name="listing_organisation")]
        constraints = [models.CheckConstraint(condition=models.Q(level__lte=1), name="listing_level")]

    def __str__(self) -> str:
        return self.title

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Listing]":
        rows = cls._base_manager.filter(active=True)
        if actor.system:
            return rows
        open_rows = models.Q(level__lte=actor.level)
        if actor.organisation_id is not None and actor.role is not None:
            open_rows |= models.Q(organisation_id=actor.organisation_id)
        return rows.filter(open_rows)


class Impression(models.Model):
    """Who was shown at which rank for which need, when somebody looked at matches. Rows of one look share ``at``.

    Parameters
    ----------
    lists
        Whether organisations were listed for a need, or needs for an organisation (then it is also the viewer).
    score, forward, backward
        The score shown, and what each side scored the other by itself where that was known.
    ranker
        What put them in this order; empty for what was logged before it was told.
    """

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    subject_id = models.UUIDField()
    viewer_organisation_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField()
    rank = models.PositiveSmallIntegerField()
    score = models.DecimalField(max_digits=5, decimal_places=1)
    lists = models.CharField(max_length=8, db_default="offers", default="offers")
    forward = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    backward = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    ranker = models.CharField(max_length=24, blank=True, db_default="", default="")

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "at"], name="impression_subject"),
            models.Index(fields=["at"], name="impression_at"),
        ]

    def __str__(self) -> str:
        return f"{self.subject_id} #{self.rank}"
