"""The index by the published equations: against the authors' figures, and against the equations in plain NumPy."""

import sys
import threading

import numpy as np
import polars as pl
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.resilience import Cancelled, ResilienceError, SupplyNetwork, cascade, systemic_risk
from tests.engines.resilience.made import DATA, dense, networks, present, real, reference, sold


@present
@pytest.mark.parametrize("eps", ["0.01", "1e-12"])
@pytest.mark.parametrize(("name", "replaceable"), [("example", True), ("example", False), ("six", True)])
def test_the_figures_of_the_authors_package(name: str, replaceable: bool, eps: str) -> None:
    found = systemic_risk(real(name), eps=float(eps), replaceable=replaceable)
    told = pl.read_csv(DATA / f"esri/{name}_{'sub' if replaceable else 'nosub'}_eps{eps}_esri.csv").to_numpy()
    ours = np.stack([found.esri, found.downstream, found.upstream], axis=1)
    assert np.abs(ours - told[:, :3]).max() <= 1e-12
    assert (found.steps == told[:, 3]).all()


@present
def test_a_thousand_firms_in_616_sectors() -> None:
    network = real("net1000")
    told = np.loadtxt(DATA / "esri/net1000_np16.csv", delimiter=",")
    found = systemic_risk(network, firms=range(1, 17))
    ours = np.stack([found.esri, found.downstream, found.upstream, found.steps], axis=1)
    assert np.abs(ours - told).max() <= 1e-12
    proven = systemic_risk(network, firms=range(1, 17), certified=True)
    assert proven.error is not None and proven.error.max() <= 1e-6
    equations = reference(network)
    for place in range(16):
        assert abs(equations.failure(place, 1e-14).esri - proven.esri[place]) <= proven.error[place]


@given(networks(), st.booleans(), st.sampled_from([1e-2, 1e-4]), st.data())
@settings(max_examples=25)
def test_every_small_network_follows_the_equations(
    network: SupplyNetwork, replaceable: bool, eps: float, data: st.DataObject
) -> None:
    corrected = data.draw(st.booleans())
    told = reference(network, replaceable=replaceable, costs=corrected)
    failures = systemic_risk(network, eps=eps, replaceable=replaceable, cost_corrected=corrected, workers=1)
    share = st.sampled_from([0.0, 0.3, 1.0])
    psi = np.array(data.draw(st.lists(share, min_size=len(network), max_size=len(network))))
    remaining = dict(enumerate(psi.tolist()))
    whole = cascade(network, remaining, eps=eps, replaceable=replaceable, cost_corrected=corrected)
    if network.sales.sum() == 0:
        assert (failures.esri == 0).all() and whole.esri == 0
        return
    for firm in range(len(network)):
        expected = told.failure(firm, eps)
        ours = (failures.esri[firm], failures.downstream[firm], failures.upstream[firm])
        assert ours == pytest.approx(expected[:3], abs=1e-12)
        assert failures.steps[firm] == expected.steps
    expected = told.run(psi, eps)
    assert whole.esri == pytest.approx(expected.esri, abs=1e-12)
    assert np.abs(1 - whole.downstream - expected.down_capacity).max() <= 1e-12
    assert np.abs(1 - whole.upstream - expected.up_capacity).max() <= 1e-12


@given(networks(), st.booleans())
@settings(max_examples=25)
def test_a_certified_index_is_as_close_as_it_says(network: SupplyNetwork, replaceable: bool) -> None:
    proven = systemic_risk(network, certified=True, replaceable=replaceable, workers=1)
    assert proven.error is not None
    told = reference(network, replaceable=replaceable)
    for firm in range(len(network) if network.sales.sum() else 0):
        assert abs(told.failure(firm, 1e-10).esri - proven.esri[firm]) <= proven.error[firm] + 1e-6


def test_upstream_is_the_closed_form() -> None:
    network = sold(120, 3)
    shares = np.zeros((120, 120))
    shares[network.supplier, network.buyer] = network.value / network.revenue[network.supplier]
    inverse = np.linalg.inv(np.eye(120) - shares)
    closed = (network.sales @ inverse) / np.diag(inverse) / network.sales.sum()
    proven = systemic_risk(network, certified=True, direction="upstream")
    assert np.abs(proven.esri - closed).max() <= 1e-11
    assert proven.error is not None and proven.error.max() <= 1e-11


