"""Who is asking: the session's person, acting for the organisation it chose, or the person behind a token."""

from collections.abc import Callable
from typing import Any

from allauth.mfa.utils import is_mfa_enabled
from django.conf import settings
from django.contrib import messages
from django.http import HttpRequest, HttpResponseBase, HttpResponseRedirect
from django.urls import reverse
from django.utils import translation
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import VISITOR
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.refusals import answer

from .domain.actors import actor_for, actor_of_session
from .domain.tokens import actor_of_token
from .enums import OrganisationKind, Role
from .models import Account, Member

#: Where a person goes who must first set up a second factor.
OPEN_WITHOUT_FACTOR = ("account_", "mfa_", "usersessions_", "health_", "web:language")


class TokenRefused(Refusal):
    """A token that is unknown, ended, or has lost its person."""

    status = 401

    def __init__(self) -> None:
        super().__init__(
            "token.refused",
            what=_("令牌无效。"),
            why=_("它可能写错、已过期、已吊销，或其所有者已不再代表该机构。"),
            cure=_("请在“访问令牌”页面核对，或重新创建。"),
        )


class ActorMiddleware:
    """Set ``request.actor``. Membership is read on every request, so that a leaver loses access at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: Any) -> HttpResponseBase:
        request.actor, request.memberships, request.lacks_factor = VISITOR, [], False
        secret = _bearer(request)
        if secret is not None:
            ip, request_id = request.META.get("REMOTE_ADDR", ""), getattr(request, "request_id", "")
            actor = actor_of_token(secret, ip, request_id)
            if actor is None:
                return answer(request, TokenRefused())
            request.actor = actor
        elif request.user.is_authenticated:
            _enter(request)
        return self.get_response(request)

    def process_view(self, request: Any, view: Any, args: Any, kwargs: Any) -> HttpResponseBase | None:
        name = request.resolver_match.view_name or ""
        if not request.lacks_factor or name.startswith(OPEN_WITHOUT_FACTOR):
            return None
        messages.warning(request, gettext("请先设置第二重验证（动态口令或通行密钥）。负责人、管理员和运营方必须使用。"))
        return HttpResponseRedirect(reverse("mfa_index"))


def _bearer(request: HttpRequest) -> str | None:
    """The token of an API request; pages take none."""
    if not request.path.startswith("/api/"):
        return None
    kind, _space, secret = request.headers.get("Authorization", "").partition(" ")
    return secret.strip() if kind.lower() == "bearer" else None


def _enter(request: Any) -> None:
    """Let the session's person in; as nobody's member while a second factor is missing."""
    actor = actor_of_session(request)
    if settings.LANGUAGE_COOKIE_NAME not in request.COOKIES:
        translation.activate(request.user.language)
        request.LANGUAGE_CODE = translation.get_language()
    if settings.MFA_REQUIRED and _needs_factor(request.memberships) and not is_mfa_enabled(request.user):
        request.lacks_factor = True
        actor = actor_for(request.user, None, ip=actor.ip, request_id=actor.request_id)
    request.actor = actor


def _needs_factor(members: list[Member]) -> bool:
    return any(
        member.role in (Role.OWNER, Role.MANAGER) or member.organisation.kind == OrganisationKind.OPERATOR
        for member in members
    )


def person_of(request: HttpRequest) -> Account:
    """The signed-in account; only behind routes that need one."""
    account = request.user
    assert isinstance(account, Account)  # looks into Django's lazy wrapper, which is no row that a verb can lock
    unwrapped: Account = getattr(account, "_wrapped", account)
    return unwrapped
