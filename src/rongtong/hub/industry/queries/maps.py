"""A chain as a picture: firms in columns by tier, what flows between them, and a way from one to another.

Whoever analyses chains registers by :func:`colour_by` how grave each firm's failure would be; without one, or for
readers to whom it tells nothing, firms have no colour.
"""

from __future__ import annotations

from collections import defaultdict, deque
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from decimal import Decimal
from typing import Any
from uuid import UUID

from rongtong.hub.foundation.actors import Actor

from ..models import Chain, Product
from .links import active

#: Firm key, as shown to the reader, to risk between 0 and 1.
Risks = Mapping[UUID, float]
RISKS: list[Callable[[Chain, int, Actor], Risks]] = []
#: More links than this are not drawn, the largest first.
MOST_LINKS = 20_000
SWEEPS = 2


def colour_by(risks: Callable[[Chain, int, Actor], Risks]) -> Callable[[Chain, int, Actor], Risks]:
    """Let maps be coloured by a function of chain, year and reader. Keys are those of ``queries.links.shown``."""
    RISKS.append(risks)
    return risks


@dataclass
class Node:
    """A firm on the map."""

    key: UUID
    name: str
    organisation_id: UUID | None = None
    hidden: bool = False
    abroad: bool = False
    tier: int = 0
    place: float = 0.0
    sold: Decimal = Decimal(0)
    bought: Decimal = Decimal(0)
    products: dict[str, Decimal] = field(default_factory=dict)
    risk: float | None = None


@dataclass(frozen=True)
class Flow:
    """All that one firm sells another in the year."""

    supplier: UUID
    buyer: UUID
    value: Decimal
    abroad: bool


@dataclass
class ChainMap:
    """What is drawn: tiers from upstream to downstream, firms, flows."""

    tiers: list[str]
    nodes: dict[UUID, Node]
    flows: list[Flow]
    cut: bool = False


def years_of(chain: Chain, actor: Actor) -> list[int]:
    """The years of which the reader sees links, the latest first. One query."""
    rows = active(actor).filter(chain=chain).order_by("-year")
    return list(rows.values_list("year", flat=True).distinct())


def map_of(chain: Chain, year: int, actor: Actor) -> ChainMap:
    """The map of one year as the reader may know it. Two queries, and those of the colours."""
    products = {one.pk: one for one in Product.visible_to(actor).filter(chain=chain)}
    rows = list(_rows(chain, year, actor)[: MOST_LINKS + 1])
    nodes: dict[UUID, Node] = {}
    flows: dict[tuple[UUID, UUID], Flow] = {}
    tiers_sold: dict[UUID, dict[int, Decimal]] = defaultdict(lambda: defaultdict(Decimal))
    for row in rows[:MOST_LINKS]:
        supplier = nodes.setdefault(
            row["supplier_key"],
            Node(row["supplier_key"], row["supplier_name"], row["supplier_organisation"], row["supplier_hidden"]),
        )
        buyer = nodes.setdefault(
            row["buyer_id"], Node(row["buyer_id"], row["buyer_name"], row["buyer__organisation_id"])
        )
        _count(row, supplier, buyer, products, tiers_sold)
        known = flows.get((supplier.key, buyer.key))
        value = row["value"] + (known.value if known else 0)
        abroad = row["country"] != "CN" or bool(known and known.abroad)
        flows[supplier.key, buyer.key] = Flow(supplier.key, buyer.key, value, abroad)
    found = ChainMap([], nodes, list(flows.values()), cut=len(rows) > MOST_LINKS)
    _set_tiers(found, tiers_sold)
    _set_places(found)
    found.tiers = _names_of_tiers(found, products.values())
    _colour(found, chain, year, actor)
    return found


def _rows(chain: Chain, year: int, actor: Actor) -> Any:
    rows = active(actor).filter(chain=chain, year=year).order_by("-value", "pk")
    return rows.values(
        "supplier_key", "supplier_name", "supplier_organisation", "supplier_hidden", "buyer_id", "buyer_name",
        "buyer__organisation_id", "product_id", "value", "country",
    )  # fmt: skip


