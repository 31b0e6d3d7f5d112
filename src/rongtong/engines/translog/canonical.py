"""JSON with one spelling for each value (RFC 8785), so that a hash of it means the value and not its layout."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from typing import Any

import rfc8785

from rongtong.engines.translog.errors import Malformed

Json = None | bool | int | float | str | Sequence["Json"] | Mapping[str, "Json"]


def canonical(value: Json) -> bytes:
    """Return the one canonical spelling of a JSON value.

    Parameters
    ----------
    value
        None, booleans, numbers within ±(2**53 - 1), strings, lists and dictionaries with string keys.

    Raises
    ------
    Malformed
        If the value has no canonical spelling: NaN, larger integers (write them as strings), lone surrogates.
    """
    try:
        return rfc8785.dumps(value)
    except ValueError as error:  # also what its key order says of a lone surrogate
        raise Malformed(f"this value has no canonical JSON: {error}") from error


def parse(data: bytes | str) -> Any:
    """Read JSON strictly: UTF-8, no name twice in an object, no NaN, no number that a double cannot hold.

    Two readers that choose differently between two equal names, or round differently, would see two
    documents under one hash.
    """
    try:
        return json.loads(data, object_pairs_hook=_unique, parse_int=_whole, parse_constant=_no_constant)
    except (ValueError, RecursionError) as error:
        raise Malformed(f"not JSON: {error}") from error


def _unique(pairs: list[tuple[str, Any]]) -> dict[str, Any]:
    found = dict(pairs)
    if len(found) != len(pairs):
        raise Malformed("not JSON: a name stands twice in one object")
    return found


def _whole(text: str) -> int | float:
    number = int(text) if len(text) < 400 else 10**400
    if abs(number) < 2**53:
        return number
    if abs(number) >= 10**21 or rfc8785.dumps(float(number)).decode() != text:
        raise Malformed(f"not JSON that everybody reads alike: {text[:40]} is too long for a number, write it as text")
    return float(number)


def _no_constant(word: str) -> Any:
    raise Malformed(f"not JSON: {word}")
