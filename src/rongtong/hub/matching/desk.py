"""What waits of matchmaking days: invitations to answer, plans to make again, meetings to look back on."""

from collections.abc import Iterable

from django.db.models import Exists, OuterRef
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, waits

from .enums import ANNOUNCED, DayState, MeetingState, ParticipationState
from .models import MatchmakingDay, Meeting, MeetingFeedback, MeetingSide, Participation


@waits
def invitations(actor: Actor) -> Iterable[Waiting]:
    """Days one was invited to and has not answered. One query."""
    if not actor.is_member or actor.operator or "contributor" not in actor.steps:
        return
    rows = Participation.visible_to(actor).filter(
        state=ParticipationState.INVITED, day__state=DayState.INVITING, day__answers_until__gt=timezone.now()
    )
    for row in rows.select_related("day").order_by("day__answers_until", "pk")[:LIMIT]:
        yield Waiting(
            title=_("答复对接会邀请"),
            context=str(row.day),
            verb=_("去答复"),
            link=reverse("matching:answer", args=[row.day_id]),
            due=row.day.answers_until,
        )


@waits
def feedback_due(actor: Actor) -> Iterable[Waiting]:
    """Meetings that took place and of which one's own side has said nothing. One query."""
    if not actor.is_member or actor.operator or "contributor" not in actor.steps:
        return
    said = MeetingFeedback.visible_to(actor).filter(meeting=OuterRef("pk"), organisation_id=actor.firm)
    rows = Meeting.visible_to(actor).filter(
        state=MeetingState.PLANNED, slot__ends_at__lte=timezone.now(), day__state__in=ANNOUNCED
    )
    rows = rows.exclude(Exists(said)).select_related("first", "second", "day", "slot")
    for row in rows.order_by("-slot__starts_at", "pk")[:LIMIT]:
        yield Waiting(
            title=_("反馈与%(name)s的对接") % {"name": row.other_than(actor.organisation_id).short},
            context=str(row.day),
            verb=_("去反馈"),
            link=reverse("matching:feedback", args=[row.pk]),
        )


@waits
def plans_to_renew(actor: Actor) -> Iterable[Waiting]:
    """Published days in which somebody is seated who dropped out. One query."""
    if "operator" not in actor.roles:
        return
    gone = Participation.visible_to(actor).filter(
        day=OuterRef("slot__day"), organisation_id=OuterRef("organisation_id"), state=ParticipationState.WITHDRAWN
    )
    seated = MeetingSide._base_manager.filter(
        Exists(gone), slot__day=OuterRef("pk"), slot__starts_at__gt=timezone.now()
    )
    for day in MatchmakingDay.visible_to(actor).filter(Exists(seated), state=DayState.PUBLISHED)[:LIMIT]:
        yield Waiting(
            title=_("有单位退出，需要重新排期"),
            context=str(day),
            verb=_("去排期"),
            link=reverse("matching:day", args=[day.pk]),
            due=day.starts_at,
        )
