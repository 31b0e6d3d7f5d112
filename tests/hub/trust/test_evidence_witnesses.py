"""Witnesses and a timestamp authority over the guarded client; a restored backup is found out and told."""

from __future__ import annotations

import socket
from collections.abc import Iterator
from contextlib import ExitStack
from pathlib import Path

import pytest
from django.db import transaction
from django.test import Client
from django.urls import reverse

from rongtong.engines.translog import Outcome, Policy, Verifier, Witness, verify_evidence, witness_application
from rongtong.hub.foundation.models import Notice
from rongtong.hub.organisations.models import Account
from rongtong.hub.trust.checks import the_log_can_be_kept
from rongtong.hub.trust.domain import checkpoint_cosigning, checkpoint_stamping, log_keeping
from rongtong.hub.trust.domain.checkpoint_stamping import stamp_due
from rongtong.hub.trust.domain.log_keeping import keep_log, resume_log
from rongtong.hub.trust.domain.log_keys import rotate_key, signer
from rongtong.hub.trust.models import EvidenceEntry, LogCheckpoint, LogHead, LogTimestamp, LogWitness
from rongtong.hub.trust.models.log import Halt
from rongtong.hub.trust.queries.evidence import Found, evidence_of
from rongtong.hub.trust.queries.log import policy_text
from tests.engines.translog.authority import Authority
from tests.engines.translog.test_witnessing import answering, served
from tests.factories import operator_actor
from tests.hub.trust.test_evidence_log import queued

pytestmark = pytest.mark.django_db


@pytest.fixture(autouse=True)
def open_house(settings, monkeypatch) -> None:
    """This machine may be called, and it may take its time."""
    settings.OUTBOUND_NETWORKS, settings.OUTBOUND_CLEAR_TEXT = ["127.0.0.0/8"], True
    monkeypatch.setattr(checkpoint_cosigning, "SECONDS", 60.0)
    monkeypatch.setattr(checkpoint_stamping, "SECONDS", 60.0)
    monkeypatch.setattr(log_keeping, "_memory", log_keeping.Memory())


class Outside:
    """Three witnesses: one honest, one that lies, one that is down; and whatever else the test starts."""

    def __init__(self, home: Path, keep: ExitStack) -> None:
        self.log: Verifier = signer().verifier
        self.park, self.liar, self.down = (self._witness(home / name) for name in ("park", "liar", "down"))
        lie = answering("200 OK", "text/plain", lambda sent: b"\xe2\x80\x94 liar.example AAAAAAAA\n")
        addresses = [keep.enter_context(served(one)) for one in (witness_application(self.park), lie)]
        with socket.socket() as probe:
            probe.bind(("127.0.0.1", 0))
            addresses.append(f"http://127.0.0.1:{probe.getsockname()[1]}")
        lines = [
            f"witness {name} {one.verifier} {address}"
            for name, one, address in zip(("park", "liar", "down"), (self.park, self.liar, self.down), addresses,
                                          strict=True)
        ]  # fmt: skip
        self.policy = "\n".join([*lines, "group any-of-them 1 park liar down", "quorum any-of-them", ""])

    def _witness(self, home: Path) -> Witness:
        Witness.create(home, f"{home.name}.example")
        return Witness(home, [self.log])


@pytest.fixture
def outside(tmp_path, settings) -> Iterator[Outside]:
    with ExitStack() as keep:
        found = Outside(tmp_path, keep)
        settings.LOG_WITNESSES = found.policy
        yield found


def outcomes() -> dict[str, str]:
    return dict(LogWitness._base_manager.values_list("name", "outcome"))


def page(actor) -> str:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client.get(reverse("trust:log")).text


def test_one_is_heard_one_lies_one_is_down_and_the_log_goes_on(outside):
    queued(20)
    shown = keep_log()
    assert shown.published_at is not None
    assert outcomes() == {"park": Outcome.COSIGNED, "liar": Outcome.WRONG, "down": Outcome.DOWN}
    assert [one.key for one in shown.cosignatures.all()] == [str(outside.park.verifier)]
    assert outside.park.newest(outside.log.name).size == 20
    text = page(operator_actor("viewer"))
    assert all(words in text for words in ("已联署", "答复有误", "没有应答", "liar"))
    row = EvidenceEntry._base_manager.first()
    verdict = verify_evidence(evidence_of(Found(row, True)).to_json(), Policy.parse(policy_text()))
    assert {one.name: str(one.state) for one in verdict.checks}["witnesses"] == "passed"
    assert verdict.good


