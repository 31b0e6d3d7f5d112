"""What waits of collaborations: deliverables owed, deliveries to accept."""

from collections.abc import Iterable

from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Waiting, end_of, waits

from ..enums import MilestoneState
from ..models import Milestone


@waits
def milestones(actor: Actor) -> Iterable[Waiting]:
    """Deliverables one owes, and deliveries one has to accept."""
    if "contributor" not in actor.steps:
        return
    rows = Milestone.visible_to(actor).filter(
        collaboration__state="active",
        state__in=[MilestoneState.PLANNED, MilestoneState.RETURNED, MilestoneState.DELIVERED],
    )
    rows = rows.select_related("collaboration__challenge").order_by("due_on", "pk")
    for row in rows[: 3 * LIMIT]:
        work = row.collaboration
        mine = row.state == MilestoneState.DELIVERED and actor.acts_for(work.organisation_id)
        owed = row.state != MilestoneState.DELIVERED and actor.acts_for(work.leader_id)
        if mine or owed:
            yield Waiting(
                title=(_("验收里程碑：%(title)s") if mine else _("提交里程碑：%(title)s")) % {"title": row.title},
                link=reverse("innovation:collaboration", args=[work.pk]),
                verb=_("去验收") if mine else _("去提交"),
                context=work.challenge.title,
                due=end_of(row.due_on),
            )
