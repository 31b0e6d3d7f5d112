"""What an award opens: milestones from the plan, the reported result, the end."""

from calendar import monthrange
from collections.abc import Sequence
from dataclasses import dataclass
from datetime import date
from decimal import Decimal

from django.db.models.functions import Now
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..enums import ChallengeState, CollaborationState, Consent, MilestoneState
from ..models import Achievement, Award, Challenge, Collaboration, Milestone
from ..promises import keeps
from ..signals import challenge_listing_changed

PEOPLE = ("contributor", "manager", "owner")


@dataclass(frozen=True)
class Result:
    """What was measured for one target."""

    target_id: int
    value: Decimal
    value_high: Decimal | None = None
    note: str = ""


@verb("collaboration.open", on="award")
def open_collaboration(*, award: Award, by: Actor) -> Collaboration:
    """Begin to work: the plan's milestones become due dates counted from today. Part of the award."""
    response, today = award.response, timezone.localdate()
    collaboration = Collaboration._base_manager.create(
        challenge_id=award.challenge_id,
        response=response,
        organisation_id=award.challenge.organisation_id,
        leader_id=response.organisation_id,
        starts_on=today,
        ends_on=months_later(today, response.months) if response.months else None,
    )
    Milestone._base_manager.bulk_create(
        Milestone(
            collaboration=collaboration,
            position=step.position,
            title=step.title,
            due_on=months_later(today, step.month or 0),
            cost=step.cost,
            deliverable=step.deliverable,
        )
        for step in response.milestones.all()
    )
    return collaboration


def months_later(start: date, months: int) -> date:
    """The same day so many months on; the last day of a shorter month."""
    year, month = divmod(start.year * 12 + start.month - 1 + months, 12)
    return date(year, month + 1, min(start.day, monthrange(year, month + 1)[1]))


@verb("collaboration.report_result", on="collaboration")
def report_result(*, collaboration: Collaboration, results: Sequence[Result], by: Actor) -> Collaboration:
    """State what was measured, target by target, in place of what was stated before."""
    targets = {one.pk: one for one in collaboration.challenge.targets.all()}
    promises = {one.target_id: one for one in collaboration.response.commitments.all()}
    faults = _result_faults(results, set(targets))
    if faults:
        raise Invalid(faults)
    collaboration.achievements.all().delete()
    for one in results:
        promise = promises.get(one.target_id)
        promised, high = (promise.value, promise.value_high) if promise else (None, None)
        Achievement._base_manager.create(
            collaboration=collaboration,
            met=bool(keeps(targets[one.target_id], promised, high, one.value, one.value_high)),
            **vars(one),
        )
    collaboration.touch()
    tell(collaboration.organisation_id, "collaboration.result", collaboration, by)
    return collaboration


def _result_faults(results: Sequence[Result], known: set[int]) -> list[Fault]:
    faults = []
    for row, one in enumerate(results, 1):
        if one.target_id not in known:
            faults.append(Fault("results", _("榜单中没有这项指标。"), "unknown_target", row=row))
        if one.value_high is not None and one.value_high < one.value:
            faults.append(Fault("results", _("上限不能小于下限。"), "range", row=row, column="value_high"))
        if len(one.note) > 300:
            faults.append(Fault("results", _("不超过 300 个字。"), "too_long", row=row, column="note"))
    if len({one.target_id for one in results}) != len(results):
        faults.append(Fault("results", _("每项指标只填一行。"), "duplicate"))
    if not results:
        faults.append(Fault("results", _("请至少填写一项实测值。"), "missing"))
    return faults


@verb("collaboration.complete", on="collaboration")
def complete_collaboration(*, collaboration: Collaboration, conclusion: str, by: Actor) -> Collaboration:
    """Accept the whole. The result becomes part of both organisations' record; the last one concludes the challenge.

    Raises
    ------
    Refusal
        ``collaboration.milestones_open``, ``collaboration.result_missing``.
    """
    if collaboration.milestones.exclude(state=MilestoneState.ACCEPTED).exists():
        raise Refusal(
            "collaboration.milestones_open",
            what=_("还不能结题。"),
            why=_("有里程碑尚未验收。"),
            cure=_("请先验收全部里程碑，或终止合作。"),
        )
    stated = set(collaboration.achievements.values_list("target_id", flat=True))
    promised = set(collaboration.response.commitments.exclude(value=None).values_list("target_id", flat=True))
    if promised - stated:
        raise Refusal(
            "collaboration.result_missing",
            what=_("还不能结题。"),
            why=_("承诺的指标还有实测值没有填写。"),
            cure=_("请牵头单位先填报结果。"),
        )
    return _end(collaboration, CollaborationState.COMPLETED, conclusion, by)


@verb("collaboration.terminate", on="collaboration")
def terminate_collaboration(*, collaboration: Collaboration, conclusion: str, by: Actor) -> Collaboration:
    """Stop before the end, with the reason."""
    return _end(collaboration, CollaborationState.TERMINATED, conclusion, by)


def _end(collaboration: Collaboration, state: CollaborationState, conclusion: str, by: Actor) -> Collaboration:
    if not conclusion.strip() or len(conclusion) > 4000:
        raise Invalid([Fault("conclusion", _("请填写结论，不超过 4000 个字。"), "missing")])
    collaboration.state, collaboration.conclusion = state, conclusion
    collaboration.ended_at = Now()
    collaboration.touch("state", "conclusion", "ended_at")
    collaboration.refresh_from_db(fields=["ended_at"])
    challenge = Challenge._base_manager.select_for_update().get(pk=collaboration.challenge_id)
    others = Collaboration._base_manager.filter(challenge=challenge, state=CollaborationState.ACTIVE)
    if challenge.state == ChallengeState.AWARDED and not others.exists():
        challenge.state = ChallengeState.CONCLUDED
        challenge.touch("state")
        challenge_listing_changed.send(Challenge, challenge=challenge)
        audit.note(challenge="concluded")
    for side in sides(collaboration):
        tell(side, f"collaboration.{state.value}", collaboration, by)
    return collaboration


def sides(collaboration: Collaboration) -> list[object]:
    """The challenger, the leader and the partners."""
    partners = collaboration.response.partners.filter(consent=Consent.GIVEN).values_list("organisation_id", flat=True)
    return [collaboration.organisation_id, collaboration.leader_id, *partners]


def tell(side: object, event: str, about: Collaboration | Milestone, by: Actor, **details: object) -> None:
    """Tell the people of one side."""
    people = people_of(side, *PEOPLE)  # type: ignore[arg-type]  # an organisation's id
    notify(event, to=people, about=about, by=by, organisation_id=side, **details)  # type: ignore[arg-type]  # see above
