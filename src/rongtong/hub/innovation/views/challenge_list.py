"""Lists of challenges: the catalogue, one's own, and what waits for screening."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from functools import cached_property
from typing import Any

from django.db.models import Case, F, Q, QuerySet, Value, When
from django.http import HttpRequest, HttpResponse, QueryDict
from django.urls import reverse
from django.utils.html import format_html
from django.utils.safestring import SafeString
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation import formatting, sheets
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.filters import Multi, Option, Read, counts_by, identifiers
from rongtong.hub.foundation.listing import Count
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Range, Search, Sort
from rongtong.hub.foundation.templating import icon
from rongtong.hub.organisations.reference import Register, industries, regions

from ..enums import PUBLISHED, ChallengeState
from ..exports.challenges import COLUMNS, need_rows
from ..models import Challenge, Round
from ..queries import challenges as reads
from ..queries.acting import own_id
from ..queries.challenges import may_lead_by_size
from ..queries.disclosure import DisclosedChallenge, Hidden, disclosed_many, with_parts
from .challenges import STATE_LOOK

MOST_EXPORTED = 5000
OPEN_STAGES = [(state.value, state.label) for state in PUBLISHED]
OWN_STATES = [(state.value, state.label) for state in ChallengeState]
WAITING = (ChallengeState.SUBMITTED, ChallengeState.SCREENED, ChallengeState.RETURNED)


@dataclass(frozen=True)
class Codes(Multi):
    """Codes of a register that occur among the rows, the frequent ones first. One query."""

    register: Register | None = None

    def _known(self) -> Register:
        assert self.register is not None, "a filter of codes names its register"
        return self.register

    def read(self, params: QueryDict, actor: Actor) -> Read:
        given = [value for value in dict.fromkeys(params.getlist(self.name)) if value]
        chosen = tuple(value for value in given if value in self._known())
        return chosen or None, [f"{self.name}={value}"[:60] for value in given if value not in chosen]

    def parts(self, value: Sequence[str], actor: Actor) -> list[tuple[str, Any]]:
        return [(self._known().name(one), tuple(other for other in value if other != one) or None) for one in value]

    def options(self, rows: QuerySet[Any], value: Sequence[str] | None, actor: Actor) -> list[Option]:
        chosen = value or ()
        counts = {code: count for code, count in counts_by(rows, self.field).items() if code}
        order = sorted({*counts, *chosen}, key=lambda code: (-counts.get(code, Count(0)).value, code))
        return [Option(code, self._known().name(code), code in chosen, counts.get(code, Count(0))) for code in order]


@dataclass(frozen=True)
class OpenBudget(Range):
    """Compares budgets only where the reader may read them: otherwise it could be asked for a hidden one."""

    def condition(self, value: Any, actor: Actor) -> Q:
        return super().condition(value, actor) & reads.open_group("budget", actor)


def _shown_name(row: DisclosedChallenge) -> str:
    return gettext("匿名发榜") if isinstance(row.publisher, Hidden) else row.publisher.short


def _shown_budget(row: DisclosedChallenge) -> str:
    return "" if isinstance(row.budget, Hidden) else formatting.money_range(row.budget.low, row.budget.high)


class ChallengeRows(ListPage):
    """What all lists of challenges share: rows are drawn and exported as this reader may see them."""

    noun = _("项")
    search = Search("title", placeholder=_("标题、编号、指标、发榜方；支持拼音首字母"))

    def find(self, rows: QuerySet[Any], q: str) -> QuerySet[Any]:
        return reads.found_by(rows, q, self.actor)

    def decorate(self, rows: list[Any]) -> list[Any]:
        return disclosed_many(rows, self.actor)

    def arranged(self, rows: QuerySet[Challenge]) -> QuerySet[Challenge]:
        closed = Case(When(state=ChallengeState.OPEN, then=Value(0)), default=Value(1))
        return with_parts(reads.with_shown_budget(rows.annotate(closed=closed), self.actor), self.actor)

    def export(self, format: str) -> HttpResponse:
        shown = disclosed_many(self.found[:MOST_EXPORTED], self.actor)
        return sheets.export(COLUMNS, need_rows(shown), self.name, format)

    def cell(self, row: Any, column: Column) -> Any:
        if column.key == "title":
            return format_html('<a href="{}">{}</a>', reverse("innovation:challenge", args=[row.pk]), row.title)
        if column.key == "budget" and isinstance(row.budget, Hidden):
            return self._closed(row.budget)
        if column.key == "key_target" and isinstance(row.targets, Hidden):
            return self._closed(row.targets)
        if column.key == "state":
            kind, sign = STATE_LOOK[ChallengeState(row.state)]
            look = f"rt-state rt-nowrap rt-state-{kind}" if kind else "rt-state rt-nowrap"
            return format_html('<span class="{}">{}{}</span>', look, icon(sign), row.state_label)
        return super().cell(row, column)

    def _closed(self, hidden: Hidden) -> SafeString:
        return format_html('<span class="rt-quiet" title="{}">{}</span>', hidden.why, gettext("未披露"))


class Challenges(ChallengeRows):
    """The catalogue: what is published, to whoever asks."""

    name = "challenges"
    title = _("榜单")
    sentence = _("大企业发布的技术创新需求。每项都写明指标、预算与截止时间，符合条件的中小企业均可揭榜。")
    template = "innovation/challenges.html"
    filters = (
        Multi("stage", _("阶段"), field="state", choices=OPEN_STAGES),
        Codes("industry", _("行业"), field="industry", register=industries),
        Codes("region", _("地区"), field="region", register=regions),
        OpenBudget("budget", _("预算"), low="budget_min", high="budget_max", unit=_("万元"), scale=10_000),
        Flag("lead", _("我能牵头揭榜"), where=reads.leadable, visible=lambda actor: actor.is_member, counted=False),
        Flag("invited", _("已邀请我"), where=reads.invited, visible=lambda actor: actor.is_member, counted=False),
        Flag("watched", _("我收藏的"), where=reads.watched, visible=lambda actor: not actor.is_visitor, counted=False),
    )
    sorts = (
        Sort("deadline", _("截止时间"), ("closed", "deadline", "pk")),
        Sort("new", _("最新发布"), ("-published_at", "-pk")),
        Sort("budget", _("预算从高到低"), (F("shown_budget").desc(nulls_last=True), "pk")),
    )
    columns = (
        Column("number", _("编号"), kind="code"),
        Column("title", _("需求"), lead=True),
        Column("publisher", _("发榜方"), value=_shown_name),
        Column("industry", _("行业"), value=lambda row: industries.name(row.industry)),
        Column("key_target", _("关键指标"), value=lambda row: str(row.key_target or "")),
        Column("budget", _("预算"), value=_shown_budget, sort="budget"),
        Column("deadline", _("截止"), kind="date", sort="deadline"),
        Column("state", _("状态"), value=lambda row: row.state_label),
    )
    extra = ("round",)

    def rows(self) -> QuerySet[Challenge]:
        rows = reads.published(self.actor)
        if self.request.GET.get("round"):
            rows = rows.filter(round=self.round) if self.round else rows.none()
        return self.arranged(rows)

    @cached_property
    def round(self) -> Round | None:
        """The round whose catalogue is asked for."""
        chosen = identifiers([self.request.GET.get("round", "")])
        return Round.visible_to(self.actor).filter(pk=chosen[0]).first() if chosen else None

    def context(self) -> dict[str, Any]:
        asked = bool(self.request.GET.get("round"))
        return {"asked_round": self.round or gettext("没有这个批次") if asked else None}


class OwnChallenges(ChallengeRows):
    """What one's own organisation has written, in every state."""

    name = "own_challenges"
    title = _("本单位的需求")
    sentence = _("草稿、待审核、已发布的需求都在这里。")
    template = "innovation/own_challenges.html"
    filters = (Multi("state", _("状态"), field="state", choices=OWN_STATES),)
    sorts = (
        Sort("changed", _("最近修改"), ("-changed_at", "-pk")),
        Sort("deadline", _("截止时间"), ("closed", F("deadline").asc(nulls_last=True), "pk")),
    )
    columns = Challenges.columns

    def rows(self) -> QuerySet[Challenge]:
        return self.arranged(Challenge.visible_to(self.actor).filter(organisation_id=own_id(self.actor)))

    @cached_property
    def publishes(self) -> bool:
        """Whether the own organisation may publish: large enterprises do, and the operator writes for them."""
        return self.actor.operator or not may_lead_by_size(self.actor)


class Screening(ChallengeRows):
    """What was handed in and is not published, for the operator."""

    name = "screening"
    title = _("需求审核")
    sentence = _("逐项核对问题、指标与联系人：通过的随批次发布，不清楚的写明意见退回。")
    template = "innovation/screening.html"
    filters = (
        Multi("state", _("状态"), field="state", choices=[(one.value, one.label) for one in WAITING]),
        Codes("industry", _("行业"), field="industry", register=industries),
    )
    sorts = (Sort("submitted", _("提交先后"), ("submitted_at", "pk")),)
    columns = Challenges.columns

    def rows(self) -> QuerySet[Challenge]:
        return self.arranged(Challenge.visible_to(self.actor).filter(state__in=WAITING))


def challenges(request: HttpRequest) -> HttpResponse:
    return Challenges(request).respond()


def own_challenges(request: HttpRequest) -> HttpResponse:
    return OwnChallenges(request).respond()


def screening(request: HttpRequest) -> HttpResponse:
    return Screening(request).respond()
