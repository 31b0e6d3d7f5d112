"""What buyers depend on: against the same counted firm by firm."""

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings

from rongtong.engines.resilience import ResilienceError, SupplyNetwork
from rongtong.engines.resilience.dependencies import dependencies
from tests.engines.resilience.made import networks


def flows(network: SupplyNetwork) -> dict[tuple[int, int], float]:
    found: dict[tuple[int, int], float] = defaultdict(float)
    for one, other, value in zip(network.supplier.tolist(), network.buyer.tolist(), network.value, strict=True):
        if value > 0:
            found[one, other] += value
    return found


@given(networks())
@settings(max_examples=25)
def test_inputs_are_what_counting_finds(network: SupplyNetwork) -> None:
    links, names = flows(network), network.essentiality.sectors
    rows = {(row["buyer"], row["input"]): row for row in dependencies(network).inputs.iter_rows(named=True)}
    expected = {(other, names[network.sector[one]]) for one, other in links}
    assert rows.keys() == expected
    for (buyer, goods), row in rows.items():
        of = {one: value for (one, other), value in links.items()
              if other == buyer and names[network.sector[one]] == goods}  # fmt: skip
        total, top = sum(of.values()), max(of.values())
        assert row["suppliers"] == len(of) and row["single"] == (len(of) == 1)
        assert of[row["top_supplier"]] == top
        assert row["top_share"] == pytest.approx(top / total)
        assert row["herfindahl"] == pytest.approx(sum((value / total) ** 2 for value in of.values()))
        one = next(iter(of))
        essential = network.essentiality.classes[network.sector[one], network.sector[buyer]] == 2
        loss = top / (total if essential else sum(value for (_, to), value in links.items() if to == buyer))
        sellers = {one for one, _ in links if names[network.sector[one]] == goods}
        spare = sum(value for (one, to), value in links.items()
                    if names[network.sector[one]] == goods and to != buyer and one != row["top_supplier"])  # fmt: skip
        assert row["essential"] == essential and row["loss"] == pytest.approx(loss)
        assert row["substitutes"] == len(sellers - of.keys())
        assert row["criticality"] == pytest.approx(loss / (1 + spare / top))


@given(networks())
@settings(max_examples=25)
def test_hidden_suppliers_are_what_a_search_finds(network: SupplyNetwork) -> None:
    above = defaultdict(set)
    for one, other in flows(network):
        above[other].add(one)
    expected = {}
    for buyer in range(len(network)):
        reached: dict[int, dict[int, int]] = defaultdict(dict)
        for supplier in above[buyer]:
            distance, edge = {supplier: 1}, [supplier]
            while edge:
                near = edge.pop(0)
                for up in above[near]:
                    if up not in distance and up != buyer and distance[near] < 4:
                        distance[up] = distance[near] + 1
                        edge.append(up)
            for firm, tier in distance.items():
                if tier >= 2:
                    reached[firm][supplier] = tier
        for firm, by in reached.items():
            if len(by) >= 2 and firm not in above[buyer]:
                expected[buyer, firm] = (min(by.values()), len(by))
    hidden = dependencies(network).hidden
    assert {(row[0], row[1]): (row[2], row[3]) for row in hidden.iter_rows()} == expected


def test_overseas_by_country() -> None:
    links = {"supplier": ["a", "b", "c"], "buyer": ["z"] * 3, "value": [5.0, 3.0, 2.0], "product": ["chip"] * 3}
    firms = {"firm": ["a", "b", "c", "z"], "sector": ["x", "x", "y", "w"], "country": ["US", "JP", "CN", "CN"]}
    found = dependencies(SupplyNetwork.from_edges(links, firms))
    assert found.inputs["abroad"].to_list() == pytest.approx([0.8])
    assert found.countries.rows() == [("z", "chip", "US", 0.5), ("z", "chip", "JP", 0.3)]
    plain = dependencies(SupplyNetwork.from_edges(links, pl.DataFrame(firms).drop("country")))
    assert "abroad" not in plain.inputs.columns and len(plain.countries) == 0


def test_some_buyers_and_how_far() -> None:
    links = {"supplier": ["o", "o", "s", "t"], "buyer": ["s", "t", "b", "b"], "value": [1.0, 1.0, 3.0, 1.0]}
    network = SupplyNetwork.from_edges(links, {"firm": list("ostb"), "sector": list("abbc")})
    found = dependencies(network, ["b"])
    assert found.hidden.rows() == [("b", "o", 2, 2, 1.0)]
    assert found.to_frame()["top_supplier"].to_list() == ["s"]
    assert "hidden shared suppliers" in str(found)
    with pytest.raises(ResilienceError):
        dependencies(network, tiers=1)
    with pytest.raises(ResilienceError):
        dependencies(network, ["nobody"])
    assert np.isfinite(dependencies(network).inputs["criticality"].to_numpy()).all()
