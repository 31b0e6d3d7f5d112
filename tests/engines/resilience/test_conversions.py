"""Real tables become networks whose figures can be checked by hand."""

import polars as pl
import pytest

from rongtong.engines.resilience import FaultyNetwork, dependencies, systemic_risk
from rongtong.engines.resilience.chokepoints import cut_vertices
from rongtong.engines.resilience.conversions import from_input_output, product_edges
from tests.engines.resilience.made import DATA

WORLD, CHAINS = DATA / "wiod-2011", DATA / "industry-chain-graph"


def test_a_table_worked_out_by_hand() -> None:
    flows = [[9, 2, 3, 0], [4, 0, 0, -1], [1, 0, 0, 6], [0, 5, 0, 0]]
    network = from_input_output(flows, [20, 4, 10, 3], ["A", "B"], ["x", "y"])
    assert network.to_frame().rows() == [
        ("A.x", "A.y", 2.0), ("A.x", "B.x", 3.0), ("A.y", "A.x", 4.0),
        ("B.x", "A.x", 1.0), ("B.x", "B.y", 6.0), ("B.y", "A.y", 5.0),
    ]  # fmt: skip
    assert network.revenue.tolist() == [20, 4, 10, 5]
    assert network.labels("country") == ["A", "A", "B", "B"] and network.labels("sector") == ["x", "y", "x", "y"]
    found = dependencies(network, ["A.y"])
    assert found.countries.rows() == [("A.y", "y", "B", 1.0)]
    with pytest.raises(FaultyNetwork, match="need 4 rows"):
        from_input_output(flows, [20, 4, 10], ["A", "B"], ["x", "y"])
    with pytest.raises(FaultyNetwork, match="no number"):
        from_input_output(flows, [20, 4, 10, -3], ["A", "B"], ["x", "y"])


@pytest.mark.skipif(not WORLD.is_dir(), reason="../shared/data/wiod-2011 is not here")
def test_the_world_in_2011() -> None:
    flows = pl.read_csv(WORLD / "wiot_2011_inter.csv.gz", infer_schema_length=None)[:, 1:].to_numpy().astype(float)
    output = pl.read_csv(WORLD / "wiot_2011_output.csv")["v"].to_numpy()
    countries = pl.read_csv(WORLD / "wiot_2011_countries.csv")["v"].to_list()
    industries = pl.read_csv(WORLD / "wiot_2011_industries.csv")["v"].to_list()
    network = from_input_output(flows, output, countries, industries, least=1.0)
    assert len(network) == 1435 and network.links > 100_000
    chips = flows.reshape(41, 35, 1435)[
        :, 13, countries.index("CHN") * 35 + 13
    ]  # c14: electrical and optical equipment
    chips[chips <= 1.0] = 0.0
    chips[countries.index("CHN")] = 0.0  # what an industry sells to itself is no link
    row = dependencies(network, ["CHN.c14"]).countries.filter(pl.col("input") == "c14")
    assert row["country"][0] == countries[int(chips.argmax())]
    assert row["share"][0] == pytest.approx(chips.max() / chips.sum())
    risk = systemic_risk(network, firms=["CHN.c14", "MLT.c1"])
    assert risk.esri[0] > 10 * risk.esri[1] > 0


@pytest.mark.skipif(not CHAINS.is_dir(), reason="../shared/data/industry-chain-graph is not here")
def test_materials_of_products() -> None:
    table = pl.read_csv(CHAINS / "product_product.csv.gz")
    edges = product_edges(table)
    assert 50_000 < len(edges) <= (table["relation"] == "上游材料").sum()
    assert ("大米", "香菇鸭粥") in set(edges.iter_rows())
    cuts = cut_vertices(edges)
    assert "大米" in cuts and len(cuts) == len(set(cuts))
    degrees = pl.concat([edges["input"], edges["output"]]).value_counts()
    ends = set(degrees.filter(pl.col("count") == 1).to_series(0))
    assert len(ends) > 10_000 and not ends & set(cuts)


def test_statements_that_are_no_edges() -> None:
    table = {
        "product": ["a", "b", "b", "c"],
        "relation": ["上游材料", "上游材料", "上游材料", "种类"],
        "other": ["a", "a", "a", "b"],
    }
    assert product_edges(table).rows() == [("a", "b")]
    with pytest.raises(FaultyNetwork):
        product_edges({"product": []})