def test_a_witness_that_was_down_is_asked_again_for_the_next_checkpoint(outside, settings):
    queued(3)
    keep_log()
    asked = LogWitness._base_manager.get(name="down").asked_at
    keep_log()
    assert LogWitness._base_manager.get(name="down").asked_at == asked, "not again and again for one checkpoint"
    with served(witness_application(outside.down)) as address:
        lines = outside.policy.splitlines()
        lines[2] = f"witness down {outside.down.verifier} {address}"
        settings.LOG_WITNESSES = "\n".join(lines)
        queued(1)
        shown = keep_log()
    assert outcomes()["down"] == Outcome.COSIGNED
    assert shown.cosignatures.count() == 2


def restored_from_before(more: int) -> None:
    """What a restored backup is: the database as it was, while the witnesses remember what came after."""
    with transaction.atomic():
        queued(more)
        keep_log()
        transaction.set_rollback(True)


def test_a_restored_backup_is_found_out_before_anything_is_written(outside):
    operator = operator_actor()
    queued(40)
    keep_log()
    restored_from_before(20)
    assert outside.park.newest(outside.log.name).size == 60
    queued(5)
    LogHead._base_manager.update(confirmed=False)  # as `rongtong restore` leaves it
    keep_log()
    head = LogHead._base_manager.get()
    assert (head.halt, head.size) == (Halt.WITNESS, 40)
    assert "restored from an older backup" in head.problem
    assert LogCheckpoint._base_manager.count() == 1
    assert EvidenceEntry._base_manager.filter(number=None).count() == 5
    assert Notice._base_manager.filter(event="log.halted", account_id=operator.person).count() == 1
    text = page(operator)
    assert "日志被回退" in text
    assert "恢复写入" in text
    resume_log(head=head, by=operator)
    keep_log()
    assert LogHead._base_manager.get().halt == Halt.WITNESS, "the witnesses are asked again"


def test_a_log_that_went_on_after_a_restore_publishes_nothing(outside):
    queued(40)
    keep_log()
    restored_from_before(20)
    queued(30)
    keep_log()
    head = LogHead._base_manager.get()
    assert head.halt == Halt.WITNESS
    assert "history was rewritten" in head.problem
    assert list(LogCheckpoint._base_manager.filter(published_at=None).values_list("size", flat=True)) == [70]
    assert Client().get(reverse("trust:log_checkpoint")).text.split("\n")[1] == "40"
    assert Client().get(reverse("trust:log_tile", args=["0/000.p/41"])).status_code == 404


def test_witnesses_follow_a_new_key_by_its_succession(outside):
    queued(2)
    keep_log()
    rotate_key(by=operator_actor())
    queued(2)
    keep_log()
    assert outcomes()["park"] == Outcome.UNKNOWN
    outside.park.accept_succession(Client().get(reverse("trust:log_successions")).text)
    queued(1)
    keep_log()
    assert outcomes()["park"] == Outcome.COSIGNED
    old, new = (EvidenceEntry._base_manager.get(number=number) for number in (0, 4))
    for row in (old, new):
        verdict = verify_evidence(evidence_of(Found(row, True)).to_json(), Policy.parse(policy_text()))
        assert verdict.good, str(verdict)


@pytest.fixture(scope="module")
def authority(tmp_path_factory: pytest.TempPathFactory) -> Authority:
    return Authority(tmp_path_factory.mktemp("authority"))


def stamping(authority: Authority):
    """The authority over HTTP."""

    def application(environ, start_response):
        body = environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"]))
        reply = authority.post("", body, type=environ["CONTENT_TYPE"], seconds=60)
        start_response("200 OK", [("Content-Type", reply.type)])
        return [reply.body]

    return application


