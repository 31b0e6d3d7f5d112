"""Commands of the matching room."""

import argparse
import sys

from rongtong.hub.config.commands import CommandFailed, Commands


def register(commands: Commands) -> None:
    commands.add(
        "rebuild index",
        rebuild_index,
        help="build the search index anew from the database; searches go on meanwhile",
        example="rongtong rebuild index",
    )


def rebuild_index(arguments: argparse.Namespace) -> None:
    from rongtong.engines.matching import IndexBusy

    from .catching_up import rebuild
    from .live import live_index

    def tell(done: int) -> None:
        print(f"\r{done:,}", end="", file=sys.stderr, flush=True)

    try:
        rebuild(tell)
    except IndexBusy as error:
        raise CommandFailed(str(error)) from error
    print(file=sys.stderr)
    print(f"{live_index().count(1):,} listings")
