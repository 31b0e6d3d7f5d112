"""Reading a URL that somebody typed, strictly: what browsers forgive is refused here."""

from __future__ import annotations

import re
from dataclasses import dataclass
from urllib.parse import urlsplit

LONGEST_URL = 500
#: Below 1024 only what a web server listens on: a call must not look like mail or a database to who answers.
LOW_PORTS = frozenset({80, 443})
_USUAL = {"https": 443, "http": 80}
_HOST = re.compile(r"[a-z0-9_-]{1,63}(\.[a-z0-9_-]{1,63})*", re.ASCII)


@dataclass(frozen=True)
class Target:
    """A URL taken apart: the host in the form that is looked up and shown, the rest as it is sent."""

    scheme: str
    host: str
    port: int
    path: str

    @property
    def is_encrypted(self) -> bool:
        return self.scheme == "https"

    @property
    def origin(self) -> str:
        host = f"[{self.host}]" if ":" in self.host else self.host
        return f"{self.scheme}://{host}" + (
            "" if self.port == {"https": 443, "http": 80}[self.scheme] else f":{self.port}"
        )

    @property
    def url(self) -> str:
        return self.origin + self.path


def target_of(url: str) -> Target:
    """Take a URL apart.

    Raises
    ------
    ValueError
        It is no plain http or https address: user names, fragments, blanks, control characters, odd ports.
    """
    if not url or len(url) > LONGEST_URL or not url.isprintable() or re.search(r"[\s\\]", url):
        raise ValueError("not a plain address")
    parts = urlsplit(url)
    if parts.scheme not in ("https", "http") or parts.username is not None or parts.password is not None:
        raise ValueError("not http or https, or with a user name")
    if parts.fragment or not parts.hostname:
        raise ValueError("without a host, or with a fragment")
    port = parts.port or _USUAL[parts.scheme]  # .port raises ValueError by itself
    if port < 1024 and port not in LOW_PORTS:
        raise ValueError("a port that no web server has")
    path = (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
    if not path.isascii():
        raise ValueError("a path that is not percent-encoded")
    return Target(parts.scheme, _host(parts.hostname), port, path)


def _host(given: str) -> str:
    if ":" in given:
        return given  # an address of version 6; whether it may be called is asked of what it resolves to
    try:
        host = given.encode("idna").decode("ascii").lower().removesuffix(".")
    except UnicodeError as error:
        raise ValueError("a host that is no name") from error
    if not _HOST.fullmatch(host) or len(host) > 253:
        raise ValueError("a host that is no name")
    return host
