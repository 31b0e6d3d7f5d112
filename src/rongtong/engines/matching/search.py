"""From a need to matches: candidates, exact scores, groups, reasons."""

import math
import sqlite3
from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np

from rongtong.engines.matching.constraints import Outcome, Verdict, judge
from rongtong.engines.matching.encoders import Vectors
from rongtong.engines.matching.fusion import Points, combine, shares
from rongtong.engines.matching.listing import MEMBERS, Need, Searcher
from rongtong.engines.matching.matches import Match, Matches
from rongtong.engines.matching.meaning import MeaningView, agreement
from rongtong.engines.matching.reasons import explain
from rongtong.engines.matching.shelf import ShelfReader
from rongtong.engines.matching.store import Record, document_frequencies, fetch, statistics
from rongtong.engines.matching.vectorise import FloatArray
from rongtong.engines.matching.words import WordQuery, matched_words, word_query, word_scores

_POOL, _DEEPEST_POOL = 256, 4_096  # candidates by words; deeper where one owner or a filter eats them up
_MEANING_POOL, _DEEPEST_MEANING = 64, 1_024
_OWN = 512


@dataclass(frozen=True)
class Shelves:
    """What one level is searched on."""

    level: int
    shelf: ShelfReader
    own_shelf: ShelfReader
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

    def admits(self, record: Record, verdicts: Sequence[Verdict]) -> bool:
        """Say whether kind, owner and required conditions let a listing through."""
        if self.need.kinds and record.kind not in self.need.kinds:
            return False
        if record.owner == self.exclude_owner and (not record.anonymous or self.exclude_owner == self.searcher.owner):
            return False
        return all(verdict.outcome is Outcome.MET for verdict in verdicts if verdict.constraint.required)


@dataclass(frozen=True)
class _Candidate:
    record: Record
    verdicts: tuple[Verdict, ...]


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
    depth = _POOL
    while True:
        rows = on.shelf.candidates(need, words, depth, request.avoided) if words.terms else []
        if not need.full_text.strip():
            rows = on.shelf.matching(need, depth, request.avoided)
        candidates = _admitted(connection, on.level, request, rows)
        enough = len(_owners(candidates, request)) >= request.limit
        if len(rows) < depth or enough or depth >= _DEEPEST_POOL:
            break
        depth *= 4
    candidates = _merged(candidates, _near(connection, on, request, vector), _own(connection, on, request))
    return _Ranking(on, request, words, vector, candidates, capped=len(rows) >= depth).matches()


def _admitted(connection: sqlite3.Connection, level: int, request: Request, rows: Sequence[int]) -> list[_Candidate]:
    found = []
    for record in fetch(connection, rows, level):
        verdicts = tuple(judge(constraint, record.listing) for constraint in request.need.constraints)
        if request.admits(record, verdicts):
            found.append(_Candidate(record, verdicts))
    return found


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
        parts = word_scores(words, [candidate.record.terms for candidate in candidates])
        self._similarities = self._compare(on.table, vector)
        self._meaning = bool(np.isfinite(self._similarities).any())
        wanted = [constraint for constraint in request.need.constraints if not constraint.required]
        weights = shares(
            chinese=words.chinese, terms=len(words.terms), has_meaning=self._meaning, has_wanted=bool(wanted)
        )
        agreements = self._similarities
        if self._meaning and on.table is not None and vector is not None:
            agreements = agreement(on.table.background(vector).standardise(self._similarities))
        met = np.array([_share_met(candidate.verdicts, len(wanted)) for candidate in candidates], np.float64)
        self._points: Points = combine(parts, words.attainable, agreements, met, weights)
        self._free = not request.need.full_text.strip()  # conditions alone: everything that passes is a match

    def _compare(self, table: MeaningView | None, vector: Vectors | None) -> FloatArray:
        if table is None or vector is None or not self._candidates:
            return np.full(len(self._candidates), math.nan)
        return table.similarities(vector, [candidate.record.row for candidate in self._candidates])

    def matches(self) -> Matches:
        """Order, group and explain."""
        totals, records = self._points.total, [candidate.record for candidate in self._candidates]
        related = self._points.words.sum(axis=1) + np.where(np.isnan(self._similarities), 0.0, self._points.meaning) > 0
        places = [place for place in range(len(records)) if related[place] or self._free]
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
        items = tuple(self._match(place, others[group]) for group, place in chosen)
        return Matches(items, len(places), self._capped, self._meaning)

    def _match(self, place: int, others: int) -> Match:
        candidate, points = self._candidates[place], self._points
        similarity = float(self._similarities[place])
        known = None if math.isnan(similarity) else similarity
        meaning = (known, float(points.meaning[place])) if self._meaning else None
        reasons = explain(
            matched_words(self._words, points.words[place].tolist()),
            meaning,
            candidate.verdicts,
            float(points.wanted[place]),
        )
        listing, own = candidate.record.listing, candidate.record.listing.owner == self._request.searcher.owner
        if listing.anonymous and not own:
            listing = replace(listing, owner="")
        return Match(listing, listing.owner or None, reasons.total, reasons, others)


def _share_met(verdicts: Sequence[Verdict], wanted: int) -> float:
    met = sum(verdict.outcome is Outcome.MET for verdict in verdicts if not verdict.constraint.required)
    return met / wanted if wanted else 0.0
