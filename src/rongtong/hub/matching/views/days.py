"""Matchmaking days: the list, one day as each reader sees it, its form, its guests, its states."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import Q, QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.lists import Dates, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain import days as verbs
from ..enums import DayState, ParticipationState, PlanState
from ..forms import DayForm, SourceForm, initial_of, time_of
from ..guests import guest_lists
from ..models import DayPlan, Listing, MatchmakingDay, Participation
from ..queries.days import Tally, slots_of, tables_of, tallies

PLANS = 5
STATES = (DayState.DRAFT, DayState.INVITING, DayState.PUBLISHED, DayState.HELD)
LOOKS = {
    DayState.DRAFT: ("", "pencil"),
    DayState.INVITING: ("open", "speakerphone"),
    DayState.PUBLISHED: ("open", "calendar-event"),
    DayState.HELD: ("ok", "flag"),
    DayState.CANCELLED: ("bad", "x"),
}
ANSWERS = {
    ParticipationState.INVITED: ("amber", "clock"),
    ParticipationState.ACCEPTED: ("ok", "check"),
    ParticipationState.DECLINED: ("", "x"),
    ParticipationState.WITHDRAWN: ("bad", "x"),
}


@dataclass(frozen=True)
class Row:
    """A day in the list."""

    day: MatchmakingDay
    tally: Tally
    mine: Participation | None

    @property
    def pk(self) -> UUID:
        return self.day.pk

    @property
    def look(self) -> tuple[str, str]:
        return LOOKS[DayState(self.day.state)]

    def __str__(self) -> str:
        return str(self.day)


class Days(ListPage):
    name = "matchmaking"
    title = gettext_lazy("对接会")
    sentence = gettext_lazy("把合适的单位两两请到一张桌上：报名、提意愿、排日程、见面、反馈。")
    noun = gettext_lazy("场对接会")
    template = "matching/days.html"
    search = Search("title", "title_en", "place", placeholder=gettext_lazy("名称、地点"))
    filters = (
        Multi("state", gettext_lazy("状态"), field="state", choices=DayState.choices),
        Dates("on", pgettext_lazy("column", "日期"), field="starts_at"),
    )
    sorts = (Sort("new", gettext_lazy("最近日期在前"), ("-starts_at", "-pk")),)
    views = ("cards",)

    def rows(self) -> QuerySet[MatchmakingDay]:
        return MatchmakingDay.visible_to(self.actor)

    def decorate(self, rows: list[Any]) -> list[Any]:
        counts = tallies(rows, self.actor)
        own = Participation.visible_to(self.actor).filter(day__in=rows, organisation_id=self.actor.firm)
        mine = {row.day_id: row for row in own}
        return [Row(row, counts[row.pk], mine.get(row.pk)) for row in rows]

    def context(self) -> dict[str, Any]:
        return {"may_create": allowed(self.actor, "matchmaking.create"), "answers": ANSWERS}


def days(request: HttpRequest) -> HttpResponse:
    return Days(request).respond()


def day(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The operator's desk of a day, or the invitation of one who was invited."""
    actor = actor_of(request)
    found = visible(MatchmakingDay, actor, pk, "organisation")
    slots = slots_of(found)
    values = {
        "day": found,
        "title": str(found),
        "sentence": found.place,
        "look": LOOKS[DayState(found.state)],
        "slots": [(slot.position, time_of(slot)) for slot in slots],
        "tally": tallies([found], actor)[found.pk],
        "tables": tables_of(found),
        "steps": _steps(found),
        "step": STATES.index(DayState(found.state)) + (found.state == DayState.HELD) if found.state in STATES else -1,
        "answers_open": found.state == DayState.INVITING and found.answers_until > timezone.now(),
        "inside": "operator.viewer" in actor.roles,
        "answers": ANSWERS,
    }
    if values["inside"]:
        values |= _inside(found, actor)
        return render(request, "matching/day_operator.html", values)
    mine = Participation.visible_to(actor).filter(day=found, organisation_id=actor.firm).get()
    values |= {"mine": mine, "may": _may(actor, mine, "participation", "answer", "ask", "withdraw")}
    return render(request, "matching/day.html", values)


def _inside(found: MatchmakingDay, actor: Actor) -> dict[str, Any]:
    plans = list(DayPlan.visible_to(actor).filter(day=found).defer("seats").order_by("-created_at", "-pk")[:PLANS])
    gone = Participation.visible_to(actor).filter(day=found, state=ParticipationState.WITHDRAWN)
    return {
        "plans": plans,
        "proposed": next((one for one in plans if one.state == PlanState.PROPOSED), None),
        "working": next((one for one in plans if one.state == PlanState.WORKING), None),
        "gone": list(gone.select_related("organisation").order_by("withdrawn_at", "pk")[:PLANS]),
        "may": _may(
            actor, found, "matchmaking", "edit", "invite", "open", "set_table", "plan", "publish", "cancel", "finish"
        ),
    }


def _may(actor: Actor, subject: Any, noun: str, *names: str) -> dict[str, bool]:
    return {name: allowed(actor, f"{noun}.{name}", subject) for name in names}


def _steps(found: MatchmakingDay) -> list[tuple[Any, str]]:
    published = formatting.short_day(found.published_at) if found.published_at else ""
    said = ["", _("至%(day)s") % {"day": formatting.short_day(found.answers_until)}, published]
    said.append(formatting.short_day(found.starts_at))
    return [(state.label, words) for state, words in zip(STATES, said, strict=True)]


