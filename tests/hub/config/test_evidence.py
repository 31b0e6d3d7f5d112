"""`rongtong verify`, `rongtong witness` and `rongtong monitor` on the command line."""

import json
import subprocess
import sys
from pathlib import Path

import pytest

from rongtong.engines.translog import (
    Evidence,
    HttpResources,
    Opening,
    Policy,
    Unreachable,
    Verifier,
    commit,
    evidence_for,
    stamp,
)
from rongtong.hub.config.command import main
from tests.engines.translog import made
from tests.engines.translog.authority import Authority
from tests.engines.translog.test_witnessing import patient

SALT = bytes(32)


@pytest.fixture(scope="module")
def files(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A log, a policy, anchors, a document and its evidence."""
    home = tmp_path_factory.mktemp("files")
    authority = Authority(home / "authority")
    log = made.folder_log(home / "log", 20)
    entry = commit(b"contract", SALT).entry
    log.append([entry])
    note = log.checkpoint()
    token = stamp(note.text, "https://time.example/", authority.anchors, send=authority.post)
    evidence = evidence_for(log.store, 20, entry, note, opening=Opening(SALT), timestamps=[token])
    (home / "evidence.json").write_text(evidence.to_json(), encoding="utf-8")
    (home / "policy.txt").write_text(f"log {made.LOG_KEY.verifier}\nquorum none\n", encoding="utf-8")
    (home / "anchors.pem").write_bytes((home / "authority/root.pem").read_bytes())
    (home / "contract").write_bytes(b"contract")
    return home


def verify(files: Path, *more: str, evidence: str = "evidence.json", policy: str = "policy.txt") -> int:
    words = ["verify", str(files / evidence), "--policy", str(files / policy)]
    return main([*words, *(str(files / word) if word in ("anchors.pem", "contract") else word for word in more)])


def test_good_evidence(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert verify(files, "--anchors", "anchors.pem", "--document", "contract") == 0
    told = capsys.readouterr().out
    assert "ok      inclusion  entry 20 of the 21 in the log log.example/rongtong" in told
    assert "ok      sm3" in told
    assert "skipped witnesses  the policy asks for no witness" in told
    assert told.endswith("The evidence holds.\n")


def test_bad_evidence_for_a_program(files: Path, capsys: pytest.CaptureFixture[str]) -> None:
    evidence = Evidence.from_json((files / "evidence.json").read_text(encoding="utf-8"))
    bad = json.loads(evidence.to_json())
    bad["inclusion"]["index"] -= 1
    (files / "bad.json").write_text(json.dumps(bad), encoding="utf-8")
    assert verify(files, "--json", evidence="bad.json") == 1
    answer = json.loads(capsys.readouterr().out)
    assert answer["good"] is False
    assert {one["name"]: one["state"] for one in answer["checks"]} == {
        "format": "passed", "document": "not checked", "inclusion": "failed", "signature": "passed",
        "witnesses": "not checked", "timestamp": "not checked",
    }  # fmt: skip


@pytest.mark.parametrize(
    ("named", "more", "why"),
    [
        ({"evidence": "nothing.json"}, [], "nothing.json cannot be read: No such file"),
        ({"policy": "contract"}, [], "line 1 of the policy: 'contract' is no line"),
        ({}, ["--anchors", "contract"], "no certificates in PEM form"),
    ],
)
def test_what_is_asked_wrongly(
    files: Path, capsys: pytest.CaptureFixture[str], named: dict[str, str], more: list[str], why: str
) -> None:
    assert verify(files, *more, **named) == 2
    captured = capsys.readouterr()
    assert why in captured.err
    assert captured.out == ""


def test_a_monitor_remembers(files: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    log = made.folder_log(tmp_path / "log", 30)
    log.checkpoint()
    words = ["--log", str(made.LOG_KEY.verifier), "--memory", str(tmp_path / "seen")]
    assert main(["monitor", str(tmp_path / "log"), *words]) == 0
    assert (tmp_path / "seen").read_text().startswith("log.example/rongtong\n30\n")
    assert main(["monitor", str(files / "log"), *words, "--json"]) == 1
    answer = json.loads(capsys.readouterr().out.splitlines()[-1])
    assert answer["findings"] == [
        {"name": "checkpoint", "told": "the log has 21 entries; it had 30: it was rolled back"}
    ]
    assert (tmp_path / "seen").read_text().startswith("log.example/rongtong\n30\n")
    assert main(["monitor", str(tmp_path / "nowhere"), *words]) == 2
    assert main(["monitor", str(tmp_path / "log"), "--log", "x"]) == 2


def test_a_witness_is_ready_to_be_run(tmp_path: Path) -> None:
    """The real service on a real port: made, asked, stopped, and asked again for its key."""
    log = made.folder_log(tmp_path / "log", 9)
    words = ["witness", str(tmp_path / "witness"), "--name", "park.example", "--log", str(made.LOG_KEY.verifier)]
    command = [sys.executable, "-m", "rongtong", *words, "--port", "0"]
    with subprocess.Popen(command, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True) as process:
        assert process.stdout is not None
        assert process.stderr is not None
        try:
            key = Verifier.parse(process.stdout.readline().strip())
            line = next(line for line in process.stderr if "Listening at" in line)
            url = line.split("Listening at: ")[1].split()[0]
            lines = [f"log {made.LOG_KEY.verifier}", f"witness park {key} {url}", "quorum park"]
            found = log.witnessed(Policy.parse("\n".join(lines)), send=patient)
            assert [str(one.outcome) for one in found.reports] == ["cosigned"], found.reports
            assert found.met
            with pytest.raises(Unreachable, match="405"):
                HttpResources(url, seconds=60).fetch(["add-checkpoint"])
        finally:
            process.terminate()
            process.communicate()
    assert process.returncode == 0


def test_a_witness_tells_its_key(tmp_path: Path, capsys: pytest.CaptureFixture[str]) -> None:
    home = str(tmp_path / "witness")
    assert main(["witness", home, "--show"]) == 2
    assert "give the new one a --name" in capsys.readouterr().err
    assert main(["witness", home, "--name", "park.example", "--show"]) == 0
    assert main(["witness", home, "--show"]) == 0
    first, second = capsys.readouterr().out.split()
    assert first == second
    assert Verifier.parse(first).name == "park.example"
    assert main(["witness", home]) == 2
    (tmp_path / "witness/memory.sqlite").unlink()
    assert main(["witness", home, "--show"]) == 1
    assert "a key and no memory" in capsys.readouterr().err
