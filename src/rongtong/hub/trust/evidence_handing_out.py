"""The evidence file, through whichever door it is asked for."""

from uuid import UUID

from django.http import HttpResponse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Refusal

from .queries.evidence import entry_for, evidence_of

JSON = "application/json; charset=utf-8"


def evidence_for_keeping(actor: Actor, pk: UUID) -> HttpResponse:
    """The evidence of one entry, as `rongtong verify` reads it.

    Raises
    ------
    NotVisible
        There is no such entry, or it is not this reader's to know of.
    Refusal
        ``evidence.not_yet``: no published checkpoint covers the entry yet.
    """
    found = evidence_of(entry_for(actor, pk))
    if found is None:
        raise Refusal(
            "evidence.not_yet",
            what=_("存证文件还没有生成。"),
            why=_("这条存证已经登记，正等待写入日志并签发检查点。"),
            cure=_("通常在一分钟之内完成，请稍后再下载。"),
        )
    answer = HttpResponse(found.to_json(), content_type=JSON)
    answer["Content-Disposition"] = f'attachment; filename="evidence-{pk}.json"'
    answer["Cache-Control"] = "private, no-store"
    return answer
