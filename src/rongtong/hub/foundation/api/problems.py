"""Refusals as RFC 9457 problem details, the same words and codes as on the pages."""

from typing import Any

from django.http import Http404, HttpRequest, HttpResponse, JsonResponse
from django.utils.translation import gettext as _
from ninja import NinjaAPI, Schema
from ninja.errors import HttpError, ValidationError

from ..errors import Fault, Invalid, NotVisible, Refusal, Stale

#: Where ninja found a value: the first part of its location, and no part of its name.
PLACES = frozenset({"body", "query", "path", "form", "file", "header", "cookie"})
STATUSES = (400, 401, 403, 404, 405, 409, 413, 422, 429)


class FieldProblem(Schema):
    pointer: str
    detail: str
    code: str = "invalid"
    row: int | None = None
    column: str | None = None


class Problem(Schema):
    type: str
    title: str
    status: int
    code: str
    detail: str = ""
    cure: str = ""
    request_id: str = ""
    errors: list[FieldProblem] = []
    yours: dict[str, Any] | None = None
    theirs: dict[str, Any] | None = None
    version: int | None = None


def problem_response(request: HttpRequest, error: Refusal) -> HttpResponse:
    """The refusal as ``application/problem+json``."""
    body: dict[str, Any] = {
        "type": f"urn:rongtong:problem:{error.code}",
        "title": str(error.what),
        "status": error.status,
        "code": error.code,
        "detail": str(error.why),
        "cure": str(error.cure),
        "request_id": getattr(request, "request_id", ""),
    }
    if isinstance(error, Invalid):
        body["errors"] = [_field(fault) for fault in error.faults]
    if isinstance(error, Stale):
        body |= {"yours": dict(error.yours), "theirs": dict(error.theirs), "version": error.version}
    response = JsonResponse(body, status=error.status, content_type="application/problem+json")
    if error.status == 401:
        response["WWW-Authenticate"] = "Bearer"
    return response


def _field(fault: Fault) -> dict[str, Any]:
    found: dict[str, Any] = {
        "pointer": "/" + fault.field.replace(".", "/"),
        "detail": str(fault.message),
        "code": fault.code,
    }
    if fault.row is not None:
        found["row"] = fault.row
    if fault.column is not None:
        found["column"] = fault.column
    return found


def add_handlers(api: NinjaAPI) -> None:
    """Answer every kind of error in one shape."""

    @api.exception_handler(Refusal)
    def refused(request: HttpRequest, error: Refusal) -> HttpResponse:
        return problem_response(request, error)

    @api.exception_handler(Http404)
    def absent(request: HttpRequest, error: Http404) -> HttpResponse:
        return problem_response(request, NotVisible())

    @api.exception_handler(ValidationError)
    def malformed(request: HttpRequest, error: ValidationError) -> HttpResponse:
        return problem_response(request, Invalid(_fault(one) for one in error.errors))

    @api.exception_handler(HttpError)
    def unreadable(request: HttpRequest, error: HttpError) -> HttpResponse:
        refusal = Refusal(
            "request.unreadable",
            what=_("无法读取这个请求。"),
            why=_("它的格式不正确。"),
            cure=_("请对照接口文档检查请求内容。"),
        )
        refusal.status = error.status_code
        return problem_response(request, refusal)


def _fault(error: dict[str, Any]) -> Fault:
    where = [str(part) for part in error.get("loc", ())]
    if where and where[0] in PLACES:
        where = where[1:]
    if where and where[0] == "payload":
        where = where[1:]
    return Fault(field=".".join(where) or "body", message=_message(error), code=str(error.get("type", "invalid")))


def _message(error: dict[str, Any]) -> str:
    """What is wrong, in the reader's language."""
    known = {
        "missing": _("缺少这一项。"),
        "extra_forbidden": _("没有这一项，请删去。"),
        "uuid_parsing": _("这不是有效的标识。"),
        "enum": _("不在可选范围内。"),
        "literal_error": _("不在可选范围内。"),
    }
    kind = str(error.get("type", ""))
    return known.get(kind) or _("格式不正确：%(problem)s") % {"problem": error.get("msg", kind)}
