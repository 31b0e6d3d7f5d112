"""Asking witnesses to cosign a checkpoint, and saying by name what is wrong when one does not.

One answer is worth an alarm: a witness that has cosigned a larger tree than the log now has. Then the log was restored
from an older backup, or two copies of it run, and whatever it signs next would be a second history.
"""

from __future__ import annotations

from collections.abc import Mapping
from concurrent.futures import ThreadPoolExecutor
from dataclasses import dataclass
from enum import StrEnum
from functools import partial

from rongtong.engines.translog.armour import from_decimal
from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.cosignatures import Cosignature, cosignatures
from rongtong.engines.translog.errors import Malformed, SignatureInvalid, Unreachable
from rongtong.engines.translog.notes import Note, Signature
from rongtong.engines.translog.policy import Party, Policy
from rongtong.engines.translog.reading import Tree
from rongtong.engines.translog.transport import Post, Reply, post
from rongtong.engines.translog.witness import SIZE, Request

SECONDS = 5.0
MOST_TRIES = 3


class Outcome(StrEnum):
    """What became of one witness's cosignature."""

    COSIGNED = "cosigned"
    ROLLED_BACK = "rolled back"
    REWRITTEN = "rewritten"
    UNKNOWN = "does not know us"
    WRONG = "wrong answer"
    DOWN = "down"


ALARMS = frozenset({Outcome.ROLLED_BACK, Outcome.REWRITTEN})


@dataclass(frozen=True, slots=True)
class Report:
    """What one witness did.

    Attributes
    ----------
    witness
        Its name in the policy.
    outcome
        One word.
    told
        One sentence for the person who has to act.
    size
        The largest size it has cosigned, where it said so.
    cosignature, signature
        Where it cosigned: the checked statement, and the line to add to the note.
    """

    witness: str
    outcome: Outcome
    told: str
    size: int | None = None
    cosignature: Cosignature | None = None
    signature: Signature | None = None

    @property
    def alarming(self) -> bool:
        """Whether the log's own history is in doubt."""
        return self.outcome in ALARMS


@dataclass(frozen=True, slots=True)
class Cosigned:
    """A checkpoint with the cosignatures it got.

    Attributes
    ----------
    note
        The checkpoint with its new lines.
    reports
        One for each witness of the policy, in its order.
    met
        Whether the policy's quorum is reached.
    """

    note: Note
    reports: tuple[Report, ...]
    met: bool

    @property
    def alarms(self) -> list[Report]:
        """What must stop the log until somebody has looked."""
        return [one for one in self.reports if one.alarming]

    @property
    def sizes(self) -> dict[str, int]:
        """What each witness has cosigned, for the next call's `known`."""
        return {one.witness: one.size for one in self.reports if one.size is not None}


def collect(
    note: Note,
    tree: Tree,
    policy: Policy,
    *,
    known: Mapping[str, int] | None = None,
    send: Post = post,
    seconds: float = SECONDS,
) -> Cosigned:
    """Ask every witness of a policy at once.

    Parameters
    ----------
    note
        The checkpoint, signed by the log.
    tree
        The log's tree at the checkpoint's size or a later one: proofs are made from it, in the caller's thread alone.
    policy
        Its witnesses need addresses; those without are passed over.
    known
        What each witness cosigned last, from `Cosigned.sizes`; a wrong number costs one more request.
    send
        How to reach them; called in several threads at once.
    seconds
        For each request. A witness that is down delays nobody else.
    """
    checkpoint, known = Checkpoint.parse(note.text), known or {}
    sending = partial(_sent, send=send, seconds=seconds)
    asking = [_Asking(name, party, note, checkpoint) for name, party in policy.witnesses.items() if party.url]
    for one in asking:
        one.old = known.get(one.name, 0)
    with ThreadPoolExecutor(max_workers=max(1, len(asking))) as pool:
        for _ in range(MOST_TRIES):
            waiting = [one for one in asking if one.report is None]
            requests = [one.request(Tree(tree.resources, checkpoint.size)) for one in waiting]
            for one, reply in zip(waiting, pool.map(sending, waiting, requests), strict=True):
                one.judge(reply)
    reports = tuple(one.report or one.wrong("it names another size with every answer") for one in asking)
    note = note.with_signatures(one.signature for one in reports if one.signature)
    return Cosigned(note, reports, policy.met_by(one.witness for one in cosignatures(note, policy.witness_keys)))