def _count(
    row: Mapping[str, Any],
    supplier: Node,
    buyer: Node,
    products: Mapping[UUID, Product],
    tiers_sold: dict[UUID, dict[int, Decimal]],
) -> None:
    supplier.sold += row["value"]
    buyer.bought += row["value"]
    supplier.abroad = supplier.abroad or row["country"] != "CN"
    product = products.get(row["product_id"])
    if product is not None:
        name = str(product)
        supplier.products[name] = supplier.products.get(name, Decimal(0)) + row["value"]
        tiers_sold[supplier.key][product.tier] += row["value"]


def _set_tiers(found: ChainMap, tiers_sold: Mapping[UUID, Mapping[int, Decimal]]) -> None:
    """A firm stands at the tier of what it sells most; who sells nothing known, one after its suppliers."""
    for key, sold in tiers_sold.items():
        found.nodes[key].tier = max(sold, key=lambda tier: (sold[tier], -tier))
    suppliers: dict[UUID, list[UUID]] = defaultdict(list)
    for flow in found.flows:
        suppliers[flow.buyer].append(flow.supplier)
    waiting = deque(key for key, node in found.nodes.items() if not node.tier)
    left = 3 * len(waiting)
    while waiting:
        key = waiting.popleft()
        before = [found.nodes[one].tier for one in suppliers[key]]
        left -= 1
        if all(before) or left < 0:  # a circle of firms without products has no beginning: it starts somewhere
            found.nodes[key].tier = max(before, default=0) + 1
        else:
            waiting.append(key)


def _set_places(found: ChainMap) -> None:
    """From top to bottom: each beside those it deals with, so that lines cross less."""
    columns: dict[int, list[Node]] = defaultdict(list)
    for node in sorted(found.nodes.values(), key=lambda node: (-(node.sold + node.bought), str(node.key))):
        columns[node.tier].append(node)
    beside: dict[UUID, list[UUID]] = defaultdict(list)
    for flow in found.flows:
        beside[flow.buyer].append(flow.supplier)
        beside[flow.supplier].append(flow.buyer)
    for column in columns.values():
        _spread(column)
    for turn in range(SWEEPS):
        for tier in sorted(columns, reverse=bool(turn % 2)):
            column = columns[tier]
            weight = {
                node.key: sum(found.nodes[one].place for one in beside[node.key]) / max(1, len(beside[node.key]))
                for node in column
            }
            column.sort(key=lambda node: weight[node.key])
            _spread(column)


def _spread(column: list[Node]) -> None:
    for place, node in enumerate(column):
        node.place = (place + 0.5) / len(column)


def _names_of_tiers(found: ChainMap, products: Iterable[Product]) -> list[str]:
    """The stage that most products of each tier name; empty where none does."""
    named: dict[int, dict[str, int]] = defaultdict(lambda: defaultdict(int))
    for product in products:
        if product.stage:
            named[product.tier][product.stage] += 1
    last = max((node.tier for node in found.nodes.values()), default=0)
    return [max(named[tier], key=lambda name: named[tier][name]) if named[tier] else "" for tier in range(1, last + 1)]


def _colour(found: ChainMap, chain: Chain, year: int, actor: Actor) -> None:
    for risks in RISKS:
        for key, risk in risks(chain, year, actor).items():
            if key in found.nodes:
                found.nodes[key].risk = risk


def way(found: ChainMap, start: UUID, end: UUID) -> list[UUID]:
    """The shortest way along the flow of goods, else against it, else in any direction; empty where there is none."""
    ahead: dict[UUID, list[UUID]] = defaultdict(list)
    back: dict[UUID, list[UUID]] = defaultdict(list)
    for flow in found.flows:
        ahead[flow.supplier].append(flow.buyer)
        back[flow.buyer].append(flow.supplier)
    both = {key: ahead[key] + back[key] for key in found.nodes}
    for steps in (ahead, back, both):
        path = _shortest(steps, start, end)
        if path:
            return path
    return []


def _shortest(steps: Mapping[UUID, list[UUID]], start: UUID, end: UUID) -> list[UUID]:
    came: dict[UUID, UUID | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        for there in steps.get(here, ()):
            if there not in came:
                came[there] = here
                waiting.append(there)
    if end not in came:
        return []
    path = [end]
    while (before := came[path[-1]]) is not None:
        path.append(before)
    return path[::-1]
