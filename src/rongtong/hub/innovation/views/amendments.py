"""Amending a published challenge: one form, saved in the open, two writers at once told apart."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_http_methods

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.rights import require, require_role
from rongtong.hub.organisations.queries import visible
from rongtong.hub.trust.enums import Level

from ..domain.amendments import amend_challenge
from ..domain.challenge_values import values_of
from ..forms.amendments import AmendedTargetRows, AmendForm, amended_rows, initial_amended
from ..forms.challenges import TARGET_COLUMNS
from ..models import Challenge
from ..queries.disclosure import disclosed, levels_of
from .challenge_forms import differences_of, resolved, version_of


@require_http_methods(["GET", "POST"])
def challenge_amend(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The form of what may still change, and the reasons that are published with it."""
    actor = actor_of(request)
    challenge = visible(Challenge, actor, pk, "round", "organisation")
    require_role(actor, "challenge.amend", challenge)
    require(actor, "challenge.amend", challenge)
    if request.method == "GET":
        return _page(request, challenge, _form(challenge), AmendedTargetRows(**_rows(challenge)))
    data = resolved(request.POST, values_of(challenge), initial_amended(challenge))
    form, rows = _form(challenge, data), AmendedTargetRows(data, prefix="targets")
    if rows.wants_row():
        return _page(request, challenge, form, one_more(rows), adding=True)
    if form.is_valid() and rows.is_valid():
        try:
            amend_challenge(
                challenge=challenge,
                version=version_of(data),
                values=form.values(),
                targets=amended_rows(rows),
                reasons=form.given_reasons(),
                by=actor,
            )
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as stale:
            return _page(request, challenge, form, rows, stale=stale)
        else:
            messages.success(request, _("更正已发布，并通知了受邀和揭榜的单位。"))
            return HttpResponseRedirect(reverse("innovation:challenge", args=[pk]) + "#amendments")
    return _page(request, challenge, form, rows)


def _form(challenge: Challenge, data: Any = None) -> AmendForm:
    return AmendForm(challenge, levels_of(challenge), data)


def _rows(challenge: Challenge) -> dict[str, Any]:
    return {"prefix": "targets", "initial": initial_amended(challenge)}


def _page(
    request: HttpRequest,
    challenge: Challenge,
    form: AmendForm,
    rows: Any,
    *,
    adding: bool = False,
    stale: Stale | None = None,
) -> HttpResponse:
    faulty = not adding and (bool(form.errors) or (rows.is_bound and not rows.is_valid()))
    values = {
        "form": form,
        "targets": rows,
        "target_columns": TARGET_COLUMNS,
        "all_forms": [] if adding else [form, rows],
        "challenge": disclosed(challenge, actor_of(request)),
        "version": stale.version if stale else challenge.version_at(Level.NAMED),
        "differences": differences_of(stale) if stale else [],
        "toc": _toc(),
        "title": _("更正榜单"),
    }
    status = 409 if stale else 422 if form.is_bound and faulty else 200
    return render(request, "innovation/challenge_amend.html", values, status=status)


def _toc() -> list[dict[str, str]]:
    sections = (
        ("deadline", _("揭榜截止")),
        ("problem", _("问题")),
        ("targets", _("技术指标")),
        ("who", _("对揭榜方的要求")),
        ("budget", _("预算与期限")),
        ("ip", _("知识产权")),
        ("contact", _("联系人")),
        ("reason", _("更正理由")),
    )
    return [{"id": key, "label": label} for key, label in sections]
