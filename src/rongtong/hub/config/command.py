"""The `rongtong` command: results on the output, progress and refusals on the error stream.

Exit code 0: done; 1: what was asked for failed; 2: it was asked wrongly; 130: stopped with Ctrl-C.
"""

from __future__ import annotations

import os
import sys
from collections.abc import Iterator, Sequence
from contextlib import contextmanager, nullcontext
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path

from rongtong.hub.config import chain, evidence, house, keeping, prepare, run, servers
from rongtong.hub.config.commands import CommandFailed, Commands, Need, UsageError
from rongtong.hub.config.database import DatabaseError, main_cluster
from rongtong.hub.config.environment import ConfigurationError
from rongtong.hub.config.places import PlaceError

HUB = Path(__file__).resolve().parent.parent


def main(arguments: Sequence[str] | None = None) -> int:
    """Run one command and return its exit code."""
    try:
        parsed = registered().parser.parse_args(arguments)
        with ready(parsed.need):
            return int(parsed.run(parsed) or 0)
    except UsageError as error:
        print(error, file=sys.stderr)
        return 2
    except (CommandFailed, ConfigurationError, DatabaseError, PlaceError) as error:
        print(error, file=sys.stderr)
        return 1
    except KeyboardInterrupt:
        return 130


def registered() -> Commands:
    """Every command: the house's own and those of each room."""
    commands = Commands()
    for module in (run, prepare, servers, house, keeping, evidence, chain):
        module.register(commands)
    for room in sorted(path.parent.name for path in HUB.glob("*/apps.py")):
        if find_spec(f"rongtong.hub.{room}.commands"):
            import_module(f"rongtong.hub.{room}.commands").register(commands)
    return commands


@contextmanager
def ready(need: Need) -> Iterator[None]:
    """Start what a command needs; stop the embedded database afterwards if nobody else uses it."""
    own_database = need.database and not os.environ.get("DATABASE_URL", "").strip()
    with main_cluster().in_use() if own_database else nullcontext():
        if need.django:
            os.environ.setdefault("DJANGO_SETTINGS_MODULE", "rongtong.hub.config.settings")
            import django

            django.setup()
        yield
