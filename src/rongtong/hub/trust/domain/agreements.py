"""Non-disclosure agreements: a manager of a verified organisation signs, and the organisation may read on."""

from typing import Any

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Fault, Invalid, NotVisible, Refusal, Text
from rongtong.hub.foundation.notices import notify
from rongtong.hub.foundation.verbs import verb
from rongtong.hub.organisations.domain.actors import people_of

from ..models import NonDisclosureAgreement
from ..subjects import kind_of

#: What is signed. Another text needs another version.
TEXT_VERSION = "2026-1"
CLAUSES: tuple[Text, ...] = (
    _("接收方只为评估和准备本项合作而使用披露方提供的技术与商业信息，不作他用。"),
    _("接收方只让确有需要的本单位人员知悉，并要求他们承担同等的保密义务；未经书面同意，不向任何第三方披露。"),
    _(
        "已经公开的信息、接收方此前已合法掌握的信息、从第三方合法取得的信息和独立开发的信息，不在此限；依法必须提供时，应事先通知披露方。"
    ),
    _("保密期为签署之日起三年。合作不成立或披露方要求时，接收方应删除或归还全部资料。"),
    _("本协议不转让、不许可任何知识产权。违反本协议造成损失的，应依法赔偿。"),
)


def agreement_between(subject: Any, actor: Actor) -> NonDisclosureAgreement | None:
    """The agreement about the subject that binds the actor's organisation now. One query."""
    if actor.organisation_id is None:
        return None
    return NonDisclosureAgreement._base_manager.filter(
        recipient_id=actor.organisation_id,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        ended_at=None,
    ).first()


@verb("nda.sign", on="subject")
def sign_nda(*, subject: Any, name: str, agreed: bool, by: Actor) -> NonDisclosureAgreement:
    """Sign about one object. Signing again gives the agreement that stands.

    Raises
    ------
    Invalid
        The signer's name is missing, or the text was not agreed to.
    Refusal
        ``nda.own``: the organisation is the discloser itself.
    """
    if not kind_of(subject).signable:
        raise NotVisible
    if by.acts_for(subject.owner_id):
        raise Refusal(
            "nda.own", what=_("不需要签署。"), why=_("这是贵单位自己的内容。"), cure=_("返回详情页即可查看全部内容。")
        )
    faults = [Fault("name", _("请填写签署人姓名。"), "required")] if not name.strip() else []
    if not agreed:
        faults.append(Fault("agreed", _("请确认已阅读并同意协议。"), "required"))
    if faults:
        raise Invalid(faults)
    standing = agreement_between(subject, by)
    if standing is not None:
        return standing
    made = NonDisclosureAgreement._base_manager.create(
        discloser_id=subject.owner_id,
        recipient_id=by.firm,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        text_version=TEXT_VERSION,
        signed_by_id=by.person,
        signed_name=name.strip(),
    )
    audit.note(text_version=TEXT_VERSION)
    notify("nda.signed", to=people_of(subject.owner_id, "owner", "manager"), about=made, by=by)
    return made
