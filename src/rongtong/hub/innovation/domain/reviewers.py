"""Who scores: named by the challenger, free of conflicts of interest, blind to each other."""

from django.db import IntegrityError, transaction
from django.db.models import Q
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.enums import VerificationState
from rongtong.hub.organisations.models import Member

from ..enums import ChallengeState, ConflictState, Consent
from ..models import Challenge, Response, Reviewer
from ..models.response import HANDED_IN
from .criteria import ensure_criteria
from .opening import open_scores_if_all_handed_in


@verb("selection.assign_reviewer", on="challenge")
def assign_reviewer(*, challenge: Challenge, email: str, by: Actor) -> Reviewer:
    """Ask the person with this mail address to score the responses.

    Before the deadline it is not looked at whether the person belongs to a responder, since a refusal would tell the
    challenger who has answered; ``declare`` looks at it again.

    Raises
    ------
    Refusal
        ``reviewer.not_found``, ``reviewer.interested``, ``reviewer.exists``, ``selection.scores_open``.
    """
    _ensure_blind(challenge)
    member = _member_at(email, challenge)
    if challenge.state == ChallengeState.SELECTING and is_interested(member.account_id, challenge):
        raise interested()
    try:
        with transaction.atomic():
            reviewer = Reviewer._base_manager.create(
                challenge=challenge, account=member.account, organisation=member.organisation
            )
    except IntegrityError as clash:
        raise Refusal(
            "reviewer.exists", what=_("这位评审已在名单中。"), why=_("每人只列一次。"), cure=_("请填写另一位评审。")
        ) from clash
    ensure_criteria(challenge)
    notify("reviewer.assigned", to=[member.account_id], about=reviewer, by=by, organisation_id=member.organisation_id)
    return reviewer


def _member_at(email: str, challenge: Challenge) -> Member:
    """The membership to list: of the challenger if there is one, else the oldest in a verified organisation."""
    found = list(
        Member._base_manager.filter(
            account__email=email.strip().lower(),
            account__is_active=True,
            until=None,
            organisation__state=VerificationState.VERIFIED,
        )
        .select_related("account", "organisation")
        .order_by("since", "id")
    )
    if not found:
        raise Refusal(
            "reviewer.not_found",
            what=_("没有找到这位评审。"),
            why=_("评审须是已核验机构的在册人员。"),
            cure=_("请核对邮箱，或请对方先加入其所在机构。"),
        )
    return next((one for one in found if one.organisation_id == challenge.organisation_id), found[0])


def is_interested(account_id: object, challenge: Challenge) -> bool:
    """Whether a person acts for a responder or for one of its partners."""
    acts = Q(organisation__members__account_id=account_id, organisation__members__until=None) | Q(
        partners__organisation__members__account_id=account_id,
        partners__organisation__members__until=None,
        partners__consent=Consent.GIVEN,
    )
    return Response._base_manager.filter(acts, challenge=challenge, state__in=HANDED_IN).exists()


def interested() -> Refusal:
    return Refusal(
        "reviewer.interested",
        what=_("不能担任评审。"),
        why=_("此人任职于揭榜单位或其联合体成员单位。"),
        cure=_("请另选评审；本人应声明利益冲突并回避。"),
    )


def _ensure_blind(challenge: Challenge) -> None:
    if challenge.scores_open:
        raise Refusal(
            "selection.scores_open",
            what=_("评审名单不能再变。"),
            why=_("全部评分已公开。"),
            cure=_("请由发榜方作出决定。"),
        )


@verb("reviewer.remove", on="reviewer")
def remove_reviewer(*, reviewer: Reviewer, by: Actor) -> Challenge:
    """Strike a reviewer off, with any draft sheets; one who has handed in stays."""
    challenge = Challenge._base_manager.select_for_update().get(pk=reviewer.challenge_id)
    _ensure_blind(challenge)
    if reviewer.handed_in_at is not None:
        raise Refusal(
            "reviewer.handed_in",
            what=_("不能移除这位评审。"),
            why=_("他已提交评分。"),
            cure=_("如有利益冲突，请他本人声明回避。"),
        )
    audit.note(account=str(reviewer.account_id))
    reviewer.delete()
    open_scores_if_all_handed_in(challenge, by)
    return challenge


@verb("reviewer.declare", on="reviewer")
def declare(*, reviewer: Reviewer, conflict: bool, reason: str = "", by: Actor) -> Reviewer:
    """Declare that there is no conflict of interest, or that there is one; the latter ends all access.

    Raises
    ------
    Refusal
        ``reviewer.interested`` when a person of a responder says there is none, ``selection.not_begun``,
        ``selection.scores_open``.
    """
    challenge = ensure_selecting(reviewer)
    _ensure_blind(challenge)
    if conflict and not reason.strip():
        raise Invalid([Fault("reason", _("请简要写明利益关系。"), "missing")])
    if len(reason) > 300:
        raise Invalid([Fault("reason", _("不超过 300 个字。"), "too_long")])
    if not conflict and is_interested(reviewer.account_id, challenge):
        raise interested()
    reviewer.conflict = ConflictState.CONFLICT if conflict else ConflictState.NONE
    reviewer.conflict_reason = reason if conflict else ""
    reviewer.declared_at = Now()
    reviewer.touch("conflict", "conflict_reason", "declared_at")
    reviewer.refresh_from_db(fields=["declared_at"])
    if conflict:
        open_scores_if_all_handed_in(Challenge._base_manager.select_for_update().get(pk=challenge.pk), by)
    else:
        ensure_criteria(challenge)
    return reviewer


def ensure_selecting(reviewer: Reviewer) -> Challenge:
    challenge = Challenge._base_manager.get(pk=reviewer.challenge_id)
    if challenge.state != ChallengeState.SELECTING:
        raise Refusal(
            "selection.not_begun",
            what=_("现在不在遴选阶段。"),
            why=_("评分在揭榜截止之后、作出决定之前进行。"),
            cure=_("遴选开始时会通知您。"),
        )
    return challenge
