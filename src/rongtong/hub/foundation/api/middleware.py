"""Around every API request: a repeated POST is done once, and nobody asks too often."""

import base64
import hashlib
from collections.abc import Callable

from django.db import connection, transaction
from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..actors import Actor
from ..errors import Fault, Invalid, Refusal
from ..models import IdempotencyKey
from ..sealing import Unsealable, seal, unseal
from .door import actor_of
from .problems import problem_response

PREFIX = "/api/"
FILES = "multipart/form-data"
WINDOW_SECONDS, LIMIT = 60, 600
GetResponse = Callable[[HttpRequest], HttpResponse]


class RateLimitMiddleware:
    """Count the requests of each token in fixed windows, for all processes together, and say so in headers."""

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        actor = actor_of(request)
        if not request.path.startswith(PREFIX) or actor.scopes is None:
            return self.get_response(request)
        used, reset = _count(actor)
        if used > LIMIT:
            refusal = Refusal(
                "rate.limited",
                what=_("请求过于频繁。"),
                why=_("本令牌一分钟内的请求次数已用完。"),
                cure=_("请稍后再试。"),
            )
            refusal.status = 429
            response = problem_response(request, refusal)
            response["Retry-After"] = str(reset)
        else:
            response = self.get_response(request)
        response["RateLimit-Policy"] = f'"token";q={LIMIT};w={WINDOW_SECONDS}'
        response["RateLimit"] = f'"token";r={max(0, LIMIT - used)};t={reset}'
        return response


def _count(actor: Actor) -> tuple[int, int]:
    """Requests of this person and organisation in the running window, and the seconds left of it. One statement."""
    with connection.cursor() as cursor:
        cursor.execute(
            """
            INSERT INTO foundation_ratewindow (key, starts, used)
            VALUES (%s, to_timestamp(floor(extract(epoch FROM now()) / %s) * %s), 1)
            ON CONFLICT (key) DO UPDATE SET
                used = CASE WHEN foundation_ratewindow.starts = excluded.starts
                            THEN foundation_ratewindow.used + 1 ELSE 1 END,
                starts = excluded.starts
            RETURNING used, ceil(extract(epoch FROM starts + make_interval(secs => %s) - now()))::int
            """,
            [f"{actor.account_id}:{actor.organisation_id}", WINDOW_SECONDS, WINDOW_SECONDS, WINDOW_SECONDS],
        )
        used, reset = cursor.fetchone()
    return used, max(1, reset)


class IdempotencyMiddleware:
    """A POST with an Idempotency-Key is done once; the same request again gets the kept answer.

    The key is written in the verb's own transaction: a second request at the same moment waits for the first.
    """

    def __init__(self, get_response: GetResponse) -> None:
        self.get_response = get_response

    def __call__(self, request: HttpRequest) -> HttpResponse:
        key = request.headers.get("Idempotency-Key", "")
        actor = actor_of(request)
        if request.method != "POST" or not key or not request.path.startswith(PREFIX) or actor.account_id is None:
            return self.get_response(request)
        if len(key) > 120:
            fault = Fault("Idempotency-Key", _("Idempotency-Key 不超过 120 个字符。"), "idempotency.too_long")
            return problem_response(request, Invalid([fault]))
        with transaction.atomic():
            if request.content_type == FILES:
                with connection.cursor() as cursor:  # an uploaded file is looked at meanwhile, which may take long
                    cursor.execute("SET LOCAL idle_in_transaction_session_timeout = '120s'")
            return self._once(request, actor, key)

    def _once(self, request: HttpRequest, actor: Actor, key: str) -> HttpResponse:
        digest = hashlib.sha256(_rights(actor) + f" {request.path} ".encode() + _content(request)).hexdigest()
        row, made = IdempotencyKey._base_manager.get_or_create(
            account_id=actor.person, key=key, defaults={"digest": digest}
        )
        if not made:
            return _replay(request, row, digest)
        response = self.get_response(request)
        if 200 <= response.status_code < 300:
            row.status, row.body = response.status_code, _kept(row, response.content)
            row.save(update_fields=["status", "body"])
        else:
            transaction.set_rollback(True)
        return response


def _kept(row: IdempotencyKey, content: bytes) -> str:
    """The answer as it is kept: sealed, for it may hold a secret that is shown once."""
    return base64.b64encode(seal(content, purpose="answers", owner=row.pk)).decode()


def _answer_kept(row: IdempotencyKey) -> bytes | None:
    """The kept answer; None where it was kept by another version or sealed with another key."""
    if not isinstance(row.body, str):
        return None
    try:
        return (
            unseal(base64.b64decode(row.body), purpose="answers", owner=row.pk) if isinstance(row.body, str) else None
        )
    except Unsealable:
        return None


def _rights(actor: Actor) -> bytes:
    """For whom and with what rights: an answer is not given again to who could not have it now."""
    scopes = "session" if actor.scopes is None else ",".join(sorted(actor.scopes))
    return f"{actor.organisation_id} {actor.role} {actor.verified} {scopes}".encode()


def _content(request: HttpRequest) -> bytes:
    """What a request carries. Files by their names and contents: what stands between them is random each time."""
    if request.content_type != FILES:
        return request.body
    digest = hashlib.sha256(repr(sorted(request.POST.lists())).encode())
    for name, files in sorted(request.FILES.lists()):
        for file in files:
            digest.update(repr((name, file.name, file.size)).encode())
            for step in file.chunks():
                digest.update(step)
            file.seek(0)
    return digest.digest()


def _replay(request: HttpRequest, row: IdempotencyKey, digest: str) -> HttpResponse:
    content = _answer_kept(row) if row.digest == digest else None
    if content is None:
        fault = Fault("Idempotency-Key", _("这个 Idempotency-Key 已用于另一个请求，请换一个。"), "idempotency.reused")
        return problem_response(request, Invalid([fault]))
    response = HttpResponse(content, status=row.status, content_type="application/json")
    response["Idempotent-Replayed"] = "true"
    return response
