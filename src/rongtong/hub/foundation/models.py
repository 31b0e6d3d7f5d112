"""Tables that every room shares. Accounts and organisations are named by id: the foundation knows no room."""

import uuid
from datetime import datetime
from typing import Any, Self

from django.db import models
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from .actors import Actor


class Entity(models.Model):
    """A thing with a random public id and a version that grows with every change.

    A subclass names the organisation that owns it (``owner_id``) and who may see it (``visible_to``).
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    changed_at = models.DateTimeField(auto_now=True)
    version = models.PositiveIntegerField(default=1)

    class Meta:
        abstract = True

    @property
    def owner_id(self) -> uuid.UUID | None:
        """The organisation whose people hold the ``own.*`` roles on this object."""
        return getattr(self, "organisation_id", None)

    def roles_of(self, actor: Actor) -> set[str]:
        """The roles the actor holds on this object."""
        return self.roles_by_row(actor)

    def roles_by_row(self, actor: Actor) -> set[str]:
        """Those of the roles that follow from the row itself, without a query."""
        return {f"own.{step}" for step in actor.steps} if actor.acts_for(self.owner_id) else set()

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Self]":
        """The rows this actor may know of. Nothing by default."""
        return cls._base_manager.none()

    def is_visible_to(self, actor: Actor) -> bool:
        return actor.system or type(self).visible_to(actor).filter(pk=self.pk).exists()

    def touch(self, *fields: str) -> None:
        """Save the named fields (all when none is named) as a new version."""
        self.version += 1
        self.save(update_fields=[*fields, "version", "changed_at"] if fields else None)


class AuditEntry(models.Model):
    """Who did what to which object, when, from where. Rows are only ever added."""

    id = models.BigAutoField(primary_key=True)
    at = models.DateTimeField(db_default=Now(), editable=False)
    verb = models.CharField(max_length=80)
    account_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    name = models.CharField(max_length=200, blank=True)
    ip = models.GenericIPAddressField(null=True)
    request_id = models.CharField(max_length=64, blank=True)
    subject_type = models.CharField(max_length=80, blank=True)
    subject_id = models.UUIDField(null=True)
    context_type = models.CharField(max_length=80, blank=True)
    context_id = models.UUIDField(null=True)
    before = models.CharField(max_length=40, blank=True)
    after = models.CharField(max_length=40, blank=True)
    details = models.JSONField(default=dict)

    class Meta:
        indexes = [
            models.Index(fields=["subject_id", "-at"], name="audit_subject"),
            models.Index(fields=["context_id", "-at"], name="audit_context"),
            models.Index(fields=["organisation_id", "-at"], name="audit_organisation"),
            models.Index(fields=["-at"], name="audit_at"),
        ]

    def __str__(self) -> str:
        return f"{self.at:%Y-%m-%d %H:%M} {self.verb}"


class Notice(models.Model):
    """Something a person should know. It names an event and an object; the words are made when it is read or sent."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    account_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    event = models.CharField(max_length=80)
    about_type = models.CharField(max_length=80)
    about_id = models.UUIDField()
    details = models.JSONField(default=dict)
    read_at = models.DateTimeField(null=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-created_at", "-id"], name="notice_account")]

    def __str__(self) -> str:
        return f"{self.event} → {self.account_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Notice]":
        rows = cls._base_manager.filter(account_id=actor.person)
        return rows if actor.account_id else rows.none()


class DeliveryState(models.TextChoices):
    WAITING = "waiting", _("待发送")
    SENT = "sent", _("已发送")
    DROPPED = "dropped", _("已取消")
    FAILED = "failed", _("发送失败")


class Delivery(models.Model):
    """The outbox: one row for each message to send outside, written in the verb's transaction, sent after it.

    It carries a notice, or, for somebody who may have no account, a letter about an object. Neither holds any words:
    they are made when it is sent.
    """

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    notice = models.ForeignKey(Notice, on_delete=models.CASCADE, null=True, related_name="deliveries")
    letter = models.CharField(max_length=80, blank=True)
    about_id = models.UUIDField(null=True)
    channel = models.CharField(max_length=20, default="mail")
    recipient = models.CharField(max_length=254)
    key = models.CharField(max_length=120, unique=True)
    state = models.CharField(max_length=10, choices=DeliveryState, default=DeliveryState.WAITING)
    attempts = models.PositiveSmallIntegerField(default=0)
    next_at = models.DateTimeField(db_default=Now())
    sent_at = models.DateTimeField(null=True)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [
            models.Index(fields=["next_at"], condition=models.Q(state="waiting"), name="delivery_waiting"),
        ]

    def __str__(self) -> str:
        return f"{self.channel} {self.recipient} {self.state}"


class IdempotencyKey(models.Model):
    """An answer kept so that a repeated request is not done twice."""

    id = models.UUIDField(primary_key=True, default=uuid.uuid4, editable=False)
    created_at = models.DateTimeField(db_default=Now(), editable=False)
    account_id = models.UUIDField()
    key = models.CharField(max_length=120)
    digest = models.CharField(max_length=64)
    status = models.PositiveSmallIntegerField(default=0)
    body = models.JSONField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "key"], name="idempotency_once")]

    def __str__(self) -> str:
        return self.key


