"""Cosignatures (C2SP tlog-cosignature, version 1): a witness says when a checkpoint was the newest it had seen."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from datetime import UTC, datetime

from rongtong.engines.translog.armour import LARGEST_SIZE
from rongtong.engines.translog.errors import Malformed, SignatureInvalid
from rongtong.engines.translog.keys import WITNESS, Signer, Verifier
from rongtong.engines.translog.notes import Note, Signature


@dataclass(frozen=True, slots=True)
class Cosignature:
    """A good cosignature.

    Attributes
    ----------
    witness
        The key that made it.
    at
        When, by the witness's clock, in whole seconds of UTC.
    """

    witness: Verifier
    at: datetime


def cosign(text: str, signer: Signer, at: datetime) -> Signature:
    """Cosign a checkpoint's text. Only for a witness that has checked its consistency: see `Witness`."""
    if signer.type != WITNESS:
        raise Malformed(f"the key {signer.name} is not one of a witness")
    seconds = int(at.timestamp())
    return Signature(signer.name, signer.verifier.id, seconds.to_bytes(8) + signer.sign(_message(text, seconds)))


def cosignatures(note: Note, witnesses: Iterable[Verifier]) -> list[Cosignature]:
    """Return the good cosignatures of these witnesses; lines of other keys are passed over.

    Raises
    ------
    SignatureInvalid
        If a line claims one of these witnesses and is not good.
    """
    found = []
    for witness in witnesses:
        if witness.type != WITNESS:
            raise Malformed(f"the key {witness.name} is not one of a witness")
        for one in note.signatures:
            if one.by(witness):
                found.append(Cosignature(witness, _time(note.text, one, witness)))
    return found


def _time(text: str, signature: Signature, witness: Verifier) -> datetime:
    seconds = int.from_bytes(signature.data[:8])
    good = len(signature.data) == 72 and seconds <= LARGEST_SIZE
    if not good or not witness.signed(signature.data[8:], _message(text, seconds)):
        raise SignatureInvalid(f"the cosignature of {witness.name} is not good")
    try:
        return datetime.fromtimestamp(seconds, UTC)
    except (OverflowError, ValueError, OSError) as error:
        raise SignatureInvalid(f"the cosignature of {witness.name} is of no time in the calendar") from error


def _message(text: str, seconds: int) -> bytes:
    return f"cosignature/v1\ntime {seconds}\n{text}".encode()
