"""Rounds: the list, one round with its catalogue, its form, its next stage."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.contrib import messages
from django.db.models import QuerySet
from django.http import HttpRequest, HttpResponse, HttpResponseRedirect
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST

from rongtong.hub.foundation import audit, formatting
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, Stale
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.forms import differences
from rongtong.hub.foundation.lists import ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed, require
from rongtong.hub.organisations.queries import visible
from rongtong.hub.organisations.size_class import SizeClass

from ..domain.rounds import STAGES, advance_round, create_round, edit_round, next_stage, values_of
from ..enums import ChallengeState, Stage
from ..forms.rounds import RoundForm
from ..models import Round
from ..models.round import smes
from ..queries.challenges import published
from ..queries.disclosure import disclosed_many, with_parts
from ..queries.rounds import Tally, tallies
from .activity import spoken
from .challenges import STATE_LOOK

SHOWN = 10
STAGE_LOOK = {
    Stage.COLLECT: ("", "inbox"),
    Stage.PUBLISH: ("", "speakerphone"),
    Stage.RESPOND: ("open", "speakerphone"),
    Stage.SELECT: ("amber", "scale"),
    Stage.CONCLUDE: ("ok", "flag"),
}


@dataclass(frozen=True)
class Row:
    """A round with its tally."""

    round: Round
    tally: Tally

    @property
    def pk(self) -> UUID:
        return self.round.pk

    @property
    def look(self) -> tuple[str, str]:
        return STAGE_LOOK[Stage(self.round.state)]

    def __str__(self) -> str:
        return str(self.round)


class Rounds(ListPage):
    name = "rounds"
    title = gettext_lazy("批次")
    sentence = gettext_lazy("每个批次依次经过征集、发榜、揭榜、遴选、结榜。")
    noun = gettext_lazy("个批次")
    template = "innovation/rounds.html"
    search = Search("title", "title_en", placeholder=gettext_lazy("批次名称"))
    filters = (Multi("stage", gettext_lazy("阶段"), field="state", choices=Stage.choices),)
    sorts = (Sort("new", gettext_lazy("最新发榜"), ("-publish_at", "-pk")),)
    views = ("cards",)

    def rows(self) -> QuerySet[Round]:
        return Round.visible_to(self.actor)

    def decorate(self, rows: list[Any]) -> list[Any]:
        counts = tallies(rows, self.actor)
        return [Row(row, counts[row.pk]) for row in rows]

    def context(self) -> dict[str, Any]:
        return {"may_create": allowed(self.actor, "round.create")}


def rounds(request: HttpRequest) -> HttpResponse:
    return Rounds(request).respond()


def round(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(Round, actor, pk, "organisation")
    catalogue = with_parts(published(actor).filter(round=found), actor).order_by("number")[:SHOWN]
    entries = audit.feed(found, actor, limit=SHOWN)
    following = next_stage(found.state)
    tally = tallies([found], actor)[found.pk]
    values = {
        "round": found,
        "actor": actor,
        "look": STAGE_LOOK[Stage(found.state)],
        "tally": tally,
        "leaders": _("、").join(str(SizeClass(code).label) for code in found.leader_size_classes),
        "catalogue": disclosed_many(catalogue, actor),
        "looks": STATE_LOOK,
        "states": [(ChallengeState(state).label, number) for state, number in sorted(tally.by_state.items())],
        "steps": stage_steps(found),
        "step": STAGES.index(Stage(found.state)) + (found.state == Stage.CONCLUDE),
        "next": following,
        "ask": _ask(found, following, tally) if following else "",
        "may": {name: allowed(actor, f"round.{name}", found) for name in ("edit", "advance")},
        "may_write": found.state == Stage.COLLECT and "member.contributor" in actor.roles and not actor.operator,
        "inside": "operator.viewer" in actor.roles,
        "entries": [
            {"at": one.at, "text": text, "by": one.name if "operator.viewer" in actor.roles else ""}
            for one in entries
            if (text := spoken(one.verb)) is not None
        ],
        "title": str(found),
        "sentence": _("发榜批次，现处于%(stage)s阶段") % {"stage": found.get_state_display()},
    }
    return render(request, "innovation/round.html", values)


def stage_steps(found: Round) -> list[tuple[Any, str]]:
    """征集 → 发榜 → 揭榜 → 遴选 → 结榜, each with its date."""
    ends = (found.collect_until, found.publish_at, found.respond_until, found.select_until, found.conclude_on)
    until = _("至%(moment)s")
    days = [formatting.short_day(end) for end in ends]
    words = [until % {"moment": days[0]}, days[1], until % {"moment": days[2]}, until % {"moment": days[3]}, days[4]]
    return [(stage.label, said) for stage, said in zip(STAGES, words, strict=True)]


def _ask(found: Round, following: Stage, tally: Tally) -> str:
    """What moving on will do, before it is done: it cannot be taken back."""
    if following in (Stage.PUBLISH, Stage.RESPOND):
        return _("进入%(stage)s阶段后不能退回。将发布 %(count)s 项已通过审核的需求，并编号公布。") % {
            "stage": following.label,
            "count": tally.of(ChallengeState.SCREENED),
        }
    if following == Stage.SELECT:
        return _("进入遴选阶段后不能退回。将有 %(count)s 项榜单停止揭榜。") % {"count": tally.of(ChallengeState.OPEN)}
    return _("结榜后不能退回。没有收到揭榜的榜单将一并结榜。")


@require_http_methods(["GET", "POST"])
def round_new(request: HttpRequest) -> HttpResponse:
    actor = actor_of(request)
    form = RoundForm(request.POST if request.method == "POST" else None, initial={"leader_size_classes": smes()})
    if form.is_bound and form.is_valid():
        try:
            made = create_round(values=form.values(), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("批次已发布公告，开始征集。"))
            return HttpResponseRedirect(reverse("innovation:round", args=[made.pk]))
    values: dict[str, Any] = {"form": form, "round": None, "title": _("新建批次"), "differences": []}
    return render(request, "innovation/round_form.html", values, status=422 if form.errors else 200)


@require_http_methods(["GET", "POST"])
def round_edit(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    found = visible(Round, actor, pk)
    require(actor, "round.edit", found)
    current = {**values_of(found), "version": found.version}
    form = RoundForm(request.POST if request.method == "POST" else None, initial=current)
    stale: Stale | None = None
    if form.is_bound and form.is_valid():
        try:
            edit_round(round=found, version=form.cleaned_data["version"] or 0, values=form.values(), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        except Stale as caught:
            stale = caught
        else:
            messages.success(request, _("已保存。"))
            return HttpResponseRedirect(reverse("innovation:round", args=[pk]))
    if stale:
        form = _with_version(form, stale)
    values = {"form": form, "round": found, "title": _("修改批次"), "differences": _differences(stale) if stale else []}
    status = 409 if stale else 422 if form.errors else 200
    return render(request, "innovation/round_form.html", values, status=status)


def _with_version(form: RoundForm, stale: Stale) -> RoundForm:
    """The same content, to be saved over the version that was shown beside it."""
    given: Any = form.data
    data = given.copy()
    data["version"] = str(stale.version)
    return RoundForm(data)


def _differences(stale: Stale) -> list[dict[str, Any]]:
    form = RoundForm(initial=dict(stale.theirs))
    mine = RoundForm(initial=dict(stale.yours))
    names = [(name, str(field.label)) for name, field in RoundForm.base_fields.items() if name != "version"]
    rows = differences(
        names,
        {name: _text(mine[name].value()) for name, _label in names},
        {name: _text(form[name].value()) for name, _label in names},
    )
    return [row for row in rows if not row["same"]]


def _text(value: Any) -> str:
    return joined(value) if isinstance(value, list) else "" if value is None else str(value)


@require_POST
def round_advance(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    moved = advance_round(round=visible(Round, actor, pk), to=request.POST.get("to", ""), by=actor)
    messages.success(request, _("已进入%(stage)s阶段。") % {"stage": moved.get_state_display()})
    return HttpResponseRedirect(reverse("innovation:round", args=[pk]))
