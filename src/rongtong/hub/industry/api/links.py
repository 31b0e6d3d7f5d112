"""Supply links through the API: the same verbs, the same numbers for hidden suppliers."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import own_organisation, visible

from ..domain import links as verbs
from ..domain.firms import Named
from ..enums import LinkState
from ..models import Chain, Product
from ..queries.links import shown, touching
from .chains import required_version
from .link_shapes import FirmIn, LinkFields, LinkNew, SupplyLinkOut

PATH, NOUN = "/supply-links", "link"
router = Router(tags=["supply links"])


@router.get("", response=Page[SupplyLinkOut])
def list_supply_links(
    request: HttpRequest,
    chain_id: UUID | None = None,
    firm: UUID | None = None,
    year: int | None = None,
    state: LinkState = LinkState.ACTIVE,
    cursor: str = "",
    limit: int = 50,
) -> Any:
    """Links, the last changed first; ``firm`` takes the ``key`` of either end."""
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    rows = shown(actor).filter(state=state)
    if chain_id is not None:
        rows = rows.filter(chain_id=chain_id)
    if year is not None:
        rows = rows.filter(year=year)
    if firm is not None:
        rows = rows.filter(touching(firm))
    return paged(request, rows, SupplyLinkOut.of, order=("-changed_at", "-id"), cursor=cursor, limit=limit)


@router.post("", response={201: SupplyLinkOut})
def create_supply_link(request: HttpRequest, payload: LinkNew, response: HttpResponse) -> Any:
    """Tell a link. Without ``buyer`` it is your own organisation."""
    actor = actor_of(request)
    needs(actor, "member.contributor", "operator")
    chain = visible(Chain, actor, payload.chain_id, "leader")
    made = verbs.create_link(
        chain=chain,
        supplier=_named(payload.supplier, actor),
        buyer=_named(payload.buyer, actor) if payload.buyer else Named(own_organisation(actor).pk),
        values=_values(payload, actor, chain),
        by=actor,
    )
    return Status(201, _shown(actor, made.pk, response))


def _named(given: FirmIn, actor: Actor) -> Named:
    """An organisation must be one that the actor can see; an id that is not is as absent as any other."""
    if given.organisation_id is not None:
        visible(Organisation, actor, given.organisation_id)
    return given.named()


def _values(payload: LinkFields, actor: Actor, chain: Chain) -> dict[str, Any]:
    values = payload.model_dump(exclude={"chain_id", "supplier", "buyer", "product_id"})
    product = None
    if payload.product_id is not None:
        product = Product.visible_to(actor).filter(pk=payload.product_id, chain=chain).first()
        if product is None:
            raise NotVisible
    return values | {"product": product}


@router.get("/{uuid:pk}", response=SupplyLinkOut)
def read_supply_link(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    return _shown(actor_of(request), pk, response)


@router.put("/{uuid:pk}", response=SupplyLinkOut)
def edit_supply_link(request: HttpRequest, pk: UUID, payload: LinkFields, response: HttpResponse) -> Any:
    """Change what is said about a link; its ends stay."""
    actor = actor_of(request)
    row = _find(actor, pk)
    verbs.edit_link(link=row, values=_values(payload, actor, row.chain), version=required_version(request), by=actor)
    return _shown(actor, pk, response)


@router.post("/{uuid:pk}/withdraw", response={204: None})
def withdraw_supply_link(request: HttpRequest, pk: UUID) -> Any:
    """Take a link back: it no longer counts."""
    actor = actor_of(request)
    verbs.withdraw_link(link=_find(actor, pk), by=actor)
    return Status(204, None)


@router.post("/{uuid:pk}/conceal", response=SupplyLinkOut)
def conceal_supplier(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    """The supplier hides its own name on a link."""
    actor = actor_of(request)
    verbs.conceal_link(link=_find(actor, pk), by=actor)
    return _shown(actor, pk, response)


def _find(actor: Actor, pk: UUID) -> Any:
    row = shown(actor).select_related("supplier").filter(pk=pk).first()
    if row is None:
        raise NotVisible
    return row


def _shown(actor: Actor, pk: UUID, response: HttpResponse) -> SupplyLinkOut:
    row = _find(actor, pk)
    tagged(response, row, actor)
    return SupplyLinkOut.of(row)
