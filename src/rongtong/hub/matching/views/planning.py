"""Plans: begin one, look at it, adopt it or give it up; and the whole schedule as a list and a file."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Prefetch, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_POST

from rongtong.engines.matching.meeting_day import Changes
from rongtong.engines.matching.meeting_day import Meeting as Seat
from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.lists import Column, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain.planning import adopt, changes_of, discard
from ..enums import MeetingState, NextStep, PlanState, Usefulness
from ..forms import time_of
from ..models import DayPlan, MatchmakingDay, Meeting, MeetingFeedback
from ..queries.days import Shift, grid_of, names_in, slots_of, wishes_met, without_meeting
from ..tasks import begin_plan

LOOKS = {
    PlanState.WORKING: ("amber", "clock"),
    PlanState.PROPOSED: ("open", "pencil"),
    PlanState.ADOPTED: ("ok", "check"),
    PlanState.DISCARDED: ("", "x"),
}


@require_POST
def plan_start(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    started = begin_plan(visible(MatchmakingDay, actor, pk), actor)
    return HttpResponseRedirect(reverse("web:job", args=[started.job_id]))


def plan(request: HttpRequest, pk: UUID, plan: UUID) -> HttpResponse:
    """A plan as a grid, how good it is, and what it would change."""
    actor = actor_of(request)
    found = _find(pk, plan, actor)
    effect = changes_of(found) if found.state == PlanState.PROPOSED else Changes()
    names = names_in([*found.seats, *({"first": one.first, "second": one.second} for one in effect.dropped)], actor)
    fresh = {(one.table, one.slot) for one in effect.added if found.again}
    fresh |= {(one.table, one.slot) for _was, one in (*effect.moved, *effect.reseated)}
    grid = grid_of(found, names, fresh)
    met, wished = wishes_met(found, actor)
    values = {
        "plan": found,
        "day": found.day,
        "title": _("排期方案"),
        "sentence": str(found.day),
        "look": LOOKS[PlanState(found.state)],
        "grid": grid,
        "times": [time_of(slot) for slot in grid.slots],
        "changed": _shifts(effect, found, names) if found.again else {},
        "kept": len(effect.kept),
        "met": met,
        "wished": wished,
        "alone": without_meeting(found, actor),
        "may": {name: allowed(actor, f"day_plan.{name}", found) for name in ("adopt", "discard")},
    }
    return render(request, "matching/plan.html", values)


def _find(pk: UUID, plan: UUID, actor: Actor) -> DayPlan:
    found = visible(DayPlan, actor, plan, "day")
    if found.day_id != pk or found.state == PlanState.WORKING:
        raise NotVisible
    return found


def _shifts(effect: Changes, found: DayPlan, names: dict[str, Organisation]) -> dict[str, list[Shift]]:
    times = {slot.position: time_of(slot) for slot in slots_of(found.day)}

    def at(one: Seat) -> str:
        return _("%(time)s %(table)s号桌") % {"time": times[one.slot], "table": one.table + 1}

    def shift(was: Seat | None, now: Seat | None) -> Shift:
        one: Any = now or was
        return Shift(names[one.key[0]], names[one.key[1]], at(was) if was else "", at(now) if now else "")

    return {
        "moved": [shift(*each) for each in (*effect.moved, *effect.reseated)],
        "dropped": [shift(each, None) for each in effect.dropped],
        "added": [shift(None, each) for each in effect.added],
    }


def _decide(request: HttpRequest, pk: UUID, plan: UUID, act: Callable[..., Any], said: str) -> HttpResponse:
    actor = actor_of(request)
    act(plan=_find(pk, plan, actor), by=actor)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("matching:day", args=[pk]))


@require_POST
def plan_adopt(request: HttpRequest, pk: UUID, plan: UUID) -> HttpResponse:
    return _decide(request, pk, plan, adopt, _("已采用这份方案。"))


@require_POST
def plan_discard(request: HttpRequest, pk: UUID, plan: UUID) -> HttpResponse:
    return _decide(request, pk, plan, discard, _("已放弃这份方案。"))


def said_of(row: Any, organisation_id: UUID) -> str:
    """What one side said of a meeting whose feedback was read along, in one line."""
    one = next((each for each in row.heard if each.organisation_id == organisation_id), None)
    if one is None:
        return ""
    step = one.get_next_step_display() if one.next_step != NextStep.NONE else ""
    return formatting.clauses(part for part in (one.get_useful_display(), step, one.note) if part)


class Schedule(ListPage):
    """Every meeting of a day, for the operator, with what both sides said of it."""

    name = "matchmaking-schedule"
    title = gettext_lazy("日程总表")
    noun = gettext_lazy("场对接")
    template = "matching/schedule.html"
    search = Search("first__name", "second__name", placeholder=gettext_lazy("机构名称"))
    filters = (
        Multi("state", gettext_lazy("状态"), field="state", choices=MeetingState.choices),
        Multi("useful", gettext_lazy("反馈"), field="feedback__useful", choices=Usefulness.choices),
    )
    sorts = (Sort("time", pgettext_lazy("column", "时间"), ("slot__position", "table__position", "pk")),)
    views = ("table", "cards")
    saves = False
    columns = (
        Column("starts_at", gettext_lazy("开始"), kind="datetime", value=lambda row: row.slot.starts_at),
        Column("table", gettext_lazy("桌号"), kind="number", value=lambda row: row.table and row.table.position + 1),
        Column("first", gettext_lazy("一方"), lead=True, value=lambda row: str(row.first)),
        Column("second", gettext_lazy("另一方"), value=lambda row: str(row.second)),
        Column("state", gettext_lazy("状态"), value=lambda row: row.get_state_display()),
        Column("points", gettext_lazy("分值"), kind="number", meaning=gettext_lazy("双方匹配分合并，加上意愿的分")),
        Column("first_said", gettext_lazy("一方反馈"), value=lambda row: said_of(row, row.first_id)),
        Column("second_said", gettext_lazy("另一方反馈"), value=lambda row: said_of(row, row.second_id)),
    )

    def __init__(self, request: HttpRequest, day: MatchmakingDay) -> None:
        self.day = day
        super().__init__(request)

    def rows(self) -> QuerySet[Meeting]:
        rows = Meeting.visible_to(self.actor).filter(day=self.day)
        heard = Prefetch("feedback", MeetingFeedback.visible_to(self.actor), to_attr="heard")
        return rows.select_related("first", "second", "slot", "table").prefetch_related(heard).distinct()

    def context(self) -> dict[str, Any]:
        return {"day": self.day, "said_of": said_of}


def schedule(request: HttpRequest, pk: UUID) -> HttpResponse:
    return Schedule(request, visible(MatchmakingDay, actor_of(request), pk)).respond()
