"""Matchmaking days in the search over everything."""

from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.finding import Hit, Source, findable

from .models import MatchmakingDay


def _rows(actor: Actor, q: str) -> QuerySet[MatchmakingDay]:
    rows = MatchmakingDay.visible_to(actor)
    for word in q.split():
        rows = rows.filter(Q(title__icontains=word) | Q(title_en__icontains=word) | Q(place__icontains=word))
    return rows.order_by("-starts_at", "pk")


findable(
    Source(
        "matchmaking",
        _("对接会"),
        rows=_rows,
        hit=lambda row: Hit(
            title=str(row),
            link=reverse("matching:day", args=[row.pk]),
            line=f"{formatting.short_day(row.starts_at)} {row.place}",
        ),
        more=lambda q: f"{reverse('matching:days')}?{urlencode({'q': q})}",
        order=40,
    )
)
