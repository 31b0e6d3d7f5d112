"""Evidence files: what holds, what is said when it does not, and that no field can be changed unseen."""

import copy
import json
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.translog import (
    Anchors,
    Checkpoint,
    Commitment,
    Evidence,
    FolderLog,
    Malformed,
    Note,
    Opening,
    Policy,
    Signer,
    State,
    Verdict,
    canonical,
    commit,
    evidence_for,
    stamp,
    succeed,
    verify_evidence,
)
from rongtong.engines.translog.armour import from_base64, to_base64
from rongtong.engines.translog.cosignatures import cosign
from tests.engines.translog import made
from tests.engines.translog.authority import Authority

EVENT = {"verb": "challenge.publish", "challenge": "3f0c1b9e", "at": "2026-11-23T12:00:00Z", "budget": "120000.00"}
SALT = bytes(range(32))
POLICY = Policy.of([made.LOG_KEY.verifier], [one.verifier for one in made.WITNESS_KEYS], 2)


class Issued:
    """A log with one event, one document and some strangers' entries; its checkpoint cosigned, stamped and rotated."""

    def __init__(self, home: Path) -> None:
        self.authority = Authority(home / "authority")
        self.log = FolderLog.at(home / "log", made.LOG_KEY)
        self.log.append([made.commitment(number) for number in range(300)])
        self.entries = [commit(canonical(EVENT), SALT).entry, commit(b"contract", SALT).entry]
        self.first = self.log.append(self.entries).first
        self.log.append([made.commitment(number) for number in range(302, 777)])
        last = Checkpoint(made.ORIGIN, 777, self.log.store.tree.root)
        self.after = Signer.generate(made.ORIGIN)
        self.successions = [succeed(made.LOG_KEY, self.after, last)]
        self.log.append([made.commitment(777)])
        note = Checkpoint(made.ORIGIN, 778, self.log.store.tree.root).signed_by(self.after)
        self.note = note.with_signatures(cosign(note.text, one, made.NOON) for one in made.WITNESS_KEYS)
        self.token = stamp(note.text, "https://time.example/", self.anchors, send=self.authority.post)

    @property
    def anchors(self) -> Anchors:
        return self.authority.anchors

    def evidence(self, number: int = 0, event: dict[str, Any] | None = EVENT) -> Evidence:
        return evidence_for(
            self.log.store,
            self.first + number,
            self.entries[number],
            self.note,
            opening=Opening(SALT, event),
            successions=self.successions,
            timestamps=[self.token],
        )

    def verdict(self, value: Any, **named: Any) -> Verdict:
        text = value if isinstance(value, str) else json.dumps(value)
        return verify_evidence(text, POLICY, self.anchors, **named)


@pytest.fixture(scope="module")
def issued(tmp_path_factory: pytest.TempPathFactory) -> Issued:
    return Issued(tmp_path_factory.mktemp("issued"))


def told(verdict: Verdict, name: str) -> str:
    [check] = [one for one in verdict.checks if one.name == name]
    return f"{check.state}: {check.told}"


def test_a_whole_file_holds(issued: Issued) -> None:
    evidence = issued.evidence()
    verdict = issued.verdict(evidence.to_json())
    assert verdict.good, str(verdict)
    assert [(one.name, one.state) for one in verdict.checks] == [
        (name, State.PASSED)
        for name in ("format", "document", "sm3", "inclusion", "signature", "witnesses", "timestamp")
    ]
    assert "entry 300 of the 778 in the log log.example/rongtong" in told(verdict, "inclusion")
    assert "w3 (2026-11-23 12:00:00 UTC)" in told(verdict, "witnesses")
    assert "its key was succeeded 1 times" in told(verdict, "signature")
    assert str(verdict).endswith("The evidence holds.")
    assert Evidence.from_json(evidence.to_json()) == evidence


