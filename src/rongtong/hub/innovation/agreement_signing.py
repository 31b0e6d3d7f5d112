"""Signatures behind one interface: a certification authority's service is registered here in place of the built-in one.

The built-in method is for development and trials: the signer types a name and consents to the document's hash. It
proves who was signed in and what was shown; it is not certified by a third party (电子签名法 art. 13).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from hashlib import sha256
from typing import Any, Protocol
from uuid import UUID

import rfc8785

CONSENT = "本人已阅读全部条款，同意以所示摘要对应的文本签署本协议。"


@dataclass(frozen=True)
class Signing:
    """What one person signs for one side, and when."""

    digest: str
    account_id: UUID
    organisation_id: UUID
    name: str
    at: datetime


class SignatureMethod(Protocol):
    """A way to sign. ``sign`` gives what is kept, ``verify`` tells whether it belongs to the signing."""

    name: str

    def sign(self, signing: Signing) -> dict[str, Any]: ...

    def verify(self, signing: Signing, mark: Mapping[str, Any]) -> bool: ...


class HashAndConsent:
    """The built-in method: a hash over the document's hash, the signer, the side, the moment and the consent."""

    name = "hash-and-consent/1"

    def sign(self, signing: Signing) -> dict[str, Any]:
        said = {
            "document": signing.digest,
            "account": str(signing.account_id),
            "organisation": str(signing.organisation_id),
            "name": signing.name,
            "at": signing.at.isoformat(),
            "consent": CONSENT,
        }
        return {**said, "hash": sha256(rfc8785.dumps(said)).hexdigest()}

    def verify(self, signing: Signing, mark: Mapping[str, Any]) -> bool:
        return self.sign(signing) == dict(mark)


_methods: dict[str, SignatureMethod] = {}
_used: list[str] = []


def use(method: SignatureMethod) -> None:
    """Sign with this method from now on; what was signed by others stays verifiable."""
    _methods[method.name] = method
    _used[:] = [method.name]


def method() -> SignatureMethod:
    return _methods[_used[0]]


def verifies(name: str, signing: Signing, mark: Mapping[str, Any]) -> bool:
    """Whether a kept mark belongs to a signing; not where its method is no longer registered."""
    known = _methods.get(name)
    return known is not None and known.verify(signing, mark)


use(HashAndConsent())
