"""Inviting people to act for an organisation. The secret stands in the mailed link alone; we keep its hash."""

import base64
import hashlib
import hmac
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.exceptions import ValidationError
from django.core.validators import validate_email
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.outbox import Letter, letter, post
from rongtong.hub.foundation.verbs import verb

from ..enums import InvitationState, Role
from ..models import Account, Invitation, Member, Organisation
from .actors import people_of, person_id
from .members import require_reach

LASTS = timedelta(days=14)
MOST_OPEN = 200
#: An organisation nobody has vouched for yet must not send mail to the world in our name.
MOST_OPEN_UNVERIFIED = 5
LETTER = "member.invitation"


@verb("member.invite", on="organisation")
def invite_member(*, organisation: Organisation, email: str, role: str, by: Actor) -> Invitation:
    """Invite an address to act for the organisation. A former invitation of the same address is replaced.

    The operator may invite the first owner of an organisation that has none (after an import), and nobody else.
    """
    _require_inviter(organisation, role, by)
    address = _address(email)
    _refuse_member(organisation, address)
    former = Invitation._base_manager.filter(organisation=organisation, email=address, state=InvitationState.OPEN)
    former.update(state=InvitationState.WITHDRAWN)
    _refuse_many(organisation)
    invitation = Invitation(organisation=organisation, email=address, role=role, expires_at=datetime.now(UTC) + LASTS)
    invitation.digest = digest_of(_secret(invitation.pk))
    invitation.save()
    post(LETTER, to=address, about_id=invitation.pk)
    owners = people_of(organisation.pk, Role.OWNER)
    notify("member.invited", to=owners, about=invitation, by=by, organisation_id=organisation.pk)
    audit.note(role=role)
    return invitation


@verb("member.withdraw_invitation", on="invitation")
def withdraw_invitation(*, invitation: Invitation, by: Actor) -> Invitation:
    """Make the mailed link worthless."""
    invitation.state = InvitationState.WITHDRAWN
    invitation.touch("state")
    return invitation


@verb("member.accept", on="invitation")
def accept_invitation(*, invitation: Invitation, by: Actor) -> Member:
    """Become a member as invited. Only a person who proved to own the invited address may."""
    if invitation.expires_at <= datetime.now(UTC):
        raise invitation_over()
    try:
        with transaction.atomic():
            member = Member._base_manager.create(
                account_id=person_id(by), organisation_id=invitation.organisation_id, role=invitation.role
            )
    except IntegrityError as error:
        raise Refusal(
            "member.already",
            what=_("您已经是这家机构的成员。"),
            why=_("同一个人在一家机构只有一个角色。"),
            cure=_("如需调整角色，请联系本单位的负责人。"),
        ) from error
    invitation.state = InvitationState.ACCEPTED
    invitation.touch("state")
    people = people_of(invitation.organisation_id, Role.OWNER, Role.MANAGER)
    notify("member.accepted", to=people, about=member, by=by, organisation_id=invitation.organisation_id)
    audit.note(invitation=str(invitation.pk), role=invitation.role)
    return member


def invitation_by_secret(secret: str) -> Invitation | None:
    """The invitation whose mailed link holds this secret. One query."""
    found = Invitation._base_manager.filter(digest=digest_of(secret.strip().lower()))
    return found.select_related("organisation").first()


def invitation_over() -> Refusal:
    """The refusal for a link that was once right."""
    return Refusal(
        "invitation.over",
        what=_("这份邀请已经失效。"),
        why=_("它可能已过期、被撤回或已被使用。"),
        cure=_("请联系邀请您的人重新发送。"),
    )


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _secret(invitation_id: UUID) -> str:
    """160 bits that follow from the invitation and a key outside the database, so that the outbox holds no secret."""
    key = settings.SECRETS["links"].encode()
    mac = hmac.new(key, b"invitation:" + invitation_id.bytes, hashlib.sha256).digest()[:20]
    return base64.b32encode(mac).decode().lower()


def _compose(invitation_id: UUID) -> Letter | None:
    """The letter of an invitation that is still open. It names nobody: an inviter's words must not become our mail."""
    invitation = Invitation._base_manager.filter(pk=invitation_id, state=InvitationState.OPEN).first()
    if invitation is None or invitation.expires_at <= datetime.now(UTC):
        return None
    secret = _secret(invitation.pk)
    if digest_of(secret) != invitation.digest:  # the key was changed since: the link would not be recognised
        return None
    known = Account._base_manager.filter(email__iexact=invitation.email).values_list("language", flat=True).first()
    link = settings.SITE_URL.rstrip("/") + reverse("organisations:invitation", args=[secret])
    body = _(
        "有一家机构邀请您在融通平台上作为其成员办理业务。\n\n打开链接查看是哪家机构，并决定是否接受：\n%(link)s\n\n"
        "链接 14 天内有效。如果您不认识邀请方，忽略这封邮件即可。\n"
    ) % {"link": link}
    return Letter(_("融通：您收到一份成员邀请"), body, known or "zh-hans")


letter(LETTER, _compose)


def _require_inviter(organisation: Organisation, role: str, by: Actor) -> None:
    if by.acts_for(organisation.pk):
        require_reach(by, role)
        return
    if role != Role.OWNER:
        raise Invalid([Fault("role", _("运营方只能邀请负责人。"), "role.owner_only")])
    if people_of(organisation.pk, Role.OWNER):
        raise Forbidden(
            "member.has_owner",
            what=_("不能代为邀请。"),
            why=_("这家机构已有负责人。"),
            cure=_("请由其负责人邀请成员。"),
        )


def _address(email: str) -> str:
    address = email.strip().lower()
    try:
        validate_email(address)
    except ValidationError as error:
        raise Invalid([Fault("email", _("请填写完整的电子邮箱，例如 name@example.com。"), "email.form")]) from error
    if len(address) > 254:
        raise Invalid([Fault("email", _("电子邮箱太长。"), "email.long")])
    return address


def _refuse_member(organisation: Organisation, address: str) -> None:
    """The inviter sees the organisation's members anyway: this tells nothing about other accounts."""
    if Member._base_manager.filter(organisation=organisation, until=None, account__email__iexact=address).exists():
        raise Invalid([Fault("email", _("此人已是成员。如需调整角色，请在成员列表中修改。"), "member.already")])


def _refuse_many(organisation: Organisation) -> None:
    most = MOST_OPEN if organisation.is_verified else MOST_OPEN_UNVERIFIED
    open_now = Invitation._base_manager.filter(
        organisation=organisation, state=InvitationState.OPEN, expires_at__gt=datetime.now(UTC)
    )
    if open_now.count() >= most:
        raise Refusal(
            "invitation.many",
            what=_("不能再发邀请。"),
            why=_("待接受的邀请已有%(most)s份。") % {"most": most},
            cure=_("请先撤回不需要的邀请；尚未核验的机构，请在通过核验后再邀请更多成员。"),
        )
