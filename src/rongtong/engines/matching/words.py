"""How well a listing's words answer a need: BM25 with exact statistics, as a share of what is attainable.

Robertson and Zaragoza (2009), "The Probabilistic Relevance Framework: BM25 and Beyond", with the need's own
term frequency kept (it matters for long needs), length normalised fully, and earlier words weighing more.
"""

import math
from collections.abc import Callable, Sequence
from dataclasses import dataclass

import numpy as np

from rongtong.engines.matching.store import Statistics
from rongtong.engines.matching.tokens import Token, fold, is_chinese, tokenize
from rongtong.engines.matching.vectorise import FloatArray, IntArray, TermVectors, term_hash

SATURATION = 1.2  # k1; with full length normalisation (b = 1) best or level on every development set
KEPT_TERMS = 64  # of a long need; more only adds noise and time
_FADE = 0.003  # the hundredth word weighs 1 / 1.3: needs begin with what they are about
_LONGEST_NEED = 20_000  # characters


@dataclass(frozen=True, slots=True)
class QueryTerm:
    """A kept term: its weight in the need, its weight with rarity, and where the need says it first."""

    term: str
    frequency: float
    weight: float
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


def word_query(text: str, stats: Statistics, frequencies: Callable[[Sequence[int]], dict[int, int]]) -> WordQuery:
    """Weigh a need's words by the statistics the searcher may see; `frequencies` looks hashes up."""
    folded = fold(text[:_LONGEST_NEED])
    tokens = tokenize(folded)
    count: dict[str, float] = {}
    first: dict[str, Token] = {}
    for place, token in enumerate(tokens):
        count[token.term] = count.get(token.term, 0.0) + 1.0 / (1.0 + _FADE * place)
        first.setdefault(token.term, token)
    hashes = {term: term_hash(term) for term in count}
    known = frequencies(list(hashes.values()))
    weights = {
        term: frequency * rarity(known[hashes[term]], stats.listings)
        for term, frequency in count.items()
        if known.get(hashes[term], 0) > 0
    }
    kept = sorted(weights, key=lambda term: (-weights[term], term))[:KEPT_TERMS]
    terms = tuple(
        QueryTerm(term, count[term], weights[term], first[term].start, first[term].end)
        for term in sorted(kept, key=hashes.__getitem__)
    )
    return WordQuery(
        terms,
        np.array([hashes[term.term] for term in terms], np.int64),
        np.array([term.weight for term in terms], np.float64),
        folded,
        stats.mean_length,
        is_chinese(folded),
    )


def rarity(frequency: int, listings: int) -> float:
    """Return the inverse document frequency in its never negative form."""
    return math.log1p((listings - frequency + 0.5) / (frequency + 0.5))


def word_scores(query: WordQuery, vectors: TermVectors) -> FloatArray:
    """Return the BM25 part of every kept term in every vector, shape (vectors, terms)."""
    parts = np.zeros((len(vectors), len(query.terms)))
    if not len(vectors) or not query.terms:
        return parts
    places = np.searchsorted(query.hashes, vectors.hashes)
    places[places == len(query.hashes)] = 0
    hit = query.hashes[places] == vectors.hashes
    tf, row, column = vectors.counts[hit].astype(np.float64), vectors.owners[hit], places[hit]
    parts[row, column] = query.weights[column] * tf / (tf + SATURATION * vectors.lengths[row] / query.mean_length)
    return parts


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
