"""A technology need that a large enterprise publishes, its targets, questions and invitations."""

from typing import Any

from django.apps import apps
from django.conf import settings
from django.contrib.postgres.fields import ArrayField
from django.db import models
from django.db.models import F, Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.trust.enums import Level
from rongtong.hub.trust.models import NonDisclosureAgreement

from ..enums import PUBLISHED, ChallengeState, Comparison, Stage
from .round import Round


def level(default: Level, label: Any) -> Any:
    """Who may read one group of fields of a challenge."""
    return models.PositiveSmallIntegerField(
        label,
        choices=[(one.value, one.label) for one in (Level.PUBLIC, Level.MEMBERS, Level.AFTER_NDA)],
        default=default,
    )


def never_amended() -> list[int]:
    """The number of amendments of each level, L0 to L3, when there are none."""
    return [0, 0, 0, 0]


class Challenge(Entity):
    """What is shown of it to whom is decided in ``queries/disclosure.py``, by the level of each group of fields."""

    round = models.ForeignKey(Round, on_delete=models.PROTECT, related_name="challenges")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="challenges")
    number = models.CharField(_("编号"), max_length=24, null=True, unique=True)
    state = models.CharField(_("状态"), max_length=10, choices=ChallengeState, default=ChallengeState.DRAFT)
    anonymous = models.BooleanField(_("匿名发榜"), default=False)
    title = models.CharField(_("需求名称"), max_length=120)
    search_keys = models.CharField(max_length=400, editable=False, default="")
    industry = models.CharField(_("所属行业"), max_length=5, blank=True)
    region = models.CharField(_("地区"), max_length=6, blank=True)
    problem = models.TextField(_("要解决的问题"), max_length=6000, blank=True)
    tried = models.TextField(_("已做过的尝试"), max_length=4000, blank=True)
    details = models.TextField(_("工况与细节"), max_length=6000, blank=True)
    regions = ArrayField(models.CharField(max_length=6), default=list, blank=True, verbose_name=_("地区要求"))
    certificates = ArrayField(models.CharField(max_length=60), default=list, blank=True, verbose_name=_("资质要求"))
    size_classes = ArrayField(models.CharField(max_length=12), default=list, blank=True, verbose_name=_("规模要求"))
    readiness = models.PositiveSmallIntegerField(_("技术就绪度要求"), null=True, blank=True)
    budget_min = models.DecimalField(_("预算下限（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    budget_max = models.DecimalField(_("预算上限（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    budget_note = models.CharField(_("资金来源"), max_length=200, blank=True)
    months = models.PositiveSmallIntegerField(_("攻关周期（月）"), null=True, blank=True)
    deadline = models.DateTimeField(_("揭榜截止"), null=True, blank=True)
    ip_terms = models.TextField(_("知识产权与使用条件"), max_length=2000, blank=True)
    contact_name = models.CharField(_("联系人"), max_length=80, blank=True)
    contact_department = models.CharField(_("部门"), max_length=80, blank=True)
    contact_phone = models.CharField(_("电话"), max_length=40, blank=True)
    contact_email = models.EmailField(_("邮箱"), blank=True)
    problem_level = level(Level.PUBLIC, _("问题的披露等级"))
    targets_level = level(Level.PUBLIC, _("指标的披露等级"))
    tried_level = level(Level.MEMBERS, _("尝试的披露等级"))
    budget_level = level(Level.PUBLIC, _("预算的披露等级"))
    ip_level = level(Level.MEMBERS, _("知识产权的披露等级"))
    contact_level = level(Level.MEMBERS, _("联系人的披露等级"))
    details_level = level(Level.AFTER_NDA, _("细节的披露等级"))
    comment = models.TextField(_("审核意见"), max_length=2000, blank=True)
    submitted_at = models.DateTimeField(null=True)
    published_at = models.DateTimeField(null=True)
    scores_open = models.BooleanField(default=False, editable=False)
    #: How many amendments of each level there are. They make no new ``version``, which everybody reads.
    amended = ArrayField(models.PositiveSmallIntegerField(), size=4, default=never_amended, editable=False)

    class Meta:
        indexes = [
            models.Index(fields=["state", "deadline", "id"], name="challenge_deadline"),
            models.Index(fields=["-published_at", "-id"], name="challenge_published"),
            models.Index(fields=["organisation", "state"], name="challenge_organisation"),
        ]
        constraints = [
            models.CheckConstraint(
                condition=Q(budget_min__gte=0) | Q(budget_min=None), name="challenge_budget_positive"
            ),
            models.CheckConstraint(
                condition=Q(budget_min=None) | Q(budget_max=None) | Q(budget_min__lte=F("budget_max")),
                name="challenge_budget_order",
            ),
            models.CheckConstraint(
                condition=Q(readiness=None) | Q(readiness__range=(1, 9)), name="challenge_readiness_range"
            ),
            models.CheckConstraint(
                condition=~Q(state__in=PUBLISHED) | (Q(number__isnull=False) & Q(published_at__isnull=False)),
                name="challenge_published_numbered",
            ),
        ]

    def __str__(self) -> str:
        return self.title

    @property
    def is_published(self) -> bool:
        return self.state in PUBLISHED

    def version_at(self, level: int) -> int:
        """The version as a reader of this level counts it: what is amended above does not show."""
        return self.version + sum(self.amended[: level + 1])

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.is_member and not roles:
            roles |= {"outsider", *(f"outsider.{step}" for step in actor.steps)}
        person = actor.account_id if self.state == ChallengeState.SELECTING else None
        if person is not None and self.reviewers.filter(account_id=person).exists():
            roles.add("reviewer")
        return roles

    def level_open_to(self, actor: Actor) -> int:
        """The highest disclosure level of this challenge that the actor may read."""
        if actor.system or actor.acts_for(self.organisation_id):
            return Level.NAMED
        if "operator.viewer" in actor.roles:
            return Level.AFTER_NDA
        if (
            actor.is_member
            and NonDisclosureAgreement._base_manager.filter(
                recipient_id=actor.organisation_id,
                subject_type="innovation.challenge",
                subject_id=self.pk,
                ended_at=None,
            ).exists()
        ):
            return Level.AFTER_NDA
        return actor.level

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Challenge]":
        """Published ones are public; drafts belong to their organisation; the operator sees what was handed in."""
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        # a catalogue that is published stays so when its round moves on
        shown = Q(state__in=PUBLISHED)
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(organisation_id=actor.organisation_id)
            # who has answered one must still find it when it is taken back
            responses: Any = apps.get_model("innovation", "Response")  # its file imports this one
            answered = responses._base_manager.filter(
                challenge_id=models.OuterRef("pk"), organisation_id=actor.organisation_id
            )
            shown |= Q(state=ChallengeState.WITHDRAWN, number__isnull=False) & Q(models.Exists(answered))
        if "operator.viewer" in actor.roles:
            shown |= ~Q(state=ChallengeState.DRAFT)
        return rows.filter(shown)

    @property
    def takes_responses(self) -> bool:
        """Whether its state and its round's stage let responses in; the deadline is the verb's to check."""
        return self.state == ChallengeState.OPEN and self.round.state == Stage.RESPOND


class Target(models.Model):
    """One technical indicator with the value to reach."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="targets")
    position = models.PositiveSmallIntegerField()
    indicator = models.CharField(_("指标"), max_length=120)
    comparison = models.CharField(_("比较"), max_length=8, choices=Comparison)
    value = models.DecimalField(_("目标值"), max_digits=18, decimal_places=6)
    value_high = models.DecimalField(_("上限"), max_digits=18, decimal_places=6, null=True, blank=True)
    unit = models.CharField(_("单位"), max_length=40, blank=True)
    best_today = models.CharField(_("目前最好"), max_length=60, blank=True)
    method = models.CharField(_("测法"), max_length=120, blank=True)
    must_meet = models.BooleanField(_("必达"), default=False)

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "position"], name="target_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(
                condition=(Q(comparison=Comparison.BETWEEN) & Q(value_high__gte=F("value")))
                | (~Q(comparison=Comparison.BETWEEN) & Q(value_high=None)),
                name="target_range",
            ),
        ]

    def __str__(self) -> str:
        return self.indicator


class Question(Entity):
    """A question about a challenge. The asker is known to the challenger and the operator only."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="questions")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    text = models.TextField(_("问题"), max_length=1000)
    answer = models.TextField(_("答复"), max_length=2000, blank=True)
    to_all = models.BooleanField(_("公开答复"), default=False)
    answered_at = models.DateTimeField(null=True)

    class Meta:
        ordering = ["created_at", "id"]

    def __str__(self) -> str:
        return self.text[:40]

    @property
    def state(self) -> str:
        return "answered" if self.answered_at else "asked"

    def roles_of(self, actor: Actor) -> set[str]:
        roles = super().roles_of(actor)
        if actor.acts_for(self.challenge.organisation_id):
            roles |= {f"challenger.{step}" for step in actor.steps}
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Question]":
        """Answers to all are for members; the rest for the asker, the challenger and the operator."""
        rows = cls._base_manager.filter(challenge__in=Challenge.visible_to(actor))
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if not actor.is_member:
            return rows.none()
        return rows.filter(
            Q(to_all=True)
            | Q(organisation_id=actor.organisation_id)
            | Q(challenge__organisation_id=actor.organisation_id)
        )


