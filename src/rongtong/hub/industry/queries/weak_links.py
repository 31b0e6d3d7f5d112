"""Weak links as a reader may know them: each in a sentence, and the links that make up the score of its supplier."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import OuterRef, QuerySet, Subquery
from django.utils.translation import gettext as _
from django.utils.translation import ngettext

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.formatting import percent

from ..analysis_enums import Direction, WorkState
from ..models import Analysis, Chain, FirmRisk, SupplyLink, WeakLink
from .links import Party, shown, supplier_of
from .networks import key_of


def newest_of_each(rows: QuerySet[WeakLink]) -> QuerySet[WeakLink]:
    """Those of the latest finished analysis of each chain."""
    newest = Analysis._base_manager.filter(chain=OuterRef("analysis__chain"), state=WorkState.DONE)
    return rows.filter(analysis=Subquery(newest.order_by("-number").values("pk")[:1]))


def weak_links_for(actor: Actor) -> QuerySet[WeakLink]:
    """The weak links the reader may see, of the latest analyses. One query."""
    rows = newest_of_each(WeakLink.visible_to(actor))
    return rows.select_related("analysis__chain", "buyer__organisation", "product", "link")


def with_suppliers(rows: Sequence[WeakLink], actor: Actor) -> Sequence[WeakLink]:
    """Set ``supplier``, as the reader may know it today, and ``sentence`` on each row. One query."""
    links = {row.pk: row for row in shown(actor).filter(pk__in={one.link_id for one in rows})}
    for one in rows:
        known: Any = links.get(one.link_id)
        told: Any = one
        told.supplier = supplier_of(known) if known is not None else None
        told.sentence = sentence(one)
    return rows


def sentence(row: WeakLink) -> str:
    """One weak link in a sentence: how many suppliers, from where, what is in stock, and what happens when."""
    parts = [_source(row)]
    if row.from_abroad:
        parts.append(_("境外（%(country)s）") % {"country": row.link.country})
    if row.link.stock_days is not None:
        days = row.link.stock_days
        text = ngettext("库存 %(days)s 天", "库存 %(days)s 天", days) % {"days": days}
        parts.append(text if days else _("无库存"))
    if not row.substitutes:
        parts.append(_("链内没有别家可供"))
    ending = _ending(row)
    if ending:
        parts.append(ending)
    text = _("，").join(parts) + _("。")
    return text[:1].upper() + text[1:]


def _source(row: WeakLink) -> str:
    if row.single:
        return _("唯一供应商")
    return _("最大供应商占 %(share)s") % {"share": percent(row.top_share, 0)}


def _ending(row: WeakLink) -> str:
    if row.stops_after is not None:
        days = row.stops_after
        return ngettext("停供 %(days)s 天后停产", "停供 %(days)s 天后停产", days) % {"days": days}
    if row.less_after is not None:
        days = row.less_after
        return ngettext("停供 %(days)s 天后减产", "停供 %(days)s 天后减产", days) % {"days": days}
    return _("停供半年内不减产") if row.is_followed else ""


@dataclass(frozen=True)
class Part:
    """A link through which a firm's failure spreads: how much is lost at its end, and passes through it."""

    link: UUID
    supplier: Party
    buyer: str
    product: str
    direction: str
    direct: float
    carried: float


@dataclass(frozen=True)
class MadeOf:
    """What a firm's score is made of, as far as the reader sees the links; ``others`` are those the reader does not."""

    risk: FirmRisk
    parts: tuple[Part, ...]
    others: int


def made_of(risk: FirmRisk, actor: Actor) -> MadeOf:
    """The links that make up a score. One query."""
    told = {UUID(one[0]): one for one in risk.parts}
    found = []
    for row in _rows(told, actor):
        _link, direction, direct, carried = told[row.pk]
        way = str(Direction(direction).label)
        product = str(row.product or "")
        found.append(Part(row.pk, supplier_of(row), row.buyer_name, product, way, direct, carried))
    found.sort(key=lambda one: -one.carried)
    return MadeOf(risk, tuple(found), len(risk.parts) - len(found))


def _rows(keys: Iterable[UUID], actor: Actor) -> Iterable[Any]:
    return shown(actor).filter(pk__in=list(keys))


def risk_of_supplier(row: WeakLink, actor: Actor) -> FirmRisk | None:
    """The score of the largest supplier, in the same analysis, where the reader may see it. One query."""
    rows = FirmRisk.visible_to(actor).filter(analysis=row.analysis_id, firm_id=row.link.supplier_id)
    if row.link.confidential and row.link.pseudonym_id is not None:
        return rows.filter(pseudonym=row.link.pseudonym_id).first()
    return rows.filter(pseudonym=None).first()


def others_of(row: WeakLink, actor: Actor) -> Sequence[SupplyLink]:
    """The links that deliver the same to the same buyer, the largest first. One query."""
    rows = shown(actor).filter(
        chain=row.analysis.chain_id, year=row.analysis.year, buyer=row.buyer_id, product=row.product_id, state="active"
    )
    return list(rows.order_by("-value", "pk")[:20])


def colours(chain: Chain, year: int, actor: Actor) -> dict[UUID, float]:
    """How grave the failure of each firm on the map would be, by the keys that the map has. Two queries."""
    newest = Analysis.visible_to(actor).filter(chain=chain, year=year, state=WorkState.DONE).order_by("-number").first()
    if newest is None:
        return {}
    scores = {
        key_of(firm, pseudonym): esri
        for firm, pseudonym, esri in FirmRisk.visible_to(actor)
        .filter(analysis=newest)
        .values_list("firm_id", "pseudonym_id", "esri")
    }
    ends = shown(actor).filter(chain=chain, year=year).values_list("supplier_key", "supplier_id", "pseudonym_id",
                                                                  "confidential", "buyer_id")  # fmt: skip
    found: dict[UUID, float] = {}
    for key, supplier, pseudonym, confidential, buyer in ends.distinct():
        for place, score in (
            (key, scores.get(key_of(supplier, pseudonym if confidential else None))),
            (buyer, scores.get(str(buyer))),
        ):
            if score is not None:
                found[place] = max(score, found.get(place, 0.0))
    return found
