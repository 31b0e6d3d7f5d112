"""The first page: what is this, who is here, what is open?"""

from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.pages import CHAINS
from rongtong.hub.innovation.enums import Stage

from ..queries import closing_soon, current_round, figures

STAGES = list(Stage)


def home(request: HttpRequest) -> HttpResponse:
    """Fast, printable, readable without scripts."""
    actor = actor_of(request)
    round = current_round()
    context = {
        "title": _("大企业发榜，中小企业揭榜"),
        "closing": closing_soon(actor),
        "round": round,
        "stage": STAGES.index(Stage(round.state)) if round else 0,
        "figures": figures(),
        "chains": CHAINS,
        "signed_in": not actor.is_visitor,
    }
    return render(request, "web/home.html", context)
