"""Notices about work under way. Both sides know each other by now."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from ..models import Collaboration, Milestone


def _page(collaboration: Collaboration) -> str:
    return reverse("innovation:collaboration", args=[collaboration.pk])


def _of_milestone(milestone: Milestone) -> str:
    return reverse("innovation:collaboration", args=[milestone.collaboration_id]) + f"#milestone-{milestone.position}"


def _titled(text: Text) -> Any:
    return lambda collaboration, details: text % {"title": collaboration.challenge.title}


def _stepped(text: Text) -> Any:
    return lambda milestone, details: (
        text
        % {
            "title": milestone.collaboration.challenge.title,
            "milestone": milestone.title,
        }
    )


def _due(milestone: Milestone, details: dict[str, Any]) -> Text:
    days = int(details.get("days", 0))
    values = {"milestone": milestone.title, "days": abs(days)}
    if days < 0:
        return _("里程碑「%(milestone)s」已逾期%(days)s天") % values
    if days == 0:
        return _("里程碑「%(milestone)s」今天到期") % values
    return _("里程碑「%(milestone)s」还有%(days)s天到期") % values


for name, subject, words in (
    ("collaboration.result", _("合作方填报了结果"), _("「%(title)s」填报了指标结果，待验收")),
    ("collaboration.completed", _("合作已结题"), _("「%(title)s」已结题验收")),
    ("collaboration.terminated", _("合作已终止"), _("「%(title)s」的合作已终止")),
):
    event(name, subject=subject, words=_titled(words), link=_page)

for name, subject, words in (
    ("milestone.proposed", _("有里程碑改动待答复"), _("「%(title)s」：对方提议改动里程碑「%(milestone)s」")),
    ("milestone.agreed", _("里程碑改动已获同意"), _("「%(title)s」：里程碑「%(milestone)s」的改动已获同意")),
    ("milestone.declined", _("里程碑改动未获同意"), _("「%(title)s」：里程碑「%(milestone)s」的改动未获同意")),
    ("milestone.delivered", _("有里程碑待验收"), _("「%(title)s」：里程碑「%(milestone)s」已交付，待验收")),
    ("milestone.accepted", _("里程碑已通过验收"), _("「%(title)s」：里程碑「%(milestone)s」已通过验收")),
    ("milestone.returned", _("里程碑需要修改"), _("「%(title)s」：里程碑「%(milestone)s」被退回，请按意见修改")),
):
    event(name, subject=subject, words=_stepped(words), link=_of_milestone)

event("milestone.due", subject=_("有里程碑即将到期"), words=_due, link=_of_milestone)
