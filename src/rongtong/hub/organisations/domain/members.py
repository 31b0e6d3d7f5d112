"""Who acts for an organisation: roles change, memberships end. An organisation never loses its last owner."""

from datetime import UTC, datetime
from importlib import import_module

from allauth.usersessions.models import UserSession
from django.conf import settings
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import LADDER, Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb

from ..enums import Role
from ..models import Member, Organisation, Token
from .profile import one_line

#: The key in the session that names the organisation the person acts for.
SESSION_KEY = "organisation"


@verb("member.change_role", on="member")
def change_role(*, member: Member, role: str, by: Actor, title: str | None = None) -> Member:
    """Give a member another role, no higher than the actor's own."""
    require_reach(by, role)
    require_reach(by, member.role)
    if member.role == Role.OWNER and role != Role.OWNER:
        _keep_an_owner(member)
    audit.note(before=member.role, after=role)
    changed = member.role != role
    member.role = role
    if title is not None:
        member.title = one_line(title)[:80]
    member.touch("role", "title")
    if changed:
        notify(
            "member.role_changed", to=[member.account_id], about=member, by=by, organisation_id=member.organisation_id
        )
    return member


@verb("member.end", on="member")
def end_membership(*, member: Member, by: Actor) -> Member:
    """End a membership, by a manager or by the person. Sessions and tokens that act by it end with it."""
    if by.account_id != member.account_id:
        require_reach(by, member.role)
    if member.role == Role.OWNER:
        _keep_an_owner(member)
    member.until = datetime.now(UTC)
    member.touch("until")
    tokens = Token._base_manager.filter(
        account_id=member.account_id, organisation_id=member.organisation_id, revoked_at=None
    ).update(revoked_at=member.until)
    audit.note(tokens=tokens, sessions=_end_sessions(member))
    return member


def require_reach(by: Actor, role: str) -> None:
    """Nobody gives or takes a role above their own."""
    if role not in LADDER:
        raise Invalid([Fault("role", _("请选择角色。"), "role.unknown")])
    if role not in by.steps:
        raise Forbidden(
            "member.above_own_role",
            what=_("不能处理更高的角色。"),
            why=_("您只能授予或调整不高于自己的角色。"),
            cure=_("请由本单位的负责人办理。"),
        )


def _keep_an_owner(member: Member) -> None:
    """Refuse when this is the last owner. The organisation's row is held, so that two owners cannot go at once."""
    Organisation._base_manager.select_for_update().get(pk=member.organisation_id)
    others = Member._base_manager.filter(
        organisation_id=member.organisation_id, role=Role.OWNER, until=None, account__is_active=True
    ).exclude(pk=member.pk)
    if not others.exists():
        raise Refusal(
            "member.last_owner",
            what=_("不能让最后一位负责人离开。"),
            why=_("每家机构至少要有一位负责人。"),
            cure=_("请先把另一位成员设为负责人。"),
        )


def _end_sessions(member: Member) -> int:
    """End the person's sessions that act for the organisation left, chosen or by default. Returns how many."""
    store = import_module(settings.SESSION_ENGINE).SessionStore
    left = list(
        Member._base_manager.filter(account_id=member.account_id, until=None)
        .order_by("since", "id")
        .values_list("organisation_id", "since")
    )
    stays = {str(organisation_id) for organisation_id, _since in left}
    was_first = not left or member.since <= left[0][1]
    ended = 0
    for session in UserSession.objects.filter(user_id=member.account_id):
        chosen = store(session.session_key).get(SESSION_KEY)
        acts = chosen == str(member.organisation_id) or (chosen not in stays and was_first)
        if acts:
            session.end()
            ended += 1
    return ended
