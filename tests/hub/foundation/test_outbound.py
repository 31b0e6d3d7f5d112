"""Calls to addresses that others gave: everything inside is refused, one public double is reached, nothing hangs."""

from __future__ import annotations

import ipaddress
import socket
import ssl
import threading
from collections.abc import Callable, Iterable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import httpcore
import pytest
from cryptography import x509
from cryptography.hazmat.primitives import hashes, serialization
from cryptography.hazmat.primitives.asymmetric import ec
from hypothesis import given
from hypothesis import strategies as st

from rongtong.hub.foundation import outbound
from rongtong.hub.foundation.outbound import Outbound, Refused, Unreachable, target_of, why_refused

PUBLIC = "93.184.216.34"
OK = b"HTTP/1.1 200 OK\r\nContent-Length: 2\r\n\r\nok"

ADDRESSES = (
    *("127.0.0.1", "127.8.8.8", "0.0.0.0", "10.1.2.3", "172.16.0.1", "172.31.255.255", "192.168.1.1"),
    *("169.254.169.254", "100.64.0.1", "100.100.100.200", "168.63.129.16", "192.0.0.8", "192.0.2.1", "198.18.0.1"),
    *("198.51.100.1", "203.0.113.7", "192.88.99.1", "224.0.0.1", "239.255.255.250", "240.0.0.1", "255.255.255.255"),
    *("::1", "::", "::7f00:1", "::ffff:127.0.0.1", "::ffff:8.8.8.8", "::ffff:0:127.0.0.1", "64:ff9b::7f00:1"),
    *("64:ff9b:1::1", "100::1", "2001::1", "2001:db8::1", "2002:7f00:1::", "3fff::1", "fc00::1", "fd12:3456::1"),
    *("fe80::1", "fe80::1%eth0", "fec0::1", "ff02::1", "5f00::1", "4000::1"),
)
#: Every spelling that some resolver takes for this machine; none needs a network.
LOOPBACK = (
    *("127.0.0.1", "127.1", "127.0.1", "2130706433", "0x7f000001", "0x7f.1", "0177.0.0.1", "017700000001", "0"),
    *("localhost", "LOCALHOST", "localhost.", "[::1]", "[::]", "[::ffff:127.0.0.1]", "[0:0:0:0:0:ffff:7f00:1]"),
    *("１２７.0.0.1", "127。0。0。1", "ⓛocalhost"),
)


@dataclass
class Elsewhere(httpcore.NetworkBackend):
    """The rest of the world: what is connected to a public address ends at a server of this test."""

    port: int = 0
    reached: list[tuple[str, int]] = field(default_factory=list)

    def connect_tcp(
        self,
        host: str,
        port: int,
        timeout: float | None = None,
        local_address: str | None = None,
        socket_options: Iterable[Any] | None = None,
    ) -> httpcore.NetworkStream:
        self.reached.append((host, port))
        return httpcore.SyncBackend().connect_tcp("127.0.0.1", self.port, timeout=timeout)


Behave = Callable[[socket.socket, threading.Event], None]


def read_whole(connection: socket.socket) -> None:
    """Read a request to its end: what is left unread breaks the connection before its answer arrives."""
    read = b""
    while not read.endswith(b"{}"):
        part = connection.recv(65536)
        if not part:
            raise ConnectionError
        read += part


@contextmanager
def a_server(behave: Behave, context: ssl.SSLContext | None = None) -> Iterator[Elsewhere]:
    """A server that reads a request and then behaves as told, for each connection."""
    over = threading.Event()
    with socket.create_server(("127.0.0.1", 0)) as listening:

        def serve() -> None:
            while not over.is_set():
                try:
                    plain, _address = listening.accept()
                    with context.wrap_socket(plain, server_side=True) if context else plain as connection:
                        read_whole(connection)
                        behave(connection, over)
                except OSError:  # the other side went away, or the test is over
                    continue

        thread = threading.Thread(target=serve, daemon=True)
        thread.start()
        try:
            yield Elsewhere(listening.getsockname()[1])
        finally:
            over.set()
            listening.shutdown(socket.SHUT_RDWR)
            thread.join(10)


def answers(content: bytes) -> Behave:
    return lambda connection, over: connection.sendall(content)


def public(host: str, port: int) -> list[str]:
    return [PUBLIC]


def post(client: Outbound, url: str = "http://hooks.example/in?x=1") -> outbound.Answer:
    return client.post(url, content=b"{}", headers={"content-type": "application/json"})


@pytest.mark.parametrize("address", ADDRESSES)
def test_no_address_inside_is_called(address: str) -> None:
    world = Elsewhere()
    with pytest.raises(Refused):
        post(Outbound(clear_text=True, resolve=lambda host, port: [address], network=world))
    assert world.reached == []


