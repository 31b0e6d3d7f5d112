"""An SME's or a consortium's answer to a challenge."""

from django.db import models
from django.db.models import Exists, F, OuterRef, Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import ChallengeState, Consent, ResponseState
from .challenge import Challenge, Target

HANDED_IN = (ResponseState.SUBMITTED, ResponseState.AWARDED, ResponseState.DECLINED)
#: The sections that a response is written in.
TEXTS = ("summary", "team", "record", "plan")
AFTER_DEADLINE = (ChallengeState.SELECTING, ChallengeState.AWARDED, ChallengeState.CONCLUDED)


class Response(Entity):
    """Led by ``organisation``. Until the deadline only its own side and the operator know of it."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="responses")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="responses")
    state = models.CharField(_("状态"), max_length=10, choices=ResponseState, default=ResponseState.DRAFT)
    summary = models.TextField(_("方案概要"), max_length=1000, blank=True)
    team = models.TextField(_("团队"), max_length=4000, blank=True)
    record = models.TextField(_("研发基础与业绩"), max_length=4000, blank=True)
    plan = models.TextField(_("攻关方案"), max_length=8000, blank=True)
    cost = models.DecimalField(_("所需经费（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    months = models.PositiveSmallIntegerField(_("周期（月）"), null=True, blank=True)
    readiness = models.PositiveSmallIntegerField(_("现有技术就绪度"), null=True, blank=True)
    submitted_at = models.DateTimeField(null=True)
    feedback = models.TextField(_("反馈"), max_length=2000, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "organisation"],
                condition=~Q(state=ResponseState.WITHDRAWN),
                name="response_once",
            ),
            models.CheckConstraint(condition=Q(cost__gte=0) | Q(cost=None), name="response_cost"),
            models.CheckConstraint(
                condition=~Q(state__in=HANDED_IN) | Q(submitted_at__isnull=False), name="response_submitted_at"
            ),
        ]
        indexes = [models.Index(fields=["organisation", "-created_at"], name="response_organisation")]

    def __str__(self) -> str:
        return self.challenge.title

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.acts_for(self.challenge.organisation_id):
            roles |= {f"challenger.{step}" for step in actor.steps}
        if (
            actor.role
            and actor.organisation_id
            and self.partners.filter(organisation_id=actor.organisation_id).exists()
        ):
            roles |= {f"partner.{step}" for step in actor.steps}
        if actor.account_id and self.challenge.reviewers.filter(account_id=actor.account_id, conflict="none").exists():
            roles.add("reviewer")
        return roles

    def level_open_to(self, actor: Actor) -> int:
        """Whoever may see the response may read its documents."""
        return 3 if self.is_visible_to(actor) else -1

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Response]":
        """Its own side always; the operator once handed in; the challenger and the reviewers after the deadline."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.account_id is None:
            return rows.none()
        handed_in = Q(state__in=HANDED_IN)
        after = handed_in & Q(challenge__state__in=AFTER_DEADLINE)
        shown = after & Q(Exists(_reviews(actor, "none"))) & ~Q(Exists(_rivals_of_reviewer(actor)))
        if actor.role is not None and actor.organisation_id is not None:
            shown |= after & Q(challenge__organisation_id=actor.organisation_id)
        if "operator.viewer" in actor.roles:
            shown |= handed_in
        # whoever has declared a conflict of interest sees nothing of this selection by any way but its own response
        shown &= ~Q(Exists(_reviews(actor, "conflict")))
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(organisation_id=actor.organisation_id) | Q(Exists(_own_parts(actor)))
        return rows.filter(shown)


def _reviews(actor: Actor, conflict: str) -> "models.QuerySet[models.Model]":
    """The actor's own reviewing of the challenge that the response answers."""
    from .selection import Reviewer  # the tables of selection stand on this one

    own = Q(account_id=actor.account_id)
    return Reviewer._base_manager.filter(own, challenge_id=OuterRef("challenge_id"), conflict=conflict)


def _rivals_of_reviewer(actor: Actor) -> "models.QuerySet[Response]":
    """Responses to the same challenge from organisations that this person acts for, as leader or partner."""
    leads = Q(organisation__members__account_id=actor.account_id, organisation__members__until=None)
    joins = Q(
        partners__organisation__members__account_id=actor.account_id,
        partners__organisation__members__until=None,
        partners__consent=Consent.GIVEN,
    )
    return Response._base_manager.filter(leads | joins, challenge_id=OuterRef("challenge_id"), state__in=HANDED_IN)


def _own_parts(actor: Actor) -> "models.QuerySet[Partner]":
    """Parts the actor's organisation is asked for or has taken. A challenger that is asked by mistake sees nothing."""
    own = Q(organisation_id=actor.organisation_id)
    challenger = Q(response__challenge__organisation_id=actor.organisation_id)
    asked = Partner._base_manager.filter(own, response_id=OuterRef("pk"), consent__in=(Consent.ASKED, Consent.GIVEN))
    return asked.exclude(challenger)


class PlannedMilestone(models.Model):
    """A step of the plan. A draft may leave it half filled; handing in may not."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="milestones")
    position = models.PositiveSmallIntegerField()
    title = models.CharField(_("里程碑"), max_length=120, blank=True)
    month = models.PositiveSmallIntegerField(_("完成于第几月"), null=True, blank=True)
    cost = models.DecimalField(_("经费（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    deliverable = models.CharField(_("交付物"), max_length=300, blank=True)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["response", "position"],
                name="planned_milestone_position",
                deferrable=models.Deferrable.DEFERRED,
            ),
            models.CheckConstraint(condition=Q(cost__gte=0) | Q(cost=None), name="planned_milestone_cost"),
        ]

    def __str__(self) -> str:
        return self.title


class Commitment(models.Model):
    """The value promised against one target. Without a value nothing is promised yet."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="commitments")
    target = models.ForeignKey(Target, on_delete=models.CASCADE, related_name="commitments")
    value = models.DecimalField(_("承诺值"), max_digits=18, decimal_places=6, null=True, blank=True)
    value_high = models.DecimalField(_("上限"), max_digits=18, decimal_places=6, null=True, blank=True)
    note = models.CharField(_("依据"), max_length=300, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["response", "target"], name="commitment_once"),
            models.CheckConstraint(
                condition=Q(value_high=None) | Q(value_high__gte=F("value")), name="commitment_range"
            ),
        ]

    def __str__(self) -> str:
        return f"{self.target_id} {self.value}"


class Partner(Entity):
    """A member of the consortium besides the leader. It must consent before the response goes in."""

    response = models.ForeignKey(Response, on_delete=models.CASCADE, related_name="partners")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="partnerships")
    part = models.CharField(_("承担内容"), max_length=300)
    share = models.DecimalField(_("经费占比（%）"), max_digits=5, decimal_places=2, null=True, blank=True)
    consent = models.CharField(_("确认"), max_length=8, choices=Consent, default=Consent.ASKED)
    reason = models.CharField(_("谢绝理由"), max_length=300, blank=True)
    decided_by = models.UUIDField(null=True)
    decided_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]
        constraints = [
            models.UniqueConstraint(fields=["response", "organisation"], name="partner_once"),
            models.CheckConstraint(condition=Q(share=None) | Q(share__range=(0, 100)), name="partner_share"),
        ]

    def __str__(self) -> str:
        return f"{self.response_id} + {self.organisation_id}"

    @property
    def state(self) -> str:
        return self.consent

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.acts_for(self.response.organisation_id):
            roles |= {f"leader.{step}" for step in actor.steps}
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Partner]":
        return cls._base_manager.filter(response__in=Response.visible_to(actor))
