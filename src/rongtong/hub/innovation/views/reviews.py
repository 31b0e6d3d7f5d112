"""Reviewing: one's own list, the score sheets, the declaration, handing in."""

from __future__ import annotations

from typing import Any, ClassVar
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse, JsonResponse
from django.shortcuts import redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_GET, require_POST

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible, Stale
from rongtong.hub.foundation.forms import differences
from rongtong.hub.foundation.lists import Column, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed

from ..domain.reviewers import declare as declare_interest
from ..domain.scoring import hand_in as hand_in_sheets
from ..domain.scoring import save_sheet, sheet_snapshot
from ..enums import ChallengeState, ConflictState
from ..forms.selection import DeclarationForm, SheetForm, sheet_initial
from ..models import Response, Reviewer
from ..queries.disclosure import disclosed
from ..queries.responses import whole, with_parts
from ..queries.selection import Board, BoardRow, board_of, reviews_of
from .responses import CONSENTS

MARKS = {"undeclared": ("amber", "hourglass"), "none": ("ok", "check"), "conflict": ("", "ban")}
EMPTY: dict[str, Any] = {"comment": "", "points": []}


class Reviews(ListPage):
    """What this person reviews."""

    name = "reviews"
    title = _("我的评审")
    sentence = _("请您评审的榜单。全部评审提交之前，互相看不到分数。")
    noun = _("项")
    template = "innovation/selection_reviews.html"
    search = Search(
        "challenge__title",
        "challenge__number",
        initials="challenge__search_keys",
        placeholder=_("榜单名称、编号"),
    )
    filters = (
        Multi("conflict", _("声明"), field="conflict", choices=ConflictState.choices),
        Multi("state", _("榜单状态"), field="challenge__state", choices=ChallengeState.choices),
    )
    sorts = (Sort("new", _("最近邀请"), ("-created_at", "-id")),)
    columns: ClassVar = (
        Column("number", _("编号"), value=lambda row: row.challenge.number or "", kind="code"),
        Column("title", _("榜单"), value=lambda row: row.challenge.title, lead=True),
        Column("state", _("榜单状态"), value=lambda row: row.challenge.get_state_display()),
        Column("conflict", _("声明"), value=lambda row: row.get_conflict_display()),
        Column("handed_in_at", _("提交时间"), kind="datetime"),
    )

    def rows(self) -> Any:
        return reviews_of(self.actor)


@require_GET
def reviews(request: HttpRequest) -> HttpResponse:
    return Reviews(request).respond(marks=MARKS)


