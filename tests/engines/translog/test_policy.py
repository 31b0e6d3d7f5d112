"""Policies of C2SP tlog-policy."""

from itertools import combinations

import pytest

from rongtong.engines.translog import Malformed, Policy, Signer
from rongtong.engines.translog.keys import WITNESS
from tests.engines.translog import made

KEYS = [Signer.generate(f"w{number}", WITNESS).verifier for number in range(6)]
LOG = made.LOG_KEY.verifier


def test_the_example_of_the_standard() -> None:
    lines = [f"log {LOG} https://log.example/", "", "# ours", *(f"witness X{n} {KEYS[n]}" for n in range(3))]
    lines += [f"\twitness  Y{n}\t{KEYS[3 + n]}  https://y{n}.example " for n in range(3)]
    lines += ["group X 2 X0 X1 X2", "group Y any Y0 Y1 Y2", "group both all X Y", "quorum both", ""]
    policy = Policy.parse("\n".join(lines).encode())
    assert policy.log_keys == (LOG,)
    assert policy.witness_keys == tuple(KEYS)
    assert policy.witnesses["Y2"].url == "https://y2.example"
    for count in range(7):
        for some in combinations(KEYS, count):
            wanted = len(set(some) & set(KEYS[:3])) >= 2 and bool(set(some) & set(KEYS[3:]))
            assert policy.met_by(some) is wanted


def test_the_plain_policy_is_k_of_n() -> None:
    policy = Policy.of([LOG], KEYS[:3], 2)
    assert not policy.met_by(KEYS[:1])
    assert not policy.met_by(KEYS[2:])
    assert policy.met_by(KEYS[1:3])
    assert Policy.of([LOG], [], 0).met_by([])


REFUSED = [
    (f"log {LOG}", "no line with the quorum"),
    ("quorum none\nquorum none", "line 2 .* second"),
    ("quorum nobody", "nothing before this line"),
    (f"log {KEYS[0]}\nquorum none", "one of a witness"),
    (f"witness a {LOG}\nquorum a", "one of a log"),
    (f"log {LOG}\nlog {LOG}\nquorum none", "line 2 .* there already"),
    (f"witness a {KEYS[0]}\nwitness b {KEYS[0]}\nquorum a", "there already"),
    (f"witness a {KEYS[0]}\nwitness a {KEYS[1]}\nquorum a", "taken"),
    (f"witness none {KEYS[0]}\nquorum none", "taken"),
    (f"witness a {KEYS[0]}\ngroup g 2 a\nquorum g", "cannot be reached"),
    (f"witness a {KEYS[0]}\ngroup g 0 a\nquorum g", "cannot be reached"),
    (f"witness a {KEYS[0]}\ngroup g all a a\nquorum g", "nobody counts twice"),
    (f"witness a {KEYS[0]}\ngroup g all a\ngroup h all a g\nquorum h", "nobody counts twice"),
    (f"group g all a\nwitness a {KEYS[0]}\nquorum g", "line 1 .* nothing before"),
    ("group g all\nquorum none", "no line of a policy"),
    ("quorum none extra", "no line of a policy"),
    ("quorum\x0bnone", "control character"),
    (f"log {LOG} https://a https://b\nquorum none", "no line of a policy"),
]


# The keys are new in each process: they may not stand in the name of a test.
@pytest.mark.parametrize(("text", "why"), REFUSED, ids=[why for _, why in REFUSED])
def test_what_is_no_policy_is_refused_with_its_line(text: str, why: str) -> None:
    with pytest.raises(Malformed, match=why):
        Policy.parse(text)


def test_the_same_key_under_another_name_is_the_same_witness() -> None:
    signer = Signer.generate("a", WITNESS)
    renamed = Signer.parse(signer.secret)
    twin = type(renamed.verifier)("b", renamed.verifier.public, WITNESS)
    with pytest.raises(Malformed, match="another name"):
        Policy.of([LOG], [signer.verifier, twin], 2)


def test_bytes_that_are_no_text_are_refused_in_keys_and_kept_in_names() -> None:
    policy = Policy.parse(b"witness \xff " + str(KEYS[0]).encode() + b"\nquorum \xff\n")
    assert policy.met_by(KEYS[:1])
    with pytest.raises(Malformed):
        Policy.parse(b"log \xff" + str(LOG).encode() + b"\nquorum none\n")
