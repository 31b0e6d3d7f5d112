"""The chain as a network: how fast, how exact, in how much memory. Writes ``benchmarks/out/resilience.json``.

    python benchmarks/resilience.py [--quick]

Invented networks like the published ones: 616 sectors, some ten buyers a firm, sales over several orders of magnitude,
revenue 1.5 times what is sold here. The baseline of every time is the plain NumPy and SciPy program beside this file
(`esri_reference.py`), measured in the same run on a sample of the same shocks; both must give the same figures.
"""

from __future__ import annotations

import gzip
import resource
import time
from collections.abc import Iterator
from pathlib import Path

import numpy as np
import polars as pl
from esri_reference import Reference
from figures import Row, figure, report

from rongtong.engines.resilience import Disruption, SupplyNetwork, rank_stability, reinforce, simulate, systemic_risk

DATA = Path(__file__).resolve().parents[2] / "shared/data/esri"
CLASSES = DATA / "ess_mat_n4_ihs.csv.gz"
SECTORS, DEMAND, SAMPLE = 616, 1.5, 40
BARS = {10_000: 4.0, 100_000: 200.0}


def classes() -> np.ndarray:
    """Essentiality as surveyed, or where the survey is not at hand as often each class as in it."""
    if not CLASSES.is_file():
        return np.random.default_rng(0).choice([0, 1, 2], (SECTORS, SECTORS), p=[0.5, 0.25, 0.25]).astype(np.int8)
    with gzip.open(CLASSES, "rt") as lines:
        next(lines)
        return np.array([line.rstrip().split(",")[1:] for line in lines], np.int8)


