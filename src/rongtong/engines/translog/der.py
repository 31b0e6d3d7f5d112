"""The little of DER that timestamps need: taking a token out of an answer, and refusing what its signature leaves open.

A token's signature does not cover some bytes around it (version numbers, the name of the signature algorithm,
unsigned attributes). Checkers pass over them, so they could be changed unseen; here they have one value, or none.
"""

from __future__ import annotations

from collections.abc import Iterator

from rongtong.engines.translog.errors import Malformed

_SEQUENCE, _SET, _OID = 0x30, 0x31, 0x06
_SIGNED_ATTRIBUTES = 0xA0
_GRANTED = bytes.fromhex("3003020100")
_SHA256, _SHA384, _SHA512 = (bytes.fromhex(f"60864801650304020{number}") for number in (1, 2, 3))
#: Signature algorithms by their object identifiers, each with the digest it names; None where it names none.
_ALGORITHMS = {
    bytes.fromhex("2a8648ce3d040302"): _SHA256,  # ECDSA
    bytes.fromhex("2a8648ce3d040303"): _SHA384,
    bytes.fromhex("2a8648ce3d040304"): _SHA512,
    bytes.fromhex("2a864886f70d01010b"): _SHA256,  # RSA
    bytes.fromhex("2a864886f70d01010c"): _SHA384,
    bytes.fromhex("2a864886f70d01010d"): _SHA512,
    bytes.fromhex("2a864886f70d010101"): None,
    bytes.fromhex("2b6570"): None,  # Ed25519
}


def token_of(response: bytes) -> bytes:
    """Return the token in an authority's answer; raises `Malformed` where it granted none."""
    status, *rest = _children(_only(response, _SEQUENCE))
    granted = [content for _, content, _ in _elements(status[1])][:1] in ([b"\x00"], [b"\x01"])
    if status[0] != _SEQUENCE or not granted or len(rest) != 1:
        raise Malformed("the authority grants no timestamp")
    return rest[0][2]


def wrapped(token: bytes) -> bytes:
    """Return a token as a granted answer, the form that libraries read."""
    return bytes([_SEQUENCE]) + _length(len(_GRANTED) + len(token)) + _GRANTED + token


def plain_signer(token: bytes) -> None:
    """Demand that nothing in a token can be changed without breaking its signature.

    Raises
    ------
    Malformed
        If a version is not the one of the standard, the algorithm has an unknown name, or there are attributes that
        nobody signed.
    """
    _, content = _children(_only(token, _SEQUENCE))
    version, *_, signers = _children(_only(content[1], _SEQUENCE))
    if version[1] != b"\x03" or signers[0] != _SET:
        raise Malformed("a timestamp token is signed data of version 3")
    signer = _children(_only(signers[1], _SEQUENCE))
    kinds = [kind for kind, _, _ in signer]
    if len(signer) != 6 or kinds[3] != _SIGNED_ATTRIBUTES or signer[0][1] != b"\x01":
        raise Malformed("a timestamp token has one signer of version 1, and no attribute that nobody signed")
    digest, name = _children(signer[2][1])[0], _children(signer[4][1])[0]
    if {digest[0], name[0]} != {_OID} or _ALGORITHMS.get(name[1], b"") not in (None, digest[1]):
        raise Malformed("the token's signature algorithm is unknown, or not one with the token's digest")


def _only(data: bytes, kind: int) -> bytes:
    found = list(_elements(data))
    if len(found) != 1 or found[0][0] != kind:
        raise Malformed("this is not the DER of a timestamp")
    return found[0][1]


def _children(data: bytes) -> list[tuple[int, bytes, bytes]]:
    found = list(_elements(data))
    if len(found) < 2 and not (found and found[0][0] == _OID):
        raise Malformed("this is not the DER of a timestamp")
    return found


def _elements(data: bytes) -> Iterator[tuple[int, bytes, bytes]]:
    """Cut into (kind, content, whole)."""
    at = 0
    while at < len(data):
        head, length = 2, data[at + 1] if at + 1 < len(data) else 0x80
        if length >= 0x80:
            extra = length - 0x80
            length = int.from_bytes(data[at + 2 : at + 2 + extra])
            head += extra
            if not 1 <= extra <= 4 or length < 0x80:
                raise Malformed("this is not DER")
        end = at + head + length
        if end > len(data):
            raise Malformed("this DER ends early")
        yield data[at], data[at + head : end], data[at:end]
        at = end


def _length(number: int) -> bytes:
    if number < 0x80:
        return bytes([number])
    digits = number.to_bytes((number.bit_length() + 7) // 8)
    return bytes([0x80 + len(digits)]) + digits
