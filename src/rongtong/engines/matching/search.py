"""From a need to matches: candidates, exact scores, groups, reasons."""

import math
import sqlite3
from collections.abc import Iterable, Sequence
from dataclasses import dataclass, replace
from typing import NamedTuple

import numpy as np

from rongtong.engines.matching.constraints import Outcome, judge, outcome
from rongtong.engines.matching.encoders import Vectors
from rongtong.engines.matching.fusion import Points, combine, shares
from rongtong.engines.matching.listing import MEMBERS, Constraint, Listing, Need, Searcher
from rongtong.engines.matching.matches import Match, Matches
from rongtong.engines.matching.meaning import MeaningView, agreement
from rongtong.engines.matching.reasons import explain
from rongtong.engines.matching.shelf import Reader
from rongtong.engines.matching.store import Record, bodies, document_frequencies, facet_value, fetch, statistics
from rongtong.engines.matching.vectorise import FloatArray, TermVectors
from rongtong.engines.matching.words import WordQuery, matched_words, word_query, word_scores

_POOL, _DEEPEST_POOL = 256, 4_096  # candidates by words; deeper where one owner or a filter eats them up
_MEANING_POOL, _DEEPEST_MEANING = 64, 1_024
_OWN = 512
_CLAUSES = 64  # words of a need by which candidates are found; all of them score


@dataclass(frozen=True)
class Shelves:
    """What one level is searched on."""

    level: int
    shelf: Reader
    own_shelf: Reader
    table: MeaningView | None


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

    def admitted(self, records: Sequence[Record]) -> "list[_Candidate]":
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
        return [_Candidate(records[place], outcomes[place]) for place in places]

    @staticmethod
    def _outcomes(records: Sequence[Record], constraint: Constraint, known: dict[object, Outcome]) -> list[Outcome]:
        stored = [record.facet(constraint.facet) for record in records]
        for value in set(stored).difference(known):
            known[value] = outcome(constraint, facet_value(constraint.facet, value))
        return [known[value] for value in stored]


class _Candidate(NamedTuple):
    record: Record
    outcomes: tuple[Outcome, ...]


def search(connection: sqlite3.Connection, on: Shelves, request: Request, vector: Vectors | None) -> Matches:
    """Answer a request in one consistent view of the store."""
    need = request.need
    if on.table is None or not on.table.encoded:
        vector = None
    words = word_query(
        need.full_text,
        statistics(connection, on.level),
        lambda hashes: document_frequencies(connection, hashes, on.level),
    )
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
    candidates = _merged(candidates, _near(connection, on, request, vector), _own(connection, on, request))
    return _Ranking(on, request, words, vector, candidates, capped=more).matches(connection)


def _admitted(connection: sqlite3.Connection, level: int, request: Request, rows: Sequence[int]) -> list[_Candidate]:
    return _Judge(request).admitted(fetch(connection, rows, level))


def _own(connection: sqlite3.Connection, on: Shelves, request: Request) -> list[_Candidate]:
    """The searcher's own listings, which they see wholly whatever their level."""
    if on.level == MEMBERS or request.searcher.owner is None:
        return []
    rows = on.own_shelf.owned_by(request.searcher.owner, _OWN)
    return _admitted(connection, MEMBERS, request, rows)


def _near(connection: sqlite3.Connection, on: Shelves, request: Request, vector: Vectors | None) -> list[_Candidate]:
    """Candidates by meaning; looks further where conditions take most of the nearest away."""
    if vector is None or on.table is None:
        return []
    rows = on.table.nearest(vector, request.need.kinds, _DEEPEST_MEANING, on.table.background(vector))
    found: list[_Candidate] = []
    start, step = 0, _MEANING_POOL
    while start < len(rows) and len(found) < _MEANING_POOL // 4:
        found += _admitted(connection, on.level, request, rows[start : start + step])
        start, step = start + step, step * 4
    return found


def _merged(*groups: list[_Candidate]) -> list[_Candidate]:
    """Join by row; a later group wins, so that one's own listing stands before its public face."""
    return list({candidate.record.row: candidate for group in groups for candidate in group}.values())


def _owners(candidates: Sequence[_Candidate], request: Request) -> set[str]:
    return {_group(candidate.record, request) for candidate in candidates}


def _group(record: Record, request: Request) -> str:
    """Listings with the same group show as one match; an anonymous one stands alone."""
    alone = not request.group_by_owner or (record.anonymous and record.owner != request.searcher.owner)
    return f"listing:{record.id}" if alone or not record.owner else f"owner:{record.owner}"


class _Ranking:
    """Scores of all candidates, and matches for the best."""

    def __init__(
        self,
        on: Shelves,
        request: Request,
        words: WordQuery,
        vector: Vectors | None,
        candidates: list[_Candidate],
        *,
        capped: bool,
    ) -> None:
        self._request, self._words, self._capped = request, words, capped
        self._candidates = candidates
        records = [candidate.record for candidate in candidates]
        parts = word_scores(words, TermVectors.stored([one.hashes for one in records], [one.counts for one in records]))
        self._similarities = self._compare(on.table, vector)
        self._meaning = bool(np.isfinite(self._similarities).any())
        wanted = [constraint for constraint in request.need.constraints if not constraint.required]
        weights = shares(
            chinese=words.chinese, terms=len(words.terms), has_meaning=self._meaning, has_wanted=bool(wanted)
        )
        agreements = self._similarities
        if self._meaning and on.table is not None and vector is not None:
            agreements = agreement(on.table.background(vector).standardise(self._similarities))
        met = self._shares_met()
        self._points: Points = combine(parts, words.attainable, agreements, met, weights)
        self._free = not request.need.full_text.strip()  # conditions alone: everything that passes is a match

    def _compare(self, table: MeaningView | None, vector: Vectors | None) -> FloatArray:
        if table is None or vector is None or not self._candidates:
            return np.full(len(self._candidates), math.nan)
        return table.similarities(vector, [candidate.record.row for candidate in self._candidates])

    def _shares_met(self) -> FloatArray:
        places = [place for place, one in enumerate(self._request.need.constraints) if not one.required]
        if not places:
            return np.zeros(len(self._candidates))
        met = [sum(one.outcomes[place] is Outcome.MET for place in places) for one in self._candidates]
        return np.array(met, np.float64) / len(places)

    def matches(self, connection: sqlite3.Connection) -> Matches:
        """Order, group and explain."""
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
        told = dict(bodies(connection, [records[place].row for _, place in chosen]))
        items = tuple(self._match(place, told[records[place].row], others[group]) for group, place in chosen)
        return Matches(items, len(places), self._capped, self._meaning)

    def _match(self, place: int, whole: Listing, others: int) -> Match:
        record, points = self._candidates[place].record, self._points
        listing = whole.seen_at(record.level)
        similarity = float(self._similarities[place])
        known = None if math.isnan(similarity) else similarity
        reasons = explain(
            matched_words(self._words, points.words[place].tolist()),
            (known, float(points.meaning[place])) if self._meaning else None,
            [judge(constraint, listing) for constraint in self._request.need.constraints],
            float(points.wanted[place]),
        )
        if listing.anonymous and listing.owner != self._request.searcher.owner:
            listing = replace(listing, owner="")
        return Match(listing, listing.owner or None, reasons.total, reasons, others)