def tables(firms: int, buyers: float = 10.0, seed: int = 0) -> tuple[pl.DataFrame, pl.DataFrame]:
    """Invent links and firms."""
    chance = np.random.default_rng(seed)
    degrees = np.minimum(firms // 4, 0.6 * buyers + np.floor(chance.pareto(1.8, firms) * 0.32 * buyers)).astype(int)
    key = np.repeat(np.arange(firms, dtype=np.int64), degrees) * firms + chance.integers(0, firms, degrees.sum())
    key = np.unique(key)
    key = key[key // firms != key % firms]
    value = chance.lognormal(0, 2, len(key))
    supplier, buyer = key // firms, key % firms
    revenue = DEMAND * np.bincount(supplier, value, firms) + 1e-9
    links = pl.DataFrame({"supplier": supplier, "buyer": buyer, "value": value})
    sector = chance.integers(0, SECTORS, firms)
    return links, pl.DataFrame({"firm": np.arange(firms), "sector": sector, "revenue": revenue})


def peak() -> float:
    """The most memory this process has held so far, Python and all packages included, in GB."""
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20


def index(firms: int, sample: int, *, everybody: bool) -> Iterator[Row]:
    """Yield the figures of the index at the published eps."""
    links, nodes = tables(firms)
    network = SupplyNetwork.from_edges(links, nodes, classes())
    systemic_risk(network, firms=[0, 1])  # compiles
    asked = np.random.default_rng(1).choice(firms, sample, replace=False).tolist()
    baseline, told = by_the_equations(network, asked)
    began = time.perf_counter()
    found = systemic_risk(network, firms=None if everybody else asked)
    seconds = (time.perf_counter() - began) / len(found)
    ours = found.esri[asked] if everybody else found.esri
    name = f"{firms:,} firms"
    if everybody:
        yield figure(f"index of all firms, {name}", seconds * firms, "s", BARS[firms], baseline * firms)
        yield figure(f"memory so far, {name}", peak(), "GB", 1.0)
    yield figure(f"times as fast as the equations in NumPy, {name}", baseline / seconds, "x")
    yield figure(f"difference from the equations, {name}", float(np.abs(ours - told).max()) * 1e12, "e-12", 1.0)
    alone = []
    for firm in asked:
        began = time.perf_counter()
        systemic_risk(network, firms=[firm], workers=1)
        alone.append(time.perf_counter() - began)
    began = time.perf_counter()
    systemic_risk(network, firms=range(500), workers=1)
    each = (time.perf_counter() - began - np.median(alone)) / 499
    yield figure(f"one shock on one core, {name}", 1e3 * each, "ms", 5.0, 1e3 * baseline)
    yield figure(f"one call for one shock, network laid out for it, {name}", 1e3 * float(np.median(alone)), "ms")


def by_the_equations(network: SupplyNetwork, firms: list[int]) -> tuple[float, np.ndarray]:
    """Seconds for each shock, and the index, by the reference."""
    equations = Reference(
        network.supplier, network.buyer, network.value, network.sector, network.essentiality.classes,
        revenue=network.revenue,
    )  # fmt: skip
    began = time.perf_counter()
    told = np.array([equations.failure(firm).esri for firm in firms])
    return (time.perf_counter() - began) / len(firms), told


def certified(firms: int, asked: int) -> Iterator[Row]:
    """Yield the figures of fixed points with a proof."""
    network = SupplyNetwork.from_edges(*tables(firms), classes())
    systemic_risk(network, firms=[0], certified=True)  # compiles
    began = time.perf_counter()
    found = systemic_risk(network, firms=range(asked), certified=True)
    seconds = (time.perf_counter() - began) * firms / asked
    assert found.error is not None
    equations = Reference(
        network.supplier, network.buyer, network.value, network.sector, network.essentiality.classes,
        revenue=network.revenue,
    )  # fmt: skip
    began = time.perf_counter()
    told = np.array([equations.failure(firm, 1e-13).esri for firm in range(SAMPLE)])
    baseline = (time.perf_counter() - began) * firms / SAMPLE
    name = f"{firms:,} firms" + ("" if asked == firms else f", by {asked:,} of them")
    yield figure(f"certified index of all firms, {name}", seconds, "s", 30.0, baseline)
    yield figure(f"stated bound of the error, the widest, {name}", float(found.error.max()) * 1e6, "e-6", 1.0)
    yield figure(f"error against 1e-13, the largest, {name}", float(np.abs(found.esri[:SAMPLE] - told).max()) * 1e6,
                 "e-6", 1.0)  # fmt: skip


def days(firms: int) -> Iterator[Row]:
    """Yield what a year costs."""
    network = SupplyNetwork.from_edges(*tables(firms), classes())
    struck = tuple(network.names[network.sales.argsort()[-20:]].to_list())
    began = time.perf_counter()
    found = simulate(network, [Disruption("firm", struck, 1.0, 5, 60, 10)], days=365)
    seconds = time.perf_counter() - began
    assert found.value_lost > 0
    yield figure(f"365 days of {firms:,} firms with stocks, the 20 largest stop for 60", seconds, "s", 10.0)


def reinforcement() -> Iterator[Row]:
    """Yield what is left of the mean index after at most 20 links, beside links taken otherwise.

    Candidates: firms of the same sector as an input of the 40 largest firms, who could make half as much more.
    """
    network, name = _thousand()
    rows = []
    for buyer in np.argsort(-network.sales)[:40].tolist():
        inputs = np.unique(network.sector[network.in_supplier[network.in_start[buyer] : network.in_start[buyer + 1]]])
        rows += [(network.names[int(one)], network.names[buyer], 0.5 * network.sales[one])
                 for one in np.flatnonzero(np.isin(network.sector, inputs)) if one != buyer]  # fmt: skip
    candidates = pl.DataFrame(rows, schema=["supplier", "buyer", "capacity"], orient="row")
    began = time.perf_counter()
    best = reinforce(network, candidates, links=20)
    seconds = time.perf_counter() - began
    assert abs(best.network.sales.sum() / network.sales.sum() - 1) < 1e-9
    for other in ("random", "largest"):
        beside = reinforce(network, candidates, links=20, strategy=other)
        yield figure(f"mean index left after {len(best)} links of {len(candidates):,}, {name}; baseline: {other}",
                     100 * (1 - best.cut), "%", 84.0, 100 * (1 - beside.cut))  # fmt: skip
    yield figure(f"time to choose them, {name}", seconds, "s")


def _thousand() -> tuple[SupplyNetwork, str]:
    """A reference network where it is at hand, else an invented one."""
    if not DATA.is_dir():
        return SupplyNetwork.from_edges(*tables(1000), classes()), "1,000 invented firms"
    nodes = pl.read_csv(DATA / "net1000_nodes.csv")
    links = pl.read_csv(DATA / "net1000_edges.csv.gz").rename({"i": "supplier", "j": "buyer", "w": "value"})
    firms = pl.DataFrame({"firm": range(1, 1001), "sector": nodes["p"] - 1, "revenue": nodes["rev"]})
    return SupplyNetwork.from_edges(links, firms, classes()), "1,000 firms"


def stability() -> Iterator[Row]:
    """Yield how well ranks agree with the whole network's when links are missing, and when the hole is filled."""
    network, name = _thousand()
    told = rank_stability(network, missing=(0.1, 0.3, 0.5), draws=5, top=(50,), fill=True).to_frame()
    for row in told.filter(~pl.col("filled")).iter_rows(named=True):
        same = (pl.col("missing") == row["missing"]) & (pl.col("measure") == row["measure"]) & pl.col("filled")
        words = f"{row['measure']} with {row['missing']:.0%} of the links missing, {name}; baseline: filled"
        yield figure(words, row["mean"], "", None, told.filter(same)["mean"][0])


def loading(firms: int) -> Iterator[Row]:
    """Yield what it costs to make a large network."""
    links, nodes = tables(firms, buyers=10.5)
    began = time.perf_counter()
    network = SupplyNetwork.from_edges(links, nodes, classes())
    yield figure(f"load {firms:,} firms and {network.links:,} links", time.perf_counter() - began, "s")
    yield figure(f"memory so far, tables included, {firms:,} firms", peak(), "GB", 4.0)


def rows(quick: bool) -> Iterator[Row]:
    """Yield all figures; smaller networks first, as memory is the most that was held so far."""
    yield from index(10_000, SAMPLE, everybody=not quick)
    yield from certified(10_000, 800 if quick else 10_000)
    yield from days(10_000)
    if not quick:
        yield from reinforcement()
        yield from stability()
        yield from index(100_000, SAMPLE, everybody=True)
        yield from loading(1_000_000)


if __name__ == "__main__":
    raise SystemExit(report("resilience", __doc__, "10,000 firms, some shocks", rows))
