"""The map of a chain: its numbers for the picture, and what the page shows of it without one."""

from __future__ import annotations

from typing import Any
from uuid import UUID

from django.http import HttpRequest, HttpResponse, JsonResponse
from django.urls import reverse
from django.views.decorators.http import require_safe

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import actor_of
from rongtong.hub.foundation.filters import identifiers
from rongtong.hub.foundation.formatting import joined, money
from rongtong.hub.organisations.queries import visible

from ..models import Chain
from ..queries.maps import ChainMap, Node, map_of, way, years_of

#: Firms that the page lists and offers as ends of a way; the picture has them all.
LISTED = 300
#: How many of a firm's products are named.
NAMED = 3


def chosen_year(request: HttpRequest, years: list[int]) -> int | None:
    """The year asked for where there are links of it, else the latest."""
    given = request.GET.get("year", "")
    return next((year for year in years if str(year) == given), years[0] if years else None)


def chosen_way(request: HttpRequest, found: ChainMap) -> tuple[list[Node], bool]:
    """The firms between the two that were asked for, and whether two were."""
    ends = [next(iter(identifiers([request.GET.get(name, "")])), None) for name in ("from", "to")]
    if ends[0] not in found.nodes or ends[1] not in found.nodes or ends[0] is None or ends[1] is None:
        return [], False
    return [found.nodes[key] for key in way(found, ends[0], ends[1])], True


@require_safe
def chain_map(request: HttpRequest, pk: UUID) -> HttpResponse:
    """What the picture is drawn from, or the way between two firms; only what the reader may know."""
    actor = actor_of(request)
    chain = visible(Chain, actor, pk)
    year = chosen_year(request, years_of(chain, actor))
    found = map_of(chain, year, actor) if year else ChainMap([], {}, [])
    if "from" in request.GET:
        return JsonResponse({"way": [str(node.key) for node in chosen_way(request, found)[0]]})
    return JsonResponse(drawn(found))


def drawn(found: ChainMap) -> dict[str, Any]:
    """The map as short rows: nodes by position, flows by the positions of their ends."""
    places = {key: place for place, key in enumerate(found.nodes)}
    return {
        "tiers": found.tiers,
        "nodes": [
            {
                "key": str(node.key),
                "name": node.name,
                "tier": node.tier,
                "place": round(node.place, 5),
                "size": float(node.sold + node.bought),
                "sold": money(node.sold),
                "bought": money(node.bought),
                "sells": joined(largest(node)),
                "hidden": node.hidden,
                "abroad": node.abroad,
                "risk": node.risk,
                "href": address(node),
            }
            for node in found.nodes.values()
        ],
        "flows": [
            [places[flow.supplier], places[flow.buyer], float(flow.value), int(flow.abroad)] for flow in found.flows
        ],
        "cut": found.cut,
    }


def largest(node: Node) -> list[str]:
    """What a firm sells most of."""
    return sorted(node.products, key=lambda name: -node.products[name])[:NAMED]


def address(node: Node) -> str:
    """The profile of a firm that is an organisation of the hub and known to the reader."""
    return reverse("organisations:organisation", args=[node.organisation_id]) if node.organisation_id else ""


def shown(request: HttpRequest, chain: Chain, actor: Actor) -> dict[str, Any]:
    """What the page of a chain shows of its map: figures, firms by tier, a way that was asked for."""
    years = years_of(chain, actor)
    year = chosen_year(request, years)
    found = map_of(chain, year, actor) if year else ChainMap([], {}, [])
    nodes = sorted(found.nodes.values(), key=lambda node: (node.tier, -(node.sold + node.bought), str(node.key)))
    path, asked = chosen_way(request, found)
    return {
        "years": years,
        "year": year,
        "map": found,
        "firms": [{"node": node, "sells": joined(largest(node)), "href": address(node)} for node in nodes[:LISTED]],
        "more_firms": len(nodes) > LISTED,
        "ends": sorted(nodes, key=lambda node: -(node.sold + node.bought))[:LISTED],
        "way": path,
        "asked": asked,
        "traded": sum(flow.value for flow in found.flows),
        "abroad": sum(1 for node in nodes if node.abroad),
        "coloured": any(node.risk is not None for node in nodes),
    }
