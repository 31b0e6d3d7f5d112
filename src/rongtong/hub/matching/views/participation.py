"""Those who take part: their answers, their wishes, dropping out; and the operator's list of them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid
from rongtong.hub.foundation.lists import Column, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import found_by, visible

from ..domain.participation import Answer, adjust, answer, ask, withdraw
from ..enums import ParticipationState, RequestKind
from ..forms import AdjustForm, AnswerForm, time_of
from ..models import MatchmakingDay, Participation
from ..queries.days import fellows_of, own_participation, slots_of, wish_counts, with_wishes
from .days import ANSWERS, LOOKS


@require_http_methods(["GET", "POST"])
def answering(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Accept with time and limits, or decline."""
    actor = actor_of(request)
    day = visible(MatchmakingDay, actor, pk)
    mine = own_participation(day, actor)
    require_role(actor, "participation.answer", mine)
    slots = slots_of(day)
    initial = {
        "slots": [slot.position for slot in slots if slot.position not in mine.slots_away],
        "most": mine.most,
        "presents": mine.presents,
        "contact": mine.contact,
    }
    form = AnswerForm(request.POST if request.method == "POST" else None, initial=initial, slots=slots)
    if request.method == "POST" and "decline" in request.POST:
        answer(participation=mine, answer=Answer(comes=False), by=actor)
        messages.success(request, _("已答复：不参加。"))
        return HttpResponseRedirect(reverse("matching:day", args=[pk]))
    if form.is_bound and form.is_valid():
        try:
            answer(participation=mine, answer=form.answer(comes=True), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已答复：参加。可以选择想见的单位。"))
            return HttpResponseRedirect(reverse("matching:wishes", args=[pk]))
    values = {"form": form, "day": day, "mine": mine, "title": _("答复邀请"), "sentence": str(day)}
    return render(request, "matching/answer.html", values, status=422 if form.errors else 200)


@require_POST
def withdrawal(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One's own organisation drops out, or the operator takes somebody out."""
    actor = actor_of(request)
    row = visible(Participation, actor, pk, "day", "organisation")
    withdraw(participation=row, by=actor)
    messages.success(request, _("已退出；运营方会重新排期。") if not actor.operator else _("已办理退出，请重新排期。"))
    name = "matching:participants" if actor.operator else "matching:day"
    return HttpResponseRedirect(reverse(name, args=[row.day_id]))


class Wishes(ListPage):
    """The other participants, each with one's own wish; nobody else sees which."""

    name = "matchmaking-wishes"
    title = gettext_lazy("想见谁")
    sentence = gettext_lazy("标出想见和不想安排的单位。只有运营方看得到，对方不会知道。")
    noun = gettext_lazy("家单位")
    template = "matching/wishes.html"
    search = Search("name", initials="search_keys", placeholder=gettext_lazy("机构名称；支持拼音首字母"))
    sorts = (Sort("name", gettext_lazy("名称"), ("sort_key", "pk")),)
    views = ("cards",)
    saves = False

    def __init__(self, request: HttpRequest, mine: Participation) -> None:
        self.mine, self.day = mine, mine.day
        super().__init__(request)

    def rows(self) -> QuerySet[Organisation]:
        return fellows_of(self.day, self.actor)

    def find(self, rows: QuerySet[Any], q: str) -> QuerySet[Any]:
        return found_by(rows, q)

    def decorate(self, rows: list[Any]) -> list[Any]:
        return with_wishes(rows, self.day, self.actor)

    def context(self) -> dict[str, Any]:
        counts = wish_counts(self.day, self.actor)
        return {
            "day": self.day,
            "wished": counts.get(RequestKind.WISH, 0),
            "refused": counts.get(RequestKind.REFUSAL, 0),
            "may_ask": allowed(self.actor, "participation.ask", self.mine),
        }


def wishes(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    mine = own_participation(visible(MatchmakingDay, actor, pk), actor)
    return Wishes(request, mine).respond()


@require_POST
def asking(request: HttpRequest, pk: UUID, other: UUID) -> HttpResponse:
    """Wish, refuse or neither; back to where one was in the list."""
    actor = actor_of(request)
    mine = own_participation(visible(MatchmakingDay, actor, pk), actor)
    ask(participation=mine, other=other, kind=request.POST.get("kind", ""), by=actor)
    page = request.POST.get("page", "")
    query = f"?page={page}" if page.isdecimal() and len(page) < 6 else ""
    return HttpResponseRedirect(f"{reverse('matching:wishes', args=[pk])}{query}#f-{other}")


class Participants(ListPage):
    """Everybody invited, for the operator."""

    name = "matchmaking-participants"
    title = gettext_lazy("邀请名单")
    noun = gettext_lazy("家单位")
    template = "matching/participants.html"
    search = Search("organisation__name", initials="organisation__search_keys", placeholder=gettext_lazy("机构名称"))
    filters = (Multi("state", gettext_lazy("答复"), field="state", choices=ParticipationState.choices),)
    sorts = (
        Sort("name", gettext_lazy("名称"), ("organisation__sort_key", "pk")),
        Sort("answered", gettext_lazy("最近答复"), ("-answered_at", "pk")),
    )
    saves = False
    columns = (
        Column("organisation", pgettext_lazy("one", "机构"), lead=True, value=lambda row: str(row.organisation)),
        Column("size", gettext_lazy("企业规模"), value=lambda row: row.organisation.get_size_class_display()),
        Column("state", gettext_lazy("答复"), value=lambda row: row.get_state_display()),
        Column("most", gettext_lazy("最多对接场次"), kind="number", value=lambda row: row.most or row.day.most),
        Column(
            "away",
            gettext_lazy("不能到场的时段"),
            value=lambda row: "、".join(str(n + 1) for n in row.slots_away),
            meaning=gettext_lazy("时段从1数起"),
        ),
        Column("presents", gettext_lazy("到场介绍")),
        Column("contact", gettext_lazy("到场人员")),
        Column("answered_at", gettext_lazy("答复时间"), kind="datetime"),
    )

    def __init__(self, request: HttpRequest, day: MatchmakingDay) -> None:
        self.day = day
        super().__init__(request)

    def rows(self) -> QuerySet[Participation]:
        return Participation.visible_to(self.actor).filter(day=self.day).select_related("organisation", "day")

    def context(self) -> dict[str, Any]:
        slots = {slot.position: time_of(slot) for slot in slots_of(self.day)}
        names = ("invite", "plan")
        return {
            "day": self.day,
            "looks": ANSWERS,
            "day_look": LOOKS,
            "slots": slots,
            "may": {name: allowed(self.actor, f"matchmaking.{name}", self.day) for name in names},
            "may_change": "operator" in self.actor.roles and self.day.state in ("inviting", "published"),
        }


def participants(request: HttpRequest, pk: UUID) -> HttpResponse:
    return Participants(request, visible(MatchmakingDay, actor_of(request), pk)).respond()


@require_http_methods(["GET", "POST"])
def adjusting(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The operator notes that somebody comes late or wants fewer meetings."""
    actor = actor_of(request)
    row = visible(Participation, actor, pk, "day", "organisation")
    require_role(actor, "participation.adjust", row)
    slots = slots_of(row.day)
    initial = {"slots": [one.position for one in slots if one.position not in row.slots_away], "most": row.most}
    form = AdjustForm(request.POST if request.method == "POST" else None, initial=initial, slots=slots)
    if form.is_bound and form.is_valid():
        try:
            adjust(participation=row, slots_away=form.slots_away(), most=form.cleaned_data["most"], by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("已记录；已排的日程请重新排期。"))
            return HttpResponseRedirect(reverse("matching:participants", args=[row.day_id]))
    values = {"form": form, "row": row, "day": row.day, "title": _("到场时间"), "sentence": str(row.organisation)}
    return render(request, "matching/adjust.html", values, status=422 if form.errors else 200)
