"""What can be wrong with a network or a run, said so that somebody can put it right."""

from collections.abc import Sequence
from dataclasses import dataclass

import polars as pl

_SHOWN = 5


class ResilienceError(Exception):
    """Something the caller can put right; the message says what and how."""


class Cancelled(ResilienceError):
    """Whoever was told of the progress asked to stop."""


@dataclass(frozen=True)
class Fault:
    """One thing wrong in one cell.

    Attributes
    ----------
    table
        ``links``, ``firms`` or ``essentiality``.
    row
        Counted from 1, the first row below the heading; 0 where the whole table is meant.
    column, code, message
        Where, a name that never changes, and what to do.
    """

    table: str
    row: int
    column: str
    code: str
    message: str

    def __str__(self) -> str:
        return f"{self.table} row {self.row}, {self.column}: {self.message}"


class FaultyNetwork(ResilienceError):
    """Links and firms that do not make a network: every fault with its row, in `faults`."""

    def __init__(self, faults: Sequence[Fault]) -> None:
        self.faults = tuple(faults)
        shown = "; ".join(str(fault) for fault in self.faults[:_SHOWN])
        more = f"; and {len(self.faults) - _SHOWN} more" if len(self.faults) > _SHOWN else ""
        super().__init__(f"{len(self.faults)} faults: {shown}{more}")

    def to_frame(self) -> pl.DataFrame:
        """Return the faults as a table: table, row, column, code, message."""
        return pl.DataFrame(
            [(each.table, each.row, each.column, each.code, each.message) for each in self.faults],
            schema={"table": pl.String, "row": pl.Int64, "column": pl.String, "code": pl.String, "message": pl.String},
            orient="row",
        )
