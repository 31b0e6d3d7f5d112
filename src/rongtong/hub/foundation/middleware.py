"""What holds for every request: a request id, rights of the route, no caching of what a signed-in person sees."""

import uuid
from collections.abc import Callable
from typing import Any

from django.http import HttpRequest, HttpResponse, HttpResponseBase
from django.utils.cache import patch_vary_headers

from .actors import VISITOR
from .errors import NotVisible, SignInNeeded
from .refusals import answer
from .rights import ROUTES

GetResponse = Callable[[HttpRequest], HttpResponseBase]


class RequestIdMiddleware:
    """Name every request, so that a person can quote it and a log line can be found."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        request.request_id = uuid.uuid4().hex  # type: ignore[attr-defined]  # our own attribute on Django's request
        response = self.get_response(request)
        response["X-Request-ID"] = request.request_id  # type: ignore[attr-defined]  # see above
        return response


class PrivateAnswersMiddleware:
    """What a signed-in person sees is kept by no cache, and a fragment is never taken for a page."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        patch_vary_headers(response, ("HX-Request",))
        if not getattr(request, "actor", VISITOR).is_visitor and not request.path.startswith("/static/"):
            response["Cache-Control"] = "private, no-store"
        return response


class RouteRightsMiddleware:
    """Ask the rights table before any view runs. A route without a row answers nobody."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        return self.get_response(request)

    def process_view(self, request: HttpRequest, view: Any, args: Any, kwargs: Any) -> HttpResponse | None:
        match = request.resolver_match
        needed = roles_for(match.view_name, match.app_names) if match else frozenset()
        actor = getattr(request, "actor", VISITOR)
        if needed & actor.roles:
            return None
        return answer(request, SignInNeeded() if actor.is_visitor and needed else NotVisible())


def roles_for(view_name: str, app_names: list[str]) -> frozenset[str]:
    """The roles of a route: its own row, else the row of its namespace (``"namespace:*"``)."""
    if view_name in ROUTES:
        return ROUTES[view_name]
    space = view_name.rpartition(":")[0] or (app_names[0] if app_names else "")
    if f"{space}:*" in ROUTES:
        return ROUTES[f"{space}:*"]
    return ROUTES.get(f"{view_name.partition('_')[0]}_*", frozenset())
