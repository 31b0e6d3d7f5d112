"""One's own day: as a page, on paper, in the calendar; and what one says after each meeting."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.http import content_disposition_header
from django.utils.translation import gettext as _
from django.views.decorators.http import require_GET, require_http_methods

from rongtong.hub.foundation import pdf
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.organisations.queries import visible

from ..calendars import calendar_of
from ..domain.feedback import give_feedback
from ..enums import MeetingState
from ..forms import FeedbackForm, time_of
from ..models import MatchmakingDay, Meeting, MeetingFeedback, Participation
from ..queries.days import agenda_of, own_participation


def _own_day(request: HttpRequest, pk: UUID) -> tuple[MatchmakingDay, Participation]:
    actor = actor_of(request)
    day = visible(MatchmakingDay, actor, pk, "organisation")
    mine = own_participation(day, actor)
    if not day.is_announced:
        raise NotVisible
    return day, mine


@require_GET
def agenda(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    day, mine = _own_day(request, pk)
    slots = agenda_of(day, actor)
    values = {
        "day": day,
        "mine": mine,
        "slots": [(time_of(one.slot), one) for one in slots],
        "count": sum(one.meeting is not None for one in slots),
        "may_withdraw": allowed(actor, "participation.withdraw", mine),
        "may_say": "contributor" in actor.steps,
        "title": _("本单位的日程"),
        "sentence": str(day),
    }
    return render(request, "matching/agenda.html", values)


@require_GET
def agenda_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    day, mine = _own_day(request, pk)
    values = {
        "day": day,
        "mine": mine,
        "slots": [(time_of(one.slot), one) for one in agenda_of(day, actor)],
        "printed_at": timezone.now(),
        "address": settings.SITE_URL.rstrip("/") + reverse("matching:agenda", args=[day.pk]),
    }
    return pdf.answer("matching/agenda_paper.html", values, f"{day}-{mine.organisation.short}")


@require_GET
def agenda_ics(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    day, _mine = _own_day(request, pk)
    response = HttpResponse(calendar_of(day, actor), content_type="text/calendar; charset=utf-8")
    response["Content-Disposition"] = content_disposition_header(True, f"{day}.ics") or "attachment"
    return response


@require_http_methods(["GET", "POST"])
def feedback(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What one's own side says of a meeting."""
    actor = actor_of(request)
    meeting = visible(Meeting, actor, pk, "day", "slot", "first", "second")
    require_role(actor, "meeting.feedback", meeting)
    if meeting.state != MeetingState.PLANNED:
        raise NotVisible
    before = MeetingFeedback.visible_to(actor).filter(meeting=meeting, organisation_id=actor.firm).first()
    initial = {name: getattr(before, name) for name in ("useful", "next_step", "note")} if before else None
    form = FeedbackForm(request.POST if request.method == "POST" else None, initial=initial)
    if form.is_bound and form.is_valid():
        given = form.cleaned_data
        try:
            give_feedback(
                meeting=meeting, useful=given["useful"], next_step=given["next_step"], note=given["note"], by=actor
            )
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("谢谢反馈。"))
            return HttpResponseRedirect(reverse("matching:agenda", args=[meeting.day_id]))
    values = {
        "form": form,
        "meeting": meeting,
        "other": meeting.other_than(actor.organisation_id),
        "time": time_of(meeting.slot),
        "title": _("反馈"),
    }
    return render(request, "matching/feedback.html", values, status=422 if form.errors else 200)
