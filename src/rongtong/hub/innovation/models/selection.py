"""The challenger's scored decision: criteria fixed before the deadline, reviewers blind to each other, awards."""

from django.conf import settings
from django.db import models
from django.db.models import Q
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Entity
from rongtong.hub.organisations.models import Organisation

from ..enums import ConflictState, SheetState
from .challenge import Challenge
from .response import Response

#: The programme's four are kept in Chinese and shown in the reader's language; a challenger's own stay as typed.
STANDARD = (("团队水平", 25), ("研发能力", 25), ("攻关方案", 30), ("匹配度", 20))
STANDARD_NAMES = {
    "团队水平": _("团队水平"),
    "研发能力": _("研发能力"),
    "攻关方案": _("攻关方案"),
    "匹配度": _("匹配度"),
}


class Criterion(models.Model):
    """What is scored and how much it weighs, in points of 100."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="criteria")
    position = models.PositiveSmallIntegerField()
    name = models.CharField(_("评分项"), max_length=60)
    guidance = models.CharField(_("评分要点"), max_length=300, blank=True)
    weight = models.PositiveSmallIntegerField(_("权重"))

    class Meta:
        ordering = ["position"]
        constraints = [
            models.UniqueConstraint(
                fields=["challenge", "position"], name="criterion_position", deferrable=models.Deferrable.DEFERRED
            ),
            models.CheckConstraint(condition=Q(weight__range=(1, 100)), name="criterion_weight"),
        ]

    def __str__(self) -> str:
        return str(STANDARD_NAMES.get(self.name, self.name))


class Reviewer(Entity):
    """A person asked to score the responses to a challenge."""

    challenge = models.ForeignKey(Challenge, on_delete=models.CASCADE, related_name="reviewers")
    account = models.ForeignKey(settings.AUTH_USER_MODEL, on_delete=models.PROTECT, related_name="reviews")
    organisation = models.ForeignKey(Organisation, on_delete=models.PROTECT, related_name="+")
    conflict = models.CharField(max_length=10, choices=ConflictState, default=ConflictState.UNDECLARED)
    conflict_reason = models.CharField(_("回避理由"), max_length=300, blank=True)
    declared_at = models.DateTimeField(null=True)
    handed_in_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["challenge", "account"], name="reviewer_once")]

    def __str__(self) -> str:
        return f"{self.account_id} {self.challenge_id}"

    @property
    def state(self) -> str:
        return self.conflict

    def roles_of(self, actor: Actor) -> set[str]:
        roles = {"own.person"} if actor.account_id == self.account_id else set()
        if actor.acts_for(self.challenge.organisation_id):
            roles |= {f"challenger.{step}" for step in actor.steps}
        return roles

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Reviewer]":
        """Oneself; all of them for the challenger and the operator."""
        rows = cls._base_manager.all()
        if actor.system or "operator.viewer" in actor.roles:
            return rows
        if actor.account_id is None:
            return rows.none()
        shown = Q(account_id=actor.account_id)
        if actor.role is not None and actor.organisation_id is not None:
            shown |= Q(challenge__organisation_id=actor.organisation_id)
        return rows.filter(shown)


class ScoreSheet(Entity):
    """One reviewer's scores of one response."""

    reviewer = models.ForeignKey(Reviewer, on_delete=models.CASCADE, related_name="sheets")
    response = models.ForeignKey(Response, on_delete=models.PROTECT, related_name="sheets")
    state = models.CharField(max_length=10, choices=SheetState, default=SheetState.DRAFT)
    comment = models.TextField(_("总体意见"), max_length=2000, blank=True)
    submitted_at = models.DateTimeField(null=True)

    class Meta:
        constraints = [models.UniqueConstraint(fields=["reviewer", "response"], name="score_sheet_once")]

    def __str__(self) -> str:
        return f"{self.reviewer_id} {self.response_id}"

    def roles_of(self, actor: Actor) -> set[str]:
        return self.reviewer.roles_of(actor)

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[ScoreSheet]":
        """One's own; once every reviewer has handed in, all of them for the challenger, the operator and the reviewers.

        Whoever has declared a conflict of interest sees none.
        """
        rows = cls._base_manager.all()
        if actor.system:
            return rows
        if actor.account_id is None:
            return rows.none()
        opened = Q(reviewer__challenge__scores_open=True)
        mine = Reviewer._base_manager.filter(
            challenge_id=models.OuterRef("reviewer__challenge_id"), account_id=actor.account_id
        )
        shown = Q(reviewer__account_id=actor.account_id) | (opened & Q(models.Exists(mine)))
        if "operator.viewer" in actor.roles:
            shown |= opened
        if actor.role is not None and actor.organisation_id is not None:
            shown |= opened & Q(reviewer__challenge__organisation_id=actor.organisation_id)
        return rows.filter(shown).exclude(models.Exists(mine.filter(conflict=ConflictState.CONFLICT)))


class Score(models.Model):
    """Points of 100 for one criterion, with the reason. A draft may lack either."""

    sheet = models.ForeignKey(ScoreSheet, on_delete=models.CASCADE, related_name="scores")
    criterion = models.ForeignKey(Criterion, on_delete=models.CASCADE, related_name="scores")
    points = models.PositiveSmallIntegerField(_("得分"), null=True, blank=True)
    reason = models.CharField(_("理由"), max_length=500, blank=True)

    class Meta:
        constraints = [
            models.UniqueConstraint(fields=["sheet", "criterion"], name="score_once"),
            models.CheckConstraint(condition=Q(points=None) | Q(points__range=(0, 100)), name="score_points"),
        ]

    def __str__(self) -> str:
        return f"{self.criterion_id} {self.points}"


class Award(Entity):
    """A response that was chosen."""

    challenge = models.ForeignKey(Challenge, on_delete=models.PROTECT, related_name="awards")
    response = models.OneToOneField(Response, on_delete=models.PROTECT, related_name="award")
    amount = models.DecimalField(_("金额（元）"), max_digits=16, decimal_places=2, null=True, blank=True)
    reason = models.TextField(_("入选理由"), max_length=2000, blank=True)
    rank = models.PositiveSmallIntegerField(null=True)
    score = models.DecimalField(max_digits=5, decimal_places=2, null=True)
    match_rank = models.PositiveSmallIntegerField(null=True)

    def __str__(self) -> str:
        return f"{self.challenge_id} → {self.response_id}"

    @property
    def owner_id(self):  # type: ignore[no-untyped-def]  # the challenger decides
        return self.challenge.organisation_id

    @classmethod
    def visible_to(cls, actor: Actor) -> "models.QuerySet[Award]":
        """Members see who won what; the anonymous challenger stays unnamed by the page."""
        rows = cls._base_manager.all()
        return rows if actor.is_member or actor.system else rows.none()
