"""Webhooks, messages for them, and a receiver that stands for a public host."""

from __future__ import annotations

import socket
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from uuid import uuid4

import httpcore

from rongtong.hub.foundation.outbound import Outbound
from rongtong.hub.foundation.outbound.signing import new_key
from rongtong.hub.foundation.sealing import seal
from rongtong.hub.organisations.models import Organisation, Webhook, WebhookDelivery
from tests import factories

HOST = "erp.tests.example"


def a_webhook(organisation: Organisation | None = None, *, key: bytes | None = None, **fields: Any) -> Webhook:
    """A webhook of a verified organisation for every event."""
    pk = uuid4()
    values = {"name": "ERP", "url": f"http://{HOST}/hooks"}
    return Webhook._base_manager.create(
        pk=pk,
        organisation=organisation or factories.an_organisation(),
        sealed=seal(key or new_key(), purpose="webhooks", owner=pk),
        **(values | fields),
    )


def a_message(webhook: Webhook | None = None, about: Any = None, **fields: Any) -> WebhookDelivery:
    """A message that waits, about the webhook's own organisation unless told otherwise."""
    webhook = webhook or a_webhook()
    about = about or webhook.organisation
    values = {"event": "organisation.verified", "next_at": datetime.now(UTC)}
    made = WebhookDelivery._base_manager.create(
        webhook=webhook,
        organisation=webhook.organisation,
        about_type=about._meta.label_lower,
        about_id=about.pk,
        **(values | fields),
    )
    made.refresh_from_db()
    return made


@dataclass(frozen=True)
class Got:
    """A request as the receiver saw it."""

    path: str
    headers: dict[str, str]
    body: bytes


@dataclass
class Receiver(httpcore.NetworkBackend):
    """A program of somebody else's, at a public address; which host was asked for decides how it behaves.

    Parameters
    ----------
    answer
        From a request to a status and a body.
    """

    answer: Callable[[Got], tuple[int, bytes]] = lambda got: (200, b"thanks")
    got: list[Got] = field(default_factory=list)
    port: int = 0

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout)

    def client(self) -> Outbound:
        """The guarded client, with this receiver for the rest of the world."""
        return Outbound(clear_text=True, resolve=lambda host, port: ["93.184.216.34"], network=self)


@contextmanager
def receiving(receiver: Receiver) -> Iterator[Receiver]:
    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            got = Got(self.path, {name.lower(): value for name, value in self.headers.items()}, body)
            receiver.got.append(got)
            status, content = receiver.answer(got)
            self.send_response(status)
            self.send_header("Content-Length", str(len(content)))
            self.send_header("Location", "http://127.0.0.1:1/")
            self.end_headers()
            self.wfile.write(content)

        def log_message(self, *args: Any) -> None:
            """Nothing is written to the terminal."""

    class Server(ThreadingHTTPServer):
        address_family = socket.AF_INET
        daemon_threads = True

        def handle_error(self, *args: Any) -> None:
            """A sender that gave up is no fault of the server."""

    with Server(("127.0.0.1", 0), Handler) as server:
        receiver.port = server.server_address[1]
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01}, daemon=True)
        thread.start()
        try:
            yield receiver
        finally:
            server.shutdown()
            thread.join(10)
