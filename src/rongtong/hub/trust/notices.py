"""What people are told about agreements."""

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.notices import event

from .models import NonDisclosureAgreement
from .subjects import SUBJECTS, find, kind_of


def _link(agreement: NonDisclosureAgreement) -> str:
    kind = next(one for one in SUBJECTS.values() if one.label == agreement.subject_type)
    return kind.link(find(kind.alias, agreement.subject_id, SYSTEM))


event(
    "nda.signed",
    subject=_("有单位签署了保密协议"),
    words=lambda agreement, details: _("%(name)s已签署保密协议。") % {"name": agreement.recipient},
    link=_link,
)
event(
    "log.halted",
    subject=_("透明日志已停止写入"),
    words=lambda head, details: (
        _("透明日志已停止写入：%(why)s。新的存证仍在排队，没有丢失。")
        % {"why": head.get_halt_display() or _("已经恢复")}
    ),
    link=lambda head: reverse("trust:log"),
    outside=False,
)
event(
    "document.refused",
    subject=_("您上传的附件未通过病毒检查"),
    words=lambda subject, details: _("您上传的附件未通过病毒检查，已拒收。请先在本机杀毒，再上传。"),
    link=lambda subject: kind_of(subject).files(subject),
)
