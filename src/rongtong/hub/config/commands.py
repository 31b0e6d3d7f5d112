"""The registry of `rongtong` commands: each is a verb and a noun, and any room may add its own.

A room adds commands in its `commands.py`::

    def register(commands: Commands) -> None:
        parser = commands.add(
            "import chain-graph",
            import_chain_graph,
            help="import the products of the industry-chain graph as capabilities",
            example="rongtong import chain-graph ../industry-chain-graph",
        )
        parser.add_argument("path", type=Path)

The function gets the parsed arguments, with Django ready and the database up, and returns the exit code (0 when it
returns None). Import Django models inside the function: commands are registered before Django is ready.
"""

from __future__ import annotations

import argparse
from collections.abc import Callable
from dataclasses import dataclass

Run = Callable[[argparse.Namespace], int | None]


class UsageError(Exception):
    """The command was asked wrongly: exit code 2."""


class CommandFailed(Exception):
    """What was asked for failed: exit code 1, and the message on the error stream."""


@dataclass(frozen=True)
class Need:
    """What must be there before a command runs."""

    django: bool = True
    database: bool = True


NOTHING = Need(django=False, database=False)


class Commands:
    """Collects commands into one parser."""

    def __init__(self) -> None:
        self.parser = argparse.ArgumentParser(prog="rongtong", description="融通 Rongtong")
        self._groups = {"": self.parser.add_subparsers(metavar="COMMAND", required=True)}

    def add(self, words: str, run: Run, *, help: str, example: str, need: Need = Need()) -> argparse.ArgumentParser:
        """Add the command `words`, such as ``"import chain-graph"``.

        Parameters
        ----------
        words : str
            One word, or two: then commands with the same first word stand together.
        run : callable
            Gets the parsed arguments; returns the exit code or None.
        help, example : str
            One line of what it does, and one call that works.
        need : Need
            What must be there before it runs; by default Django and the database.

        Returns
        -------
        argparse.ArgumentParser
            For the command's own arguments.
        """
        first, _, last = words.rpartition(" ")
        if first not in self._groups:
            group = self._groups[""].add_parser(first, help=f"{first} …", description=f"rongtong {first}")
            self._groups[first] = group.add_subparsers(metavar="WHAT", required=True)
        parser = self._groups[first].add_parser(
            last,
            help=help,
            description=help,
            epilog=f"example:\n  {example}",
            formatter_class=argparse.RawDescriptionHelpFormatter,
        )
        parser.set_defaults(run=run, need=need)
        return parser
