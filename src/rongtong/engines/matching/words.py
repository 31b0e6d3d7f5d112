"""How well a listing's words answer a need: BM25 with exact statistics, and how the listing as a whole fits.

BM25 (Robertson and Zaragoza, 2009, "The Probabilistic Relevance Framework") as a share of what is attainable, with the
need's own term frequency kept, as it matters for long needs, and length normalised fully. It looks at what a listing
has of the need only; the fit, a likelihood ratio smoothed as in Zhai and Lafferty (2001), also at what else it says.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.store import Statistics
from rongtong.engines.matching.tokens import Token, fold, is_chinese, tokenize
from rongtong.engines.matching.vectorise import FloatArray, IntArray, TermVectors, term_hash

SATURATION = 2.0  # k1; with full length normalisation (b = 1) best or level on every development set
SMOOTHING = 0.7  # of the fit: how much text at large is mixed into a listing, in mean lengths
_MIDDLE = 0.5  # log likelihood ratio a word at which the fit is a half; a listing that answers a long need has about it
_LONGEST_NEED = 20_000  # characters
_DIGITS = 9  # of the fit: the last bits may depend on what is computed beside it, hidden listings too


class Weighing(NamedTuple):
    """How the words of a need weigh in one language.

    Parameters
    ----------
    kept
        Words kept of a long need, by weight; more only adds noise and time.
    power
        Of the frequency in the need: long English needs repeat what every need says.
    fade
        The word at place n weighs 1 / (1 + fade · n): needs begin with what they are about.
    """

    kept: int
    power: float
    fade: float


_CHINESE, _OTHER = Weighing(64, 1.0, 0.003), Weighing(128, 0.75, 0.001)


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A kept term: its weight in the need, its weight with rarity, and where the need says it first.

    `odds` is how many times likelier a text of mean length is to have said the term when it says it once.
    """

    term: str
    frequency: float
    weight: float
    odds: float
    start: int
    end: int


@dataclass(frozen=True, slots=True)
class WordQuery:
    """A need's words, ready to score: `terms` ordered by hash, places of terms in the folded `text`."""

    terms: tuple[QueryTerm, ...]
    hashes: IntArray
    weights: FloatArray
    text: str
    mean_length: float
    chinese: bool

    @property
    def attainable(self) -> float:
        """What a listing would score that repeats every kept term without end."""
        return float(self.weights.sum())

    def heaviest(self, count: int) -> "tuple[QueryTerm, ...]":
        """Return the terms that weigh most: enough to find candidates by, and quicker than all."""
        return tuple(sorted(self.terms, key=lambda term: (-term.weight, term.term))[:count])


def word_query(text: str, stats: Statistics, frequencies: Callable[[Sequence[int]], dict[int, int]]) -> WordQuery:
    """Weigh a need's words by the statistics the searcher may see; `frequencies` looks hashes up."""
    folded = fold(text[:_LONGEST_NEED])
    chinese = is_chinese(folded)
    weighing = _CHINESE if chinese else _OTHER
    count, first = _counted(tokenize(folded), weighing)
    hashes = {term: term_hash(term) for term in count}
    known = frequencies(list(hashes.values()))
    weights = {
        term: frequency * rarity(known[hashes[term]], stats.listings)
        for term, frequency in count.items()
        if known.get(hashes[term], 0) > 0
    }
    kept = sorted(weights, key=lambda term: (-weights[term], term))[: weighing.kept]
    odds = {term: stats.listings / (SMOOTHING * known[hashes[term]]) for term in kept}
    terms = tuple(
        QueryTerm(term, count[term], weights[term], odds[term], first[term].start, first[term].end)
        for term in sorted(kept, key=hashes.__getitem__)
    )
    return WordQuery(
        terms,
        np.array([hashes[term.term] for term in terms], np.int64),
        np.array([term.weight for term in terms], np.float64),
        folded,
        stats.mean_length,
        chinese,
    )


def _counted(tokens: Sequence[Token], weighing: Weighing) -> tuple[dict[str, float], dict[str, Token]]:
    """Return how often each term stands in a need, weighed, and where first."""
    count: dict[str, float] = {}
    first: dict[str, Token] = {}
    for place, token in enumerate(tokens):
        count[token.term] = count.get(token.term, 0.0) + 1.0 / (1.0 + weighing.fade * place)
        first.setdefault(token.term, token)
    return {term: value**weighing.power for term, value in count.items()}, first


def rarity(frequency: int, listings: int) -> float:
    """Return the inverse document frequency in its never negative form."""
    return math.log1p((listings - frequency + 0.5) / (frequency + 0.5))


def word_scores(query: WordQuery, vectors: TermVectors) -> tuple[FloatArray, FloatArray]:
    """Return BM25 of every kept term in every vector, shape (vectors, terms), and each vector's fit, 0 to 1."""
    parts, likelihoods = np.zeros((2, len(vectors), len(query.terms)))
    if not len(vectors) or not query.terms:
        return parts, np.zeros(len(vectors))
    places = np.searchsorted(query.hashes, vectors.hashes)
    places[places == len(query.hashes)] = 0
    hit = query.hashes[places] == vectors.hashes
    tf, row, column = vectors.counts[hit].astype(np.float64), vectors.owners[hit], places[hit]
    lengths = vectors.lengths / query.mean_length
    parts[row, column] = query.weights[column] * tf / (tf + SATURATION * lengths[row])
    frequencies = np.array([term.frequency for term in query.terms])
    odds = np.array([term.odds for term in query.terms])
    likelihoods[row, column] = frequencies[column] * np.log1p(tf * odds[column])
    ratio = likelihoods.sum(axis=1) / frequencies.sum() - np.log1p(lengths / SMOOTHING)
    return parts, np.round(1.0 / (1.0 + np.exp(_MIDDLE - np.round(ratio, _DIGITS))), _DIGITS)


def matched_words(query: WordQuery, points: Sequence[float]) -> list[tuple[str, float]]:
    """Return the words of the need that a listing has, with their points, in the order of the need.

    Overlapping terms that both matched are joined, so that the reader sees 数控机床 and not 数控, 控机, 机床; a term
    that did not match joins nothing.
    """
    hits = [(term, value) for term, value in zip(query.terms, points, strict=True) if value]
    joined: list[tuple[int, int, float]] = []
    for term, value in sorted(hits, key=lambda hit: (hit[0].start, -hit[0].end)):
        if joined and term.start < joined[-1][1]:
            start, end, sum_so_far = joined[-1]
            joined[-1] = (start, max(end, term.end), sum_so_far + value)
        else:
            joined.append((term.start, term.end, value))
    return [(query.text[start:end], value) for start, end, value in joined]