def _find(pk: UUID, actor: Actor) -> Reviewer:
    """Only one's own reviewing has a board."""
    found = reviews_of(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@require_GET
def review(request: HttpRequest, pk: UUID) -> HttpResponse:
    """The board: all responses in a table, one of them open beside its score sheet."""
    reviewer = _find(pk, actor_of(request))
    return _board(request, reviewer, request.GET.get("response", ""))


def _board(
    request: HttpRequest,
    reviewer: Reviewer,
    wanted: str,
    *,
    form: SheetForm | None = None,
    declaration: DeclarationForm | None = None,
    refusal: Invalid | None = None,
    conflict: dict[str, Any] | None = None,
    status: int = 200,
) -> HttpResponse:
    actor = actor_of(request)
    may_score = allowed(actor, "reviewer.save_sheet", reviewer) and reviewer.challenge.state == ChallengeState.SELECTING
    board = board_of(reviewer, actor)
    row = next((one for one in board.rows if str(one.response.pk) == wanted), None) or _next_open(board)
    form = form or (_form(board, row) if row else None)
    if form:
        form.mark_needed()
    context = {
        "reviewer": reviewer,
        "challenge": disclosed(reviewer.challenge, actor),
        "scores_open": reviewer.challenge.scores_open,
        "board": board,
        "row": row,
        "around": _around(board, row),
        "one": _whole(row, actor),
        "form": form,
        "declaration": declaration or DeclarationForm(),
        "may_declare": allowed(actor, "reviewer.declare", reviewer) and not reviewer.challenge.scores_open,
        "may_score": may_score and reviewer.handed_in_at is None,
        "refusal": refusal,
        "conflict": conflict,
        "marks": MARKS,
        "consents": CONSENTS,
        "anchor": lambda key: f"?response={key}#sheet",
    }
    return render(request, "innovation/selection_board.html", context, status=status)


def _next_open(board: Board) -> BoardRow | None:
    return next((one for one in board.rows if not one.done), None) or (board.rows[0] if board.rows else None)


def _around(board: Board, row: BoardRow | None) -> tuple[BoardRow | None, BoardRow | None]:
    if row is None:
        return None, None
    at = board.rows.index(row)
    return board.rows[at - 1] if at else None, board.rows[at + 1] if at + 1 < len(board.rows) else None


def _whole(row: BoardRow | None, actor: Actor) -> Any:
    if row is None:
        return None
    found = with_parts(Response.visible_to(actor)).get(pk=row.response.pk)
    return whole(found, actor)


def _form(board: Board, row: BoardRow, data: Any = None) -> SheetForm:
    values = sheet_snapshot(row.sheet) if row.sheet else EMPTY
    version = row.sheet.version if row.sheet else 0
    return SheetForm(board.criteria, data, initial=sheet_initial(values, version))


@require_POST
def declare(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    reviewer = _find(pk, actor)
    form = DeclarationForm(request.POST)
    if not form.is_valid():
        return _board(request, reviewer, "", declaration=form, status=422)
    given = form.cleaned_data
    try:
        declare_interest(reviewer=reviewer, conflict=given["conflict"], reason=given["reason"], by=actor)
    except Invalid as refusal:
        form.add_faults(refusal)
        return _board(request, reviewer, "", declaration=form, status=422)
    messages.success(
        request, gettext("已记录回避声明。") if given["conflict"] else gettext("已记录声明，可以开始评分。")
    )
    return redirect("innovation:reviews" if given["conflict"] else reverse("innovation:review", args=[pk]))


@require_POST
def sheet(request: HttpRequest, pk: UUID, response: UUID) -> HttpResponse:
    """Keep the scores of one response; by itself while one types, or by the button."""
    actor = actor_of(request)
    reviewer = _find(pk, actor)
    quiet = request.headers.get("X-Requested-With") == "fetch"
    board = board_of(reviewer, actor)
    row = next((one for one in board.rows if one.response.pk == response), None)
    if row is None:
        raise NotVisible
    form = _form(board, row, _chosen(request.POST, row))
    if not form.is_valid():
        return _wrong(request, reviewer, response, form, quiet)
    try:
        saved = save_sheet(
            reviewer=reviewer,
            response=row.response,
            points=form.points(),
            version=form.cleaned_data["version"],
            comment=form.cleaned_data["comment"],
            by=actor,
        )
    except Stale as stale:
        return _stale(request, reviewer, row, form, stale, quiet)
    except Invalid as refusal:
        form.add_faults(refusal)
        return _wrong(request, reviewer, response, form, quiet)
    if quiet:
        return JsonResponse({"version": saved.version, "saved_at": timezone.localtime(saved.changed_at).isoformat()})
    if "hand_in" in request.POST:
        return hand_in(request, pk)
    messages.success(request, gettext("评分已保存。"))
    after = request.POST.get("next_response") or str(response)
    return redirect(f"{reverse('innovation:review', args=[pk])}?response={after}#sheet")


def _wrong(request: HttpRequest, reviewer: Reviewer, response: UUID, form: SheetForm, quiet: bool) -> HttpResponse:
    if quiet:
        return JsonResponse({"what": gettext("有内容需要修改。")}, status=422)
    return _board(request, reviewer, str(response), form=form, status=422)


def _chosen(data: Any, row: BoardRow) -> Any:
    """What was sent, with the kept version's value wherever the reader chose it."""
    chosen = [
        name.removeprefix("keep-") for name, value in data.items() if name.startswith("keep-") and value == "theirs"
    ]
    if not chosen:
        return data
    mixed = data.copy()
    theirs = sheet_initial(sheet_snapshot(row.sheet) if row.sheet else EMPTY, 0)
    for name in chosen:
        mixed[name] = "" if theirs.get(name) is None else str(theirs[name])
    return mixed


def _stale(
    request: HttpRequest, reviewer: Reviewer, row: BoardRow, form: SheetForm, stale: Stale, quiet: bool
) -> HttpResponse:
    """Two windows of one reviewer: both versions are shown."""
    theirs, yours = (
        {
            name: "" if value is None else str(value)
            for name, value in sheet_initial(one, 0).items()
            if name != "version"
        }
        for one in (stale.theirs, stale.yours)
    )
    if quiet:
        body = {"what": str(stale), "theirs": theirs, "yours": yours, "version": stale.version}
        return JsonResponse(body, status=409)
    labels = [(name, field.label or name) for name, field in form.fields.items() if name != "version"]
    full = [{name: one.get(name, "") for name, _label in labels} for one in (yours, theirs)]
    lines = [line for line in differences(labels, *full) if not line["same"]]
    sent_again: Any = request.POST.copy()
    sent_again["version"] = str(stale.version)
    form.data = sent_again
    shown = {"refusal": stale, "lines": lines, "version": stale.version}
    return _board(request, reviewer, str(row.response.pk), form=form, conflict=shown, status=409)


@require_POST
def hand_in(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    reviewer = _find(pk, actor)
    try:
        hand_in_sheets(reviewer=reviewer, by=actor)
    except Invalid as refusal:
        return _board(request, reviewer, "", refusal=refusal, status=refusal.status)
    messages.success(request, gettext("评分已提交。全部评审提交后即可查看汇总。"))
    return redirect("innovation:review", pk)
