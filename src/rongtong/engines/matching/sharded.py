"""One index in shards on several machines: Ray actors find, this process ranks. ``pip install rongtong[ray]``.

Every listing lives on one shard, chosen by its id. A search asks twice: first for the statistics of the need's words,
which are added up, so that every shard weighs by what all of them hold; then for candidates, which are ranked here as
an index in one piece ranks them. Scores are therefore the same however many shards there are. Where a shard finds more
candidates than it gives (`Matches.capped`), shards together give more than one index would, and `found` says more.

A shard that dies is started again by Ray and opens its folder, in which everything committed is. Meanwhile searches go
on without it and say so in `Matches.missing`.
"""

import hashlib
import os
import secrets
import sys
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, NamedTuple

import numpy as np

from rongtong.engines.matching.encoders import Encoder, NoEncoder, Vectors
from rongtong.engines.matching.errors import EncoderError, MatchingError
from rongtong.engines.matching.index import Index
from rongtong.engines.matching.listing import Listing, Need, Searcher
from rongtong.engines.matching.matches import Matches
from rongtong.engines.matching.meaning import Background, Sampled, background, query_summary
from rongtong.engines.matching.search import Found, Ranking, Request, gather
from rongtong.engines.matching.store import Statistics, bodies, document_frequencies, statistics
from rongtong.engines.matching.words import WordQuery, word_query

_MEMORY = 80 * 2**20  # bytes of Ray's object store, which candidates hardly use


class ShardMissing(MatchingError):
    """A shard did not answer: changes cannot be written until it is back. Write them again; twice does no harm."""


class Weights(NamedTuple):
    """What one shard adds to the statistics of a need."""

    statistics: Statistics
    frequencies: dict[int, int]
    sampled: Sampled | None


class Answer(NamedTuple):
    """The candidates of a shard with their whole listings as they are stored, by row."""

    found: Found
    stored: dict[int, str]


@dataclass(frozen=True)
class Question:
    """The second question: what is asked, weighed by what all shards hold."""

    request: Request
    words: WordQuery
    vector: Vectors | None
    background: Background | None


class Shard:
    """One part of the listings, on disk where it runs; the actor's class."""

    def __init__(self, path: str, encoder: Encoder) -> None:
        folder = Path(path)
        self._index = Index.open(folder, encoder) if (folder / "current").exists() else Index.create(folder, encoder)

    def weights(self, level: int, hashes: Sequence[int], vector: Vectors | None) -> Weights:
        """Return this shard's part of the statistics."""
        self._index.refresh()
        generation = self._index.generation
        table = generation.views[level].table
        with generation.store.reading() as connection:
            return Weights(
                statistics(connection, level),
                document_frequencies(connection, hashes, level),
                table.sampled(vector) if table is not None and table.encoded and vector is not None else None,
            )

    def candidates(self, question: Question) -> Answer:
        """Return this shard's candidates."""
        generation, request = self._index.generation, question.request
        on = generation.views[request.searcher.level]
        compared = on.table is not None and on.table.encoded
        with generation.store.reading() as connection:
            found = gather(
                connection, on, request, question.words, question.vector if compared else None, question.background
            )
            rows = [candidate.record.row for candidate in found.candidates]
            return Answer(found, bodies(connection, rows))

    def write(self, listings: Sequence[Listing], removed: Sequence[str], position: int | None) -> None:
        """Commit changes."""
        with self._index.writer(workers=0) as writer:
            writer.remove(removed)
            writer.upsert(listings)
            writer.commit(position)

    def encode_pending(self, limit: int) -> int:
        """Encode what has no vector yet."""
        return self._index.encode_pending(limit)

    def state(self) -> tuple[int, int, int]:
        """Return position, listings of members and process, which is how somebody sees that the shard is there."""
        return self._index.position, self._index.count(1), os.getpid()


