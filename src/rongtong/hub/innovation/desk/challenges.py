"""What waits: needs sent back, questions unanswered, needs to screen, invitations unopened."""

from collections.abc import Iterator

from django.db.models import F
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, waits

from ..enums import ChallengeState
from ..models import Challenge, ChallengeInvitation, Question, Response
from ..queries.acting import own_id


@waits
def needs_sent_back(actor: Actor) -> Iterator[Waiting]:
    """One query for those who write for their organisation."""
    if not actor.is_member or "contributor" not in actor.steps:
        return
    rows = Challenge.visible_to(actor).filter(organisation_id=own_id(actor), state=ChallengeState.RETURNED)
    for row in rows.select_related("round").order_by("changed_at")[:LIMIT]:
        yield Waiting(
            title=_("修改被退回的需求"),
            context=row.title,
            verb=_("去修改"),
            link=reverse("innovation:challenge_edit", args=[row.pk]),
            due=row.round.collect_until,
        )


@waits
def questions_to_answer(actor: Actor) -> Iterator[Waiting]:
    """One query for those who write for their organisation."""
    if not actor.is_member or "contributor" not in actor.steps:
        return
    rows = Question.visible_to(actor).filter(
        challenge__organisation_id=own_id(actor), challenge__state=ChallengeState.OPEN, answered_at=None
    )
    for row in rows.select_related("challenge").order_by("created_at")[:LIMIT]:
        yield Waiting(
            title=_("答复提问"),
            context=row.challenge.title,
            verb=_("去答复"),
            link=reverse("innovation:challenge_questions", args=[row.challenge_id]),
            due=row.challenge.deadline,
        )


@waits
def needs_to_screen(actor: Actor) -> Iterator[Waiting]:
    """One query for the operator."""
    if "operator" not in actor.roles:
        return
    rows = Challenge.visible_to(actor).filter(state=ChallengeState.SUBMITTED).select_related("round", "organisation")
    for row in rows.order_by("submitted_at")[:LIMIT]:
        yield Waiting(
            title=_("审核需求"),
            context=f"{row.title} · {row.organisation.short}",
            verb=_("去审核"),
            link=reverse("innovation:challenge", args=[row.pk]),
            due=row.round.publish_at,
        )


@waits
def invitations_to_open(actor: Actor) -> Iterator[Waiting]:
    """One query for members."""
    if not actor.is_member:
        return
    rows = ChallengeInvitation.visible_to(actor).filter(
        organisation_id=own_id(actor),
        opened_at=None,
        challenge__state=ChallengeState.OPEN,
        challenge__deadline__gt=timezone.now(),
    )
    begun = Response.visible_to(actor).filter(organisation_id=own_id(actor)).values("challenge_id")
    rows = rows.exclude(challenge_id__in=begun)
    for row in rows.select_related("challenge").order_by(F("challenge__deadline"))[:LIMIT]:
        yield Waiting(
            title=_("贵单位受邀揭榜"),
            context=row.challenge.title,
            verb=_("去查看"),
            link=reverse("innovation:challenge", args=[row.challenge_id]),
            due=row.challenge.deadline,
        )
