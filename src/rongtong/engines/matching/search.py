"""From a need to matches: candidates, exact scores, groups, reasons."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from decimal import Decimal
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.constraints import Outcome, judge, outcome
from rongtong.engines.matching.encoders import Vectors
from rongtong.engines.matching.fusion import Points, combine, shares
from rongtong.engines.matching.listing import MEMBERS, Constraint, Listing, Need, Searcher
from rongtong.engines.matching.matches import Match, Matches
from rongtong.engines.matching.meaning import Background, MeaningView, agreement
from rongtong.engines.matching.reasons import Reasons, explain, rounded
from rongtong.engines.matching.shelf import Reader
from rongtong.engines.matching.store import Frequencies, Record, bodies, facet_value, facets, fetch, statistics
from rongtong.engines.matching.vectorise import FloatArray, TermVectors
from rongtong.engines.matching.words import WordQuery, matched_words, word_query, word_scores

_POOL, _DEEPEST_POOL = 256, 4_096  # candidates by words; deeper where one owner or a filter eats them up
_MEANING_POOL, _DEEPEST_MEANING = 64, 1_024
_OWN = 512
_CLAUSES = 24  # words of a need by which candidates are found, as many of the best as by 64; all of them score


@dataclass(frozen=True)
class Shelves:
    """What one level is searched on."""

    level: int
    shelf: Reader
    own_shelf: Reader
    table: MeaningView | None
    frequencies: Frequencies


@dataclass(frozen=True)
class Request:
    """A need, who asks, and how the answer is to be cut."""

    need: Need
    searcher: Searcher
    limit: int
    exclude_owner: str | None
    group_by_owner: bool

    @property
    def avoided(self) -> str | None:
        """The facet term of the owner to leave out; only one's own anonymous listings are told by their owner."""
        if self.exclude_owner is None:
            return None
        return f"{'own' if self.exclude_owner == self.searcher.owner else 'owner'}:{self.exclude_owner}"


class _Judge:
    """Compares listings with a need's conditions, a facet at a time; equal values are compared once."""

    def __init__(self, request: Request) -> None:
        self._request = request
        self._known: list[tuple[Constraint, dict[object, Outcome]]] = [
            (constraint, {}) for constraint in request.need.constraints
        ]

    def admitted(self, records: Sequence[Record]) -> "list[Candidate]":
        """Return the listings that kind, owner and required conditions let through, with what each condition gives."""
        columns = [self._outcomes(records, constraint, known) for constraint, known in self._known]
        outcomes = list(zip(*columns, strict=True)) if columns else [()] * len(records)
        places: Iterable[int] = range(len(records))
        for (constraint, _), column in zip(self._known, columns, strict=True):
            if constraint.required:
                places = [place for place in places if column[place] is Outcome.MET]
        kinds, without = self._request.need.kinds, self._request.exclude_owner
        if kinds:
            places = [place for place in places if records[place].kind in kinds]
        if without is not None:
            own = without == self._request.searcher.owner
            places = [p for p in places if records[p].owner != without or (records[p].anonymous and not own)]
        return [Candidate(records[place], outcomes[place]) for place in places]

    @staticmethod
    def _outcomes(records: Sequence[Record], constraint: Constraint, known: dict[object, Outcome]) -> list[Outcome]:
        stored = facets(records, constraint.facet)
        for value in set(stored).difference(known):
            known[value] = outcome(constraint, facet_value(constraint.facet, value))
        return [known[value] for value in stored]


class Candidate(NamedTuple):
    """A listing that passes, and what each condition gives."""

    record: Record
    outcomes: tuple[Outcome, ...]


@dataclass(frozen=True, slots=True)
class Found:
    """The candidates of one index: NaN is the similarity of what has no vector; `more` may be found further down."""

    candidates: list[Candidate]
    similarities: FloatArray
    more: bool