class ShardedIndex:
    """Searches as `Index` does, over shards that Ray runs.

    Parameters
    ----------
    path
        Folder of the shards, on each machine or shared between them.
    shards
        How many there are; it cannot be changed later, fill another index instead.
    encoder
        Must be one that travels to other processes.
    timeout
        Seconds to wait for a shard before a search goes on without it.
    placements
        Ray's options for the actors, gone through in turn, e.g. ``[{"resources": {"east": 1}}]``.
    """

    def __init__(
        self,
        path: str | Path,
        shards: int,
        encoder: Encoder | None = None,
        timeout: float = 5.0,
        placements: Sequence[Mapping[str, Any]] = ({},),
    ) -> None:
        ray = _ray()
        self.encoder: Encoder = encoder or NoEncoder()
        self._timeout, self._ray = timeout, ray
        actor = ray.remote(num_cpus=0, max_restarts=-1, max_concurrency=8)(Shard)
        self._shards = [
            actor.options(**placements[number % len(placements)]).remote(
                str(Path(path) / f"shard-{number + 1}-of-{shards}"), self.encoder
            )
            for number in range(shards)
        ]

    def __len__(self) -> int:
        return len(self._shards)

    def writer(self) -> "ShardedWriter":
        """Return a writer, as a context, with the calls of an index's own."""
        return ShardedWriter(self)

    @property
    def position(self) -> int:
        """The place in the change log up to which every shard is current."""
        return min(state[0] for state in self.states())

    def states(self) -> list[tuple[int, int, int]]:
        """Return position, number of listings and process of each shard; raises ShardMissing."""
        return self.everybody(lambda shard, _: shard.state.remote())

    def encode_pending(self, limit: int = 256) -> int:
        """Encode up to `limit` texts on each shard; 0 means that all are done."""
        return sum(self.everybody(lambda shard, _: shard.encode_pending.remote(limit), timeout=None))

    def search(
        self,
        need: Need,
        searcher: Searcher,
        limit: int = 20,
        exclude_owner: str | None = None,
        group_by_owner: bool = True,
    ) -> Matches:
        """Return the listings that answer a need best, as `Index.search`; `missing` names shards that were silent."""
        if not 1 <= limit <= 1000:
            raise ValueError("limit is 1 to 1,000")
        request = Request(need, searcher, limit, exclude_owner, group_by_owner)
        vector = self._vector(need)
        hashes = _hashes(need)
        weights = self._asked(range(len(self)), lambda shard, _: shard.weights.remote(searcher.level, hashes, vector))
        totals, frequencies = _added(weights.values())
        words = word_query(need.full_text, totals, lambda _: frequencies)
        samples = [each.sampled for each in weights.values() if each.sampled is not None]
        against = background(samples, self.encoder.typical) if samples else None
        question = Question(request, words, vector if samples else None, against)
        answers = self._asked(weights, lambda shard, _: shard.candidates.remote(question))
        return _ranked(question, answers, tuple(sorted(set(range(len(self))) - answers.keys())))

    def _vector(self, need: Need) -> Vectors | None:
        text = query_summary(need.title, need.text)
        if not self.encoder.dimensions or not text:
            return None
        try:
            vector: Vectors = self.encoder.encode([text], "query")[0]
        except EncoderError:
            return None  # words alone answer; Matches.meaning tells the caller
        return vector

    def _asked(self, numbers: Iterable[int], ask: Callable[[Any, int], Any]) -> dict[int, Any]:
        """Return what the shards say that answer in time."""
        asked = {ask(self._shards[number], number): number for number in numbers}
        ready, _late = self._ray.wait(list(asked), num_returns=len(asked), timeout=self._timeout)
        answers = {}
        for one in ready:
            try:
                answers[asked[one]] = self._ray.get(one)
            except self._ray.exceptions.RayActorError:
                continue  # named in Matches.missing
        return answers

    def everybody(self, ask: Callable[[Any, int], Any], timeout: float | None = 60.0) -> list[Any]:
        """Return what every shard says; raises ShardMissing."""
        asked = [ask(shard, number) for number, shard in enumerate(self._shards)]
        try:
            answers: list[Any] = self._ray.get(asked, timeout=timeout)
        except (self._ray.exceptions.RayActorError, self._ray.exceptions.GetTimeoutError) as error:
            raise ShardMissing("a shard of the index does not answer; Ray starts it again, then write again") from error
        return answers

    def close(self) -> None:
        """End the shards; what they hold stays on disk."""
        for shard in self._shards:
            self._ray.kill(shard, no_restart=True)


