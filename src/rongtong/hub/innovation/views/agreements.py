"""Agreements: the list of one's own, and one of them: terms, offers and what each changed, dates, statements."""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import Q
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.urls import reverse
from django.utils.translation import gettext, pgettext_lazy
from django.utils.translation import gettext_lazy as _
from django.views.decorators.http import require_safe

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.filters import Filter
from rongtong.hub.foundation.formatting import clauses as in_clauses
from rongtong.hub.foundation.lists import Column, Flag, ListPage, Multi, Search, Sort
from rongtong.hub.foundation.rights import allowed
from rongtong.hub.trust.queries import mark_of

from ..agreement_signing import method
from ..agreement_words import ClauseLine
from ..domain.statements import next_period, royalty_of
from ..enums import AgreementKind, AgreementState
from ..forms.agreements import EndForm, SignForm
from ..models import Agreement
from ..queries.agreements import (
    Offer,
    clashes_told,
    coming_dates,
    find_agreement,
    holds,
    offers_of,
    own_agreements,
    statements_of,
    term_lines,
    with_terms,
)

STATES = {
    "draft": ("", "pencil"),
    "offered": ("amber", "hourglass"),
    "accepted": ("open", "writing-sign"),
    "in_force": ("ok", "check"),
    "ended": ("", "flag"),
    "declined": ("bad", "x"),
    "withdrawn": ("bad", "ban"),
    "expired": ("", "clock"),
}
STATEMENT_STATES = {
    "entered": ("amber", "hourglass"),
    "returned": ("bad", "arrow-back-up"),
    "confirmed": ("ok", "check"),
}
STEPS = {"draft": 0, "offered": 1, "accepted": 2, "in_force": 3, "ended": 4}
TABS = {"terms": _("条款"), "offers": _("报价与改动"), "statements": _("结算单"), "activity": _("动态")}
VERBS = ("draft", "offer", "accept", "decline", "withdraw", "sign", "end")
FEED = {
    "agreement.open": _("开始草拟"),
    "agreement.offer": _("发出报价"),
    "agreement.accept": _("接受报价"),
    "agreement.decline": _("谢绝报价"),
    "agreement.withdraw": pgettext_lazy("activity", "撤回"),
    "agreement.sign": pgettext_lazy("activity", "签署"),
    "agreement.end": _("提议或同意终止"),
    "agreement.expire": _("到期"),
}


def _line(key: str) -> Any:
    """The text of one clause, for a column of one's own export."""

    def text(row: Any) -> str:
        found: ClauseLine | None = next((one for one in term_lines(row) if one.key == key), None)
        return found.text if found else ""

    return text


class Agreements(ListPage):
    """Those of one's own organisation; for the operator those that were signed, without their terms."""

    name = "agreements"
    title = _("协议")
    sentence = _("许可、转让、合作与服务：每次报价都留版本，双方签署后生效。条款只有双方能看。")
    noun = _("份")
    template = "innovation/agreements.html"
    search = Search("title", "number", "provider__name", "receiver__name", placeholder=_("协议名称、编号、机构"))
    filters: ClassVar[Sequence[Filter]] = (
        Multi("state", _("状态"), field="state", choices=AgreementState.choices),
        Multi("kind", _("类型"), field="kind", choices=AgreementKind.choices),
        Flag(
            "turn",
            _("待本单位答复"),
            where=lambda actor: Q(state="offered") & ~Q(offered_by_id=actor.organisation_id),
            visible=lambda actor: actor.role is not None and not actor.operator,
        ),
        Flag(
            "provides",
            _("本单位为提供方"),
            where=lambda actor: Q(provider_id=actor.organisation_id),
            visible=lambda actor: actor.role is not None and not actor.operator,
        ),
    )
    sorts = (
        Sort("new", _("最近更新"), ("-changed_at", "-id")),
        Sort("number", _("编号"), ("number", "id")),
    )
    columns: ClassVar = (
        Column("number", _("编号"), kind="code"),
        Column("title", _("协议名称"), lead=True),
        Column("kind", _("类型"), value=lambda row: row.get_kind_display()),
        Column("provider", _("提供方"), value=lambda row: str(row.provider)),
        Column("receiver", _("接受方"), value=lambda row: str(row.receiver)),
        Column("state", _("状态"), value=lambda row: row.get_state_display()),
        Column("signed_at", _("签署时间"), kind="moment"),
        Column("exclusivity", _("许可方式"), value=_line("exclusivity"), shown=False),
        Column("fields", _("使用领域"), value=_line("fields"), shown=False),
        Column("territories", _("地域"), value=_line("territories"), shown=False),
        Column("term", _("期限"), value=_line("term"), shown=False),
        Column("upfront", _("固定费用"), value=_line("upfront"), shown=False),
        Column("royalty", _("提成"), value=_line("royalty"), shown=False),
        Column(
            "terms",
            _("全部条款"),
            value=lambda row: in_clauses(f"{one.label}: {one.text}" for one in term_lines(row)),
            shown=False,
        ),
    )

    def rows(self) -> Any:
        rows = own_agreements(self.actor)
        return with_terms(rows, self.actor) if self.request.GET.get("export") else rows

    def decorate(self, rows: list[Any]) -> list[Any]:
        for row in rows:
            row.own_terms = row.terms_open_to(self.actor)
            row.own_turn = row.state == AgreementState.OFFERED and row.offered_by_id != self.actor.organisation_id
        return rows


