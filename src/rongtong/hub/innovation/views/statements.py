"""Royalty statements, and the calculator for those who negotiate."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.contrib import messages
from django.http import HttpRequest, HttpResponse
from django.shortcuts import redirect, render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy
from django.views.decorators.http import require_http_methods, require_POST, require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import Invalid, NotVisible
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.rights import allowed, require_role
from rongtong.hub.trust.queries import mark_of

from ..agreement_clauses import RoyaltyClause
from ..domain.statements import (
    audit_statement,
    confirm_statement,
    enter_statement,
    holds,
    next_period,
    return_statement,
    revise_statement,
    royalty_of,
)
from ..forms.statements import DEDUCTION_COLUMNS, CalculatorForm, CommentForm, DeductionRows, SalesForm, initial_of
from ..models import Statement
from ..queries.agreements import find_agreement, offers_of
from ..queries.royalty_plans import filled_from, plan
from .agreements import STATEMENT_STATES

STEPS = {
    "running": gettext_lazy("提成"),
    "offset": gettext_lazy("第三方抵扣"),
    "cap": gettext_lazy("年度上限"),
    "minimum": gettext_lazy("年度保底"),
    "milestones": gettext_lazy("里程碑付款"),
}
EXAMPLE = {"rate": 4, "sales": 500, "growth": 20, "years": 5, "tier_base": "year"}


def _find(pk: UUID, actor: Actor) -> Statement:
    related = ("agreement__provider", "agreement__receiver", "agreement__technology")
    row = Statement.visible_to(actor).select_related(*related).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


@require_http_methods(["GET", "POST"])
def enter(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Report the sales of the next period."""
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    require_role(actor, "statement.enter", row)
    royalty = royalty_of(row)
    if royalty is None:
        raise NotVisible
    bound = request.POST if request.method == "POST" else None
    form, rows = SalesForm(bound, royalty=royalty), DeductionRows(bound, prefix="deductions")
    if bound is not None and form.is_valid() and rows.is_valid():
        try:
            made = enter_statement(agreement=row, sales=form.sales(rows), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("结算单已生成，请双方确认。"))
            return redirect("innovation:statement", made.pk)
    values = {
        "form": form,
        "deductions": rows,
        "columns": DEDUCTION_COLUMNS,
        "all_forms": [form, rows],
        "agreement": row,
        "period": next_period(row, royalty.months, row.statements.count()),
        "title": _("填报结算单"),
    }
    faulty = form.is_bound and (bool(form.errors) or not rows.is_valid())
    return render(request, "innovation/statement_form.html", values, status=422 if faulty else 200)


@require_http_methods(["GET", "POST"])
def statement(request: HttpRequest, pk: UUID) -> HttpResponse:
    """One statement: each step, who has confirmed it; POST reports other sales for it."""
    actor = actor_of(request)
    row = _find(pk, actor)
    if request.method == "GET":
        return _page(request, row, actor)
    royalty = _royalty(row)
    form, rows = SalesForm(request.POST, royalty=royalty), DeductionRows(request.POST, prefix="deductions")
    if form.is_valid() and rows.is_valid():
        try:
            revise_statement(statement=row, sales=form.sales(rows), by=actor)
        except Invalid as refused:
            form.add_faults(refused)
        else:
            messages.success(request, _("结算单已重新计算，请双方确认。"))
            return redirect("innovation:statement", pk)
    return _page(request, row, actor, form=form, rows=rows, status=422)


def _royalty(row: Statement) -> RoyaltyClause:
    royalty = royalty_of(row.agreement)
    if royalty is None:
        raise NotVisible
    return royalty


