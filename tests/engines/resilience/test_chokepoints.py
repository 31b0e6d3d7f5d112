"""Cut vertices and critical paths: against taking each one away, and against trying every path."""

import itertools

import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.resilience import ResilienceError, SupplyNetwork
from rongtong.engines.resilience.chokepoints import critical_paths, cut_vertices, product_graph
from rongtong.engines.resilience.dependencies import dependencies
from tests.engines.resilience.made import networks


def pieces(nodes: set[str], edges: set[tuple[str, str]]) -> int:
    left, count = set(nodes), 0
    while left:
        count, edge = count + 1, [left.pop()]
        while edge:
            here = edge.pop()
            for one, other in edges:
                for source, target in ((one, other), (other, one)):
                    if source == here and target in left:
                        left.remove(target)
                        edge.append(target)
    return count


@given(st.sets(st.tuples(st.sampled_from("abcdefgh"), st.sampled_from("abcdefgh")), max_size=14))
@settings(max_examples=60)
def test_a_cut_vertex_is_one_without_which_there_are_more_pieces(drawn: set[tuple[str, str]]) -> None:
    edges = {(one, other) for one, other in drawn if one != other}
    nodes = {end for edge in edges for end in edge}
    whole = pieces(nodes, edges)
    expected = [node for node in sorted(nodes)
                if pieces(nodes - {node}, {edge for edge in edges if node not in edge}) > whole]  # fmt: skip
    frame = pl.DataFrame(sorted(edges), schema={"input": pl.String, "output": pl.String}, orient="row")
    assert cut_vertices(frame) == expected


@given(networks())
@settings(max_examples=20)
def test_the_strongest_path_is_the_strongest_of_all(network: SupplyNetwork) -> None:
    strength: dict[tuple[int, int], float] = {}
    for row in dependencies(network).inputs.iter_rows(named=True):
        key = (row["top_supplier"], row["buyer"])
        strength[key] = max(strength.get(key, 0.0), row["criticality"])
    found = {row["firm"]: row for row in critical_paths(network, 0, paths=99, tiers=3).iter_rows(named=True)}
    others = range(1, len(network))
    for firm in others:
        best = 0.0
        for length in range(3):
            for between in itertools.permutations([one for one in others if one != firm], length):
                path, product = (firm, *between, 0), 1.0
                for step in itertools.pairwise(path):
                    product *= strength.get(step, 0.0)
                best = max(best, product)
        assert (firm in found) == (best > 0)
        if firm in found:
            assert found[firm]["strength"] == pytest.approx(best)
            assert found[firm]["path"][0] == firm and found[firm]["path"][-1] == 0


def test_goods_that_go_into_goods() -> None:
    links = {
        "supplier": ["mine", "mill", "mill", "chem"], "buyer": ["mill", "car", "ship", "car"],
        "value": [4.0, 6.0, 2.0, 1.0], "product": ["ore", "sheet", "plate", "paint"],
    }  # fmt: skip
    network = SupplyNetwork.from_edges(
        links, {"firm": ["mine", "mill", "car", "ship", "chem"], "sector": list("abcde")}
    )
    graph = product_graph(network)
    assert graph.rows() == [("ore", "sheet", 3.0), ("ore", "plate", 1.0)]
    assert cut_vertices(graph) == ["ore"]
    assert critical_paths(network, "car")["path"].to_list() == [
        ["mill", "car"],
        ["mine", "mill", "car"],
        ["chem", "car"],
    ]
    with pytest.raises(ResilienceError):
        critical_paths(network, "nobody")
