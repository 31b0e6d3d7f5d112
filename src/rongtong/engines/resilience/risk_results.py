"""What a run of shocks, and a single cascade, hand back."""

from dataclasses import dataclass

import numpy as np
import polars as pl

from rongtong.engines.resilience.network import Floats, Places
from rongtong.engines.resilience.traps import Trap

_TELLING = 5


@dataclass(frozen=True, eq=False)
class SystemicRisk:
    """What each shock costs.

    Attributes
    ----------
    names
        The firm that fails, or the number of the shock.
    esri, downstream, upstream
        Shares of all sales that are lost: in all (the worse direction for each firm), and by direction alone.
    steps
        How many steps each shock was followed.
    error
        None, or for a certified run how much `esri` can be off at most.
    traps
        What limits the meaning of these figures.
    """

    names: pl.Series
    esri: Floats
    downstream: Floats
    upstream: Floats
    steps: Places
    error: Floats | None
    traps: tuple[Trap, ...]

    def __len__(self) -> int:
        return len(self.esri)

    def to_frame(self) -> pl.DataFrame:
        """Return a row for each shock: firm (or shock), esri, downstream, upstream, steps, and error if certified."""
        columns = {"esri": self.esri, "downstream": self.downstream, "upstream": self.upstream, "steps": self.steps}
        if self.error is not None:
            columns["error"] = self.error
        return pl.DataFrame({self.names.name: self.names, **columns})

    def ranked(self) -> pl.DataFrame:
        """Return the rows with the gravest first, and their rank."""
        return self.to_frame().sort("esri", descending=True, maintain_order=True).with_row_index("rank", offset=1)

    def __str__(self) -> str:
        top = self.ranked().head(_TELLING)
        lines = [f"systemic risk of {len(self):,} shocks, mean {self.esri.mean() if len(self) else 0:.4%}; gravest:"]
        lines += [f"  {row['rank']}. {row[self.names.name]}: {row['esri']:.4%} "
                  f"(downstream {row['downstream']:.4%}, upstream {row['upstream']:.4%})"
                  for row in top.iter_rows(named=True)]  # fmt: skip
        return "\n".join([*lines, *(f"  beware: {trap}" for trap in self.traps)])


@dataclass(frozen=True, eq=False)
class Cascade:
    """How one shock spreads: the share of its capacity that each firm loses.

    Attributes
    ----------
    downstream, upstream
        Losses by direction, in the order of the network's firms; the loss of a firm is the larger of both.
    esri, steps, traps
        As in `SystemicRisk`.
    """

    names: pl.Series
    sales: Floats
    downstream: Floats
    upstream: Floats
    esri: float
    steps: int
    traps: tuple[Trap, ...]

    @property
    def loss(self) -> Floats:
        """The loss of each firm, in the worse direction."""
        return np.maximum(self.downstream, self.upstream)

    def to_frame(self) -> pl.DataFrame:
        """Return the firms that lose anything, the largest sales lost first: firm, loss by direction, sales lost."""
        columns = {"loss": self.loss, "downstream": self.downstream, "upstream": self.upstream}
        table = pl.DataFrame({"firm": self.names, **columns, "sales_lost": self.loss * self.sales})
        return table.filter(pl.col("loss") > 0).sort("sales_lost", descending=True, maintain_order=True)

    def __str__(self) -> str:
        hit = int((self.loss > 0).sum())
        return f"a cascade over {hit:,} of {len(self.sales):,} firms: {self.esri:.4%} of all sales are lost"
