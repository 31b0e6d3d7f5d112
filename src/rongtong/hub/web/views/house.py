"""The house itself: language, kept mail on a developer's machine, jobs, the audit trail, short texts."""

import email
import email.policy
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import get_object_or_404, render
from django.urls import reverse
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.api.door import scopes
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.jobs import cancel_job
from rongtong.hub.foundation.models import Job

YEAR = 365 * 24 * 3600
MAILS_SHOWN = 50


@require_POST
def language(request: HttpRequest) -> HttpResponse:
    """Read on in the other language; kept in a cookie."""
    wanted = request.POST.get("next", "/")
    if not url_has_allowed_host_and_scheme(wanted, allowed_hosts={request.get_host()}):
        wanted = "/"
    response = HttpResponseRedirect(wanted)
    code = request.POST.get("language", "")
    if translation.check_for_language(code) and code in dict(settings.LANGUAGES):
        response.set_cookie(
            settings.LANGUAGE_COOKIE_NAME, code, max_age=YEAR, samesite="Lax", secure=request.is_secure()
        )
    return response


@dataclass(frozen=True)
class Mail:
    at: datetime
    to: str
    subject: str
    body: str


def mail(request: HttpRequest) -> HttpResponse:
    """What would have gone out by mail, on a machine that keeps mail in a folder. Elsewhere there is no such page."""
    if settings.PROFILE != "local" or not settings.EMAIL_BACKEND.endswith("filebased.EmailBackend"):
        raise NotVisible
    paths = sorted(Path(settings.EMAIL_FILE_PATH).glob("*.log"), reverse=True)
    found = [one for path in paths[:MAILS_SHOWN] for one in reversed(_mails(path))]
    return render(request, "web/mail.html", {"mails": found[:MAILS_SHOWN]})


def _mails(path: Path) -> list[Mail]:
    """The messages of one file of Django's file backend, which separates them by a line of dashes."""
    found = []
    for text in path.read_text(encoding="utf-8").split("-" * 79 + "\n"):
        if not text.strip():
            continue
        message = email.message_from_string(text, policy=email.policy.default)
        at = message["Date"].datetime if message["Date"] else datetime.fromtimestamp(path.stat().st_mtime).astimezone()
        body = message.get_body(("plain",))
        found.append(Mail(at, str(message["To"]), str(message["Subject"]), body.get_content() if body else ""))
    return found


def job(request: HttpRequest, pk: UUID) -> HttpResponse:
    """How far long work is. The page asks again by itself until it ends."""
    row = get_object_or_404(Job.visible_to(actor_of(request)), pk=pk)
    template = "web/job_state.html" if request.headers.get("HX-Request") else "web/job.html"
    return render(request, template, {"job": row, "next": row.result.get("next", "")})


@require_POST
def cancel(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Ask long work to stop."""
    actor = actor_of(request)
    cancel_job(job=get_object_or_404(Job.visible_to(actor), pk=pk), by=actor)
    messages.info(request, _("已请求停止。"))
    return HttpResponseRedirect(reverse("web:job", args=[pk]))


def data(request: HttpRequest) -> HttpResponse:
    """Where the figures on the pages come from."""
    return render(request, "web/data.html")


def privacy(request: HttpRequest) -> HttpResponse:
    """Who sees what, and what is kept of a person."""
    return render(request, "web/privacy.html")


def api(request: HttpRequest) -> HttpResponse:
    """One page, one token, one curl."""
    context = {"site": settings.SITE_URL.rstrip("/"), "scopes": scopes()}
    return render(request, "web/api.html", context)


def robots(request: HttpRequest) -> HttpResponse:
    """Public pages may be indexed; work pages are nobody's search result."""
    lines = ["User-agent: *", "Disallow: /account/", "Disallow: /desk/", "Disallow: /api/", ""]
    return HttpResponse("\n".join(lines), content_type="text/plain; charset=utf-8")
