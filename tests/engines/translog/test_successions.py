"""A log's key is succeeded: old checkpoints stay good, and the old key signs no new ones."""

import pytest

from rongtong.engines.translog import Checkpoint, KeyHistory, Malformed, Note, SignatureInvalid, Signer, succeed
from tests.engines.translog import made

FIRST, SECOND, THIRD = (Signer.generate(made.ORIGIN) for _ in range(3))
AT_10, AT_20 = Checkpoint(made.ORIGIN, 10, bytes([10]) * 32), Checkpoint(made.ORIGIN, 20, bytes([20]) * 32)
ONCE, TWICE = succeed(FIRST, SECOND, AT_10), succeed(SECOND, THIRD, AT_20)


def checkpoint(size: int) -> Checkpoint:
    return Checkpoint(made.ORIGIN, size, bytes([size]) * 32)


@pytest.mark.parametrize("trusted", [FIRST, SECOND, THIRD])
@pytest.mark.parametrize(
    ("size", "good"),
    [(1, {FIRST}), (9, {FIRST}), (10, {FIRST, SECOND}), (11, {SECOND}), (20, {SECOND, THIRD}), (21, {THIRD})],
)
def test_each_key_signs_for_its_sizes(trusted: Signer, size: int, good: set[Signer]) -> None:
    history = KeyHistory.through([trusted.verifier], [ONCE, TWICE])
    assert history.current == THIRD.verifier
    for signer in (FIRST, SECOND, THIRD):
        note = checkpoint(size).signed_by(signer)
        if signer in good:
            assert history.open(str(note)) == checkpoint(size)
        else:
            with pytest.raises(SignatureInvalid):
                history.open(str(note))


def test_two_keys_may_sign_while_one_succeeds_the_other() -> None:
    history = KeyHistory.through([SECOND.verifier], [ONCE])
    assert history.open(AT_10.signed_by(FIRST, SECOND)) == AT_10


def test_another_root_at_the_handover_is_refused() -> None:
    fork = Checkpoint(made.ORIGIN, 10, bytes(32)).signed_by(SECOND)
    with pytest.raises(SignatureInvalid, match="another root"):
        KeyHistory.through([SECOND.verifier], [ONCE]).open(fork)


def test_a_chain_has_no_gap_and_begins_or_ends_with_a_friend() -> None:
    with pytest.raises(SignatureInvalid, match="none of the trusted keys"):
        KeyHistory.through([Signer.generate(made.ORIGIN).verifier], [ONCE, TWICE])
    with pytest.raises(SignatureInvalid, match="do not follow"):
        KeyHistory.through([FIRST.verifier], [TWICE, ONCE])
    with pytest.raises(SignatureInvalid, match="do not follow"):
        KeyHistory.through([FIRST.verifier], [ONCE, succeed(SECOND, THIRD, checkpoint(9))])


def test_both_keys_must_agree() -> None:
    for signer in (FIRST, SECOND):
        with pytest.raises(SignatureInvalid):
            KeyHistory.through([FIRST.verifier], [Note(ONCE.text).signed_by(signer)])
    third = ONCE.signed_by(THIRD)
    with pytest.raises(SignatureInvalid, match="nobody else"):
        KeyHistory.through([FIRST.verifier], [third])


def test_a_changed_succession_is_refused() -> None:
    whole = str(ONCE)
    for old, new in (
        ("\n10\n", "\n11\n"),
        ("rongtong-key-succession/v1", "rongtong-key-succession/v2"),
        ("CgoK", "CgoL"),
    ):
        assert old in whole
        with pytest.raises((SignatureInvalid, Malformed)):
            KeyHistory.through([FIRST.verifier], [whole.replace(old, new, 1)])


def test_a_key_succeeds_another_of_its_own_log() -> None:
    with pytest.raises(Malformed):
        succeed(FIRST, Signer.generate("other.example"), AT_10)
    with pytest.raises(Malformed):
        succeed(FIRST, FIRST, AT_10)


def test_no_chain_is_no_chain() -> None:
    with pytest.raises(Malformed):
        KeyHistory.through([FIRST.verifier], [])


def test_without_successions_the_one_key_signs_for_all() -> None:
    assert KeyHistory(FIRST.verifier).open(checkpoint(200).signed_by(FIRST)).size == 200
    with pytest.raises(SignatureInvalid, match="not of"):
        KeyHistory(FIRST.verifier).open(Checkpoint("other", 1, bytes(32)).signed_by(Signer.generate("other")))
