"""The guarded client: one request, one answer, to an address that was checked after it was resolved."""

from __future__ import annotations

import socket
import ssl
import threading
import time
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass, field
from functools import cache
from ipaddress import ip_network
from typing import Any

import httpcore
from django.conf import settings

from .addresses import Network, why_refused
from .targets import Target, target_of

SECONDS = 5.0
LARGEST = 1 << 20
AGENT = "Rongtong/1"
#: Host and port → addresses, as the system's resolver gives them.
Resolve = Callable[[str, int], list[str]]


class OutboundError(Exception):
    """No answer was had. ``code`` never changes; the text is for people who run the hub."""

    code = "outbound"


class Refused(OutboundError):
    """The address may not be called. Nothing was sent."""

    code = "outbound.refused"


class Unreachable(OutboundError):
    """Nobody answered, not in time, not in full, or not with a certificate for this name."""

    code = "outbound.unreachable"


@dataclass(frozen=True)
class Answer:
    """What came back; a redirect is an answer like any other."""

    status: int
    headers: Mapping[str, str]
    content: bytes


def system_addresses(host: str, port: int) -> list[str]:
    """Every address the system knows for a host. All spellings of a number end here as the address they mean."""
    found = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)
    return list(dict.fromkeys(str(row[4][0]) for row in found))


def _numbers(host: str) -> list[str]:
    """What a host means that is no name but some spelling of an address; nothing for names, and nobody is asked."""
    try:
        found = socket.getaddrinfo(host, None, type=socket.SOCK_STREAM, flags=socket.AI_NUMERICHOST)
    except socket.gaierror:
        return []
    return [str(row[4][0]) for row in found]


@dataclass(frozen=True)
class Outbound:
    """Makes guarded calls.

    Parameters
    ----------
    allowed
        Networks opened by the operator although they are not public.
    hosts
        The only hosts, and hosts below them, that may be called; empty for every public one.
    clear_text
        Whether plain http is let through; for development.
    seconds, largest
        The time for the whole call, looking up included, and the most that is read of an answer.
    resolve, network
        Who looks names up, and who opens connections. Tests give their own; what is refused stays the same.
    """

    allowed: tuple[Network, ...] = ()
    hosts: tuple[str, ...] = ()
    clear_text: bool = False
    seconds: float = SECONDS
    largest: int = LARGEST
    resolve: Resolve = system_addresses
    network: httpcore.NetworkBackend = field(default_factory=httpcore.SyncBackend)
    certificates: ssl.SSLContext | None = None

    def post(self, url: str, *, content: bytes, headers: Mapping[str, str]) -> Answer:
        """Send a body and read the answer.

        Raises
        ------
        Refused
            By its form, its host's addresses, or because it is not encrypted.
        Unreachable
            No whole answer in time.
        """
        target = self.checked_form(url)
        clock = _Clock(self.seconds)
        backend = _Guarded(self, clock)
        try:
            with httpcore.ConnectionPool(
                ssl_context=self.certificates or _system_certificates(), network_backend=backend, retries=0
            ) as pool:
                return self._exchange(pool, target, content, headers, clock)
        except (httpcore.TimeoutException, httpcore.NetworkError, httpcore.ProtocolError, OSError, ValueError) as error:
            raise Unreachable(f"{type(error).__name__}: {error}"[:300]) from error

    def checked_form(self, url: str) -> Target:
        """The URL taken apart, if its form may be called at all. Numbers are checked, no name is looked up."""
        try:
            target = target_of(url)
        except ValueError as error:
            raise Refused(str(error)) from error
        if not target.is_encrypted and not self.clear_text:
            raise Refused("not encrypted")
        if self.hosts and not any(target.host == one or target.host.endswith(f".{one}") for one in self.hosts):
            raise Refused("a host that the operator has not opened")
        for address in _numbers(target.host):
            self._check(target.host, address)
        return target

    def checked_addresses(self, host: str, port: int, seconds: float | None = None) -> list[str]:
        """The addresses of a host, if every one of them may be called: one bad address spoils the name.

        Raises
        ------
        Refused
            An address stands in the table.
        Unreachable
            The name has none, or the resolver is silent.
        """
        found = _in_time(lambda: self.resolve(host, port), self.seconds if seconds is None else seconds)
        if not found:
            raise Unreachable(f"{host} has no address")
        for address in found:
            self._check(host, address)
        return found

    def _check(self, host: str, address: str) -> None:
        why = why_refused(address, self.allowed)
        if why:
            raise Refused(f"{host} is {address}: {why}")

    def _exchange(
        self,
        pool: httpcore.ConnectionPool,
        target: Target,
        content: bytes,
        headers: Mapping[str, str],
        clock: _Clock,
    ) -> Answer:
        sent = {
            "host": target.origin.partition("://")[2],
            "user-agent": AGENT,
            "accept": "*/*",
            "connection": "close",
            **{name.lower(): value for name, value in headers.items()},
            "content-length": str(len(content)),
        }
        limits = dict.fromkeys(("connect", "read", "write", "pool"), self.seconds)
        with pool.stream(
            "POST", target.url, headers=list(sent.items()), content=content, extensions={"timeout": limits}
        ) as answer:
            body = bytearray()
            for part in answer.iter_stream():
                body += part
                if len(body) > self.largest:
                    raise Unreachable(f"an answer of more than {self.largest} bytes")
            clock.left()
            told = {name.decode("latin-1").lower(): value.decode("latin-1") for name, value in answer.headers}
            return Answer(answer.status, told, bytes(body))


