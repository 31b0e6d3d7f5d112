"""Key rotation: the old key says which key signs after it, and the new key agrees.

A succession is a note, signed by both keys, that names the log's last checkpoint under the old key. Checkpoints up to
that size stay good under the old key; from that size on only the new key's count. Whoever trusts either key can follow
the chain to the other.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

from rongtong.engines.translog.armour import from_base64, from_decimal, to_base64
from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.errors import Malformed, SignatureInvalid
from rongtong.engines.translog.keys import LOG, Signer, Verifier
from rongtong.engines.translog.notes import Note

_FIRST_LINE = "rongtong-key-succession/v1"


@dataclass(frozen=True, slots=True)
class Succession:
    """One rotation.

    Attributes
    ----------
    old, new
        The two keys; both bear the log's name.
    last
        The log's last checkpoint under the old key.
    """

    old: Verifier
    new: Verifier
    last: Checkpoint

    def __post_init__(self) -> None:
        if not self.old.name == self.new.name == self.last.origin or {self.old.type, self.new.type} != {LOG}:
            raise Malformed("a succession is between two keys of one log")
        if self.old.public == self.new.public:
            raise Malformed("a key does not succeed itself")

    @property
    def text(self) -> str:
        """What both keys sign."""
        lines = [_FIRST_LINE, str(self.old), str(self.new), str(self.last.size), to_base64(self.last.root)]
        return "".join(f"{line}\n" for line in lines)

    @classmethod
    def open(cls, note: Note | str | bytes) -> Succession:
        """Read a succession that both its keys have signed; whether either is trusted is another question."""
        note = note if isinstance(note, Note) else Note.parse(note)
        lines = note.text.split("\n")
        if len(lines) != 6 or lines[0] != _FIRST_LINE or lines[5]:
            raise Malformed("this is no succession of keys")
        old, new = Verifier.parse(lines[1]), Verifier.parse(lines[2])
        last = Checkpoint(old.name, from_decimal(lines[3]), from_base64(lines[4]))
        if len(note.verified_by([old, new])) != 2 or note.unknown_to([old, new]):
            raise SignatureInvalid("a succession is signed by its two keys, and by nobody else")
        return cls(old, new, last)


def succeed(old: Signer, new: Signer, last: Checkpoint) -> Note:
    """Hand a log over to a new key.

    Parameters
    ----------
    old, new
        Keys of one name, the log's origin.
    last
        The newest checkpoint that the old key signed, or will sign.
    """
    succession = Succession(old.verifier, new.verifier, last)
    return Note(succession.text).signed_by(old).signed_by(new)


@dataclass(frozen=True)
class KeyHistory:
    """The keys of one log in their order, each with the sizes it signs for.

    Parameters
    ----------
    first
        The first key.
    successions
        What followed, in order.
    """

    first: Verifier
    successions: tuple[Succession, ...] = ()

    def __post_init__(self) -> None:
        key, size = self.first, 0
        for one in self.successions:
            if one.old != key or one.last.size < size:
                raise SignatureInvalid("the successions of keys do not follow each other")
            key, size = one.new, one.last.size

    @classmethod
    def through(cls, trusted: Iterable[Verifier], notes: Sequence[Note | str | bytes]) -> KeyHistory:
        """Follow successions that lead to or from a trusted key.

        Raises
        ------
        SignatureInvalid
            If they are no chain, or none of its keys is trusted.
        """
        if not notes:
            raise Malformed("there is no succession to follow")
        chain = [Succession.open(note) for note in notes]
        history = cls(chain[0].old, tuple(chain))
        if not set(history.keys) & set(trusted):
            raise SignatureInvalid("the successions lead to none of the trusted keys")
        return history

    @property
    def keys(self) -> tuple[Verifier, ...]:
        """All keys, the oldest first."""
        return (self.first, *(one.new for one in self.successions))

    @property
    def current(self) -> Verifier:
        """The key that signs now."""
        return self.keys[-1]

    def signers_of(self, checkpoint: Checkpoint) -> list[Verifier]:
        """Return the keys that may sign for a checkpoint of this size: at a hand-over two, else one.

        Raises
        ------
        SignatureInvalid
            If it contradicts the checkpoint at which a key was handed over.
        """
        for one in self.successions:
            if one.last.size == checkpoint.size and one.last != checkpoint:
                raise SignatureInvalid(f"at size {checkpoint.size} the succession of keys names another root")
        begins = [0, *(one.last.size for one in self.successions)]
        ends = [*begins[1:], checkpoint.size]
        spans = zip(self.keys, begins, ends, strict=True)
        return [key for key, begin, end in spans if begin <= checkpoint.size <= end]

    def open(self, note: Note | str | bytes) -> Checkpoint:
        """Read a checkpoint that the key of its size has signed."""
        note = note if isinstance(note, Note) else Note.parse(note)
        checkpoint = Checkpoint.parse(note.text)
        if checkpoint.origin != self.first.name:
            raise SignatureInvalid(f"the checkpoint is of the log {checkpoint.origin}, not of {self.first.name}")
        note.verified_by(self.signers_of(checkpoint))
        return checkpoint