def test_the_last_step_at_once_is_the_step_firm_by_firm() -> None:
    network = sold(300, 4)
    told = reference(network)
    found = systemic_risk(network, eps=1e-2)
    assert found.steps.max() > 3
    for firm in range(0, 300, 5):
        expected = told.failure(firm)
        assert found.esri[firm] == pytest.approx(expected.esri, abs=1e-13)
        assert found.upstream[firm] == pytest.approx(expected.up, abs=1e-13)
        assert found.steps[firm] == expected.steps


def test_directions_by_themselves_and_cores_give_the_same() -> None:
    network = sold(100, 5)
    both = systemic_risk(network, eps=1e-12, workers=1)
    down = systemic_risk(network, eps=1e-12, direction="downstream", workers=3)
    up = systemic_risk(network, eps=1e-12, direction="upstream", workers=2)
    assert both.downstream == pytest.approx(down.esri, abs=1e-9)
    assert both.upstream == pytest.approx(up.esri, abs=1e-9)
    assert (systemic_risk(network, workers=3).esri == systemic_risk(network, workers=1).esri).all()
    some = systemic_risk(network, firms=[7, 3])
    assert (some.esri == systemic_risk(network).esri[[7, 3]]).all()
    assert some.to_frame()["firm"].to_list() == [7, 3]


def test_shocks_of_several_firms_in_part() -> None:
    network = sold(60, 6)
    shocks = [{1: 0.0, 2: 0.5}, {}, {5: 1.0}, {9: 0.2}]
    found = systemic_risk(network, shocks=shocks)
    told = reference(network)
    for number, shock in enumerate(shocks):
        psi = np.ones(60)
        psi[list(shock)] = list(shock.values())
        assert found.esri[number] == pytest.approx(told.run(psi).esri, abs=1e-13)
    proven = systemic_risk(network, shocks=shocks, certified=True)
    assert proven.error is not None and proven.error.max() <= 1e-6
    assert proven.esri[1] == proven.esri[2] == 0


def test_progress_and_cancel() -> None:
    network, seen = sold(80, 7), []

    def tell(done: int, of: int) -> bool:
        seen.append((done, of, threading.current_thread() is threading.main_thread()))
        return done >= 10

    with pytest.raises(Cancelled, match="of 80 shocks"):
        systemic_risk(network, tell=tell, workers=2)
    assert seen[-1][0] < 80 and all(of == 80 and here for _, of, here in seen)
    systemic_risk(network, tell=lambda done, of: seen.append((done, of, True)))
    assert seen[-1][0] == 80


def test_the_traps_are_named() -> None:
    weights = np.array([[0.0, 2, 0], [0, 0, 1], [1, 0, 0]])
    plain = dense(weights, [0, 1, 1], None)
    codes = lambda risk: {trap.code for trap in risk.traps}  # noqa: E731 — read three times below
    assert codes(systemic_risk(plain, replaceable=False)) == {"truncated", "no_final_demand", "saturates", "all_linear"}
    sound = dense(weights, [0, 1, 1], np.full((2, 2), 2), revenue=weights.sum(axis=1) * 2, market=["a", "b", "c"])
    assert codes(systemic_risk(sound, certified=True)) == {"markets_differ"}
    assert codes(systemic_risk(sound, certified=True, direction="upstream")) == set()
    assert "beware: propagation stopped" in str(systemic_risk(plain))


def test_what_cannot_be_asked() -> None:
    network = sold(20, 8)
    for settings_ in ({"firms": [99]}, {"firms": [1], "shocks": [{}]}, {"shocks": [{1: 1.5}]}, {"eps": -1.0},
                      {"direction": "sideways"}, {"cost_corrected": True}, {"workers": 0}):  # fmt: skip
        with pytest.raises(ResilienceError):
            systemic_risk(network, **settings_)


def test_without_a_cluster_it_says_how_to_start_one(monkeypatch: pytest.MonkeyPatch) -> None:
    """With one: `tests/engines/matching/test_sharded.py`, where the cluster runs."""
    monkeypatch.setattr("rongtong.engines.resilience.running.find_spec", lambda name: name)  # as if it were installed
    monkeypatch.setitem(sys.modules, "ray", None)
    with pytest.raises(ResilienceError, match="Ray is not running"):
        systemic_risk(sold(30, 9), over="ray")
