"""Taking the second factors off an account whose holder has lost them."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity

from ..enums import RecoveryState, Role


class Recovery(Entity):
    """Opened by the operator who has checked who asks; takes effect after a delay in which it can be cancelled."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="recoveries")
    opened_by = models.UUIDField()
    proof = models.TextField(_("身份核对"), max_length=500)
    state = models.CharField(_("状态"), max_length=10, choices=RecoveryState, default=RecoveryState.WAITING)
    digest = models.CharField(max_length=64, unique=True)
    due_at = models.DateTimeField(_("生效时间"))
    ended_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account"], condition=Q(state="waiting"), name="recovery_once"),
            models.CheckConstraint(
                condition=Q(state="waiting", ended_at=None) | (~Q(state="waiting") & Q(ended_at__isnull=False)),
                name="recovery_ended",
            ),
        ]
        indexes = [models.Index(fields=["due_at"], condition=Q(state="waiting"), name="recovery_due")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.state}"

    @property
    def owner_id(self) -> None:
        """It is a person's and belongs to no organisation."""
        return None

    def roles_of(self, actor: Actor) -> set[str]:
        roles = {"own.person"} if actor.account_id is not None and actor.account_id == self.account_id else set()
        if actor.role == Role.OWNER and self._acts_for(actor):
            roles.add("chief")
        return roles

    def _acts_for(self, actor: Actor) -> bool:
        memberships = self.account.memberships.filter(until=None)
        return memberships.filter(Q(organisation_id=actor.organisation_id)).exists()

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Recovery]":
        """The person, the owners of the organisations it acts for, and the operator."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if actor.account_id is None:
            return rows.none()
        shown = Q(account_id=actor.account_id)
        if actor.role == Role.OWNER and actor.organisation_id is not None:
            shown |= Q(
                account__memberships__organisation_id=actor.organisation_id, account__memberships__until__isnull=True
            )
        return rows.filter(shown).distinct()
