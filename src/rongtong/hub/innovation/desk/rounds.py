"""The operator's rounds under way, each with what stands where."""

from django.urls import reverse
from django.utils.translation import gettext as _

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import Fit, Shelf, shelf
from rongtong.hub.foundation.rights import allowed

from ..enums import ChallengeState, Stage
from ..models import Round
from ..queries.rounds import Tally, tallies

SHOWN = 4


@shelf
def rounds_under_way(actor: Actor) -> Shelf | None:
    """Two queries for the operator."""
    if not actor.operator:
        return None
    rounds = list(Round.visible_to(actor).exclude(state=Stage.CONCLUDE).order_by("respond_until", "pk")[:SHOWN])
    counts = tallies(rounds, actor)
    return Shelf(
        title=_("进行中的批次"),
        sentence=_("各批次现处的阶段、下一个日期和榜单数。"),
        more=reverse("innovation:rounds"),
        fits=[_shown(one, counts[one.pk]) for one in rounds],
        empty=_("现在没有进行中的批次。"),
        cure=reverse("innovation:round_new") if allowed(actor, "round.create") else "",
        cure_label=_("新建批次"),
        scored=False,
    )


def _shown(one: Round, tally: Tally) -> Fit:
    stage, moment = {
        Stage.COLLECT: (_("征集截止 %(day)s"), one.collect_until),
        Stage.PUBLISH: (_("揭榜截止 %(day)s"), one.respond_until),
        Stage.RESPOND: (_("揭榜截止 %(day)s"), one.respond_until),
        Stage.SELECT: (_("遴选截止 %(day)s"), one.select_until),
    }[Stage(one.state)]
    return Fit(
        title=str(one),
        link=reverse("innovation:round", args=[one.pk]),
        meta=(
            one.get_state_display(),
            stage % {"day": formatting.short_day(moment)},
            _("待审核 %(count)s 项") % {"count": tally.of(ChallengeState.SUBMITTED)},
            _("已发布 %(count)s 项") % {"count": tally.published},
            _("遴选中 %(count)s 项") % {"count": tally.of(ChallengeState.SELECTING)},
        ),
    )
