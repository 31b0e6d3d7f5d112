"""Commands of the industry chain."""

import argparse
import json
import sys
from pathlib import Path
from typing import TYPE_CHECKING

from rongtong.hub.config.commands import CommandFailed, Commands

if TYPE_CHECKING:
    import polars as pl


def register(commands: Commands) -> None:
    parser = commands.add(
        "import invoices",
        invoices,
        help="sum invoices to yearly links, into a file or a chain",
        example="rongtong import invoices ../sme-invoices -o links.csv",
    )
    parser.add_argument("path", type=Path, help="folder with *invoice*.csv or *invoice*.csv.gz, or one such file")
    parser.add_argument("-o", "--output", type=Path, help="write the links as CSV")
    parser.add_argument("--chain", help="write the links into the active chain of this name")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def invoices(arguments: argparse.Namespace) -> None:
    from .invoices import NotInvoices, files_of, sum_invoices

    try:
        found = sum_invoices(files_of(arguments.path))
    except NotInvoices as error:
        raise CommandFailed(str(error)) from error
    if arguments.output:
        found.links.write_csv(arguments.output, include_bom=True)
    written = _into_chain(arguments.chain, found.links) if arguments.chain else None
    if arguments.json:
        told = {"rows": found.rows, "links": found.links.height, "void": found.void, "twice": found.twice}
        told |= {"unreadable": found.unreadable, "not_positive": found.not_positive}
        print(json.dumps(told | ({} if written is None else {"written": written})))
        return
    print(found)
    if written is not None:
        print(f"{written:,} links in {arguments.chain}")


def _into_chain(name: str, links: "pl.DataFrame") -> int:
    from .domain.invoices import write_links
    from .enums import ChainState
    from .models import Chain

    chain = Chain._base_manager.filter(name=name, state=ChainState.ACTIVE).first()
    if chain is None:
        raise CommandFailed(f"there is no active chain named {name}")

    def tell(done: int, total: int) -> None:
        print(f"\r{done:,} / {total:,}", end="", file=sys.stderr, flush=True)

    written = write_links(chain, links, tell)
    print(file=sys.stderr)
    return written