def search(connection: sqlite3.Connection, on: Shelves, request: Request, vector: Vectors | None) -> Matches:
    """Answer a request in one consistent view of the store."""
    words = word_query(
        request.need.full_text,
        statistics(connection, on.level),
        lambda hashes: on.frequencies.of(connection, hashes, on.level),
    )
    compared = on.table is not None and on.table.encoded and vector is not None
    background = on.table.background(vector) if on.table and vector is not None and compared else None
    found = gather(connection, on, request, words, vector if compared else None, background)
    ranking = Ranking(request, words, background, found)
    stored = bodies(connection, ranking.rows)
    return ranking.matches([stored[row] for row in ranking.rows])


def gather(
    connection: sqlite3.Connection,
    on: Shelves,
    request: Request,
    words: WordQuery,
    vector: Vectors | None,
    background: Background | None,
) -> Found:
    """Find candidates by words and by meaning; weights and background are those of everything that is searched."""
    need = request.need
    heaviest = replace(words, terms=words.heaviest(_CLAUSES))
    depth = _POOL
    while True:
        rows, more = on.shelf.candidates(need, heaviest, depth, request.avoided) if words.terms else ([], False)
        if not need.full_text.strip():
            rows, more = on.shelf.matching(need, depth, request.avoided)
        candidates = _admitted(connection, on.level, request, rows)
        enough = len(_owners(candidates, request)) >= request.limit
        if not more or enough or depth >= _DEEPEST_POOL:
            break
        depth *= 4
    near = _near(connection, on, request, vector, background)
    candidates = _merged(candidates, near, _own(connection, on, request))
    similarities = np.full(len(candidates), math.nan)
    if on.table is not None and vector is not None and candidates:
        similarities = on.table.similarities(vector, [candidate.record.row for candidate in candidates])
    return Found(candidates, similarities, more)


def _admitted(connection: sqlite3.Connection, level: int, request: Request, rows: Sequence[int]) -> list[Candidate]:
    asked = frozenset(constraint.facet for constraint in request.need.constraints)
    return _Judge(request).admitted(fetch(connection, rows, level, asked))


def _own(connection: sqlite3.Connection, on: Shelves, request: Request) -> list[Candidate]:
    """The searcher's own listings, which they see wholly whatever their level."""
    if on.level == MEMBERS or request.searcher.owner is None:
        return []
    rows = on.own_shelf.owned_by(request.searcher.owner, _OWN)
    return _admitted(connection, MEMBERS, request, rows)


def _near(
    connection: sqlite3.Connection,
    on: Shelves,
    request: Request,
    vector: Vectors | None,
    background: Background | None,
) -> list[Candidate]:
    """Candidates by meaning; looks further where conditions take most of the nearest away."""
    if vector is None or background is None or on.table is None:
        return []
    rows = on.table.nearest(vector, request.need.kinds, _DEEPEST_MEANING, background)
    found: list[Candidate] = []
    start, step = 0, _MEANING_POOL
    while start < len(rows) and len(found) < _MEANING_POOL // 4:
        found += _admitted(connection, on.level, request, rows[start : start + step])
        start, step = start + step, step * 4
    return found


def _merged(*groups: list[Candidate]) -> list[Candidate]:
    """Join by row; a later group wins, so that one's own listing stands before its public face."""
    return list({candidate.record.row: candidate for group in groups for candidate in group}.values())


def _owners(candidates: Sequence[Candidate], request: Request) -> set[str]:
    return {_group(candidate.record, request) for candidate in candidates}


def _group(record: Record, request: Request) -> str:
    """Listings with the same group show as one match; an anonymous one stands alone."""
    alone = not request.group_by_owner or (record.anonymous and record.owner != request.searcher.owner)
    return f"listing:{record.id}" if alone or not record.owner else f"owner:{record.owner}"


