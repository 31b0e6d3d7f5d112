"""The index by its equations, in plain NumPy and SciPy: what the engine is checked against, and timed against.

Diem, Borsos, Reisch, Kertész, Thurner (2022), Scientific Reports 12:7719. Nothing here is shared with the engine.
"""

from __future__ import annotations

from typing import NamedTuple

import numpy as np
import numpy.typing as npt
import scipy.sparse as sparse

Floats = npt.NDArray[np.float64]


class Answer(NamedTuple):
    """Index in all, downstream, upstream; steps; capacities downstream and upstream."""

    esri: float
    down: float
    up: float
    steps: int
    down_capacity: Floats
    up_capacity: Floats


class Reference:
    """Both matrices of a network, and Jacobi steps of all firms.

    Parameters
    ----------
    supplier, buyer, value
        Links.
    sector, classes
        Of the firms; essentiality[input sector, buyer's sector].
    market, revenue, costs
        Default: the sector, the out-strength, no correction.
    """

    def __init__(
        self,
        supplier: npt.NDArray[np.integer],
        buyer: npt.NDArray[np.integer],
        value: Floats,
        sector: npt.NDArray[np.integer],
        classes: npt.NDArray[np.integer],
        *,
        market: npt.NDArray[np.integer] | None = None,
        revenue: Floats | None = None,
        costs: Floats | None = None,
        replaceable: bool = True,
    ) -> None:
        firms, sectors = len(sector), len(classes)
        self.firms, self.replaceable = firms, replaceable
        self.out = np.bincount(supplier, value, firms)
        self.market = np.asarray(sector if market is None else market)
        spent = np.bincount(buyer, value, firms)
        key = buyer.astype(np.int64) * sectors + sector[supplier]
        inputs, row = np.unique(key, return_inverse=True)
        self.row_buyer = inputs // sectors
        row_class = classes[inputs % sectors, sector[self.row_buyer]]
        self.essential, self.other = row_class == 2, row_class == 1
        volume = np.bincount(row, value)
        share = np.where(row_class[row] == 2, value / volume[row], value / spent[buyer]) * (row_class[row] > 0)
        if costs is not None:
            share *= (spent / costs)[buyer]
        self.down = sparse.csr_matrix((share, (row, supplier)), (len(inputs), firms))
        earned = self.out if revenue is None else revenue
        self.up = sparse.csr_matrix((value / earned[supplier], (supplier, buyer)), (firms, firms))

    def sigma(self, capacity: Floats) -> Floats:
        """How much of each firm's loss nobody else of its market can make up for."""
        if not self.replaceable:
            return np.ones(self.firms)
        rest = np.bincount(self.market, self.out * capacity)[self.market]
        return np.where(rest <= 1e-10, 1.0, np.minimum(1.0, self.out / np.where(rest <= 1e-10, 1.0, rest)))

    def downstream(self, psi: Floats, capacity: Floats) -> Floats:
        """One step of all firms."""
        missing: Floats = self.down @ (self.sigma(capacity) * (1.0 - capacity))
        found = psi.copy()
        np.minimum.at(found, self.row_buyer[self.essential], 1.0 - missing[self.essential])
        spread = np.bincount(self.row_buyer[self.other], missing[self.other], self.firms)
        left: Floats = np.maximum(0.0, np.minimum(found, 1.0 - spread))
        return left

    def upstream(self, psi: Floats, capacity: Floats) -> Floats:
        """One step of all firms."""
        left: Floats = np.maximum(0.0, np.minimum(psi, 1.0 - self.up @ (1.0 - capacity)))
        return left

    def run(self, psi: Floats, eps: float = 1e-2) -> Answer:
        """Follow one shock until no capacity falls by more than eps."""
        down, up, steps = psi.copy(), psi.copy(), 0
        while True:
            next_down, next_up = self.downstream(psi, down), self.upstream(psi, up)
            fall = max((down - next_down).max(), (up - next_up).max())
            down, up, steps = next_down, next_up, steps + 1
            if fall <= eps:
                esri = self.lost(np.minimum(down, up))
                return Answer(esri, self.lost(down), self.lost(up), steps, down, up)

    def lost(self, capacity: Floats) -> float:
        """The share of all sales that is lost."""
        return float(self.out @ (1.0 - capacity) / self.out.sum())

    def failure(self, firm: int, eps: float = 1e-2) -> Answer:
        """One firm fails."""
        psi = np.ones(self.firms)
        psi[firm] = 0.0
        return self.run(psi, eps)
