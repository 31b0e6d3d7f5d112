"""Invitations through the API: those one's organisation sent, and those one received."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import Page, actor_of, needs, paged

from ..domain import invitations
from ..models import Invitation
from ..queries import visible
from .shapes import MemberInvitationOut, MemberOut

PATH, NOUN = "/invitations", "member"
router = Router(tags=["members"])


@router.get("", response=Page[MemberInvitationOut])
def list_invitations(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "account")
    rows = Invitation.visible_to(actor)
    return paged(request, rows, MemberInvitationOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.get("/{uuid:pk}", response=MemberInvitationOut)
def read(request: HttpRequest, pk: UUID) -> Any:
    return MemberInvitationOut.of(visible(Invitation, actor_of(request), pk))


@router.post("/{uuid:pk}/accept", response=MemberOut)
def accept(request: HttpRequest, pk: UUID) -> Any:
    """Become a member; for whoever proved to own the invited address."""
    actor = actor_of(request)
    return MemberOut.of(invitations.accept_invitation(invitation=visible(Invitation, actor, pk), by=actor))


@router.post("/{uuid:pk}/withdraw", response=MemberInvitationOut)
def withdraw(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return MemberInvitationOut.of(invitations.withdraw_invitation(invitation=visible(Invitation, actor, pk), by=actor))
