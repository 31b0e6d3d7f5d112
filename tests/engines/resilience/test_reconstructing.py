"""A network from margins: they hold, there are as many links as wanted, and small cases are what can be worked out."""

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.optimize import brentq

from rongtong.engines.resilience import (
    FaultyNetwork,
    Reconstruction,
    ResilienceError,
    SupplyNetwork,
    rank_stability,
    reconstruct,
    systemic_risk,
)
from rongtong.engines.resilience.drawing import calibrated
from tests.engines.resilience.made import sold


def asked(sales: list[float], purchases: list[float], sectors: list[str] | None = None) -> dict[str, list[object]]:
    amounts = {"sales": [float(one) for one in sales], "purchases": [float(one) for one in purchases]}
    return {"firm": [*range(len(sales))], "sector": [*(sectors or ["s"] * len(sales))], **amounts}


def matrix(found: SupplyNetwork) -> np.ndarray:
    weights = np.zeros((len(found), len(found)))
    np.add.at(weights, (found.supplier, found.buyer), found.value)
    return weights


def hold(found: Reconstruction, sales: np.ndarray, purchases: np.ndarray) -> None:
    weights = matrix(found.network)
    assert weights.sum(axis=1) == pytest.approx(sales, rel=1e-6, abs=1e-6 * sales.max())
    assert weights.sum(axis=0) == pytest.approx(purchases, rel=1e-6, abs=1e-6 * sales.max())
    assert found.off <= 1e-6
    assert (weights.diagonal() == 0).all()


def test_sellers_and_buyers_apart_are_the_product_of_their_shares() -> None:
    """The network of largest entropy, where everybody may buy from everybody: sales times purchases over all of it."""
    sales, purchases = [30.0, 70.0, 0, 0, 0], [0, 0, 50.0, 20.0, 30.0]
    found = reconstruct(asked(sales, purchases), links=6)
    assert matrix(found.network) == pytest.approx(np.outer(sales, purchases) / 100)
    assert (found.known, found.drawn, found.added, found.network.links) == (0, 6, 0, 6)


def test_firms_that_are_alike_are_linked_alike() -> None:
    found = reconstruct(asked([12.0] * 5, [12.0] * 5), links=20)
    assert matrix(found.network) == pytest.approx(3.0 * (1 - np.eye(5)))


def test_stripes_follow_the_flows_between_sectors() -> None:
    """Ore goes to mills alone and steel to yards alone: nobody buys what its sector does not."""
    firms = asked([40.0, 60.0, 50, 50, 0, 0], [0, 0, 70, 30, 25, 75], ["ore", "ore", "mill", "mill", "yard", "yard"])
    flows = {"input": ["ore", "mill"], "sector": ["mill", "yard"], "value": [1.0, 1.0]}
    expected = np.zeros((6, 6))
    expected[:2, 2:4] = np.outer([40, 60], [0.7, 0.3])
    expected[2:4, 4:] = np.outer([50, 50], [0.25, 0.75])
    assert matrix(reconstruct(firms, links=8, flows=flows).network) == pytest.approx(expected)


def test_the_number_of_links_is_what_an_independent_root_says() -> None:
    """One sector, gravity x_i y_j: expected links, and one for each firm that would have none, by plain arrays."""
    chance = np.random.default_rng(3)
    sales, purchases = chance.lognormal(0, 1, 40), chance.lognormal(0, 1, 40)
    pull = sales / sales.sum()
    gravity = np.outer(pull, purchases)
    np.fill_diagonal(gravity, 0)

    def links(z: float) -> float:
        p = z * gravity / (1 + z * gravity)
        return float(p.sum() + (1 - p).prod(axis=0).sum() + (1 - p).prod(axis=1).sum())

    z, expected = calibrated(pull, np.zeros(40, np.int32), purchases[None, :], np.zeros(0, np.int64), 200.0)
    assert expected == pytest.approx(200, rel=1e-6)
    assert z == pytest.approx(brentq(lambda one: links(one) - 200, 1e-6, 1e6), rel=1e-5)


@pytest.mark.parametrize("links", [900, 0.05, 2500])
def test_margins_hold_and_there_are_about_as_many_links_as_wanted(links: float) -> None:
    whole = sold(150, 5)
    firms = whole.firms.with_columns(sales=whole.sales, purchases=whole.purchases)
    found = reconstruct(firms, links=links, essentiality=whole.essentiality, seed=2)
    hold(found, whole.sales, whole.purchases)
    wanted = links if links > 1 else links * 150 * 149
    assert found.network.links == pytest.approx(wanted, rel=0.06)
    assert found.network.links == found.drawn + found.added
    again = reconstruct(firms, links=links, essentiality=whole.essentiality, seed=2)
    assert again.to_frame().equals(found.to_frame())
    other = reconstruct(firms, links=links, essentiality=whole.essentiality, seed=3)
    assert not other.to_frame().equals(found.to_frame())
    assert (systemic_risk(found.network).esri > 0).any()


def test_flows_between_sectors_hold_about() -> None:
    whole = sold(150, 6)
    size = len(whole.essentiality.sectors)

    def between(network: SupplyNetwork) -> np.ndarray:
        table = np.zeros((size, size))
        np.add.at(table, (whole.sector[network.supplier], whole.sector[network.buyer]), network.value)
        return table

    told = between(whole)
    rows, columns = np.nonzero(told)
    flows = {"input": rows, "sector": columns, "value": told[rows, columns]}
    firms = whole.firms.with_columns(sales=whole.sales, purchases=whole.purchases)
    misses = [
        np.abs(between(reconstruct(firms, links=2000, flows=one, essentiality=whole.essentiality).network) - told).sum()
        for one in (flows, None)
    ]
    assert misses[0] < 0.35 * told.sum() < 0.5 * misses[1]


