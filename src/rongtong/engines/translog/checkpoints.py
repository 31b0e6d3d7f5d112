"""Checkpoints (C2SP tlog-checkpoint): a log's name, size and root as a note that the log signs."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass

from rongtong.engines.translog.armour import LARGEST_SIZE, from_base64, from_decimal, to_base64
from rongtong.engines.translog.errors import Malformed
from rongtong.engines.translog.keys import Signer, Verifier
from rongtong.engines.translog.merkle import EMPTY_ROOT, HASH_BYTES
from rongtong.engines.translog.notes import Note


@dataclass(frozen=True, slots=True)
class Checkpoint:
    """What a log says of itself at one moment.

    Attributes
    ----------
    origin
        The log's name; also the name of its keys.
    size
        How many entries it has.
    root
        Root of its tree, 32 bytes.
    """

    origin: str
    size: int
    root: bytes

    def __post_init__(self) -> None:
        if not self.origin or any(not letter.isprintable() for letter in self.origin):
            raise Malformed("the origin of a checkpoint is one line")
        if not 0 <= self.size <= LARGEST_SIZE or len(self.root) != HASH_BYTES:
            raise Malformed("a checkpoint has a size and a root of 32 bytes")
        if self.size == 0 and self.root != EMPTY_ROOT:
            raise Malformed("the root of an empty log is always the same, and this is another")

    @property
    def text(self) -> str:
        """The three lines that are signed, cosigned and timestamped."""
        return f"{self.origin}\n{self.size}\n{to_base64(self.root)}\n"

    @classmethod
    def parse(cls, text: str) -> Checkpoint:
        """Read a note's text. Extension lines are refused: nobody could audit them."""
        lines = text.split("\n")
        if len(lines) != 4 or lines[3]:
            raise Malformed("a checkpoint has three lines: origin, size, root")
        return cls(lines[0], from_decimal(lines[1]), from_base64(lines[2]))

    def signed_by(self, *signers: Signer) -> Note:
        """Return the checkpoint as a note, signed by the log's key (or by two while one succeeds the other)."""
        note = Note(self.text)
        for signer in signers:
            if signer.name != self.origin:
                raise Malformed(f"a key named {signer.name} does not sign for the log {self.origin}")
            note = note.signed_by(signer)
        return note


def open_checkpoint(note: Note | str | bytes, verifiers: Iterable[Verifier]) -> Checkpoint:
    """Read a checkpoint that one of these keys of its log has signed.

    Raises
    ------
    Malformed, SignatureInvalid
        If it is none, or none of the keys that bear its origin's name signed it.
    """
    note = note if isinstance(note, Note) else Note.parse(note)
    checkpoint = Checkpoint.parse(note.text)
    note.verified_by([one for one in verifiers if one.name == checkpoint.origin])
    return checkpoint
