"""The confined child: it answers, it is ended, and it can reach nothing."""

from __future__ import annotations

import os
import textwrap
from pathlib import Path

import pytest

from rongtong.hub.foundation import confined
from rongtong.hub.foundation.confined import running

PROBE = textwrap.dedent("""
    import os
    from rongtong.hub.foundation.confined.rejection import Rejected

    def echo(**said): print("noise"); return said
    def reject(): raise Rejected("probe.no", most=3)
    def memory(): return len(bytearray(2 << 30))
    def spin():
        while True: pass
    def crash(): os.abort()
    def talk(): return "x" * 5000
    def environment(): return sorted(os.environ)
    def connect():
        import socket
        return str(socket.create_connection(("127.0.0.1", 9)))
    def program(): os.execv("/bin/true", ["true"])
    def fill(path): open(path, "wb").write(b"x" * (5 << 20))
""")


@pytest.fixture(autouse=True)
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (tmp_path / "probe.py").write_text(PROBE)
    given = running._environment()
    given["PYTHONPATH"] += os.pathsep + str(tmp_path)
    monkeypatch.setattr(running, "_environment", lambda: given)
    monkeypatch.setenv("RONGTONG_SECRET_SESSION", "not for children")


def test_it_answers_and_noise_stays_out_of_the_answer() -> None:
    assert confined.run("probe:echo", {"name": "澜川", "list": [1, None]}) == {"name": "澜川", "list": [1, None]}


def test_a_rejection_comes_back_with_its_details() -> None:
    with pytest.raises(confined.Rejected) as refusal:
        confined.run("probe:reject", {})
    assert (refusal.value.code, refusal.value.detail) == ("probe.no", {"most": 3})


@pytest.mark.parametrize(
    ("function", "limits", "why"),
    [
        ("memory", confined.Limits(), "memory"),
        ("spin", confined.Limits(processor=1), "time"),
        ("spin", confined.Limits(wall=1), "time"),
        ("crash", confined.Limits(), "crash"),
        ("talk", confined.Limits(answer=1000), "answer"),
    ],
)
def test_what_asks_for_too_much_is_ended_with_its_reason(function: str, limits: confined.Limits, why: str) -> None:
    with pytest.raises(confined.ChildFailed) as failure:
        confined.run(f"probe:{function}", {}, limits)
    assert failure.value.why == why


@pytest.mark.parametrize("function", ["connect", "program"])
def test_it_reaches_no_network_and_no_program(function: str) -> None:
    with pytest.raises(confined.ChildFailed) as failure:
        confined.run(f"probe:{function}", {})
    assert "PermissionError: [Errno 1]" in failure.value.trace


def test_it_inherits_no_secret() -> None:
    assert "RONGTONG_SECRET_SESSION" not in confined.run("probe:environment", {})


def test_it_cannot_fill_the_disk(tmp_path: Path) -> None:
    with pytest.raises(confined.ChildFailed):
        confined.run("probe:fill", {"path": str(tmp_path / "big")}, confined.Limits(written=1 << 20))
    assert (tmp_path / "big").stat().st_size <= 1 << 20
