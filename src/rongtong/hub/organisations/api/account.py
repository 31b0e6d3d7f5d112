"""One's own account through the API."""

from typing import Any

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of, needs
from rongtong.hub.foundation.errors import NotVisible

from ..domain.accounts import edit_account
from ..domain.actors import person_id
from ..enums import Language, Role
from ..models import Account
from .shapes import AccountIn, AccountOut

PATH, NOUN = "/account", "account"
router = Router(tags=["account"])


def _own(actor: Actor) -> Account:
    needs(actor, "account")
    account = Account.visible_to(actor).filter(pk=person_id(actor)).first()
    if account is None:
        raise NotVisible
    return account


def _shown(account: Account, actor: Actor) -> AccountOut:
    return AccountOut(
        id=account.pk,
        email=account.email,
        name=account.name,
        name_en=account.name_en,
        phone=account.phone,
        language=Language(account.language),
        organisation_id=actor.organisation_id,
        role=Role(actor.role) if actor.role else None,
    )


@router.get("", response=AccountOut)
def read(request: HttpRequest) -> Any:
    """Who one is, and for which organisation one acts."""
    actor = actor_of(request)
    return _shown(_own(actor), actor)


@router.patch("", response=AccountOut)
def edit(request: HttpRequest, payload: AccountIn) -> Any:
    actor = actor_of(request)
    return _shown(edit_account(account=_own(actor), values=payload.values(), by=actor), actor)
