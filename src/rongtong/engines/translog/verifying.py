"""Verifying an evidence file with nothing but a policy and trust anchors: no network, no log, no hub."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import dataclass, field
from enum import StrEnum
from functools import partial
from typing import Any

from rongtong.engines.translog.canonical import canonical
from rongtong.engines.translog.checkpoints import Checkpoint
from rongtong.engines.translog.cosignatures import cosignatures
from rongtong.engines.translog.errors import Malformed, SignatureInvalid, TranslogError
from rongtong.engines.translog.evidence import Evidence
from rongtong.engines.translog.keys import Verifier
from rongtong.engines.translog.merkle import leaf_hash
from rongtong.engines.translog.policy import NOBODY, Policy
from rongtong.engines.translog.proofs import verify_inclusion
from rongtong.engines.translog.successions import KeyHistory
from rongtong.engines.translog.timestamps import Anchors, verify_timestamp

_TIME = "%Y-%m-%d %H:%M:%S UTC"


class State(StrEnum):
    """How a check ended."""

    PASSED = "passed"
    FAILED = "failed"
    SKIPPED = "not checked"


@dataclass(frozen=True, slots=True)
class Check:
    """One question and its answer.

    Attributes
    ----------
    name
        format, document, sm3, inclusion, signature, witnesses, timestamp or lines.
    state
        Skipped means that something was not given that it needs.
    told
        What was found, and why it failed.
    """

    name: str
    state: State
    told: str


@dataclass(frozen=True)
class Verdict:
    """All checks of one file.

    Attributes
    ----------
    checks
        In the order in which they were made. All are made, whatever the others say.
    """

    checks: tuple[Check, ...]

    @property
    def good(self) -> bool:
        """Whether none failed."""
        return all(one.state is not State.FAILED for one in self.checks)

    @property
    def failed(self) -> list[str]:
        """The names of those that failed."""
        return [one.name for one in self.checks if one.state is State.FAILED]

    def to_dict(self) -> dict[str, Any]:
        """The verdict for a program."""
        checks = [{"name": one.name, "state": str(one.state), "told": one.told} for one in self.checks]
        return {"good": self.good, "checks": checks}

    def __str__(self) -> str:
        marks = {State.PASSED: "ok     ", State.FAILED: "FAILED ", State.SKIPPED: "skipped"}
        lines = [f"{marks[one.state]} {one.name:<10} {_printable(one.told)}" for one in self.checks]
        return "\n".join([*lines, "The evidence holds." if self.good else "The evidence does NOT hold."])


def verify_evidence(
    data: str | bytes,
    policy: Policy,
    anchors: Anchors | None = None,
    document: bytes | None = None,
    *,
    ignore_unknown: bool = False,
) -> Verdict:
    """Check an evidence file.

    Parameters
    ----------
    data
        The file.
    policy
        Which logs and witnesses are trusted, and how many witnesses are needed.
    anchors
        Certificates on which timestamps may rest. Where they are given, at least one timestamp must be there and every
        one must hold; without them timestamps are not checked, and the verdict says so.
    document
        The document the evidence is for, where it is not an event inside the file.
    ignore_unknown
        Pass over signature lines of keys that the policy does not name. Otherwise they fail: in a file that was issued
        for this policy such a line is a changed one.

    Returns
    -------
    Verdict
        It never raises for what is in `data`.
    """
    try:
        evidence = Evidence.from_json(data)
        checkpoint = Checkpoint.parse(evidence.checkpoint.text)
    except Malformed as error:
        return Verdict((Check("format", State.FAILED, str(error)),))
    checking = _Checking(evidence, checkpoint, policy, anchors, document, ignore_unknown)
    return Verdict((Check("format", State.PASSED, "the file is well formed"), *checking.checks()))


@dataclass
class _Checking:
    evidence: Evidence
    checkpoint: Checkpoint
    policy: Policy
    anchors: Anchors | None
    document: bytes | None
    ignore_unknown: bool
    _keys: list[Verifier] = field(default_factory=list)

    def checks(self) -> Iterator[Check]:
        yield from self._opening()
        yield _made("inclusion", self._inclusion)
        yield _made("signature", self._signature)
        yield self._witnesses()
        yield from self._timestamps()
        yield from self._lines()

    def _opening(self) -> Iterator[Check]:
        opening = self.evidence.opening
        if opening is None or (opening.event is None and self.document is None):
            missing = "the file has no salt" if opening is None else "the document was not given"
            state = State.SKIPPED if self.document is None else State.FAILED
            yield Check("document", state, f"{missing}: what the entry commits to cannot be checked")
            return
        if opening.event is not None and self.document is not None:
            yield Check("document", State.FAILED, "the evidence is for the event in it, not for another document")
            return
        content = canonical(opening.event) if self.document is None else self.document
        what = "the event" if self.document is None else f"the document ({len(content):,} bytes)"
        for name, good in self.evidence.commitment.opened_by(content, opening.salt).items():
            digest = getattr(self.evidence.commitment, name).hex()
            told = f"{what} is what the entry commits to" if good else f"{what} is not what the entry commits to"
            label = {"sha256": "SHA-256", "sm3": "SM3"}[name]
            check = "document" if name == "sha256" else name
            yield Check(check, State.PASSED if good else State.FAILED, f"{told} ({label} {digest[:16]}…)")

    def _inclusion(self) -> str:
        evidence, checkpoint = self.evidence, self.checkpoint
        leaf = leaf_hash(evidence.commitment.entry)
        verify_inclusion(leaf, evidence.index, checkpoint.size, evidence.path, checkpoint.root)
        return f"entry {evidence.index:,} of the {checkpoint.size:,} in the log {checkpoint.origin}"

    def _signature(self) -> str:
        trusted = [one for one in self.policy.log_keys if one.name == self.checkpoint.origin]
        if not trusted:
            raise SignatureInvalid(f"the policy trusts no log {self.checkpoint.origin}")
        if self.evidence.successions:
            history = KeyHistory.through(trusted, self.evidence.successions)
            self._keys += [*history.keys, *trusted]
            history.open(self.evidence.checkpoint)
            return f"signed by the log {self.checkpoint.origin}; its key was succeeded {len(history.successions)} times"
        self._keys += trusted
        self.evidence.checkpoint.verified_by(trusted)
        return f"signed by the log {self.checkpoint.origin}"

    def _witnesses(self) -> Check:
        good, faults = [], []
        for name, party in self.policy.witnesses.items():
            try:
                found = cosignatures(self.evidence.checkpoint, [party.verifier])
            except SignatureInvalid as error:
                faults.append(str(error))
                continue
            good += [(name, one) for one in found]
        said = ", ".join(f"{name} ({one.at.strftime(_TIME)})" for name, one in good) or "nobody"
        if faults:
            return Check("witnesses", State.FAILED, f"{'; '.join(faults)}; cosigned by {said}")
        if self.policy.quorum == NOBODY and not good:
            return Check("witnesses", State.SKIPPED, "the policy asks for no witness")
        met = self.policy.met_by(one.witness for _, one in good)
        told = f"cosigned by {said}" + ("" if met else f": the quorum {self.policy.quorum} is not reached")
        return Check("witnesses", State.PASSED if met else State.FAILED, told)

    def _timestamps(self) -> Iterator[Check]:
        tokens = self.evidence.timestamps
        if self.anchors is None:
            yield Check("timestamp", State.SKIPPED, f"no trust anchor was given; the file has {len(tokens)} timestamps")
            return
        if not tokens:
            yield Check("timestamp", State.FAILED, "the file has no timestamp")
        for token in tokens:
            yield _made("timestamp", partial(self._timestamp, token, self.anchors))

    def _timestamp(self, token: bytes, anchors: Anchors) -> str:
        found = verify_timestamp(token, self.checkpoint.text, anchors)
        return f"the log had this state at {found.at.strftime(_TIME)}, says {found.authority} (number {found.serial})"

    def _lines(self) -> Iterator[Check]:
        known = [*self._keys, *self.policy.witness_keys]
        unknown = self.evidence.checkpoint.unknown_to(known or self.policy.log_keys)
        lines = [one.line for one in self.evidence.checkpoint.signatures]
        if len(set(lines)) < len(lines):
            yield Check("lines", State.FAILED, "a signature line stands there twice")
        elif unknown:
            told = f"the policy names no such key: {', '.join(unknown)}"
            state = State.SKIPPED if self.ignore_unknown else State.FAILED
            yield Check("lines", state, told if self.ignore_unknown else f"{told} (--ignore-unknown passes over them)")


def _made(name: str, check: Callable[[], str]) -> Check:
    try:
        return Check(name, State.PASSED, check())
    except TranslogError as error:
        return Check(name, State.FAILED, str(error))


def _printable(text: str) -> str:
    """Keep a file from writing to the terminal what only terminals read."""
    return "".join(letter if letter.isprintable() else "\ufffd" for letter in text)
