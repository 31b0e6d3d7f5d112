"""What follows an award: milestones, deliverables, acceptance, the final result."""

from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import CollaborationState, Consent, MilestoneState
from .challenge import Challenge, Target
from .response import Response


class Collaboration(Entity):
    """The challenger and the awarded side at work. ``organisation`` is the challenger."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="collaborations")
    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="collaboration")
    organisation = models.ForeignKey(
        Organisation, on_delete=models.PROTECT, related_name="collaborations_as_challenger"
    )
    leader = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="collaborations_as_leader")
    state = models.CharField(_("状态"), max_length=10, choices=CollaborationState, default=CollaborationState.ACTIVE)
    starts_on = models.DateField(_("开始"))
    ends_on = models.DateField(_("结束"), null=True, blank=True)
    conclusion = models.TextField(_("结论"), max_length=4000, blank=True)
    ended_at = models.DateTimeField(null=True)

    def __str__(self) -> str:
        return self.challenge.title

    def roles_of(self, actor: Actor) -> set[str]:
        roles = self.roles_by_row(actor)
        if not roles and actor.role and actor.organisation_id:
            partners = self.response.partners.filter(organisation_id=actor.organisation_id, consent=Consent.GIVEN)
            roles = {f"partner.{step}" for step in actor.steps} if partners.exists() else set()
        return roles

    def roles_by_row(self, actor: Actor) -> set[str]:
        roles = {f"challenger.{step}" for step in actor.steps} if actor.acts_for(self.organisation_id) else set()
        if actor.acts_for(self.leader_id):
            roles |= {f"leader.{step}" for step in actor.steps}
        return roles | {"own.viewer"} if roles else roles

    def level_open_to(self, actor: Actor) -> int:
        return 3 if self.is_visible_to(actor) else -1

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Collaboration]":
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if actor.role is None or actor.organisation_id is None:
            return rows.none()
        partner = Q(
            response__partners__organisation_id=actor.organisation_id, response__partners__consent=Consent.GIVEN
        )
        shown = Q(organisation_id=actor.organisation_id) | Q(leader_id=actor.organisation_id) | partner
        return rows.filter(pk__in=rows.filter(shown).values("pk"))


class Milestone(Entity):
    """A step with a due date, delivered by the leader and accepted by the challenger.

    ``proposal`` holds a change that one side has proposed and the other has not yet agreed to.
    """

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("里程碑"), max_length=120)
    due_on = models.DateField(_("应完成于"))
    cost = models.DecimalField(_("经费（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    deliverable = models.CharField(_("交付物"), max_length=300, blank=True)
    state = models.CharField(_("状态"), max_length=10, choices=MilestoneState, default=MilestoneState.PLANNED)
    delivery_note = models.TextField(_("交付说明"), max_length=2000, blank=True)
    delivered_at = models.DateTimeField(null=True)
    acceptance_note = models.TextField(_("验收意见"), max_length=2000, blank=True)
    decided_at = models.DateTimeField(null=True)
    reminded_on = models.DateField(null=True)
    proposal = models.JSONField(null=True)
    proposed_by = models.ForeignKey(Organisation, on_delete=models.PROTECT, null=True, related_name="+")

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["collaboration", "position"], name="milestone_position", deferrable=models.Deferrable.DEFERRED
            ),
        ]
        indexes = [
            models.Index(fields=["due_on"], condition=Q(state__in=["planned", "returned"]), name="milestone_due"),
        ]

    def __str__(self) -> str:
        return self.title

    def roles_of(self, actor: Actor) -> set[str]:
        return self.collaboration.roles_of(actor)

    def level_open_to(self, actor: Actor) -> int:
        return self.collaboration.level_open_to(actor)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Milestone]":
        return cls._base_manager.filter(collaboration__in=Collaboration.visible_to(actor))


class Achievement(models.Model):
    """The value really reached for one target, beside the value promised."""

    collaboration = models.ForeignKey(Collaboration, on_delete=models.CASCADE, related_name="achievements")
    target = models.ForeignKey(Target, on_delete=models.PROTECT, related_name="achievements")
    value = models.DecimalField(_("实测值"), max_digits=18, decimal_places=6)
    value_high = models.DecimalField(_("上限"), max_digits=18, decimal_places=6, null=True, blank=True)
    met = models.BooleanField(_("达标"))
    note = models.CharField(_("测试依据"), max_length=300, blank=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["collaboration", "target"], name="achievement_once")]

    def __str__(self) -> str:
        return f"{self.target_id} {self.value}"
