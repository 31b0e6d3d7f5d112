"""Small secrets that must be read again, sealed for the database: a dump without the key holds none of them.

The key comes from the key-encryption secret in the settings, one for each purpose. What is sealed is bound to the row
it belongs to: moved to another row, it does not open.
"""

from __future__ import annotations

import secrets
from uuid import UUID

from cryptography.exceptions import InvalidTag
from cryptography.hazmat.primitives.ciphers.aead import AESGCM
from cryptography.hazmat.primitives.hashes import SHA256
from cryptography.hazmat.primitives.kdf.hkdf import HKDF
from django.conf import settings

FORM = b"\x01"
NONCE = 12


class Unsealable(Exception):
    """It was sealed with another key, for another row, or it was changed."""


def seal(text: bytes, *, purpose: str, owner: UUID) -> bytes:
    """Seal a secret of the row ``owner`` with AES-256-GCM."""
    nonce = secrets.token_bytes(NONCE)
    return FORM + nonce + _cipher(purpose).encrypt(nonce, text, owner.bytes)


def unseal(sealed: bytes, *, purpose: str, owner: UUID) -> bytes:
    """The secret again.

    Raises
    ------
    Unsealable
        Nobody can read it any more; make a new one.
    """
    if sealed[:1] != FORM:
        raise Unsealable(purpose)
    try:
        return _cipher(purpose).decrypt(sealed[1 : 1 + NONCE], sealed[1 + NONCE :], owner.bytes)
    except (InvalidTag, ValueError) as error:
        raise Unsealable(purpose) from error


def _cipher(purpose: str) -> AESGCM:
    key = HKDF(SHA256(), 32, salt=None, info=f"rongtong.sealing.{purpose}".encode())
    return AESGCM(key.derive(settings.SECRETS["keys"].encode()))
