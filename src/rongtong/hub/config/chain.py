"""A chain on one's own files: `rongtong chain report`. No database is needed, and no file leaves the machine."""

from __future__ import annotations

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rongtong.hub.config.commands import NOTHING, CommandFailed, Commands, UsageError

if TYPE_CHECKING:
    from rongtong.engines.resilience import FaultyNetwork


def register(commands: Commands) -> None:
    parser = commands.add(
        "chain report",
        report,
        help="analyse a supply chain: systemic risk, dependencies, weak links, on one page",
        example="rongtong chain report links.csv firms.csv -o report.html",
        need=NOTHING,
    )
    parser.add_argument("links", type=Path, help="CSV or Parquet: supplier, buyer, value (yuan a year), product")
    parser.add_argument("firms", type=Path, help="CSV or Parquet: firm, sector; and revenue, country, cover_days …")
    parser.add_argument(
        "--essentiality", type=Path, help="CSV: how much a sector (column) needs another's goods (row): 2, 1 or 0"
    )
    parser.add_argument("-o", "--output", type=Path, help="the page to write (HTML)")
    parser.add_argument("--lang", choices=("zh", "en"), default="zh", help="language of the page (zh)")
    parser.add_argument(
        "--add-duplicates", action="store_true", help="add up links with the same supplier, buyer and product"
    )
    parser.add_argument("--json", action="store_true", help="print one JSON object")


def report(arguments: argparse.Namespace) -> int:
    from rongtong.engines.resilience import FaultyNetwork, ResilienceError
    from rongtong.engines.resilience.report import analyse, read_table, report_page

    if arguments.output is None and not arguments.json:
        raise UsageError("say where the page goes (-o report.html), or ask for --json")
    for path in (arguments.links, arguments.firms, arguments.essentiality):
        if path is not None and not path.is_file():
            raise UsageError(f"there is no file {path}")
    try:
        links, firms = read_table(arguments.links, "links"), read_table(arguments.firms, "firms")
        needs = None if arguments.essentiality is None else read_table(arguments.essentiality, "essentiality")
        found = analyse(links, firms, needs, add_duplicates=arguments.add_duplicates, tell=_said)
    except FaultyNetwork as error:
        return _faulty(error, arguments)
    except ResilienceError as error:
        raise CommandFailed(str(error)) from error
    written = _write(arguments.output, report_page(found, arguments.lang))
    if arguments.json:
        print(json.dumps({"good": True, "report": written, "faults": [], **found.to_dict()}, ensure_ascii=False))
    else:
        print(found.risk)
        print(f"{len(found.weak):,} dependencies; the page is {written}")
    return 0


def _faulty(error: FaultyNetwork, arguments: argparse.Namespace) -> int:
    """Every fault with its row: on the error stream, for a program, and on the page."""
    from rongtong.engines.resilience.report import faults_page

    written = _write(arguments.output, faults_page(error.faults, arguments.lang))
    if arguments.json:
        print(json.dumps({"good": False, "report": written, "faults": error.to_frame().to_dicts()}, ensure_ascii=False))
    else:
        for fault in error.faults:
            print(fault, file=sys.stderr)
        print(f"{len(error.faults)} faults; nothing was analysed", file=sys.stderr)
    return 1


def _write(path: Path | None, page: str) -> str | None:
    if path is None:
        return None
    try:
        path.write_text(page, encoding="utf-8")
    except OSError as error:
        raise UsageError(f"{path} cannot be written: {error.strerror}") from error
    return str(path)


def _said(step: str) -> None:
    print(f"{step} …", file=sys.stderr, flush=True)
