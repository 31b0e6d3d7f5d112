"""Non-disclosure agreements and documents."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.db import models
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import PENDING, DocumentState, Level


class NonDisclosureAgreement(Entity):
    """A recipient's signed promise to keep what a discloser shows it about one object."""

    discloser = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    recipient = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    text_version = models.CharField(max_length=20, default="2026-1")
    signed_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    signed_name = models.CharField(_("签署人"), max_length=80)
    signed_at = models.DateTimeField(db_default=Now())
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["recipient", "subject_type", "subject_id"], condition=Q(ended_at=None), name="nda_once"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.recipient_id} {self.subject_id}"

    def roles_of(self, actor: Actor) -> set[str]:
        sides = (self.discloser_id, self.recipient_id)
        return {f"own.{step}" for step in actor.steps} if actor.role and actor.organisation_id in sides else set()

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[NonDisclosureAgreement]":
        rows = cls._base_manager.all()
        if actor.role is None:
            return rows.none()
        return rows.filter(Q(discloser_id=actor.organisation_id) | Q(recipient_id=actor.organisation_id))


class Document(Entity):
    """An uploaded file. It belongs to an object, and who may read it follows from that object and the level."""

    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    uploaded_by = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    subject_type = models.CharField(max_length=80)
    subject_id = models.UUIDField()
    purpose = models.CharField(max_length=40)
    level = models.PositiveSmallIntegerField(choices=Level, default=Level.NAMED)
    name = models.CharField(_("文件名"), max_length=255)
    kind = models.CharField(max_length=40)
    size = models.PositiveBigIntegerField()
    digest = models.CharField(max_length=64)
    received_digest = models.CharField(max_length=64)
    signed = models.BooleanField(default=False)
    state = models.CharField(max_length=10, choices=DocumentState, default=DocumentState.CHECKING)
    # while the virus scanner is away: how often it was asked, and when it is asked again
    scans = models.PositiveIntegerField(default=0)
    scan_at = models.DateTimeField(db_default=Now())

    class Meta:
        indexes = [
            models.Index(fields=["subject_type", "subject_id"], name="document_subject"),
            models.Index(fields=["scan_at"], condition=Q(state="checking"), name="document_checking"),
            models.Index(fields=["digest"], name="document_digest"),
        ]

    def __str__(self) -> str:
        return self.name

    @property
    def subject(self) -> Any:
        model: Any = apps.get_model(self.subject_type)
        return model._base_manager.get(pk=self.subject_id)

    def roles_of(self, actor: Actor) -> set[str]:
        """Readers read; who may attach to the object may also remove."""
        roles = {"reader"} if self.is_visible_to(actor) else set()
        return roles | set(self.subject.roles_of(actor))

    def is_visible_to(self, actor: Actor) -> bool:
        """The object's own rule decides: ``level_open_to(actor)`` gives the highest level it opens, -1 for none."""
        if actor.system:
            return True
        if self.state != DocumentState.READY and not self._is_pending_for(actor):
            return False
        subject = self.subject
        return bool(subject.is_visible_to(actor) and self.level <= subject.level_open_to(actor))

    def _is_pending_for(self, actor: Actor) -> bool:
        """Whoever brought a file sees that it is still being checked, or that it was refused; nobody else does."""
        return self.state in PENDING and actor.acts_for(self.organisation_id)
