"""Whether what two sides agreed is what it was: versions that name one another by hash, marks under them."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import UTC
from typing import Any

from ..agreement_clauses import digest_of
from ..agreement_signing import Signing, verifies
from ..models import AgreementSignature, AgreementVersion


def chain_holds(versions: list[AgreementVersion]) -> bool:
    """Whether every version is what its hash says, and names the one before it."""
    previous: str | None = None
    for number, one in enumerate(versions, 1):
        document: Mapping[str, Any] = one.document
        if one.number != number or document.get("version") != number or document.get("previous") != previous:
            return False
        if digest_of(document) != one.digest:
            return False
        previous = one.digest
    return True


def signature_holds(signature: AgreementSignature) -> bool:
    """Whether a signature belongs to its version, signer, side and moment."""
    signing = Signing(
        signature.version.digest,
        signature.account_id,
        signature.organisation_id,
        signature.name,
        signature.signed_at.astimezone(UTC),
    )
    return verifies(signature.method, signing, signature.mark)
