"""The operator's decisions about an organisation."""

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import require, require_role

from ..domain.verification import (
    restore_organisation,
    return_organisation,
    suspend_organisation,
    verify_organisation,
)
from ..forms import ReasonForm
from ..models import Organisation
from ..queries import visible
from .guards import require_form
from .profile import page_of


@require_POST
def verify(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    verify_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    messages.success(request, _("已通过核验，并已通知对方。"))
    return page_of(pk)


@require_POST
def restore(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    restore_organisation(organisation=visible(Organisation, actor, pk), by=actor)
    messages.success(request, _("已恢复。"))
    return page_of(pk)


@require_form
def give_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = {"title": _("退回修改"), "button": _("退回"), "done": _("已退回，并已通知对方。")}
    return _with_reason(request, pk, "organisation.return", return_organisation, words)


@require_form
def suspend(request: HttpRequest, pk: UUID) -> HttpResponse:
    words = {"title": _("停用机构"), "button": _("停用机构"), "done": _("已停用。")}
    return _with_reason(request, pk, "organisation.suspend", suspend_organisation, words)


def _with_reason(
    request: HttpRequest, pk: UUID, verb: str, act: Callable[..., Any], words: dict[str, str]
) -> HttpResponse:
    actor = actor_of(request)
    organisation = visible(Organisation, actor, pk)
    require_role(actor, verb, organisation)
    require(actor, verb, organisation)
    form = ReasonForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            act(organisation=organisation, reason=form.cleaned_data["reason"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, words["done"])
            return page_of(pk)
    context = {"form": form, "organisation": organisation, "words": words, "title": words["title"]}
    return render(request, "organisations/reason.html", context, status=422 if form.errors else 200)
