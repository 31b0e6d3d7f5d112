"""Invoices to yearly links: all invoices of the shared folder, read, checked, summed; bar 20 s.

``python benchmarks/invoices.py [--quick]``. The data is read from ``../shared/data/sme-invoices`` and never copied.
"""

from __future__ import annotations

import resource
import sys
import time
from collections.abc import Iterator
from pathlib import Path

sys.path.insert(0, str(Path(__file__).resolve().parent.parent / "src"))
from figures import Row, figure, report

from rongtong.hub.industry.invoices import files_of, sum_invoices

SHARED = Path(__file__).resolve().parent.parent.parent / "shared/data/sme-invoices"
BAR_S = 20.0


def rows(quick: bool) -> Iterator[Row]:
    files = files_of(SHARED)[: 1 if quick else None]
    began = time.perf_counter()
    found = sum_invoices(files)
    seconds = time.perf_counter() - began
    yield figure(
        f"{found.rows:,} invoices in {len(files)} files to {found.links.height:,} yearly links", seconds, "s", BAR_S
    )
    yield figure("left out: void, handed in twice, unreadable", found.void + found.twice + found.unreadable, "")
    yield figure("memory at most", resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024, "MB")


if __name__ == "__main__":
    if not SHARED.is_dir():
        sys.exit(f"{SHARED} is not there")
    sys.exit(report("invoices", __doc__, "the first file", rows, strict=True))
