"""Tokens through the API: read and revoked here, made on the page alone, where their text is shown once."""

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import Page, actor_of, needs, paged

from ..domain import tokens
from ..models import Token
from ..queries import visible
from .shapes import TokenOut

PATH, NOUN = "/tokens", "token"
router = Router(tags=["tokens"])


@router.get("", response=Page[TokenOut])
def list_tokens(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "account")
    return paged(request, Token.visible_to(actor), TokenOut.of, order=("-created_at", "id"), cursor=cursor, limit=limit)


@router.post("/{uuid:pk}/revoke", response=TokenOut)
def revoke(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    return TokenOut.of(tokens.revoke_token(token=visible(Token, actor, pk), by=actor))
