"""Chains through the API: their description, products, map, and ways from one firm to another."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _
from ninja import Router, Status

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Page, actor_of, needs, paged, tagged, version_asked
from rongtong.hub.foundation.errors import Fault, Invalid
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.queries import visible

from ..domain import chains as verbs
from ..domain.products import set_products
from ..enums import ChainState
from ..models import Chain, Product
from ..queries.links import Party
from ..queries.maps import ChainMap, map_of, way, years_of
from .link_shapes import ChainIn, ChainNew, ChainOut, LeaderIn, MapOut, PartyOut, ProductOut, ProductsIn, WayOut

PATH, NOUN = "/chains", "chain"
router = Router(tags=["chains"])


def required_version(request: HttpRequest) -> int:
    """The version a change was made from; a change that names none could overwrite unseen work."""
    version = version_asked(request)
    if version is None:
        raise Invalid([Fault("If-Match", _("请在 If-Match 中写明读取时得到的 ETag。"), "if_match.missing")])
    return version


def _shown(row: Chain, actor: Actor, response: HttpResponse) -> ChainOut:
    tagged(response, row, actor)
    return ChainOut.of(row)


@router.get("", response=Page[ChainOut])
def list_chains(request: HttpRequest, state: ChainState | None = None, cursor: str = "", limit: int = 50) -> Any:
    """Chains by name."""
    rows = Chain.visible_to(actor_of(request))
    if state is not None:
        rows = rows.filter(state=state)
    return paged(request, rows, ChainOut.of, order=("name", "id"), cursor=cursor, limit=limit)


@router.post("", response={201: ChainOut})
def create_chain(request: HttpRequest, payload: ChainNew, response: HttpResponse) -> Any:
    actor = actor_of(request)
    needs(actor, "operator")
    leader = visible(Organisation, actor, payload.leader_id) if payload.leader_id else None
    values = payload.model_dump(exclude={"leader_id"})
    return Status(201, _shown(verbs.create_chain(values=values, leader=leader, by=actor), actor, response))


@router.get("/{uuid:pk}", response=ChainOut)
def read_chain(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(visible(Chain, actor, pk), actor, response)


@router.put("/{uuid:pk}", response=ChainOut)
def edit_chain(request: HttpRequest, pk: UUID, payload: ChainIn, response: HttpResponse) -> Any:
    actor = actor_of(request)
    saved = verbs.edit_chain(
        chain=visible(Chain, actor, pk), values=payload.model_dump(), version=required_version(request), by=actor
    )
    return _shown(saved, actor, response)


@router.post("/{uuid:pk}/appoint", response=ChainOut)
def appoint_leader(request: HttpRequest, pk: UUID, payload: LeaderIn, response: HttpResponse) -> Any:
    """Name the chain leader. From then on the links of the chain are open to it."""
    actor = actor_of(request)
    leader = visible(Organisation, actor, payload.leader_id) if payload.leader_id else None
    return _shown(verbs.appoint_leader(chain=visible(Chain, actor, pk), leader=leader, by=actor), actor, response)


@router.post("/{uuid:pk}/close", response=ChainOut)
def close_chain(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(verbs.close_chain(chain=visible(Chain, actor, pk), by=actor), actor, response)


@router.post("/{uuid:pk}/reopen", response=ChainOut)
def reopen_chain(request: HttpRequest, pk: UUID, response: HttpResponse) -> Any:
    actor = actor_of(request)
    return _shown(verbs.reopen_chain(chain=visible(Chain, actor, pk), by=actor), actor, response)


@router.get("/{uuid:pk}/products", response=list[ProductOut])
def list_products(request: HttpRequest, pk: UUID) -> Any:
    """All products of a chain, from upstream to downstream."""
    actor = actor_of(request)
    chain = visible(Chain, actor, pk)
    rows = Product.visible_to(actor).filter(chain=chain).prefetch_related("inputs__input")
    return [ProductOut.of(row) for row in rows.order_by("tier", "code")]


@router.put("/{uuid:pk}/products", response=ChainOut)
def replace_products(request: HttpRequest, pk: UUID, payload: ProductsIn, response: HttpResponse) -> Any:
    """Write all products anew. A product is known by its code; one that has links cannot be left out."""
    actor = actor_of(request)
    rows = [one.model_dump() for one in payload.products]
    saved = set_products(chain=visible(Chain, actor, pk), rows=rows, version=required_version(request), by=actor)
    return _shown(saved, actor, response)


@router.get("/{uuid:pk}/map", response=MapOut)
def read_map(request: HttpRequest, pk: UUID, year: int | None = None) -> Any:
    """Who supplies whom in a year, as far as you may know; hidden suppliers bear a number."""
    found, chosen, years = _map(request, pk, year)
    return MapOut.of(found, chosen, years)


@router.get("/{uuid:pk}/way", response=WayOut)
def find_way(request: HttpRequest, pk: UUID, start: UUID, end: UUID, year: int | None = None) -> Any:
    """The shortest way between two firms of the map, along the flow of goods where there is one."""
    found, _chosen, _years = _map(request, pk, year)
    if start not in found.nodes or end not in found.nodes:
        return WayOut(way=[])
    nodes = [found.nodes[key] for key in way(found, start, end)]
    return WayOut(way=[PartyOut.of(Party(one.key, one.name, one.organisation_id, one.hidden)) for one in nodes])


def _map(request: HttpRequest, pk: UUID, year: int | None) -> tuple[ChainMap, int | None, list[int]]:
    actor = actor_of(request)
    needs(actor, "member", "operator.viewer")
    chain = visible(Chain, actor, pk)
    years = years_of(chain, actor)
    chosen = year if year in years else (years[0] if years and year is None else None)
    return (map_of(chain, chosen, actor) if chosen else ChainMap([], {}, [])), chosen, years
