"""One witness, without a network: what it cosigns, what it refuses, what it remembers."""

import threading
from pathlib import Path

import pytest

from rongtong.engines.translog import (
    Checkpoint,
    Note,
    SignatureInvalid,
    Signer,
    StoreDamaged,
    Tree,
    Witness,
    succeed,
)
from rongtong.engines.translog.cosignatures import cosignatures
from rongtong.engines.translog.notes import Signature
from rongtong.engines.translog.witness import PLAIN, SIZE, Answer, Request
from tests.engines.translog import made


class Log:
    """A log that can be asked for any request, right or wrong."""

    def __init__(self, count: int = 600, signer: Signer = made.LOG_KEY) -> None:
        self.shelf = made.Shelf()
        self.shelf.append(made.entries(count))
        self.signer = signer

    def checkpoint(self, size: int) -> Checkpoint:
        return Checkpoint(self.signer.name, size, Tree(self.shelf, size).root)

    def request(self, old: int, size: int) -> bytes:
        proof = Tree(self.shelf, size).consistency_proof(old) if old <= size else []
        return Request(old, tuple(proof), self.checkpoint(size).signed_by(self.signer)).body


@pytest.fixture
def clock() -> made.Clock:
    return made.Clock()


@pytest.fixture
def witness(tmp_path: Path, clock: made.Clock) -> Witness:
    Witness.create(tmp_path / "park", "park.example")
    return Witness(tmp_path / "park", [made.LOG_KEY.verifier], clock)


def cosigned(answer: Answer, checkpoint: Checkpoint, witness: Witness) -> str:
    assert (answer.status, answer.type) == (200, PLAIN), answer.body
    note = Note(checkpoint.text, (Signature.parse(answer.body.removesuffix("\n")),))
    [found] = cosignatures(note, [witness.verifier])
    return f"{found.at:%H:%M:%S}"


def test_it_cosigns_what_continues(witness: Witness, clock: made.Clock) -> None:
    log, old = Log(), 0
    for size in (0, 1, 255, 256, 300, 300, 600):
        clock.pass_by(60)
        answer = witness.add_checkpoint(log.request(old, size))
        assert cosigned(answer, log.checkpoint(size), witness) == f"{clock.now:%H:%M:%S}"
        assert witness.newest(made.ORIGIN) == log.checkpoint(size)
        old = size


def test_a_smaller_tree_is_refused_whatever_it_is_called(witness: Witness) -> None:
    log = Log()
    witness.add_checkpoint(log.request(0, 500))
    for old, size in ((0, 400), (400, 400), (300, 400), (0, 0), (300, 600)):
        assert witness.add_checkpoint(log.request(old, size)) == Answer(409, "500\n", SIZE)
    assert witness.add_checkpoint(log.request(500, 400)).status == 400
    assert witness.newest(made.ORIGIN) == log.checkpoint(500)


def test_another_history_is_refused_and_kept_as_proof(witness: Witness) -> None:
    log, forged = Log(), Log()
    forged.shelf = made.Shelf()
    forged.shelf.append([b"forged", *made.entries(599, 1)])
    witness.add_checkpoint(log.request(0, 500))
    other_root = witness.add_checkpoint(forged.request(500, 500))
    assert (other_root.status, other_root.type) == (409, PLAIN)
    assert witness.add_checkpoint(forged.request(500, 600)).status == 422
    [(first, kept, sent), (second, _, _)] = witness.conflicts()
    assert (first, second) == ("two roots at one size", "not proved to continue")
    for note in (kept, sent):  # both bear the log's signature: nobody else could have made them
        assert Note.parse(note).verified_by([made.LOG_KEY.verifier])
    assert Note.parse(kept).text != Note.parse(sent).text
    assert cosigned(witness.add_checkpoint(log.request(500, 600)), log.checkpoint(600), witness)


def test_a_proof_too_short_too_long_or_of_something_else_is_refused(witness: Witness) -> None:
    log = Log()
    witness.add_checkpoint(log.request(0, 300))
    good = Request.parse(log.request(300, 600))
    proofs = [good.proof[:-1], (*good.proof, bytes(32)), (), tuple(Tree(log.shelf, 600).consistency_proof(299))]
    for proof in proofs:
        assert witness.add_checkpoint(Request(300, tuple(proof), good.note).body).status == 422
    first = Request.parse(log.request(0, 300))
    assert witness.add_checkpoint(Request(300, (bytes(32),), first.note).body).status == 422


