"""Trusted timestamps against a local authority."""

from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from rongtong.engines.translog import Anchors, Malformed, Reply, TimestampInvalid, stamp, verify_timestamp
from rongtong.engines.translog.der import token_of, wrapped
from tests.engines.translog import made
from tests.engines.translog.authority import Authority

TEXT = "log.example/rongtong\n0\n47DEQpj8HBSa+/TImW+5JCeuQeRkm5NMpJWZG3hSuFU=\n"


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


@pytest.fixture(scope="module")
def token(authority: Authority) -> bytes:
    return stamp(TEXT, "https://time.example/", authority.anchors, send=authority.post)


def test_a_token_says_when_and_who(authority: Authority, token: bytes) -> None:
    found = verify_timestamp(token, TEXT, authority.anchors)
    assert (found.authority, found.policy) == ("CN=Own Authority", "1.2.3.4.1")
    assert abs(found.at - datetime.now(UTC)) < timedelta(minutes=10)
    assert found.at.tzinfo is UTC
    assert found.serial >= 1


def test_openssl_agrees(authority: Authority, token: bytes) -> None:
    assert authority.says_good(token, TEXT)
    assert not authority.says_good(token, TEXT + " ")


def test_each_bit_of_a_token_counts(authority: Authority, token: bytes) -> None:
    """Also those that its signature does not cover."""
    unseen = []
    for at in range(len(token)):
        changed = bytearray(token)
        changed[at] ^= 1 << at % 8
        try:
            verify_timestamp(bytes(changed), TEXT, authority.anchors)
        except TimestampInvalid:
            continue
        unseen.append(at)
    assert unseen == []


@pytest.mark.parametrize("change", [lambda t: t + b"\x00", lambda t: t[:-1], lambda t: b"", lambda t: t * 2, wrapped])
def test_what_is_no_token_is_refused(authority: Authority, token: bytes, change) -> None:
    with pytest.raises(TimestampInvalid):
        verify_timestamp(change(token), TEXT, authority.anchors)


def test_a_token_is_of_one_text(authority: Authority, token: bytes) -> None:
    with pytest.raises(TimestampInvalid):
        verify_timestamp(token, TEXT.replace("0", "1"), authority.anchors)


def test_only_the_given_anchors_count(authority: Authority, token: bytes, tmp_path: Path) -> None:
    other = Authority(tmp_path / "other")
    with pytest.raises(TimestampInvalid):
        verify_timestamp(token, TEXT, other.anchors)
    both = Anchors((*other.anchors.roots, *authority.anchors.roots))
    assert verify_timestamp(token, TEXT, both).authority == "CN=Own Authority"
    with pytest.raises(Malformed, match="no certificates"):
        Anchors.from_pem(b"x")
    with pytest.raises(Malformed, match="none of the certificates is a root"):
        Anchors.from_pem((authority.home / "authority.pem").read_bytes())


def test_an_answer_to_another_question_is_refused(authority: Authority, token: bytes) -> None:
    """The nonce: an old answer for the same text is no answer."""

    def replay(url: str, body: bytes, *, type: str, seconds: float) -> Reply:
        return Reply(200, "application/timestamp-reply", wrapped(token))

    assert token_of(wrapped(token)) == token
    with pytest.raises(TimestampInvalid, match="Nonce"):
        stamp(TEXT, "https://time.example/", authority.anchors, send=replay)


@pytest.mark.parametrize(
    "reply",
    [
        Reply(503, "text/plain", b"later"),
        Reply(200, "text/html", b"<html>"),
        Reply(200, "application/timestamp-reply", bytes.fromhex("30053003020102")),
        Reply(200, "application/timestamp-reply", b""),
    ],
)
def test_a_refusal_is_a_refusal(authority: Authority, reply: Reply) -> None:
    with pytest.raises((TimestampInvalid, Malformed)):
        stamp(TEXT, "https://time.example/", authority.anchors, send=lambda *_, **__: replace(reply))


def test_it_is_the_checkpoints_text_that_is_stamped(authority: Authority, tmp_path: Path) -> None:
    note = made.folder_log(tmp_path, 3).checkpoint()
    token = stamp(note.text, "https://time.example/", authority.anchors, send=authority.post)
    assert verify_timestamp(token, note.text, authority.anchors)
    with pytest.raises(TimestampInvalid):
        verify_timestamp(token, str(note), authority.anchors)