def _hashes(need: Need) -> list[int]:
    """Return the terms whose frequencies are needed to weigh a need."""
    asked: list[int] = []

    def note(hashes: Sequence[int]) -> dict[int, int]:
        asked.extend(hashes)
        return {}

    word_query(need.full_text, Statistics(0, 0), note)
    return asked


def _added(weights: Iterable[Weights]) -> tuple[Statistics, dict[int, int]]:
    """Return the statistics of all shards together."""
    listings, length, frequencies = 0, 0, Counter[int]()
    for each in weights:
        listings, length = listings + each.statistics.listings, length + each.statistics.length
        frequencies.update(each.frequencies)
    return Statistics(listings, length), dict(frequencies)


def _ranked(question: Question, answers: Mapping[int, Answer], missing: tuple[int, ...]) -> Matches:
    parts = [answers[number] for number in sorted(answers)]
    candidates = [candidate for part in parts for candidate in part.found.candidates]
    stored = [part.stored[candidate.record.row] for part in parts for candidate in part.found.candidates]
    similarities = np.concatenate([part.found.similarities for part in parts]) if parts else np.zeros(0)
    found = Found(candidates, similarities, any(part.found.more for part in parts))
    ranking = Ranking(question.request, question.words, question.background, found)
    return ranking.matches([stored[place] for place in ranking.chosen], missing)


class ShardedWriter:
    """Collects changes until `commit`, and gives each shard its own; use it as a context."""

    def __init__(self, index: ShardedIndex) -> None:
        self._index = index
        self._changes: dict[str, Listing | None] = {}

    def __enter__(self) -> "ShardedWriter":
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._changes.clear()

    def upsert(self, listings: Iterable[Listing]) -> None:
        """Put listings in, replacing those with the same id."""
        self._changes.update((listing.id, listing) for listing in listings)

    def remove(self, ids: Iterable[str]) -> None:
        """Take listings out."""
        self._changes.update((listing_id, None) for listing_id in ids)

    def commit(self, position: int | None = None) -> None:
        """Commit on every shard; where one is missing the others have committed, and `position` stays behind."""
        shards = len(self._index)
        listings: list[list[Listing]] = [[] for _ in range(shards)]
        removed: list[list[str]] = [[] for _ in range(shards)]
        for listing_id, listing in self._changes.items():
            number = shard_of(listing_id, shards)
            if listing is None:
                removed[number].append(listing_id)
            else:
                listings[number].append(listing)
        self._index.everybody(
            lambda shard, number: shard.write.remote(listings[number], removed[number], position), timeout=None
        )
        self._changes.clear()


def shard_of(listing_id: str, shards: int) -> int:
    """Return the shard of a listing, the same on every machine."""
    return int.from_bytes(hashlib.blake2b(listing_id.encode(), digest_size=8).digest(), "big") % shards


def start_here(cpus: int, resources: Mapping[str, float] | None = None) -> None:
    """Start Ray on this machine alone: no dashboard, no usage reports, and nobody without the token is let in.

    To be called before anything imports Ray, which reads how to guard itself when it is imported.
    """
    if "ray" in sys.modules and os.environ.get("RAY_AUTH_MODE") != "token":
        raise MatchingError("Ray was imported before it was told to ask for a token: call start_here first")
    os.environ["RAY_USAGE_STATS_ENABLED"] = "0"
    os.environ["RAY_AUTH_MODE"] = "token"
    os.environ.setdefault("RAY_AUTH_TOKEN", secrets.token_hex(32))
    _ray().init(
        num_cpus=cpus,
        resources=dict(resources or {}),
        include_dashboard=False,
        object_store_memory=_MEMORY,
        log_to_driver=False,
        configure_logging=False,
        _node_ip_address="127.0.0.1",
    )


def _ray() -> Any:
    try:
        import psutil  # noqa: F401 — before Ray, which puts a copy of its own first
        import ray
    except ImportError as error:
        raise MatchingError("an index in shards needs Ray: pip install rongtong[ray]") from error
    return ray
