"""Canonical JSON and salted commitments."""

import hashlib
import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from rongtong.engines.translog import Commitment, Malformed, canonical, commit, new_salt
from rongtong.engines.translog.canonical import Json, parse

SALT = bytes(range(32))


def test_the_example_of_rfc_8785() -> None:
    value: dict[str, Json] = {
        "numbers": [333333333.33333329, 1e30, 4.50, 2e-3, 0.000000000000000000000000001],
        "string": '€$\u000f\nA\'B"\\\\"/',
        "literals": [None, True, False],
    }
    wanted = (
        '{"literals":[null,true,false],"numbers":[333333333.3333333,1e+30,4.5,0.002,1e-27],'
        '"string":"€$\\u000f\\nA\'B\\"\\\\\\\\\\"/"}'
    )
    assert canonical(value).decode() == wanted


def test_names_are_ordered_by_their_utf_16() -> None:
    names = {"\u20ac": 1, "\r": 2, "\ufb33": 3, "1": 4, "\U0001f600": 5, "\u0080": 6, "ö": 7}
    assert list(parse(canonical(names)).values()) == [2, 4, 6, 7, 1, 5, 3]


@pytest.mark.parametrize("value", [float("nan"), float("inf"), 2**53, {"\ud800": 1}, "\ud800", {1: 2}, {"a": b"b"}])
def test_what_has_no_canonical_form_is_refused(value: object) -> None:
    with pytest.raises(Malformed):
        canonical(value)  # type: ignore[arg-type]  # that is the point


@pytest.mark.parametrize(
    "text", ['{"a":1,"a":2}', "NaN", "[1,]", "", "9007199254740993", "1" + "0" * 500, b"\xff", "[" * 100_000]
)
def test_what_readers_read_differently_is_refused(text: str | bytes) -> None:
    with pytest.raises(Malformed):
        parse(text)


TEXT = st.text(st.characters(exclude_categories=["Cs"]), max_size=8)
JSON = st.recursive(
    st.none() | st.booleans() | st.integers(-(2**53) + 1, 2**53 - 1) | st.floats(allow_nan=False, allow_infinity=False)
    | TEXT,
    lambda inner: st.lists(inner, max_size=4) | st.dictionaries(TEXT, inner),
    max_leaves=10,
)  # fmt: skip


@given(JSON)
@settings(max_examples=40)
def test_the_canonical_form_is_the_value_and_stays_itself(value: object) -> None:
    written = canonical(value)  # type: ignore[arg-type]  # JSON by construction
    assert parse(written) == value
    assert canonical(parse(written)) == written


def test_a_commitment_is_the_hash_of_salt_and_document() -> None:
    made = commit(b"contract", SALT)
    assert made.sha256 == hashlib.sha256(SALT + b"contract").digest()
    assert made.sm3 == hashlib.new("sm3", SALT + b"contract").digest()
    for name, digest in (("sha256", made.sha256), ("sm3", made.sm3)):
        command = ["openssl", "dgst", f"-{name}", "-r"]
        told = subprocess.run(command, input=SALT + b"contract", capture_output=True, check=True).stdout
        assert told.split()[0].decode() == digest.hex()


def test_sm3_is_the_standards() -> None:
    """GB/T 32905-2016, example 1."""
    wanted = "66c7f0f462eeedd9d1f2d46bdc10e4e24167c4875cf2f7a2297da02b8f4ba8e0"
    assert hashlib.new("sm3", b"abc").hexdigest() == wanted


def test_an_entry_is_read_as_it_was_written_and_in_no_other_spelling() -> None:
    made = commit(b"contract", SALT)
    assert len(made.entry) == 156
    assert Commitment.from_entry(made.entry) == made
    for other in (made.entry + b" ", made.entry.replace(b'"v":1', b'"v":2'), made.entry.replace(b'"v":1', b'"v":1.0')):
        with pytest.raises(Malformed):
            Commitment.from_entry(other)
    with pytest.raises(Malformed):
        Commitment.from_entry(made.entry.replace(made.sm3.hex().encode(), made.sm3.hex().upper().encode()))


@given(st.binary(max_size=50), st.binary(max_size=50))
def test_only_the_document_opens_it(document: bytes, other: bytes) -> None:
    made = commit(document, SALT)
    assert made.opened_by(document, SALT) == {"sha256": True, "sm3": True}
    if other != document:
        assert made.opened_by(other, SALT) == {"sha256": False, "sm3": False}
    assert made.opened_by(document, SALT[::-1]) == {"sha256": False, "sm3": False}


def test_salts_are_long_and_never_the_same() -> None:
    assert len({new_salt() for _ in range(100)}) == 100
    assert {len(new_salt()) for _ in range(3)} == {32}
    with pytest.raises(Malformed, match="32 bytes"):
        commit(b"contract", b"short")
