"""How much a sector needs the goods of another: essential, non-essential, negligible."""

from collections.abc import Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt
import polars as pl

from rongtong.engines.resilience.errors import Fault, FaultyNetwork
from rongtong.engines.resilience.tables import Table, frame_of

NEGLIGIBLE, NON_ESSENTIAL, ESSENTIAL = 0, 1, 2


@dataclass(frozen=True)
class Essentiality:
    """The class of an input sector (row) for a buyer's sector (column).

    Attributes
    ----------
    sectors
        Their names, in the order of rows and columns.
    classes
        2 essential, 1 non-essential, 0 negligible; shape (sectors, sectors).
    stated
        Whether somebody stated the classes; otherwise all inputs are taken as non-essential.
    """

    sectors: tuple[str, ...]
    classes: npt.NDArray[np.int8]
    stated: bool = True

    @classmethod
    def from_matrix(cls, matrix: npt.ArrayLike, sectors: Sequence[object] | None = None) -> "Essentiality":
        """Make one from an array; without names, sectors are called by their place: 0, 1, 2 …"""
        classes = np.asarray(matrix)
        names = tuple(str(one) for one in (range(len(classes)) if sectors is None else sectors))
        faults = _faults(classes, names)
        if faults:
            raise FaultyNetwork(faults)
        frozen = classes.astype(np.int8)
        frozen.flags.writeable = False
        return cls(names, frozen)

    @classmethod
    def of(cls, given: Any, sectors: Sequence[str]) -> "Essentiality":
        """Make one from what `SupplyNetwork.from_edges` was given; `sectors` are those of the firms."""
        if given is None:
            everything = np.full((len(sectors), len(sectors)), NON_ESSENTIAL, np.int8)
            everything.flags.writeable = False
            return cls(tuple(sectors), everything, stated=False)
        if isinstance(given, Essentiality):
            return given
        if isinstance(given, np.ndarray | list | tuple):
            return cls.from_matrix(np.asarray(given))
        return cls._from_table(given)

    @classmethod
    def _from_table(cls, table: Table) -> "Essentiality":
        """Rows named in the first column; the other columns named alike."""
        frame = frame_of(table, "essentiality")
        rows = [str(one) for one in _as_text(frame.to_series(0))]
        columns = frame.columns[1:]
        if rows != columns and sorted(rows) == sorted(columns):
            frame, columns = frame.select([frame.columns[0], *rows]), rows
        if rows != columns and [str(int(one)) if one.isdigit() else one for one in columns] != rows:
            raise FaultyNetwork(
                [Fault("essentiality", 0, "", "other_names", "rows and columns do not name the same sectors")]
            )
        return cls.from_matrix(frame.select(frame.columns[1:]).to_numpy(), columns)

    def places(self, names: Sequence[str]) -> npt.NDArray[np.int64]:
        """Return where sectors stand, -1 for those that are not here."""
        at = {name: place for place, name in enumerate(self.sectors)}
        return np.array([at.get(name, -1) for name in names], np.int64)


def _as_text(names: pl.Series) -> list[str]:
    return names.cast(pl.String).to_list()


def _faults(classes: npt.NDArray[Any], names: tuple[str, ...]) -> list[Fault]:
    if classes.ndim != 2 or classes.shape != (len(names), len(names)):
        return [Fault("essentiality", 0, "", "not_square", "as many rows as columns as sectors are needed")]
    if len(set(names)) != len(names):
        return [Fault("essentiality", 0, "", "duplicate", "a sector is named twice")]
    wrong = np.argwhere(~np.isin(classes, (NEGLIGIBLE, NON_ESSENTIAL, ESSENTIAL)))
    return [
        Fault("essentiality", int(row) + 1, names[column], "no_class", f"{classes[row, column]} is none of 0, 1, 2")
        for row, column in wrong
    ]
