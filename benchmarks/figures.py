"""What benchmarks have in common: a figure is a row, printed at once and compared with its bar."""

from __future__ import annotations

import argparse
import json
import sys
from collections.abc import Callable, Iterable
from pathlib import Path

Row = dict[str, object]
OUT = Path(__file__).resolve().parent / "out"


def figure(name: str, value: float, unit: str, bar: float | None = None, baseline: float | None = None) -> Row:
    """A row of the table, and of the file."""
    told = None if baseline is None else round(baseline, 4)
    return {"name": name, "value": round(value, 4), "unit": unit, "bar": bar, "baseline": told}


def report(
    name: str, about: str | None, quick: str, rows: Callable[[bool], Iterable[Row]], *, strict: bool = False
) -> int:
    """Run, print, and write ``out/NAME.json``.

    Parameters
    ----------
    about
        What ``--help`` says of the benchmark.
    quick
        What ``--quick`` leaves; nothing is written then.
    rows
        Called with whether it shall be quick.
    strict
        Whether a figure that misses its bar is a failure: then 1 is returned.
    """
    parser = argparse.ArgumentParser(description=about, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help=f"{quick} only; nothing is written")
    short = parser.parse_args().quick
    found, missed = [], 0
    for row in rows(short):
        found.append(row)
        bar = "" if row["bar"] is None else f"bar {row['bar']:g}"
        baseline = "" if row["baseline"] is None else f"baseline {row['baseline']}"
        print(f"{row['name']:<105} {row['value']:>11} {row['unit']:<2} {bar:<8} {baseline}", flush=True)
        missed += row["bar"] is not None and row["value"] > row["bar"]  # type: ignore[operator]  # both are numbers
    if missed:
        print(f"{missed} figures miss their bar", file=sys.stderr)
    if not short:
        OUT.mkdir(parents=True, exist_ok=True)
        (OUT / f"{name}.json").write_text(json.dumps(found, ensure_ascii=False, indent=1) + "\n", encoding="utf-8")
    return 1 if strict and missed else 0
