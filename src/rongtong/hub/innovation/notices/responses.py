"""Notices about responses and consortia. The challenger is never told before the deadline."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from ..models import Partner, Response


def _page(response: Response) -> str:
    return reverse("innovation:response", args=[response.pk])


def _of_partner(partner: Partner) -> str:
    return reverse("innovation:response", args=[partner.response_id])


def _titled(text: Text) -> Any:
    return lambda response, details: text % {"title": response.challenge.title}


def _joined(text: Text) -> Any:
    return lambda partner, details: (
        text
        % {
            "title": partner.response.challenge.title,
            "name": partner.organisation,
            "leader": partner.response.organisation,
        }
    )


for name, subject, words in (
    ("response.submitted", _("揭榜书已提交"), _("「%(title)s」的揭榜书已提交")),
    ("response.withdrawn", _("揭榜书已撤回"), _("「%(title)s」的揭榜书已撤回")),
    ("response.awarded", _("遴选有了结果"), _("「%(title)s」：贵方的揭榜书已入选")),
    ("response.declined", _("遴选有了结果"), _("「%(title)s」：贵方的揭榜书未入选，发榜方写了反馈")),
):
    event(name, subject=subject, words=_titled(words), link=_page)

for name, subject, words in (
    (
        "partner.asked",
        _("有单位邀请贵方加入联合体"),
        _("「%(leader)s」邀请贵单位加入揭榜「%(title)s」的联合体，请确认"),
    ),
    ("partner.given", _("联合体成员已确认"), _("「%(name)s」已同意加入「%(title)s」的联合体")),
    ("partner.refused", _("联合体成员未加入"), _("「%(name)s」谢绝加入「%(title)s」的联合体")),
):
    event(name, subject=subject, words=_joined(words), link=_of_partner)