@given(st.integers(2, 8), st.floats(0.0, 1.0), st.integers(0, 5), st.data())
@settings(max_examples=30)
def test_any_margins_that_can_hold_do(firms: int, density: float, seed: int, data: st.DataObject) -> None:
    """Margins of a network that exists, some of its links known: known ones are kept, and the rest fits."""
    chance = np.random.default_rng(seed)
    weights = chance.lognormal(0, 1.5, (firms, firms)) * (chance.random((firms, firms)) < 0.6)
    np.fill_diagonal(weights, 0)
    supplier, buyer = np.nonzero(weights)
    kept = np.array(data.draw(st.lists(st.booleans(), min_size=len(supplier), max_size=len(supplier))), bool)
    known = {"supplier": supplier[kept], "buyer": buyer[kept], "value": weights[supplier, buyer][kept]}
    nodes = asked(weights.sum(axis=1).tolist(), weights.sum(axis=0).tolist())
    rest = np.zeros_like(weights)
    rest[supplier[~kept], buyer[~kept]] = 1
    room = np.outer(rest.any(axis=1), rest.any(axis=0)) & ~np.eye(firms, dtype=bool)
    room[supplier[kept], buyer[kept]] = False
    links = int(kept.sum()) + round(density * room.sum())
    found = reconstruct(nodes, links=links, known=known if kept.any() else None, seed=seed)
    ours = matrix(found.network)
    assert ours[supplier[kept], buyer[kept]] == pytest.approx(weights[supplier, buyer][kept])
    if not kept.any() or not {trap.code for trap in found.traps} & {"margins_miss"}:
        hold(found, weights.sum(axis=1), weights.sum(axis=0))


def test_what_is_told_of_a_reconstruction() -> None:
    found = reconstruct(asked([30.0, 0], [0, 15.0]), links=1)
    assert {trap.code for trap in found.traps} == {"totals_differ", "no_flows"}
    assert "0.5000 of the sales" in str(found)
    alone = reconstruct(asked([30.0, 10.0], [30.0, 10.0]), links=2)
    assert "margins_miss" in {trap.code for trap in alone.traps} and alone.off > 0.5


@pytest.mark.parametrize(
    ("firms", "known", "flows", "codes"),
    [
        (asked([-1.0, 1], [1, 1]), None, None, {("firms", 1, "no_margin")}),
        (asked([1.0, 1], [1, 1]), {"supplier": [0], "buyer": [1], "value": [2.0]}, None,
         {("firms", 1, "margin_exceeded"), ("firms", 2, "margin_exceeded")}),
        (asked([1.0, 1], [1, 1]), None, {"input": ["s", "t"], "sector": ["s", "s"], "value": [1, -1]},
         {("flows", 2, "unknown_sector"), ("flows", 2, "no_number")}),
        ({"firm": [1], "sector": ["s"]}, None, None, {("firms", 0, "missing_column")}),
    ],
    ids=["negative", "exceeded", "flows", "columns"],
)  # fmt: skip
def test_what_is_wrong_is_named_with_its_row(firms: object, known: object, flows: object, codes: set[object]) -> None:
    with pytest.raises(FaultyNetwork) as refused:
        reconstruct(firms, links=1, known=known, flows=flows)
    assert {(fault.table, fault.row, fault.code) for fault in refused.value.faults} == codes


def test_more_links_than_pairs_are_refused() -> None:
    with pytest.raises(ResilienceError, match="pairs at most"):
        reconstruct(asked([1.0, 1], [1, 1]), links=3)
    with pytest.raises(ResilienceError, match="leave room for 2"):
        reconstruct(asked([1.0, 1, 0], [1, 1, 0]), links=5)


def test_ranks_get_worse_the_more_is_missing() -> None:
    network = sold(80, 4)
    done: list[tuple[int, int]] = []
    told = rank_stability(network, missing=(0.02, 0.6), draws=3, top=(5, 20), fill=True, seed=1,
                          tell=lambda one, of: done.append((one, of)))  # fmt: skip
    means = {(row["missing"], row["filled"], row["measure"]): row for row in told.to_frame().iter_rows(named=True)}
    assert len(means) == 2 * 2 * 4 and done == [(number, 6) for number in range(1, 7)]
    for measure in ("spearman", "kendall", "top_20"):
        assert 1 >= means[0.02, False, measure]["mean"] > means[0.6, False, measure]["mean"] > 0
    assert means[0.6, True, "spearman"]["mean"] > means[0.6, False, "spearman"]["mean"]
    assert all(row["p5"] <= row["p50"] <= row["p95"] for row in means.values())
    assert rank_stability(network, missing=(0.6,), draws=2, seed=1).draws.equals(
        rank_stability(network, missing=(0.6,), draws=2, seed=1).draws
    )
    assert "2% missing, filled: spearman" in str(told)
    with pytest.raises(ResilienceError, match="shares above 0"):
        rank_stability(network, missing=(1.0,))


def test_nothing_missing_is_full_agreement() -> None:
    """A link that carries next to nothing decides no rank."""
    network = sold(40, 4)
    links = network.to_frame().with_columns(pl.col("value").replace(network.value[3], 1e-9))
    whole = SupplyNetwork.from_edges(links, network.firms, network.essentiality)
    told = rank_stability(whole, missing=(0.4 / whole.links,), draws=1)  # rounds to no link
    assert told.draws.row(0)[3:] == pytest.approx((1.0, 1.0, 1.0))
