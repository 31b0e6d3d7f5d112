"""How well a listing's words answer a need: BM25 with exact statistics, and how the listing as a whole fits.

BM25 (Robertson and Zaragoza, 2009, "The Probabilistic Relevance Framework") as a share of what is attainable, with the
need's own term frequency kept, as it matters for long needs, and length normalised fully. It looks at what a listing
has of the need only; the fit, a likelihood ratio smoothed as in Zhai and Lafferty (2001), also at what else it says.
"""

import math
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.glossary import Said, glossary
from rongtong.engines.matching.store import Statistics
from rongtong.engines.matching.tokens import columns, fold, is_chinese
from rongtong.engines.matching.vectorise import FloatArray, IntArray, TermVectors, term_hash

SATURATION = 2.0  # k1; with full length normalisation (b = 1) best or level on every development set
SMOOTHING = 0.7  # of the fit: how much text at large is mixed into a listing, in mean lengths
TRANSLATED = 0.5  # of the weight that the need's own word has
_TRANSLATED_TERMS = 24
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

    `odds` is how many times likelier a text of mean length is to have said the term when it says it once; `said` is
    what the glossary calls these words in the other language, where the term is from there.
    """

    term: str
    frequency: float
    weight: float
    odds: float
    start: int
    end: int
    said: Said | None = None


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
        """What a listing in one language would score that repeats every kept term without end."""
        return self._in_one_language([term.weight for term in self.terms])

    @property
    def said(self) -> float:
        """How often the terms are said in the need, in the language that says more."""
        return self._in_one_language([term.frequency for term in self.terms])

    def _in_one_language(self, values: Sequence[float]) -> float:
        pairs = list(zip(self.terms, values, strict=True))
        own, other = (math.fsum(v for term, v in pairs if (term.said is None) == kind) for kind in (True, False))
        return max(own, other)

    def heaviest(self, count: int) -> "tuple[QueryTerm, ...]":
        """Return the terms that weigh most: enough to find candidates by, and quicker than all."""
        return tuple(sorted(self.terms, key=lambda term: (-term.weight, term.term))[:count])


def word_query(text: str, stats: Statistics, frequencies: Callable[[Sequence[int]], dict[int, int]]) -> WordQuery:
    """Weigh a need's words by the statistics the searcher may see; `frequencies` looks hashes up."""
    folded = fold(text[:_LONGEST_NEED])
    chinese = is_chinese(folded)
    weighing = _CHINESE if chinese else _OTHER
    own, other = _counted(folded, weighing)
    hashes = {term: term_hash(term) for term in (*own.frequencies, *other.frequencies)}
    known = frequencies(list(hashes.values()))
    kept = [
        *_kept(own, weighing.kept, hashes, known, stats.listings),
        *_kept(other, _TRANSLATED_TERMS, hashes, known, stats.listings),
    ]
    terms = sorted(kept, key=lambda one: hashes[one.term])
    return WordQuery(
        tuple(terms),
        np.array([hashes[term.term] for term in terms], np.int64),
        np.array([term.weight for term in terms], np.float64),
        folded,
        stats.mean_length,
        chinese,
    )


class _Counted(NamedTuple):
    """How often a need says each term, faded; where first, and what of the glossary it is."""

    frequencies: dict[str, float]
    where: Callable[[str], tuple[int, int, Said | None]]


