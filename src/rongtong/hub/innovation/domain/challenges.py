"""Verbs on a challenge until it is published: write, hand in, send back, screen, copy."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import Any

from django.db import transaction
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal, Stale
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import operators, people_of
from rongtong.hub.organisations.enums import OrganisationKind
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.size_class import SizeClass

from ..enums import ChallengeState, Stage
from ..models import Challenge, Round
from ..queries.acting import own_id
from ..targets import TargetRow
from .challenge_values import EDITABLE, assign, faults_of_draft, faults_of_submission, values_of
from .targets import faults_of_rows, replace_targets, rows_of

#: Those of an organisation who write and decide; viewers only read.
WRITERS = ("contributor", "manager", "owner")
#: A challenge that was sent back may be handed in again as long as single ones are still published.
STILL_PUBLISHING = (Stage.COLLECT, Stage.PUBLISH, Stage.RESPOND)


def create_challenge(
    *,
    round: Round,
    values: Mapping[str, Any],
    targets: Sequence[TargetRow] = (),
    by: Actor,
    organisation: Organisation | None = None,
    submit: bool = False,
) -> Challenge:
    """Write a new challenge into a round that collects.

    Parameters
    ----------
    values
        Fields by name, from :data:`EDITABLE`.
    organisation
        For whom; the actor's own unless the operator writes for another.
    submit
        Hand it in at once.

    Raises
    ------
    Refusal
        The round does not collect, or the organisation is not a large enterprise.
    Invalid
        With every fault at once.
    """
    challenge: Challenge = _create(
        round=round, values=values, targets=targets, by=by, organisation=organisation, submit=submit
    )
    return challenge


@verb("challenge.create", on="round")
def _create(
    *,
    round: Round,
    values: Mapping[str, Any],
    targets: Sequence[TargetRow],
    by: Actor,
    organisation: Organisation | None,
    submit: bool,
) -> Challenge:
    require_collecting(round)
    owner = _challenger(organisation, by)
    challenge = Challenge(round=round, organisation=owner)
    assign(challenge, values)
    rows = list(targets)
    faults = faults_of_submission(challenge, rows) if submit else faults_of_draft(challenge)
    _raise(faults + faults_of_rows(rows))
    if submit:
        challenge.state, challenge.submitted_at = ChallengeState.SUBMITTED, timezone.now()
    challenge.save()
    replace_targets(challenge, rows)
    if submit:
        notify("challenge.submitted", to=operators(), about=challenge, by=by)
    return challenge


def _challenger(organisation: Organisation | None, by: Actor) -> Organisation:
    if organisation is None or by.acts_for(organisation.pk):
        owner = Organisation._base_manager.get(pk=own_id(by))
    elif "operator" in by.roles:
        owner = organisation
    else:
        raise Refusal(
            "challenge.other_organisation",
            what=_("不能为其他单位申报需求。"),
            why=_("只有运营方可以代为申报。"),
            cure=_("请由发榜单位自己申报，或联系运营方。"),
        )
    require_large(owner)
    return owner


def require_large(organisation: Organisation) -> None:
    """Refuse unless the organisation may challenge: verified, an enterprise, large by the national rule."""
    if not organisation.is_verified:
        raise Refusal(
            "challenge.challenger_not_verified",
            what=_("不能申报需求：单位尚未通过核验。"),
            why=_("发榜方须经运营方核验。"),
            cure=_("请先完善机构资料并提交核验。"),
        )
    if organisation.kind != OrganisationKind.ENTERPRISE:
        raise Refusal(
            "challenge.challenger_not_enterprise",
            what=_("不能申报需求：贵单位不是企业。"),
            why=_("本项目由大型企业发榜，其他机构可以揭榜或参加联合体。"),
            cure=_("请到榜单中寻找可以参加的需求。"),
        )
    if organisation.size_class != SizeClass.LARGE:
        raise Refusal(
            "challenge.challenger_not_large",
            what=_("不能申报需求：贵单位不是大型企业。"),
            why=_("本项目由大型企业发榜。贵单位按国家划型标准推算为：%(size)s。")
            % {"size": SizeClass(organisation.size_class).label},
            cure=_("可以在榜单中揭榜；如从业人数或营业收入不对，请更正机构资料，规模会重新推算。"),
        )


def require_collecting(round: Round) -> None:
    if round.state != Stage.COLLECT:
        raise Refusal(
            "challenge.round_not_collecting",
            what=_("不能在这个批次申报需求。"),
            why=_("本批次的征集已经结束。"),
            cure=_("请选择正在征集的批次，或等待下一批次。"),
        )


def _raise(faults: list[Fault]) -> None:
    if faults:
        raise Invalid(faults)


@verb("challenge.edit", on="challenge")
def edit_challenge(
    *,
    challenge: Challenge,
    version: int,
    values: Mapping[str, Any],
    by: Actor,
    targets: Sequence[TargetRow] | None = None,
) -> Challenge:
    """Save the given fields, and the targets as a whole where given.

    Raises
    ------
    Stale
        Somebody saved since ``version``; carries both contents.
    Invalid
        With every fault at once; nothing is saved.
    """
    if challenge.version != version:
        yours = dict(values) if targets is None else {**values, "targets": [vars(row) for row in targets]}
        raise Stale(theirs=values_of(challenge), yours=yours, version=challenge.version)
    changed = assign(challenge, values)
    rows = None if targets is None or list(targets) == rows_of(challenge) else list(targets)
    _raise(faults_of_draft(challenge) + faults_of_rows(rows or []))
    if rows is not None:
        replace_targets(challenge, rows)
        changed.append("targets")
    if changed:
        challenge.touch()
    audit.note(fields=changed)
    return challenge


@verb("challenge.submit", on="challenge")
def submit_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """Hand it in for screening. Raises ``Invalid`` with all that is missing."""
    again = challenge.state == ChallengeState.RETURNED and challenge.round.state in STILL_PUBLISHING
    if not again:
        require_collecting(challenge.round)
    require_large(challenge.organisation)
    rows = rows_of(challenge)
    _raise(faults_of_submission(challenge, rows) + faults_of_rows(rows))
    challenge.state, challenge.submitted_at = ChallengeState.SUBMITTED, timezone.now()
    challenge.touch("state", "submitted_at")
    notify("challenge.submitted", to=operators(), about=challenge, by=by)
    return challenge


@verb("challenge.return", on="challenge")
def return_challenge(*, challenge: Challenge, comment: str, by: Actor) -> Challenge:
    """Send it back to its writers with what is to be mended."""
    challenge.comment = _comment(comment)
    challenge.state = ChallengeState.RETURNED
    challenge.touch("state", "comment")
    _tell_own_side("challenge.returned", challenge, by)
    return challenge


@verb("challenge.screen", on="challenge")
def screen_challenge(*, challenge: Challenge, by: Actor) -> Challenge:
    """Approve it for publication with the round, or singly once the round publishes."""
    challenge.state, challenge.comment = ChallengeState.SCREENED, ""
    challenge.touch("state", "comment")
    _tell_own_side("challenge.screened", challenge, by)
    return challenge


def _comment(text: str) -> str:
    text = text.strip()
    if not text:
        raise Invalid([Fault("comment", _("请写明退回的原因和修改建议。"), "challenge.no_comment")])
    if len(text) > 2000 or "\x00" in text:
        raise Invalid([Fault("comment", _("审核意见最多 2000 字。"), "challenge.comment_too_long")])
    return text


def _tell_own_side(event: str, challenge: Challenge, by: Actor) -> None:
    people = people_of(challenge.organisation_id, *WRITERS)
    notify(event, to=people, about=challenge, by=by, organisation_id=challenge.organisation_id)


def copy_challenge(*, challenge: Challenge, round: Round, by: Actor) -> Challenge:
    """Write a draft with the same content into another round that collects. Its deadline is left to that round."""
    with transaction.atomic():
        held = Round._base_manager.select_for_update().get(
            pk=round.pk
        )  # rounds are locked before challenges everywhere
        copied: Challenge = _copy(challenge=challenge, round=held, by=by)
        return copied


@verb("challenge.copy", on="challenge")
def _copy(*, challenge: Challenge, round: Round, by: Actor) -> Challenge:
    require_collecting(round)
    require_large(challenge.organisation)
    values = {name: getattr(challenge, name) for name in EDITABLE if name != "deadline"}
    made = Challenge(round=round, organisation_id=challenge.organisation_id)
    assign(made, values)
    made.save()
    replace_targets(made, rows_of(challenge))
    audit.note(source=str(challenge.pk))
    return made
