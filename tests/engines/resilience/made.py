"""Networks for the tests: real reference ones where they are present, and invented ones."""

import gzip
import sys
from pathlib import Path
from typing import Any

import numpy as np
import polars as pl
import pytest
from hypothesis import strategies as st

from rongtong.engines.resilience import SupplyNetwork

ROOT = Path(__file__).parents[3]
DATA = ROOT.parent / "shared/data"
sys.path.insert(0, str(ROOT / "benchmarks"))

from esri_reference import Reference  # noqa: E402 — benchmarks carry it, beside which it is timed

present = pytest.mark.skipif(not (DATA / "esri").is_dir(), reason="../shared/data/esri is not here")


def real(name: str) -> SupplyNetwork:
    """Return a reference network: example, six or net1000."""
    folder = DATA / "esri"
    if name == "example":
        weights = pl.read_csv(folder / "example_W.csv").to_numpy().astype(float)
        sectors = pl.read_csv(folder / "example_p.csv", schema_overrides={"p": pl.String})["p"].to_list()
        return dense(weights, sectors, folder / "example_ess.csv")
    if name == "six":
        rows = ["0 3 2 7 5 11", "4 0 9 1 8 6", "10 2 0 4 3 7", "6 5 1 0 9 2", "8 3 6 10 0 4", "2 7 5 3 11 0"]
        weights = np.array([row.split() for row in rows], float)
        return dense(weights, [0, 1, 2, 0, 1, 2], np.array([[2, 1, 0], [0, 2, 1], [1, 0, 2]]))
    nodes = pl.read_csv(folder / "net1000_nodes.csv")
    links = pl.read_csv(folder / "net1000_edges.csv.gz").rename({"i": "supplier", "j": "buyer", "w": "value"})
    firms = pl.DataFrame({"firm": range(1, 1001), "sector": nodes["p"] - 1, "revenue": nodes["rev"]})
    return SupplyNetwork.from_edges(links, firms, survey_classes())


def survey_classes() -> np.ndarray:
    """Return the essentiality of 616 sectors."""
    with gzip.open(DATA / "esri/ess_mat_n4_ihs.csv.gz", "rt") as lines:
        next(lines)
        return np.array([line.rstrip().split(",")[1:] for line in lines], np.int8)


def dense(weights: np.ndarray, sectors: list[Any], classes: Any, **columns: Any) -> SupplyNetwork:
    """Return the network of a matrix of yearly sales."""
    supplier, buyer = np.nonzero(weights)
    links = {"supplier": supplier, "buyer": buyer, "value": weights[supplier, buyer]}
    return SupplyNetwork.from_edges(links, {"firm": range(len(weights)), "sector": sectors, **columns}, classes)


def reference(network: SupplyNetwork, *, replaceable: bool = True, costs: bool = False) -> Reference:
    """Return the equations of the same network."""
    return Reference(
        network.supplier, network.buyer, network.value, network.sector, network.essentiality.classes,
        market=network.market, revenue=np.where(network.revenue > 0, network.revenue, 1.0),
        costs=network.costs if costs else None, replaceable=replaceable,
    )  # fmt: skip


def sold(firms: int, seed: int) -> SupplyNetwork:
    """A network with final demand, large enough that the last step upstream is not taken firm by firm."""
    chance = np.random.default_rng(seed)
    weights = chance.lognormal(0, 2, (firms, firms)) * (chance.random((firms, firms)) < 0.05)
    np.fill_diagonal(weights, 0)
    classes = chance.integers(0, 3, (12, 12))
    return dense(weights, chance.integers(0, 12, firms).tolist(), classes, revenue=1.4 * weights.sum(axis=1) + 0.1)


@st.composite
def networks(draw: st.DrawFn) -> SupplyNetwork:
    """Small networks of every kind: without links, one sector, markets that cross sectors, revenue above and below."""
    firms, sectors = draw(st.integers(2, 9)), draw(st.integers(1, 4))
    amount = st.sampled_from([0.0, 0.0, 0.0, 0.5, 1.0, 3.0, 7.5])
    cells = st.lists(amount, min_size=firms, max_size=firms)
    weights = np.array(draw(st.lists(cells, min_size=firms, max_size=firms)))
    np.fill_diagonal(weights, 0.0)
    kinds = st.lists(st.integers(0, sectors - 1), min_size=firms, max_size=firms)
    classes = st.lists(st.lists(st.integers(0, 2), min_size=sectors, max_size=sectors), min_size=sectors,
                       max_size=sectors)  # fmt: skip
    columns: dict[str, Any] = {}
    sold, bought = weights.sum(axis=1), weights.sum(axis=0)
    if draw(st.booleans()):
        columns["market"] = draw(kinds)
    if draw(st.booleans()):
        columns["revenue"] = sold * draw(st.sampled_from([0.8, 1.0, 1.5])) + 0.1
    columns["costs"] = bought * draw(st.sampled_from([1.0, 1.4])) + 0.1
    return dense(weights, draw(kinds), np.array(draw(classes)), **columns)
