"""The decision: one or several responses are chosen, the rest hear why, the selection is closed."""

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from decimal import Decimal
from uuid import UUID

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.matching.domain.impressions import best_ranks

from ..enums import ChallengeState, ResponseState
from ..models import Award, Challenge, ChallengeInvitation, Response
from ..queries.matching import rank_of
from ..queries.standings import lines_of
from ..signals import challenge_listing_changed
from .collaborations import open_collaboration
from .responses import tell_own_side

LONGEST = 2000


@dataclass(frozen=True)
class Choice:
    """One response to award."""

    response_id: UUID
    reason: str
    amount: Decimal | None = None


@verb("selection.award", on="challenge")
def award(*, challenge: Challenge, choices: Sequence[Choice], feedback: Mapping[UUID, str], by: Actor) -> Challenge:
    """Choose one or several, give feedback to each of the rest, close the selection, open collaborations.

    Raises
    ------
    Refusal
        ``selection.blind`` while reviewers have still to hand in.
    Invalid
        Unknown or doubled responses, a reason or feedback missing.
    """
    responses = _candidates(challenge)
    _ensure_scores_open(challenge)
    faults = _choice_faults(choices, responses) + _feedback_faults(
        responses, {one.response_id for one in choices}, feedback
    )
    if not choices:
        faults.insert(0, Fault("choices", _("请至少选一份揭榜书；都不合适时请选「不选」。"), "missing"))
    if faults:
        raise Invalid(faults)
    lines = {line.key: line for line in lines_of(challenge)}
    challenge.state = ChallengeState.AWARDED
    challenge.touch("state")
    challenge_listing_changed.send(Challenge, challenge=challenge)
    for choice in choices:
        response, line = responses[choice.response_id], lines[choice.response_id]
        given = Award._base_manager.create(
            challenge=challenge,
            response=response,
            amount=choice.amount,
            reason=choice.reason,
            rank=line.rank,
            score=line.score,
            match_rank=_match_rank(response),
        )
        _settle(response, ResponseState.AWARDED, feedback.get(response.pk, ""), by)
        open_collaboration(award=given, by=by)
    for response in _rest(responses, choices):
        _settle(response, ResponseState.DECLINED, feedback[response.pk], by)
    audit.note(awarded=[str(one.response_id) for one in choices], responses=len(responses))
    return challenge


@verb("selection.close_without_award", on="challenge")
def close_without_award(*, challenge: Challenge, feedback: Mapping[UUID, str], by: Actor) -> Challenge:
    """Choose none: where nobody has answered, or no answer fits. Every responder hears why."""
    responses = _candidates(challenge)
    if responses:
        _ensure_scores_open(challenge)
    faults = _feedback_faults(responses, set(), feedback)
    if faults:
        raise Invalid(faults)
    challenge.state = ChallengeState.CONCLUDED
    challenge.touch("state")
    challenge_listing_changed.send(Challenge, challenge=challenge)
    for response in responses.values():
        _settle(response, ResponseState.DECLINED, feedback[response.pk], by)
    audit.note(awarded=[], responses=len(responses))
    return challenge


def _candidates(challenge: Challenge) -> dict[UUID, Response]:
    rows = Response._base_manager.select_for_update(of=("self",)).filter(
        challenge=challenge, state=ResponseState.SUBMITTED
    )
    return {one.pk: one for one in rows.select_related("organisation", "challenge").order_by("submitted_at", "id")}


def _ensure_scores_open(challenge: Challenge) -> None:
    if not challenge.scores_open:
        raise Refusal(
            "selection.blind",
            what=_("还不能作出决定。"),
            why=_("评审尚未全部提交评分。"),
            cure=_("请等全部评审提交，或移除未开始的评审。"),
        )


def _choice_faults(choices: Sequence[Choice], responses: Mapping[UUID, Response]) -> list[Fault]:
    faults = []
    seen: set[UUID] = set()
    for row, one in enumerate(choices, 1):
        if one.response_id not in responses or one.response_id in seen:
            faults.append(Fault("choices", _("没有这份揭榜书，或重复选择。"), "unknown", row=row))
        seen.add(one.response_id)
        if not one.reason.strip() or len(one.reason) > LONGEST:
            faults.append(Fault(f"reason-{one.response_id}", _("请写明入选理由，不超过 2000 个字。"), "missing"))
        if one.amount is not None and one.amount < 0:
            faults.append(Fault(f"amount-{one.response_id}", _("金额不能为负数。"), "out_of_range"))
    return faults


def _feedback_faults(
    responses: Mapping[UUID, Response], chosen: set[UUID], feedback: Mapping[UUID, str]
) -> list[Fault]:
    faults = []
    for key, response in responses.items():
        text = feedback.get(key, "").strip()
        if (key not in chosen and not text) or len(text) > LONGEST:
            message = _("请给「%(name)s」写反馈，不超过 2000 个字。") % {"name": response.organisation}
            faults.append(Fault(f"feedback-{key}", message, "missing"))
    faults += [Fault("feedback", _("反馈对应的揭榜书不存在。"), "unknown") for key in feedback if key not in responses]
    return faults


def _rest(responses: Mapping[UUID, Response], choices: Sequence[Choice]) -> list[Response]:
    chosen = {one.response_id for one in choices}
    return [response for key, response in responses.items() if key not in chosen]


def _settle(response: Response, state: ResponseState, feedback: str, by: Actor) -> None:
    response.state, response.feedback = state, feedback.strip()
    response.touch("state", "feedback")
    tell_own_side(f"response.{state.value}", response, by)


def _match_rank(response: Response) -> int | None:
    """The place at which matching offered this organisation: when it was invited, when it was shown, or now."""
    invitation = ChallengeInvitation._base_manager.filter(
        challenge_id=response.challenge_id, organisation_id=response.organisation_id
    ).first()
    if invitation is not None and invitation.rank is not None:
        return invitation.rank
    pair = (response.challenge_id, response.organisation_id)
    return best_ranks([pair]).get(pair) or rank_of(response.challenge, response.organisation_id)
