"""A selection as its challenger runs it: criteria, reviewers, ranking, comparison, decision."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils.translation import gettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from rongtong.hub.foundation import formatting
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.formatting import joined
from rongtong.hub.foundation.forms import one_more
from rongtong.hub.foundation.rights import allowed, require_role

from ..domain.awards import award as award_responses
from ..domain.awards import close_without_award
from ..domain.criteria import set_criteria, standard
from ..domain.reviewers import assign_reviewer, remove_reviewer
from ..enums import ChallengeState, ResponseState
from ..forms.selection import CRITERION_COLUMNS, CriterionRows, DecisionForm, ReviewerForm, weights_of
from ..models import Challenge, Response, Reviewer
from ..queries.disclosure import disclosed
from ..queries.responses import Whole, whole, with_parts
from ..queries.selection import Overview, criteria_of, opinions_of, overview_of
from .reviews import MARKS

MOST_COMPARED = 4


def _find(pk: UUID, actor: Actor) -> Challenge:
    found = Challenge.visible_to(actor).select_related("round", "organisation").filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@require_GET
def selection(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Everything about one selection that its reader may know."""
    return _page(request, _find(pk, actor_of(request)))


def _page(
    request: HttpRequest, challenge: Challenge, form: ReviewerForm | None = None, status: int = 200
) -> HttpResponse:
    actor = actor_of(request)
    overview = overview_of(challenge, actor)
    context = _shared(challenge, overview, actor) | {
        "reviewer_form": form or ReviewerForm(),
        "may_remove": {
            one.reviewer.pk: one.reviewer.handed_in_at is None
            and not challenge.scores_open
            and allowed(actor, "reviewer.remove", one.reviewer)
            for one in overview.reviewers
        },
        "opinions": opinions_of(challenge, actor) if overview.lines else {},
    }
    return render(request, "innovation/selection.html", context, status=status)


def _shared(challenge: Challenge, overview: Overview, actor: Actor) -> dict[str, Any]:
    order = ["open", "reviewing", "opened", "decided"]
    stage = {
        ChallengeState.SELECTING: "opened" if challenge.scores_open else "reviewing",
        ChallengeState.AWARDED: "decided",
        ChallengeState.CONCLUDED: "decided",
    }.get(ChallengeState(challenge.state), "open")
    return {
        "overview": overview,
        "challenge": disclosed(challenge, actor),
        "step": len(order) if stage == "decided" else order.index(stage),
        "marks": MARKS,
        "may": {
            "criteria": allowed(actor, "selection.set_criteria", challenge)
            and not (challenge.deadline and formatting.is_over(challenge.deadline)),
            "assign": allowed(actor, "selection.assign_reviewer", challenge) and not challenge.scores_open,
            "award": allowed(actor, "selection.award", challenge) and (challenge.scores_open or not overview.responses),
        },
    }


