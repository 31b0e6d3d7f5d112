"""The long-running processes, each on its own: web server, background worker, indexer."""

from __future__ import annotations

import argparse
import gc
import logging
import os
import socket
from typing import Any

from rongtong.hub.config.commands import Commands
from rongtong.hub.config.database_refusals import refuse_unfit_database
from rongtong.hub.config.keeping import backup_warning
from rongtong.hub.config.store_refusals import refuse_unfit_store

MOST_PROCESSES = 4
#: Threads of one process take turns on one core: more of them wait longer for each other.
THREADS = 4
REQUEST_SECONDS = 60
GRACE_SECONDS = 10
DATA_SECONDS = 10
ACCESS_LINE = '{"at":"%(t)s","logger":"access","method":"%(m)s","path":"%(U)s","status":%(s)s,"microseconds":%(D)s}'


def register(commands: Commands) -> None:
    parser = commands.add("web", web, help="serve the pages and the API", example="rongtong web --port 8000")
    parser.add_argument("--host", default="127.0.0.1")
    parser.add_argument("--port", type=int, default=8000)
    parser.add_argument("--processes", type=int, default=web_processes(), help="default: one for each core, up to four")
    parser.add_argument("--threads", type=int, default=THREADS, help="for each process")
    parser.add_argument("--reload", action="store_true", help="start again when a source file changes")
    parser = commands.add(
        "worker", worker, help="do background work: mail, exports, clean-up", example="rongtong worker mail heavy"
    )
    parser.add_argument("queues", nargs="*", metavar="QUEUE", help="only these queues (default: all)")
    parser.add_argument("--concurrency", type=int, default=2)
    commands.add("indexer", indexer, help="keep the search index in step with the listings", example="rongtong indexer")


def web_processes() -> int:
    """How many web processes use this machine well."""
    return min(len(os.sched_getaffinity(0)), MOST_PROCESSES)


def web(arguments: argparse.Namespace) -> None:
    from gunicorn.app.base import BaseApplication

    refuse_unfit_database()
    refuse_unfit_store()
    warn_of_missing_backup()
    options = {
        "bind": f"{arguments.host}:{arguments.port}",
        # A process uses one core at a time. Each loads the encoder for itself; the index is one file in shared memory.
        "worker_class": "gthread",
        "workers": arguments.processes,
        "threads": arguments.threads,
        "timeout": REQUEST_SECONDS,
        "graceful_timeout": GRACE_SECONDS,
        # A process takes no more requests than it has threads for: the next one goes to whichever is free first. A
        # connection that is kept would stay with its process, while one of the others may have nothing to do.
        "worker_connections": arguments.threads,
        "keepalive": 0,
        "when_ready": wait_for_requests,
        "accesslog": "-",
        "access_log_format": ACCESS_LINE,  # the path without its query
        "logconfig_dict": {"loggers": {"gunicorn.error": {"propagate": False}}},
        "control_socket_disable": True,
        "reload": arguments.reload,
    }

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Any:
            from rongtong.hub.config.wsgi import application

            set_aside()
            return application

    Server().run()


def wait_for_requests(arbiter: Any) -> None:
    """Let the kernel hold a connection until its request arrives: browsers open some ahead, and each takes a thread."""
    for listener in arbiter.LISTENERS:
        listener.sock.setsockopt(socket.IPPROTO_TCP, socket.TCP_DEFER_ACCEPT, DATA_SECONDS)


def set_aside() -> None:
    """Load what every page needs, and take it out of the garbage collector's rounds.

    A full round over all that a hub has loaded takes 50 to 160 ms, and whichever request it falls into waits for it.
    """
    from django.urls import get_resolver

    get_resolver().url_patterns  # noqa: B018  reading it imports every view
    gc.collect()
    gc.freeze()


def warn_of_missing_backup() -> None:
    """One line in the log of the pages' server. The connection is closed again: a server that forks must own none."""
    from django.db import connection

    try:
        with connection.cursor() as cursor:
            warning = backup_warning(cursor)
    finally:
        connection.close()
    if warning:
        logging.getLogger(__name__).warning(warning)


def worker(arguments: argparse.Namespace) -> None:
    from procrastinate.contrib.django import app

    refuse_unfit_database()
    refuse_unfit_store()
    with app.replace_connector(app.connector.get_worker_connector()) as running:  # type: ignore[attr-defined]  # Django's connector has it
        running.run_worker(
            queues=arguments.queues or None,
            concurrency=arguments.concurrency,
            shutdown_graceful_timeout=GRACE_SECONDS,
        )


def indexer(arguments: argparse.Namespace) -> int:
    from rongtong.hub.matching.indexer import main

    refuse_unfit_database()
    return main()
