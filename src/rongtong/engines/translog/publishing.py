"""The keeper of a log in a folder: append, sign a checkpoint, have it witnessed and stamped, hand out evidence.

The hub keeps its entries in its own tables and puts the same parts together itself; this is for everybody else, and
shows the order in which things must happen.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.commitments import Commitment
from rongtong.engines.translog.cosigning import Cosigned, collect
from rongtong.engines.translog.errors import Malformed, StoreDamaged
from rongtong.engines.translog.evidence import Evidence, Opening
from rongtong.engines.translog.files import FileStore
from rongtong.engines.translog.growing import Batch
from rongtong.engines.translog.keys import Signer
from rongtong.engines.translog.notes import Note
from rongtong.engines.translog.policy import Policy
from rongtong.engines.translog.reading import Resources, Tree
from rongtong.engines.translog.transport import Post, post


@dataclass(frozen=True)
class FolderLog:
    """A log in a folder.

    Parameters
    ----------
    store
        Its tiles.
    signer
        Its key; the key's name is the log's origin.
    """

    store: FileStore
    signer: Signer

    @classmethod
    def at(cls, path: Path, signer: Signer) -> FolderLog:
        """Open a log, or begin one."""
        return cls(FileStore(path), signer)

    def append(self, entries: Sequence[bytes]) -> Batch:
        """Append entries; when this returns they survive a crash."""
        with self.store.appending() as appender:
            return appender.append(entries)

    def checkpoint(self) -> Note:
        """Sign and publish what the log has now, without witnesses."""
        note = self.signed()
        self.store.put_checkpoint(str(note))
        return note

    def witnessed(self, policy: Policy, known: Mapping[str, int] | None = None, send: Post = post) -> Cosigned:
        """Sign what the log has now, ask the policy's witnesses, and publish unless one of them raises the alarm."""
        note = self.signed()
        found = collect(note, self.store.tree, policy, known=known, send=send)
        if not found.alarms:
            self.store.put_checkpoint(str(found.note))
        return found

    def signed(self) -> Note:
        """Sign what the log has now.

        Raises
        ------
        StoreDamaged
            If the log does not continue its published checkpoint: nothing is signed then.
        """
        tree = self.store.tree
        if (published := self.store.checkpoint) is not None:
            _demand_continues(tree, self.signer.name, Checkpoint.parse(Note.parse(published).text))
        now = Checkpoint(self.signer.name, tree.size, tree.root)
        return now.signed_by(self.signer)


def _demand_continues(tree: Tree, origin: str, before: Checkpoint) -> None:
    if before.origin != origin:
        raise StoreDamaged(f"the folder holds the log {before.origin}, the key is of {origin}")
    if before.size > tree.size:
        raise StoreDamaged(f"a checkpoint of {before.size} entries is published, and the log has {tree.size}")
    if Tree(tree.resources, before.size).root != before.root:
        raise StoreDamaged(f"the log's first {before.size} entries are not those of its published checkpoint")


def evidence_for(
    resources: Resources,
    index: int,
    entry: bytes,
    checkpoint: Note,
    *,
    opening: Opening | None = None,
    successions: Sequence[Note] = (),
    timestamps: Sequence[bytes] = (),
) -> Evidence:
    """Put the evidence for one entry together.

    Parameters
    ----------
    resources
        Where the log's tiles are.
    index, entry
        The entry and its place.
    checkpoint
        A checkpoint that covers it, with the cosignatures it got.
    opening, successions, timestamps
        See `Evidence`.
    """
    size = Checkpoint.parse(checkpoint.text).size
    if index >= size:
        raise Malformed(f"the checkpoint of {size} entries does not cover entry {index} yet")
    path = tuple(Tree(resources, size).inclusion_proof(index))
    commitment = Commitment.from_entry(entry)
    return Evidence(commitment, index, path, checkpoint, opening, tuple(successions), tuple(timestamps))
