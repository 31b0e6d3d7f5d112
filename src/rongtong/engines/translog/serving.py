"""HTTP for a witness and for a log's folder: one WSGI callable each, so that any server can run them.

`serve` runs them under gunicorn, which the hub runs on anyway: it limits lines and headers, ends slow connections and
stops cleanly. Python's own ``http.server`` has none of that and is meant for no network.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable
from http import HTTPStatus
from typing import Any

from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.errors import Malformed, TileMissing
from rongtong.engines.translog.notes import Note
from rongtong.engines.translog.reading import Resources, Tree
from rongtong.engines.translog.tiles import CHECKPOINT, HEIGHT, WIDTH, Tile
from rongtong.engines.translog.witness import LONGEST_REQUEST, PLAIN, Answer, Witness

Environ = dict[str, Any]
StartResponse = Callable[[str, list[tuple[str, str]]], object]
Application = Callable[[Environ, StartResponse], Iterable[bytes]]
_FOREVER = "public, max-age=31536000, immutable"
_SHORT = "public, max-age=5"


def witness_application(witness: Witness) -> Application:
    """Serve one witness: ``POST /add-checkpoint``; ``GET /`` says its name and key.

    The key that a witness says itself is for recognising it. Whoever trusts it has got the key from its keeper.
    """

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        answer = _witness_answer(witness, environ)
        return _sent(start_response, answer.status, answer.body.encode(), answer.type)

    return application


def log_application(resources: Resources) -> Application:
    """Serve one log's checkpoint, tiles and bundles by the names of C2SP tlog-tiles."""

    def application(environ: Environ, start_response: StartResponse) -> Iterable[bytes]:
        if environ["REQUEST_METHOD"] not in ("GET", "HEAD"):
            return _sent(start_response, 405, b"", PLAIN)
        name = environ.get("PATH_INFO", "").removeprefix("/")
        data = resource(resources, name)
        if data is None:
            return _sent(start_response, 404, b"there is no such tile\n", PLAIN)
        if name == CHECKPOINT:
            return _sent(start_response, 200, data, PLAIN, _SHORT)
        return _sent(start_response, 200, data, "application/octet-stream", _FOREVER)

    return application


def resource(resources: Resources, name: str) -> bytes | None:
    """Return what a stranger asks for by name, exactly as wide as it says, or None.

    A partial tile is cut out of a wider one where only that is kept. What the published checkpoint does not cover is
    not there: its time and number would tell when somebody did something.
    """
    published = resources.fetch([CHECKPOINT])[0]
    if name == CHECKPOINT or published is None:
        return published if name == CHECKPOINT else None
    try:
        tile = Tile.parse(name)
        size = Checkpoint.parse(Note.parse(published).text).size >> (HEIGHT * max(tile.level, 0))
        if tile.index * WIDTH + tile.width > size:
            return None
        return Tree(resources, 0).contents([tile])[tile]
    except (Malformed, TileMissing):
        return None


def serve(application: Application, host: str, port: int, *, threads: int = 4) -> None:
    """Serve until the process is told to stop."""
    from gunicorn.app.base import BaseApplication

    options = {
        "bind": f"{host}:{port}",
        "worker_class": "gthread",
        "workers": 1,
        "threads": threads,
        "timeout": 30,
        "graceful_timeout": 5,
        "keepalive": 15,
        "accesslog": "-",
        "control_socket_disable": True,
    }

    class Server(BaseApplication):  # type: ignore[misc]  # gunicorn has no types
        def load_config(self) -> None:
            for name, value in options.items():
                self.cfg.set(name, value)

        def load(self) -> Application:
            return application

    Server().run()


def _witness_answer(witness: Witness, environ: Environ) -> Answer:
    method, path = environ["REQUEST_METHOD"], environ.get("PATH_INFO", "")
    if method == "GET" and path in ("", "/"):
        return Answer(200, f"{witness.verifier.name}\n{witness.verifier}\n")
    if path != "/add-checkpoint":
        return Answer(404, "there is nothing here; send checkpoints to add-checkpoint\n")
    if method != "POST":
        return Answer(405, "checkpoints are sent by POST\n")
    length = environ.get("CONTENT_LENGTH") or ""
    if not length.isdigit() or int(length) > LONGEST_REQUEST:
        return Answer(413 if length.isdigit() else 411, f"a request says its length, at most {LONGEST_REQUEST} bytes\n")
    return witness.add_checkpoint(environ["wsgi.input"].read(int(length)))


def _sent(
    start_response: StartResponse, status: int, body: bytes, type: str, cache: str = "no-store"
) -> Iterable[bytes]:
    headers = [
        ("Content-Type", type),
        ("Content-Length", str(len(body))),
        ("Cache-Control", cache),
        ("X-Content-Type-Options", "nosniff"),
    ]
    start_response(f"{status} {HTTPStatus(status).phrase}", headers)
    return [body]
