"""Saved searches through the API: kept, told of news or not, deleted."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status
from pydantic import Field

from rongtong.hub.foundation.api import In, Out, Page, actor_of, needs, paged, tagged
from rongtong.hub.foundation.models import SavedSearch
from rongtong.hub.organisations.queries import visible

from ..domain.searches import forget_search, save_search
from ..saved import address

PATH, NOUN = "/searches", "search"
router = Router(tags=["searches"])


class SearchIn(In):
    """A list by its name (``challenges``, ``capabilities``, …) and its state as the address bar holds it."""

    page: Annotated[str, Field(max_length=80)]
    name: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
    query: Annotated[str, Field(max_length=2000, pattern=r"^[^\x00]*$")] = ""
    notify: bool = False


class SearchOut(Out):
    id: UUID
    page: str
    name: str
    query: str
    notify: bool
    link: str
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: SavedSearch) -> SearchOut:
        return cls(
            id=row.pk,
            page=row.page,
            name=row.name,
            query=row.query,
            notify=row.notify,
            link=address(row),
            version=row.version,
            created_at=row.created_at,
        )


@router.get("", response=Page[SearchOut])
def list_searches(request: HttpRequest, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "account")
    rows = SavedSearch.visible_to(actor)
    return paged(request, rows, SearchOut.of, order=("page", "name", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: SearchOut})
def save(request: HttpRequest, payload: SearchIn, response: HttpResponse) -> Any:
    """Keep a search. The same list and name again replaces it: so its news are switched on and off."""
    actor = actor_of(request)
    needs(actor, "account")
    saved = save_search(page=payload.page, name=payload.name, query=payload.query, notify=payload.notify, by=actor)
    tagged(response, saved, actor)
    return Status(201, SearchOut.of(saved))


@router.get("/{uuid:pk}", response=SearchOut)
def read(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    row = visible(SavedSearch, actor, pk)
    tagged(response, row, actor)
    return SearchOut.of(row)


@router.delete("/{uuid:pk}", response={204: None})
def forget(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    forget_search(search=visible(SavedSearch, actor, pk), by=actor)
    return Status(204, None)
