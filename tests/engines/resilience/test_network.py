"""Links and firms become a network, or every fault is named with its row."""

from pathlib import Path

import numpy as np
import polars as pl
import pytest

from rongtong.engines.resilience import FaultyNetwork, ResilienceError, SupplyNetwork

pd = pytest.importorskip("pandas")
LINKS = pl.DataFrame({"supplier": ["a", "b", "c"], "buyer": ["b", "c", "a"], "value": [1.0, 2, 3]})
FIRMS = pl.DataFrame({"firm": ["a", "b", "c"], "sector": ["01", "02", "02"], "country": ["CN", "DE", None]})
CLASSES = pl.DataFrame({"input": ["01", "02"], "01": [2, 1], "02": [0, 2]})


def faults(links: object = LINKS, firms: object = FIRMS, classes: object = None) -> set[tuple[str, int, str, str]]:
    with pytest.raises(FaultyNetwork) as caught:
        SupplyNetwork.from_edges(links, firms, classes)
    assert len(caught.value.to_frame()) == len(caught.value.faults)
    return {(one.table, one.row, one.column, one.code) for one in caught.value.faults}


def test_tables_of_every_kind_give_the_same(tmp_path: Path) -> None:
    LINKS.write_csv(tmp_path / "links.csv")
    FIRMS.write_parquet(tmp_path / "firms.parquet")
    FIRMS.write_csv(tmp_path / "firms.csv")
    CLASSES.write_csv(tmp_path / "classes.csv")
    plain = SupplyNetwork.from_edges(LINKS, FIRMS, CLASSES)
    others = [
        SupplyNetwork.from_edges(tmp_path / "links.csv", tmp_path / "firms.parquet", tmp_path / "classes.csv"),
        SupplyNetwork.from_edges(LINKS.lazy(), str(tmp_path / "firms.csv"), CLASSES),
        SupplyNetwork.from_edges(pd.DataFrame(LINKS.to_dict()), pd.DataFrame(FIRMS.to_dict()), CLASSES),
        SupplyNetwork.from_edges(LINKS.to_dict(as_series=False), FIRMS.to_dict(as_series=False), CLASSES),
    ]
    for other in others:
        assert other.to_frame().equals(plain.to_frame())
        assert other.firms["country"].to_list() == ["CN", "DE", None]
        assert (other.essentiality.classes == [[2, 0], [1, 2]]).all()
        assert other.sector.tolist() == [0, 1, 1]
    assert repr(plain) == "<SupplyNetwork: 3 firms, 3 links, 2 sectors>"


def test_both_directions_hold_the_links() -> None:
    chance = np.random.default_rng(1)
    weights = chance.random((40, 40)) * (chance.random((40, 40)) < 0.2)
    np.fill_diagonal(weights, 0)
    supplier, buyer = np.nonzero(weights)
    mixed = chance.permutation(len(supplier))
    network = SupplyNetwork.from_edges(
        {"supplier": supplier[mixed], "buyer": buyer[mixed], "value": weights[supplier, buyer][mixed]},
        {"firm": range(40), "sector": ["x"] * 40},
    )
    for firm in range(40):
        out = slice(network.start[firm], network.start[firm + 1])
        assert dict(zip(network.buyer[out].tolist(), network.value[out].tolist(), strict=True)) == {
            other: weights[firm, other] for other in np.flatnonzero(weights[firm])
        }
        into = network.in_link[network.in_start[firm] : network.in_start[firm + 1]]
        assert network.supplier[into].tolist() == np.flatnonzero(weights[:, firm]).tolist()
        assert network.value[into] == pytest.approx(weights[:, firm][weights[:, firm] > 0])
    assert network.sales == pytest.approx(weights.sum(axis=1))
    assert network.purchases == pytest.approx(weights.sum(axis=0))


def test_nothing_can_be_changed() -> None:
    network = SupplyNetwork.from_edges(LINKS, FIRMS, CLASSES)
    for array in (network.value, network.buyer, network.sales, network.revenue, network.essentiality.classes):
        with pytest.raises(ValueError, match="read-only"):
            array[0] = 1
    with pytest.raises(AttributeError):
        network.value = network.sales  # type: ignore[misc]  # that is the point


def test_every_fault_of_the_links_with_its_row() -> None:
    links = pl.DataFrame(
        {
            "supplier": ["a", "a", "x", None, "b", "b", "c", "c"],
            "buyer": ["b", "a", "b", "c", "c", "a", None, "a"],
            "value": [1.0, 2.0, 3.0, 4.0, -1.0, None, 5.0, float("nan")],
        }
    )
    assert faults(pl.concat([links, links[:1]])) == {
        ("links", 2, "buyer", "self_loop"),
        ("links", 3, "supplier", "unknown_firm"),
        ("links", 4, "supplier", "missing"),
        ("links", 5, "value", "negative"),
        ("links", 6, "value", "missing"),
        ("links", 7, "buyer", "missing"),
        ("links", 8, "value", "no_number"),
        ("links", 9, "supplier", "duplicate"),
    }
    assert faults({**LINKS.to_dict(as_series=False), "value": ["1", "two", "3"]}) == {
        ("links", 2, "value", "no_number")
    }
    assert faults(LINKS.drop("value")) == {("links", 0, "value", "missing_column")}


def test_every_fault_of_the_firms_with_its_row() -> None:
    firms = pl.DataFrame(
        {"firm": ["a", "b", "a", None, "c"], "sector": ["01", None, "01", "02", "09"], "revenue": [0.0, 1, 1, -1, None]}
    )
    assert faults(firms=firms, classes=CLASSES) == {
        ("firms", 2, "sector", "missing"),
        ("firms", 3, "firm", "duplicate"),
        ("firms", 4, "firm", "missing"),
        ("firms", 4, "revenue", "negative"),
        ("firms", 5, "revenue", "missing"),
        ("firms", 5, "sector", "unknown_sector"),
        ("firms", 1, "revenue", "no_revenue"),
    }
    assert faults(classes=CLASSES.with_columns(pl.lit(3).alias("02"))) == {
        ("essentiality", 1, "02", "no_class"),
        ("essentiality", 2, "02", "no_class"),
    }
    assert faults(classes=CLASSES.rename({"02": "03"})) == {("essentiality", 0, "", "other_names")}
    assert faults(links=Path("nowhere.csv")) == {("links", 0, "", "missing_file")}


def test_duplicates_are_added_where_that_is_asked_and_products_tell_links_apart() -> None:
    twice = pl.concat([LINKS, LINKS[:1]])
    assert SupplyNetwork.from_edges(twice, FIRMS, add_duplicates=True).to_frame()["value"].to_list() == [2, 2, 3]
    named = twice.with_columns(pl.Series("product", ["bolt", "nut", "nut", "screw"]))
    network = SupplyNetwork.from_edges(named, FIRMS)
    assert network.to_frame().rows() == [
        ("a", "b", "bolt", 1.0),
        ("a", "b", "screw", 1.0),
        ("b", "c", "nut", 2.0),
        ("c", "a", "nut", 3.0),
    ]
    assert faults(named.with_columns(pl.lit("nut").alias("product"))) == {("links", 4, "supplier", "duplicate")}


def test_a_firm_nobody_knows() -> None:
    network = SupplyNetwork.from_edges(LINKS, FIRMS)
    assert network.places(["c", "a"]).tolist() == [2, 0]
    with pytest.raises(ResilienceError, match="not among the firms: z"):
        network.places(["a", "z"])
    with pytest.raises(ResilienceError, match="no column region"):
        network.labels("region")