def _page(
    request: HttpRequest,
    row: Statement,
    actor: Actor,
    *,
    form: Any = None,
    rows: Any = None,
    comment: Any = None,
    status: int = 200,
) -> HttpResponse:
    royalty = _royalty(row)
    shown, deductions = initial_of(row)
    may = {verb: allowed(actor, f"statement.{verb}", row) for verb in ("revise", "return", "confirm", "audit")}
    side = "provider" if actor.acts_for(row.agreement.provider_id) else "receiver"
    may["confirm"] = may["confirm"] and getattr(row, f"{side}_confirmed_at") is None
    values = {
        "statement": row,
        "agreement": row.agreement,
        "period": row.document["inputs"]["period"],
        "lines": [{**one, "name": STEPS[one["step"]]} for one in row.document["lines"]],
        "states": STATEMENT_STATES,
        "holds": holds(row),
        "may": may,
        "form": form or SalesForm(initial=shown, royalty=royalty),
        "deductions": rows or DeductionRows(prefix="deductions", initial=deductions),
        "columns": DEDUCTION_COLUMNS,
        "audit_form": SalesForm(initial=shown, royalty=royalty, auto_id="id_audit_%s"),
        "comment_form": comment or CommentForm(),
        "all_forms": [form, rows, comment],
        "limit": royalty.variance,
        "evidence": mark_of(row, actor, row.roles_of(actor)),
    }
    return render(request, "innovation/statement.html", values, status=status)


@require_POST
def confirm(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    confirm_statement(statement=_find(pk, actor), digest=request.POST.get("digest", ""), by=actor)
    messages.success(request, _("已确认。"))
    return redirect("innovation:statement", pk)


@require_POST
def send_back(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row, form = _find(pk, actor), CommentForm(request.POST)
    if not form.is_valid():
        return _page(request, row, actor, comment=form, status=422)
    return_statement(statement=row, comment=form.cleaned_data["comment"], by=actor)
    messages.success(request, _("已退回，并通知了对方。"))
    return redirect("innovation:statement", pk)


@require_POST
def check(request: HttpRequest, pk: UUID) -> HttpResponse:
    """Hold audited sales against what was reported; deductions stay as they were reported."""
    actor = actor_of(request)
    row = _find(pk, actor)
    form = SalesForm(request.POST, royalty=_royalty(row))
    _shown, reported = initial_of(row)
    rows = DeductionRows(prefix="deductions", data=_posted(reported))
    if not form.is_valid() or not rows.is_valid():
        return _page(request, row, actor, form=form, rows=rows, status=422)
    audit_statement(statement=row, sales=form.sales(rows), by=actor)
    messages.success(request, _("核查结果已记录，并通知了对方。"))
    return redirect("innovation:statement", pk)


def _posted(rows: list[dict[str, Any]]) -> dict[str, str]:
    data = {"deductions-TOTAL_FORMS": str(len(rows)), "deductions-INITIAL_FORMS": "0"}
    for place, row in enumerate(rows):
        data |= {f"deductions-{place}-{name}": str(value) for name, value in row.items()}
    return data


@require_safe
def calculator(request: HttpRequest) -> HttpResponse:
    """What if: royalties from year to year, with a plot; ``agreement`` fills in what is on the table."""
    actor = actor_of(request)
    known = [name for name in CalculatorForm.base_fields if name in request.GET]
    initial = {**EXAMPLE, **_on_table(request, actor)}
    form = CalculatorForm(request.GET if known else {**initial})
    years, status = [], 200
    if form.is_valid():
        try:
            years = plan(form.cleaned_data)
        except Invalid as refused:
            form.add_faults(refused)
    values = {"form": form, "years": years, "all_forms": [form], "title": _("提成测算")}
    return render(request, "innovation/royalty_calculator.html", values, status=422 if form.errors else status)


def _on_table(request: HttpRequest, actor: Actor) -> dict[str, Any]:
    found = identifiers([request.GET.get("agreement", "")])
    if not found:
        return {}
    row = find_agreement(found[0], actor)
    offers = offers_of(row, actor)
    royalty = offers[-1].clauses.royalty if offers else None
    return filled_from(royalty, offers[-1].clauses.upfront) if royalty else {}
