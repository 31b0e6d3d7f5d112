"""Weak links: the board, and one of them with what makes it weak."""

from __future__ import annotations

from collections.abc import Iterable
from typing import Any, ClassVar
from uuid import UUID

from django.db.models import F, Q, QuerySet
from django.http import HttpRequest, HttpResponse
from django.shortcuts import render
from django.utils.translation import gettext as _
from django.utils.translation import gettext_lazy, pgettext_lazy
from django.views.decorators.http import require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.lists import MOST_EXPORTED, Column, Flag, ListPage, Multi, Range, Search, Sort
from rongtong.hub.foundation.sheets import export

from ..models import Chain, WeakLink
from ..queries.weak_links import made_of, others_of, risk_of_supplier, weak_links_for, with_suppliers


def chains_for(actor: Actor) -> Iterable[tuple[Any, Any]]:
    return [(one.pk, str(one)) for one in Chain.visible_to(actor).order_by("name", "pk")]


def supplier_name(row: Any) -> str:
    """Who delivers most of it, as the reader may know; nothing where the link has been withdrawn since."""
    return row.supplier.name if row.supplier else ""


class WeakLinks(ListPage):
    """Dependencies of the latest analyses, the gravest first."""

    name = "weak-links"
    title = pgettext_lazy("many", "薄弱环节")
    sentence = gettext_lazy("断供后损失大、又难替代的投入，按利害程度排列。")
    noun = pgettext_lazy("counted", "个薄弱环节")
    template = "industry/weak_links.html"
    saves = False
    search = Search(
        "product__name", "buyer__organisation__name", "buyer__name", placeholder=gettext_lazy("产品、采购方")
    )
    filters: ClassVar = (
        Multi("chain", pgettext_lazy("one", "产业链"), field="analysis__chain_id", choices=chains_for),
        Flag("single", gettext_lazy("唯一供应商"), where=lambda actor: Q(suppliers=1)),
        Flag("abroad", gettext_lazy("有境外供方"), where=lambda actor: Q(abroad__gt=0)),
        Flag("no_stock", gettext_lazy("无库存"), where=lambda actor: Q(link__stock_days=0)),
        Range("stops", gettext_lazy("停供后停产"), low="stops_after", high="stops_after", unit=gettext_lazy("天")),
    )  # fmt: skip
    sorts = (
        Sort("stake", gettext_lazy("利害程度"), ("-stake", "pk")),
        Sort("stops", gettext_lazy("停产最快"), (F("stops_after").asc(nulls_last=True), "pk")),
        Sort("loss", gettext_lazy("断供损失"), ("-loss", "pk")),
        Sort("value", gettext_lazy("年采购额"), ("-value", "pk")),
    )
    columns: ClassVar = (
        Column("rank", gettext_lazy("名次"), kind="number"),
        Column("product", pgettext_lazy("one", "产品"), value=lambda row: str(row.product or _("产品未填")), lead=True),
        Column("buyer", gettext_lazy("需方"), value=lambda row: str(row.buyer)),
        Column("supplier", gettext_lazy("最大供方"), value=supplier_name),
        Column("sentence", gettext_lazy("说明"), value=lambda row: row.sentence),
        Column("stake", gettext_lazy("利害程度"), kind="number", unit="%", sort="stake",
               value=lambda row: round(100 * row.stake, 2)),
        Column("stops_after", gettext_lazy("停供后停产"), kind="number", unit=gettext_lazy("天"), sort="stops"),
        Column("suppliers", gettext_lazy("供方数"), kind="number", shown=False),
        Column("top_share", gettext_lazy("最大供方占比"), kind="number", unit="%", shown=False,
               value=lambda row: round(100 * row.top_share, 1)),
        Column("herfindahl", gettext_lazy("集中度"), kind="number", shown=False,
               value=lambda row: round(row.herfindahl, 3)),
        Column("abroad", gettext_lazy("境外占比"), kind="number", unit="%", shown=False,
               value=lambda row: round(100 * row.abroad, 1)),
        Column("substitutes", gettext_lazy("链内可替代"), kind="number", shown=False),
        Column("loss", gettext_lazy("断供损失"), kind="number", unit="%", sort="loss", shown=False,
               value=lambda row: round(100 * row.loss, 1)),
        Column("value", gettext_lazy("年采购额"), kind="money", sort="value", shown=False),
        Column("stock_days", gettext_lazy("库存"), kind="number", unit=gettext_lazy("天"), shown=False,
               value=lambda row: row.link.stock_days),
        Column("chain", pgettext_lazy("one", "产业链"), value=lambda row: str(row.analysis.chain), shown=False),
    )  # fmt: skip

    def rows(self) -> QuerySet[WeakLink]:
        return weak_links_for(self.actor)

    def decorate(self, rows: list[Any]) -> list[Any]:
        return list(with_suppliers(rows, self.actor))

    def export(self, format: str) -> HttpResponse:
        """The rows of the page as a file, suppliers as the reader may know them."""
        return export(self.columns, self.decorate(list(self.found[:MOST_EXPORTED])), self.name, format)


@require_safe
def weak_links(request: HttpRequest) -> HttpResponse:
    return WeakLinks(request).respond()


@require_safe
def weak_link(request: HttpRequest, pk: UUID) -> HttpResponse:
    actor = actor_of(request)
    row: Any = weak_links_for(actor).filter(pk=pk).first()
    if row is None:
        raise NotVisible
    with_suppliers([row], actor)
    risk = risk_of_supplier(row, actor)
    values = {
        "row": row,
        "analysis": row.analysis,
        "others": others_of(row, actor),
        "made_of": {"told": made_of(risk, actor)} if risk is not None else None,
        "title": _("%(buyer)s的%(product)s") % {"buyer": row.buyer, "product": row.product or _("产品未填")},
    }
    return render(request, "industry/weak_link.html", values)
