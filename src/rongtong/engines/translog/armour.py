"""Base64 and decimal numbers with one spelling for each value: a second spelling would be a change nobody sees."""

from __future__ import annotations

import base64
import re

from rongtong.engines.translog.errors import Malformed

LARGEST_SIZE = 2**63 - 1
_NUMBER = re.compile(r"0|[1-9][0-9]{0,18}")


def to_base64(data: bytes) -> str:
    """Write standard Base64 (RFC 4648 §4)."""
    return base64.b64encode(data).decode("ascii")


def from_base64(text: str) -> bytes:
    """Read standard Base64; raises `Malformed` at any other spelling of the same bytes."""
    try:
        data = base64.b64decode(text, validate=True)
    except ValueError as error:
        raise Malformed(f"{text[:40]!r} is no Base64") from error
    if to_base64(data) != text:
        raise Malformed(f"{text[:40]!r} is Base64 with bits left over")
    return data


def from_decimal(text: str) -> int:
    """Read a number of at most 2**63 - 1 without leading zeroes."""
    if not _NUMBER.fullmatch(text) or int(text) > LARGEST_SIZE:
        raise Malformed(f"{text[:40]!r} is no number of a tree")
    return int(text)


def is_utf8(text: str) -> bool:
    """Say whether a text can be written as UTF-8: JSON may bring half characters that cannot."""
    try:
        text.encode()
    except UnicodeEncodeError:
        return False
    return True
