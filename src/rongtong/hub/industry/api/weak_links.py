"""Weak links through the API, suppliers as the reader may know them."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.api import Money, Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.errors import NotVisible

from ..models import WeakLink
from ..queries.weak_links import weak_links_for, with_suppliers

PATH, NOUN = "/weak-links", "weak_link"
router = Router(tags=["weak-links"])


class WeakLinkOut(Out):
    """A dependency. ``stake`` is about the share of the chain's trade that is lost where nobody steps in."""

    id: UUID
    chain_id: UUID
    analysis_id: UUID
    rank: int
    buyer: str
    product: str
    supplier: str
    supplier_hidden: bool
    sentence: str
    stake: float
    loss: float
    top_share: float
    herfindahl: float
    abroad: float
    suppliers: int
    substitutes: int
    essential: bool
    stops_after: int | None
    less_after: int | None
    value: Money | None


@router.get("", response=Page[WeakLinkOut], operation_id="list_weak_links")
def list_weak_links(request: HttpRequest, chain_id: UUID | None = None, cursor: str = "", limit: int = 50) -> Any:
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    rows = weak_links_for(actor)
    if chain_id is not None:
        rows = rows.filter(analysis__chain=chain_id)
    page = paged(request, rows, lambda row: row, order=("-stake", "-id"), cursor=cursor, limit=limit)
    page["items"] = [shown(row) for row in with_suppliers(page["items"], actor)]
    return page


@router.get("/{uuid:pk}", response=WeakLinkOut, operation_id="read_weak_link")
def read(request: HttpRequest, pk: UUID) -> Any:
    actor = actor_of(request)
    rows = list(weak_links_for(actor).filter(pk=pk))
    if not rows:
        raise NotVisible
    return shown(with_suppliers(rows, actor)[0])


def shown(row: WeakLink) -> WeakLinkOut:
    """A row that `with_suppliers` has passed."""
    told: Any = row
    return WeakLinkOut(
        id=row.pk, chain_id=row.analysis.chain_id, analysis_id=row.analysis_id, rank=row.rank, buyer=str(row.buyer),
        product=str(row.product or ""), supplier=told.supplier.name if told.supplier else "",
        supplier_hidden=bool(told.supplier and told.supplier.hidden), sentence=told.sentence, stake=row.stake,
        loss=row.loss, top_share=row.top_share, herfindahl=row.herfindahl, abroad=row.abroad, suppliers=row.suppliers,
        substitutes=row.substitutes, essential=row.essential, stops_after=row.stops_after, less_after=row.less_after,
        value=Money.of(row.value),
    )  # fmt: skip
