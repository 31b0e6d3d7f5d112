"""Who is asking: the session's person, acting for the organisation it chose."""

from collections.abc import Callable

from django.http import HttpRequest, HttpResponseBase

from rongtong.hub.foundation.actors import VISITOR

from .domain.actors import actor_of_session

SESSION_KEY = "organisation"


class ActorMiddleware:
    """Set ``request.actor``. Membership is read on every request, so that a leaver loses access at once."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.actor = VISITOR  # type: ignore[attr-defined]  # our own attribute on Django's request
        if request.user.is_authenticated:
            request.actor = actor_of_session(request)  # type: ignore[attr-defined]  # see above
        return self.get_response(request)
