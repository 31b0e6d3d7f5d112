"""The ranking of responses from score sheets. Pure computation on exact numbers."""

from collections import defaultdict
from collections.abc import Hashable, Iterable, Mapping
from dataclasses import dataclass
from decimal import ROUND_HALF_UP, Decimal
from fractions import Fraction
from typing import Generic, TypeVar

Key = TypeVar("Key", bound=Hashable)
CENT = Decimal("0.01")


@dataclass(frozen=True)
class Line(Generic[Key]):
    """One response's place.

    Parameters
    ----------
    rank
        Equal means share a rank and the next one is skipped: 1, 1, 3.
    mean
        Mean over the reviewers of each one's weighted points of 100; None without any sheet.
    spread
        Highest minus lowest weighted points of one reviewer.
    tied
        Whether another response has the same mean.
    """

    key: Key
    rank: int
    mean: Fraction | None
    spread: Fraction
    sheets: int
    tied: bool
    by_criterion: Mapping[int, Fraction]

    @property
    def score(self) -> Decimal | None:
        """The mean with two places, halves up."""
        return None if self.mean is None else exact(self.mean)


def exact(value: Fraction) -> Decimal:
    return (Decimal(value.numerator) / Decimal(value.denominator)).quantize(CENT, ROUND_HALF_UP)


def weighted(points: Mapping[int, int], weights: Mapping[int, int]) -> Fraction:
    """Points of 100 of one sheet. Weights need not add up to 100."""
    return Fraction(sum(points[one] * weight for one, weight in weights.items()), sum(weights.values()))


def rank(
    keys: Iterable[Key], sheets: Iterable[tuple[Key, Mapping[int, int]]], weights: Mapping[int, int]
) -> list[Line[Key]]:
    """Rank responses by the mean of the weighted points that reviewers gave.

    Parameters
    ----------
    keys
        Every response, also one without a sheet (it comes last).
    sheets
        Pairs of response and points by criterion; a sheet that lacks a criterion does not count.
    weights
        Weight by criterion.
    """
    totals: dict[Key, list[Fraction]] = defaultdict(list)
    parts: dict[Key, list[Mapping[int, int]]] = defaultdict(list)
    for key, points in sheets:
        if weights.keys() <= points.keys():
            totals[key].append(weighted(points, weights))
            parts[key].append(points)
    means = {key: sum(totals[key], Fraction(0)) / len(totals[key]) if totals[key] else None for key in keys}
    # responses without a sheet come last; the order given breaks no tie, it only makes the list stable
    ordered = sorted(means, key=lambda key: -1 if means[key] is None else means[key], reverse=True)  # type: ignore[arg-type, return-value]  # Fraction and int compare
    lines: list[Line[Key]] = []
    for place, key in enumerate(ordered, 1):
        same = bool(lines) and lines[-1].mean == means[key]
        lines.append(
            Line(
                key=key,
                rank=lines[-1].rank if same else place,
                mean=means[key],
                spread=max(totals[key]) - min(totals[key]) if totals[key] else Fraction(0),
                sheets=len(totals[key]),
                tied=sum(1 for other in means.values() if other == means[key]) > 1,
                by_criterion={
                    one: Fraction(sum(points[one] for points in parts[key]), len(parts[key]))
                    for one in weights
                    if parts[key]
                },
            )
        )
    return lines
