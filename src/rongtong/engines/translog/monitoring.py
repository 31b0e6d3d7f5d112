"""A monitor: reads a whole log again from its tiles and says, by name, whatever does not fit.

Anybody can run one; it needs the log's key and its address, nothing else. What it remembers is the last checkpoint it
found good, and the log must continue that.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

from rongtong.engines.translog.armour import to_base64
from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.errors import Malformed, TranslogError
from rongtong.engines.translog.growing import Edge, grow
from rongtong.engines.translog.keys import Verifier
from rongtong.engines.translog.notes import Note
from rongtong.engines.translog.reading import Resources, Tree
from rongtong.engines.translog.successions import KeyHistory
from rongtong.engines.translog.tiles import CHECKPOINT, ENTRIES, Tile, bundles_of, edge_tiles, entries_of

_AT_ONCE = 64


@dataclass(frozen=True, slots=True)
class Finding:
    """Something that does not fit.

    Attributes
    ----------
    name
        The resource it was found in: a tile's name or "checkpoint".
    told
        What is wrong.
    """

    name: str
    told: str


@dataclass(frozen=True)
class Audit:
    """What a monitor found.

    Attributes
    ----------
    checkpoint
        The log's newest checkpoint; None where it could not be believed.
    findings
        Empty for a log in order.
    entries, tiles
        How much was read.
    """

    checkpoint: Checkpoint | None
    findings: tuple[Finding, ...]
    entries: int = 0
    tiles: int = 0

    @property
    def good(self) -> bool:
        """Whether nothing was found."""
        return not self.findings


def audit(
    resources: Resources, keys: Iterable[Verifier] | KeyHistory, previous: Checkpoint | None = None, *, most: int = 20
) -> Audit:
    """Read a log from its first entry to its newest checkpoint and build its tree anew.

    Parameters
    ----------
    resources
        Where the log is served.
    keys
        Its keys, or their history.
    previous
        The last checkpoint that was found good; the log must have the same root at that size.
    most
        Stop after so many findings.
    """
    try:
        checkpoint = _opened(resources, keys)
    except TranslogError as error:
        return Audit(None, (Finding(CHECKPOINT, str(error)),))
    reading = _Reading(resources, checkpoint, previous)
    findings = []
    for finding in reading.findings():
        findings.append(finding)
        if len(findings) == most:
            break
    return Audit(checkpoint, tuple(findings), reading.edge.size, reading.tiles)


def _opened(resources: Resources, keys: Iterable[Verifier] | KeyHistory) -> Checkpoint:
    data = resources.fetch([CHECKPOINT])[0]
    if data is None:
        raise Malformed("the log serves no checkpoint")
    note = Note.parse(data)
    if isinstance(keys, KeyHistory):
        return keys.open(note)
    checkpoint = Checkpoint.parse(note.text)
    note.verified_by([one for one in keys if one.name == checkpoint.origin])
    return checkpoint


class _Reading:
    def __init__(self, resources: Resources, checkpoint: Checkpoint, previous: Checkpoint | None) -> None:
        self.edge = Edge()
        self.tiles = 0
        self._checkpoint = checkpoint
        self._previous = previous
        self._tree = Tree(resources, checkpoint.size)
        self._passed = previous is None

    def findings(self) -> Iterator[Finding]:
        """Yield what does not fit, in the order of the log."""
        yield from self._names()
        names = list(bundles_of(self._checkpoint.size))
        for first in range(0, len(names), _AT_ONCE):
            try:
                yield from self._bundles(names[first : first + _AT_ONCE])
            except TranslogError as error:
                where = self._unreadable(names[first : first + _AT_ONCE])
                yield Finding(where, f"{error}; nothing from here on could be checked")
                return
        tails = {tile: self.edge.tails[tile.level] for tile in edge_tiles(self.edge.size) if tile.level != ENTRIES}
        yield from self._compared(tails)
        if self.edge.root != self._checkpoint.root:
            told = f"the entries make the root {to_base64(self.edge.root)}, the log signed another"
            yield Finding(CHECKPOINT, f"{told} for size {self._checkpoint.size}")

    def _names(self) -> Iterator[Finding]:
        previous, now = self._previous, self._checkpoint
        if previous is None:
            return
        if previous.origin != now.origin:
            yield Finding(CHECKPOINT, f"the log calls itself {now.origin}, it was {previous.origin}")
        if previous.size > now.size:
            told = f"the log has {now.size} entries; it had {previous.size}: it was rolled back"
            yield Finding(CHECKPOINT, told)

    def _bundles(self, names: list[Tile]) -> Iterator[Finding]:
        contents = self._tree.contents(names)
        entries = [entry for name in names for entry in entries_of(contents[name], name.width)]
        yield from self._continued(entries)
        batch = grow(self.edge, entries, bundles=False)
        self.edge = batch.edge
        yield from self._compared({tile: data for tile, data in batch.tiles.items() if tile.full})

    def _unreadable(self, names: list[Tile]) -> str:
        """Find out which of several it was."""
        for name in names:
            try:
                self._tree.contents([name])
            except TranslogError:
                return name.name
        return names[0].name

    def _continued(self, entries: list[bytes]) -> Iterator[Finding]:
        """Compare the root at the size of the previous checkpoint when it is passed."""
        previous = self._previous
        if previous is None or self._passed or previous.size > self.edge.size + len(entries):
            return
        self._passed = True
        root = grow(self.edge, entries[: previous.size - self.edge.size], bundles=False).root
        if root != previous.root:
            told = f"history was rewritten: at size {previous.size} the log had the root {to_base64(previous.root)}"
            yield Finding(CHECKPOINT, f"{told}, and now has {to_base64(root)}")

    def _compared(self, tiles: dict[Tile, bytes]) -> Iterator[Finding]:
        """Compare the tiles that follow from the entries with those that the log serves."""
        for tile, data in tiles.items():
            self.tiles += 1
            try:
                if self._tree.contents([tile])[tile] != data:
                    yield Finding(tile.name, "its hashes are not those of the entries")
            except TranslogError as error:
                yield Finding(tile.name, str(error))
