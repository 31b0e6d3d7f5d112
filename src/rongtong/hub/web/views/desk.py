"""The desk: what waits for me, what fits me, what changed."""

from datetime import datetime, timedelta

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils import timezone

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.desk import Waiting, shelves_for, summaries_for, waiting_for
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import read

RECENT = 6


def desk(request: HttpRequest) -> HttpResponse:
    """One page that answers: what is there for me, what is due?"""
    actor = actor_of(request)
    waiting = waiting_for(actor)
    tonight = timezone.localtime().replace(hour=0, minute=0, second=0, microsecond=0) + timedelta(days=1)
    recent = Notice.visible_to(actor).order_by("-created_at", "-id")[:RECENT]
    context = {
        "actor": actor,
        "now": timezone.localtime(),
        "waiting": waiting,
        "today": [one for one in waiting if _before(one, tonight)],
        "later": [one for one in waiting if not _before(one, tonight)],
        "shelves": shelves_for(actor),
        "summaries": summaries_for(actor),
        "recent": read(recent, actor),
    }
    return render(request, "web/desk.html", context)


def _before(one: Waiting, moment: datetime) -> bool:
    return one.due is not None and one.due < moment
