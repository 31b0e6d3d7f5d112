"""Signatures by the Standard Webhooks convention: what a receiver's library verifies without knowing us."""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Iterable

PREFIX = "whsec_"
KEY_BYTES = 32


def new_key() -> bytes:
    """A random key."""
    return secrets.token_bytes(KEY_BYTES)


def as_text(key: bytes) -> str:
    """The key as people copy it: ``whsec_`` and base64."""
    return PREFIX + base64.b64encode(key).decode()


def key_of(text: str) -> bytes:
    """The key from its text, with or without the prefix."""
    return base64.b64decode(text.removeprefix(PREFIX), validate=True)


def signed_headers(keys: Iterable[bytes], *, id: str, timestamp: int, content: bytes) -> dict[str, str]:
    """The three headers of a message. With two keys it carries two signatures, and either one verifies it."""
    text = f"{id}.{timestamp}.".encode() + content
    signatures = [base64.b64encode(hmac.digest(key, text, hashlib.sha256)).decode() for key in keys]
    return {
        "webhook-id": id,
        "webhook-timestamp": str(timestamp),
        "webhook-signature": " ".join(f"v1,{one}" for one in signatures),
    }
