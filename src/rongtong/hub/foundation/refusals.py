"""From a refusal raised anywhere below to the answer its door gives."""

from collections.abc import Callable
from urllib.parse import urlencode

from django.conf import settings
from django.http import HttpRequest, HttpResponse, HttpResponseBase, HttpResponseRedirect
from django.shortcuts import resolve_url
from django.utils.module_loading import import_string
from django.utils.translation import gettext_lazy as _

from .errors import Refusal, SignInNeeded


def answer(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """The refusal as problem details for the API, as the way to sign in, or as a page."""
    if request.path.startswith("/api/"):
        from .api.problems import problem_response  # the API's own imports are slow: only when it is asked

        return problem_response(request, refusal)
    if isinstance(refusal, SignInNeeded) and request.method == "GET":
        return HttpResponseRedirect(f"{resolve_url(settings.LOGIN_URL)}?{urlencode({'next': request.get_full_path()})}")
    page: Callable[[HttpRequest, Refusal], HttpResponse] = import_string(settings.REFUSAL_VIEW)
    return page(request, refusal)


class RefusalMiddleware:
    """Turns every refusal that a view lets through into an answer. Last in the list, next to the views."""

    def __init__(self, get_response: Callable[[HttpRequest], HttpResponseBase]) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponseBase:
        response = self.get_response(request)
        if response.status_code == 405 and request.path.startswith("/api/"):
            refused = answer(request, _not_that_way())
            refused["Allow"] = response["Allow"]
            return refused
        return response

    def process_exception(self, request: HttpRequest, exception: Exception) -> HttpResponse | None:
        return answer(request, exception) if isinstance(exception, Refusal) else None


def _not_that_way() -> Refusal:
    refusal = Refusal(
        "request.method",
        what=_("这个地址不支持这种请求方法。"),
        why=_("支持的方法列在 Allow 头中。"),
        cure=_("请对照接口文档检查请求内容。"),
    )
    refusal.status = 405
    return refusal
