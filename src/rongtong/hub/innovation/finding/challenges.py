"""How challenges are found from any page."""

from urllib.parse import urlencode

from django.db.models import QuerySet
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.finding import Hit, Source, findable

from ..models import Challenge
from ..queries.challenges import found_by


def _rows(actor: Actor, q: str) -> QuerySet[Challenge]:
    return found_by(Challenge.visible_to(actor), q, actor).order_by("-published_at", "pk")


def _hit(challenge: Challenge) -> Hit:
    return Hit(
        title=challenge.title,
        link=reverse("innovation:challenge", args=[challenge.pk]),
        line=challenge.get_state_display(),
        code=challenge.number or "",
    )


def _more(q: str) -> str:
    return f"{reverse('innovation:challenges')}?{urlencode({'q': q})}"


findable(Source("challenges", _("榜单"), rows=_rows, hit=_hit, more=_more, order=10))
