"""Links that make a network safer: what is told is what a full evaluation finds, and nobody loses output."""

import numpy as np
import polars as pl
import pytest

from rongtong.engines.resilience import FaultyNetwork, ResilienceError, SupplyNetwork, cascade, systemic_risk
from rongtong.engines.resilience.reinforcing import Move, moved, reinforce
from tests.engines.resilience.made import dense


def star() -> SupplyNetwork:
    """Three parts of one supplier each make a machine; other makers of the parts sell elsewhere."""
    weights = np.zeros((9, 9))
    weights[[0, 1, 2], 3] = [10, 10, 10]
    weights[3, 8] = 100
    weights[[4, 5, 6], 7] = [12, 8, 4]
    weights[7, 8] = 5
    sectors = [0, 1, 2, 3, 0, 1, 2, 4, 5]
    return dense(weights, sectors, np.full((6, 6), 2), revenue=2 * weights.sum(axis=1) + 1)


CANDIDATES = pl.DataFrame(
    {"supplier": [4, 5, 6, 4, 0], "buyer": [3, 3, 3, 8, 7], "capacity": [5.0, 2.0, 1.0, 9.0, 3.0]}
)


def test_gains_are_differences_of_full_evaluations() -> None:
    network = star()
    found = reinforce(network, CANDIDATES, links=4)
    assert len(found) >= 3 and found.cut > 0.05
    assert found.before == pytest.approx(systemic_risk(network).esri.mean())
    assert found.after == pytest.approx(systemic_risk(found.network).esri.mean())
    step = network
    for one in found.proposals:
        assert one.before == pytest.approx(systemic_risk(step).esri.mean())
        step = moved(step, Move(one.supplier, one.buyer, one.instead_of, one.value))
        assert one.after == pytest.approx(systemic_risk(step).esri.mean())
        assert one.gain > 0
    assert found.to_frame()["gain"].sum() == pytest.approx(found.before - found.after)
    assert "links cut the mean risk" in str(found)


def test_nobody_loses_output_and_no_capacity_is_exceeded() -> None:
    network = star()
    after = reinforce(network, CANDIDATES, links=4).network
    assert after.purchases == pytest.approx(network.purchases)
    assert after.sales.sum() == pytest.approx(network.sales.sum())
    assert after.revenue.sum() == pytest.approx(network.revenue.sum())
    more = after.sales - network.sales
    told = {4: 9.0, 5: 2.0, 6: 1.0, 0: 3.0}
    assert all(more[place] <= told.get(place, 0.0) + 1e-9 for place in range(9))


def test_the_first_choice_is_the_best_of_all() -> None:
    network = star()
    best = min(
        reinforce(network, CANDIDATES[row : row + 1], links=1, strategy="random").after
        for row in range(len(CANDIDATES))
    )
    assert reinforce(network, CANDIDATES, links=1).after == pytest.approx(best)


def test_greedy_beats_what_it_is_shown_beside() -> None:
    network = star()
    greedy = reinforce(network, CANDIDATES, links=2)
    for strategy in ("random", "largest"):
        other = reinforce(network, CANDIDATES, links=2, strategy=strategy)
        assert greedy.after <= other.after + 1e-15
        assert len(other) == 2


def test_what_one_buyer_has_at_risk() -> None:
    def at_risk(network: SupplyNetwork, buyer: int) -> float:
        lost = [cascade(network, {firm: 0.0}).loss[buyer] for firm in range(9) if firm != buyer]
        return float(sum(lost)) / 9

    network = star()
    found = reinforce(network, CANDIDATES, links=3, buyer=3)
    assert found.before == pytest.approx(at_risk(network, 3))
    assert found.after == pytest.approx(at_risk(found.network, 3)) and found.after < found.before
    assert {one.buyer for one in found.proposals} == {3}


def test_moving_back_is_where_it_was() -> None:
    network = star()
    there = moved(network, Move(4, 3, 0, 4.0))
    assert there.links == network.links + 1
    back = moved(there, Move(0, 3, 4, 4.0))
    assert back.to_frame().filter(pl.col("value") > 1e-9).equals(network.to_frame())
    assert back.revenue == pytest.approx(network.revenue)


def test_what_no_candidate_can_be() -> None:
    with pytest.raises(FaultyNetwork) as caught:
        reinforce(star(), {"supplier": [4, 99], "buyer": [98, 3], "capacity": [None, -1.0]})
    assert {(one.row, one.code) for one in caught.value.faults} == {
        (1, "unknown_firm"), (2, "unknown_firm"), (1, "no_capacity"), (2, "no_capacity"),
    }  # fmt: skip
    with pytest.raises(ResilienceError):
        reinforce(star(), CANDIDATES, links=0)
    assert len(reinforce(star(), {"supplier": [3], "buyer": [0], "capacity": [1.0]})) == 0
