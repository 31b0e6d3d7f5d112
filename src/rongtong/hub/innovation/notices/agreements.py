"""Notices about agreements and statements. They name the agreement, never its terms."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from ..models import Agreement, AgreementDate


def _page(agreement: Agreement) -> str:
    return reverse("innovation:agreement", args=[agreement.pk])


def _titled(text: Text) -> Any:
    return lambda agreement, details: text % {"title": agreement.title, **details}


def _due(agreement: Agreement, details: dict[str, Any]) -> Text:
    row = AgreementDate._base_manager.filter(agreement=agreement, position=int(details.get("date", 0))).first()
    values = {"title": agreement.title, "what": row.what if row else "", "days": int(details.get("days", 0))}
    if values["days"] == 0:
        return _("「%(title)s」：%(what)s，今天到期") % values
    return _("「%(title)s」：%(what)s，还有%(days)s天") % values


for name, subject, words in (
    ("agreement.offered", _("有协议报价待答复"), _("「%(title)s」：对方发出第%(offer)s次报价，待答复")),
    ("agreement.accepted", _("报价已获接受，待签署"), _("「%(title)s」：对方接受了报价，双方可以签署")),
    ("agreement.declined", _("报价未获接受"), _("「%(title)s」：对方谢绝了报价")),
    ("agreement.withdrawn", _("报价已撤回"), _("「%(title)s」：对方撤回了报价")),
    ("agreement.signed", _("对方已签署协议"), _("「%(title)s」：对方已签署，待贵单位签署")),
    ("agreement.in_force", _("协议已生效"), _("「%(title)s」：双方已签署，协议生效")),
    ("agreement.expired", _("报价已过期"), _("「%(title)s」：报价过了有效期")),
    ("agreement.end_asked", _("对方提议终止协议"), _("「%(title)s」：对方提议终止，待贵单位答复")),
    ("agreement.ended", _("协议已终止"), _("「%(title)s」：协议已终止")),
    ("statement.entered", _("有结算单待确认"), _("「%(title)s」：第%(period)s期结算单已填报，待确认")),
    ("statement.returned", _("结算单被退回"), _("「%(title)s」：第%(period)s期结算单被退回，请修改")),
    ("statement.confirmed", _("结算单已获确认"), _("「%(title)s」：对方确认了第%(period)s期结算单")),
    ("statement.audited", _("结算单有核查结果"), _("「%(title)s」：第%(period)s期结算单有核查结果")),
):
    event(name, subject=subject, words=_titled(words), link=_page)

event("agreement.date", subject=_("协议有日期临近"), words=_due, link=_page)
