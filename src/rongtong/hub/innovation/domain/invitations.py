"""Asking organisations to answer a challenge."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of
from rongtong.hub.organisations.models import Organisation

from ..models import Challenge, ChallengeInvitation
from .challenges import WRITERS

AT_ONCE = 100


@dataclass(frozen=True)
class Invitee:
    """An organisation to ask, with the rank and score it had in the list it was picked from."""

    organisation_id: UUID
    rank: int | None = None
    score: Decimal | None = None


@verb("challenge.invite", on="challenge")
def invite(*, challenge: Challenge, invitees: Sequence[Invitee], by: Actor) -> Challenge:
    """Ask organisations to answer. Who was asked before is not asked again; its people are told once.

    Raises
    ------
    Refusal
        The deadline has passed.
    Invalid
        One of them does not exist, is not verified, or is the challenger itself.
    """
    if challenge.deadline is not None and challenge.deadline <= timezone.now():
        raise Refusal(
            "challenge.deadline_passed",
            what=_("不能再邀请。"),
            why=_("揭榜截止时间已过。"),
            cure=_("可以在遴选中查看已收到的揭榜。"),
        )
    wanted = {one.organisation_id: one for one in invitees}
    _check(challenge, wanted, by)
    asked = set(ChallengeInvitation._base_manager.filter(challenge=challenge).values_list("organisation_id", flat=True))
    fresh = [one for one in wanted.values() if one.organisation_id not in asked]
    ChallengeInvitation._base_manager.bulk_create(
        ChallengeInvitation(challenge=challenge, organisation_id=one.organisation_id, rank=one.rank, score=one.score)
        for one in fresh
    )
    for one in fresh:
        people = people_of(one.organisation_id, *WRITERS)
        notify("challenge.invited", to=people, about=challenge, by=by, organisation_id=one.organisation_id)
    audit.note(asked=len(fresh))
    return challenge


def _check(challenge: Challenge, wanted: dict[UUID, Invitee], by: Actor) -> None:
    if not wanted:
        raise Invalid([Fault("organisations", _("请至少选择一家单位。"), "invite.nobody")])
    if len(wanted) > AT_ONCE:
        raise Invalid([Fault("organisations", _("一次最多邀请 100 家。"), "invite.too_many")])
    if challenge.organisation_id in wanted:
        # an anonymous challenger is not told apart by this answer: only its own side and the operator may invite
        raise Invalid([Fault("organisations", _("不能邀请发榜方自己。"), "invite.challenger")])
    rows = Organisation.visible_to(by).filter(pk__in=wanted)
    known = {row.pk for row in rows if row.is_verified}
    missing = len(set(wanted) - known)
    if missing:
        message = _("有 %(count)s 家单位不存在或未核验。") % {"count": missing}
        raise Invalid([Fault("organisations", message, "invite.unknown")])


@verb("invitation.open", on="invitation")
def open_invitation(*, invitation: ChallengeInvitation, by: Actor) -> ChallengeInvitation:
    """Note that the invited side has read it; later readings change nothing."""
    if invitation.opened_at is None:
        invitation.opened_at = timezone.now()
        invitation.touch("opened_at")
    return invitation
