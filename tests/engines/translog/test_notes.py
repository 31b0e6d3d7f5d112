"""Signed notes, keys and checkpoints, by the examples of their reference implementation and of C2SP."""

from datetime import UTC, datetime

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.translog import (
    EMPTY_ROOT,
    WITNESS,
    Checkpoint,
    Malformed,
    Note,
    SignatureInvalid,
    Signer,
    Verifier,
    open_checkpoint,
)
from rongtong.engines.translog.cosignatures import cosign, cosignatures
from tests.engines.translog import made

# The key and the note of golang.org/x/mod/sumdb/note.
GO_KEY = "PeterNeumann+c74f20a3+ARpc2QcUPDhMQegwxbzhKqiBfsVkmqq/LDE4izWy10TW"
GO_SECRET = "PRIVATE+KEY+PeterNeumann+c74f20a3+AYEKFALVFGyNhPJEMzD1QIDr+Y7hfZx09iUvxdXHKDFz"
GO_TEXT = "If you think cryptography is the answer to your problem,\nthen you don't know what your problem is.\n"
GO_LINE = (
    "— PeterNeumann x08go/ZJkuBS9UG/SffcvIAQxVBtiFupLLr8pAcElZInNIuGUgYN1FFYC2pZSNXgKvqfqdngotpRZb6KE6RyyBwJnAM=\n"
)
CHECKPOINT = Checkpoint(made.ORIGIN, 3, bytes(range(32)))


def test_a_note_of_the_reference_implementation_is_good_and_made_alike() -> None:
    note = Note.parse(f"{GO_TEXT}\n{GO_LINE}")
    key = Verifier.parse(GO_KEY)
    assert note.verified_by([key]) == (key,)
    signer = Signer.parse(GO_SECRET)
    assert (signer.verifier, signer.secret) == (key, GO_SECRET)
    assert str(Note(GO_TEXT).signed_by(signer)) == f"{GO_TEXT}\n{GO_LINE}"
    assert GO_SECRET not in repr(signer) + str(signer)


@pytest.mark.parametrize(
    "line",
    [
        GO_KEY[:-1],
        GO_KEY.replace("c74f20a3", "c74f20a4"),
        GO_KEY.replace("Peter", "Paul"),
        GO_KEY.replace("+AR", "+BR"),
        GO_KEY.replace("c74f20a3", "C74F20A3"),
        "PeterNeumann",
        "++",
        GO_KEY + " ",
        " " + GO_KEY,
        GO_KEY + "=",
    ],
)
def test_a_mangled_key_is_refused(line: str) -> None:
    with pytest.raises(Malformed):
        Verifier.parse(line)


def test_a_damaged_secret_does_not_show_itself() -> None:
    with pytest.raises(Malformed) as refused:
        Signer.parse(GO_SECRET.replace("c74f", "c74e"))
    assert "KFALVFGy" not in str(refused.value)
    assert refused.value.__cause__ is None


@given(st.data())
@settings(max_examples=150)
def test_a_changed_note_is_refused(data: st.DataObject) -> None:
    whole = f"{GO_TEXT}\n{GO_LINE}"
    at = data.draw(st.integers(0, len(whole) - 1))
    letter = data.draw(st.sampled_from(["", "x", "\n", "A", "=", "\r", "\x00", whole[at] * 2]))
    changed = whole[:at] + letter + whole[at + 1 :]
    if changed != whole:
        with pytest.raises((Malformed, SignatureInvalid)):
            Note.parse(changed).verified_by([Verifier.parse(GO_KEY)])


@pytest.mark.parametrize("tail", ["", "\n", "— PeterNeumann\n", "— a b c\n", "- PeterNeumann AAAAAAA=\n", "— x AAAA\n"])
def test_what_is_no_signature_line_is_refused(tail: str) -> None:
    with pytest.raises(Malformed):
        Note.parse(f"{GO_TEXT}\n{tail}")


