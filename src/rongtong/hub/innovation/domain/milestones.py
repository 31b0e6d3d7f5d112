"""Milestones: changed by agreement, delivered by the leader, accepted or returned by the challenger, reminded of."""

from dataclasses import dataclass
from datetime import date, timedelta
from decimal import Decimal
from uuid import UUID

from django.db import transaction
from django.db.models.functions import Now
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..enums import CollaborationState, MilestoneState
from ..models import Collaboration, Milestone
from .collaborations import tell

#: Days before the due date on which the leader is reminded.
REMIND = (14, 3, 0)
OPEN = (MilestoneState.PLANNED, MilestoneState.RETURNED)


@dataclass(frozen=True)
class Change:
    """A milestone as one side wants it."""

    title: str
    due_on: date
    cost: Decimal | None = None
    deliverable: str = ""


@verb("milestone.propose", on="milestone")
def propose_change(*, milestone: Milestone, change: Change, by: Actor) -> Milestone:
    """Propose another date, content or cost; it holds once the other side agrees. A later proposal replaces it."""
    collaboration = _hold(milestone)
    faults = []
    if not change.title.strip() or len(change.title) > 120:
        faults.append(Fault("title", _("请填写里程碑名称，不超过 120 个字。"), "missing"))
    if len(change.deliverable) > 300:
        faults.append(Fault("deliverable", _("不超过 300 个字。"), "too_long"))
    if change.cost is not None and change.cost < 0:
        faults.append(Fault("cost", _("经费不能为负数。"), "out_of_range"))
    if change.due_on < collaboration.starts_on:
        faults.append(Fault("due_on", _("不能早于合作开始的日期。"), "out_of_range"))
    if faults:
        raise Invalid(faults)
    milestone.proposal = {
        "title": change.title.strip(),
        "due_on": change.due_on.isoformat(),
        "cost": None if change.cost is None else str(change.cost),
        "deliverable": change.deliverable,
    }
    milestone.proposed_by_id = by.organisation_id
    milestone.touch("proposal", "proposed_by")
    tell(_other_side(collaboration, by), "milestone.proposed", milestone, by)
    return milestone


@verb("milestone.agree", on="milestone")
def agree_to_change(*, milestone: Milestone, by: Actor) -> Milestone:
    """Agree to what the other side has proposed."""
    collaboration = _hold(milestone)
    proposal = _proposal_for(milestone, by)
    audit.note(due_before=milestone.due_on.isoformat(), due_after=proposal["due_on"])
    milestone.title, milestone.deliverable = proposal["title"], proposal["deliverable"]
    milestone.due_on = date.fromisoformat(proposal["due_on"])
    milestone.cost = None if proposal["cost"] is None else Decimal(proposal["cost"])
    milestone.proposal, milestone.proposed_by, milestone.reminded_on = None, None, None
    milestone.touch()
    tell(_other_side(collaboration, by), "milestone.agreed", milestone, by)
    return milestone


@verb("milestone.decline", on="milestone")
def decline_change(*, milestone: Milestone, by: Actor) -> Milestone:
    """Decline what the other side has proposed, or take back one's own proposal."""
    collaboration = _hold(milestone)
    if milestone.proposal is None:
        raise _no_proposal()
    milestone.proposal, milestone.proposed_by = None, None
    milestone.touch("proposal", "proposed_by")
    tell(_other_side(collaboration, by), "milestone.declined", milestone, by)
    return milestone


def _proposal_for(milestone: Milestone, by: Actor) -> dict[str, str]:
    if milestone.proposal is None:
        raise _no_proposal()
    if milestone.proposed_by_id == by.organisation_id:
        raise Refusal(
            "milestone.own_proposal",
            what=_("不能同意自己的提议。"),
            why=_("改动须由对方同意。"),
            cure=_("请等待对方答复，或撤回提议。"),
        )
    return dict(milestone.proposal)


