"""Three witnesses over HTTP: one lies, one is down, and a log that was restored from an old backup is told so."""

import shutil
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from wsgiref.simple_server import WSGIRequestHandler, make_server

import pytest

from rongtong.engines.translog import (
    Cosigned,
    FolderLog,
    HttpResources,
    Outcome,
    Policy,
    Reply,
    Signer,
    Tree,
    Unreachable,
    Witness,
    audit,
    collect,
    log_application,
    open_checkpoint,
    post,
    witness_application,
)
from rongtong.engines.translog.cosignatures import cosignatures
from rongtong.engines.translog.serving import Application
from tests.engines.translog import made


class Quiet(WSGIRequestHandler):
    """Writes no line for each request."""

    def log_message(self, format: str, *args: object) -> None:
        pass


@contextmanager
def served(application: Application) -> Iterator[str]:
    """Serve on a free port of this machine."""
    with make_server("127.0.0.1", 0, application, handler_class=Quiet) as server:
        thread = threading.Thread(target=server.serve_forever, kwargs={"poll_interval": 0.01})
        thread.start()
        try:
            yield f"http://127.0.0.1:{server.server_port}"
        finally:
            server.shutdown()
            thread.join()


def answering(status: str, type: str, body: Callable[[bytes], bytes]) -> Application:
    """A witness that always says the same."""

    def application(environ, start_response):
        sent = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        start_response(status, [("Content-Type", type)])
        return [body(sent)]

    return application


def patient(url: str, body: bytes, *, type: str, seconds: float) -> Reply:
    """Ask over HTTP, however slow this machine is."""
    return post(url, body, type=type, seconds=60)


def witness_at(home: Path, name: str) -> Witness:
    Witness.create(home / name, f"{name}.example")
    return Witness(home / name, [made.LOG_KEY.verifier])


def policy(needed: int, *witnesses: tuple[str, Witness, str]) -> Policy:
    lines = [f"log {made.LOG_KEY.verifier}"]
    lines += [f"witness {name} {one.verifier} {url}" for name, one, url in witnesses]
    names = " ".join(name for name, _, _ in witnesses)
    return Policy.parse("\n".join([*lines, f"group all-of-them {needed} {names}", "quorum all-of-them"]))


def outcomes(found: Cosigned) -> dict[str, Outcome]:
    return {one.witness: one.outcome for one in found.reports}


LIES = [
    ("200 OK", "text/plain", lambda sent: b"\xe2\x80\x94 association.example AAAAAAAA\n"),
    ("200 OK", "text/plain", lambda sent: b"<html>sign in</html>"),
    ("200 OK", "text/plain", lambda sent: b"x" * 100_000),
    ("500 Internal Server Error", "text/plain", lambda sent: b""),
    ("302 Found", "text/plain", lambda sent: b""),
    ("409 Conflict", "text/x.tlog.size", lambda sent: b"0\n"),
    ("409 Conflict", "text/x.tlog.size", lambda sent: b"7\n" if b"old 7" not in sent else b"9\n"),
]


@pytest.mark.parametrize("lie", LIES, ids=range(len(LIES)))
def test_one_lies_one_is_down_and_the_third_is_heard(
    tmp_path: Path, lie: tuple[str, str, Callable[[bytes], bytes]]
) -> None:
    log = made.folder_log(tmp_path / "log", 50)
    park, association, factory = (witness_at(tmp_path, name) for name in ("park", "association", "factory"))
    with served(witness_application(park)) as first, served(answering(*lie)) as second:
        trusted = policy(
            2, ("park", park, first), ("association", association, second), ("factory", factory, "http://127.0.0.1:9")
        )
        found = log.witnessed(trusted, send=patient)
        assert outcomes(found)["park"] is Outcome.COSIGNED
        assert outcomes(found)["association"] in (Outcome.WRONG, Outcome.DOWN)
        assert outcomes(found)["factory"] is Outcome.DOWN
        assert not found.met
        assert not found.alarms
        assert found.reports[1].told.startswith("association: ")
        with served(witness_application(factory)) as third:
            trusted = policy(
                2, ("park", park, first), ("association", association, second), ("factory", factory, third)
            )
            found = log.witnessed(trusted, found.sizes, send=patient)
            assert found.met
            assert {one.witness for one in cosignatures(found.note, trusted.witness_keys)} == {
                park.verifier,
                factory.verifier,
            }
            assert log.store.checkpoint == str(found.note)


def test_a_lie_about_the_checkpoint_is_no_cosignature(tmp_path: Path) -> None:
    """It cosigns with its own key, but another checkpoint; a second one answers in its name with another key."""
    log, other = made.folder_log(tmp_path / "log", 50), made.folder_log(tmp_path / "other", 49)
    liar, friend = witness_at(tmp_path, "liar"), witness_at(tmp_path, "friend")
    namesake = Witness.create(tmp_path / "namesake", "friend.example")
    twin = Witness(tmp_path / "namesake", [made.LOG_KEY.verifier])
    assert twin.verifier == namesake.verifier != friend.verifier
    sent_before = other.signed()
    wrong = answering("200 OK", "text/plain", lambda sent: liar.add_checkpoint(
        b"old 0\n\n" + str(sent_before).encode()).body.encode())  # fmt: skip
    with served(wrong) as first, served(witness_application(twin)) as second:
        found = log.witnessed(policy(1, ("liar", liar, first), ("friend", friend, second)), send=patient)
    assert [one.told for one in found.reports] == [
        "liar: its answer is no good cosignature: the cosignature of liar.example is not good",
        "friend: its answer has no cosignature of the key friend.example",
    ]
    assert not found.met


