"""Commands of the innovation chain."""

import argparse
import json
import sys
from dataclasses import asdict
from pathlib import Path

from rongtong.hub.config.commands import CommandFailed, Commands, UsageError


def register(commands: Commands) -> None:
    parser = commands.add(
        "import chain-graph",
        chain_graph,
        help="import the products of the public industry-chain graph as capabilities",
        example="rongtong import chain-graph ../industry-chain-graph",
    )
    parser.add_argument("path", type=Path, help="folder with companies.csv and company_product.csv.gz")
    parser.add_argument("--json", action="store_true", help="print the result as JSON")
    parser = commands.add(
        "replay matching",
        replay_matching,
        help="compare two rankers on the lists that people looked at",
        example="rongtong replay matching --a forward --b two-sided:0.4 --json",
    )
    for side, usual in (("a", "forward"), ("b", "two-sided")):
        parser.add_argument(
            f"--{side}",
            default=usual,
            metavar="RANKER",
            help=f"shown, forward, backward, two-sided or two-sided:SHARE (default: {usual})",
        )
    parser.add_argument("--json", action="store_true", help="print the result as JSON")


def replay_matching(arguments: argparse.Namespace) -> None:
    from rongtong.hub.foundation.actors import SYSTEM

    from .queries.outcomes import replayed

    try:
        found = replayed(arguments.a, arguments.b, SYSTEM)
    except ValueError as error:
        raise UsageError(str(error)) from error
    if arguments.json:
        print(json.dumps({"a": arguments.a, "b": arguments.b, **asdict(found)}))
        return
    print(f"{found.looks} looks at {found.needs} needs; {found.telling} with an outcome")
    for name, measure in (("nDCG@10", found.ndcg), ("MRR", found.mrr), ("outcomes a look", found.outcomes)):
        if measure is None:
            print(f"{name}: too little is logged")
            continue
        gap = measure.difference
        interval = f"{gap.value:+.4f} ({gap.low:+.4f} to {gap.high:+.4f})"
        print(f"{name}: {measure.a.value:.4f} → {measure.b.value:.4f}, {interval}")


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
