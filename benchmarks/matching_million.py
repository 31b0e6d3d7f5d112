"""A million listings on two cores: prints a table beside its bars and writes ``benchmarks/out/matching_million.json``.

    python benchmarks/matching_million.py [--listings 1000000] [--vectors]

What the listings are made of says `million_corpus.listings`. In one run: the build from nothing with words only, the
size on disk, a fresh process that answers real needs with filters and reasons, and the delay until a new or changed
listing is found while two threads search. ``--vectors`` then gives every listing a vector drawn from its text and asks
again: such vectors say what meaning costs and how well approximate search finds the nearest, not what meaning finds. A
twentieth of the listings is built and searched beside bm25s, which has neither filters nor reasons nor changes.

Reads ``../shared/data`` (or ``RONGTONG_DATA``).
"""

import argparse
import hashlib
import json
import os
import pickle
import statistics
import subprocess
import sys
import tempfile
import threading
import time
from collections.abc import Iterator, Sequence
from pathlib import Path

import bm25s
import numpy as np
import psutil
from million_corpus import listings, needs

from rongtong.engines.matching import Encoder, Index, Listing, Matches, Need, NoEncoder, Searcher, VectorStore
from rongtong.engines.matching.approximate import Allowed
from rongtong.engines.matching.encoders import Side, Vectors
from rongtong.engines.matching.tokens import terms

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("RONGTONG_DATA", HERE.parent.parent / "shared" / "data"))
OUT = HERE / "out" / "matching_million.json"
MEMBER = Searcher(1)
MEMORY = 128_000_000  # bytes that each shelf may hold back while a million come in
CHANGES = 30
Row = dict[str, object]


class ClusteredEncoder:
    """Unit vectors around twenty thousand centres, one in ten around none, all drawn from the text itself.

    They cost what real ones cost and crowd as real ones do; they mean nothing.
    """

    name, dimensions, typical = "clustered", 384, (0.0, 0.051)

    def __init__(self) -> None:
        draw = np.random.default_rng(20261123)
        self._centres = draw.standard_normal((20_000, self.dimensions), np.float32)
        self._noise = draw.standard_normal((4_096, self.dimensions), np.float32)

    def encode(self, texts: Sequence[str], side: Side) -> Vectors:
        seeds = np.array([int.from_bytes(hashlib.blake2b(text.encode(), digest_size=7).digest()) for text in texts])
        near = np.where(seeds % 10 > 0, 1.0, 0.0).astype(np.float32)[:, None]
        noise = self._noise[(seeds >> 20) % 4_096] + self._noise[(seeds >> 36) % 4_096]
        found = near * self._centres[seeds % 20_011 % 20_000] + 0.5 * noise
        return np.asarray(found / np.linalg.norm(found, axis=1, keepdims=True), np.float32)


def figure(name: str, value: float, unit: str, bar: float | None = None) -> Row:
    return {"name": name, "value": round(value, 4), "unit": unit, "bar": bar}


def written(folder: Path, count: int) -> Path:
    """Write the corpus to a file first: making it is not part of building the index."""
    path = folder / "corpus"
    with path.open("wb") as file:
        for listing in listings(DATA, count):
            pickle.dump(listing, file)
    return path


def stored(path: Path) -> Iterator[Listing]:
    with path.open("rb") as file:
        while file.peek(1):
            yield pickle.load(file)  # noqa: S301 — written by this run


def build(corpus: Path, path: Path, count: int) -> Iterator[Row]:
    started, used = time.perf_counter(), os.times()
    index = Index.create(path)
    with index.writer(memory=MEMORY) as writer:
        writer.upsert(stored(corpus))
        writer.commit(position=count)
    taken, now = time.perf_counter() - started, os.times()
    index.close()
    worked = sum(after - before for after, before in zip(now[:4], used[:4], strict=True))
    yield figure(f"build {count:,} listings from nothing, words only", taken, "s", 90.0)
    yield figure("processor time of the build, both cores", worked, "s")
    for part in sorted(path.iterdir()):
        files = [part] if part.is_file() else [file for file in part.rglob("*") if file.is_file()]
        yield figure(f"on disk, {part.name}", sum(file.stat().st_size for file in files) / 1e6, "MB")


