"""Who acts for which organisation, who is invited to, and which tokens act for them."""

from datetime import UTC, datetime

from allauth.account.models import EmailAddress
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import Exists, OuterRef, Q
from django.db.models.functions import Lower, Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity

from ..enums import InvitationState, MemberState, Role, TokenState
from .organisation import Organisation


class Member(Entity):
    """A person acting for an organisation, in ``[since, until)``."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="memberships")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="members")
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    title = models.CharField(_("部门与职务"), max_length=80, blank=True)
    since = models.DateTimeField(db_default=Now())
    until = models.DateTimeField(null=True, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["account", "organisation"], condition=Q(until=None), name="member_once"),
        ]
        indexes = [models.Index(fields=["organisation", "role"], condition=Q(until=None), name="member_active")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.role}"

    @property
    def state(self) -> str:
        return MemberState.ENDED if self.until else MemberState.ACTIVE

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.account_id is not None and actor.account_id == self.account_id:
            roles.add("own.person")
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Member]":
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        return rows.filter(Q(organisation_id=actor.organisation_id)) if actor.role else rows.none()


class Invitation(Entity):
    """A mail address invited to act for an organisation. The secret is kept as a hash."""

    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="invitations")
    email = models.EmailField(_("电子邮箱"))
    role = models.CharField(_("角色"), max_length=12, choices=Role)
    digest = models.CharField(max_length=64, unique=True)
    state = models.CharField(max_length=10, choices=InvitationState, default=InvitationState.OPEN)
    expires_at = models.DateTimeField()

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["organisation", "email"], condition=Q(state="open"), name="invitation_once"
            ),
        ]

    def __str__(self) -> str:
        return self.email

    @property
    def is_open(self) -> bool:
        return self.state == InvitationState.OPEN and self.expires_at > datetime.now(UTC)

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.account_id is not None and _addresses(actor).filter(email__iexact=self.email).exists():
            roles.add("invitee")
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Invitation]":
        """Those who may invite, the operator those of first owners, and whoever proved to own the address."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.account_id is None:
            return rows.none()
        shown = Q(email__in=_addresses(actor).values(address=Lower("email")))
        if "manager" in actor.steps:
            shown |= Q(organisation_id=actor.organisation_id)
        if "operator" in actor.roles:
            led = Member._base_manager.filter(organisation=OuterRef("organisation"), role=Role.OWNER, until=None)
            shown |= Q(role=Role.OWNER) & ~Q(Exists(led))
        return rows.filter(shown)


class Token(Entity):
    """Lets a program act for a person of an organisation. Shown once, kept as a hash, ends by itself."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="tokens")
    organisation = models.ForeignKey(Organisation, on_delete=models.CASCADE, related_name="tokens")
    name = models.CharField(_("名称"), max_length=80)
    digest = models.CharField(max_length=64, unique=True)
    scopes = ArrayField(models.CharField(max_length=60), default=list)
    expires_at = models.DateTimeField()
    revoked_at = models.DateTimeField(null=True, blank=True)
    used_at = models.DateTimeField(null=True, blank=True)
    #: The text to show, only on the instance that ``create_token`` returns; no column.
    secret: str = ""

    class Meta:
        indexes = [models.Index(fields=["account", "organisation"], name="token_bearer")]

    def __str__(self) -> str:
        return self.name

    @property
    def state(self) -> str:
        return TokenState.REVOKED if self.revoked_at else TokenState.ACTIVE

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.account_id is not None and actor.account_id == self.account_id:
            roles.add("own.person")
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Token]":
        """One's own; a manager sees every token that acts for the organisation."""
        if actor.role is None:
            return cls._base_manager.none()
        rows = cls._base_manager.filter(Q(organisation_id=actor.organisation_id))
        return rows if "manager" in actor.steps else rows.filter(Q(account_id=actor.account_id))


def _addresses(actor: Actor) -> "models.QuerySet[EmailAddress]":
    rows: models.QuerySet[EmailAddress] = EmailAddress.objects.filter(user_id=actor.account_id, verified=True)
    return rows
