"""Members of one's own organisation through the API."""

from typing import Any
from uuid import UUID

from django.db.models import QuerySet
from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged

from ..domain import members
from ..models import Member
from ..queries import own_organisation, visible
from .shapes import MemberOut, RoleIn

PATH, NOUN = "/members", "member"
router = Router(tags=["members"])


def _own(actor: Actor) -> QuerySet[Member]:
    needs(actor, "account")
    rows = Member.visible_to(actor).filter(organisation=own_organisation(actor), until=None)
    return rows.select_related("account")


@router.get("", response=Page[MemberOut])
def list_members(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    """The people who act for the organisation one acts for."""
    return paged(request, _own(actor_of(request)), MemberOut.of, order=("since", "id"), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=MemberOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return MemberOut.of(visible(Member, actor_of(request), pk, "account"))


@router.post("/{uuid:pk}/role", response=MemberOut)
def change_role(request: HttpRequest, pk: UUID, payload: RoleIn) -> Any:
    actor = actor_of(request)
    member = visible(Member, actor, pk)
    return MemberOut.of(members.change_role(member=member, role=payload.role, title=payload.title, by=actor))


@router.post("/{uuid:pk}/end", response=MemberOut)
def end(request: HttpRequest, pk: UUID) -> Any:
    """End a membership; sessions and tokens that act by it end with it."""
    actor = actor_of(request)
    return MemberOut.of(members.end_membership(member=visible(Member, actor, pk), by=actor))
