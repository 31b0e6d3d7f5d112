"""Commands of the innovation chain."""

import argparse
import json
import sys
from pathlib import Path

from rongtong.hub.config.commands import CommandFailed, Commands


def register(commands: Commands) -> None:
    parser = commands.add(
        "import chain-graph",
        chain_graph,
        help="import the products of the public industry-chain graph as capabilities",
        example="rongtong import chain-graph ../industry-chain-graph",
    )
    parser.add_argument("path", type=Path, help="folder with companies.csv and company_product.csv.gz")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def chain_graph(arguments: argparse.Namespace) -> None:
    from .domain.chain_graph import MissingFile, import_chain_graph

    def tell(done: int, total: int) -> None:
        print(f"\r{done:,} / {total:,}", end="", file=sys.stderr, flush=True)

    try:
        found = import_chain_graph(arguments.path, tell)
    except MissingFile as error:
        raise CommandFailed(str(error)) from error
    print(file=sys.stderr)
    if arguments.json:
        print(json.dumps(vars(found)))
    else:
        print(f"{found.organisations} organisations and {found.capabilities} capabilities; {found.known} known already")
