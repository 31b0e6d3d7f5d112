"""A response on paper: to print, to sign, to keep."""

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.urls import reverse
from django.utils import timezone
from django.views.decorators.http import require_GET

from rongtong.hub.foundation import pdf
from rongtong.hub.foundation.api import actor_of

from ..queries.disclosure import disclosed
from ..queries.responses import whole
from .responses import CONSENTS, find_response


@require_GET
def response_pdf(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The response as its reader may see it, with the reader's name on every page."""
    actor = actor_of(request)
    row = find_response(pk, actor)
    challenge = disclosed(row.challenge, actor)
    context = {
        "one": whole(row, actor),
        "response": row,
        "challenge": challenge,
        "consents": CONSENTS,
        "reader": f"{actor.name} {actor.organisation_name}".strip(),
        "printed_at": timezone.now(),
        "address": settings.SITE_URL.rstrip("/") + reverse("innovation:response", args=[row.pk]),
    }
    name = f"{challenge.number or 'response'}-{row.organisation.short}"
    return pdf.answer("innovation/response_paper.html", context, name)
