"""Where the pages of this room stand in the frame, and between which organisations a person can switch."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.pages import ACCOUNT, OPERATIONS, add_frame, add_page

from .enums import VerificationState


@dataclass(frozen=True)
class Choice:
    """An organisation the person may act for."""

    id: UUID
    name: str
    current: bool


def _acts(actor: Actor) -> bool:
    return actor.role is not None


def organisations_of(request: HttpRequest) -> dict[str, Any]:
    """The organisations of the signed-in person; read with the actor, so that it costs no query."""
    actor: Actor = getattr(request, "actor", VISITOR)
    choices = [
        Choice(member.organisation_id, member.organisation.short, member.organisation_id == actor.organisation_id)
        for member in getattr(request, "memberships", ())
        if member.organisation.state != VerificationState.SUSPENDED
    ]
    return {"organisations": choices}


def _manages(actor: Actor) -> bool:
    return "manager" in actor.steps


add_frame(organisations_of)
add_page("innovation", _("机构"), "organisations:organisations", order=60)
add_page(OPERATIONS, _("机构核验"), "organisations:queue", order=10)
add_page(OPERATIONS, _("账户恢复"), "organisations:recoveries", order=35)
add_page(OPERATIONS, _("导入机构"), "organisations:import", order=30)
add_page(ACCOUNT, _("本单位资料"), "organisations:own", order=10, icon="building", when=_acts)
add_page(ACCOUNT, _("成员"), "organisations:members", order=20, icon="users", when=_acts)
add_page(ACCOUNT, _("访问令牌"), "organisations:tokens", order=30, icon="key", when=_acts)
add_page(ACCOUNT, _("事件推送"), "organisations:webhooks", order=35, icon="webhook", when=_manages)
add_page(OPERATIONS, _("未送达的推送"), "organisations:dead_letters", order=80)
add_page(ACCOUNT, _("我的账户"), "organisations:account", order=40, icon="user-circle")
add_page(ACCOUNT, _("加入或登记机构"), "organisations:join", order=50, icon="building-community")
