"""Notices about matchmaking days. A title stands in the hub only, never in a mail's subject."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from .models import MatchmakingDay, Participation


def _page(day: MatchmakingDay) -> str:
    return reverse("matching:day", args=[day.pk])


def _agenda(day: MatchmakingDay) -> str:
    return reverse("matching:agenda", args=[day.pk])


def _titled(text: Text) -> Any:
    return lambda day, details: text % {"title": day}


for name, subject, words, link in (
    ("matchmaking.invited", _("邀请参加对接会"), _("邀请贵单位参加「%(title)s」，请答复"), _page),
    ("matchmaking.published", _("对接会日程已公布"), _("「%(title)s」的日程已公布"), _agenda),
    ("matchmaking.changed", _("对接会日程有变动"), _("「%(title)s」：贵单位的日程有变动"), _agenda),
    ("matchmaking.cancelled", _("对接会已取消"), _("「%(title)s」已取消"), _page),
    ("matchmaking.taken_out", _("已退出对接会"), _("运营方已为贵单位办理退出「%(title)s」"), _page),
    ("matchmaking.held", _("请反馈对接情况"), _("「%(title)s」已结束，请反馈各场对接情况"), _agenda),
):
    event(name, subject=subject, words=_titled(words), link=link)


def _withdrawn(row: Participation, details: dict[str, Any]) -> Text:
    return _("%(name)s退出了「%(title)s」，请重新排期") % {"name": row.organisation.short, "title": row.day}


event(
    "matchmaking.withdrawn",
    subject=_("有单位退出对接会"),
    words=_withdrawn,
    link=lambda row: reverse("matching:participants", args=[row.day_id]) + "?state=withdrawn",
)
