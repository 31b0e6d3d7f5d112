"""What two sides think of each other, computed ahead of time, and who followed what was shown."""

from enum import StrEnum

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class Lists(StrEnum):
    """What a list of matches holds: offers for a need, or needs for an organisation's offers."""

    OFFERS = "offers"
    NEEDS = "needs"


class PairScore(models.Model):
    """How a need and an organisation score each other, from what members may read of both and nothing else.

    Parameters
    ----------
    forward
        What the organisation's best offer scores for the need; None where it is not among the best few hundred.
    backward
        What the need scores for all that the organisation offers; None likewise.
    score
        Both sides combined; the order in which fronts are filled.
    fronts
        In the fronts of how many needs the organisation stands after exposure is capped.
    gives_way
        Whether it would stand in this need's front but for the cap.
    """

    id = models.BigAutoField(primary_key=True)
    subject_id = models.UUIDField()
    organisation_id = models.UUIDField()
    forward = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    backward = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    score = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    fronts = models.PositiveIntegerField(default=0)
    gives_way = models.BooleanField(default=False)
    at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [models.Index(fields=["organisation_id"], name="pair_organisation")]
        constraints = [models.UniqueConstraint(fields=["subject_id", "organisation_id"], name="pair_score_once")]

    def __str__(self) -> str:
        return f"{self.subject_id} {self.organisation_id}"


class Click(models.Model):
    """Somebody followed a match to the other side's page, from the rank at which it stood."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now())
    lists = models.CharField(max_length=8, default=Lists.OFFERS.value)
    subject_id = models.UUIDField()
    viewer_organisation_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField()
    rank = models.PositiveSmallIntegerField()

    class Meta:
        indexes = [models.Index(fields=["subject_id", "organisation_id"], name="click_pair")]
        constraints = [models.CheckConstraint(condition=Q(lists__in=[one.value for one in Lists]), name="click_lists")]

    def __str__(self) -> str:
        return f"{self.subject_id} #{self.rank}"
