"""Files whose scanner was away: closed until it answers, asked about ever more seldom, decided once."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django.db import connection
from django.test import Client
from django.urls import reverse

from rongtong.hub.foundation.errors import NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry, Notice
from rongtong.hub.foundation.rights import VERBS, roles_on
from rongtong.hub.trust.domain import checking
from rongtong.hub.trust.domain.documents import attach, read_document, remove_document
from rongtong.hub.trust.models import Document
from rongtong.hub.trust.queries import document_for, documents_of
from rongtong.hub.trust.tasks import check_documents
from tests.factories import a_member, actor_of, operator_actor

from .scanner import scanner
from .test_documents import own, picture

pytestmark = pytest.mark.django_db
AWAY = "/nonexistent/clamd.sock"


@pytest.fixture(autouse=True)
def away(settings) -> None:
    settings.CLAMD = AWAY


def waiting(challenge, name: str = "a.png") -> Document:
    return attach(subject=challenge, file=picture(name), level=0, by=own(challenge))


def due_now() -> None:
    Document._base_manager.update(scan_at=datetime.now(UTC) - timedelta(seconds=1))


def test_what_is_being_checked_is_closed_and_its_own_side_sees_that_it_waits(challenge):
    document = waiting(challenge)
    assert document.state == "checking"
    assert [one.pk for one in documents_of(challenge, own(challenge, "viewer")).rows] == [document.pk]
    for other in (actor_of(a_member("owner")), operator_actor()):
        assert documents_of(challenge, other).rows == []
        with pytest.raises(NotVisible):
            document_for(other, document.pk)
    with pytest.raises(Refusal) as refused:
        read_document(document=document, by=own(challenge))
    assert refused.value.code == "rights.state"
    remove_document(document=document, by=own(challenge))
    assert Document._base_manager.get().state == "removed"


def test_it_opens_once_the_scanner_answers(challenge, settings):
    document = waiting(challenge)
    with scanner() as server:
        settings.CLAMD = server.address
        assert (checking.check_waiting(), checking.check_waiting()) == (1, 0)
        assert server.asked == 1
    document.refresh_from_db()
    assert (document.state, document.version) == ("ready", 2)
    assert AuditEntry._base_manager.get(verb="document.check").details == {"verdict": "clean"}
    assert not Notice._base_manager.exists()


def test_what_is_infected_is_refused_and_its_bringer_told(challenge, settings):
    document = waiting(challenge)
    with scanner(finds=b"PNG") as server:
        settings.CLAMD = server.address
        assert check_documents(0) == 1
    document.refresh_from_db()
    assert document.state == "refused"
    bringer = Client()
    bringer.force_login(document.uploaded_by)
    assert "未通过病毒检查" in bringer.get(reverse("web:notices")).content.decode()
    assert "已拒收" in bringer.get(reverse("innovation:challenge_files", args=[challenge.pk])).content.decode()
    assert documents_of(challenge, actor_of(a_member("owner"))).rows == []
    with pytest.raises(Refusal):
        read_document(document=document, by=own(challenge))
    due_now()
    assert checking.check_waiting() == 0


def test_while_it_is_away_the_pauses_grow_and_then_stay(challenge):
    document, pauses = waiting(challenge), []
    for _ in range(7):
        due_now()
        before = datetime.now(UTC)
        assert checking.check_waiting() == 0
        document.refresh_from_db()
        pauses.append(round((document.scan_at - before) / timedelta(minutes=1)))
        assert checking.check_waiting() == 0  # not due: not asked
    assert pauses == [1, 5, 15, 60, 360, 360, 360]
    assert (document.scans, document.state, document.version) == (7, "checking", 1)


def test_an_answer_that_is_none_keeps_the_file_closed(challenge, settings):
    document = waiting(challenge)
    with scanner() as server:
        server.mute = True
        settings.CLAMD = server.address
        assert checking.check_waiting() == 0
        assert server.asked == 1
    document.refresh_from_db()
    assert document.state == "checking"


def test_one_that_cannot_be_decided_does_not_hold_up_the_others(challenge, settings):
    first, second = waiting(challenge, "a.png"), waiting(challenge, "b.png")
    with scanner() as server:
        settings.CLAMD = server.address
        server.mute = True
        checking.check_waiting()
        server.mute = False
        assert checking.check_waiting() == 1
    states = {one.pk: one.state for one in Document._base_manager.all()}
    assert states == {first.pk: "checking", second.pk: "ready"}


@pytest.mark.django_db(transaction=True)
def test_what_is_removed_while_the_scanner_looks_stays_removed(challenge, settings):
    document, remover = waiting(challenge), own(challenge)

    def remove() -> None:
        try:
            remove_document(document=document, by=remover)
        finally:
            connection.close()  # this thread's

    with scanner() as server:
        server.first = remove
        settings.CLAMD = server.address
        assert checking.check_waiting() == 0
    document.refresh_from_db()
    assert document.state == "removed"
    assert not AuditEntry._base_manager.filter(verb="document.check").exists()


@pytest.mark.django_db(transaction=True)
def test_of_two_workers_one_asks(challenge, settings):
    waiting(challenge)
    start, settled = threading.Barrier(2), []

    def work() -> None:
        start.wait()
        try:
            settled.append(checking.check_waiting())
        finally:
            connection.close()

    with scanner() as server:
        settings.CLAMD = server.address
        threads = [threading.Thread(target=work) for _ in range(2)]
        for thread in threads:
            thread.start()
        for thread in threads:
            thread.join()
        assert server.asked == 1
    assert sorted(settled) == [0, 1]


def test_nobody_but_the_system_decides(challenge):
    document = waiting(challenge)
    for actor in (own(challenge, "owner"), operator_actor("owner")):
        assert not VERBS["document.check"].roles & roles_on(actor, document)
