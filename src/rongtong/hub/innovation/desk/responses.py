"""What waits of responses: drafts to finish, consortia to join."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, waits

from ..enums import ChallengeState, Consent, ResponseState
from ..models import Partner, Response


@waits
def drafts_of_responses(actor: Actor) -> Iterable[Waiting]:
    """Responses begun and not handed in."""
    if "contributor" not in actor.steps:
        return
    rows = Response.visible_to(actor).filter(
        organisation_id=actor.firm,
        state=ResponseState.DRAFT,
        challenge__state=ChallengeState.OPEN,
        challenge__deadline__gt=timezone.now(),
    )
    for row in rows.select_related("challenge").order_by("challenge__deadline", "pk")[:LIMIT]:
        yield Waiting(
            title=_("写完揭榜书：%(title)s") % {"title": row.challenge.title},
            link=reverse("innovation:response_edit", args=[row.pk]),
            verb=_("继续写"),
            due=row.challenge.deadline,
        )


@waits
def consents(actor: Actor) -> Iterable[Waiting]:
    """Consortia that wait for one's own consent."""
    if "manager" not in actor.steps:
        return
    rows = Partner.visible_to(actor).filter(
        organisation_id=actor.firm, consent=Consent.ASKED, response__state=ResponseState.DRAFT
    )
    for row in rows.select_related("response__challenge", "response__organisation")[:LIMIT]:
        yield Waiting(
            title=_("同意或谢绝加入%(name)s的联合体") % {"name": row.response.organisation.short},
            link=reverse("innovation:response", args=[row.response_id]),
            verb=_("查看分工"),
            context=row.response.challenge.title,
            due=row.response.challenge.deadline,
        )
