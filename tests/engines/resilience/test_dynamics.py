"""Day by day: against the same rules written firm by firm, and against cases that can be worked out by hand."""

from collections import defaultdict

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.resilience import Cancelled, ResilienceError, SupplyNetwork
from rongtong.engines.resilience.disruptions import Disruption
from rongtong.engines.resilience.dynamics import Conduct, monte_carlo, simulate
from tests.engines.resilience.made import networks

CHAIN = pl.DataFrame({"supplier": ["ore", "steel"], "buyer": ["steel", "car"], "value": [365.0, 730.0]})
FIRMS = pl.DataFrame(
    {
        "firm": ["ore", "steel", "car"],
        "sector": ["a", "b", "c"],
        "revenue": [365.0, 730.0, 3650.0],
        "country": ["AU", "CN", "CN"],
    }
)
ALL_ESSENTIAL = pl.DataFrame({"of": ["a", "b", "c"], "a": [2, 2, 2], "b": [2, 2, 2], "c": [2, 2, 2]})


def chain() -> SupplyNetwork:
    return SupplyNetwork.from_edges(CHAIN, FIRMS, ALL_ESSENTIAL)


def firm_by_firm(network: SupplyNetwork, left: dict[int, list[float]], days: int, conduct: Conduct) -> np.ndarray:
    """The rules of the model, without arrays."""
    firms, most = range(len(network)), 1 + conduct.surge
    flows: dict[tuple[int, int], float] = defaultdict(float)
    for one, other, value in zip(network.supplier.tolist(), network.buyer.tolist(), network.value, strict=True):
        if network.essentiality.classes[network.sector[one], network.sector[other]] and value > 0:
            flows[one, other] += value / 365
    normal = [max(network.revenue[one], network.sales[one]) / 365 for one in firms]
    final = [normal[one] - sum(flow for (here, _), flow in flows.items() if here == one) for one in firms]
    inputs: dict[tuple[int, int], list[int]] = defaultdict(list)
    for one, other in flows:
        inputs[other, int(network.sector[one])].append(one)
    use = {key: sum(flows[one, key[0]] for one in sources) for key, sources in inputs.items()}
    target = 1 + conduct.cover
    stock, orders, made = dict.fromkeys(inputs, target), dict(flows), np.ones((days, len(network)))
    for day in range(days):
        wanted = [1.0] * len(network)
        for one in firms:
            asked = final[one] + sum(amount for (here, _), amount in orders.items() if here == one)
            wanted[one] = asked / normal[one] if normal[one] else 1.0
            limit, spent = most, sum(use[key] for key in inputs if key[0] == one)
            scarce = [most]
            for key in inputs:
                if key[0] != one:
                    continue
                there = min(stock[key], most)
                if network.essentiality.classes[key[1], network.sector[one]] == 2:
                    scarce.append(there)
                else:
                    limit -= use[key] / spent * (most - there)
            made[day, one] = min(left[one][day] * most, wanted[one], limit, *scarce)
        fresh = {}
        for key, sources in inputs.items():
            buyer = key[0]
            came = sum(orders[one, buyer] * made[day, one] / wanted[one] for one in sources if wanted[one] > 0)
            stock[key] = max(0.0, stock[key] - made[day, buyer]) + came / use[key]
            need = min(wanted[buyer], left[buyer][day] * most) + (target - stock[key]) / conduct.restock
            able = {one: flows[one, buyer] * left[one][day] for one in sources}
            if sum(able.values()) == 0:
                able = {one: flows[one, buyer] for one in sources}
            for one in sources:
                fresh[one, buyer] = max(0.0, need) * use[key] * able[one] / sum(able.values())
        orders = fresh
    return made


@given(networks(), st.data())
@settings(max_examples=25)
def test_small_networks_follow_the_rules_written_firm_by_firm(network: SupplyNetwork, data: st.DataObject) -> None:
    conduct = Conduct(data.draw(st.sampled_from([0.0, 2.5])), 3.0, data.draw(st.sampled_from([0.0, 0.2])))
    struck = data.draw(st.lists(st.integers(0, len(network) - 1), min_size=1, max_size=2, unique=True))
    what = Disruption("firm", tuple(struck), data.draw(st.sampled_from([0.4, 1.0])), 1, 6, 3)
    left = {one: [what.left(day) if one in struck else 1.0 for day in range(20)] for one in range(len(network))}
    found = simulate(network, [what], days=20, conduct=conduct)
    assert np.abs(found.made - firm_by_firm(network, left, 20, conduct)).max() <= 1e-9


def test_a_normal_year_stays_normal() -> None:
    found = simulate(chain(), [], days=50)
    assert np.abs(found.made - 1).max() <= 1e-12
    assert found.time_to_survive is None and found.time_to_recover == 0 and found.value_lost == pytest.approx(0)