@pytest.mark.parametrize("host", LOOPBACK)
@pytest.mark.parametrize("scheme", ["http", "https"])
def test_no_spelling_of_this_machine_is_called(scheme: str, host: str) -> None:
    """By the system's own resolver, which is the one that makes an address of each spelling."""
    world = Elsewhere()
    with pytest.raises((Refused, Unreachable)) as caught:
        post(Outbound(clear_text=True, network=world), f"{scheme}://{host}:8000/")
    assert world.reached == []
    if isinstance(caught.value, Unreachable):  # this machine's resolver does not take this spelling for an address
        with pytest.raises(socket.gaierror):
            socket.getaddrinfo(target_of(f"{scheme}://{host}/").host, 80)


@given(st.ip_addresses())
def test_nothing_passes_that_the_standard_library_calls_private(address: Any) -> None:
    if not address.is_global or address.is_multicast or address.is_reserved:
        assert why_refused(address)


@given(st.ip_addresses(v=6))
def test_of_version_six_only_what_is_given_out_passes(address: Any) -> None:
    assert why_refused(address) or address in ipaddress.ip_network("2000::/3")


@pytest.mark.parametrize(
    "address", [PUBLIC, "8.8.8.8", "100.63.255.255", "172.32.0.1", "2606:4700::1111", "2400:3200::1"]
)
def test_public_addresses_pass(address: str) -> None:
    assert why_refused(address) == ""


def test_an_operator_opens_a_network_and_no_more() -> None:
    opened = (ipaddress.ip_network("10.20.0.0/16"),)
    assert why_refused("10.20.3.4", opened) == ""
    assert why_refused("10.21.0.1", opened) == "private"
    assert why_refused("127.0.0.1", opened) == "loopback"


def test_a_public_address_is_reached_as_it_was_checked() -> None:
    with a_server(answers(OK)) as world:
        answer = post(Outbound(clear_text=True, resolve=public, network=world))
    assert (answer.status, answer.content) == (200, b"ok")
    assert world.reached == [(PUBLIC, 80)]


def test_a_name_that_changes_its_mind_is_asked_once() -> None:
    """Rebinding: the first answer is public, every later one is this machine."""
    told = iter([[PUBLIC]])
    with a_server(answers(OK)) as world:
        client = Outbound(clear_text=True, resolve=lambda host, port: next(told, ["127.0.0.1"]), network=world)
        assert post(client).status == 200
        with pytest.raises(Refused):
            post(client)
    assert world.reached == [(PUBLIC, 80)]


def test_one_bad_address_spoils_the_name() -> None:
    world = Elsewhere()
    with pytest.raises(Refused):
        post(Outbound(clear_text=True, resolve=lambda host, port: [PUBLIC, "10.0.0.1"], network=world))
    assert world.reached == []


@pytest.mark.parametrize("status", [301, 302, 303, 307, 308])
def test_a_redirect_is_an_answer_and_not_followed(status: int) -> None:
    moved = f"HTTP/1.1 {status} Moved\r\nLocation: http://127.0.0.1:22/\r\nContent-Length: 0\r\n\r\n"
    with a_server(answers(moved.encode())) as world:
        answer = post(Outbound(clear_text=True, resolve=public, network=world))
    assert (answer.status, answer.headers["location"]) == (status, "http://127.0.0.1:22/")
    assert len(world.reached) == 1


def drips(connection: socket.socket, over: threading.Event) -> None:
    """A byte now and then: each read succeeds in time, the whole never ends."""
    connection.sendall(b"HTTP/1.1 200 OK\r\nX-Long: ")
    while not over.wait(0.02):
        connection.sendall(b"a")


def silent(connection: socket.socket, over: threading.Event) -> None:
    over.wait()