class Ranking:
    """Scores of all candidates, and matches for the `chosen`: the places of the best of each group, best first."""

    def __init__(self, request: Request, words: WordQuery, background: Background | None, found: Found) -> None:
        self._request, self._words, self._capped = request, words, found.more
        self._candidates, self._similarities = found.candidates, found.similarities
        records = [candidate.record for candidate in found.candidates]
        parts = word_scores(words, TermVectors.stored([one.hashes for one in records], [one.counts for one in records]))
        self._meaning = background is not None and bool(np.isfinite(self._similarities).any())
        wanted = [constraint for constraint in request.need.constraints if not constraint.required]
        weights = shares(
            chinese=words.chinese, terms=len(words.terms), has_meaning=self._meaning, has_wanted=bool(wanted)
        )
        agreements = self._similarities
        if background is not None and self._meaning:
            agreements = agreement(background.standardise(self._similarities))
        met = self._shares_met()
        self._points: Points = combine(parts, words.attainable, agreements, met, weights)
        self._free = not request.need.full_text.strip()  # conditions alone: everything that passes is a match
        self._found, self.chosen, self._others = self._grouped()

    @property
    def rows(self) -> list[int]:
        """The rows of the chosen, for the shelf of one index."""
        return [self._candidates[place].record.row for place in self.chosen]

    def _shares_met(self) -> FloatArray:
        places = [place for place, one in enumerate(self._request.need.constraints) if not one.required]
        if not places:
            return np.zeros(len(self._candidates))
        met = [sum(one.outcomes[place] is Outcome.MET for place in places) for one in self._candidates]
        return np.array(met, np.float64) / len(places)

    def _grouped(self) -> tuple[int, list[int], list[int]]:
        """Order and group; returns how many were found, the best of each group, and how many others each group has."""
        totals, records = self._points.total.tolist(), [candidate.record for candidate in self._candidates]
        related = self._points.words.sum(axis=1) + np.where(np.isnan(self._similarities), 0.0, self._points.meaning) > 0
        places = list(range(len(records))) if self._free else np.flatnonzero(related).tolist()
        places.sort(key=lambda place: (-totals[place], records[place].id))
        best: dict[str, int] = {}
        others: dict[str, int] = {}
        for place in places:
            group = _group(records[place], self._request)
            if group in best:
                others[group] += 1
            else:
                best[group], others[group] = place, 0
        chosen = list(best.items())[: self._request.limit]
        return len(places), [place for _, place in chosen], [others[group] for group, _ in chosen]

    def matches(self, stored: Sequence[str], missing: tuple[int, ...] = ()) -> Matches:
        """Return the chosen, whose whole listings are given as they are stored."""
        words, totals = self._points.words[self.chosen], self._points.total
        items = []
        for place, body, of_terms, others in zip(self.chosen, stored, words, self._others, strict=True):
            record = self._candidates[place].record
            secret = bool(record.anonymous) and record.owner != self._request.searcher.owner
            told = _Told(
                body=body,
                level=record.level,
                secret=secret,
                need=self._request.need,
                query=self._words,
                words=of_terms,
                similarity=float(self._similarities[place]),
                meaning=float(self._points.meaning[place]) if self._meaning else None,
                wanted=float(self._points.wanted[place]),
            )
            owner = None if secret else record.owner or None
            items.append(Match(record.id, owner, rounded(totals[place]), others, told))
        return Matches(tuple(items), self._found, self._capped, self._meaning, missing)


@dataclass(frozen=True, slots=True)
class _Told:
    """What a match tells when it is asked: its listing as it was stored, and its points before rounding."""

    body: str
    level: int
    secret: bool
    need: Need
    query: WordQuery
    words: FloatArray
    similarity: float
    meaning: float | None
    wanted: float

    def listing(self) -> Listing:
        """Return the listing as the searcher sees it."""
        listing = Listing.from_json(self.body).seen_at(self.level)
        return replace(listing, owner="") if self.secret else listing

    def reasons(self, listing: Listing, score: Decimal) -> Reasons:
        """Return all parts of the score."""
        known = None if math.isnan(self.similarity) else self.similarity
        return explain(
            matched_words(self.query, self.words.tolist()),
            None if self.meaning is None else (known, self.meaning),
            [judge(constraint, listing) for constraint in self.need.constraints],
            self.wanted,
            score,
        )
