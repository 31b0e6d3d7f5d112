"""A person's own pages: account, joining, invitations, switching between organisations."""

from typing import Any
from uuid import UUID

from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.utils import translation
from django.utils.http import url_has_allowed_host_and_scheme
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal

from ..domain.accounts import edit_account
from ..domain.actors import active_members
from ..domain.invitations import accept_invitation, invitation_by_secret, invitation_over
from ..domain.members import SESSION_KEY
from ..enums import VerificationState
from ..forms import AccountForm
from ..middleware import person_of
from ..models import Invitation, Recovery
from ..queries import invitations_for, visible
from .guards import require_form

YEAR = 365 * 24 * 3600


@require_form
def account(request: HttpRequest) -> HttpResponse:
    """Name and language; password, factors and sessions have pages of their own."""
    person = person_of(request)
    form = AccountForm(request.POST) if request.method == "POST" else AccountForm.of(person)
    if request.method == "POST" and form.is_valid():
        try:
            person = edit_account(account=person, values=form.cleaned_data, by=actor_of(request))
        except Invalid as refused:
            form.add_faults(refused)
        else:
            translation.activate(person.language)
            messages.success(request, _("已保存。"))
            response = HttpResponseRedirect(request.path)
            _remember_language(response, person.language, secure=request.is_secure())
            return response
    context = {
        "form": form,
        "person": person,
        "memberships": active_members(person.pk),
        "recovery": Recovery.visible_to(actor_of(request)).filter(account=person, state="waiting").first(),
        "title": _("我的账户"),
    }
    return render(request, "organisations/account.html", context, status=422 if form.errors else 200)


def _remember_language(response: HttpResponse, language: str, *, secure: bool) -> None:
    response.set_cookie(
        settings.LANGUAGE_COOKIE_NAME, language, max_age=YEAR, samesite="Lax", httponly=True, secure=secure
    )


@require_safe
def join(request: HttpRequest) -> HttpResponse:
    """Two ways in: accept an invitation, or register one's organisation."""
    actor, person = actor_of(request), person_of(request)
    context = {
        "invitations": invitations_for(person, actor),
        "memberships": active_members(person.pk),
        "person": person,
        "title": _("加入或登记机构"),
    }
    return render(request, "organisations/join.html", context)


@require_safe
def invitation(request: HttpRequest, secret: str) -> HttpResponse:
    """What a mailed link opens: which organisation invites, and what to do next."""
    found = invitation_by_secret(secret)
    if found is None:
        raise NotVisible
    if not found.is_open or found.organisation.state == VerificationState.SUSPENDED:
        raise invitation_over()
    actor = actor_of(request)
    context: dict[str, Any] = {"invitation": found, "title": _("成员邀请"), "here": request.path, "actor": actor}
    if not actor.is_visitor:
        context["fits"] = Invitation.visible_to(actor).filter(pk=found.pk).exists() and "invitee" in found.roles_of(
            actor
        )
        if not context["fits"]:
            raise other_address(found)
    return render(request, "organisations/invitation.html", context)


def other_address(found: Invitation) -> Refusal:
    """The refusal for a person signed in under another address; the reader holds the mailed link already."""
    return Refusal(
        "invitation.other_address",
        what=_("不能用当前账户接受这份邀请。"),
        why=_("邀请寄往%(email)s，而您登录的账户没有核验过这个邮箱。") % {"email": found.email},
        cure=_("请退出后用该邮箱登录或注册，或请邀请方改寄到您的邮箱。"),
    )


@require_POST
def accept(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Become a member, and act for the organisation from now on."""
    actor = actor_of(request)
    member = accept_invitation(invitation=visible(Invitation, actor, pk), by=actor)
    request.session[SESSION_KEY] = str(member.organisation_id)
    messages.success(request, _("您已加入%(name)s。") % {"name": member.organisation})
    return HttpResponseRedirect(settings.LOGIN_REDIRECT_URL)


@require_POST
def switch(request: HttpRequest) -> HttpResponse:
    """Act for another organisation one is a member of, in this session."""
    wanted = request.POST.get("organisation", "")
    known = {str(member.organisation_id): member for member in active_members(person_of(request).pk)}
    member = known.get(wanted)
    if member is None or member.organisation.state == VerificationState.SUSPENDED:
        raise NotVisible
    request.session[SESSION_KEY] = wanted
    messages.success(request, _("现在代表%(name)s办理业务。") % {"name": member.organisation})
    return HttpResponseRedirect(_back(request))


def _back(request: HttpRequest) -> str:
    """Where to go on: the named page of ours, else the desk."""
    wanted = request.POST.get("next", "")
    known = url_has_allowed_host_and_scheme(
        wanted, allowed_hosts={request.get_host()}, require_https=request.is_secure()
    )
    return wanted if known else settings.LOGIN_REDIRECT_URL