def endless(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n\r\n")
    while not over.is_set():
        connection.sendall(b"x" * 65536)


def endless_head(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\n")
    while not over.is_set():
        connection.sendall(b"X-More: " + b"y" * 8000 + b"\r\n")


def broken_off(connection: socket.socket, over: threading.Event) -> None:
    connection.sendall(b"HTTP/1.1 200 OK\r\nContent-Length: 100\r\n\r\nhalf")


@pytest.mark.parametrize("behave", [drips, silent, endless, endless_head, broken_off, answers(b"SSH-2.0-x\r\n")])
def test_who_answers_badly_is_given_up(behave: Behave) -> None:
    with a_server(behave) as world, pytest.raises(Unreachable):
        post(Outbound(clear_text=True, resolve=public, network=world, seconds=0.3))


def test_an_answer_is_read_to_its_limit_and_no_further() -> None:
    def of(size: int) -> Behave:
        return answers(b"HTTP/1.1 200 OK\r\nContent-Length: %d\r\n\r\n" % size + b"x" * size)

    with a_server(of(1 << 20)) as world:
        assert len(post(Outbound(clear_text=True, resolve=public, network=world)).content) == 1 << 20
    with a_server(of((1 << 20) + 1)) as world, pytest.raises(Unreachable, match="more than 1048576 bytes"):
        post(Outbound(clear_text=True, resolve=public, network=world))


def test_a_resolver_that_is_silent_is_given_up() -> None:
    over = threading.Event()

    def hang(host: str, port: int) -> list[str]:
        over.wait()
        return [PUBLIC]

    try:
        with pytest.raises(Unreachable, match="resolver"):
            post(Outbound(clear_text=True, resolve=hang, network=Elsewhere(), seconds=0.1))
    finally:
        over.set()


def test_no_proxy_of_the_environment_is_asked(monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("HTTP_PROXY", "http_proxy", "ALL_PROXY", "HTTPS_PROXY"):
        monkeypatch.setenv(name, "http://127.0.0.1:9")
    with a_server(answers(OK)) as world:
        assert post(Outbound(clear_text=True, resolve=public, network=world)).status == 200
    assert world.reached == [(PUBLIC, 80)]


@pytest.mark.parametrize(
    "url",
    [
        *("", "hooks.example", "ftp://hooks.example/", "file:///etc/passwd", "gopher://hooks.example/", "javascript:1"),
        *(
            "https://",
            "https:///x",
            "https://user@hooks.example/",
            "https://u:p@hooks.example/",
            "https://a b.example/",
        ),
        *(
            "https://hooks.example/#x",
            "https://hooks.example:22/",
            "https://hooks.example:0x50/",
            "https://h.example:99999/",
        ),
        *(
            "https://hooks.example\\@10.0.0.1/",
            "https://hooks.example/\r\nX: y",
            "https://hooks.example/\t",
            "https://-…-/",
        ),
        *("https://hooks.example/路径", "https://" + "a" * 500, "http://hooks.example/"),
    ],
)
def test_what_is_no_plain_encrypted_address_is_refused(url: str) -> None:
    world = Elsewhere()
    with pytest.raises(Refused):
        post(Outbound(resolve=public, network=world), url)
    assert world.reached == []


def test_only_hosts_that_the_operator_opened() -> None:
    client = Outbound(hosts=("example.cn",), resolve=public, network=Elsewhere())
    assert client.checked_form("https://erp.example.cn/in").host == "erp.example.cn"
    assert client.checked_form("https://EXAMPLE.cn./in").url == "https://example.cn/in"
    for host in ("badexample.cn", "example.cn.evil.example", "example.com"):
        with pytest.raises(Refused):
            client.checked_form(f"https://{host}/")


def test_the_settings_of_this_hub_open_nothing(settings: Any) -> None:
    client = outbound.client()
    assert (client.allowed, client.clear_text, client.seconds, client.largest) == ((), False, 5.0, 1 << 20)
    settings.OUTBOUND_NETWORKS = ["10.20.0.0/16"]
    assert [str(one) for one in outbound.client().allowed] == ["10.20.0.0/16"]


# ---- certificates


def a_certificate(folder: Path, name: str) -> tuple[ssl.SSLContext, ssl.SSLContext]:
    """What a server called ``name`` shows, and what a client needs to believe it."""
    key = ec.generate_private_key(ec.SECP256R1())
    subject = x509.Name([x509.NameAttribute(x509.NameOID.COMMON_NAME, name)])
    now = datetime.now(UTC)
    made = (
        x509.CertificateBuilder(subject, subject, key.public_key(), x509.random_serial_number())
        .not_valid_before(now - timedelta(hours=1))
        .not_valid_after(now + timedelta(hours=1))
        .add_extension(x509.SubjectAlternativeName([x509.DNSName(name)]), critical=False)
        .sign(key, hashes.SHA256())
    )
    path = folder / "both.pem"
    path.write_bytes(
        made.public_bytes(serialization.Encoding.PEM)
        + key.private_bytes(serialization.Encoding.PEM, serialization.PrivateFormat.PKCS8, serialization.NoEncryption())
    )
    server = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    server.load_cert_chain(path)
    return server, ssl.create_default_context(cafile=str(path))


@pytest.mark.parametrize(("name", "believed"), [("hooks.example", True), ("other.example", False)])
def test_the_certificate_is_for_the_name_and_not_for_the_address(tmp_path: Path, name: str, believed: bool) -> None:
    server, trusted = a_certificate(tmp_path, name)
    with a_server(answers(OK), server) as world:
        client = Outbound(resolve=public, network=world, certificates=trusted)
        if believed:
            assert post(client, "https://hooks.example/in").status == 200
        else:
            with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
                post(client, "https://hooks.example/in")
        with pytest.raises(Unreachable, match="CERTIFICATE_VERIFY_FAILED"):
            post(Outbound(resolve=public, network=world), "https://hooks.example/in")
    assert world.reached == [(PUBLIC, 443)] * 2
