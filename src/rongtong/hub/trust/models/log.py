"""The transparency log: its tree, its keys, its checkpoints, and what witnesses and authorities said of them."""

import uuid
from typing import Any

from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.engines.translog import EMPTY_ROOT
from rongtong.hub.foundation.actors import Actor

#: The identifier of the one row about the log as a whole.
THE_LOG = uuid.UUID("5f0c2a4e-3b57-4f53-9d21-6d0f6b6c2f11")


class Halt(models.TextChoices):
    """Why nothing more is written into the log until somebody has looked."""

    WITNESS = "witness", _("见证方记得的日志与现在的不一致")
    TREE = "tree", _("日志的存储与已签发的检查点不一致")
    KEY = "key", _("签名密钥无法解封")


class LogHead(models.Model):
    """Where the log stands: one row."""

    id = models.UUIDField(primary_key=True, default=THE_LOG, editable=False)
    size = models.PositiveBigIntegerField(default=0)
    root = models.BinaryField(max_length=32, default=EMPTY_ROOT)
    #: Whether the witnesses have been asked since this database was begun or restored.
    confirmed = models.BooleanField(default=False)
    halt = models.CharField(max_length=10, choices=Halt, blank=True)
    halted_at = models.DateTimeField(null=True)
    problem = models.TextField(blank=True)

    class Meta:
        constraints = [models.CheckConstraint(condition=Q(id=THE_LOG), name="log_head_once")]

    def __str__(self) -> str:
        return str(self.size)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[LogHead]":
        """Those who run the hub; everybody else reads the log itself."""
        rows = cls._base_manager.all()
        return rows if actor.system or "operator.viewer" in actor.roles else rows.none()


class LogTile(models.Model):
    """One tile of hashes in the C2SP layout; it grows until it is 256 wide. Bundles are made from the entries."""

    id = models.BigAutoField(primary_key=True)
    level = models.PositiveSmallIntegerField()
    place = models.PositiveBigIntegerField()
    data = models.BinaryField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["level", "place"], name="log_tile_once")]

    def __str__(self) -> str:
        return f"{self.level}/{self.place}"


class LogKey(models.Model):
    """A key of the log; the private half is sealed. One that follows another holds the note by which it does."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    verifier = models.CharField(max_length=300, unique=True)
    sealed = models.BinaryField()
    since_size = models.PositiveBigIntegerField()
    succession = models.TextField(blank=True)
    retired_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(models.Value(1), condition=Q(retired_at=None), name="log_key_in_use_once"),
        ]

    def __str__(self) -> str:
        return self.verifier


class LogCheckpoint(models.Model):
    """A signed state of the log. It is public from the moment on that it was published."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    size = models.PositiveBigIntegerField(unique=True)
    root = models.BinaryField(max_length=32)
    note = models.TextField()
    published_at = models.DateTimeField(null=True)
    stamps_tried = models.PositiveIntegerField(default=0)
    stamp_at: "models.DateTimeField[Any, Any]" = models.DateTimeField(db_default=Now())
    stamp_problem = models.CharField(max_length=300, blank=True)

    class Meta:
        indexes = [models.Index(fields=["-size"], condition=Q(published_at__isnull=False), name="checkpoint_published")]

    def __str__(self) -> str:
        return str(self.size)


class LogCosignature(models.Model):
    """The line by which a witness cosigned a checkpoint."""

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.CASCADE, related_name="cosignatures")
    key = models.CharField(max_length=300)
    line = models.CharField(max_length=600)
    at = models.DateTimeField()

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "key"], name="cosignature_once")]

    def __str__(self) -> str:
        return self.line


class LogTimestamp(models.Model):
    """A trusted timestamp (RFC 3161) of a checkpoint's text."""

    id = models.BigAutoField(primary_key=True)
    checkpoint = models.ForeignKey(LogCheckpoint, on_delete=models.CASCADE, related_name="timestamps")
    token = models.BinaryField()
    at = models.DateTimeField()
    authority = models.CharField(max_length=500)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["checkpoint", "authority"], name="timestamp_once")]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M:%S} {self.authority}"


class LogWitness(models.Model):
    """What one witness last did when it was asked, and the largest size that it has cosigned."""

    id = models.BigAutoField(primary_key=True)
    key = models.CharField(max_length=300, unique=True)
    name = models.CharField(max_length=100)
    outcome = models.CharField(max_length=20)
    told = models.TextField()
    size = models.PositiveBigIntegerField(null=True)
    asked_at = models.DateTimeField()
    cosigned_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return f"{self.name} {self.outcome}"
