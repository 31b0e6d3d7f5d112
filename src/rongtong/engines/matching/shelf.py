"""The text index: finds the candidates that are then scored exactly.

One shelf holds what everybody sees, as visitors see it; another holds what members see beyond that: listings that
visitors do not know of, and the fuller face of those that tell members more. Visitors are answered from the first
alone, so neither a result, a count nor a term statistic of theirs can depend on what is hidden. Members are answered
from both.
"""

from collections.abc import Iterable, Iterator, Sequence
from contextlib import contextmanager
from decimal import Decimal
from pathlib import Path
from typing import Protocol

import tantivy

from rongtong.engines.matching.constraints import normal, price_in_fen
from rongtong.engines.matching.errors import IndexBusy
from rongtong.engines.matching.listing import Constraint, Need
from rongtong.engines.matching.preparing import facet_token
from rongtong.engines.matching.words import WordQuery

_MOSTLY = 0.75
_LEAST = 0.25  # of the candidates come from either shelf, however small
_MUST, _SHOULD, _NOT = tantivy.Occur.Must, tantivy.Occur.Should, tantivy.Occur.MustNot


def _schema() -> tantivy.Schema:
    builder = tantivy.SchemaBuilder()
    builder.add_integer_field("row", indexed=True, fast=True)
    builder.add_text_field("words", tokenizer_name="whitespace", index_option="freq")
    builder.add_text_field("facets", tokenizer_name="whitespace", index_option="basic")
    builder.add_integer_field("readiness", indexed=True, fast=True)
    builder.add_integer_field("price", indexed=True, fast=True)
    return builder.build()


class Shelf:
    """One tantivy index, on disk or (no path) in memory."""

    def __init__(self, path: Path | None) -> None:
        self._schema = _schema()
        if path is not None:
            path.mkdir(parents=True, exist_ok=True)
        self._index = tantivy.Index(self._schema, None if path is None else str(path))
        self._index.config_reader("manual")

    def reader(self) -> "ShelfReader":
        """Return a view of what has been committed by now."""
        self._index.reload()
        return ShelfReader(self._schema, self._index.searcher())

    @contextmanager
    def writer(self, memory: int) -> Iterator["ShelfWriter"]:
        """Hold the shelf's only writer; what is not committed is given up at the end."""
        try:
            writer = self._index.writer(memory, 1)
        except ValueError as error:
            if "LockBusy" in str(error):
                raise IndexBusy("another process is writing this index; only one writes at a time") from error
            raise
        try:
            yield ShelfWriter(writer)
        finally:
            writer.rollback()
            # Dropping the last reference releases the lock, and merging must not go on after that.
            writer.wait_merging_threads()


