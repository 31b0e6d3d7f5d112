"""What a verb leaves as evidence: a commitment that enters the log, and apart from it what the commitment opens to."""

import uuid

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now


class EvidenceEntry(models.Model):
    """One entry of the log, or one that waits to be written into it.

    The row is written in the transaction of the verb that it is evidence of; the sequencer gives it its ``number``.
    Of all this the log itself has the two digests and nothing else.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    kind = models.CharField(max_length=60)
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    context_type = models.CharField(max_length=80, blank=True)
    context_id = models.UUIDField(null=True)
    sha256 = models.BinaryField(max_length=32)
    sm3 = models.BinaryField(max_length=32)
    number = models.PositiveBigIntegerField(null=True, unique=True)
    leaf = models.BinaryField(max_length=32, null=True)

    class Meta:
        constraints = [
            models.CheckConstraint(
                condition=Q(number=None, leaf=None) | Q(number__isnull=False, leaf__isnull=False),
                name="evidence_numbered_with_leaf",
            ),
        ]
        indexes = [
            models.Index(fields=["subject_id", "-created_at"], name="evidence_subject"),
            models.Index(fields=["context_id", "-created_at"], name="evidence_context"),
            models.Index(fields=["id"], condition=Q(number=None), name="evidence_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.kind} {self.subject_id}"


class EvidenceOpening(models.Model):
    """Salt and event of one entry. The log does not need them; where they are erased, the entry means nothing more."""

    entry = models.OneToOneField(EvidenceEntry, on_delete=models.PROTECT, primary_key=True, related_name="opening")
    salt = models.BinaryField(max_length=32)
    event = models.TextField()

    def __str__(self) -> str:
        return str(self.entry_id)
