"""Tokens: a program acts for a person of an organisation, within named scopes, until a date."""

import base64
import binascii
import hashlib
import secrets
import zlib
from collections.abc import Iterable
from datetime import UTC, datetime, timedelta

from django.urls import get_resolver
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api.door import scopes as all_scopes
from rongtong.hub.foundation.errors import Fault, Forbidden, Invalid, Refusal
from rongtong.hub.foundation.verbs import verb

from ..models import Member, Organisation, Token
from .actors import actor_for, person_id
from .profile import one_line

PREFIX = "rt_"
LONGEST = timedelta(days=365)
MOST_ACTIVE = 20
#: The last use is written at most so often: a busy program must not write with every read.
USE_NOTED_EVERY = timedelta(minutes=1)
#: What a program may never do: make or end tokens, change who acts for whom.
NEVER = frozenset({"token:write", "token:read", "account:write", "member:write"})


@verb("token.create", on="organisation")
def create_token(*, organisation: Organisation, name: str, scopes: Iterable[str], days: int, by: Actor) -> Token:
    """Make a token for oneself. Its ``secret`` attribute holds the text to show, this once.

    Parameters
    ----------
    scopes
        What it may do, of ``grantable_scopes()``; nothing else.
    days
        How long it lasts, at most a year.
    """
    _require_person(organisation, by)
    wanted = sorted(set(scopes))
    faults = []
    if not one_line(name) or len(one_line(name)) > 80:
        faults.append(Fault("name", _("请给令牌取个名字，例如用它的系统名；80 字以内。"), "token.name"))
    if not wanted or not set(wanted) <= set(grantable_scopes()):
        faults.append(Fault("scopes", _("请选择授权范围。"), "token.scopes"))
    if not 1 <= days <= LONGEST.days:
        faults.append(Fault("days", _("有效期为 1 至 365 天。"), "token.days"))
    if faults:
        raise Invalid(faults)
    secret = new_secret()
    token = Token._base_manager.create(
        account_id=person_id(by),
        organisation=organisation,
        name=one_line(name),
        digest=digest_of(secret),
        scopes=wanted,
        expires_at=datetime.now(UTC) + timedelta(days=days),
    )
    token.secret = secret
    audit.note(scopes=wanted, days=days)
    return token


@verb("token.revoke", on="token")
def revoke_token(*, token: Token, by: Actor) -> Token:
    """Make a token worthless at once."""
    token.revoked_at = datetime.now(UTC)
    token.touch("revoked_at")
    return token


def actor_of_token(secret: str, ip: str = "", request_id: str = "") -> Actor | None:
    """The actor a token stands for, as rights are now; None for what is no living token. Two queries at most."""
    if not is_well_formed(secret):
        return None
    now = datetime.now(UTC)
    token = (
        Token._base_manager.select_related("account")
        .filter(digest=digest_of(secret), revoked_at=None, expires_at__gt=now, account__is_active=True)
        .first()
    )
    if token is None:
        return None
    member = (
        Member._base_manager.select_related("organisation")
        .filter(account_id=token.account_id, organisation_id=token.organisation_id, until=None)
        .first()
    )
    if member is None:
        return None
    actor = actor_for(token.account, member, ip=ip, request_id=request_id, scopes=frozenset(token.scopes))
    if actor.role is None:
        return None
    if token.used_at is None or now - token.used_at > USE_NOTED_EVERY:
        Token._base_manager.filter(pk=token.pk).update(used_at=now)
    return actor


def grantable_scopes() -> list[str]:
    """Every scope a token may be given."""
    assert get_resolver().url_patterns  # the nouns that can be read are named where the API is put together
    return [scope for scope in all_scopes() if scope not in NEVER]


def new_secret() -> str:
    """``rt_``, 160 random bits, and a checksum by which a scanner or a typing slip is told apart without a look-up."""
    body = secrets.token_bytes(20)
    return PREFIX + _letters(body) + _letters(_checksum(body))


def is_well_formed(secret: str) -> bool:
    """Whether the text has the form of a token, by its checksum alone."""
    text = secret.removeprefix(PREFIX)
    if len(text) != 39 or not secret.startswith(PREFIX) or not secret.isascii():
        return False
    try:
        body = base64.b32decode(text[:32].upper())
    except binascii.Error:
        return False
    return secrets.compare_digest(text[32:], _letters(_checksum(body)))


def digest_of(secret: str) -> str:
    return hashlib.sha256(secret.encode()).hexdigest()


def _checksum(body: bytes) -> bytes:
    return zlib.crc32(body).to_bytes(4, "big")


def _letters(data: bytes) -> str:
    return base64.b32encode(data).decode().rstrip("=").lower()


def _require_person(organisation: Organisation, by: Actor) -> None:
    if by.scopes is not None:
        raise Forbidden(
            "token.by_token",
            what=_("令牌不能创建令牌。"),
            why=_("创建令牌需要本人登录。"),
            cure=_("请登录后在“访问令牌”页面创建。"),
        )
    active = Token._base_manager.filter(
        account_id=person_id(by), organisation=organisation, revoked_at=None, expires_at__gt=datetime.now(UTC)
    )
    if active.count() >= MOST_ACTIVE:
        raise Refusal(
            "token.many",
            what=_("不能再创建令牌。"),
            why=_("您在本单位的有效令牌已有%(most)s个。") % {"most": MOST_ACTIVE},
            cure=_("请先吊销不再使用的令牌。"),
        )
