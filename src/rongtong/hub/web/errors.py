"""The pages that refuse: what, why, what to do, a stable code, and the number to quote.

``refused`` draws a refusal of the domain (``settings.REFUSAL_VIEW``); the others are Django's handlers. None of them
fails when the database is away: then the frame is drawn without what it would have asked for.
"""

from __future__ import annotations

import logging
from collections.abc import Mapping
from typing import Any
from urllib.parse import urlsplit

from django.db import DatabaseError
from django.http import HttpRequest, HttpResponse, HttpResponseServerError
from django.template.loader import get_template
from django.utils.cache import patch_vary_headers
from django.utils.translation import gettext as _

from rongtong.hub.foundation.api.problems import problem_response
from rongtong.hub.foundation.errors import Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.forms import differences, faults_of
from rongtong.hub.foundation.templating import url_or_none

from .context import PLACES, bare_frame, frame_of

log = logging.getLogger(__name__)
TEMPLATE = "archetypes/refusal.html"


class Broken(Refusal):
    """Something of ours failed."""

    status = 500

    def __init__(self) -> None:
        super().__init__(
            "server.error",
            what=_("出了故障，没有办成。"),
            why=_("问题出在平台这一侧，已经记录，您填写的内容没有写入一半的情况。"),
            cure=_("请稍后再试；仍不行时，把下面的编号告诉运营方。"),
        )


class Misread(Refusal):
    """The request itself cannot be read."""

    status = 400

    def __init__(self) -> None:
        super().__init__(
            "request.bad",
            what=_("这个请求读不懂。"),
            why=_("地址或提交的内容不完整，或者超过了允许的大小。"),
            cure=_("请回到上一页重新操作。"),
        )


class NotAllowed(Refusal):
    """Allowed to nobody of this reader's rights."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "rights.role",
            what=_("您不能进行这项操作。"),
            why=_("它需要另外的角色。"),
            cure=_("请联系本单位的管理员，或联系运营方。"),
        )


class FormExpired(Refusal):
    """The form's token is missing or too old."""

    status = 403

    def __init__(self) -> None:
        super().__init__(
            "form.expired",
            what=_("没有提交：这一页打开得太久了。"),
            why=_("为防止冒名提交，表单只在登录后的一段时间内有效。"),
            cure=_("请刷新页面后再提交；浏览器须允许本站的 Cookie。"),
        )


def refused(request: HttpRequest, refusal: Refusal) -> HttpResponse:
    """Draw a refusal with its own status."""
    return _page(request, refusal, _details(refusal))


def bad_request(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, Misread())


def permission_denied(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, NotAllowed())


def not_found(request: HttpRequest, exception: Exception | None = None) -> HttpResponse:
    return _page(request, NotVisible())


def server_error(request: HttpRequest) -> HttpResponse:
    return _page(request, Broken(), bare=True)


def csrf_failure(request: HttpRequest, reason: str = "") -> HttpResponse:
    return _page(request, FormExpired())


def _details(refusal: Refusal) -> dict[str, Any]:
    if isinstance(refusal, Invalid):
        return {"faults": faults_of(refusal)}
    if isinstance(refusal, Stale):
        return {"differences": _differences(refusal)}
    return {}


def _differences(refusal: Stale) -> list[dict[str, Any]]:
    names = list(dict.fromkeys([*refusal.yours, *refusal.theirs]))
    return differences([(name, name) for name in names], refusal.yours, refusal.theirs)


def _page(
    request: HttpRequest, refusal: Refusal, values: Mapping[str, Any] | None = None, *, bare: bool = False
) -> HttpResponse:
    if request.path.startswith("/api/"):
        return problem_response(request, refusal)
    request_id = getattr(request, "request_id", "")
    context = {"error": refusal, "request_id": request_id, "acts": _acts(request), **(values or {})}
    try:
        html = _draw(request, context, bare=bare)
    except DatabaseError:
        log.exception("no database for the frame of a refusal")
        html = _draw(request, context, bare=True)
    except Exception:
        # a fault in the frame must not hide the refusal itself behind a second fault
        log.exception("the page of a refusal could not be drawn")
        return _last_resort(refusal, request_id)
    response = HttpResponse(html, status=refusal.status)
    patch_vary_headers(response, ("HX-Request", "Accept-Language"))
    return response


def _draw(request: HttpRequest, context: Mapping[str, Any], *, bare: bool) -> str:
    template = get_template(TEMPLATE, using="jinja2")
    if not bare:
        return template.render({**context, "frame": frame_of(request)}, request)
    # without the request no context processor runs, and so nothing asks the database
    return template.render({**context, "frame": bare_frame(request), "public": True})


def _acts(request: HttpRequest) -> list[dict[str, str]]:
    known = ((_came_from(request), _("回到上一页")), (url_or_none(PLACES["home"]), _("回到首页")))
    return [{"href": href, "label": label} for href, label in known if href]


def _came_from(request: HttpRequest) -> str:
    """The page of ours that led here, as the browser tells it; empty when there is none."""
    before = urlsplit(request.headers.get("Referer", ""))
    ours = before.netloc == request.META.get("HTTP_HOST") and before.path.startswith("/")
    if not ours or before.path == request.path or before.path.startswith("//"):
        return ""
    return f"{before.path}?{before.query}" if before.query else before.path


def _last_resort(refusal: Refusal, request_id: str) -> HttpResponse:
    lines = [str(refusal.what), str(refusal.why), str(refusal.cure), refusal.code, request_id]
    text = "\n".join(line for line in lines if line)
    return HttpResponseServerError(text, status=refusal.status, content_type="text/plain; charset=utf-8")
