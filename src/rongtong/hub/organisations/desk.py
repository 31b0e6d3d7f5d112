"""What waits for people as members of an organisation, and for the operator about organisations."""

from collections.abc import Iterable
from typing import Any

from django.urls import reverse
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.desk import LIMIT, Summary, Waiting, summary, waits
from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.rights import allowed

from .enums import VerificationState
from .models import Account, Organisation
from .queries import invitations_for, queue


@waits
def verifications(actor: Actor) -> Iterable[Waiting]:
    """Organisations that the operator should verify."""
    if "operator" not in actor.roles:
        return
    rows = Organisation.visible_to(actor).filter(state=VerificationState.PENDING).order_by("changed_at")
    for organisation in rows[:LIMIT]:
        yield Waiting(
            title=_("核验机构资料"),
            context=str(organisation),
            verb=_("去核验"),
            link=reverse("organisations:organisation", args=[organisation.pk]),
        )


@waits
def own_verification(actor: Actor) -> Iterable[Waiting]:
    """One's own organisation that is not handed in, or came back."""
    if actor.organisation_id is None or actor.is_member or actor.role is None:
        return
    organisation = Organisation.visible_to(actor).filter(pk=actor.organisation_id).first()
    if organisation is not None and allowed(actor, "organisation.submit", organisation):
        returned = organisation.state == VerificationState.RETURNED
        yield Waiting(
            title=_("修改被退回的机构资料") if returned else _("完善机构资料并提交核验"),
            context=organisation.state_reason or str(organisation),
            verb=_("去完善"),
            link=reverse("organisations:organisation", args=[organisation.pk]),
        )


@waits
def invitations(actor: Actor) -> Iterable[Waiting]:
    """Invitations of the person's addresses that can be accepted."""
    account = Account.visible_to(actor).filter(pk=actor.account_id).first() if actor.account_id else None
    if account is None:
        return
    for invitation in invitations_for(account, actor)[:LIMIT]:
        yield Waiting(
            title=_("收到成员邀请"),
            context=str(invitation.organisation),
            verb=_("去查看"),
            link=reverse("organisations:join"),
            due=invitation.expires_at,
        )


@summary
def own_organisation(actor: Actor) -> Summary | None:
    """How one's own organisation stands."""
    if actor.organisation_id is None or actor.role is None:
        return None
    organisation = Organisation.visible_to(actor).filter(pk=actor.organisation_id).first()
    if organisation is None:
        return None
    facts: list[tuple[Text, Any]] = [
        (_("核验状态"), organisation.get_state_display()),
        (_("机构类型"), organisation.get_kind_display()),
    ]
    if organisation.kind == "enterprise":
        facts.append((_("企业规模"), organisation.get_size_class_display()))
    if organisation.cultivation:
        facts.append((_("梯度培育"), organisation.get_cultivation_display()))
    waiting = queue(actor).count() if "operator" in actor.roles else 0
    if waiting:
        facts.append((_("待核验机构"), waiting))
    return Summary(title=str(organisation), facts=facts, link=reverse("organisations:own"), verb=_("查看本单位资料"))