def test_each_checkpoint_is_timestamped_and_the_evidence_holds_with_it(authority, settings):
    settings.LOG_ANCHORS = (authority.home / "root.pem").read_text()
    queued(3)
    shown = keep_log()
    assert stamp_due() == 0, "nobody is asked where none is named"
    with served(answering("503 Service Unavailable", "text/plain", lambda sent: b"")) as away:
        settings.LOG_AUTHORITY = away
        assert stamp_due() == 0
        shown.refresh_from_db()
        assert (shown.stamps_tried, shown.stamp_problem) == (1, "the authority answers with status 503")
        assert stamp_due() == 0
    with served(stamping(authority)) as address:
        settings.LOG_AUTHORITY = address
        assert stamp_due() == 0, "it is put off after a failure"
        LogCheckpoint._base_manager.update(stamp_at=shown.created_at)
        assert stamp_due() == 1
        assert stamp_due() == 0
    token = LogTimestamp._base_manager.get(checkpoint=shown)
    assert token.authority == "CN=Own Authority"
    queued(1)
    keep_log()
    row = EvidenceEntry._base_manager.filter(number=1).get()
    found = evidence_of(Found(row, True))
    assert found.checkpoint.text.split("\n")[1] == "3", "the earliest checkpoint with a timestamp says the most"
    verdict = verify_evidence(found.to_json(), Policy.parse(policy_text()), authority.anchors)
    assert {one.name: str(one.state) for one in verdict.checks}["timestamp"] == "passed"
    assert verdict.good


def test_a_token_that_leads_elsewhere_is_not_kept(authority, settings, tmp_path):
    other = Authority(tmp_path / "other")
    settings.LOG_ANCHORS = (other.home / "root.pem").read_text()
    queued(1)
    keep_log()
    with served(stamping(authority)) as address:
        settings.LOG_AUTHORITY = address
        assert stamp_due() == 0
    assert LogTimestamp._base_manager.count() == 0
    assert "not good" in LogCheckpoint._base_manager.get().stamp_problem


def test_what_the_settings_name_wrongly_refuses_the_start(settings, outside):
    assert the_log_can_be_kept(None) == []
    settings.LOG_WITNESSES = outside.policy.replace("quorum", "quorom")
    settings.LOG_AUTHORITY = "https://time.example/"
    assert [(one.id, one.msg.split(":")[0]) for one in the_log_can_be_kept(None)] == [
        ("rongtong.E011", "RONGTONG_LOG_WITNESSES"),
        ("rongtong.E012", "RONGTONG_LOG_ANCHORS"),
    ]
    settings.LOG_AUTHORITY = "time.example"
    settings.LOG_WITNESSES = f"log {outside.log}\nwitness park {outside.park.verifier}\nquorum none"
    assert [one.id for one in the_log_can_be_kept(None)] == ["rongtong.E011", "rongtong.W011", "rongtong.E012"]


def test_tiles_are_public_and_kept_by_caches_as_long_as_they_stay_the_same():
    queued(300)
    client = Client()
    assert client.get(reverse("trust:log_checkpoint")).status_code == 404
    keep_log()
    told = {
        name: (client.get(reverse("trust:log_tile", args=[name])))
        for name in ("0/000", "0/001.p/44", "1/000.p/1", "entries/000", "entries/001.p/44")
    }
    assert {name: answer.status_code for name, answer in told.items()} == dict.fromkeys(told, 200)
    assert [len(told[name].content) for name in ("0/000", "0/001.p/44", "1/000.p/1")] == [8192, 44 * 32, 32]
    for name in ("0/000", "entries/000"):
        assert told[name]["Cache-Control"] == "public, max-age=31536000, immutable"
    assert client.get(reverse("trust:log_checkpoint"))["Cache-Control"] == "public, max-age=5"
    for name in ("0/001.p/45", "0/001", "0/002.p/1", "2/000.p/1", "0/0", "../checkpoint", "entries/001.p/45"):
        assert client.get(f"/log/tile/{name}").status_code == 404
    assert client.post(reverse("trust:log_checkpoint")).status_code == 405