def test_stocks_say_how_long_a_chain_survives() -> None:
    quiet = Conduct(cover=7, surge=0)
    found = simulate(chain(), [Disruption("firm", ("ore",), 1.0, 10, 40)], days=120, conduct=quiet)
    steel, car = found.made[:, 1], found.made[:, 2]
    assert steel[:17].min() > 0.99 > steel[18]  # one day's own use, one delivery under way, and seven days in stock
    assert car[:25].min() > 0.99 > car[26]
    assert found.to_frame()["output"].min() == pytest.approx(0, abs=1e-9)
    table = found.firms()
    assert table.filter(pl.col("firm") == "steel")["stops_after"].item() == found.time_to_survive
    assert found.value_lost == pytest.approx(table["lost"].sum())
    assert found.time_to_recover is not None and found.time_to_recover > 40
    longer = simulate(
        chain(), [Disruption("firm", ("ore",), 1.0, 10, 40)], days=120, conduct=Conduct(cover=30, surge=0)
    )
    assert longer.value_lost < found.value_lost
    own = FIRMS.with_columns(pl.Series("cover_days", [0.0, 30.0, None]))
    network = SupplyNetwork.from_edges(CHAIN, own, ALL_ESSENTIAL)
    later = simulate(network, [Disruption("firm", ("ore",), 1.0, 10, 40)], days=120, conduct=quiet)
    assert later.time_to_survive == found.time_to_survive + 23  # type: ignore[operator]  # neither is None here


def test_a_supplier_that_can_make_more_helps() -> None:
    links = {"supplier": ["s", "t"], "buyer": ["b", "b"], "value": [365.0, 365.0]}
    firms = {"firm": ["s", "t", "b"], "sector": ["a", "a", "c"], "revenue": [365.0, 365.0, 3650.0]}
    network = SupplyNetwork.from_edges(links, firms)
    what = [Disruption("firm", ("s",), 1.0, 0, 60)]
    alone = simulate(network, what, days=60, conduct=Conduct(cover=0, surge=0))
    helped = simulate(network, what, days=60, conduct=Conduct(cover=0, surge=1.0))
    assert alone.made[50, 2] == pytest.approx(0.5)
    assert helped.made[50, 2] == pytest.approx(1.0, abs=0.02)


def test_every_kind_of_disruption_meets_whom_it_says() -> None:
    links = CHAIN.with_columns(pl.Series("product", ["iron ore", "sheet"]))
    network = SupplyNetwork.from_edges(links, FIRMS.with_columns(pl.Series("region", ["W", "4403", "4403"])), None)
    for kind, name, struck in (("sector", "b", [1]), ("country", "CN", [1, 2]), ("region", "W", [0])):
        what = Disruption(kind, (name,))  # type: ignore[arg-type]  # one of the kinds
        assert np.flatnonzero(what.firms(network)).tolist() == struck
        assert not what.links(network).any()
    assert np.flatnonzero(Disruption("product", ("sheet",)).links(network)).tolist() == [1]
    assert np.flatnonzero(Disruption("transport", (("AU", "CN"),)).links(network)).tolist() == [0]
    assert np.flatnonzero(Disruption("transport", (("*", "CN"),)).links(network)).tolist() == [0]
    still = simulate(network, [Disruption("transport", (("AU", "CN"),), 1.0, 0, 99)], days=60, conduct=Conduct(5, 5, 0))
    assert still.made[0].tolist() == [1, 1, 1] and still.made[59, 1] == pytest.approx(0, abs=1e-9)
    assert [Disruption("firm", ("ore",), 0.8, 2, 2, 3).left(day) for day in range(8)] == pytest.approx(
        [1, 1, 0.2, 0.2, 0.4, 0.6, 0.8, 1.0]
    )


def test_what_cannot_happen() -> None:
    with pytest.raises(ResilienceError, match="meets nobody"):
        simulate(chain(), [Disruption("country", ("XX",))])
    with pytest.raises(ResilienceError, match="name no products"):
        simulate(chain(), [Disruption("product", ("x",))])
    with pytest.raises(ResilienceError, match="depth"):
        Disruption("firm", ("ore",), 1.5)
    with pytest.raises(ResilienceError, match="cover"):
        Conduct(cover=-1)


def test_many_runs_give_bands() -> None:
    def draw(chance: np.random.Generator) -> list[Disruption]:
        if chance.random() < 0.5:
            return []
        return [Disruption("firm", ("steel",), 1.0, int(chance.integers(0, 5)), int(chance.integers(1, 40)))]

    bands = monte_carlo(chain(), draw, runs=40, days=60, seed=3)
    assert (bands.daily == monte_carlo(chain(), draw, runs=40, days=60, seed=3).daily).all()
    assert 0.2 < (bands.totals < 1e-6).mean() < 0.8
    frame = bands.to_frame()
    assert frame.columns == ["day", "mean", "p5", "p50", "p95"]
    assert (frame["p5"] <= frame["p50"]).all() and (frame["p50"] <= frame["p95"]).all()
    assert (bands.totals <= bands.value_at_risk(0.9)).mean() >= 0.9
    assert bands.expected_shortfall(0.9) >= bands.value_at_risk(0.9)
    with pytest.raises(Cancelled):
        monte_carlo(chain(), draw, runs=40, days=9, tell=lambda done, of: done == 3)
