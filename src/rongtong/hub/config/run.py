"""`rongtong run`: everything on this machine with one command, and all of it gone with Ctrl-C."""

from __future__ import annotations

import argparse
import fcntl
import json
import math
import os
import shutil
import signal
import socket
import subprocess
import sys
import threading
import urllib.error
import urllib.request
from collections.abc import Iterator
from contextlib import contextmanager, nullcontext
from pathlib import Path

import psycopg

from rongtong.hub.config import prepared
from rongtong.hub.config.children import Child, end_orphans, record
from rongtong.hub.config.commands import NOTHING, CommandFailed, Commands
from rongtong.hub.config.database import Cluster, main_cluster
from rongtong.hub.config.keeping import backup_warning
from rongtong.hub.config.places import home, own_directory

FIRST_PORT = 8000
PORTS_TRIED = 20
MOST_EARLY_DEATHS = 4
PATIENCE_SECONDS = 90


def register(commands: Commands) -> None:
    parser = commands.add(
        "run",
        run,
        help="start everything on this machine and stay until Ctrl-C",
        example="rongtong run --port 8080",
        need=NOTHING,
    )
    parser.add_argument("--host", default="127.0.0.1", help="address to listen on (default: this machine only)")
    parser.add_argument("--port", type=int, help=f"port (default: the first free one from {FIRST_PORT})")
    parser.add_argument("--empty", action="store_true", help="without the sample cluster")
    parser.add_argument("--reload", action="store_true", help="for developers: serve changed sources at once")
    parser = commands.add(
        "reset",
        reset,
        help="delete all data of this machine's hub; the next start begins anew",
        example="rongtong reset --yes",
        need=NOTHING,
    )
    parser.add_argument("--yes", action="store_true", help="do not ask")


def run(arguments: argparse.Namespace) -> int:
    folder = own_directory(own_directory(home(), 0o755) / "run", 0o700)
    with only_one(folder / "lock") as running_at:
        if running_at is not None:
            print(f"Rongtong already runs at {running_at}; stop it there with Ctrl-C" if running_at else STARTING)
            return 0
        end_orphans(folder / "children")
        port = free_port(arguments.host, arguments.port)
        url = f"http://{arguments.host}:{port}"
        (folder / "lock").write_text(url, encoding="ascii")
        os.environ.setdefault("RONGTONG_SITE_URL", url)
        if arguments.reload:
            os.environ["RONGTONG_RELOAD"] = "1"
        cluster = None if os.environ.get("DATABASE_URL", "").strip() else main_cluster()
        with cluster.in_use() if cluster else nullcontext():
            greeting = prepare(cluster, sample=not arguments.empty)
            warn_of_missing_backup(cluster)
            House(children(arguments, port), folder / "children", cluster, url, greeting).keep()
    return 0


STARTING = "Rongtong is already starting in another window"


@contextmanager
def only_one(path: Path) -> Iterator[str | None]:
    """Hold the lock of this home's only run; give the other's address ('' while it starts) when there is one."""
    with open(path, "a+", encoding="ascii") as lock:
        try:
            fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            url = path.read_text(encoding="ascii").strip()
            yield url if url and answers(url) else ""
            return
        lock.truncate(0)
        yield None


def free_port(host: str, wanted: int | None) -> int:
    """The port asked for, or the first free one; say so when it is not the usual one."""
    for port in [wanted] if wanted else range(FIRST_PORT, FIRST_PORT + PORTS_TRIED):
        with socket.socket() as probe:
            probe.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
            try:
                probe.bind((host, port))
            except OSError as error:
                reason = error.strerror
                continue
        if not wanted and port != FIRST_PORT:
            print(f"port {FIRST_PORT} is taken by another program; using {port}", file=sys.stderr)
        return port
    raise CommandFailed(f"{host}:{wanted or FIRST_PORT} cannot be used ({reason}); choose another with --port")


def prepare(cluster: Cluster | None, *, sample: bool) -> str:
    """In a process of its own, so that this one stays small; gives what it says of accounts to sign in with.

    Nothing is done when nothing has changed since the last time.
    """
    if cluster is not None:
        said = prepared.recalled(prepared.current(cluster, sample=sample))
        if said is not None:
            return said
    command = [sys.executable, "-m", "rongtong", "prepare", *(["--sample"] if sample else [])]
    environment = {**os.environ, "RONGTONG_WORKER": "1", "PYTHONIOENCODING": "utf-8"}
    done = subprocess.run(command, env=environment, stdout=subprocess.PIPE, encoding="utf-8", check=False)
    if done.returncode:
        raise CommandFailed("the preparation failed; see above")
    if cluster is not None:
        prepared.remember(prepared.current(cluster, sample=sample), done.stdout)
    return done.stdout


