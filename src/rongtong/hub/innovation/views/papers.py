"""Challenges on paper: one, or the catalogue of a round, each as its reader may see it."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.views.decorators.http import require_safe

from rongtong.hub.foundation import pdf
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.organisations.queries import visible
from rongtong.hub.organisations.size_class import SizeClass

from ..models import Challenge, Round
from ..queries.amendments import amendments_among
from ..queries.challenges import conditions, published
from ..queries.disclosure import disclosed, disclosed_many, with_parts

MOST = 300


@require_safe
def challenge_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One challenge with everything this reader may see of it."""
    actor = actor_of(request)
    shown = disclosed(visible(Challenge, actor, pk, "round", "organisation"), actor)
    values = _values(request, reverse("innovation:challenge", args=[pk]))
    values |= {"challenges": [(shown, conditions(shown, None))], "catalogue": False, "title": shown.title}
    values["amendments"] = amendments_among([pk], actor)
    return pdf.answer("innovation/challenge_paper.html", values, shown.number or _("需求"))


@require_safe
def round_catalogue(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The catalogue of a round: every published challenge, by number."""
    actor = actor_of(request)
    found = visible(Round, actor, pk, "organisation")
    rows = disclosed_many(with_parts(published(actor).filter(round=found), actor).order_by("number")[:MOST], actor)
    values = _values(request, reverse("innovation:round", args=[pk]))
    values |= {
        "challenges": [(shown, conditions(shown, None)) for shown in rows],
        "amendments": amendments_among([shown.pk for shown in rows], actor),
        "catalogue": True,
        "round": found,
        "leaders": joined(str(SizeClass(code).label) for code in found.leader_size_classes),
        "title": str(found),
    }
    return pdf.answer("innovation/challenge_paper.html", values, _("榜单目录"))


def _values(request: HttpRequest, path: str) -> dict[str, Any]:
    actor = actor_of(request)
    return {
        "reader": f"{actor.name} {actor.organisation_name}".strip(),
        "printed_at": timezone.now(),
        "address": settings.SITE_URL.rstrip("/") + path,
    }