def serve(path: Path, encoder: Encoder) -> list[Row]:
    """Answer the needs in this fresh process; called in a process of its own."""
    index = Index.open(path, encoder)
    asked = needs(DATA)
    for need in asked[::10]:
        index.search(need, MEMBER)
    process, taken, worked, found = psutil.Process(), [], [], 0
    for need in asked:
        started, began = time.perf_counter(), time.process_time()
        matches = index.search(need, MEMBER)
        exact = all(match.score == match.reasons.total for match in matches)  # reasons are worked out when asked for
        taken.append((time.perf_counter() - started) * 1e3)
        worked.append((time.process_time() - began) * 1e3)
        assert exact
        found += len(matches)
    memory = process.memory_full_info()
    what = "words and meaning" if index.encoder.dimensions else "words only"
    name = f"need → top 20, filters and reasons, {what}"
    return [
        figure(f"{name}, p50 of {len(asked)}", statistics.median(taken), "ms", 10.0),
        figure(f"{name}, p95", statistics.quantiles(taken, n=20)[-1], "ms", 25.0),
        figure(f"{name}, p50 of processor time", statistics.median(worked), "ms"),
        figure(f"{name}, p95 of processor time", statistics.quantiles(worked, n=20)[-1], "ms"),
        figure(f"matches for a need, {what}", found / len(asked), ""),
        figure(f"serving process, {what}, resident", memory.rss / 1e9, "GB", 1.5),
        figure(f"serving process, {what}, its own (without mapped files)", memory.uss / 1e9, "GB"),
    ]


def _told(matches: Matches) -> int:
    """Have all reasons worked out, as a page that shows every match does."""
    return sum(len(match.reasons.words) for match in matches)


def served(path: Path, what: str) -> list[Row]:
    command = [sys.executable, __file__, "--serve", str(path), what]
    rows: list[Row] = json.loads(subprocess.run(command, check=True, capture_output=True, text=True).stdout)
    return rows


def freshness(path: Path) -> Iterator[Row]:
    """Time from a new, changed or withdrawn listing to its being found or gone, while two threads search."""
    index, asked, done = Index.open(path), needs(DATA), threading.Event()

    def ask(start: int) -> int:
        place = start
        while not done.is_set():
            index.search(asked[place % len(asked)], MEMBER)
            place += 1
        return place

    threads = [threading.Thread(target=ask, args=(start,)) for start in (0, 7)]
    for thread in threads:
        thread.start()
    taken = [_seen_after(index, number) for number in range(CHANGES)]
    done.set()
    for thread in threads:
        thread.join()
    yield figure(
        f"new, changed or withdrawn listing → seen while searching, p50 of {CHANGES}", statistics.median(taken), "s"
    )
    yield figure("new, changed or withdrawn listing → seen while searching, slowest", max(taken), "s", 1.0)


def _seen_after(index: Index, number: int) -> float:
    text, gone = f"磁悬浮压缩机{number // 3}号样机", number % 3 == 2
    started = time.perf_counter()
    with index.writer() as writer:
        if gone:
            writer.remove(["measured"])
        else:
            writer.upsert([Listing("measured", "x", "capability", text, {0: f"第{number}次修改"})])
        writer.commit()
    matches = index.search(Need(text), MEMBER)
    assert (bool(matches) and matches[0].listing.id == "measured") is not gone
    return time.perf_counter() - started


def beside_bm25s(corpus: Path, folder: Path, count: int) -> Iterator[Row]:
    """Build and search a part of the same corpus with bm25s, from the same terms, and with this engine."""
    some = [listing for _, listing in zip(range(count), stored(corpus), strict=False)]
    asked = needs(DATA)
    started = time.perf_counter()
    model = bm25s.BM25()
    model.index([terms(listing.full_text(1)) for listing in some], show_progress=False)
    yield figure(f"build {count:,}, bm25s on our terms", time.perf_counter() - started, "s")
    taken = []
    for need in asked:
        began = time.perf_counter()
        model.retrieve([terms(need.full_text)], k=20, show_progress=False)
        taken.append((time.perf_counter() - began) * 1e3)
    yield figure(f"top 20 of {count:,}, bm25s, no filters, no reasons, p50", statistics.median(taken), "ms")
    started = time.perf_counter()
    index = Index.create(folder / "part")
    with index.writer() as writer:
        writer.upsert(some)
        writer.commit()
    yield figure(f"build {count:,}, this engine", time.perf_counter() - started, "s")
    taken = []
    for need in asked:
        began = time.perf_counter()
        _told(index.search(need, MEMBER))
        taken.append((time.perf_counter() - began) * 1e3)
    yield figure(f"top 20 of {count:,}, this engine, filters and reasons, p50", statistics.median(taken), "ms")


