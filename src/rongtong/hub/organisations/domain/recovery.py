"""Recovering an account whose second factor is lost: never by mail alone.

Who still has a recovery code signs in with it. Everybody else asks the operator, who checks the person; then a day
passes in which every address of the account and the owners of its organisations know of it, and can stop it.
"""

import base64
import hashlib
import hmac
from collections.abc import Iterable
from datetime import timedelta
from uuid import UUID

from allauth.account.models import EmailAddress
from allauth.mfa.models import Authenticator
from allauth.mfa.utils import is_mfa_enabled
from allauth.usersessions.models import UserSession
from django.conf import settings
from django.db import IntegrityError, transaction
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import SYSTEM, Actor
from rongtong.hub.foundation.errors import Fault, Invalid, Refusal
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.outbox import Letter, letter, post
from rongtong.hub.foundation.verbs import verb

from ..enums import RecoveryState, Role
from ..models import Account, Recovery
from .actors import active_members, actor_for, people_of, person_id

DELAY = timedelta(hours=24)
LEAST_PROOF = 10
OPENED, COMPLETED = "recovery.opened", "recovery.completed"


@verb("recovery.open", on="account")
def open_recovery(*, account: Account, proof: str, by: Actor) -> Recovery:
    """Begin to take the second factors off an account, in a day from now.

    Parameters
    ----------
    proof
        How the operator checked that the holder of the account is the one who asks.

    Raises
    ------
    Refusal
        One's own account, an account without a factor, one that is being recovered already.
    Invalid
        Nothing is said of how the person was checked.
    """
    proof = proof.strip()
    if len(proof) < LEAST_PROOF or len(proof) > 500 or "\x00" in proof:
        message = _("请写明怎样核对了身份（10 至 500 字）。")
        raise Invalid([Fault("proof", message, "recovery.proof")])
    _require_recoverable(account, by)
    recovery = Recovery(account=account, opened_by=person_id(by), proof=proof, due_at=timezone.now() + DELAY)
    recovery.digest = digest_of(secret_of(recovery.pk))
    _claim(recovery)
    for address in addresses_of(account):
        post(OPENED, to=address, about_id=recovery.pk)
    _tell(OPENED, recovery, by)
    audit.note(due=recovery.due_at.isoformat())
    return recovery


def _require_recoverable(account: Account, by: Actor) -> None:
    if by.account_id == account.pk:
        raise Refusal(
            "recovery.own",
            what=_("不能为自己办理。"),
            why=_("身份须由另一人核对。"),
            cure=_("请由运营方的另一位管理员办理。"),
        )
    if not account.is_active or not is_mfa_enabled(account):
        raise Refusal(
            "recovery.no_factor",
            what=_("不需要办理。"),
            why=_("这个账户没有启用第二重验证，或已停用。"),
            cure=_("忘记密码的，请在登录页用邮箱找回。"),
        )


def _claim(recovery: Recovery) -> None:
    """Write it; the unique constraint lets one through for an account."""
    try:
        with transaction.atomic():
            recovery.save()
    except IntegrityError as clash:
        raise Refusal(
            "recovery.waiting",
            what=_("没有重复办理。"),
            why=_("这个账户的恢复已在等待生效。"),
            cure=_("请在账户恢复列表中查看生效时间。"),
        ) from clash


@verb("recovery.cancel", on="recovery")
def cancel_recovery(*, recovery: Recovery, by: Actor) -> Recovery:
    """Stop it before it takes effect."""
    recovery.state, recovery.ended_at = RecoveryState.CANCELLED, timezone.now()
    recovery.touch("state", "ended_at")
    _tell("recovery.cancelled", recovery, by)
    notify("recovery.cancelled", to=[recovery.opened_by], about=recovery, by=by)
    return recovery


@verb("recovery.complete", on="recovery")
def complete_recovery(*, recovery: Recovery, by: Actor) -> Recovery:
    """Take every second factor off the account and end all its sessions.

    Raises
    ------
    Refusal
        ``recovery.early``: the delay has not passed.
    """
    if recovery.due_at > timezone.now():
        raise Refusal("recovery.early", what=_("还没有生效。"), why=_("等待时间未到。"), cure=_("到时系统会自动办理。"))
    factors, _each = Authenticator.objects.filter(user_id=recovery.account_id).delete()
    sessions = list(UserSession.objects.filter(user_id=recovery.account_id))
    for session in sessions:
        session.end()
    recovery.state, recovery.ended_at = RecoveryState.DONE, timezone.now()
    recovery.touch("state", "ended_at")
    audit.note(factors=factors, sessions=len(sessions))
    for address in addresses_of(recovery.account):
        post(COMPLETED, to=address, about_id=recovery.pk)
    _tell(COMPLETED, recovery, by)
    return recovery


