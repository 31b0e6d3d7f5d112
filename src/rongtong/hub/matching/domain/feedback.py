"""What the sides say after a meeting, and what ranking keeps of it."""

from __future__ import annotations

from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..enums import ANNOUNCED, NextStep, Usefulness
from ..models import Meeting, MeetingFeedback, MeetingOutcome
from ..queries.outcomes import POINTS

LONGEST = 2000


@verb("meeting.feedback", on="meeting")
def give_feedback(*, meeting: Meeting, useful: str, next_step: str, note: str, by: Actor) -> MeetingFeedback:
    """Say how a meeting was; saying it again replaces it. Only one's own side and the operator read it.

    Raises
    ------
    Refusal
        The meeting has not begun.
    Invalid
        A word that is no choice, or too long a note.
    """
    if meeting.day.state not in ANNOUNCED or meeting.slot.starts_at > timezone.now():
        raise Refusal(
            "meeting.not_yet",
            what=_("还不能反馈。"),
            why=_("这场对接还没有开始。"),
            cure=_("请在见面之后再填写。"),
        )
    faults = []
    if useful not in Usefulness.values:
        faults.append(Fault("useful", _("请选择这次见面有没有用。"), "feedback.useful"))
    if next_step not in NextStep.values:
        faults.append(Fault("next_step", _("请选择下一步。"), "feedback.next_step"))
    if len(note) > LONGEST or "\x00" in note:
        faults.append(Fault("note", _("备注最多2000字，不含控制字符。"), "feedback.note"))
    if faults:
        raise Invalid(faults)
    row, _made = MeetingFeedback._base_manager.update_or_create(
        meeting=meeting,
        organisation_id=by.firm,
        defaults={"useful": useful, "next_step": next_step, "note": note.strip()},
    )
    _keep_outcome(meeting, row)
    audit.note(useful=useful, next_step=next_step)
    return row


def _keep_outcome(meeting: Meeting, said: MeetingFeedback) -> None:
    """One signal for ranking; none of a meeting that did not take place."""
    rows = MeetingOutcome._base_manager.filter(meeting_id=meeting.pk, organisation_id=said.organisation_id)
    points = POINTS.get(Usefulness(said.useful))
    if points is None:
        rows.delete()
        return
    MeetingOutcome._base_manager.update_or_create(
        meeting_id=meeting.pk,
        organisation_id=said.organisation_id,
        defaults={
            "other_id": meeting.other_than(said.organisation_id).pk,
            "points": points,
            "next_step": said.next_step,
        },
    )