def test_a_document_stays_apart(issued: Issued) -> None:
    text = issued.evidence(1, None).to_json()
    assert issued.verdict(text, document=b"contract").good
    wrong = issued.verdict(text, document=b"contracts")
    assert wrong.failed == ["document", "sm3"]
    assert "(9 bytes) is not what the entry commits to (SM3" in told(wrong, "sm3")
    without = issued.verdict(text)
    assert without.good
    assert told(without, "document").startswith("not checked: the document was not given")
    closed = issued.verdict(issued.evidence(1, None).without_opening().to_json())
    assert closed.good
    assert told(closed, "document").startswith("not checked: the file has no salt")
    assert issued.verdict(issued.evidence().without_opening().to_json(), document=b"contract").failed == ["document"]
    assert issued.verdict(issued.evidence().to_json(), document=b"contract").failed == ["document"]


def test_without_anchors_the_time_is_not_checked_and_that_is_said(issued: Issued) -> None:
    verdict = verify_evidence(issued.evidence().to_json(), POLICY)
    assert verdict.good
    assert told(verdict, "timestamp") == "not checked: no trust anchor was given; the file has 1 timestamps"
    bare = replace(issued.evidence(), timestamps=())
    assert issued.verdict(bare.to_json()).failed == ["timestamp"]


def test_the_quorum_decides(issued: Issued) -> None:
    evidence = issued.evidence()
    for kept, good in ((1, False), (2, True), (3, True)):
        note = Note(evidence.checkpoint.text, evidence.checkpoint.signatures[: 1 + kept])
        verdict = issued.verdict(replace(evidence, checkpoint=note).to_json())
        assert verdict.good is good
        assert ("the quorum all-of-them is not reached" in told(verdict, "witnesses")) is not good
    nobody = Policy.of([made.LOG_KEY.verifier], [], 0)
    assert "asks for no witness" in told(verify_evidence(evidence.to_json(), nobody), "witnesses")


def test_another_log_or_key_is_refused(issued: Issued) -> None:
    text = issued.evidence().to_json()
    namesake = Policy.of([Signer.generate(made.ORIGIN).verifier], [], 0)
    assert "signature" in verify_evidence(text, namesake).failed
    other = Policy.of([Signer.generate("other.example").verifier], [], 0)
    assert "the policy trusts no log" in told(verify_evidence(text, other), "signature")
    newer = Policy.of([issued.after.verifier], [one.verifier for one in made.WITNESS_KEYS], 2)
    assert verify_evidence(text, newer).good
    assert verify_evidence(replace(issued.evidence(), successions=()).to_json(), newer).good
    assert issued.verdict(replace(issued.evidence(), successions=()).to_json()).failed == ["signature", "lines"]


def test_a_line_of_a_stranger_is_named(issued: Issued) -> None:
    evidence = issued.evidence()
    more = evidence.checkpoint.signed_by(Signer.generate("stranger.example"))
    text = replace(evidence, checkpoint=more).to_json()
    assert issued.verdict(text).failed == ["lines"]
    assert "stranger.example (--ignore-unknown" in told(issued.verdict(text), "lines")
    assert issued.verdict(text, ignore_unknown=True).good


LETTERS = {"0": "1", "a": "b", "A": "B", "/": "+", "\n": "\n\n"}


def leaves(value: Any, path: tuple[Any, ...] = ()) -> list[tuple[Any, ...]]:
    """Every place of a JSON value, the inner ones too."""
    items = value.items() if isinstance(value, dict) else enumerate(value) if isinstance(value, list) else ()
    return [path, *(one for key, inner in items for one in leaves(inner, (*path, key)))]


def tampered(value: Any, path: tuple[Any, ...], how: str, at: int) -> Any:
    """Change one field: another value of its kind, of another kind, or none."""
    changed = copy.deepcopy(value)
    holder = changed
    for key in path[:-1]:
        holder = holder[key]
    key, old = path[-1], holder[path[-1]]
    if how == "drop":
        del holder[key]
    elif how == "kind":
        holder[key] = {"x": old}
    elif how == "double":
        holder.update({f"{key}2": old}) if isinstance(holder, dict) else holder.append(old)
    elif isinstance(old, int):
        holder[key] = old + (at % 5 or 1)
    elif isinstance(old, str):
        place = at % len(old)
        holder[key] = old[:place] + LETTERS.get(old[place], "a") + old[place + 1 :]
    else:
        holder[key] = type(old)()
    return changed


