"""What waits of standards: assessments to write, to audit and to renew."""

from collections.abc import Iterable
from datetime import timedelta

from django.db.models import Q
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, end_of, waits

from ..models import Conformity
from ..models.standard import published_by
from ..standard_enums import WRITING, ConformityState, StandardState

SOON = timedelta(days=30)


@waits
def to_write(actor: Actor) -> Iterable[Waiting]:
    """One's own assessments that are asked for, returned or begun. One query."""
    if "contributor" not in actor.steps or not actor.is_member:
        return
    rows = Conformity.visible_to(actor).filter(organisation_id=actor.firm, state__in=WRITING)
    rows = rows.filter(standard__state=StandardState.PUBLISHED).select_related("standard")
    for row in rows.order_by("asked_until", "pk")[:LIMIT]:
        yield Waiting(
            title=_("整改后重新提交") if row.state == ConformityState.RETURNED else _("对照标准自评"),
            context=str(row.standard),
            verb=_("去填写"),
            link=reverse("industry:conformity_answer", args=[row.pk]),
            due=end_of(row.asked_until) if row.asked_until else None,
        )


@waits
def to_audit(actor: Actor) -> Iterable[Waiting]:
    """What suppliers have handed in. One query."""
    if "contributor" not in actor.steps or not actor.is_member:
        return
    side = published_by(actor.firm, "standard__") | Q(standard__auditor_id=actor.firm)
    rows = Conformity.visible_to(actor).filter(side, state=ConformityState.SUBMITTED)
    rows = rows.exclude(organisation_id=actor.firm).select_related("standard", "organisation")
    for row in rows.order_by("submitted_at", "pk")[:LIMIT]:
        yield Waiting(
            title=_("审核「%(supplier)s」的自评") % {"supplier": row.organisation},
            context=str(row.standard),
            verb=_("去审核"),
            link=reverse("industry:conformity_audit", args=[row.pk]),
        )


@waits
def to_renew(actor: Actor) -> Iterable[Waiting]:
    """One's own results that end within a month. One query."""
    if "contributor" not in actor.steps or not actor.is_member:
        return
    until = timezone.localdate() + SOON
    rows = Conformity.visible_to(actor).filter(
        Q(valid_until__lte=until) | Q(renew_by__lte=until),
        organisation_id=actor.firm,
        state=ConformityState.ACCEPTED,
    )
    for row in rows.select_related("standard").order_by("valid_until", "pk")[:LIMIT]:
        yield Waiting(
            title=_("续期符合性"),
            context=str(row.standard),
            verb=_("去续期"),
            link=reverse("industry:standard", args=[row.standard_id]),
            due=end_of(row.ends_on - timedelta(days=1)) if row.ends_on else None,
        )
