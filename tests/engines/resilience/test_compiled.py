"""Loops are compiled even where nothing can be kept on disk."""

from typing import Any

import numba
import numpy as np
import pytest

from rongtong.engines.resilience import cascade, systemic_risk
from rongtong.engines.resilience.cascading import many
from rongtong.engines.resilience.certified import prove
from rongtong.engines.resilience.compiled import compiled
from tests.engines.resilience.made import dense


def double(number: int) -> int:
    return 2 * number


def test_a_read_only_installation_compiles_for_itself(monkeypatch: pytest.MonkeyPatch) -> None:
    plain, asked = numba.njit, []

    def njit(loop: Any, *, cache: bool = False, **options: Any) -> Any:
        asked.append(cache)
        if cache:
            raise RuntimeError("cannot cache function 'double': no locator available for file")
        return plain(loop, **options)

    monkeypatch.setattr(numba, "njit", njit)
    assert compiled(double)(21) == 42
    assert asked[:2] == [True, False]


def test_each_loop_is_compiled_once_whatever_it_is_given() -> None:
    weights = np.array([[0.0, 2, 1], [0, 0, 1], [1, 0, 0]])
    for network in (dense(weights, [0, 1, 1], np.full((2, 2), 2)), dense(np.zeros((2, 2)), ["a", "a"], None)):
        for certified in (False, True):
            systemic_risk(network, certified=certified)
            systemic_risk(network, shocks=[{0: 0.5}, {}], certified=certified, replaceable=False)
        cascade(network, {1: 0.0})
    assert len(many.signatures) == len(prove.signatures) == 1  # type: ignore[attr-defined]  # Numba's dispatcher