def encoded(path: Path) -> Iterator[Row]:
    """Give every listing a vector, train the approximate search, and compare it with looking at all vectors."""
    index, started = Index.open(path, ClusteredEncoder()), time.perf_counter()
    while index.encode_pending(limit=20_000, batch=5_000):
        pass
    vectors = index.vectors
    yield figure(f"keeping {len(vectors):,} vectors", time.perf_counter() - started, "s")
    started = time.perf_counter()
    vectors.train_approximate()
    yield figure("training approximate search", time.perf_counter() - started, "s")
    yield from recalled(vectors)


def recalled(store: VectorStore) -> Iterator[Row]:
    """Of the true nearest of needs and of listings a little changed, the share that approximate search gives."""
    draw, vectors = np.random.default_rng(5), store.vectors
    some = store.take(draw.integers(0, len(vectors), 100)) + 0.03 * draw.standard_normal((100, vectors.shape[1]))
    asked = {"needs": ClusteredEncoder().encode([need.full_text for need in needs(DATA)[:100]], "query")}
    asked["listings a little changed"] = (some / np.linalg.norm(some, axis=1, keepdims=True)).astype(np.float32)
    allowed = Allowed.of(np.arange(len(vectors)))
    assert store.approximate is not None
    for name, queries in asked.items():
        every = [vectors[at : at + 50_000].astype(np.float32) @ queries.T for at in range(0, len(vectors), 50_000)]
        nearest = np.argpartition(-np.concatenate(every), 20, axis=0)[:20].T
        taken, hits = [], 0
        for query, wanted in zip(queries, nearest, strict=True):
            started = time.perf_counter()
            found = store.approximate.nearest(vectors, query, allowed, 1_024)
            taken.append((time.perf_counter() - started) * 1e3)
            hits += len(set(found.tolist()) & set(wanted.tolist()))
        yield figure(f"recall@20 of approximate search beside exact, {name}", hits / (20 * len(queries)), "")
        yield figure(f"approximate search alone, {name}, p50", statistics.median(taken), "ms")


def rows(count: int, *, vectors: bool) -> Iterator[Row]:
    with tempfile.TemporaryDirectory() as place:
        folder = Path(place)
        corpus, path = written(folder, count), folder / "index"
        yield from build(corpus, path, count)
        yield from served(path, "words")
        yield from freshness(path)
        yield from beside_bm25s(corpus, folder, max(1_000, count // 20))
        if vectors:
            yield from encoded(path)
            yield from served(path, "vectors")


def main() -> int:
    """Run, print, write."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--listings", type=int, default=1_000_000)
    parser.add_argument("--vectors", action="store_true", help="also with a vector for each listing")
    parser.add_argument("--serve", nargs=2, metavar=("INDEX", "WHAT"), help=argparse.SUPPRESS)
    given = parser.parse_args()
    if given.serve:
        path, what = given.serve
        print(json.dumps(serve(Path(path), ClusteredEncoder() if what == "vectors" else NoEncoder())))
        return 0
    if not DATA.is_dir():
        print(f"no evaluation data at {DATA}: set RONGTONG_DATA to its folder", file=sys.stderr)
        return 1
    found = []
    for row in rows(given.listings, vectors=given.vectors):
        found.append(row)
        missed = row["bar"] is not None and float(str(row["value"])) > float(str(row["bar"]))
        bar = "" if row["bar"] is None else f"bar {row['bar']}{'  missed' if missed else ''}"
        print(f"{row['name']:<84} {row['value']:>10} {row['unit']:<3} {bar}", flush=True)
    if given.listings == 1_000_000:
        OUT.parent.mkdir(parents=True, exist_ok=True)
        OUT.write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 0


if __name__ == "__main__":
    raise SystemExit(main())
