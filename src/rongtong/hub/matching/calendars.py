"""An agenda as an iCalendar file: a stable identifier a meeting, a sequence that grows with every change."""

from datetime import UTC

from django.conf import settings
from django.urls import reverse
from django.utils.translation import gettext as _
from icalendar import Calendar, Event

from rongtong.hub.foundation.actors import Actor

from .enums import MeetingState
from .models import MatchmakingDay, Meeting
from .queries.days import topics_of


def calendar_of(day: MatchmakingDay, actor: Actor) -> bytes:
    """One's own meetings of a day; those that were called off are told as cancelled. Two queries.

    Times are written in UTC, so that no calendar has to know a time zone.
    """
    rows = Meeting.visible_to(actor).filter(day=day).select_related("first", "second", "table", "slot")
    mine = [row for row in rows if actor.organisation_id in (row.first_id, row.second_id)]
    about = topics_of(mine, actor)
    calendar = Calendar()
    calendar.add("prodid", "-//Rongtong//matchmaking//ZH")
    calendar.add("version", "2.0")
    calendar.add("method", "PUBLISH")
    calendar.add("x-wr-calname", str(day))
    for row in mine:
        calendar.add_component(_event(day, row, actor, about[row.pk]))
    return bytes(calendar.to_ical())


def _event(day: MatchmakingDay, row: Meeting, actor: Actor, topics: list[str]) -> Event:
    event = Event()
    event.add("uid", f"{row.pk}@{settings.SITE_URL.split('//')[-1].split('/')[0].split(':')[0]}")
    event.add("sequence", row.sequence)
    event.add("dtstamp", row.changed_at.astimezone(UTC))
    event.add("dtstart", row.slot.starts_at.astimezone(UTC))
    event.add("dtend", row.slot.ends_at.astimezone(UTC))
    event.add("summary", _("与%(name)s对接") % {"name": row.other_than(actor.organisation_id)})
    cancelled = row.state == MeetingState.CANCELLED
    event.add("status", "CANCELLED" if cancelled else "CONFIRMED")
    if row.table is not None:
        event.add("location", _("%(place)s %(table)s号桌") % {"place": day.place, "table": row.table})
    if topics:
        event.add("description", "\n".join(topics))
    event.add("url", settings.SITE_URL.rstrip("/") + reverse("matching:agenda", args=[day.pk]))
    return event
