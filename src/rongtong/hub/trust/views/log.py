"""The log for everybody who watches it, and its page for who runs the hub."""

from __future__ import annotations

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.views.decorators.http import require_POST, require_safe

from rongtong.engines.translog import Malformed, Tile, resource
from rongtong.engines.translog.tiles import CHECKPOINT
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.rights import allowed

from ..domain.log_keeping import resume_log
from ..domain.log_keys import rotate_key
from ..models import LogHead
from ..queries.log import policy_text, status, successions
from ..queries.log_tiles import TableResources
from ..tasks import ask_for_checkpoint

PLAIN = "text/plain; charset=utf-8"
BYTES = "application/octet-stream"
FOREVER = "public, max-age=31536000, immutable"
SHORT = "public, max-age=5"
VERBS = ("checkpoint", "rotate", "resume")


@require_safe
def checkpoint(request: HttpRequest) -> HttpResponse:
    """The newest published checkpoint with its cosignatures (C2SP tlog-checkpoint)."""
    return _answer(resource(TableResources(), CHECKPOINT), PLAIN, SHORT)


@require_safe
def tile(request: HttpRequest, name: str) -> HttpResponse:
    """A tile of hashes or a bundle of entries (C2SP tlog-tiles); none beyond the published checkpoint."""
    try:
        full = Tile.parse(f"tile/{name}").full
    except Malformed:
        raise NotVisible from None
    # a partial tile has these bytes for ever, too; but it is asked for once, by who follows closely
    return _answer(resource(TableResources(), f"tile/{name}"), BYTES, FOREVER if full else "public, max-age=3600")


@require_safe
def policy(request: HttpRequest) -> HttpResponse:
    """The log's key, its witnesses and their quorum, as ``rongtong verify --policy`` reads them."""
    text = policy_text()
    return _answer(None if text is None else text.encode(), PLAIN, SHORT)


@require_safe
def key_successions(request: HttpRequest) -> HttpResponse:
    """The notes by which one key of the log followed another, for keepers of witnesses."""
    notes = "\n".join(str(note) for note in successions())
    return _answer(notes.encode() if notes else None, PLAIN, SHORT)


def _answer(data: bytes | None, type: str, cache: str) -> HttpResponse:
    if data is None:
        raise NotVisible
    answer = HttpResponse(data, content_type=type)
    answer["Cache-Control"] = cache
    return answer


@require_safe
def log(request: HttpRequest) -> HttpResponse:
    """How the log stands: size, checkpoint, witnesses, timestamps, keys."""
    actor = actor_of(request)
    found = status()
    may = {verb: allowed(actor, f"log.{verb}", found.head) for verb in VERBS if found.head}
    return render(request, "trust/log.html", {"log": found, "may": may, "actor": actor})


@require_POST
def log_verb(request: HttpRequest, verb: str) -> HttpResponse:
    """Ask for a checkpoint, rotate the key, or let the log go on."""
    actor = actor_of(request)
    head = LogHead.visible_to(actor).first()
    if verb not in VERBS or head is None:
        raise NotVisible
    if verb == "checkpoint":
        ask_for_checkpoint(head, actor)
        messages.success(request, _("已要求签发检查点，完成后显示在这里。"))
    elif verb == "rotate":
        rotate_key(by=actor)
        messages.success(request, _("密钥已轮换。请把新的公钥和交接书交给各见证方。"))
    else:
        resume_log(head=head, by=actor)
        messages.success(request, _("日志已恢复，写入之前会先询问各见证方。"))
    return HttpResponseRedirect(reverse("trust:log"))
