"""How good the ranking is: development queries with known answers, ours beside bm25s in the same run."""

import gzip
import json
import math
import sys
from collections.abc import Callable, Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import bm25s
import numpy as np
import rjieba

from rongtong.engines.matching import Encoder, Index, Listing, Need, Searcher

DEEP, TOP = 100, 10
VISITOR = Searcher(0)
Ranking = list[str]
# Set, subset, and the bars for nDCG@10 and recall@100 with the best simple baseline of each.
BARS = {
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


def plain_bm25(test: TestSet) -> Callable[[str], Ranking]:
    """Rank with bm25s as its documentation shows it; words by rjieba where the text is Chinese."""
    keys = list(test.documents)

    def tokens(texts: Iterable[str]) -> list[list[str]]:
        found = bm25s.tokenize(
            [" ".join(rjieba.cut(text)) for text in texts], stopwords="en", return_ids=False, show_progress=False
        )
        return list(found)

    model = bm25s.BM25()
    model.index(tokens(test.documents.values()), show_progress=False)

    def rank(text: str) -> Ranking:
        places, _ = model.retrieve(tokens([text]), k=min(DEEP, len(keys)), show_progress=False)
        return [keys[place] for place in places[0]]

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


def quality_rows(data: Path, encoder: Encoder) -> Iterator[dict[str, object]]:
    """Yield one object a figure; meaning is measured where encoding the set takes a minute, and the name says so."""
    for (name, small), bars in BARS.items():
        test = load(data / name, small=small)
        systems = {"words": ours(filled(test)), "bm25s": plain_bm25(test)}
        if len(test.documents) <= 1000:
            systems = {"words + meaning": ours(filled(test, encoder)), **systems}
        for system, rank in systems.items():
            for metric, values, (bar, baseline) in zip(
                ("nDCG@10", "recall@100"), measure(test, rank), bars, strict=True
            ):
                low, high = interval(values)
                yield {
                    "name": f"{test.name} {metric}, {system}",
                    "value": round(sum(values) / len(values), 4),
                    "unit": "",
                    "bar": None if system == "bm25s" else bar,
                    "baseline": baseline,
                    "interval": [round(low, 4), round(high, 4)],
                }