# ---- The form --------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def day_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = DayForm(request.POST if request.method == "POST" else None)
    if form.is_bound and form.is_valid():
        try:
            made = verbs.create_day(values=form.values(), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已建立，下一步邀请单位。"))
            return HttpResponseRedirect(reverse("matching:day", args=[made.pk]))
    values = {"form": form, "day": None, "title": _("新建对接会")}
    return render(request, "matching/day_form.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def day_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(MatchmakingDay, actor, pk)
    require_role(actor, "matchmaking.edit", found)
    settled = found.state != DayState.DRAFT
    initial = initial_of(found, slots_of(found), tables_of(found))
    form = DayForm(request.POST if request.method == "POST" else None, initial=initial, settled=settled)
    status = 200
    if form.is_bound and form.is_valid():
        version = form.cleaned_data["version"] or 0
        try:
            verbs.edit_day(day=found, version=version, values=form.values(), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as refused:
            form.add_error(None, str(refused))
            status = 409
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("matching:day", args=[pk]))
    values = {"form": form, "day": found, "title": _("修改对接会")}
    return render(request, "matching/day_form.html", values, status=422 if form.errors and status == 200 else status)


# ---- Guests ----------------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def inviting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Whom to invite, from a list, by what they are, or by names; what is found is shown before it is done."""
    actor = actor_of(request)
    found = visible(MatchmakingDay, actor, pk)
    require_role(actor, "matchmaking.invite", found)
    sources = [(one, one.choices(actor)) for one in guest_lists()]
    data = request.POST if request.method == "POST" else None
    form = SourceForm(data, sources=sources)
    picked: list[Organisation] | None = None
    if form.is_bound and form.is_valid():
        picked, unknown = _picked(form, actor, found)
        for name in unknown[:10]:
            form.add_error("names", _("没有找到：%(name)s") % {"name": name})
        if not picked and not unknown:
            form.add_error(None, _("没有新的单位符合条件。"))
        if "confirm" in request.POST and not form.errors:
            verbs.invite(day=found, organisations=[one.pk for one in picked], by=actor)
            messages.success(request, _("已列入邀请名单：%(count)s 家。") % {"count": len(picked)})
            return HttpResponseRedirect(reverse("matching:participants", args=[pk]))
    values = {"form": form, "day": found, "picked": picked, "title": _("邀请单位")}
    return render(request, "matching/invite.html", values, status=422 if form.errors else 200)


def _picked(form: SourceForm, actor: Actor, found: MatchmakingDay) -> tuple[list[Organisation], list[str]]:
    """The organisations a form names that are not yet invited, and the names nobody has."""
    given = form.cleaned_data
    rows = Organisation.visible_to(actor).filter(state="verified").exclude(kind="operator")
    here = Participation.visible_to(actor).filter(day=found).values("organisation_id")
    wanted = Q()
    for source in form.sources:
        if given.get(f"list_{source.key}"):
            wanted |= Q(pk__in=list(source.members(actor, given[f"list_{source.key}"])))
    names = [line.strip() for line in given["names"].splitlines() if line.strip()]
    known = Q(name__in=names) | Q(short_name__in=names) | Q(name_en__in=names) | Q(identifier__in=names)
    unknown: list[str] = []
    if names:
        told = {text for row in rows.filter(known) for text in (row.name, row.short_name, row.name_en, row.identifier)}
        unknown = [name for name in names if name not in told]
        wanted |= known
    if given["kinds"] or given["sizes"]:
        by_kind = Q(kind__in=given["kinds"]) if given["kinds"] else Q()
        by_size = Q(size_class__in=given["sizes"]) if given["sizes"] else Q()
        wanted |= by_kind & by_size
    if not wanted:
        return [], unknown
    rows = rows.filter(wanted).exclude(pk__in=here)
    if given["listed"]:
        rows = rows.filter(pk__in=Listing.visible_to(actor).values("organisation_id"))
    return list(rows.order_by("sort_key", "pk")[: verbs.MOST_GUESTS]), unknown


# ---- States ----------------------------------------------------------------------------------------------------------


def _step(request: HttpRequest, pk: UUID, act: Callable[..., Any], said: str) -> HttpResponse:
    actor = actor_of(request)
    act(day=visible(MatchmakingDay, actor, pk), by=actor)
    messages.success(request, said)
    return HttpResponseRedirect(reverse("matching:day", args=[pk]))


@require_POST
def opening(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, verbs.open_day, _("邀请已发出。"))


@require_POST
def publishing(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, verbs.publish_day, _("日程已公布，参加单位已收到通知。"))


@require_POST
def cancelling(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, verbs.cancel_day, _("对接会已取消。"))


@require_POST
def finishing(request: HttpRequest, pk: UUID) -> HttpResponse:
    return _step(request, pk, verbs.finish_day, _("对接会已结束，参加单位会收到反馈提醒。"))


@require_POST
def table(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Close a table in the named slots; open it where none is named."""
    actor = actor_of(request)
    numbers = [one for one in request.POST.getlist("slot") if one.isdecimal()]
    position = request.POST.get("table", "")
    verbs.set_table(
        day=visible(MatchmakingDay, actor, pk),
        table=int(position) if position.isdecimal() and len(position) < 5 else -1,
        closed_slots={int(one) for one in numbers if len(one) < 5},
        by=actor,
    )
    messages.success(request, _("桌位已更新；已排的日程请重新排期。"))
    return HttpResponseRedirect(reverse("matching:day", args=[pk]))
