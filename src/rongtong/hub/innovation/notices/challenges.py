"""Notices about challenges and questions. The words hold a title at most: it is public with the number."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from ..models import Amendment, Challenge


def _page(challenge: Challenge) -> str:
    return reverse("innovation:challenge", args=[challenge.pk])


def _questions(challenge: Challenge) -> str:
    return reverse("innovation:challenge_questions", args=[challenge.pk])


def _titled(text: Text) -> Any:
    return lambda challenge, details: text % {"title": challenge.title}


for name, subject, words, link in (
    ("challenge.submitted", _("有一项需求待审核"), _("「%(title)s」已提交，待审核"), _page),
    ("challenge.returned", _("一项需求被退回"), _("「%(title)s」已退回，请按意见修改后再提交"), _page),
    ("challenge.screened", _("一项需求通过审核"), _("「%(title)s」已通过审核，将随批次发布"), _page),
    ("challenge.published", _("一项需求已发布"), _("「%(title)s」已发布"), _page),
    ("challenge.closed", _("一项榜单已截止揭榜"), _("「%(title)s」已截止揭榜，可以开始遴选"), _page),
    ("challenge.withdrawn", _("一项榜单已撤回"), _("「%(title)s」已撤回"), _page),
    ("challenge.invited", _("您的单位受邀揭榜"), _("邀请贵单位揭榜「%(title)s」"), _page),
    ("question.asked", _("榜单收到新的提问"), _("「%(title)s」收到一个提问"), _questions),
    ("question.answered", _("您的提问有了答复"), _("贵单位对「%(title)s」的提问有了答复"), _questions),
    ("question.published", _("您收藏的榜单有新的公开答复"), _("「%(title)s」有新的公开答复"), _questions),
):
    event(name, subject=subject, words=_titled(words), link=link)


def _amendment_page(amendment: Amendment) -> str:
    return f"{reverse('innovation:challenge', args=[amendment.challenge_id])}#amendments"


event(
    "challenge.amended",
    subject=_("一项榜单有更正"),
    words=lambda amendment, details: (
        _("「%(title)s」发布了更正 %(mark)s")
        % {
            "title": amendment.challenge.title,
            "mark": amendment.mark,
        }
    ),
    link=_amendment_page,
)
