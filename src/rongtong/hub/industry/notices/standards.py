"""Notices about standards and assessments."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from ..models import Conformity, Standard


def _standard_page(standard: Standard) -> str:
    return reverse("industry:standard", args=[standard.pk])


def _page(conformity: Conformity) -> str:
    return reverse("industry:conformity", args=[conformity.pk])


def _numbered(text: Text) -> Any:
    return lambda standard, details: text % {"number": standard.number, "edition": standard.edition}


def _of(text: Text) -> Any:
    return lambda one, details: (
        text % {"number": one.standard.number, "supplier": one.organisation, "days": details.get("days", 0)}
    )


event(
    "standard.revised",
    subject=_("标准有新版"),
    words=_numbered(_("标准 %(number)s 发布第 %(edition)s 版，请在过渡期内续期")),
    link=_standard_page,
)
event(
    "standard.withdrawn",
    subject=_("标准已废止"),
    words=_numbered(_("标准 %(number)s 已废止")),
    link=_standard_page,
)
for name, subject, words in (
    ("conformity.asked", _("有标准请您自评"), _("请对照标准 %(number)s 自评")),
    ("conformity.submitted", _("有自评待审核"), _("「%(supplier)s」提交了对标准 %(number)s 的自评")),
    ("conformity.accepted", _("自评通过审核"), _("对标准 %(number)s 的自评已通过审核")),
    ("conformity.returned", _("自评需要整改"), _("对标准 %(number)s 的自评被退回，请按意见整改")),
    ("conformity.revoked", _("符合性已撤销"), _("对标准 %(number)s 的符合性已被撤销")),
    ("conformity.expiring", _("符合性即将到期"), _("对标准 %(number)s 的符合性还有%(days)s天到期，请续期")),
    ("conformity.expired", _("符合性已到期"), _("「%(supplier)s」对标准 %(number)s 的符合性已到期")),
):
    event(name, subject=subject, words=_of(words), link=_page)
