"""Salted commitments: what enters the log instead of a document.

A commitment is ``H(salt || document)`` for SHA-256 and for SM3, with 32 random bytes of salt. Whoever has document and
salt can show what was meant; whoever has only the log learns nothing, not even by guessing the document.
"""

from __future__ import annotations

import hashlib
import hmac
import re
import secrets
from dataclasses import dataclass
from typing import Any

from rongtong.engines.translog.canonical import canonical, parse
from rongtong.engines.translog.errors import Malformed

SALT_BYTES = 32
VERSION = 1
_HEX = re.compile(r"[0-9a-f]{64}")


@dataclass(frozen=True, slots=True)
class Commitment:
    """The two digests that stand in the log for one document.

    Attributes
    ----------
    sha256, sm3
        32 bytes each, of the same salt and the same document.
    """

    sha256: bytes
    sm3: bytes

    def __post_init__(self) -> None:
        if len(self.sha256) != 32 or len(self.sm3) != 32:
            raise Malformed("a commitment has two digests of 32 bytes")

    @property
    def entry(self) -> bytes:
        """The log entry: canonical JSON, 156 bytes."""
        return canonical({"sha256": self.sha256.hex(), "sm3": self.sm3.hex(), "v": VERSION})

    @classmethod
    def from_entry(cls, entry: bytes) -> Commitment:
        """Read a log entry; raises `Malformed` unless it is exactly what `entry` writes."""
        found = cls.from_json(parse(entry))
        if found.entry != entry:
            raise Malformed("a log entry is not in its canonical spelling")
        return found

    @classmethod
    def from_json(cls, value: Any) -> Commitment:
        """Read the object of a log entry."""
        if not isinstance(value, dict) or value.keys() != {"sha256", "sm3", "v"}:
            raise Malformed("a log entry has the fields sha256, sm3 and v")
        if type(value["v"]) is not int or value["v"] != VERSION:
            raise Malformed(f"a log entry of version {value['v']!r}; this program reads version {VERSION}")
        return cls(digest_of(value["sha256"], "sha256"), digest_of(value["sm3"], "sm3"))

    def opened_by(self, document: bytes, salt: bytes) -> dict[str, bool]:
        """Say for each algorithm whether salt and document give its digest."""
        again = commit(document, salt)
        return {
            "sha256": hmac.compare_digest(again.sha256, self.sha256),
            "sm3": hmac.compare_digest(again.sm3, self.sm3),
        }


def new_salt() -> bytes:
    """Return 32 random bytes: keep them with the document, for without them nothing can be shown."""
    return secrets.token_bytes(SALT_BYTES)


def commit(document: bytes, salt: bytes) -> Commitment:
    """Commit to a document, or to an event as ``canonical(event)``.

    Parameters
    ----------
    document
        The exact bytes.
    salt
        32 bytes from `new_salt`, a fresh one for every document: the length is fixed, so that no byte can move
        between salt and document.
    """
    if len(salt) != SALT_BYTES:
        raise Malformed(f"a salt has {SALT_BYTES} bytes, this one {len(salt)}")
    data = salt + document
    return Commitment(hashlib.sha256(data).digest(), hashlib.new("sm3", data).digest())


def digest_of(text: Any, name: str) -> bytes:
    """Read 64 lower-case hexadecimal digits."""
    if not isinstance(text, str) or not _HEX.fullmatch(text):
        raise Malformed(f"{name} is not 64 lower-case hexadecimal digits")
    return bytes.fromhex(text)