@require_http_methods(["GET", "POST"])
def criteria(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What is scored; until the deadline."""
    actor = actor_of(request)
    challenge = _find(pk, actor)
    require_role(actor, "selection.set_criteria", challenge)
    if not allowed(actor, "selection.set_criteria", challenge):
        return redirect("innovation:selection", pk)
    initial = [{"name": one.name, "weight": one.weight, "guidance": one.guidance} for one in criteria_of(challenge)]
    rows: Any = CriterionRows(request.POST or None, initial=initial, prefix="criteria")
    status = 200
    if request.method == "POST":
        if "standard" in request.POST:
            set_criteria(challenge=challenge, criteria=standard(), by=actor)
            return redirect("innovation:selection", pk)
        if rows.wants_row():
            rows, status = one_more(rows), 200
        elif rows.is_valid():
            try:
                set_criteria(challenge=challenge, criteria=weights_of(rows), by=actor)
            except Invalid as refusal:
                return _criteria(request, challenge, rows, refusal, 422)
            messages.success(request, gettext("评分标准已保存，揭榜方可以看到。"))
            return redirect("innovation:selection", pk)
        else:
            status = 422
    return _criteria(request, challenge, rows, None, status)


def _criteria(
    request: HttpRequest, challenge: Challenge, rows: Any, refusal: Invalid | None, status: int
) -> HttpResponse:
    context = {
        "challenge": disclosed(challenge, actor_of(request)),
        "rows": rows,
        "all_forms": [rows, refusal],
        "columns": CRITERION_COLUMNS,
    }
    return render(request, "innovation/selection_criteria.html", context, status=status)


@require_POST
def assign(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    challenge = _find(pk, actor)
    form = ReviewerForm(request.POST)
    if not form.is_valid():
        return _page(request, challenge, form, 422)
    assign_reviewer(challenge=challenge, email=form.cleaned_data["email"], by=actor)
    messages.success(request, gettext("已邀请评审。"))
    return redirect("innovation:selection", pk)


@require_POST
def remove(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    reviewer = Reviewer.visible_to(actor).select_related("challenge").filter(pk=pk).first()
    if reviewer is None:
        raise NotVisible
    remove_reviewer(reviewer=reviewer, by=actor)
    messages.success(request, gettext("已移除评审。"))
    return redirect("innovation:selection", reviewer.challenge_id)


# ---- comparing ----------------------------------------------------------------------------------------------------


@require_GET
def compare(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Two to four responses as columns."""
    actor = actor_of(request)
    challenge = _find(pk, actor)
    overview = overview_of(challenge, actor)
    keys = [key for key in identifiers(request.GET.getlist("row")) if key in overview.responses]
    keys = (keys or list(overview.responses))[:MOST_COMPARED]
    rows = {one.pk: one for one in with_parts(Response.visible_to(actor).filter(pk__in=keys))}
    wholes = [whole(rows[key], actor) for key in keys if key in rows]
    context = {
        "challenge": disclosed(challenge, actor),
        "overview": overview,
        "chosen": keys,
        "things": [{"name": one.response.organisation.short, "href": _link(one)} for one in wholes],
        "lines": _lines(wholes, overview),
    }
    return render(request, "innovation/selection_compare.html", context)


def _link(one: Whole) -> str:
    return reverse("innovation:response", args=[one.response.pk])


def _lines(wholes: list[Whole], overview: Overview) -> list[dict[str, Any]]:
    lines: list[dict[str, Any]] = []

    def add(label: str, values: list[Any]) -> None:
        lines.append({"label": label, "values": values, "same": len(set(map(str, values))) <= 1})

    places = {line.key: line for line in overview.lines or []}
    if places:
        add(gettext("名次"), [places[one.response.pk].rank for one in wholes])
        scores = [places[one.response.pk].score for one in wholes]
        digits = formatting.places(scores)
        add(gettext("平均分"), [formatting.number(score, digits) for score in scores])
    add(gettext("企业规模"), [one.response.organisation.get_size_class_display() for one in wholes])
    add(gettext("联合体成员"), [_names(one) for one in wholes])
    add(gettext("所需经费"), [formatting.money(one.response.cost) for one in wholes])
    add(gettext("攻关周期（月）"), [one.response.months for one in wholes])
    add(gettext("技术就绪度"), [one.response.readiness for one in wholes])
    for number, first in enumerate(wholes[0].promises or [] if wholes else []):
        cells = [one.promises[number].promised if one.promises else "" for one in wholes]
        add(f"{'★ ' if first.row.must_meet else ''}{first.row.indicator} {first.required} {first.row.unit}", cells)
    for label, name in (
        (gettext("方案概要"), "summary"),
        (gettext("团队"), "team"),
        (gettext("研发基础与业绩"), "record"),
        (gettext("技术路线"), "plan"),
    ):
        add(label, [getattr(one.response, name) for one in wholes])
    return lines


def _names(one: Whole) -> str:
    return joined(part.organisation.short for part in one.partners) or gettext("独立揭榜")


# ---- deciding -----------------------------------------------------------------------------------------------------


@require_http_methods(["GET", "POST"])
def award(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose one or several, tell the rest."""
    return _decide(request, pk, without=False)


@require_POST
def close(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Choose none, tell all."""
    return _decide(request, pk, without=True)


def _decide(request: HttpRequest, pk: UUID, *, without: bool) -> HttpResponse:
    actor = actor_of(request)
    challenge = _find(pk, actor)
    overview = overview_of(challenge, actor)
    require_role(actor, "selection.award", challenge)
    if not allowed(actor, "selection.award", challenge):
        return redirect("innovation:selection", pk)
    waiting = [one for one in overview.responses.values() if one.state == ResponseState.SUBMITTED]
    places = {line.key: line for line in overview.lines or []}
    waiting.sort(key=lambda one: places[one.pk].rank if one.pk in places else 0)
    form = DecisionForm(waiting, request.POST or None)
    status = 200
    if request.method == "POST":
        if form.is_valid():
            try:
                _settle(challenge, form, actor, without)
            except Invalid as refusal:
                form.add_faults(refusal)
            else:
                messages.success(request, gettext("遴选已结束，结果和反馈已送达各揭榜方。"))
                return redirect("innovation:selection", pk)
        status = 422
    context = _shared(challenge, overview, actor) | {"form": form, "rows": form.rows(), "ranks": places}
    return render(request, "innovation/selection_award.html", context, status=status)


def _settle(challenge: Challenge, form: DecisionForm, actor: Actor, without: bool) -> None:
    if without:
        close_without_award(challenge=challenge, feedback=form.feedback(), by=actor)
    else:
        award_responses(challenge=challenge, choices=form.choices(), feedback=form.feedback(), by=actor)
