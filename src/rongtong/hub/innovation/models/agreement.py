"""An agreement of two sides: versions that follow from one another by their hashes, signatures, the grant it makes."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.engines.fairness import Exclusivity
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import AgreementKind, AgreementState
from .technology import Technology

#: What was signed exists for the operator; what is under negotiation does not.
SIGNED = (AgreementState.IN_FORCE, AgreementState.ENDED)


class Agreement(Entity):
    """``provider`` gives (licensor, assignor, contractor), ``receiver`` gets. The terms stand in its versions.

    ``offered_by`` is the side whose version is on the table, ``offered_at`` when the first was: before that the
    agreement is known only to ``opened_by``.
    """

    kind = models.CharField(_("类型"), max_length=12, choices=AgreementKind)
    state = models.CharField(_("状态"), max_length=10, choices=AgreementState, default=AgreementState.DRAFT)
    number = models.CharField(_("编号"), max_length=24, null=True, unique=True)
    title = models.CharField(_("协议名称"), max_length=120)
    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, null=True, related_name="agreements")
    provider = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements_provided")
    receiver = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="agreements_received")
    opened_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    offered_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    offered_at = models.DateTimeField(null=True)
    valid_until = models.DateField(_("报价有效期至"), null=True)
    starts_on = models.DateField(_("生效日"), null=True)
    ends_on = models.DateField(_("届满日"), null=True)
    signed_at = models.DateTimeField(null=True)
    ended_on = models.DateField(null=True)
    end_asked_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")
    conclusion = models.TextField(_("终止原因"), max_length=2000, blank=True)

    class Meta:
        verbose_name = _("协议")
        indexes = [
            models.Index(fields=["-changed_at", "-id"], name="agreement_newest"),
            models.Index(fields=["provider", "state"], name="agreement_provider"),
            models.Index(fields=["receiver", "state"], name="agreement_receiver"),
            models.Index(
                fields=["valid_until"], condition=Q(state__in=["offered", "accepted"]), name="agreement_lapsing"
            ),
        ]
        constraints = [
            models.CheckConstraint(condition=~Q(provider=F("receiver")), name="agreement_two_sides"),
            models.CheckConstraint(
                condition=Q(technology__isnull=False) | Q(kind__in=["cooperation", "service"]),
                name="agreement_technology",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @staticmethod
    def between(organisation_id: UUID) -> Q:
        """Those that an organisation may know of as a side."""
        side = Q(provider_id=organisation_id) | Q(receiver_id=organisation_id)
        return side & (Q(offered_at__isnull=False) | Q(opened_by_id=organisation_id))

    def other_side(self, organisation_id: UUID | None) -> Organisation:
        return self.receiver if organisation_id == self.provider_id else self.provider

    def roles_of(self, actor: Actor) -> set[str]:
        roles: set[str] = set()
        if actor.acts_for(self.provider_id):
            roles |= {f"provider.{step}" for step in actor.steps}
        if actor.acts_for(self.receiver_id):
            roles |= {f"receiver.{step}" for step in actor.steps}
        return roles | {f"party.{step}" for step in actor.steps} if roles else roles

    def terms_open_to(self, actor: Actor) -> bool:
        """Whether the actor may read what was agreed: its sides alone. The operator knows that it is there."""
        return actor.system or actor.acts_for(self.provider_id) or actor.acts_for(self.receiver_id)

    def level_open_to(self, actor: Actor) -> int:
        return 3 if self.terms_open_to(actor) else -1

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Agreement]":
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        shown = Q(pk__in=())
        if actor.role is not None and actor.organisation_id is not None:
            shown |= cls.between(actor.organisation_id)
        if "operator.viewer" in actor.roles:
            shown |= Q(state__in=SIGNED)
        return rows.filter(shown)


class AgreementDraft(models.Model):
    """What one side is about to offer. The other side knows nothing of it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="drafts")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    clauses: Any = models.JSONField(default=dict)
    note = models.CharField(_("附言"), max_length=500, blank=True)
    valid_until = models.DateField(_("报价有效期至"), null=True)
    version = models.PositiveIntegerField(default=1)
    changed_at: Any = models.DateTimeField(auto_now=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["agreement", "organisation"], name="agreement_draft_once")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.organisation_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[AgreementDraft]":
        rows = cls._base_manager.all()
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        return rows.filter(organisation_id=actor.organisation_id)