class _Clock:
    """The time of one whole call. Asking for what is left when nothing is left ends the call."""

    def __init__(self, seconds: float) -> None:
        self.end = time.monotonic() + seconds

    def left(self) -> float:
        left = self.end - time.monotonic()
        if left <= 0:
            raise httpcore.ReadTimeout("the time of the call is over")
        return left


class _Guarded(httpcore.NetworkBackend):
    """Connects to the addresses that were checked, never to a name: a second look-up could answer otherwise."""

    def __init__(self, outbound: Outbound, clock: _Clock) -> None:
        self.outbound, self.clock = outbound, clock

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        addresses = self.outbound.checked_addresses(host, port, self.clock.left())
        failure: Exception | None = None
        for number, address in enumerate(addresses):
            share = self.clock.left() / (len(addresses) - number)
            try:
                stream = self.outbound.network.connect_tcp(address, port, timeout=share)
            except (httpcore.ConnectError, httpcore.ConnectTimeout) as error:
                failure = error
            else:
                # heads and framing come on top of what is kept
                return _Timed(stream, self.clock, 2 * self.outbound.largest + 256 * 1024)
        raise failure or httpcore.ConnectError(host)

    def connect_unix_socket(
        self, path: str, timeout: float | None = None, socket_options: Iterable[Any] | None = None
    ) -> httpcore.NetworkStream:
        raise Refused("a socket of this machine")


class _Timed(httpcore.NetworkStream):
    """A connection whose every step ends with the call's time, however slowly the other side drips."""

    def __init__(self, stream: httpcore.NetworkStream, clock: _Clock, most: int) -> None:
        self.stream, self.clock, self.most = stream, clock, most

    def read(self, max_bytes: int, timeout: float | None = None) -> bytes:
        data = self.stream.read(max_bytes, self.clock.left())
        self.most -= len(data)
        if self.most < 0:
            raise httpcore.ReadError("an answer without an end")
        return data

    def write(self, buffer: bytes, timeout: float | None = None) -> None:
        self.stream.write(buffer, self.clock.left())

    def close(self) -> None:
        self.stream.close()

    def start_tls(
        self, ssl_context: ssl.SSLContext, server_hostname: str | None = None, timeout: float | None = None
    ) -> httpcore.NetworkStream:
        secured = self.stream.start_tls(ssl_context, server_hostname, self.clock.left())
        return _Timed(secured, self.clock, self.most)

    def get_extra_info(self, info: str) -> Any:
        return self.stream.get_extra_info(info)


def _in_time(look_up: Callable[[], list[str]], seconds: float) -> list[str]:
    """Look a name up, but wait no longer than this: the system's resolver knows no limit."""
    found: list[list[str]] = []
    fault: list[Exception] = []

    def ask() -> None:
        try:
            found.append(look_up())
        except (OSError, UnicodeError) as error:
            fault.append(error)

    thread = threading.Thread(target=ask, daemon=True, name="look-up")
    thread.start()
    thread.join(seconds)
    if fault:
        raise Unreachable(f"the name is not known: {fault[0]}") from fault[0]
    if not found:
        raise Unreachable("the resolver does not answer")
    return found[0]


@cache
def _system_certificates() -> ssl.SSLContext:
    return ssl.create_default_context()


def client() -> Outbound:
    """The client as the operator set it up."""
    return Outbound(
        allowed=tuple(ip_network(one) for one in settings.OUTBOUND_NETWORKS),
        hosts=tuple(settings.OUTBOUND_HOSTS),
        clear_text=settings.OUTBOUND_CLEAR_TEXT,
    )
