"""One score from three signals: words, meaning and wanted conditions.

    score = 100 · [ (1 - c) · ((1 - m) · W + m · M) + c · C ]

W is the square root of the BM25 share of what the need's words could give, times the fit; M is the agreement in
meaning, C the share of wanted conditions that are met; c and m are the weights below.
"""

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from rongtong.engines.matching.vectorise import FloatArray

# What meaning can give at most, and up to how many kept terms: a longer need says enough in words, and there the
# similarity of its beginning only disturbs.
_CHINESE_MEANING, _OTHER_MEANING = (0.30, 32), (0.15, 8)
WANTED_SHARE = 0.20


@dataclass(frozen=True, slots=True)
class Shares:
    """How much each signal can give at most; they sum to 1."""

    words: float
    meaning: float
    wanted: float


@dataclass(frozen=True, slots=True)
class Points:
    """Points out of 100 for each candidate: words by term (candidates × terms), meaning, wanted conditions."""

    words: FloatArray
    meaning: FloatArray
    wanted: FloatArray

    @property
    def total(self) -> FloatArray:
        """The score before rounding."""
        return np.asarray(self.words.sum(axis=1) + self.meaning + self.wanted, np.float64)


def shares(*, chinese: bool, terms: int, has_meaning: bool, has_wanted: bool) -> Shares:
    """Split the score among the signals there are for a need of so many kept terms."""
    has_words = terms > 0
    wanted = (WANTED_SHARE if has_words or has_meaning else 1.0) if has_wanted else 0.0
    most, enough = _CHINESE_MEANING if chinese else _OTHER_MEANING
    meaning = most * min(1.0, enough / max(1, terms)) if has_words else 1.0
    meaning = (1.0 - wanted) * meaning if has_meaning else 0.0
    return Shares(1.0 - wanted - meaning if has_words else 0.0, meaning, wanted)


def combine(
    words: tuple[FloatArray, FloatArray], attainable: float, agreements: FloatArray, met: FloatArray, weights: Shares
) -> Points:
    """Turn signals into points.

    Parameters
    ----------
    words
        BM25 of each term, shape (candidates, terms), and the fit of each candidate.
    attainable
        What the terms of a candidate could give together.
    agreements
        Agreement in meaning, 0 to 1; NaN where the listing is not encoded yet. Such a listing is given the
        median of the others, so that a new one is neither preferred nor buried until its vector is there.
    met
        Share of the wanted conditions that are met.
    """
    parts, fit = words
    raw = parts.sum(axis=1)
    share = np.minimum(raw / attainable, 1.0) if attainable else raw  # mixed languages may have a little more
    scale = np.divide(fit * np.sqrt(share), raw, out=np.zeros_like(raw), where=raw > 0)
    return Points(
        100.0 * weights.words * parts * scale[:, None],
        100.0 * weights.meaning * filled(agreements),
        100.0 * weights.wanted * met,
    )


def filled(agreements: FloatArray) -> FloatArray:
    """Put the median of the known agreements where there is none."""
    unknown: npt.NDArray[np.bool_] = np.isnan(agreements)
    middle = float(np.median(agreements[~unknown])) if (~unknown).any() else 0.0
    return np.where(unknown, middle, agreements)