class AgreementVersion(models.Model):
    """One offer, never changed: ``digest`` is of ``document``, which names the digest of the version before it."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="versions")
    number = models.PositiveSmallIntegerField()
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(max_length=80)
    note = models.CharField(_("附言"), max_length=500, blank=True)
    document: Any = models.JSONField()
    digest = models.CharField(max_length=64)
    offered_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["number"]
        constraints = [models.UniqueConstraint(fields=["agreement", "number"], name="agreement_version_number")]

    def __str__(self) -> str:
        return f"{self.agreement_id} {self.number}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[AgreementVersion]":
        """The sides alone."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        own = Q(agreement__provider_id=actor.organisation_id) | Q(agreement__receiver_id=actor.organisation_id)
        return rows.filter(own)


class AgreementSignature(models.Model):
    """One side's signature under one version."""

    version = models.ForeignKey(AgreementVersion, on_delete=models.PROTECT, related_name="signatures")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="+")
    name = models.CharField(_("签署人"), max_length=80)
    method = models.CharField(max_length=40)
    mark: Any = models.JSONField()
    signed_at = models.DateTimeField(db_default=Now())

    class Meta:
        ordering = ["signed_at", "id"]
        constraints = [models.UniqueConstraint(fields=["version", "organisation"], name="agreement_signature_once")]

    def __str__(self) -> str:
        return f"{self.version_id} {self.organisation_id}"


class Grant(Entity):
    """What a licence in force lets its licensee do. ``live`` until its agreement ends."""

    technology = models.ForeignKey(Technology, on_delete=models.PROTECT, related_name="grants")
    agreement = models.OneToOneField(Agreement, on_delete=models.PROTECT, related_name="grant")
    grantor = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    licensee = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="grants_held")
    source = models.ForeignKey("self", on_delete=models.PROTECT, null=True, related_name="sublicences")
    exclusivity = models.CharField(max_length=14, choices=[(one.value, one.value) for one in Exclusivity])
    fields = ArrayField(models.CharField(max_length=20))
    territories = ArrayField(models.CharField(max_length=8))
    starts_on = models.DateField()
    ends_on = models.DateField(null=True)
    may_sublicense = models.BooleanField(default=False)
    live = models.BooleanField(default=True)

    class Meta:
        indexes = [models.Index(fields=["technology"], condition=Q(live=True), name="grant_live")]
        constraints = [
            models.CheckConstraint(condition=Q(ends_on=None) | Q(ends_on__gt=F("starts_on")), name="grant_term")
        ]

    def __str__(self) -> str:
        return f"{self.technology_id} {self.exclusivity}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Grant]":
        """Those of one's own agreements."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        return rows.filter(Q(grantor_id=actor.organisation_id) | Q(licensee_id=actor.organisation_id))


class AgreementDate(models.Model):
    """A date by which something is due under an agreement in force."""

    agreement = models.ForeignKey(Agreement, on_delete=models.CASCADE, related_name="dates")
    position = models.PositiveSmallIntegerField()
    what = models.CharField(_("事项"), max_length=120)
    due_on = models.DateField(_("日期"))
    reminded_on = models.DateField(null=True)

    class Meta:
        ordering = ["due_on", "position"]
        indexes = [models.Index(fields=["due_on"], name="agreement_date_due")]
        constraints = [models.UniqueConstraint(fields=["agreement", "position"], name="agreement_date_position")]

    def __str__(self) -> str:
        return f"{self.what} {self.due_on}"