def _counted(folded: str, weighing: Weighing) -> tuple[_Counted, _Counted]:
    """Return the terms of a need, and those of the other language that the glossary adds."""
    tokens = columns(folded)
    weights = 1.0 / (1.0 + weighing.fade * np.arange(len(tokens.terms)))
    backwards = range(len(weights) - 1, -1, -1)
    first = dict(zip(reversed(tokens.terms), backwards, strict=True))
    sums = np.bincount(np.fromiter(map(first.__getitem__, tokens.terms), np.int64, len(weights)), weights).tolist()
    own = {term: sums[place] ** weighing.power for term, place in first.items()}
    at = dict(zip(reversed(tokens.starts), backwards, strict=True))
    other: dict[str, float] = {}
    found: dict[str, tuple[int, int, Said]] = {}
    for term, said, start, end in glossary().translations(folded, tokens):
        if term not in own:
            other[term] = other.get(term, 0.0) + TRANSLATED * float(weights[at[start]])
            found.setdefault(term, (start, end, said))
    return (
        _Counted(own, lambda term: (tokens.starts[first[term]], tokens.ends[first[term]], None)),
        _Counted({term: value**weighing.power for term, value in other.items()}, found.__getitem__),
    )


def _kept(
    counted: _Counted, most: int, hashes: Mapping[str, int], known: Mapping[int, int], listings: int
) -> list[QueryTerm]:
    """Return the terms that weigh most among those that stand in a listing."""
    there = [term for term in counted.frequencies if known.get(hashes[term], 0) > 0]
    if not there:
        return []
    numbers = np.array([known[hashes[term]] for term in there], np.float64)
    weights = np.array([counted.frequencies[term] for term in there]) * rarity(numbers, listings)
    places = range(len(there)) if len(there) <= most else np.flatnonzero(weights >= np.sort(weights)[-most]).tolist()
    return [
        QueryTerm(
            there[place],
            counted.frequencies[there[place]],
            float(weights[place]),
            listings / (SMOOTHING * float(numbers[place])),
            *counted.where(there[place]),
        )
        for place in sorted(places, key=lambda place: (-weights[place], there[place]))[:most]
    ]


def rarity(frequencies: FloatArray, listings: int) -> FloatArray:
    """Return the inverse document frequencies in their never negative form."""
    return np.asarray(np.log1p((listings - frequencies + 0.5) / (frequencies + 0.5)), np.float64)


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
    ratio = likelihoods.sum(axis=1) / query.said - np.log1p(lengths / SMOOTHING)
    return parts, np.round(1.0 / (1.0 + np.exp(-np.round(ratio, _DIGITS))), _DIGITS)


def matched_words(query: WordQuery, points: Sequence[float]) -> list[tuple[str, float]]:
    """Return the words of the need that a listing has, with their points, in the order of the need.

    Overlapping terms that both matched are joined, so that the reader sees 数控机床 and not 数控, 控机, 机床; a term
    that did not match joins nothing. Where only the other language's word stands in the listing, it is named.
    """
    hits = [(term, value) for term, value in zip(query.terms, points, strict=True) if value]
    joined: list[_Joined] = []
    for term, value in sorted(hits, key=lambda hit: (hit[0].start, -hit[0].end)):
        if not joined or term.start >= joined[-1].end:
            joined.append(_Joined(term.start, term.end))
        joined[-1].add(term, value)
    return [(one.shown(query.text), one.points) for one in joined]


@dataclass
class _Joined:
    """Terms that matched at one place of the need."""

    start: int
    end: int
    points: float = 0.0
    own: bool = False
    said: list[Said] = field(default_factory=list)

    def add(self, term: QueryTerm, points: float) -> None:
        self.end, self.points = max(self.end, term.end), self.points + points
        if term.said is None:
            self.own = True
        else:
            self.said.append(term.said)

    def shown(self, text: str) -> str:
        """Return the need's words; where the listing has them in the other language only, these too."""
        words = text[self.start : self.end]
        return words if self.own else f"{words} → {_pieces(self.said)}"


def _pieces(said: Sequence[Said]) -> str:
    """Return the pieces of names that matched, overlapping ones as one."""
    pieces: list[Said] = []
    for one in sorted(said):
        if pieces and pieces[-1].name == one.name and one.start <= pieces[-1].end:
            pieces[-1] = one._replace(start=pieces[-1].start, end=max(pieces[-1].end, one.end))
        else:
            pieces.append(one)
    return " ".join(one.name[one.start : one.end] for one in pieces)
