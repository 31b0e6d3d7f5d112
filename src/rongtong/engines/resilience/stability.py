"""How far the ranks can be trusted: what becomes of them when links are missing, and when the hole is filled."""

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import polars as pl
from scipy.stats import kendalltau, spearmanr

from rongtong.engines.resilience.errors import Cancelled, ResilienceError
from rongtong.engines.resilience.network import Floats, SupplyNetwork
from rongtong.engines.resilience.reconstructing import reconstruct
from rongtong.engines.resilience.running import Tell
from rongtong.engines.resilience.systemic_risk import systemic_risk

MISSING = (0.1, 0.2, 0.3, 0.4, 0.5)
_BANDS = (5, 50, 95)


@dataclass(frozen=True, eq=False)
class RankStability:
    """Agreement of ranks with those of the whole network.

    Attributes
    ----------
    draws
        A row for each network that was looked at: missing (share of the links), filled (whether the hole was filled by
        `reconstruct`), draw, spearman, kendall, and for each k of the gravest firms top_k, the share of them that is
        still among the first k.
    """

    draws: pl.DataFrame

    def to_frame(self) -> pl.DataFrame:
        """Return missing, filled, measure, mean, and a band: p5, p50, p95 over the draws."""
        measures = [one for one in self.draws.columns if one not in ("missing", "filled", "draw")]
        long = self.draws.unpivot(measures, index=["missing", "filled"], variable_name="measure")
        bands = [pl.col("value").quantile(one / 100, "linear").alias(f"p{one}") for one in _BANDS]
        return (
            long.group_by("missing", "filled", "measure", maintain_order=True)
            .agg(pl.col("value").mean().alias("mean"), *bands)
            .sort("missing", "filled", maintain_order=True)
        )

    def __str__(self) -> str:
        lines = [f"{row['missing']:.0%} missing{', filled' if row['filled'] else ''}: {row['measure']} "
                 f"{row['mean']:.3f} ({row['p5']:.3f} to {row['p95']:.3f})"
                 for row in self.to_frame().iter_rows(named=True)]  # fmt: skip
        return "\n".join(lines)


def rank_stability(
    network: SupplyNetwork,
    *,
    missing: Sequence[float] = MISSING,
    draws: int = 10,
    top: Sequence[int] = (10,),
    fill: bool = False,
    eps: float = 1e-2,
    seed: int = 0,
    tell: Tell | None = None,
) -> RankStability:
    """Take links away at random, rank again, and compare with the ranks of the whole network.

    Parameters
    ----------
    missing
        Shares of the links that are taken away, each link as likely as another.
    draws
        How often for each share.
    top
        Numbers of gravest firms whose overlap is told.
    fill
        Whether each network is also filled by `reconstruct`: it knows the links that are left, what each firm sells and
        buys in all, how many links there are, and between sectors what the links that are left tell.
    eps
        Of the index. Revenues are those of the whole network: firms know them whatever links are known.
    tell
        Called with networks done and networks in all; a true answer stops.
    """
    if not all(0 < one < 1 for one in missing) or draws < 1 or not all(0 < one <= len(network) for one in top):
        raise ResilienceError("missing are shares above 0 and below 1; draws is 1 or more; top not above the firms")
    firms = network.firms.with_columns(pl.Series("revenue", network.revenue))
    whole, told = network.to_frame(), systemic_risk(network, eps=eps).esri
    rows, every = [], len(missing) * draws
    sources = iter(np.random.SeedSequence(seed).spawn(every))
    for share in missing:
        for draw in range(draws):
            chance = np.random.default_rng(next(sources))
            kept = np.sort(chance.permutation(len(whole))[round(share * len(whole)) :])
            for filled in (False, True) if fill else (False,):
                left = whole[kept]
                known = _filled(network, firms, left, int(chance.integers(2**31))) if filled else left
                again = SupplyNetwork.from_edges(known, firms, network.essentiality)
                rows.append((share, filled, draw, *_agreement(told, systemic_risk(again, eps=eps).esri, top)))
            if tell is not None and tell(len(rows) // (2 if fill else 1), every):
                raise Cancelled(f"stopped after {len(rows)} networks")
    names = ["missing", "filled", "draw", "spearman", "kendall", *(f"top_{one}" for one in top)]
    return RankStability(pl.DataFrame(rows, schema=names, orient="row"))


def _filled(network: SupplyNetwork, firms: pl.DataFrame, left: pl.DataFrame, seed: int) -> pl.DataFrame:
    known = left.group_by("supplier", "buyer", maintain_order=True).agg(pl.col("value").sum())
    at, names = network.sector, pl.Series(network.essentiality.sectors, dtype=pl.String)
    flows = pl.DataFrame(
        {
            "input": names[at[network.places(known["supplier"])]],
            "sector": names[at[network.places(known["buyer"])]],
            "value": known["value"],
        }
    )
    margins = firms.with_columns(pl.Series("sales", network.sales), pl.Series("purchases", network.purchases))
    most = max(len(known), len(network.to_frame().unique(["supplier", "buyer"])))
    found = reconstruct(margins, links=most, known=known, flows=flows, essentiality=network.essentiality, seed=seed)
    return found.to_frame().select("supplier", "buyer", "value")


def _agreement(told: Floats, found: Floats, top: Sequence[int]) -> list[float]:
    """Spearman, Kendall, and overlaps; the lower place goes first among equals."""
    first, then = np.argsort(-told, kind="stable"), np.argsort(-found, kind="stable")
    overlaps = [len(set(first[:one].tolist()) & set(then[:one].tolist())) / one for one in top]
    return [float(spearmanr(told, found).statistic), float(kendalltau(told, found).statistic), *overlaps]
