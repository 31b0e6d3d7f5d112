"""Ed25519 keys in the C2SP forms: a signer is one line to keep secret, a verifier one line to hand out.

A key of type 1 signs notes, such as a log's checkpoints; a key of type 4 cosigns checkpoints with a time.
"""

from __future__ import annotations

import hashlib
import re
from dataclasses import dataclass, field

from cryptography.exceptions import InvalidSignature
from cryptography.hazmat.primitives.asymmetric.ed25519 import Ed25519PrivateKey, Ed25519PublicKey

from rongtong.engines.translog.armour import from_base64, is_utf8, to_base64
from rongtong.engines.translog.errors import Malformed

LOG = 1
WITNESS = 4
_PRIVATE = "PRIVATE+KEY+"
_TYPES = (LOG, WITNESS)
_NAME = re.compile(r"[^\s+\x00-\x1f\x7f]+")
_HASH = re.compile(r"[0-9a-f]{8}")


@dataclass(frozen=True, slots=True)
class Verifier:
    """A public key with its name.

    Attributes
    ----------
    name
        What stands on a signature line: by custom an address without scheme, such as ``example.com/log``.
    public
        32 bytes.
    type
        `LOG` or `WITNESS`: what the key is used for is part of its id.
    """

    name: str
    public: bytes
    type: int = LOG

    def __post_init__(self) -> None:
        if not _NAME.fullmatch(self.name) or not is_utf8(self.name):
            raise Malformed(f"{self.name!r} is no name of a key: it may have no space, no + and no control character")
        if len(self.public) != 32 or self.type not in _TYPES:
            raise Malformed("a key has a type of 1 or 4 and 32 bytes")

    @property
    def id(self) -> bytes:
        """The four bytes that stand before each of its signatures."""
        return hashlib.sha256(self.name.encode() + b"\n" + bytes([self.type]) + self.public).digest()[:4]

    def __str__(self) -> str:
        """The line to hand out: ``name+id+key``."""
        return f"{self.name}+{self.id.hex()}+{to_base64(bytes([self.type]) + self.public)}"

    @classmethod
    def parse(cls, line: str) -> Verifier:
        """Read ``name+id+key``; raises `Malformed` where the id is not that of name and key."""
        name, kind, key = _parts(line)
        verifier = cls(name, key, kind)
        if str(verifier) != line:
            raise Malformed(f"the id in the key {line!r} is not that of its name and key")
        return verifier

    def signed(self, signature: bytes, message: bytes) -> bool:
        """Say whether a bare Ed25519 signature of 64 bytes is good."""
        try:
            Ed25519PublicKey.from_public_bytes(self.public).verify(signature, message)
        except (InvalidSignature, ValueError):
            return False
        return True


@dataclass(frozen=True, slots=True)
class Signer:
    """A private key with its name. Its text is secret; only `secret` shows it."""

    name: str
    _key: Ed25519PrivateKey = field(repr=False)
    type: int = LOG

    @classmethod
    def generate(cls, name: str, type: int = LOG) -> Signer:
        """Make a new key."""
        return cls(name, Ed25519PrivateKey.generate(), type)

    @classmethod
    def parse(cls, secret: str) -> Signer:
        """Read the line that `secret` wrote."""
        if not secret.startswith(_PRIVATE):
            raise Malformed(f"a private key begins with {_PRIVATE}")
        try:
            name, kind, seed = _parts(secret.removeprefix(_PRIVATE))
            signer = cls(name, Ed25519PrivateKey.from_private_bytes(seed), kind)
            good = signer.secret == secret
        except (Malformed, ValueError):
            good = False
        if not good:
            raise Malformed("the private key is damaged") from None  # the line must not come out with the error
        return signer

    @property
    def verifier(self) -> Verifier:
        """The public half."""
        return Verifier(self.name, self._key.public_key().public_bytes_raw(), self.type)

    @property
    def secret(self) -> str:
        """The line to keep: ``PRIVATE+KEY+name+id+key``."""
        key = bytes([self.type]) + self._key.private_bytes_raw()
        return f"{_PRIVATE}{self.name}+{self.verifier.id.hex()}+{to_base64(key)}"

    def sign(self, message: bytes) -> bytes:
        """Return the bare Ed25519 signature, 64 bytes."""
        return self._key.sign(message)


def _parts(line: str) -> tuple[str, int, bytes]:
    parts = line.split("+", 2)
    if len(parts) != 3 or not _HASH.fullmatch(parts[1]):
        raise Malformed(f"{line[:80]!r} is no key: it has the form name+id+key")
    key = from_base64(parts[2])
    if len(key) != 33 or key[0] not in _TYPES:
        raise Malformed("the key is not one of Ed25519, of type 1 or 4")
    return parts[0], key[0], key[1:]
