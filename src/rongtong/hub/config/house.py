"""The embedded database and Django's own tools on the command line."""

from __future__ import annotations

import argparse
import json
import os
import subprocess
import sys

from rongtong.hub.config import prepared
from rongtong.hub.config.commands import NOTHING, CommandFailed, Commands, Need
from rongtong.hub.config.database import main_cluster

DATABASE_ONLY = Need(django=False)


def register(commands: Commands) -> None:
    parser = commands.add(
        "manage",
        manage,
        help="run one of Django's own commands",
        example="rongtong manage makemigrations innovation",
        need=DATABASE_ONLY,
    )
    parser.add_argument("words", nargs=argparse.REMAINDER, metavar="COMMAND …")
    for verb, run, text in (
        ("start", start_database, "start the embedded database and leave it running"),
        ("stop", stop_database, "stop the embedded database"),
        ("status", database_status, "say whether the embedded database runs, and where"),
    ):
        parser = commands.add(f"database {verb}", run, help=text, example=f"rongtong database {verb}", need=NOTHING)
        parser.add_argument("--json", action="store_true", help="print one JSON object")


def manage(arguments: argparse.Namespace) -> int:
    prepared.forget()  # who knows what it changes
    environment = {"DJANGO_SETTINGS_MODULE": "rongtong.hub.config.settings", **os.environ}
    return subprocess.run([sys.executable, "-m", "django", *arguments.words], env=environment, check=False).returncode


def start_database(arguments: argparse.Namespace) -> None:
    main_cluster().start(keep=True)
    _print_status(arguments)


def stop_database(arguments: argparse.Namespace) -> None:
    main_cluster().stop()
    _print_status(arguments)


def database_status(arguments: argparse.Namespace) -> int:
    if os.environ.get("DATABASE_URL", "").strip():
        raise CommandFailed("DATABASE_URL names another server; the embedded one is not used")
    return 0 if _print_status(arguments) else 1


def _print_status(arguments: argparse.Namespace) -> bool:
    cluster = main_cluster()
    running = cluster.running()
    if arguments.json:
        status = {"running": running, "url": cluster.url(), "data": str(cluster.data), "log": str(cluster.log)}
        print(json.dumps(status))
    else:
        print(f"{'running' if running else 'stopped'}: {cluster.url()}")
    return running
