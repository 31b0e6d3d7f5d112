"""Evidence: the entries of a thing, the file to keep, and what it is all worth."""

from __future__ import annotations

from uuid import UUID

from django.conf import settings
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation.api import actor_of

from ..evidence_handing_out import evidence_for_keeping
from ..queries.evidence import NDA, entries_of, evidence_subject
from ..queries.log import key_in_use, witnesses
from ..queries.log_tiles import published
from ..subjects import SUBJECTS, alias_of, find


def evidence(request: HttpRequest, alias: str, pk: UUID) -> HttpResponse:
    """What stands in the log about one thing, as far as this reader may know."""
    actor = actor_of(request)
    subject = evidence_subject(alias, pk, actor)
    if alias == NDA:
        about = alias_of(subject.subject_type)
        back = reverse("trust:sign_nda", args=[about, subject.subject_id])
        title = _("保密协议：%(title)s") % {"title": find(about, subject.subject_id, actor)}
    else:
        back, title = SUBJECTS[alias].link(subject), str(subject)
    context = {"subject_title": title, "back": back, "entries": entries_of(subject, actor), **_verifying()}
    return render(request, "trust/evidence.html", context)


def evidence_file(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The evidence of one entry, to keep and to verify without this hub."""
    return evidence_for_keeping(actor_of(request), pk)


def about(request: HttpRequest) -> HttpResponse:
    """What the log proves, what it does not, and how anybody verifies it."""
    shown, policy = published(), witnesses()
    context = {
        **_verifying(),
        "shown": shown,
        "witnesses": list(policy.witnesses),
        "stamped": bool(settings.LOG_AUTHORITY),
    }
    return render(request, "trust/about_evidence.html", context)


def _verifying() -> dict[str, object]:
    key = key_in_use()
    return {"log_key": key.verifier if key else "", "log_address": settings.SITE_URL.rstrip("/") + "/log/"}