def complete_due() -> int:
    """Complete what is due, each in a transaction of its own. Safe to run twice at once."""
    due = Recovery.visible_to(SYSTEM).filter(state=RecoveryState.WAITING, due_at__lte=timezone.now())
    done = 0
    for recovery in due.order_by("due_at"):
        try:
            complete_recovery(recovery=recovery, by=SYSTEM)
        except Refusal as refusal:
            if refusal.code != "rights.state":  # cancelled, or completed by another worker, a moment ago
                raise
        else:
            done += 1
    return done


# ---- The mailed link ---------------------------------------------------------------------------------------------


def recovery_by_secret(secret: str) -> Recovery | None:
    """The recovery whose mailed link holds this secret. One query."""
    return Recovery._base_manager.filter(digest=digest_of(secret.strip().lower())).select_related("account").first()


def holder_of(recovery: Recovery) -> Actor:
    """Who opens the mailed link has an address of the account: enough to stop a recovery, and for nothing else."""
    return actor_for(recovery.account, None)


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def secret_of(recovery_id: UUID) -> str:
    """160 bits that follow from the recovery and a key outside the database, so that the outbox holds no secret."""
    key = settings.SECRETS["links"].encode()
    mac = hmac.new(key, b"recovery:" + recovery_id.bytes, hashlib.sha256).digest()[:20]
    return base64.b32encode(mac).decode().lower()


def addresses_of(account: Account) -> list[str]:
    """The address it signs in with and every other that was proved to be its own; one never proved may be anybody's."""
    proved = EmailAddress.objects.filter(user_id=account.pk, verified=True).values_list("email", flat=True)
    return sorted({account.email.lower(), *(address.lower() for address in proved)})


def _opened(recovery_id: UUID) -> Letter | None:
    recovery = _waiting(recovery_id)
    if recovery is None:
        return None
    link = settings.SITE_URL.rstrip("/") + reverse("organisations:recovery_link", args=[secret_of(recovery.pk)])
    body = _(
        "有人向融通运营方报告，您账户的第二重验证已经丢失，运营方核对身份后同意移除。\n\n"
        "24 小时后自动生效。如果这不是您本人提出的，请立即打开链接撤销：\n%(link)s\n"
    ) % {"link": link}
    return Letter(_("融通：您账户的第二重验证将被移除"), body, recovery.account.language)


def _waiting(recovery_id: UUID) -> Recovery | None:
    rows = Recovery._base_manager.select_related("account")
    return rows.filter(pk=recovery_id, state=RecoveryState.WAITING).first()


def _completed(recovery_id: UUID) -> Letter | None:
    recovery = Recovery._base_manager.select_related("account").filter(pk=recovery_id).first()
    if recovery is None:
        return None
    body = _(
        "您账户的第二重验证已经移除，其他登录都已结束。请用密码登录，并重新设置第二重验证：\n%(link)s\n\n"
        "如果这不是您本人提出的，请立即联系运营方。\n"
    ) % {"link": settings.SITE_URL.rstrip("/") + reverse("account_login")}
    return Letter(_("融通：您账户的第二重验证已移除"), body, recovery.account.language)


letter(OPENED, _opened)
letter(COMPLETED, _completed)


def _tell(event: str, recovery: Recovery, by: Actor) -> None:
    """The person, and the owners of every organisation it acts for."""
    account = recovery.account
    notify(f"{event}_own", to=[account.pk], about=recovery, by=by)
    for organisation_id, owners in _owners(account):
        notify(event, to=set(owners) - {account.pk}, about=recovery, by=by, organisation_id=organisation_id)


def _owners(account: Account) -> Iterable[tuple[UUID, list[UUID]]]:
    for member in active_members(account.pk):
        yield member.organisation_id, people_of(member.organisation_id, Role.OWNER)
