"""The List archetype: the address bar holds the whole state, and every page that lists things works the same way.

A room declares a list and calls it from a view::

    class Challenges(ListPage):
        name = "challenges"
        title = _("榜单")
        sentence = _("大企业发布的技术创新需求。")
        template = "innovation/challenges.html"
        search = Search("title", "number", initials="title_initials", placeholder=_("标题、编号、发榜方"))
        filters = (
            Multi("stage", _("阶段"), field="state", choices=State.choices),
            Range("budget", _("预算"), low="budget_min", high="budget_max", unit=_("万元"), scale=10_000),
        )
        sorts = (Sort("closing", _("截止时间"), "closes_at"), Sort("new", _("最新发布"), "-published_at"))
        columns = (Column("number", _("编号")), Column("title", _("需求"), lead=True))

        def rows(self) -> QuerySet[Challenge]:
            return Challenge.visible_to(self.actor).select_related("publisher")

    def challenges(request): return Challenges(request).respond()

Only declared fields can be filtered or sorted by. What the address says and the list does not understand is left out
and told to the reader. Counts stop at a thousand and count only what the reader may see.
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import cached_property
from importlib import import_module
from typing import Any, ClassVar
from urllib.parse import urlencode

from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from .actors import VISITOR, Actor
from .errors import Refusal, Text
from .filters import Chip, Choice, Dates, Filter, Flag, Multi, Option, Range, Search
from .formatting import number, places
from .listing import MOST, Bulk, Column, Count, Sort, View, count_capped, draw_cell, is_number
from .models import SavedSearch
from .templating import url_or_none

__all__ = [
    "Bulk",
    "Chip",
    "Choice",
    "Column",
    "Count",
    "Dates",
    "Filter",
    "Flag",
    "ListPage",
    "Multi",
    "Option",
    "Range",
    "Search",
    "Sort",
    "View",
]  # fmt: skip

SIZES = (20, 50, 100)
#: Deeper pages cost the database more than they help anybody: filter or export instead.
DEEPEST = 10_000
#: A file with more rows is of no use to a person, and ties up a process.
MOST_EXPORTED = 50_000
REMEMBER = 365 * 24 * 3600
#: The route that keeps a search; it takes page, name, query, notify, next by POST.
SAVE_ROUTE = "web:save_search"
RESERVED = frozenset({"q", "sort", "view", "size", "page", "export"})


class ListPage:
    """One list. Subclass it, declare what it offers, give the rows."""

    name: ClassVar[str]
    title: ClassVar[Text]
    sentence: ClassVar[Text] = ""
    noun: ClassVar[Text] = _("项")
    template: ClassVar[str] = "archetypes/list.html"
    search: ClassVar[Search | None] = None
    filters: ClassVar[Sequence[Filter]] = ()
    sorts: ClassVar[Sequence[Sort]] = ()
    columns: ClassVar[Sequence[Column]] = ()
    views: ClassVar[Sequence[str]] = ("cards", "table")
    bulk: ClassVar[Sequence[Bulk]] = ()
    exports: ClassVar[Sequence[str]] = ("xlsx", "csv")
    saves: ClassVar[bool] = True
    #: Further parameters the view reads itself; the list keeps them in every address.
    extra: ClassVar[Sequence[str]] = ()

    def __init__(self, request: HttpRequest) -> None:
        self.request = request
        self.actor: Actor = getattr(request, "actor", VISITOR)
        self.ignored: list[str] = []
        self.values = self._read_filters()
        self.q = self._read_search()
        self.sort = self._read_sort()
        self.view = self._read_choice("view", self.views, self.views[0] if self.views else "cards")
        self.size = int(self._read_choice("size", [str(n) for n in SIZES], str(SIZES[0])))
        self.number = self._read_page()
        self._refuse_unknown()

    # ---- what a room gives -----------------------------------------------------------------------------------

    def rows(self) -> QuerySet[Any]:
        """Return every row the reader may see: ``Model.visible_to(self.actor)``."""
        raise NotImplementedError

    def find(self, rows: QuerySet[Any], q: str) -> QuerySet[Any]:
        """Narrow the rows to what was searched; override for a search index."""
        return rows.filter(self.search.condition(q)) if self.search else rows

    def decorate(self, rows: list[Any]) -> list[Any]:
        """Change the rows of one page before they are drawn, in a fixed number of queries."""
        return rows

    def context(self) -> dict[str, Any]:
        """Return what the room's template needs besides ``page``."""
        return {}

    # ---- reading the address ---------------------------------------------------------------------------------

    def _read_filters(self) -> dict[str, Any]:
        values = {}
        for one in self.offered:
            value, faults = one.read(self.request.GET, self.actor)
            self.ignored += faults
            if value is not None:
                values[one.name] = value
        return values

    def _read_search(self) -> str:
        q = self.request.GET.get("q", "").replace("\x00", "").strip()
        return q[: self.search.longest] if self.search else ""

    def _read_sort(self) -> Sort | None:
        name = self.request.GET.get("sort", "")
        known = {sort.name: sort for sort in self.sorts if sort.when is None or sort.when(self.actor)}
        if name and name not in known:
            self._ignore("sort", name)
        return known.get(name) or next(iter(known.values()), None)

    def _read_choice(self, key: str, known: Sequence[str], default: str) -> str:
        given = self.request.GET.get(key)
        if given is not None and given not in known:
            self._ignore(key, given)
            given = None
        remembered = self.request.COOKIES.get(f"rt_{key}_{self.name}", "")
        return given or (remembered if remembered in known else default)

    def _read_page(self) -> int:
        given = self.request.GET.get("page", "1")
        page = int(given) if given.isascii() and given.isdigit() and len(given) < 7 else 0
        if page < 1 or (page - 1) * self.size >= DEEPEST:
            self._ignore("page", given)
            return 1
        return page

    def _refuse_unknown(self) -> None:
        known = RESERVED | set(self.extra) | {key for one in self.offered for key in one.keys}
        for key in self.request.GET:
            if key not in known:
                self._ignore(key, self.request.GET[key])

    def _ignore(self, key: str, value: str) -> None:
        self.ignored.append(f"{key}={value}"[:60])

    # ---- rows and counts -------------------------------------------------------------------------------------

    @cached_property
    def offered(self) -> list[Filter]:
        """The filters this reader may use."""
        return [one for one in self.filters if one.when is None or one.when(self.actor)]

    def matching(self, without: str = "") -> QuerySet[Any]:
        """Return the rows that fit the search and every filter, but the one named ``without``."""
        rows = self._searched
        condition = Q()
        for one in self.offered:
            if one.name in self.values and one.name != without:
                condition &= one.condition(self.values[one.name], self.actor)
        return rows.filter(condition) if condition else rows

    @cached_property
    def _searched(self) -> QuerySet[Any]:
        """The rows that fit the search; facets go on from here: building such a query costs more than asking it."""
        rows = self.rows()
        return self.find(rows, self.q) if self.q else rows

    @cached_property
    def found(self) -> QuerySet[Any]:
        """All matching rows in their order; what an export takes."""
        rows = self.matching()
        return rows.order_by(*self.sort.order) if self.sort else rows

    @cached_property
    def window(self) -> list[Any]:
        """The rows of this page and one more, which tells whether there is a next page."""
        start = (self.number - 1) * self.size
        return list(self.found[start : start + self.size + 1])

    @cached_property
    def items(self) -> list[Any]:
        return self.decorate(self.window[: self.size])

    @cached_property
    def total(self) -> Count:
        """How many rows match, counted up to a thousand."""
        start = (self.number - 1) * self.size
        if len(self.window) <= self.size and (self.window or self.number == 1) and start <= MOST:
            return Count(start + len(self.window))  # the last page knows its end
        return count_capped(self.matching())

    @property
    def first(self) -> int:
        return (self.number - 1) * self.size + 1

    @property
    def last(self) -> int:
        return self.first + len(self.items) - 1

    @property
    def has_next(self) -> bool:
        return len(self.window) > self.size and self.number * self.size < DEEPEST

    @property
    def is_narrowed(self) -> bool:
        return bool(self.q or self.values)

    def options(self, one: Filter) -> list[Option]:
        """Return a filter's options with counts of what the other filters leave."""
        return one.options(self.matching(without=one.name), self.values.get(one.name), self.actor)

    # ---- addresses -------------------------------------------------------------------------------------------

    def state(self) -> list[tuple[str, str]]:
        """Return the whole state as parameters; reading them again gives the same state."""
        pairs = [("q", self.q)] if self.q else []
        for one in self.offered:
            if one.name in self.values:
                pairs += one.write(self.values[one.name])
        if self.sort and self.sorts and self.sort.name != self.sorts[0].name:
            pairs.append(("sort", self.sort.name))
        if self.request.GET.get("view") == self.view:
            pairs.append(("view", self.view))
        if self.request.GET.get("size") == str(self.size):
            pairs.append(("size", str(self.size)))
        pairs += [(key, value) for key in self.extra for value in self.request.GET.getlist(key)]
        if self.number > 1:
            pairs.append(("page", str(self.number)))
        return pairs

    def url(self, drop: Sequence[str] = (), **changes: object) -> str:
        """Return this list's address with some parameters changed; any change goes back to page one."""
        gone = {*drop, *changes, *(() if "page" in changes else ("page",))}
        pairs = [(key, value) for key, value in self.state() if key not in gone]
        pairs += [(key, str(value)) for key, value in changes.items() if value not in (None, "")]
        query = urlencode(pairs)
        return f"{self.request.path}?{query}" if query else self.request.path

    @property
    def next_url(self) -> str:
        return self.url(page=self.number + 1) if self.has_next else ""

    @property
    def previous_url(self) -> str:
        return self.url(page=self.number - 1 if self.number > 2 else None) if self.number > 1 else ""

    @property
    def clear_url(self) -> str:
        return self.url(drop=["q", *(key for one in self.offered for key in one.keys)])

    @property
    def query(self) -> str:
        """What a saved search keeps: the state without page, view and size."""
        return urlencode([pair for pair in self.state() if pair[0] not in ("page", "view", "size")])

    @cached_property
    def chips(self) -> list[Chip]:
        """The active conditions, each with the address that takes it away."""
        chips = [Chip(gettext("搜索"), self.q, self.url(drop=["q"]))] if self.q else []
        for one in self.offered:
            if one.name not in self.values:
                continue
            for text, rest in one.parts(self.values[one.name], self.actor):
                bare = self.url(drop=one.keys)
                query = urlencode(one.write(rest)) if rest is not None else ""
                href = f"{bare}{'&' if '?' in bare else '?'}{query}" if query else bare
                chips.append(Chip("" if one.speaks_for_itself else one.label, text, href))
        return chips

    @property
    def sort_links(self) -> list[View]:
        return [
            View(sort.name, sort.label, self.url(sort=sort.name), sort is self.sort)
            for sort in self.sorts
            if sort.when is None or sort.when(self.actor)
        ]

    @property
    def view_links(self) -> list[View]:
        labels = {"cards": (_("卡片"), "layout-list"), "table": (_("表格"), "table")}
        return [
            View(name, labels[name][0], self.url(view=name), name == self.view, labels[name][1]) for name in self.views
        ]

    def column_sort(self, column: Column) -> View | None:
        """Return the sort that a column's head offers, if one is declared for it."""
        return next((link for link in self.sort_links if link.name == column.sort), None)

    @cached_property
    def verbs(self) -> list[Bulk]:
        """The verbs on several rows that this reader is offered."""
        return [one for one in self.bulk if one.when is None or one.when(self.actor)]

    @cached_property
    def saved(self) -> list[SavedSearch]:
        """This person's saved searches of this list."""
        if not self.saves or self.actor.is_visitor:
            return []
        return list(SavedSearch.visible_to(self.actor).filter(page=self.name).order_by("name")[:20])

    @property
    def save_url(self) -> str:
        """Where a search is saved; empty where this list or hub has no saved searches."""
        return (url_or_none(SAVE_ROUTE) or "") if self.saves else ""

    def cell(self, row: Any, column: Column) -> Any:
        """Return what a cell of the table shows; a room overrides it for links and marks."""
        return draw_cell(column, column.of(row), self.digits(column))

    def digits(self, column: Column) -> int | None:
        """How many digits after the point every number of this column has on this page."""
        if column.kind != "number":
            return None
        if column.key not in self._digits:
            self._digits[column.key] = places(value for row in self.items if is_number(value := column.of(row)))
        return self._digits[column.key]

    @cached_property
    def _digits(self) -> dict[str, int]:
        return {}

    # ---- answering -------------------------------------------------------------------------------------------

    def respond(self, **context: Any) -> HttpResponse:
        """Answer with the page, or with the file when the address asks for an export."""
        wanted = self.request.GET.get("export", "")
        if wanted in self.exports and self.columns:
            return self.export(wanted)
        if wanted:
            self._ignore("export", wanted)
        values = {"page": self, "title": self.title, "sentence": self.sentence} | self.context() | context
        response = render(self.request, self.template, values)
        self._remember(response)
        return response

    def export(self, format: str) -> HttpResponse:
        """Answer with everything that matches, as a file; the same rows as the page."""
        if self.found[MOST_EXPORTED : MOST_EXPORTED + 1].exists():
            raise Refusal(
                "export.too_many",
                what=_("没有导出：内容太多。"),
                why=gettext("一个文件最多 %(most)s 行。") % {"most": number(MOST_EXPORTED)},
                cure=_("加上筛选条件，分几次导出。"),
            )
        sheets = import_module("rongtong.hub.foundation.sheets")
        columns = [column for column in self.columns if column.exported]
        answer: HttpResponse = sheets.export(columns, self.found, self.name, format)
        return answer

    def _remember(self, response: HttpResponse) -> None:
        for key in ("view", "size"):
            if key in self.request.GET and self.request.GET[key] == str(getattr(self, key)):
                response.set_cookie(
                    f"rt_{key}_{self.name}",
                    self.request.GET[key],
                    max_age=REMEMBER,
                    httponly=True,
                    samesite="Lax",
                    secure=self.request.is_secure(),
                )
