"""Divisions side by side: what each gives to whom, whether it can last, and who would be most dissatisfied."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from fractions import Fraction
from typing import TYPE_CHECKING

from rongtong.engines.fairness.amounts import Number, exact
from rongtong.engines.fairness.claims import (
    constrained_equal_awards,
    constrained_equal_losses,
    equal_award,
    proportional,
    talmud,
)
from rongtong.engines.fairness.game import Game
from rongtong.engines.fairness.judging import Verdict, judge
from rongtong.engines.fairness.nucleolus import nucleolus
from rongtong.engines.fairness.values import banzhaf, banzhaf_normalised, shapley

if TYPE_CHECKING:
    import polars as pl

#: Up to here the nucleolus takes about a second.
NUCLEOLUS_PLAYERS = 12


@dataclass(frozen=True)
class Proposal:
    """One division and what is to be said of it."""

    rule: str
    verdict: Verdict


@dataclass(frozen=True)
class Comparison:
    """Proposals for one game, in a fixed order; what was proposed by hand comes last."""

    game: Game
    proposals: tuple[Proposal, ...]

    def __getitem__(self, rule: str) -> Verdict:
        """Return what is said of one rule's division."""
        return next(each.verdict for each in self.proposals if each.rule == rule)

    def to_frame(self) -> pl.DataFrame:
        """Return a row a proposal: rule, a column a player, in_core, coalition, excess, gap (floats)."""
        import polars as pl  # here: loading it takes longer than most divisions, and the hub asks for no frame

        return pl.DataFrame(
            [
                {
                    "rule": rule,
                    **{player: float(share) for player, share in verdict.shares.items()},
                    "in_core": verdict.in_core,
                    "coalition": " + ".join(verdict.coalition),
                    "excess": float(verdict.excess),
                    "gap": float(verdict.gap),
                }
                for rule, verdict in ((each.rule, each.verdict) for each in self.proposals)
            ]
        )

    def __str__(self) -> str:
        import polars as pl

        with pl.Config(
            tbl_rows=-1,
            tbl_cols=-1,
            tbl_width_chars=200,
            tbl_hide_column_data_types=True,
            tbl_hide_dataframe_shape=True,
            float_precision=2,
            thousands_separator=",",
        ):
            return f"{self.game!r}\n{self.to_frame()}"


def compare(
    game: Game, *, weights: Mapping[str, Number] | None = None, own: Mapping[str, Mapping[str, Number]] | None = None
) -> Comparison:
    """Put the solution concepts side by side.

    Parameters
    ----------
    weights
        What the partners brought, in yuan: the base of ``proportional`` and, where together they come to no less than
        what is divided, the claims of ``equal awards``, ``equal losses`` and ``talmud``. Without them ``proportional``
        goes by what each is worth alone, if all that is 0 or more.
    own
        Proposals made by people: name to division.

    Returns
    -------
    Comparison
        ``shapley``, ``nucleolus`` (up to ``NUCLEOLUS_PLAYERS``), ``banzhaf``, ``proportional``, ``equal``, the rules
        for claims, and `own`; those that the game does not have are left out.
    """
    found: dict[str, Mapping[str, Number]] = {"shapley": shapley(game)}
    if len(game.players) <= NUCLEOLUS_PLAYERS:
        found["nucleolus"] = nucleolus(game)
    if sum(banzhaf(game).values()):
        found["banzhaf"] = banzhaf_normalised(game)
    base = game.alone() if weights is None else {name: exact(weights[name]) for name in game.players}
    if min(base.values()) >= 0 and any(base.values()):
        found["proportional"] = proportional(game.total, base)
    found["equal"] = equal_award(game.total, game.players)
    if weights is not None and 0 <= game.total <= sum(base.values(), Fraction(0)):
        found["equal awards"] = constrained_equal_awards(game.total, base)
        found["equal losses"] = constrained_equal_losses(game.total, base)
        found["talmud"] = talmud(game.total, base)
    found |= own or {}
    return Comparison(game, tuple(Proposal(rule, judge(game, shares)) for rule, shares in found.items()))
