"""Writers and keepers of the log that are killed at random points, and the account of what they had acknowledged.

``DATABASE_URL=… python -m tests.hub.trust.evidence_kills POINTS SEED`` prints what was found as one JSON object. The
database must be migrated, and hold no evidence.
"""

from __future__ import annotations

import json
import os
import random
import select
import signal
import sys
import threading
from collections.abc import Callable
from dataclasses import asdict, dataclass, field
from typing import Any
from uuid import UUID, uuid4

WRITERS = 2
LONGEST = 0.4
#: What is said through the pipe, at once and whole: one letter and sixteen bytes.
WORD = 17


@dataclass
class Account:
    """What the killed processes had said, and what of it was not so.

    Attributes
    ----------
    points, acknowledged, checkpoints
        How often was killed, how many entries were acknowledged before, how many checkpoints were ever signed.
    lost, doubled, unproved
        Acknowledged entries that are not there, are there twice, or have no proof in the last checkpoint.
    contradicted
        Checkpoints that the log does not continue; and those that were published and are gone.
    """

    points: int = 0
    acknowledged: int = 0
    checkpoints: int = 0
    entries: int = 0
    lost: int = 0
    doubled: int = 0
    unproved: int = 0
    contradicted: int = 0
    halts: list[str] = field(default_factory=list)

    @property
    def good(self) -> bool:
        return not (self.lost or self.doubled or self.unproved or self.contradicted or self.halts)


def kill_at_random(points: int, seed: int, between: Callable[[int], None] = lambda point: None) -> Account:
    """Let writers and a keeper work; kill one so many times and put another in its place; see what is there.

    Parameters
    ----------
    between
        Called after each point, with its number: to kill the database as well, say.
    """
    draw, crew = random.Random(seed), _Crew()
    try:
        crew.fill()
        crew.listen(until=b"c")  # all are at work
        for point in range(points):
            threading.Event().wait(draw.random() * LONGEST)  # the random point: there is nothing else to wait for
            crew.kill(draw.choice(sorted(crew.children)))
            between(point)
            crew.fill()
            crew.listen()
        crew.listen(until=b"c")  # whoever came last finds the log fit to go on
    finally:
        said = crew.end()
    acknowledged = [UUID(bytes=one[1:]) for one in said if one[:1] == b"e"]
    return _examined(points, acknowledged, {one[1:] for one in said if one[:1] == b"c"})


class _Crew:
    """The processes at work, and what they have said through one pipe."""

    def __init__(self) -> None:
        from django.db import connections

        connections.close_all()  # nothing may be shared with the children
        self.reading, self.writing = os.pipe()
        os.set_blocking(self.reading, False)
        self.children: dict[int, Callable[[int], None]] = {}
        self.said = b""

    def fill(self) -> None:
        """Put somebody in the place of each who is gone."""
        for child in [one for one in self.children if os.waitpid(one, os.WNOHANG)[0]]:
            del self.children[child]  # ended by itself, for the database was gone
        missing: list[Callable[[int], None]] = [*[_write_evidence] * WRITERS, _keep]
        for work in self.children.values():
            missing.remove(work)
        for work in missing:
            self.children[self._forked(work)] = work

    def kill(self, child: int) -> None:
        os.kill(child, signal.SIGKILL)
        os.waitpid(child, 0)
        del self.children[child]

    def listen(self, until: bytes = b"") -> None:
        """Take what was said; wait for a word that begins so."""
        begun = len(self.said)
        while True:
            ready, _, _ = select.select([self.reading], [], [], 60 if until else 0)
            if ready:
                self.said += os.read(self.reading, 1 << 16)
            if not until or until in self.said[begun::WORD]:
                return
            if not ready:
                raise TimeoutError("nobody works")

    def end(self) -> list[bytes]:
        """Kill everybody; every word that was said."""
        for child in list(self.children):
            self.kill(child)
        os.close(self.writing)
        while piece := os.read(self.reading, 1 << 16):
            self.said += piece
        os.close(self.reading)
        return [self.said[at : at + WORD] for at in range(0, len(self.said), WORD)]

    def _forked(self, work: Callable[[int], None]) -> int:
        child = os.fork()
        if child:
            return child
        try:
            work(self.writing)
        finally:
            os._exit(1)


def _write_evidence(writing: int) -> None:
    """What a verb leaves; acknowledged once its transaction is committed."""
    from django.db import transaction

    from rongtong.hub.foundation.actors import SYSTEM
    from rongtong.hub.foundation.verbs import Done
    from rongtong.hub.trust.domain.evidence import record
    from rongtong.hub.trust.models import Document

    while True:
        document = Document(id=uuid4(), subject_type="innovation.challenge", subject_id=uuid4(), name="图纸", size=1)
        with transaction.atomic():
            record(Done("document.attach", SYSTEM, None, document))
        os.write(writing, b"e" + document.pk.bytes)  # shorter than a pipe's page: never torn


def _keep(writing: int) -> None:
    from rongtong.hub.trust.domain.log_keeping import keep_log

    while True:
        shown = keep_log()
        if shown is not None:
            os.write(writing, b"c" + bytes(shown.root)[:16])


def _examined(points: int, acknowledged: list[UUID], published: set[bytes]) -> Account:
    from rongtong.engines.translog import ProofInvalid, audit, leaf_hash, verify_consistency, verify_inclusion
    from rongtong.engines.translog.keys import Verifier
    from rongtong.hub.trust.domain.log_keeping import keep_log
    from rongtong.hub.trust.models import EvidenceEntry, LogCheckpoint, LogHead, LogKey
    from rongtong.hub.trust.queries.log_tiles import TableResources, entry_bytes, tree_of

    shown = keep_log()
    assert shown is not None
    found = Account(points, len(acknowledged), LogCheckpoint._base_manager.count(), shown.size)
    head = LogHead._base_manager.get()
    found.halts = [head.problem] if head.halt else []
    rows = {row.subject_id: row for row in EvidenceEntry._base_manager.order_by("number")}
    found.lost = sum(one not in rows for one in acknowledged)
    numbers = [row.number for row in rows.values()]
    found.doubled = EvidenceEntry._base_manager.count() - len(rows) + (numbers != list(range(shown.size)))
    tree, root = tree_of(shown.size), bytes(shown.root)
    for one in acknowledged:
        row: Any = rows.get(one)
        leaf = leaf_hash(entry_bytes(row.sha256, row.sm3)) if row else b""
        try:
            verify_inclusion(leaf, row.number, shown.size, tree.inclusion_proof(row.number), root)
        except (ProofInvalid, AttributeError):
            found.unproved += 1
    signed = list(LogCheckpoint._base_manager.order_by("size"))
    found.contradicted = len(published - {bytes(one.root)[:16] for one in signed})
    for then in signed:
        try:
            verify_consistency(then.size, shown.size, tree.consistency_proof(then.size), bytes(then.root), root)
        except ProofInvalid:
            found.contradicted += 1
    keys = [Verifier.parse(key.verifier) for key in LogKey._base_manager.all()]
    found.halts += [str(one) for one in audit(TableResources(), keys).findings]
    return found


if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "tests.settings")
    import django

    django.setup()
    told = kill_at_random(int(sys.argv[1]), int(sys.argv[2]))
    print(json.dumps(asdict(told) | {"good": told.good}))
    sys.exit(0 if told.good else 1)
