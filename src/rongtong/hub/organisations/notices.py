"""What people are told about organisations and their members."""

from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.notices import event

from .enums import PauseReason
from .models import Invitation, Member, Organisation, Recovery, Webhook
from .size_class import SizeClass


def _page(organisation: Organisation) -> str:
    return reverse("organisations:organisation", args=[organisation.pk])


def _members(about: Any) -> str:
    return reverse("organisations:members")


def _named(text: Text) -> Any:
    return lambda organisation, details: text % {"name": organisation}


def _class_changed(organisation: Organisation, details: dict[str, Any]) -> Text:
    labels = dict(SizeClass.choices)
    return _("%(name)s的企业规模由%(before)s变为%(after)s") % {
        "name": organisation,
        "before": labels.get(details["before"], ""),
        "after": labels.get(details["after"], ""),
    }


def _invited(invitation: Invitation, details: dict[str, Any]) -> Text:
    return _("已邀请%(email)s加入本单位，角色：%(role)s") % {
        "email": invitation.email,
        "role": invitation.get_role_display(),
    }


def _accepted(member: Member, details: dict[str, Any]) -> Text:
    return _("%(name)s接受邀请，加入本单位，角色：%(role)s") % {
        "name": member.account,
        "role": member.get_role_display(),
    }


def _role_changed(member: Member, details: dict[str, Any]) -> Text:
    return _("您在%(name)s的角色已改为%(role)s") % {"name": member.organisation, "role": member.get_role_display()}


event("organisation.submitted", subject=_("融通：有机构提交核验"), words=_named(_("%(name)s提交核验")), link=_page)
event("organisation.verified", subject=_("融通：贵单位已通过核验"), words=_named(_("%(name)s已通过核验")), link=_page)
event(
    "organisation.returned",
    subject=_("融通：贵单位的资料需要修改"),
    words=_named(_("%(name)s的资料被退回，请按意见修改")),
    link=_page,
)
event("organisation.suspended", subject=_("融通：贵单位已被停用"), words=_named(_("%(name)s已被停用")), link=_page)
event("organisation.restored", subject=_("融通：贵单位已恢复"), words=_named(_("%(name)s已恢复使用")), link=_page)
event(
    "organisation.class_changed", subject=_("融通：有企业的规模发生变化"), words=_class_changed, link=_page, mail=False
)
event(
    "member.invited",
    subject=_("融通：本单位发出新的成员邀请"),
    words=_invited,
    link=_members,
    mail=False,
    outside=False,
)
event("member.accepted", subject=_("融通：有新成员加入本单位"), words=_accepted, link=_members)
event("member.role_changed", subject=_("融通：您的角色有变化"), words=_role_changed, link=_members, outside=False)


def _recovery(recovery: Recovery) -> str:
    return reverse("organisations:recovery", args=[recovery.pk])


def _about_account(text: Text) -> Any:
    return lambda recovery, details: text % {"name": recovery.account}


# the person has letters at every address of the account: those reach whoever cannot sign in
for name, subject, words, by_mail in (
    ("recovery.opened_own", _("融通：您账户的第二重验证将被移除"), _("您账户的第二重验证将在 24 小时后移除"), False),
    ("recovery.completed_own", _("融通：您账户的第二重验证已移除"), _("您账户的第二重验证已移除，请重新设置"), False),
    ("recovery.cancelled_own", _("融通：账户恢复已撤销"), _("您账户的恢复已撤销，第二重验证保持不变"), True),
    ("recovery.opened", _("融通：一位成员的第二重验证将被移除"), _("%(name)s的第二重验证将在 24 小时后移除"), True),
    ("recovery.completed", _("融通：一位成员的第二重验证已移除"), _("%(name)s的第二重验证已移除"), True),
    ("recovery.cancelled", _("融通：账户恢复已撤销"), _("%(name)s的账户恢复已撤销"), True),
):
    event(name, subject=subject, words=_about_account(words), link=_recovery, mail=by_mail, outside=False)


def _paused(webhook: Webhook, details: dict[str, Any]) -> Text:
    if details["reason"] == PauseReason.GONE:
        return _("事件推送「%(name)s」已暂停：接收方答复该地址已停用") % {"name": webhook.name}
    return _("事件推送「%(name)s」已暂停：连续 %(failures)s 次未能送达") % {
        "name": webhook.name,
        "failures": details["failures"],
    }


event(
    "webhook.paused",
    subject=_("融通：一项事件推送已暂停"),
    words=_paused,
    link=lambda webhook: reverse("organisations:webhook", args=[webhook.pk]),
    outside=False,
)
