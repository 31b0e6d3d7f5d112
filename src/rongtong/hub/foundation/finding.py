"""Search over everything: every room says how its own things are found and drawn.

A room writes ``finding.py``::

    findable(Source("organisations", _("机构"), rows=lambda actor, q: …, hit=lambda row: Hit(…), more=lambda q: …))

Rows come from ``visible_to``: what a reader may not see is neither found nor counted.
"""

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.db.models import QuerySet

from .actors import Actor
from .errors import Text
from .listing import Count, count_capped

FEW = 5


@dataclass(frozen=True)
class Hit:
    title: Text
    link: str
    line: Text = ""
    code: str = ""


@dataclass(frozen=True)
class Source:
    """One kind of thing that can be found.

    Parameters
    ----------
    rows
        The visible rows that a word fits, best first.
    more
        The address of the whole list for the word.
    """

    key: str
    label: Text
    rows: Callable[[Actor, str], QuerySet[Any]]
    hit: Callable[[Any], Hit]
    more: Callable[[str], str]
    order: int = 50


@dataclass(frozen=True)
class Found:
    source: Source
    hits: list[Hit]
    count: Count

    @property
    def has_more(self) -> bool:
        return len(self.hits) >= FEW


_sources: dict[str, Source] = {}


def findable(source: Source) -> None:
    """Register a kind of thing."""
    _sources[source.key] = source


def find(actor: Actor, q: str) -> list[Found]:
    """The first few of each kind that the word fits. Two queries a kind."""
    if not q:
        return []
    found = []
    for source in sorted(_sources.values(), key=lambda one: one.order):
        rows = source.rows(actor, q)
        hits = [source.hit(row) for row in rows[:FEW]]
        if hits:
            found.append(Found(source, hits, count_capped(rows)))
    return found
