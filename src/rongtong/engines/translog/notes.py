"""Signed notes (C2SP signed-note): a text, an empty line, and signature lines of whoever signed it."""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass, replace

from rongtong.engines.translog.armour import from_base64, is_utf8, to_base64
from rongtong.engines.translog.errors import Malformed, SignatureInvalid
from rongtong.engines.translog.keys import LOG, Signer, Verifier

LONGEST_NOTE = 64 * 1024
MOST_SIGNATURES = 100
_LINE = re.compile(r"— ([^\s+\x00-\x1f\x7f]+) ([A-Za-z0-9+/=]+)")
_CONTROL = re.compile(r"[\x00-\x09\x0b-\x1f\x7f]")


@dataclass(frozen=True, slots=True)
class Signature:
    """One signature line.

    Attributes
    ----------
    name
        Name of the key.
    id
        Four bytes.
    data
        What the key's type makes of it: 64 bytes, or 8 bytes of time and 64.
    """

    name: str
    id: bytes
    data: bytes

    @property
    def line(self) -> str:
        """The line, without its end."""
        return f"— {self.name} {to_base64(self.id + self.data)}"

    @classmethod
    def parse(cls, line: str) -> Signature:
        """Read a line without its end."""
        found = _LINE.fullmatch(line)
        data = from_base64(found[2]) if found else b""
        if found is None or len(data) < 5:
            raise Malformed(f"{line[:80]!r} is no signature line")
        return cls(found[1], data[:4], data[4:])

    def by(self, verifier: Verifier) -> bool:
        """Say whether the line claims to be of this key."""
        return self.name == verifier.name and self.id == verifier.id


@dataclass(frozen=True, slots=True)
class Note:
    """A text with signatures, of which none has been checked.

    Attributes
    ----------
    text
        Ends with a newline, and is what is signed.
    signatures
        In the order of the lines.
    """

    text: str
    signatures: tuple[Signature, ...] = ()

    def __post_init__(self) -> None:
        if not self.text.endswith("\n") or _CONTROL.search(self.text) or not is_utf8(str(self)):
            raise Malformed(
                "the text of a note ends with a newline and has no other control character, and all of it is UTF-8"
            )

    def __str__(self) -> str:
        return self.text + "\n" + "".join(f"{one.line}\n" for one in self.signatures)

    @classmethod
    def parse(cls, data: str | bytes) -> Note:
        """Read a note; raises `Malformed` where it is none, or longer than 64 kB, or has over 100 signatures."""
        if len(data) > LONGEST_NOTE:
            raise Malformed("the note is too long")
        try:
            whole = data if isinstance(data, str) else data.decode()
        except UnicodeDecodeError as error:
            raise Malformed("the note is not UTF-8") from error
        text, gap, lines = whole.rpartition("\n\n")
        if not gap or not text or not lines.endswith("\n"):
            raise Malformed("a note has a text, an empty line and signature lines")
        signatures = tuple(Signature.parse(line) for line in lines[:-1].split("\n"))
        if len(signatures) > MOST_SIGNATURES:
            raise Malformed("the note has too many signatures")
        return cls(text + "\n", signatures)

    def signed_by(self, signer: Signer) -> Note:
        """Return the note with one more signature of a key of type `LOG`."""
        if signer.type != LOG:
            raise Malformed(f"the key {signer.name} cosigns checkpoints; it signs no other note")
        signature = Signature(signer.name, signer.verifier.id, signer.sign(self.text.encode()))
        return self.with_signatures([signature])

    def with_signatures(self, more: Iterable[Signature]) -> Note:
        """Return the note with more signature lines; one that is there already is not repeated."""
        found = dict.fromkeys((*self.signatures, *more))
        return replace(self, signatures=tuple(found))

    def verified_by(self, verifiers: Iterable[Verifier]) -> tuple[Verifier, ...]:
        """Return which of these keys signed; lines of other keys are passed over, as the format demands.

        Raises
        ------
        SignatureInvalid
            If a line claims one of these keys and is not good, or if there is none of them.
        """
        known = [one for one in verifiers if one.type == LOG]
        good = []
        for verifier in known:
            lines = [one for one in self.signatures if one.by(verifier)]
            if any(not verifier.signed(one.data, self.text.encode()) for one in lines):
                raise SignatureInvalid(f"the signature of {verifier.name} is not good")
            if lines:
                good.append(verifier)
        if not good:
            names = ", ".join(sorted({one.name for one in known})) or "no key"
            raise SignatureInvalid(f"none of the trusted keys signed it ({names})")
        return tuple(good)

    def unknown_to(self, verifiers: Iterable[Verifier]) -> list[str]:
        """Name the keys on signature lines that are none of these."""
        known = list(verifiers)
        return [one.name for one in self.signatures if not any(one.by(verifier) for verifier in known)]