class ChallengeInvitation(Entity):
    """An organisation asked to respond, with the rank and score it had when it was asked."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="invitations")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="challenge_invitations")
    rank = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=5, decimal_places=1, null=True)
    opened_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "organisation"], name="challenge_invitation_once")]

    def __str__(self) -> str:
        return f"{self.challenge_id} → {self.organisation_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[ChallengeInvitation]":
        rows = cls._base_manager.filter(challenge__in=Challenge.visible_to(actor))
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if actor.role is None:
            return rows.none()
        return rows.filter(
            Q(organisation_id=actor.organisation_id) | Q(challenge__organisation_id=actor.organisation_id)
        )


class Watch(models.Model):
    """A challenge a person wants to keep in view."""

    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.CASCADE, related_name="+")
    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="watches")
    since = models.DateTimeField(db_default=Now())

    class Meta:
        constraints = [models.UniqueConstraint(fields=["account", "challenge"], name="watch_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.challenge_id}"

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Watch]":
        """One's own."""
        rows = cls._base_manager.all()
        return rows.none() if actor.account_id is None else rows.filter(account_id=actor.account_id)


class NumberSeries(models.Model):
    """The last number given in a year. A row that is counted up in the publishing transaction leaves no gap."""

    prefix = models.CharField(max_length=12)
    year = models.PositiveSmallIntegerField()
    last = models.PositiveIntegerField(default=0)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["prefix", "year"], name="number_series_once")]

    def __str__(self) -> str:
        return f"{self.prefix}-{self.year} {self.last}"