class RateWindow(models.Model):
    """How often a token asked in the running minute."""

    key = models.CharField(primary_key=True, max_length=80)
    starts = models.DateTimeField()
    used = models.PositiveIntegerField()

    def __str__(self) -> str:
        return self.key


class JobState(models.TextChoices):
    WAITING = "waiting", _("等待中")
    RUNNING = "running", _("进行中")
    DONE = "done", _("已完成")
    CANCELLED = "cancelled", _("已取消")
    FAILED = "failed", _("未完成")


class Job(Entity):
    """Long work that shows how far it is and can be stopped."""

    kind = models.CharField(max_length=60)
    account_id = models.UUIDField(null=True)
    organisation_id = models.UUIDField(null=True)
    state = models.CharField(max_length=10, choices=JobState, default=JobState.WAITING)
    done = models.PositiveIntegerField(default=0)
    total = models.PositiveIntegerField(default=0)
    cancel_asked = models.BooleanField(default=False)
    result = models.JSONField(default=dict)
    problem = models.CharField(max_length=500, blank=True)

    class Meta:
        indexes = [models.Index(fields=["account_id", "-created_at"], name="job_account")]

    def __str__(self) -> str:
        return f"{self.kind} {self.done}/{self.total}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Job]":
        if actor.account_id is None:
            return cls._base_manager.none()
        return cls._base_manager.filter(account_id=actor.account_id, organisation_id=actor.organisation_id)


class ImportState(models.TextChoices):
    CHECKED = "checked", _("待确认")
    APPLIED = "applied", _("已导入")
    UNDONE = "undone", _("已撤销")
    DISCARDED = "discarded", _("已放弃")


class ImportBatch(Entity):
    """A file read but not yet written: what each row would do, waiting for somebody to confirm."""

    kind = models.CharField(max_length=60)
    account_id = models.UUIDField()
    organisation_id = models.UUIDField()
    file_name = models.CharField(max_length=255)
    content = models.BinaryField(null=True)  # the file, until it is written or given up: columns may be renamed
    state = models.CharField(max_length=10, choices=ImportState, default=ImportState.CHECKED)
    columns = models.JSONField(default=dict)
    rows = models.JSONField(default=list)
    counts = models.JSONField(default=dict)
    applied_at = models.DateTimeField(null=True)
    result = models.JSONField(default=dict)

    def __str__(self) -> str:
        return f"{self.kind} {self.file_name}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[ImportBatch]":
        if actor.account_id is None or actor.organisation_id is None:
            return cls._base_manager.none()
        return cls._base_manager.filter(organisation_id=actor.organisation_id)


class SavedSearch(Entity):
    """A list as its address bar held it, with a notice when something new fits."""

    account_id = models.UUIDField()
    organisation_id = models.UUIDField(null=True)
    page = models.CharField(max_length=80)
    name = models.CharField(_("名称"), max_length=80)
    query = models.CharField(max_length=2000)
    notify = models.BooleanField(default=False)
    seen_until = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account_id", "page", "name"], name="saved_search_name")]

    def __str__(self) -> str:
        return self.name

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[SavedSearch]":
        rows = cls._base_manager.filter(account_id=actor.person)
        return rows if actor.account_id else rows.none()

    def roles_of(self, actor: Actor) -> set[str]:
        return {"own.person"} if actor.account_id == self.account_id else set()


class Setting(models.Model):
    """What the operator of this hub has set: its name, who runs it, the help line."""

    key = models.CharField(primary_key=True, max_length=60)
    value: Any = models.JSONField()
    changed_at: "models.DateTimeField[datetime, datetime]" = models.DateTimeField(auto_now=True)

    def __str__(self) -> str:
        return self.key