def warn_of_missing_backup(cluster: Cluster | None) -> None:
    with psycopg.connect(cluster.url() if cluster else os.environ["DATABASE_URL"]) as connection:
        warning = backup_warning(connection.cursor())
    if warning:
        print(f"! {warning}", file=sys.stderr, flush=True)


def children(arguments: argparse.Namespace, port: int) -> list[Child]:
    logs = own_directory(home() / "logs", 0o700)

    def child(name: str, *words: str, **environment: str) -> Child:
        return Child(name, [sys.executable, "-m", "rongtong", name, *words], environment, logs / f"{name}.log")

    reload = ["--reload"] if arguments.reload else []
    found = [child("web", f"--host={arguments.host}", f"--port={port}", *reload)]
    return [*found, child("worker", RONGTONG_WORKER="1"), child("indexer", RONGTONG_WORKER="1")]


def answers(url: str) -> bool:
    try:
        with urllib.request.urlopen(f"{url}/health/live", timeout=2) as answer:  # noqa: S310  our own http address
            return bool(answer.status == 200)
    except (urllib.error.URLError, OSError):
        return False


class House:
    """The running processes, from the first start to the end of the last."""

    def __init__(self, found: list[Child], book: Path, cluster: Cluster | None, url: str, greeting: str) -> None:
        self.children = found
        self.book = book
        self.cluster = cluster
        self.url = url
        self.greeting = greeting
        self.ending = threading.Event()
        self.served = False

    def keep(self) -> None:
        """Start everything, keep it running and end it in order when a signal comes."""
        former = {number: signal.signal(number, self._end) for number in (signal.SIGINT, signal.SIGTERM, signal.SIGHUP)}
        try:
            self._web.start()
            for child in self.children[1:]:  # the first page first: the others start when it is served
                child.due = math.inf
            record(self.children, self.book)
            waited = 0.0
            while not self.ending.wait(0.2):
                waited += 0.2
                self._tend()
                if not self.served and answers(self.url):
                    self._greet()
                elif not self.served and waited > PATIENCE_SECONDS:
                    raise CommandFailed(f"no page was served within {PATIENCE_SECONDS} s:\n{self._web.last_words()}")
        finally:
            print("\nstopping …", file=sys.stderr, flush=True)
            for child in self.children:
                child.ask_to_end()
            for child in self.children:
                child.end(seconds=12)
            self.book.unlink(missing_ok=True)
            for number, handler in former.items():
                signal.signal(number, handler)

    @property
    def _web(self) -> Child:
        return self.children[0]

    def _end(self, number: int, frame: object) -> None:
        if self.ending.is_set():  # asked twice: no more patience
            for child in self.children:
                if child.process is not None:
                    child.process.kill()
        self.ending.set()

    def _tend(self) -> None:
        if self.cluster is not None and not self.cluster.alive():
            print("the database stopped; starting it again", file=sys.stderr)
            self.cluster.start()
        changed = False
        for child in self.children:
            before = child.process
            if child.tend():
                print(f"{child.name} ended unasked ({child.log}); starting it again", file=sys.stderr)
            changed |= child.process is not before
        if changed:
            record(self.children, self.book)
        if not self.served and self._web.deaths >= MOST_EARLY_DEATHS:
            raise CommandFailed(f"the web server does not start:\n{self._web.last_words()}")

    def _greet(self) -> None:
        self.served = True
        for child in self.children[1:]:
            child.due = 0
        print(f"\n融通 Rongtong  {self.url}\n", flush=True)
        print(self.greeting)
        print(f"日志 logs: {self.children[0].log.parent}    停止 stop: Ctrl-C", flush=True)


def reset(arguments: argparse.Namespace) -> int:
    place = home()
    if not arguments.yes:
        if not sys.stdin.isatty():
            raise CommandFailed("this deletes all data; say so with --yes")
        if input(f"Delete all data in {place}? Type yes: ").strip().lower() != "yes":
            return 1
    folder = own_directory(own_directory(place, 0o755) / "run", 0o700)
    with only_one(folder / "lock") as running_at:
        if running_at is not None:
            raise CommandFailed("Rongtong runs; stop it first with Ctrl-C")
        end_orphans(folder / "children")
        main_cluster().destroy()
        prepared.forget()
        for name in ("files", "index", "mail", "static", "logs", "secrets"):
            shutil.rmtree(place / name, ignore_errors=True)
    print(json.dumps({"deleted": str(place)}) if not sys.stdout.isatty() else f"deleted: {place}")
    return 0