def _sent(asking: _Asking, request: Request, *, send: Post, seconds: float) -> Reply | Unreachable:
    """Ask one witness; this alone runs beside the caller's thread."""
    url = asking.party.url.rstrip("/") + "/add-checkpoint"
    try:
        return send(url, request.body, type="text/plain; charset=utf-8", seconds=seconds)
    except Unreachable as error:
        return error


@dataclass(slots=True)
class _Asking:
    """One witness, until there is a report."""

    name: str
    party: Party
    note: Note
    checkpoint: Checkpoint
    old: int = 0
    report: Report | None = None

    def request(self, tree: Tree) -> Request:
        """What to ask next: a proof from the size that we believe it cosigned last."""
        self.old = self.old if self.old <= self.checkpoint.size else 0
        return Request(self.old, tuple(tree.consistency_proof(self.old)), self.note)

    def judge(self, reply: Reply | Unreachable) -> None:
        """Make a report of an answer, or take from it the size to prove from."""
        if isinstance(reply, Unreachable):
            self.report = self._report(Outcome.DOWN, str(reply))
            return
        size = _size(reply)
        if size is None:
            self.report = self._judged(reply, self.old)
        elif size > self.checkpoint.size:
            self.report = self._rolled_back(size)
        elif size == self.old:
            self.report = self.wrong(f"it refuses size {size} and names size {size} in one answer")
        else:
            self.old = size

    def wrong(self, told: str) -> Report:
        """Report an answer that is none."""
        return self._report(Outcome.WRONG, told)

    def _judged(self, reply: Reply, old: int) -> Report:
        match reply.status:
            case 200:
                return self._cosigned(reply)
            case 409 | 422:
                told = f"what it has cosigned at size {old} is not the beginning of this log: history was rewritten"
                return self._report(Outcome.REWRITTEN, told, size=old)
            case 403 | 404:
                return self._report(Outcome.UNKNOWN, f"it does not know this log or its key (status {reply.status})")
        return self.wrong(f"it answers with status {reply.status}")

    def _cosigned(self, reply: Reply) -> Report:
        key = self.party.verifier
        try:
            lines = reply.body.decode().removesuffix("\n").split("\n")
            signatures = [one for one in map(Signature.parse, lines) if one.by(key)]
            found = cosignatures(Note(self.note.text, tuple(signatures)), [key])
        except (Malformed, SignatureInvalid, UnicodeDecodeError) as error:
            return self.wrong(f"its answer is no good cosignature: {error}")
        if not found:
            return self.wrong(f"its answer has no cosignature of the key {key.name}")
        told = f"cosigned size {self.checkpoint.size} at {found[0].at:%Y-%m-%d %H:%M:%S} UTC"
        return Report(
            self.name, Outcome.COSIGNED, f"{self.name}: {told}", self.checkpoint.size, found[0], signatures[0]
        )

    def _rolled_back(self, size: int) -> Report:
        told = (
            f"it has cosigned {size} entries, and this log has {self.checkpoint.size}: the log was restored from an "
            f"older backup (entries from {self.checkpoint.size} on are lost), or another copy of it runs"
        )
        return self._report(Outcome.ROLLED_BACK, told, size=size)

    def _report(self, outcome: Outcome, told: str, size: int | None = None) -> Report:
        return Report(self.name, outcome, f"{self.name}: {told}", size)


def _size(reply: Reply) -> int | None:
    if reply.status != 409 or reply.type.partition(";")[0].strip() != SIZE:
        return None
    try:
        return from_decimal(reply.body.decode("ascii").removesuffix("\n"))
    except (Malformed, UnicodeDecodeError):
        return None