@require_safe
def agreements(request: HttpRequest) -> HttpResponse:
    may_open = allowed(actor_of(request), "agreement.open")
    return Agreements(request).respond(states=STATES, may_open=may_open)


@require_safe
def agreement(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row = find_agreement(pk, actor)
    return page(request, row, actor)


def page(
    request: HttpRequest, row: Agreement, actor: Actor, *, forms: dict[str, Any] | None = None, status: int = 200
) -> HttpResponse:
    """One agreement for a side; for the operator only that it is there."""
    given = forms or {}
    tab = request.GET.get("tab", "terms")
    context = {"agreement": row, "states": STATES, "steps": _steps(row), "step": STEPS.get(row.state)}
    context["evidence"] = mark_of(row, actor, row.roles_of(actor))
    if not row.terms_open_to(actor):
        return render(request, "innovation/agreement_outside.html", context)
    offers = offers_of(row, actor)
    last = offers[-1] if offers else None
    royalty = royalty_of(row)
    context |= {
        "tab": tab if tab in TABS else "terms",
        "tabs": _tabs(row, tab if tab in TABS else "terms", offers, royalty is not None),
        "offers": offers,
        "last": last,
        "chain": holds(offers),
        "clashes": clashes_told(row, offers, actor),
        "may": _may(row, actor, last),
        "own_turn": row.state == AgreementState.OFFERED and row.offered_by_id != actor.organisation_id,
        "other": row.other_side(actor.organisation_id),
        "dates": coming_dates(row),
        "royalty": royalty,
        "statements": statements_of(row, actor) if royalty else [],
        "statement_states": STATEMENT_STATES,
        "next_period": _next(row, royalty),
        "may_enter": royalty is not None and allowed(actor, "statement.enter", row),
        "feed": _feed(row, actor),
        "method": method().name,
        "sign_form": given.get("sign")
        or SignForm(initial={"name": actor.name, "offer": last.row.number if last else 1}),
        "end_form": given.get("end") or EndForm(),
        "all_forms": list(given.values()),
    }
    return render(request, "innovation/agreement.html", context, status=status)


def _may(row: Agreement, actor: Actor, last: Offer | None) -> dict[str, bool]:
    may = {verb: allowed(actor, f"agreement.{verb}", row) for verb in VERBS}
    own_offer = row.offered_by_id == actor.organisation_id
    may["accept"] = may["accept"] and not own_offer
    may["decline"] = may["decline"] and not own_offer
    may["withdraw"] = may["withdraw"] and (own_offer or row.state != AgreementState.OFFERED)
    may["draft"] = may["draft"] and not (own_offer and row.state == AgreementState.OFFERED)
    signed = last is not None and any(one.row.organisation_id == actor.organisation_id for one in last.signatures)
    may["sign"] = may["sign"] and not signed
    may["end"] = may["end"] and row.end_asked_by_id != actor.organisation_id
    return may


def _next(row: Agreement, royalty: Any) -> Any:
    if royalty is None:
        return None
    return next_period(row, royalty.months, row.statements.count())


def _steps(row: Agreement) -> list[tuple[str, Any]]:
    return [
        (gettext("草拟"), ""),
        (gettext("磋商"), row.number or ""),
        (gettext("签署"), ""),
        (gettext("生效"), ""),
    ]


def _tabs(row: Agreement, current: str, offers: list[Offer], with_royalty: bool) -> list[dict[str, Any]]:
    counts, own = {"offers": len(offers)}, reverse("innovation:agreement", args=[row.pk])
    return [
        {"label": label, "href": f"{own}?tab={key}", "count": counts.get(key), "current": key == current}
        for key, label in TABS.items()
        if key != "statements" or with_royalty
    ]


def _feed(row: Agreement, actor: Actor) -> list[dict[str, Any]]:
    entries = audit.feed(row, actor, limit=50)
    return [{"at": one.at, "text": FEED[one.verb], "by": one.name} for one in entries if one.verb in FEED]