@given(st.data())
@settings(max_examples=120)
def test_no_field_can_be_changed_unseen(issued: Issued, data: st.DataObject) -> None:
    value = json.loads(issued.evidence().to_json())
    path = data.draw(st.sampled_from(leaves(value)[1:]), label="field")
    how = data.draw(st.sampled_from(["other", "other", "other", "drop", "kind", "double"]), label="change")
    changed = tampered(value, path, how, data.draw(st.integers(0, 4_000), label="place"))
    if changed == value:
        return
    verdict = issued.verdict(changed)
    if path == ("opening",) and how == "drop":  # the copy for those who must not learn it: said, and no lie
        assert told(verdict, "document").startswith("not checked")
    elif path == ("opening", "event") and how == "drop":
        assert told(verdict, "document").startswith("not checked: the document was not given")
    else:
        assert not verdict.good, (path, how)


@pytest.mark.parametrize("field", ["format", "entry", "inclusion", "checkpoint", "successions", "timestamps"])
def test_a_missing_field_is_named(issued: Issued, field: str) -> None:
    value = json.loads(issued.evidence().to_json())
    del value[field]
    assert told(issued.verdict(value), "format") == f"failed: the file has no field {field}"


def test_each_signature_line_counts(issued: Issued) -> None:
    """A line less, twice, with a changed letter anywhere: seen, though two of three witnesses are enough."""
    evidence = issued.evidence()
    lines = list(evidence.checkpoint.signatures)
    for number, line in enumerate(lines):
        for at in range(0, len(line.data), 9):
            data = bytearray(line.data)
            data[at] ^= 4
            changed = [*lines[:number], replace(line, data=bytes(data)), *lines[number + 1 :]]
            note = Note(evidence.checkpoint.text, tuple(changed))
            assert not issued.verdict(replace(evidence, checkpoint=note).to_json()).good
        for other in (replace(line, name=f"{line.name}x"), replace(line, id=bytes(4))):
            note = Note(evidence.checkpoint.text, (*lines[:number], other, *lines[number + 1 :]))
            assert "lines" in issued.verdict(replace(evidence, checkpoint=note).to_json()).failed
        twice = Note(evidence.checkpoint.text, (*lines, line))
        assert issued.verdict(replace(evidence, checkpoint=twice).to_json()).failed == ["lines"]


def test_base64_has_one_spelling() -> None:
    assert from_base64(to_base64(b"ab")) == b"ab"
    for text in ("YWJ=", "YWI", "YW I=", "YWI=\n", "YWI=YWI=", "Ymé="):
        with pytest.raises(Malformed):
            from_base64(text)


STRANGE = ["\ud800", "\u202e", "\x9b2J", "\x00", "", "\n\n", 10**400, -1, 1.5, True, None, [], {}, "9" * 30, "\u0661"]


@given(st.data())
@settings(max_examples=120)
def test_whatever_stands_in_a_field_there_is_a_verdict_that_can_be_printed(issued: Issued, data: st.DataObject) -> None:
    value = json.loads(issued.evidence().to_json())
    path = data.draw(st.sampled_from(leaves(value)[1:]))
    holder = value
    for key in path[:-1]:
        holder = holder[key]
    strange, old = data.draw(st.sampled_from(STRANGE)), holder[path[-1]]
    if isinstance(strange, str) and isinstance(old, str) and data.draw(st.booleans()):
        at = data.draw(st.integers(0, len(old)))
        strange = old[:at] + strange + old[at:]
    holder[path[-1]] = strange
    verdict = issued.verdict(value)
    assert str(verdict).replace("\n", "").isprintable()
    assert verdict.good is (strange == old and strange is not True), path


@given(st.text(max_size=60))
@settings(max_examples=40)
def test_whatever_is_given_there_is_a_verdict(text: str) -> None:
    verdict = verify_evidence(text, POLICY)
    assert verdict.failed == ["format"]
    assert str(verdict).endswith("The evidence does NOT hold.")


def test_an_entry_that_the_checkpoint_does_not_cover_has_no_evidence_yet(issued: Issued) -> None:
    with pytest.raises(Malformed, match="does not cover entry 778 yet"):
        evidence_for(issued.log.store, 778, issued.entries[0], issued.note)


def test_the_owner_finds_the_commitment_again(issued: Issued) -> None:
    [entry] = issued.log.store.tree.entries(300, 301)
    assert Commitment.from_entry(entry) == commit(canonical(EVENT), SALT)
