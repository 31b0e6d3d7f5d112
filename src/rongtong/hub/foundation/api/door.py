"""Who asks: a token names itself, a session shows its CSRF token, anybody else is a visitor."""

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _
from ninja.utils import check_csrf

from ..actors import VISITOR, Actor
from ..errors import Forbidden, SignInNeeded
from ..rights import VERBS

SAFE = {"GET", "HEAD", "OPTIONS"}
NOUNS: dict[str, str] = {}


def actor_of(request: HttpRequest) -> Actor:
    actor: Actor = getattr(request, "actor", VISITOR)
    return actor


def door(request: HttpRequest) -> Actor:
    """Let a request in. Sets nothing: ``request.actor`` stands already, by session or by token.

    Raises
    ------
    Forbidden
        A session without its CSRF token changes nothing; a token reads only what its scopes name.
    """
    actor = actor_of(request)
    if actor.scopes is None:
        if request.method not in SAFE and check_csrf(request, door) is not None:
            raise Forbidden(
                "csrf",
                what=_("请求未通过校验。"),
                why=_("缺少跨站请求校验码。"),
                cure=_("请刷新页面后重试，或改用令牌。"),
            )
        return actor
    noun = _noun(request.path)
    if request.method in SAFE and noun and not {f"{noun}:read", f"{noun}:write"} & actor.scopes:
        raise Forbidden(
            "rights.scope",
            what=_("令牌无权读取。"),
            why=_("令牌的授权范围不包含它。"),
            cure=_("请换用授权范围更大的令牌。"),
        )
    return actor


def _noun(path: str) -> str:
    """The noun that scopes of this address are named by."""
    parts = path.removeprefix("/api/v1/").split("/")
    return NOUNS.get(parts[0], "")


def needs(actor: Actor, *roles: str) -> None:
    """Refuse unless the actor holds one of the roles. For lists that are not everybody's."""
    if actor.roles & set(roles):
        return
    if actor.is_visitor:
        raise SignInNeeded
    raise Forbidden(
        "rights.role",
        what=_("您不能查看这份列表。"),
        why=_("它需要另外的角色。"),
        cure=_("请联系本单位的管理员，或联系运营方。"),
    )


def scopes() -> list[str]:
    """Every scope a token can have."""
    found: set[str] = {row.scope for row in VERBS.values()}
    found.update(f"{noun}:read" for noun in NOUNS.values())
    return sorted(found)
