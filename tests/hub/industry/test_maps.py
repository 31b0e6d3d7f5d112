"""The map of a chain: tiers, places, ways, colours, and what it costs at five thousand firms."""

from __future__ import annotations

import time
from decimal import Decimal
from itertools import pairwise
from uuid import UUID, uuid4

import pytest

from rongtong.hub.industry.queries import maps
from rongtong.hub.industry.queries.maps import ChainMap, Flow, Node, map_of, way, years_of
from tests.factories import operator_actor

from .factories_industry import a_chain, a_firm, a_link, a_product


def a_map(*flows: tuple[int, int]) -> tuple[ChainMap, list[UUID]]:
    keys = [UUID(int=number) for number in range(10)]
    nodes = {key: Node(key, str(number)) for number, key in enumerate(keys)}
    found = ChainMap([], nodes, [Flow(keys[a], keys[b], Decimal(1), False) for a, b in flows])
    return found, keys


@pytest.mark.parametrize(
    ("start", "end", "wanted"),
    [(0, 3, [0, 1, 3]), (3, 0, [3, 1, 0]), (0, 4, [0, 1, 3, 4]), (4, 2, [4, 3, 2]), (0, 9, []), (5, 5, [5])],
    ids=["along", "against", "far", "sideways", "none", "itself"],
)
def test_a_way_follows_the_goods_else_goes_against_them_else_anyhow(start: int, end: int, wanted: list[int]) -> None:
    found, keys = a_map((0, 1), (1, 3), (2, 3), (3, 4), (0, 6), (6, 7), (7, 4))
    assert way(found, keys[start], keys[end]) == [keys[number] for number in wanted]


@pytest.mark.django_db
def test_firms_stand_at_the_tier_of_what_they_sell_and_buyers_after_their_suppliers() -> None:
    chain, operator = a_chain(), operator_actor()
    steel = a_product(chain, 1, stage="原材料", name="轴承钢")
    ring = a_product(chain, 2, stage="基础件")
    mill, forge, works, yard = (a_firm(name) for name in ("钢厂", "锻厂", "机厂", "船厂"))
    a_link(chain, mill, forge, product=steel, value=30, country="NO")
    a_link(chain, forge, works, product=ring, value=20)
    a_link(chain, works, yard, value=10)
    a_link(chain, mill, forge, product=ring, value=5)
    a_link(chain, mill, forge, product=steel, value=1, year=2024)
    found = map_of(chain, 2025, operator)
    nodes = {node.name: node for node in found.nodes.values()}
    assert {name: node.tier for name, node in nodes.items()} == {"钢厂": 1, "锻厂": 2, "机厂": 3, "船厂": 4}
    assert found.tiers == ["原材料", "基础件", "", ""]
    assert [nodes["钢厂"].sold, nodes["锻厂"].bought] == [Decimal(35)] * 2
    assert nodes["钢厂"].abroad
    assert {(flow.supplier, flow.value) for flow in found.flows if flow.buyer == forge.pk} == {(mill.pk, Decimal(35))}
    assert years_of(chain, operator) == [2025, 2024]
    assert [node.risk for node in found.nodes.values()] == [None] * 4


@pytest.mark.django_db
def test_colours_come_from_whoever_analyses(monkeypatch: pytest.MonkeyPatch) -> None:
    chain = a_chain()
    link = a_link(chain)
    monkeypatch.setattr(maps, "RISKS", [lambda chain, year, actor: {link.supplier_id: 0.31, uuid4(): 0.9}])
    found = map_of(chain, 2025, operator_actor())
    assert {node.risk for node in found.nodes.values()} == {0.31, None}


@pytest.mark.django_db
def test_a_circle_of_firms_without_products_has_an_end() -> None:
    chain = a_chain()
    firms = [a_firm(f"圈{n}") for n in range(4)]
    for one, other in pairwise([*firms, firms[0]]):
        a_link(chain, one, other)
    found = map_of(chain, 2025, operator_actor())
    assert all(1 <= node.tier <= 20 for node in found.nodes.values())
    assert all(0 < node.place < 1 for node in found.nodes.values())


def test_five_thousand_firms_are_laid_out_at_once() -> None:
    keys = [UUID(int=number + 1) for number in range(5000)]
    found = ChainMap([], {key: Node(key, "n", tier=1 + number % 5) for number, key in enumerate(keys)}, [])
    found.flows = [Flow(keys[n], keys[(n * 7 + 1) % 5000], Decimal(1), False) for n in range(5000)] * 2
    began = time.process_time()
    maps._set_places(found)
    assert time.process_time() - began < 5, "some tens of milliseconds on an idle machine"
    columns: dict[int, list[float]] = {}
    for node in found.nodes.values():
        columns.setdefault(node.tier, []).append(node.place)
    assert [len(set(places)) for _tier, places in sorted(columns.items())] == [1000] * 5
