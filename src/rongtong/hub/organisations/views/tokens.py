"""Tokens with which a program acts for a person."""

from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import allowed, require

from ..domain import tokens
from ..forms import TokenForm
from ..models import Token
from ..queries import own_organisation, tokens_of, visible
from .guards import freshly_signed_in, require_form


@require_safe
def list_tokens(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    organisation = own_organisation(actor)
    context = {
        "organisation": organisation,
        "tokens": tokens_of(actor),
        "actor": actor,
        "may_create": allowed(actor, "token.create", organisation),
        "title": _("访问令牌"),
    }
    return render(request, "organisations/tokens.html", context)


@require_form
@freshly_signed_in
def new_token(request: HttpRequest) -> HttpResponse:
    """Make a token. Its text is on the answer to the POST and nowhere else."""
    actor = actor_of(request)
    organisation = own_organisation(actor)
    require(actor, "token.create", organisation)
    form = TokenForm(request.POST if request.method == "POST" else None)
    if request.method == "POST" and form.is_valid():
        try:
            token = tokens.create_token(organisation=organisation, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            context = {"token": token, "site": settings.SITE_URL.rstrip("/"), "title": _("令牌已创建")}
            return render(request, "organisations/token.html", context)
    context = {"form": form, "organisation": organisation, "title": _("创建令牌")}
    return render(request, "organisations/new_token.html", context, status=422 if form.errors else 200)


@require_POST
def revoke_token(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    tokens.revoke_token(token=visible(Token, actor, pk), by=actor)
    messages.success(request, _("令牌已吊销。"))
    return HttpResponseRedirect(reverse("organisations:tokens"))
