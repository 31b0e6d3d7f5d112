"""Addresses behind proxies, and the end of sessions."""

from __future__ import annotations

import time
from types import SimpleNamespace

import pytest
from django.contrib.auth.models import AnonymousUser
from django.contrib.sessions.backends.signed_cookies import SessionStore
from django.http import HttpRequest, HttpResponse
from django.test import RequestFactory
from pytest_django import Settings

from rongtong.hub.config.middleware import ClientAddressMiddleware, SessionLifetimeMiddleware
from rongtong.hub.foundation.actors import VISITOR

HOUR = 3600


@pytest.mark.parametrize(
    ("proxies", "forwarded", "address"),
    [
        (0, "203.0.113.9", "10.0.0.1"),  # nobody to be trusted: the header is the client's own invention
        (1, "203.0.113.9", "203.0.113.9"),
        (1, "198.51.100.1, 203.0.113.9", "203.0.113.9"),  # the first entry is forged
        (2, "198.51.100.1, 203.0.113.9, 192.0.2.7", "203.0.113.9"),
        (2, "203.0.113.9", "10.0.0.1"),  # did not come through both proxies
        (1, "2001:db8::1", "2001:db8::1"),
        (1, "nonsense\r\nX: y", "10.0.0.1"),
        (1, "", "10.0.0.1"),
    ],
)
def test_only_our_own_proxies_are_believed(
    settings: Settings, rf: RequestFactory, proxies: int, forwarded: str, address: str
) -> None:
    settings.PROXY_COUNT = proxies
    request = rf.get("/", REMOTE_ADDR="10.0.0.1", HTTP_X_FORWARDED_FOR=forwarded)
    ClientAddressMiddleware(lambda _: HttpResponse())(request)
    assert request.META["REMOTE_ADDR"] == address


class Visit:
    """One session over time, asked through the middleware."""

    def __init__(self, rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, *, operator: bool) -> None:
        self.rf, self.operator, self.session, self.now = rf, operator, SessionStore(), int(time.time())
        monkeypatch.setattr("rongtong.hub.config.middleware.time.time", lambda: self.now)

    def after(self, seconds: float) -> bool:
        """Whether the session still holds when the next request comes `seconds` later."""
        self.now += int(seconds)
        request: HttpRequest = self.rf.get("/")
        request.session = self.session
        request.user = SimpleNamespace(is_authenticated=True)  # type: ignore[assignment]  # nothing else is asked
        request.actor = SimpleNamespace(operator=self.operator)  # type: ignore[attr-defined]  # as the actor middleware does
        SessionLifetimeMiddleware(lambda _: HttpResponse())(request)
        assert isinstance(request.user, AnonymousUser) == (request.actor is VISITOR)  # type: ignore[attr-defined]  # see above
        return request.actor is not VISITOR  # type: ignore[attr-defined]  # see above


@pytest.mark.parametrize(("operator", "idle"), [(False, 8 * HOUR), (True, HOUR / 2)])
def test_idling_ends_a_session(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, operator: bool, idle: float
) -> None:
    visit = Visit(rf, monkeypatch, operator=operator)
    assert visit.after(0)
    assert visit.after(idle - 60)
    assert visit.after(idle - 60)
    assert not visit.after(idle + 1)


@pytest.mark.parametrize(("operator", "oldest", "step"), [(False, 7 * 24 * HOUR, 4 * HOUR), (True, 12 * HOUR, 900)])
def test_age_ends_a_session_however_busy(
    rf: RequestFactory, monkeypatch: pytest.MonkeyPatch, operator: bool, oldest: int, step: int
) -> None:
    visit = Visit(rf, monkeypatch, operator=operator)
    assert visit.after(0)
    assert [visit.after(step) for _ in range(oldest // step)] == [True] * (oldest // step)
    assert not visit.after(step)
