"""Trusted timestamps (RFC 3161) on checkpoints: an authority outside says that these bytes were there at a time.

What is stamped is the checkpoint's text, so that anybody can check a token with ``openssl ts -verify -token_in``.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from cryptography.x509 import Certificate, load_pem_x509_certificates
from rfc3161_client import (
    HashAlgorithm,
    TimestampRequestBuilder,
    TimeStampResponse,
    VerificationError,
    VerifierBuilder,
    decode_timestamp_response,
)

from rongtong.engines.translog.der import plain_signer, token_of, wrapped
from rongtong.engines.translog.errors import Malformed, TimestampInvalid
from rongtong.engines.translog.transport import Post, post

SECONDS = 10.0
_QUERY = "application/timestamp-query"


@dataclass(frozen=True)
class Anchors:
    """The certificates on which the belief in timestamps rests; nothing is trusted that is not here.

    Attributes
    ----------
    roots
        At least one self-signed certificate.
    others
        Certificates between a root and an authority, where the authority does not send them.
    """

    roots: tuple[Certificate, ...]
    others: tuple[Certificate, ...] = ()

    @classmethod
    def from_pem(cls, data: bytes) -> Anchors:
        """Read certificates in PEM form."""
        try:
            found = load_pem_x509_certificates(data)
        except ValueError as error:
            raise Malformed(f"these are no certificates in PEM form: {error}") from error
        roots = tuple(one for one in found if one.issuer == one.subject)
        if not roots:
            raise Malformed("none of the certificates is a root: a trust anchor is self-signed")
        return cls(roots, tuple(one for one in found if one.issuer != one.subject))


@dataclass(frozen=True, slots=True)
class Timestamp:
    """What a good token says.

    Attributes
    ----------
    at
        The authority's time, UTC.
    authority
        Name in the certificate that signed.
    policy
        Object identifier of the rules it stamps under.
    serial
        Its number for this token.
    """

    at: datetime
    authority: str
    policy: str
    serial: int


def stamp(text: str, url: str, anchors: Anchors, *, send: Post = post, seconds: float = SECONDS) -> bytes:
    """Ask an authority for a timestamp, and check it before it is kept.

    Parameters
    ----------
    text
        A checkpoint's text.
    url
        The authority's address.
    anchors
        What its token must lead to.

    Returns
    -------
    bytes
        The token (DER).

    Raises
    ------
    TimestampInvalid
        If it refuses, or its answer is not good for this request.
    Unreachable
        If there is no answer.
    """
    builder = TimestampRequestBuilder().data(text.encode()).hash_algorithm(HashAlgorithm.SHA256)
    request = builder.nonce(nonce=True).cert_request(cert_request=True).build()
    reply = send(url, request.as_bytes(), type=_QUERY, seconds=seconds)
    if reply.status != 200:
        raise TimestampInvalid(f"the authority answers with status {reply.status}")
    token = token_of(reply.body)
    _checked(token, text, anchors, request.nonce)
    return token


def verify_timestamp(token: bytes, text: str, anchors: Anchors) -> Timestamp:
    """Check a token for a checkpoint's text.

    The certificates must have been valid at the token's time; that they have expired since does not matter.

    Raises
    ------
    TimestampInvalid
        If the token is of other bytes, was changed, or leads to none of the anchors.
    """
    response = _checked(token, text, anchors, None)
    info = response.tst_info
    certificates = [one.subject.rfc4514_string() for one in _signers(response)]
    at = info.gen_time if info.gen_time.tzinfo else info.gen_time.replace(tzinfo=UTC)
    return Timestamp(at, certificates[0], info.policy.dotted_string, info.serial_number)


def _checked(token: bytes, text: str, anchors: Anchors, nonce: int | None) -> TimeStampResponse:
    try:
        plain_signer(token)
        response = decode_timestamp_response(wrapped(token))
        builder = VerifierBuilder(roots=list(anchors.roots), intermediates=list(anchors.others), nonce=nonce)
        builder.build().verify_message(response, text.encode())
    except (VerificationError, Malformed, ValueError) as error:
        raise TimestampInvalid(f"the timestamp is not good: {error}") from error
    return response


def _signers(response: TimeStampResponse) -> Iterable[Certificate]:
    from cryptography.x509 import load_der_x509_certificate

    issuers = {(one.issuer, one.serial_number) for one in response.signed_data.signer_infos}
    found = [load_der_x509_certificate(one) for one in response.signed_data.certificates]
    return [one for one in found if (one.issuer, one.serial_number) in issuers]


def imprint(text: str) -> str:
    """Return what the authority sees of a checkpoint: its SHA-256, hexadecimal."""
    return hashlib.sha256(text.encode()).hexdigest()
