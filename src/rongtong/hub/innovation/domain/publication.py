"""Verbs on a challenge from its publication on: publish with a number, close at the deadline, take back."""

from __future__ import annotations

from datetime import datetime
from uuid import UUID

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import ChallengeState, Stage
from ..models import Challenge, Response, Round, Watch
from ..models.response import HANDED_IN
from ..signals import challenge_listing_changed
from .challenges import WRITERS
from .numbering import next_number

PUBLISHING = (Stage.PUBLISH, Stage.RESPOND)


def publish_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """Publish one screened challenge of a round that publishes already. Gives its number.

    Raises
    ------
    Refusal
        The round does not publish, or its answers have closed.
    """
    with transaction.atomic():
        # the round is held first, as when it moves on: it cannot close while a challenge slips in
        Round._base_manager.select_for_update().get(pk=challenge.round_id)
        published: Challenge = publish_in_held_round(challenge=challenge, by=by)
        return published


@verb("challenge.publish", on="challenge")
def publish_in_held_round(*, challenge: Challenge, by: Actor) -> Challenge:
    """Publish while the caller holds the round's row."""
    round, now = challenge.round, timezone.now()
    require_publishing(round, now)
    challenge.number = next_number(round.number_prefix, now)
    challenge.state, challenge.published_at = ChallengeState.OPEN, now
    own = challenge.deadline
    challenge.deadline = own if own is not None and now < own <= round.respond_until else round.respond_until
    challenge.touch("number", "state", "published_at", "deadline")
    audit.note(number=challenge.number)
    challenge_listing_changed.send(Challenge, challenge=challenge)
    people = people_of(challenge.organisation_id, *WRITERS)
    notify("challenge.published", to=people, about=challenge, by=by, organisation_id=challenge.organisation_id)
    return challenge


def require_publishing(round: Round, now: datetime) -> None:
    if round.state not in PUBLISHING:
        raise Refusal(
            "challenge.round_not_publishing",
            what=_("现在不能发布这项需求。"),
            why=_("所在批次不在发榜或揭榜阶段。"),
            cure=_("请先把批次推进到发榜阶段；已过揭榜阶段的，可复制到下一批次。"),
        )
    if round.respond_until <= now:
        raise Refusal(
            "challenge.answers_closed",
            what=_("现在不能发布这项需求。"),
            why=_("本批次的揭榜截止时间已过，发布后无人可以揭榜。"),
            cure=_("请先延长批次的揭榜截止时间。"),
        )


@verb("challenge.close", on="challenge")
def close_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """End the time for answers; selection begins.

    Raises
    ------
    Refusal
        Its deadline has not come.
    """
    if challenge.deadline is not None and challenge.deadline > timezone.now():
        raise Refusal(
            "challenge.before_deadline",
            what=_("现在不能结束揭榜。"),
            why=_("揭榜截止时间还没有到，已公布的时间不能提前。"),
            cure=_("请等到截止时间；到时系统会自动结束。"),
        )
    challenge.state = ChallengeState.SELECTING
    challenge.touch("state")
    challenge_listing_changed.send(Challenge, challenge=challenge)
    people = people_of(challenge.organisation_id, *WRITERS)
    notify("challenge.closed", to=people, about=challenge, by=by, organisation_id=challenge.organisation_id)
    return challenge


def close_due() -> list[UUID]:
    """Close every challenge whose deadline has come, each in a transaction of its own. Safe to run twice at once."""
    due = Challenge.visible_to(SYSTEM).filter(state=ChallengeState.OPEN, deadline__lte=timezone.now())
    closed = []
    for challenge in due.order_by("deadline", "pk"):
        try:
            close_challenge(challenge=challenge, by=SYSTEM)
        except Refusal as refusal:
            if refusal.code != "rights.state":  # another worker or the operator was there first
                raise
        else:
            closed.append(challenge.pk)
    return closed


@verb("challenge.withdraw", on="challenge")
def withdraw_challenge(*, challenge: Challenge, by: Actor, reason: str = "") -> Challenge:
    """Take it back. Once somebody has answered, only the operator may, and says why."""
    reason = reason.strip()
    if len(reason) > 2000 or "\x00" in reason:
        raise Invalid([Fault("reason", _("理由最多 2000 字。"), "challenge.reason_too_long")])
    answered = Response._base_manager.filter(challenge=challenge, state__in=HANDED_IN)
    leaders = list(answered.values_list("organisation_id", flat=True))
    if leaders:
        _require_operator_with_reason(by, reason)
    was_open = challenge.state == ChallengeState.OPEN
    challenge.state, challenge.comment = ChallengeState.WITHDRAWN, reason
    challenge.touch("state", "comment")
    audit.note(answers=len(leaders))
    if was_open:
        challenge_listing_changed.send(Challenge, challenge=challenge)
    for organisation_id in leaders:
        people = people_of(organisation_id, *WRITERS)
        notify("challenge.withdrawn", to=people, about=challenge, by=by, organisation_id=organisation_id)
    own = people_of(challenge.organisation_id, *WRITERS)
    notify("challenge.withdrawn", to=own, about=challenge, by=by, organisation_id=challenge.organisation_id)
    return challenge


def _require_operator_with_reason(by: Actor, reason: str) -> None:
    if "operator" not in by.roles:
        raise Refusal(
            "challenge.has_answers",
            what=_("不能撤回：已有企业揭榜。"),
            why=_("揭榜企业已为此投入工作，撤回须由运营方核实。"),
            cure=_("请联系运营方说明情况。"),
        )
    if not reason:
        raise Invalid([Fault("reason", _("已有企业揭榜，请写明撤回的理由。"), "challenge.no_reason")])


def watchers(challenge: Challenge) -> list[UUID]:
    """The accounts that keep the challenge in view."""
    return list(Watch._base_manager.filter(challenge=challenge).values_list("account_id", flat=True))