class Reader(Protocol):
    """What a level is searched on. Each call also says whether there may be more than it gives."""

    def candidates(self, need: Need, words: WordQuery, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return the rows of about the best `limit` listings for a need, filters applied."""

    def matching(self, need: Need, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return up to `limit` rows that pass the need's filters, whatever their words."""

    def owned_by(self, owner: str, limit: int) -> list[int]:
        """Return the rows of an organisation's own listings, anonymous ones too."""


class ShelfReader:
    """A shelf as it was at one moment."""

    def __init__(self, schema: tantivy.Schema, searcher: tantivy.Searcher) -> None:
        self._schema, self._searcher = schema, searcher

    def __len__(self) -> int:
        return int(self._searcher.num_docs)

    def candidates(self, need: Need, words: WordQuery, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return the rows of about the best `limit` listings for a need, filters applied."""
        rows = self._rows(self._filtered(self._words(words), need, avoid), limit)
        return rows, len(rows) >= limit

    def matching(self, need: Need, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return up to `limit` rows that pass the need's filters, whatever their words."""
        rows = self._rows(self._filtered(tantivy.Query.all_query(), need, avoid), limit)
        return rows, len(rows) >= limit

    def owned_by(self, owner: str, limit: int) -> list[int]:
        """Return the rows of an organisation's own listings, anonymous ones too."""
        return self._rows(self._facet(f"own:{owner}"), limit)

    def _rows(self, query: tantivy.Query, limit: int) -> list[int]:
        hits = self._searcher.search(query, limit, count=False).hits
        values = self._searcher.fast_field_values("row", [address for _, address in hits])
        return [int(value) for value in values if value is not None]

    def _words(self, words: WordQuery) -> tantivy.Query:
        clauses = []
        for term in words.terms:
            query = tantivy.Query.term_query(self._schema, "words", term.term, index_option="freq")
            clauses.append((_SHOULD, tantivy.Query.boost_query(query, term.frequency)))
        return tantivy.Query.boolean_query(clauses)

    def _filtered(self, query: tantivy.Query, need: Need, avoid: str | None) -> tantivy.Query:
        clauses = [(_MUST, query)]
        if need.kinds and not self._mostly(need.kinds):
            clauses.append((_MUST, self._any(f"kind:{kind}" for kind in sorted(need.kinds))))
        for constraint in need.constraints:
            if constraint.required:
                clauses += [(_MUST, clause) for clause in self._constraint(constraint)]
        if avoid is not None:
            clauses.append((_NOT, self._facet(avoid)))
        return query if len(clauses) == 1 else tantivy.Query.boolean_query(clauses)

    def _mostly(self, kinds: Iterable[str]) -> bool:
        """Say whether nearly all listings are of these kinds: then leaving others out afterwards costs less."""
        of_kind = sum(self._searcher.doc_freq("facets", facet_token(f"kind:{kind}")) for kind in kinds)
        return bool(of_kind > _MOSTLY * len(self))

    def _constraint(self, constraint: Constraint) -> list[tantivy.Query]:
        value, facet = constraint.value, constraint.facet
        if isinstance(value, Decimal):
            return [self._range(facet, None, price_in_fen(value))]
        if isinstance(value, int):
            return [self._range(facet, value, None)]
        if facet == "certificates":
            return [self._any([f"{facet}:{name}"]) for name in value]
        names = [normal(facet, name) for name in value] if facet in ("region", "industry") else value
        return [self._any(f"{facet}:{name}" for name in names)]

    def _range(self, field: str, lower: int | None, upper: int | None) -> tantivy.Query:
        query = tantivy.Query.range_query(self._schema, field, tantivy.FieldType.Integer, lower, upper)
        return tantivy.Query.const_score_query(query, 0.0)

    def _any(self, terms: Iterable[str]) -> tantivy.Query:
        query = tantivy.Query.boolean_query([(_SHOULD, self._facet(term)) for term in terms])
        return tantivy.Query.const_score_query(query, 0.0)

    def _facet(self, term: str) -> tantivy.Query:
        return tantivy.Query.term_query(self._schema, "facets", facet_token(term), index_option="basic")


class MembersReader:
    """What members see: both shelves. What has a fuller face may be found by either; it is judged by the fuller."""

    def __init__(self, everybody: ShelfReader, members: ShelfReader) -> None:
        both = (everybody, members) if len(members) else (everybody,)
        every = sum(map(len, both))
        self._shelves = [(shelf, max(_LEAST, len(shelf) / every if every else 1.0)) for shelf in both]

    def candidates(self, need: Need, words: WordQuery, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return the rows of about the best listings on both shelves, from each as many as its size suggests."""
        return _together([shelf.candidates(need, words, int(limit * part), avoid) for shelf, part in self._shelves])

    def matching(self, need: Need, limit: int, avoid: str | None) -> tuple[list[int], bool]:
        """Return rows of both shelves that pass the need's filters."""
        return _together([shelf.matching(need, int(limit * part), avoid) for shelf, part in self._shelves])

    def owned_by(self, owner: str, limit: int) -> list[int]:
        """Return the rows of an organisation's own listings, anonymous ones too."""
        return [row for shelf, _ in self._shelves for row in shelf.owned_by(owner, limit)]


def _together(found: Sequence[tuple[list[int], bool]]) -> tuple[list[int], bool]:
    return [row for rows, _ in found for row in rows], any(more for _, more in found)


class ShelfWriter:
    """Changes to a shelf, seen by readers after `commit`."""

    def __init__(self, writer: tantivy.IndexWriter) -> None:
        self._writer = writer

    def put(self, row: int, document: str) -> None:
        """Add a document, JSON without its opening brace, for a row that has none."""
        self._writer.add_json(f'{{"row": {row}, {document}')

    def drop(self, row: int) -> None:
        """Take a row off the shelf."""
        self._writer.delete_documents_by_term("row", row)

    def commit(self) -> None:
        """Make the changes durable."""
        self._writer.commit()