def test_lines_of_strangers_are_passed_over_and_bad_ones_of_friends_are_not() -> None:
    friend, stranger = Signer.generate("friend"), Signer.generate("stranger")
    note = Note("text\n").signed_by(stranger).signed_by(friend)
    assert note.verified_by([friend.verifier]) == (friend.verifier,)
    assert note.unknown_to([friend.verifier]) == ["stranger"]
    with pytest.raises(SignatureInvalid, match="none of the trusted keys"):
        Note("text\n").signed_by(stranger).verified_by([friend.verifier])
    bad = Note("another text\n", note.signatures)
    with pytest.raises(SignatureInvalid, match="friend is not good"):
        bad.verified_by([friend.verifier])
    namesake = Signer.generate("friend")
    with pytest.raises(SignatureInvalid, match="none"):
        note.verified_by([namesake.verifier])


def test_a_note_has_limits() -> None:
    with pytest.raises(Malformed, match="too long"):
        Note.parse("x" * 70_000 + "\n\n" + GO_LINE)
    with pytest.raises(Malformed, match="too many"):
        Note.parse(f"{GO_TEXT}\n{GO_LINE * 101}")
    with pytest.raises(Malformed, match="UTF-8"):
        Note.parse(b"\xff\n\n" + GO_LINE.encode())


def test_a_checkpoint_is_three_lines() -> None:
    assert CHECKPOINT.text == "log.example/rongtong\n3\nAAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8=\n"
    assert open_checkpoint(str(CHECKPOINT.signed_by(made.LOG_KEY)), [made.LOG_KEY.verifier]) == CHECKPOINT


@pytest.mark.parametrize(
    "text",
    [
        "o\n03\n{}\n",
        "o\n-1\n{}\n",
        "o\n3\n{}",
        "o\n3\n{}\nextension\n",
        "\n3\n{}\n",
        "o\n3\nAAAA\n",
        "o\n0\n{}\n",
        "o\n9223372036854775808\n{}\n",
        "o\n3 \n{}\n",
        "o\n٣\n{}\n",
    ],
)
def test_what_is_no_checkpoint_is_refused(text: str) -> None:
    with pytest.raises(Malformed):
        Checkpoint.parse(text.format("AAECAwQFBgcICQoLDA0ODxAREhMUFRYXGBkaGxwdHh8="))


def test_the_empty_log_has_one_root() -> None:
    assert Checkpoint.parse(Checkpoint("o", 0, EMPTY_ROOT).text).root == EMPTY_ROOT


def test_only_a_key_of_the_logs_name_signs_and_counts() -> None:
    other = Signer.generate("other.example")
    with pytest.raises(Malformed, match="does not sign for"):
        CHECKPOINT.signed_by(other)
    note = Note(CHECKPOINT.text).signed_by(other)
    with pytest.raises(SignatureInvalid):
        open_checkpoint(note, [other.verifier, made.LOG_KEY.verifier])


def test_a_cosignature_is_of_a_witness_a_time_and_a_checkpoint() -> None:
    park = made.WITNESS_KEYS[0]
    at = datetime(2023, 3, 20, 12, 12, 27, tzinfo=UTC)
    note = CHECKPOINT.signed_by(made.LOG_KEY).with_signatures([cosign(CHECKPOINT.text, park, at)])
    line = note.signatures[1].data
    assert line[:8] == (1679314347).to_bytes(8)
    message = f"cosignature/v1\ntime 1679314347\n{CHECKPOINT.text}".encode()
    assert park.verifier.signed(line[8:], message)
    [found] = cosignatures(note, [one.verifier for one in made.WITNESS_KEYS])
    assert (found.witness, found.at) == (park.verifier, at)
    assert cosignatures(note, [Signer.generate(park.name, WITNESS).verifier]) == []


@given(st.integers(0, 71), st.integers(0, 7))
def test_a_changed_cosignature_is_refused(byte: int, bit: int) -> None:
    park = made.WITNESS_KEYS[0]
    signature = cosign(CHECKPOINT.text, park, made.NOON)
    data = bytearray(signature.data)
    data[byte] ^= 1 << bit
    changed = type(signature)(signature.name, signature.id, bytes(data))
    with pytest.raises(SignatureInvalid):
        cosignatures(Note(CHECKPOINT.text, (changed,)), [park.verifier])


def test_a_key_does_one_thing() -> None:
    with pytest.raises(Malformed):
        cosign(CHECKPOINT.text, made.LOG_KEY, made.NOON)
    with pytest.raises(Malformed):
        Note(CHECKPOINT.text).signed_by(made.WITNESS_KEYS[0])
    with pytest.raises(Malformed):
        cosignatures(Note(CHECKPOINT.text), [made.LOG_KEY.verifier])
