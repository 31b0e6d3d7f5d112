"""Who asks, from where, and for how long a session holds."""

from __future__ import annotations

import ipaddress
import time
from collections.abc import Callable
from datetime import timedelta

from django.conf import settings
from django.contrib.auth import logout
from django.http import HttpRequest, HttpResponseBase

from rongtong.hub.foundation.actors import VISITOR

GetResponse = Callable[[HttpRequest], HttpResponseBase]
STARTED = "started"
SEEN = "seen"
NOTED_EVERY_SECONDS = 60  # so that not every request writes the session


class ClientAddressMiddleware:
    """Set REMOTE_ADDR to the client's address as our own outermost proxy saw it.

    Whatever stands further left in X-Forwarded-For was written by the client and is worth nothing.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        addresses = [one.strip() for one in request.META.get("HTTP_X_FORWARDED_FOR", "").split(",") if one.strip()]
        if settings.PROXY_COUNT and len(addresses) >= settings.PROXY_COUNT:
            address = addresses[-settings.PROXY_COUNT]
            if _is_address(address):
                request.META["REMOTE_ADDR"] = address
        return self.get_response(request)


def _is_address(text: str) -> bool:
    try:
        ipaddress.ip_address(text)
    except ValueError:
        return False
    return True


class SessionLifetimeMiddleware:
    """End a session that idled too long or has reached its absolute age; shorter for the operator's people.

    Stands behind the middleware that sets `request.actor`.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        if request.user.is_authenticated:
            self._check(request)
        return self.get_response(request)

    def _check(self, request: HttpRequest) -> None:
        now = int(time.time())
        session = request.session
        started, seen = session.setdefault(STARTED, now), session.setdefault(SEEN, now)
        idle, absolute = limits(operator=request.actor.operator)  # type: ignore[attr-defined]  # set by the actor middleware
        if now - seen > idle.total_seconds() or now - started > absolute.total_seconds():
            logout(request)
            request.actor = VISITOR  # type: ignore[attr-defined]  # as for anybody who is not signed in
        elif now - seen > NOTED_EVERY_SECONDS:
            session[SEEN] = now


def limits(*, operator: bool) -> tuple[timedelta, timedelta]:
    """The longest idling and the greatest age of a session."""
    if operator:
        return settings.SESSION_IDLE_OPERATOR, settings.SESSION_ABSOLUTE_OPERATOR
    return settings.SESSION_IDLE, settings.SESSION_ABSOLUTE