def test_a_restored_backup_is_reported_by_name_and_nothing_is_published(tmp_path: Path) -> None:
    log = made.folder_log(tmp_path / "log", 40)
    park, factory = witness_at(tmp_path, "park"), witness_at(tmp_path, "factory")
    with served(witness_application(park)) as first, served(witness_application(factory)) as second:
        trusted = policy(2, ("park", park, first), ("factory", factory, second))
        log.witnessed(trusted, send=patient)
        shutil.copytree(tmp_path / "log", tmp_path / "backup")
        log.append([made.commitment(number) for number in range(40, 60)])
        assert log.witnessed(trusted, send=patient).met
        restored = FolderLog.at(tmp_path / "backup", made.LOG_KEY)
        published = restored.store.checkpoint
        found = restored.witnessed(trusted, send=patient)
        assert outcomes(found) == {"park": Outcome.ROLLED_BACK, "factory": Outcome.ROLLED_BACK}
        told = "park: it has cosigned 60 entries, and this log has 40: the log was restored from an older backup"
        assert found.reports[0].told.startswith(told)
        restored.append([made.commitment(number) for number in range(900, 930)])
        found = restored.witnessed(trusted, send=patient)
        assert outcomes(found) == {"park": Outcome.REWRITTEN, "factory": Outcome.REWRITTEN}
        assert "at size 60 is not the beginning of this log" in found.reports[1].told
        assert restored.store.checkpoint == published
        assert log.witnessed(trusted, send=patient).met
    assert [why for why, _, _ in park.conflicts()] == ["not proved to continue"]


def test_the_published_checkpoint_asks_without_signing_anew(tmp_path: Path) -> None:
    """At start, before anything is appended: are we who we were?"""
    log = made.folder_log(tmp_path / "log", 40)
    park = witness_at(tmp_path, "park")
    with served(witness_application(park)) as url:
        trusted = policy(1, ("park", park, url))
        note = log.witnessed(trusted, send=patient).note
        log.append([made.commitment(40)])
        again = collect(note, log.store.tree, trusted, send=patient)
        assert outcomes(again) == {"park": Outcome.COSIGNED}
        assert again.sizes == {"park": 40}


def test_a_witness_that_knows_nobody(tmp_path: Path) -> None:
    log = made.folder_log(tmp_path / "log", 4)
    Witness.create(tmp_path / "park", "park.example")
    park = Witness(tmp_path / "park", [Signer.generate("other.example").verifier])
    with served(witness_application(park)) as url:
        found = log.witnessed(policy(1, ("park", park, url)), send=patient)
    assert outcomes(found) == {"park": Outcome.UNKNOWN}


def test_the_service_answers_only_what_it_should(tmp_path: Path) -> None:
    park = witness_at(tmp_path, "park")
    with served(witness_application(park)) as url:
        told = HttpResources(url, seconds=60).fetch([""])[0]
        assert told is not None
        assert told.decode().split() == [park.verifier.name, str(park.verifier)]
        assert HttpResources(url, seconds=60).fetch(["key", "memory.sqlite", "../key"]) == [None, None, None]
        with pytest.raises(Unreachable, match="405"):
            HttpResources(url, seconds=60).fetch(["add-checkpoint"])
        assert post(f"{url}/add-checkpoint", b"", type="text/plain", seconds=60).status == 400


@pytest.mark.parametrize(("length", "status"), [("80000", "413"), ("", "411"), ("x", "411"), ("-1", "411")])
def test_a_request_says_its_length(tmp_path: Path, length: str, status: str) -> None:
    said: list[str] = []
    environ = {"REQUEST_METHOD": "POST", "PATH_INFO": "/add-checkpoint", "CONTENT_LENGTH": length}
    answer = witness_application(witness_at(tmp_path, "park"))(environ, lambda line, headers: said.append(line))
    assert said[0].split()[0] == status
    assert b"at most" in b"".join(answer)


@pytest.mark.parametrize("url", ["file:///etc/passwd", "ftp://127.0.0.1/", "http://", "http://127.0.0.1:99999/", "x"])
def test_other_addresses_are_not_asked(url: str) -> None:
    with pytest.raises(Unreachable):
        post(url, b"", type="text/plain", seconds=1)


def test_a_log_is_read_and_monitored_over_http(tmp_path: Path) -> None:
    log = made.folder_log(tmp_path / "log", 700)
    log.checkpoint()
    with served(log_application(log.store)) as url:
        there = HttpResources(url, seconds=60)
        found = audit(there, [made.LOG_KEY.verifier])
        assert (found.good, found.entries) == (True, 700)
        data = there.fetch(["checkpoint"])[0]
        assert data is not None
        checkpoint = open_checkpoint(data, [made.LOG_KEY.verifier])
        assert Tree(there, 700).inclusion_proof(3) == log.store.tree.inclusion_proof(3)
        assert checkpoint.size == 700
        assert there.fetch(["tile/0/000.p/17"])[0] == (tmp_path / "log/tile/0/000").read_bytes()[: 17 * 32]
        log.append(made.entries(30))
        assert there.fetch(["tile/0/002.p/189", "tile/entries/002.p/218", "tile/2/000.p/1"]) == [None, None, None]
        assert there.fetch(["tile/0/003", ".size", "tile/0/../../.size"]) == [None, None, None]
        assert post(f"{url}/checkpoint", b"", type="text/plain", seconds=60).status == 405
