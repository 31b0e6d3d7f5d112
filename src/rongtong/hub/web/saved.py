"""The lists whose searches can be kept, by the name they carry in a saved search, and the watch for news in them."""

from dataclasses import dataclass
from typing import Any

from django.http import QueryDict
from django.test import RequestFactory
from django.urls import NoReverseMatch, reverse

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.lists import ListPage
from rongtong.hub.foundation.models import SavedSearch


@dataclass(frozen=True)
class Kept:
    """A list that can be kept.

    Parameters
    ----------
    newness
        The time by which a row is new, or "" where nothing is watched.
    """

    page: type[ListPage]
    route: str
    newness: str = ""

    @property
    def title(self) -> Text:
        return self.page.title


LISTS: dict[str, Kept] = {}


def keepable(page: type[ListPage], route: str, newness: str = "") -> None:
    """Register a list. Called by ``keeping.py`` once the rooms' views are there."""
    LISTS[page.name] = Kept(page, route, newness)


def address(search: SavedSearch) -> str:
    """The path of the list as it was kept; "" where the list is no more."""
    kept = LISTS.get(search.page)
    try:
        return f"{reverse(kept.route)}?{search.query}" if kept else ""
    except NoReverseMatch:
        return ""


def news_in(search: SavedSearch, actor: Actor) -> int:
    """How many rows fit the search and are newer than its owner has seen, for the rights they have now."""
    kept = LISTS.get(search.page)
    if kept is None or not kept.newness:
        return 0
    request: Any = RequestFactory().get("/", QueryDict(search.query).dict())
    request.GET = QueryDict(search.query)
    request.actor = actor
    return int(kept.page(request).found.filter(**{f"{kept.newness}__gt": search.seen_until}).count())
