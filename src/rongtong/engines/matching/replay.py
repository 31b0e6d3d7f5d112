"""Replaying logged lists: how two rankers would have placed what people then chose.

Two answers, for each says something that the other does not:

* `compare` puts what was shown in each ranker's order and looks where the outcomes come to stand: nDCG and MRR with an
  interval. It is simple and biased towards what was shown high, for that is where people looked.
* `counterfactual` corrects for where people look. Under the examination model the chance of an outcome is
  examination(rank) × relevance, so an outcome at rank r counts examination(rank by the ranker) / examination(r). That
  estimate is unbiased where the model holds; weights are clipped, which trades a little bias for a smaller error.

Looks at the same need are not independent: both resample or sum whole needs.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from decimal import Decimal

import numpy as np

from rongtong.engines.matching.two_sided import SHARE, combine, middle_of
from rongtong.engines.matching.vectorise import FloatArray

DEPTH = 10
CLIP = 10.0
#: People look at rank r with chance r ** -EXAMINATION.
EXAMINATION = 1.0
RESAMPLES = 1000
_MIDDLE_95 = (2.5, 97.5)
_SEED = 20_261_123


@dataclass(frozen=True, slots=True)
class Shown:
    """One organisation of a logged list.

    Parameters
    ----------
    rank
        Where it stood, from 1.
    gain
        What came of it: 0 nothing, more for more.
    forward, backward
        What each side scored the other, None where that was not logged.
    """

    id: str
    rank: int
    gain: float
    forward: Decimal | None = None
    backward: Decimal | None = None


@dataclass(frozen=True, slots=True)
class Look:
    """One list that somebody looked at."""

    need: str
    shown: tuple[Shown, ...]


#: Gives each of a look's organisations a number; the greatest comes first, equal ones stay as they were shown.
Ranker = Callable[[Look], Sequence[float]]


def ranker(words: str) -> Ranker:
    """Return a ranker by name.

    Parameters
    ----------
    words
        ``shown``: as it was; ``forward`` or ``backward``: one side alone; ``two-sided`` or ``two-sided:0.4``: both,
        with the other side's share.

    Raises
    ------
    ValueError
        There is no such ranker.
    """
    name, _, share = words.partition(":")
    if name == "two-sided":
        return _two_sided(_share(share) if share else SHARE)
    if share or name not in _PLAIN:
        known = ", ".join([*_PLAIN, "two-sided", "two-sided:SHARE"])
        raise ValueError(f"no ranker {words!r}; there are {known}")
    return _PLAIN[name]


def _share(text: str) -> Decimal:
    plain = text.replace(".", "", 1)
    if not (plain.isascii() and plain.isdigit()) or Decimal(text) > 1:
        raise ValueError(f"a share is a number from 0 to 1, not {text!r}")
    return Decimal(text)


def _two_sided(share: Decimal) -> Ranker:
    def rank(look: Look) -> list[float]:
        middle = middle_of(one.backward for one in look.shown)
        return [float(combine([one.forward or Decimal(0)], one.backward, middle, share).score) for one in look.shown]

    return rank


def _side(name: str) -> Ranker:
    def rank(look: Look) -> list[float]:
        values = [getattr(one, name) for one in look.shown]
        middle = middle_of(values) or Decimal(0)
        return [float(middle if value is None else value) for value in values]

    return rank


_PLAIN: dict[str, Ranker] = {
    "shown": lambda look: [-float(one.rank) for one in look.shown],
    "forward": _side("forward"),
    "backward": _side("backward"),
}


@dataclass(frozen=True, slots=True)
class Estimate:
    """A number with what is known of its error.

    Parameters
    ----------
    low, high
        Ends of the 95 % interval.
    """

    value: float
    low: float
    high: float
    error: float


@dataclass(frozen=True, slots=True)
class Measure:
    """Both rankers by one measure, and B less A; B is better for certain where the interval is above 0."""

    a: Estimate
    b: Estimate
    difference: Estimate


@dataclass(frozen=True, slots=True)
class Comparison:
    """What a replay found.

    Parameters
    ----------
    looks, needs
        How many lists there were, and of how many needs.
    telling
        Lists of which anything came; only they count in `ndcg` and `mrr`.
    ndcg, mrr, outcomes
        None where fewer than two needs tell anything: one need says nothing of the error.
    clipped
        Share of outcomes in `outcomes` whose weight was cut, for either ranker.
    """

    looks: int
    needs: int
    telling: int
    ndcg: Measure | None
    mrr: Measure | None
    outcomes: Measure | None
    clipped: float


def replay(
    looks: Sequence[Look],
    a: Ranker,
    b: Ranker,
    *,
    depth: int = DEPTH,
    examination: float = EXAMINATION,
    clip: float = CLIP,
    resamples: int = RESAMPLES,
) -> Comparison:
    """Compare two rankers on logged lists.

    Parameters
    ----------
    depth
        Ranks that nDCG looks at.
    examination
        People look at rank r with chance r to the power of minus this.
    clip
        The greatest weight an outcome may have in the counterfactual estimate.
    resamples
        Of the bootstrap over needs.
    """
    told = [look for look in looks if any(one.gain > 0 for one in look.shown)]
    ranks = [(_ranks(look, a), _ranks(look, b)) for look in looks]
    kept = [ranks[place] for place, look in enumerate(looks) if any(one.gain > 0 for one in look.shown)]
    names = [look.need for look in told]
    enough = len(set(names)) > 1
    ndcg = [[_ndcg(look, of[side], depth) for look, of in zip(told, kept, strict=True)] for side in (0, 1)]
    mrr = [[_mrr(look, of[side]) for look, of in zip(told, kept, strict=True)] for side in (0, 1)]
    values = [counterfactual(looks, [of[side] for of in ranks], examination, clip) for side in (0, 1)]
    return Comparison(
        looks=len(looks),
        needs=len({look.need for look in looks}),
        telling=len(told),
        ndcg=_bootstrapped(names, ndcg, resamples) if enough else None,
        mrr=_bootstrapped(names, mrr, resamples) if enough else None,
        outcomes=_clustered([look.need for look in looks], [value for value, _ in values]) if enough else None,
        clipped=_clipped(looks, [cut for _, cuts in values for cut in cuts]),
    )


def counterfactual(
    looks: Sequence[Look], ranks: Sequence[Sequence[int]], examination: float = EXAMINATION, clip: float = CLIP
) -> tuple[list[float], list[int]]:
    """Return what each look would have gained in another order, and how many of its outcomes were clipped.

    The mean over looks estimates the gain a look that the order would earn.

    Parameters
    ----------
    ranks
        For each look the rank that each of its organisations would have, from 1.
    """
    gains, cuts = [], []
    for look, places in zip(looks, ranks, strict=True):
        weights = [
            (one.gain, (one.rank / place) ** examination)
            for one, place in zip(look.shown, places, strict=True)
            if one.gain > 0
        ]
        gains.append(sum(gain * min(clip, weight) for gain, weight in weights))
        cuts.append(sum(weight > clip for _, weight in weights))
    return gains, cuts


def _ranks(look: Look, by: Ranker) -> list[int]:
    values = by(look)
    order = sorted(range(len(values)), key=lambda place: (-values[place], look.shown[place].rank))
    ranks = [0] * len(order)
    for rank, place in enumerate(order, 1):
        ranks[place] = rank
    return ranks


def _ndcg(look: Look, ranks: Sequence[int], depth: int) -> float:
    gained = sum(one.gain / math.log2(rank + 1) for one, rank in zip(look.shown, ranks, strict=True) if rank <= depth)
    best = sorted((one.gain for one in look.shown), reverse=True)[:depth]
    return gained / sum(gain / math.log2(rank + 1) for rank, gain in enumerate(best, 1))


def _mrr(look: Look, ranks: Sequence[int]) -> float:
    return 1.0 / min(rank for one, rank in zip(look.shown, ranks, strict=True) if one.gain > 0)


def _by_need(needs: Sequence[str], values: Sequence[Sequence[float]]) -> tuple[FloatArray, FloatArray]:
    """Return how many looks each need has, and the sums of the values of A, B and B less A: needs × 3."""
    numbers = {need: place for place, need in enumerate(dict.fromkeys(needs))}
    places = np.array([numbers[need] for need in needs], np.int64)
    both = np.array(values, np.float64)
    columns = np.vstack([both, both[1] - both[0]]).T
    counts, sums = np.zeros(len(numbers)), np.zeros((len(numbers), 3))
    np.add.at(counts, places, 1.0)
    np.add.at(sums, places, columns)
    return counts, sums


def _bootstrapped(needs: Sequence[str], values: Sequence[Sequence[float]], resamples: int) -> Measure:
    """Means over looks, with percentile intervals of a bootstrap over needs; the same for both, so they pair."""
    counts, sums = _by_need(needs, values)
    means = sums.sum(axis=0) / counts.sum()
    chance = np.random.default_rng(_SEED)
    drawn = chance.multinomial(len(counts), np.full(len(counts), 1 / len(counts)), size=resamples).astype(np.float64)
    found = (drawn @ sums) / (drawn @ counts)[:, None]
    low, high = np.percentile(found, _MIDDLE_95, axis=0)
    errors = found.std(axis=0, ddof=1)
    return Measure(*(Estimate(*(float(one[at]) for one in (means, low, high, errors))) for at in range(3)))


def _clustered(needs: Sequence[str], values: Sequence[Sequence[float]]) -> Measure:
    """Means over looks, with standard errors that count a need's looks as one observation; for two needs or more."""
    counts, sums = _by_need(needs, values)
    means = sums.sum(axis=0) / counts.sum()
    size = len(counts)
    residuals = sums - counts[:, None] * means
    variance = (residuals**2).sum(axis=0) / counts.sum() ** 2
    errors = np.sqrt(variance * size / (size - 1))
    return Measure(
        *(
            Estimate(float(mean), float(mean - 1.96 * error), float(mean + 1.96 * error), float(error))
            for mean, error in zip(means, errors, strict=True)
        )
    )


def _clipped(looks: Sequence[Look], cuts: Sequence[int]) -> float:
    """Both rankers' outcomes are counted, so the number of outcomes stands twice below the line."""
    outcomes = sum(one.gain > 0 for look in looks for one in look.shown)
    return sum(cuts) / (2 * outcomes) if outcomes else 0.0