def _no_proposal() -> Refusal:
    return Refusal(
        "milestone.no_proposal", what=_("没有待答复的改动。"), why=_("它可能已被撤回或答复。"), cure=_("请刷新页面。")
    )


@verb("milestone.deliver", on="milestone")
def deliver(*, milestone: Milestone, note: str, by: Actor) -> Milestone:
    """Hand over what was due."""
    collaboration = _hold(milestone)
    _ensure_text("note", note)
    milestone.state, milestone.delivery_note = MilestoneState.DELIVERED, note
    milestone.delivered_at = Now()
    milestone.proposal, milestone.proposed_by = None, None
    milestone.touch("state", "delivery_note", "delivered_at", "proposal", "proposed_by")
    milestone.refresh_from_db(fields=["delivered_at"])
    tell(collaboration.organisation_id, "milestone.delivered", milestone, by)
    return milestone


@verb("milestone.accept", on="milestone")
def accept(*, milestone: Milestone, note: str = "", by: Actor) -> Milestone:
    """Accept a delivery."""
    return _decide(milestone, MilestoneState.ACCEPTED, note, by)


@verb("milestone.return", on="milestone")
def return_delivery(*, milestone: Milestone, note: str, by: Actor) -> Milestone:
    """Send a delivery back with what is missing."""
    _ensure_text("note", note)
    return _decide(milestone, MilestoneState.RETURNED, note, by)


def _decide(milestone: Milestone, state: MilestoneState, note: str, by: Actor) -> Milestone:
    collaboration = _hold(milestone)
    if len(note) > 2000:
        raise Invalid([Fault("note", _("不超过 2000 个字。"), "too_long")])
    milestone.state, milestone.acceptance_note = state, note
    milestone.decided_at = Now()
    milestone.touch("state", "acceptance_note", "decided_at")
    milestone.refresh_from_db(fields=["decided_at"])
    tell(collaboration.leader_id, f"milestone.{state.value}", milestone, by)
    return milestone


def _ensure_text(field: str, text: str) -> None:
    if not text.strip() or len(text) > 2000:
        raise Invalid([Fault(field, _("请填写说明，不超过 2000 个字。"), "missing")])


def _hold(milestone: Milestone) -> Collaboration:
    """Lock the collaboration, so that its end and a milestone's change cannot cross."""
    collaboration = Collaboration._base_manager.select_for_update().get(pk=milestone.collaboration_id)
    if collaboration.state != CollaborationState.ACTIVE:
        raise Refusal(
            "collaboration.ended",
            what=_("合作已经结束。"),
            why=_("结束之后里程碑不再改变。"),
            cure=_("请查看合作的结论。"),
        )
    return collaboration


def _other_side(collaboration: Collaboration, by: Actor) -> object:
    return collaboration.leader_id if by.acts_for(collaboration.organisation_id) else collaboration.organisation_id


def remind_of_due(today: date) -> int:
    """Remind leaders of milestones due in 14 and 3 days and today. Returns how many reminders were written.

    Safe to run again and after a pause: each threshold is told once, and a missed one is made up for by the latest.
    """
    rows = Milestone._base_manager.filter(
        state__in=OPEN, collaboration__state=CollaborationState.ACTIVE, due_on__lte=today + timedelta(days=max(REMIND))
    )
    return sum(_remind(key, today) for key in rows.values_list("pk", flat=True))


def _remind(key: UUID, today: date) -> bool:
    with transaction.atomic():
        milestone = Milestone._base_manager.select_for_update(of=("self",)).select_related("collaboration").get(pk=key)
        reached = [one for day in REMIND if (one := milestone.due_on - timedelta(days=day)) <= today]
        told = milestone.reminded_on
        if milestone.state not in OPEN or not reached or (told is not None and told >= max(reached)):
            return False
        milestone.reminded_on = today
        milestone.save(update_fields=["reminded_on"])
        days = (milestone.due_on - today).days
        tell(milestone.collaboration.leader_id, "milestone.due", milestone, SYSTEM, days=days)
    return True
