"""People of an organisation: members, invitations, roles."""

from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.rights import allowed, require, require_role

from ..domain import invitations, members
from ..enums import Role
from ..forms import InviteForm, RoleForm
from ..models import Invitation, Member, Organisation
from ..queries import members_of, open_invitations, own_organisation, visible
from .guards import freshly_signed_in, require_form
from .profile import page_of


def _to_members() -> HttpResponseRedirect:
    return HttpResponseRedirect(reverse("organisations:members"))


@require_safe
def list_members(request: HttpRequest) -> HttpResponse:
    """The members of the organisation one acts for, and the invitations that are open."""
    actor = actor_of(request)
    organisation = own_organisation(actor)
    people = members_of(organisation, actor)
    context = {
        "organisation": organisation,
        "members": [
            {
                "member": one,
                "self": one.account_id == actor.account_id,
                "may_change": _within_reach(actor, one) and allowed(actor, "member.change_role", one),
                "may_end": allowed(actor, "member.end", one)
                and (_within_reach(actor, one) or one.account_id == actor.account_id),
            }
            for one in people
        ],
        "invitations": open_invitations(organisation, actor) if "manager" in actor.steps else [],
        "may_invite": allowed(actor, "member.invite", organisation),
        "title": _("成员"),
    }
    return render(request, "organisations/members.html", context)


def _within_reach(actor: Actor, member: Member) -> bool:
    return member.role in actor.steps


@require_form
@freshly_signed_in
def invite(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Invite an address; the operator invites the first owner of an organisation without one."""
    actor = actor_of(request)
    organisation = visible(Organisation, actor, pk)
    require_role(actor, "member.invite", organisation)
    require(actor, "member.invite", organisation)
    own = actor.acts_for(organisation.pk)
    roles = actor.steps if own else (Role.OWNER.value,)
    form = InviteForm(request.POST if request.method == "POST" else None, roles=roles)
    if request.method == "POST" and form.is_valid():
        try:
            invitations.invite_member(organisation=organisation, by=actor, **form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("邀请函已寄出。"))
            return _to_members() if own else page_of(pk)
    context = {"form": form, "organisation": organisation, "own": own, "title": _("邀请成员")}
    return render(request, "organisations/invite.html", context, status=422 if form.errors else 200)


@require_POST
def withdraw_invitation(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    invitations.withdraw_invitation(invitation=visible(Invitation, actor, pk), by=actor)
    messages.success(request, _("邀请已撤回，链接随即失效。"))
    return _to_members()


@require_form
@freshly_signed_in
def change_role(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    member = visible(Member, actor, pk, "account", "organisation")
    require_role(actor, "member.change_role", member)
    require(actor, "member.change_role", member)
    members.require_reach(actor, member.role)
    if request.method == "POST":
        form = RoleForm(request.POST, roles=actor.steps)
        if form.is_valid():
            members.change_role(member=member, by=actor, **form.cleaned_data)
            messages.success(request, _("已保存。"))
            return _to_members()
    else:
        form = RoleForm.of(member, actor.steps)
    context = {"form": form, "member": member, "title": _("调整角色")}
    return render(request, "organisations/role.html", context, status=422 if form.errors else 200)


@require_POST
def end_membership(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    member = visible(Member, actor, pk)
    members.end_membership(member=member, by=actor)
    if member.account_id == actor.account_id:
        return HttpResponseRedirect("/")
    messages.success(request, _("已结束其成员身份；登录会话和令牌随即失效。"))
    return _to_members()
