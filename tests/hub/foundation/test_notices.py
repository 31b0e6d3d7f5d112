"""Notices and the outbox: told once, sent at least once, silent when the right has ended."""

import uuid
from datetime import UTC, datetime, timedelta

import pytest
from django.core import mail

from rongtong.hub.foundation import notices, outbox
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Delivery, Job, Notice

ME, OTHER = uuid.uuid4(), uuid.uuid4()
ORGANISATION = uuid.uuid4()
SECRET = "配流副织构"


@pytest.fixture(autouse=True)
def house(monkeypatch):
    """One kind of notice, two people with addresses."""
    monkeypatch.setattr(notices, "EVENTS", {})
    monkeypatch.setattr(outbox, "EVENTS", notices.EVENTS)
    monkeypatch.setattr(notices, "_mail_address", [lambda ids: {one: f"{one}@example.com" for one in ids}])
    actor = Actor(account_id=ME, organisation_id=ORGANISATION, role="owner", verified=True)
    monkeypatch.setattr(outbox, "_actor_of", [lambda account, organisation: (actor, "zh-hans")])
    notices.event(
        "job.ended",
        subject="任务结束",
        words=lambda job, details: f"{SECRET} {job.kind}",
        link=lambda job: f"/jobs/{job.pk}/",
    )


def told(by: uuid.UUID = OTHER) -> Job:
    job = Job._base_manager.create(kind="k", account_id=ME, organisation_id=ORGANISATION)
    notices.notify("job.ended", to=[ME, ME, by], about=job, by=Actor(account_id=by))
    return job


@pytest.mark.django_db
def test_each_person_is_told_once_and_the_actor_is_not():
    told()
    assert [(one.account_id, one.event) for one in Notice._base_manager.all()] == [(ME, "job.ended")]
    assert Delivery._base_manager.get().recipient == f"{ME}@example.com"


@pytest.mark.django_db
def test_mail_carries_the_link_and_no_title():
    job = told()
    assert outbox.send_due() == 1
    [message] = mail.outbox
    assert (message.subject, f"/jobs/{job.pk}/" in message.body) == ("任务结束", True)
    assert SECRET not in message.subject + message.body
    assert Delivery._base_manager.get().state == "sent"
    assert outbox.send_due() == 0


@pytest.mark.django_db
def test_nothing_is_sent_when_the_right_has_ended(monkeypatch):
    told()
    monkeypatch.setattr(outbox, "_actor_of", [lambda account, organisation: None])
    outbox.send_due()
    assert (mail.outbox, Delivery._base_manager.get().state) == ([], "dropped")


@pytest.mark.django_db
def test_notice_of_a_thing_no_longer_visible_is_not_read():
    job = told()
    reader = Actor(account_id=ME, organisation_id=ORGANISATION, role="owner", verified=True)
    assert [str(one.words) for one in notices.read(Notice._base_manager.all(), reader)] == [f"{SECRET} k"]
    Job._base_manager.filter(pk=job.pk).update(account_id=OTHER)
    assert notices.read(Notice._base_manager.all(), reader) == []


@pytest.mark.django_db
def test_a_failing_receiver_is_tried_again_later(monkeypatch):
    told()

    def away(self, **given):
        raise ConnectionRefusedError("mail server away")

    monkeypatch.setattr("django.core.mail.EmailMessage.send", away)
    before = datetime.now(UTC)
    assert outbox.send_due() == 1
    row = Delivery._base_manager.get()
    assert (row.state, row.attempts, row.problem) == ("waiting", 1, "mail server away")
    assert row.next_at > before + timedelta(seconds=4)
    for _ in outbox.BACK_OFF:
        Delivery._base_manager.update(next_at=before)
        outbox.send_due()
    assert Delivery._base_manager.get().state == "failed"
