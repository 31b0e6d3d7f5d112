"""The log in its tables: what is queued is written once, in batches, and every checkpoint continues the last one."""

from __future__ import annotations

import threading
from uuid import uuid4

import pytest
from django.db import DatabaseError, connection, transaction

from rongtong.engines.translog import Checkpoint, Note, Tree, audit, commit, leaf_hash, new_salt, verify_consistency
from rongtong.engines.translog.keys import Verifier
from rongtong.hub.foundation.errors import Refusal
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.trust.domain import log_sequencing
from rongtong.hub.trust.domain.log_keeping import keep_log, resume_log, sign_checkpoint
from rongtong.hub.trust.domain.log_keys import rotate_key
from rongtong.hub.trust.domain.log_sequencing import sequence
from rongtong.hub.trust.models import EvidenceEntry, LogCheckpoint, LogHead, LogKey, LogTile
from rongtong.hub.trust.models.log import Halt
from rongtong.hub.trust.queries.log import key_in_use
from rongtong.hub.trust.queries.log_tiles import TableResources, entry_bytes, tree_of
from tests.factories import operator_actor

pytestmark = pytest.mark.django_db


def queued(count: int) -> list[EvidenceEntry]:
    """Entries as verbs leave them."""
    made = [commit(b"%d" % number, new_salt()) for number in range(count)]
    rows = [
        EvidenceEntry(kind="test", subject_type="test", subject_id=uuid4(), sha256=one.sha256, sm3=one.sm3)
        for one in made
    ]
    return EvidenceEntry._base_manager.bulk_create(rows)


def keys() -> list[Verifier]:
    found = key_in_use()
    assert found is not None
    return [Verifier.parse(found.verifier)]


def test_what_is_queued_is_written_once_with_its_leaf():
    rows = queued(700)
    assert sequence(most=300) == 300
    assert (sequence(), sequence()) == (400, 0)
    found = list(EvidenceEntry._base_manager.order_by("number"))
    assert [one.number for one in found] == list(range(700))
    assert {one.pk for one in found} == {one.pk for one in rows}
    assert all(bytes(one.leaf) == leaf_hash(entry_bytes(one.sha256, one.sm3)) for one in found)
    head = LogHead._base_manager.get()
    assert (head.size, bytes(head.root)) == (700, tree_of(700).root)
    assert {(one.level, one.place, len(one.data) // 32) for one in LogTile._base_manager.all()} == {
        *((0, 0, 256), (0, 1, 256), (0, 2, 188), (1, 0, 2))
    }


def test_each_checkpoint_continues_the_one_before_and_a_monitor_agrees():
    signed = []
    for count in (1, 255, 3, 600):
        queued(count)
        made = keep_log()
        assert made is not None
        signed.append(Checkpoint.parse(Note.parse(made.note).text))
    assert [one.size for one in signed] == [1, 256, 259, 859]
    now = tree_of(859)
    for one in signed:
        verify_consistency(one.size, 859, now.consistency_proof(one.size), one.root, now.root)
    found = audit(TableResources(), keys(), signed[1])
    assert (found.findings, found.entries) == ((), 859)
    assert keep_log() == LogCheckpoint._base_manager.get(size=859)
    assert LogCheckpoint._base_manager.count() == 4, "a log that stands still signs nothing new"


def test_a_database_that_was_changed_stops_the_log_before_it_signs():
    operator = operator_actor()
    queued(3)
    keep_log()
    tile = LogTile._base_manager.get()
    LogTile._base_manager.update(data=bytes(32) + bytes(tile.data)[32:])
    queued(2)
    log_sequencing._remember(log_sequencing.Edge())  # as in a process that begins
    keep_log()
    head = LogHead._base_manager.get()
    assert (head.halt, head.size) == (Halt.TREE, 3)
    assert LogCheckpoint._base_manager.count() == 1
    assert EvidenceEntry._base_manager.filter(number=None).count() == 2, "what is acknowledged waits"
    assert Notice._base_manager.filter(event="log.halted", account_id=operator.person).count() == 1
    keep_log()
    assert AuditEntry._base_manager.filter(verb="log.halt").count() == 1
    LogTile._base_manager.update(data=tile.data)
    resume_log(head=head, by=operator)
    assert keep_log().size == 5
    with pytest.raises(Refusal):
        resume_log(head=head, by=operator)


def test_a_log_shorter_than_what_was_signed_signs_nothing():
    queued(5)
    keep_log()
    LogHead._base_manager.update(size=4, root=tree_of(4).root)
    with pytest.raises(log_sequencing.Disturbed):
        sign_checkpoint()


def test_what_is_in_the_log_is_neither_changed_nor_deleted():
    queued(1)
    sequence()
    for change in (
        lambda rows: rows.update(sha256=bytes(32)),
        lambda rows: rows.update(number=None, leaf=None),
        lambda rows: rows.delete(),
    ):
        with pytest.raises(DatabaseError), transaction.atomic():
            change(EvidenceEntry._base_manager.all())


def test_a_new_key_follows_the_old_one_and_both_checkpoints_stay_good():
    queued(2)
    first, old = keep_log(), keys()[0]
    rotate_key(by=operator_actor())
    queued(2)
    second, new = keep_log(), keys()[0]
    assert old != new
    assert LogKey._base_manager.get(retired_at=None).since_size == 2
    for note, signer in ((first.note, old), (second.note, new)):
        assert Note.parse(note).verified_by([old, new]) == (signer,)
    first.refresh_from_db()
    assert Note.parse(first.note).verified_by([new, old]) == (new, old), "at the hand-over both have signed"


def test_a_key_that_cannot_be_read_stops_the_log(settings):
    queued(1)
    keep_log()
    settings.SECRETS = {**settings.SECRETS, "keys": "another secret that nobody sealed with"}
    queued(1)
    keep_log()
    assert LogHead._base_manager.get().halt == Halt.KEY
    with pytest.raises(Refusal) as refused:
        rotate_key(by=operator_actor())
    assert refused.value.code == "log.key_sealed"


@pytest.mark.django_db(transaction=True)
def test_writers_and_sequencers_at_once_lose_nothing_and_double_nothing():
    start, faults = threading.Barrier(6), []

    def work(call) -> None:
        start.wait()
        try:
            for _ in range(8):
                call()
        except Exception as error:  # noqa: BLE001  told to the test below
            faults.append(error)
        finally:
            connection.close()

    threads = [threading.Thread(target=work, args=[call]) for call in [lambda: queued(5)] * 3 + [keep_log] * 3]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert faults == []
    keep_log()
    found = list(EvidenceEntry._base_manager.order_by("number"))
    assert [one.number for one in found] == list(range(120))
    tree: Tree = tree_of(120)
    assert tree.root == audit(TableResources(), keys()).checkpoint.root