def test_strangers_are_refused(witness: Witness) -> None:
    assert witness.add_checkpoint(Log(5, Signer.generate("unknown.example")).request(0, 5)).status == 404
    assert witness.add_checkpoint(Log(5, Signer.generate(made.ORIGIN)).request(0, 5)).status == 403
    assert witness.newest(made.ORIGIN) is None


@pytest.mark.parametrize(
    ("old", "new"),
    [
        ("old 0", "old 00"),
        ("old 0", "old -1"),
        ("old 0", "new 0"),
        ("old 0\n\n", "old 0\n"),
        ("— ", "- "),
        ("old 0\n", "old 0\nAAAA\n"),
        ("old 0\n", "old 0\n" + "A" * 43 + "=\n" * 2),
        ("\n5\n", "\n05\n"),
        ("old 0\n", "old 0\n" + ("A" * 43 + "=\n") * 64),
        ("old 0\n", "old 0\né\n"),
    ],
)
def test_what_is_no_request_is_refused(witness: Witness, old: str, new: str) -> None:
    body = Log(5).request(0, 5).decode()
    assert old in body
    answer = witness.add_checkpoint(body.replace(old, new, 1).encode())
    assert answer.status in ((400, 422) if "AAAA\n" in new else (400,))
    assert witness.newest(made.ORIGIN) is None


def test_its_memory_outlives_it(witness: Witness, tmp_path: Path) -> None:
    log = Log()
    witness.add_checkpoint(log.request(0, 500))
    again = Witness(tmp_path / "park", [made.LOG_KEY.verifier])
    assert again.add_checkpoint(log.request(0, 400)) == Answer(409, "500\n", SIZE)
    assert again.verifier == witness.verifier


def test_a_key_without_its_memory_is_not_used(witness: Witness, tmp_path: Path) -> None:
    witness.close()
    with pytest.raises(StoreDamaged, match="is a witness already"):
        Witness.create(tmp_path / "park", "park.example")
    assert (tmp_path / "park/key").stat().st_mode & 0o777 == 0o600
    (tmp_path / "park/memory.sqlite").unlink()
    with pytest.raises(StoreDamaged, match="a key and no memory"):
        Witness(tmp_path / "park", [])


def test_two_histories_at_once_and_one_is_cosigned(witness: Witness) -> None:
    """Eight threads send four checkpoints each of two logs that part after entry 100."""
    logs = [Log(), Log()]
    logs[1].shelf = made.Shelf()
    logs[1].shelf.append([*made.entries(100), *made.entries(500, 1_000)])
    witness.add_checkpoint(logs[0].request(0, 100))
    answers: list[tuple[int, Answer]] = []
    gate = threading.Barrier(8)

    def send(number: int) -> None:
        gate.wait()
        for size in (200, 300, 400, 500):
            which = number % 2
            answers.append((which, witness.add_checkpoint(logs[which].request(100, size))))
        witness.close()

    threads = [threading.Thread(target=send, args=(number,)) for number in range(8)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    won = [which for which, answer in answers if answer.status == 200]
    assert len(answers) == 32
    assert len(won) == 1
    newest = witness.newest(made.ORIGIN)
    assert newest is not None
    assert newest == logs[won[0]].checkpoint(newest.size)


def test_it_follows_a_logs_key(witness: Witness, tmp_path: Path) -> None:
    log, after = Log(), Signer.generate(made.ORIGIN)
    witness.add_checkpoint(log.request(0, 300))
    note = succeed(made.LOG_KEY, after, log.checkpoint(300))
    new = Log(600, after)
    assert witness.add_checkpoint(new.request(300, 600)).status == 403
    with pytest.raises(SignatureInvalid):
        witness.accept_succession(str(succeed(Signer.generate(made.ORIGIN), after, log.checkpoint(300))))
    assert witness.accept_succession(str(note)).current == after.verifier
    assert witness.add_checkpoint(log.request(300, 600)).status == 403
    again = Witness(tmp_path / "park", [made.LOG_KEY.verifier])
    assert cosigned(again.add_checkpoint(new.request(300, 600)), new.checkpoint(600), again)
