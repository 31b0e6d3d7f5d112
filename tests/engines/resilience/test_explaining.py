"""Every part of an index comes through some link; nothing twice, nothing left over."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.resilience import SupplyNetwork, cascade, explain, systemic_risk
from tests.engines.resilience.made import dense, networks, sold


def walks(network: SupplyNetwork, firm: int, eps: float, replaceable: bool) -> dict[tuple[str, int, int], float]:
    """What arrives through each link itself, firm by firm, as the definition tells it in plain loops."""
    spread = cascade(network, {firm: 0.0}, eps=eps, replaceable=replaceable)
    sales, classes, sector = network.sales, network.essentiality.classes, network.sector
    weights = np.zeros((len(network), len(network)))
    weights[network.supplier, network.buyer] = network.value
    left = [sum(sales[i] * (1 - spread.downstream[i]) for i in range(len(network)) if network.market[i] == m)
            for m in network.market]  # fmt: skip
    sigma = [min(1.0, sales[i] / left[i]) if left[i] > 1e-10 and replaceable else 1.0 for i in range(len(network))]
    found: dict[tuple[str, int, int], float] = {}
    for one in range(len(network)):
        loss = max(spread.downstream[one], spread.upstream[one])
        if one == firm or not loss:
            continue
        amounts: dict[int, float] = {}
        if spread.downstream[one] >= spread.upstream[one]:
            groups: dict[int, dict[int, float]] = {}
            for i in np.flatnonzero(weights[:, one]):
                kind = classes[sector[i], sector[one]]
                same = weights[sector == sector[i], one].sum() if kind == 2 else weights[:, one].sum()
                part = weights[i, one] / same * sigma[i] * spread.downstream[i] if kind else 0.0
                groups.setdefault(sector[i] if kind == 2 else -1, {})[int(i)] = part
            amounts = max(groups.values(), key=lambda group: sum(group.values()))
            direction = "downstream"
        else:
            amounts = {int(j): weights[one, j] * spread.upstream[j] for j in np.flatnonzero(weights[one])}
            direction = "upstream"
        for other, amount in amounts.items():
            pair = (other, one) if direction == "downstream" else (one, other)
            found[(direction, *pair)] = amount / sum(amounts.values()) * loss * sales[one] / sales.sum()
    return {link: amount for link, amount in found.items() if amount > 0}


def test_a_loss_is_what_the_definition_says_it_came_through() -> None:
    network = sold(60, 11)
    for firm in (3, 17, 40):
        told = walks(network, firm, 1e-2, True)
        links = explain(network, firm).links
        ours = {(row["direction"], row["supplier"], row["buyer"]): row["direct"]
                for row in links.iter_rows(named=True) if row["direct"] > 0}  # fmt: skip
        assert ours == pytest.approx(told, abs=1e-14)


@given(networks(), st.booleans(), st.sampled_from([1e-2, 1e-9]))
@settings(max_examples=40)
def test_the_parts_add_up_to_the_index(network: SupplyNetwork, replaceable: bool, eps: float) -> None:
    if not network.sales.sum():
        return
    risk = systemic_risk(network, eps=eps, replaceable=replaceable, workers=1)
    for firm in range(len(network)):
        told = explain(network, firm, eps=eps, replaceable=replaceable)
        links = told.links
        assert told.esri == pytest.approx(risk.esri[firm], abs=1e-12)
        assert float(links["direct"].sum()) + told.own == pytest.approx(told.esri, abs=1e-9)
        assert told.firms["part"].sum() == pytest.approx(told.esri, abs=1e-9)
        first = links.filter(
            ((links["direction"] == "downstream") & (links["supplier"] == firm))
            | ((links["direction"] == "upstream") & (links["buyer"] == firm))
        )
        assert float(first["carried"].sum()) + told.own == pytest.approx(told.esri, abs=1e-9)
        assert (links["carried"] >= links["direct"] - 1e-12).all()
        assert (links["carried"] <= told.esri - told.own + 1e-9).all()


def test_in_a_tree_a_link_carries_what_would_not_be_lost_without_it() -> None:
    """Each firm has one supplier: cut a link and the branch below it stays whole."""
    tree = {1: 0, 2: 0, 3: 1, 4: 1, 5: 2, 6: 4, 7: 4}
    weights = np.zeros((8, 8))
    for buyer, supplier in tree.items():
        weights[supplier, buyer] = 10.0 + buyer
    classes = np.full((8, 8), 2)
    network = dense(weights, list(range(8)), classes, revenue=[1e9] * 8)
    told = explain(network, 0, eps=1e-9)
    assert told.esri == pytest.approx(1.0)
    whole = network.sales.sum()
    for row in told.links.filter(told.links["direction"] == "downstream").iter_rows(named=True):
        below = {row["buyer"]}
        for buyer, supplier in sorted(tree.items()):
            below |= {buyer} if supplier in below else set()
        assert row["carried"] == pytest.approx(sum(network.sales[one] for one in below) / whole, abs=1e-9)


def test_firms_that_hold_each_other_down_lead_back_to_the_failure() -> None:
    """Firms 1 and 2 are each other's only source of an input, and lose as much by it as by what firm 0 sold."""
    weights = np.array([[0.0, 5, 0], [0, 0, 5], [0, 5, 0]])
    network = dense(weights, [2, 0, 1], np.full((3, 3), 2), revenue=[100.0] * 3)
    told = explain(network, 0, eps=1e-12)
    assert told.links["supplier"].to_list() == [0, 1]
    assert told.links["carried"].to_list() == pytest.approx([2 / 3, 1 / 3])
    assert "most passes through" in str(told) and told.to_frame().equals(told.links)
