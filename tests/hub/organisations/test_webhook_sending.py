"""What is sent to programs: signed, at least once, with patience, and never what the organisation may not see."""

from __future__ import annotations

import base64
import hashlib
import hmac
import json
import subprocess
import threading
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from django.conf import settings as django_settings

from rongtong.hub.foundation import outbound
from rongtong.hub.foundation.models import DeliveryState, Notice
from rongtong.hub.foundation.outbound.signing import as_text, key_of, new_key, signed_headers
from rongtong.hub.foundation.outbox import BACK_OFF
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.organisations.domain import webhook_sending as sending
from rongtong.hub.organisations.domain import webhooks
from rongtong.hub.organisations.enums import DeliveryProblem, PauseReason, Role, VerificationState, WebhookState
from rongtong.hub.organisations.models import Organisation, Webhook, WebhookDelivery
from tests import factories
from tests.hub.organisations.factories_webhook import Got, Receiver, a_message, a_webhook, receiving

pytestmark = pytest.mark.django_db


@pytest.fixture
def receiver(monkeypatch: pytest.MonkeyPatch) -> Iterator[Receiver]:
    with receiving(Receiver()) as one:
        monkeypatch.setattr(outbound, "client", one.client)
        yield one


def make_due() -> None:
    """As if the waiting times had passed."""
    WebhookDelivery._base_manager.update(next_at=datetime.now(UTC))
    Webhook._base_manager.update(retry_at=None)


def refuse(status: int) -> Any:
    return lambda got: (status, b"no")


# ---- signatures


def test_the_vector_of_the_specification() -> None:
    """The example that every library of the convention is tested with."""
    headers = signed_headers(
        [key_of("whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw")],
        id="msg_p5jXN8AQM9LWM0D4loKWxJek",
        timestamp=1614265330,
        content=b'{"test": 2432232314}',
    )
    assert headers["webhook-signature"] == "v1,g0hM9SsE+OTPJTGt/tmIKtSyZlE3uFJELVlNIOLJ1OE="


def test_a_message_is_signed_as_another_program_computes_it(receiver: Receiver) -> None:
    """Against OpenSSL's own command, which shares no code with us."""
    key = new_key()
    row = a_message(a_webhook(key=key))
    assert sending.send_to(row.webhook_id) == 1
    (got,) = receiver.got
    text = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    command = ["openssl", "dgst", "-sha256", "-mac", "HMAC", "-macopt", f"hexkey:{key.hex()}", "-binary"]
    independent = subprocess.run(command, input=text, capture_output=True, check=True).stdout
    assert got.headers["webhook-signature"] == "v1," + base64.b64encode(independent).decode()
    assert key_of(as_text(key)) == key and as_text(key).startswith("whsec_")
    assert abs(int(got.headers["webhook-timestamp"]) - datetime.now(UTC).timestamp()) < 60


def verified_by(got: Got, key: bytes) -> bool:
    text = f"{got.headers['webhook-id']}.{got.headers['webhook-timestamp']}.".encode() + got.body
    one = "v1," + base64.b64encode(hmac.new(key, text, hashlib.sha256).digest()).decode()
    return one in got.headers["webhook-signature"].split(" ")


def test_both_secrets_hold_during_a_changeover_and_one_after_it(receiver: Receiver) -> None:
    former = new_key()
    webhook = a_webhook(key=former)
    actor = factories.actor_of(factories.a_member(Role.MANAGER, webhook.organisation))
    current = key_of(webhooks.rotate_webhook(webhook=webhook, hours=24, by=actor).secret)
    a_message(webhook)
    sending.send_to(webhook.pk)
    assert verified_by(receiver.got[-1], former) and verified_by(receiver.got[-1], current)
    Webhook._base_manager.update(former_until=datetime.now(UTC) - timedelta(seconds=1))
    a_message(webhook)
    sending.send_to(webhook.pk)
    assert not verified_by(receiver.got[-1], former) and verified_by(receiver.got[-1], current)
    sending.forget_old()
    assert Webhook._base_manager.get().former_sealed is None
    last = key_of(webhooks.rotate_webhook(webhook=webhook, hours=0, by=actor).secret)
    a_message(webhook)
    sending.send_to(webhook.pk)
    assert not verified_by(receiver.got[-1], current) and verified_by(receiver.got[-1], last)


# ---- what is told


def test_a_message_says_what_and_where_and_nothing_else(receiver: Receiver) -> None:
    challenge = factories.a_challenge(title="MKTITLE 主轴承")
    webhook = a_webhook(challenge.organisation, url="http://erp.tests.example/in?tenant=7")
    row = a_message(webhook, challenge, event="challenge.published")
    sending.send_to(webhook.pk)
    (got,) = receiver.got
    assert got.path == "/in?tenant=7"
    assert got.headers["content-type"] == "application/json"
    assert got.headers["webhook-id"] == str(row.pk)
    assert json.loads(got.body) == {
        "type": "challenge.published",
        "timestamp": row.created_at.astimezone(UTC).isoformat().replace("+00:00", "Z"),
        "data": {
            "object": "challenge",
            "id": str(challenge.pk),
            "url": f"{django_settings.SITE_URL}/api/v1/challenges/{challenge.pk}",
        },
    }


def test_the_body_is_the_same_bytes_at_every_attempt(receiver: Receiver) -> None:
    receiver.answer = refuse(500)
    row = a_message()
    for _attempt in range(3):
        make_due()
        sending.send_to(row.webhook_id)
    assert len(receiver.got) == 3
    assert len({(got.body, got.headers["webhook-id"]) for got in receiver.got}) == 1


@pytest.mark.parametrize("end", ["hidden", "gone", "suspended"])
def test_what_may_no_longer_be_seen_is_not_sent(receiver: Receiver, end: str) -> None:
    """The right ends between the event and the sending."""
    challenge = factories.a_challenge()
    webhook = a_webhook(challenge.organisation)
    stranger = a_webhook(factories.an_organisation())
    rows = [a_message(one, challenge, event="challenge.returned") for one in (webhook, stranger)]
    if end == "hidden":
        Challenge._base_manager.update(organisation=factories.an_organisation(), state="draft")
    elif end == "gone":
        Challenge._base_manager.all().delete()
    else:
        Organisation._base_manager.filter(pk=webhook.organisation_id).update(state=VerificationState.SUSPENDED)
        Challenge._base_manager.update(state="draft")
    for one in (webhook, stranger):
        sending.send_to(one.pk)
    assert receiver.got == []
    for row in rows:
        row.refresh_from_db()
        assert (row.state, row.problem) == (DeliveryState.DROPPED, DeliveryProblem.HIDDEN)


def test_a_draft_is_told_to_its_own_house_alone(receiver: Receiver) -> None:
    challenge = factories.a_challenge("draft")
    own, other = a_webhook(challenge.organisation), a_webhook()
    for one in (own, other):
        a_message(one, challenge, event="challenge.returned")
        sending.send_to(one.pk)
    assert len(receiver.got) == 1


def test_a_reader_is_nobody_in_particular() -> None:
    """A program knows what every member may know: no role above it, no person's own things."""
    actor = sending.reader_for(factories.an_organisation())
    assert actor.is_member and actor.steps == ("viewer",) and not actor.operator
    suspended = sending.reader_for(factories.an_organisation(state=VerificationState.SUSPENDED))
    assert suspended.role is None and not suspended.is_member


# ---- attempts


@pytest.mark.parametrize("status", [200, 201, 204, 299])
def test_success_ends_it(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda got: (status, b"")
    row = a_message(a_webhook(failures=4, failing_since=datetime.now(UTC)))
    assert sending.send_to(row.webhook_id) == 1
    row.refresh_from_db()
    webhook = Webhook._base_manager.get()
    assert (row.state, row.attempts, row.status, row.problem) == (DeliveryState.SENT, 1, status, "")
    assert (webhook.failures, webhook.failing_since, webhook.retry_at) == (0, None, None)
    assert row.sent_at is not None and webhook.answered_at is not None
    assert sending.send_to(row.webhook_id) == 0


@pytest.mark.parametrize("status", [301, 302, 307, 400, 401, 404, 429, 500, 503])
def test_everything_else_is_a_failure(receiver: Receiver, status: int) -> None:
    receiver.answer = lambda got: (status, "答复\x00".encode() * 300)
    row = a_message()
    sending.send_to(row.webhook_id)
    row.refresh_from_db()
    assert (row.state, row.status, row.problem) == (DeliveryState.WAITING, status, DeliveryProblem.STATUS)
    assert len(row.answer) == 500 and row.answer.startswith("答复�答复")
    assert len(receiver.got) == 1  # a redirect leads nowhere


def test_each_failure_waits_longer_and_the_last_gives_up(receiver: Receiver) -> None:
    receiver.answer = refuse(500)
    row = a_message()
    waited = []
    for attempt in range(1, len(BACK_OFF) + 2):
        make_due()
        before = datetime.now(UTC)
        assert sending.send_to(row.webhook_id) == 1
        row.refresh_from_db()
        assert row.attempts == attempt
        if row.state == DeliveryState.WAITING:
            due = [seconds for seconds in BACK_OFF if before + timedelta(seconds=seconds) <= row.next_at]
            waited.append(max(due))
    assert waited == list(BACK_OFF) == [5, 60, 600, 3600, 21600, 86400]
    assert row.state == DeliveryState.FAILED
    make_due()
    assert sending.send_to(row.webhook_id) == 0


def test_an_address_inside_is_refused_when_it_is_sent_to(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    inside = outbound.Outbound(clear_text=True, resolve=lambda host, port: ["169.254.169.254"], network=receiver)
    monkeypatch.setattr(outbound, "client", lambda: inside)
    row = a_message()
    sending.send_to(row.webhook_id)
    row.refresh_from_db()
    assert (row.problem, row.status, receiver.got) == (DeliveryProblem.REFUSED, None, [])


def test_nobody_at_home(receiver: Receiver, monkeypatch: pytest.MonkeyPatch) -> None:
    def unknown(host: str, port: int) -> list[str]:
        raise OSError("no such name")

    monkeypatch.setattr(outbound, "client", lambda: outbound.Outbound(clear_text=True, resolve=unknown))
    row = a_message()
    sending.send_to(row.webhook_id)
    row.refresh_from_db()
    assert (row.state, row.problem) == (DeliveryState.WAITING, DeliveryProblem.UNREACHABLE)


def test_a_secret_that_cannot_be_opened_is_said(receiver: Receiver, settings: Any) -> None:
    row = a_message()
    settings.SECRETS = {**settings.SECRETS, "keys": "1" * 64}
    sending.send_to(row.webhook_id)
    row.refresh_from_db()
    assert (row.problem, receiver.got) == (DeliveryProblem.SECRET, [])


def test_an_attempt_that_died_is_made_again(receiver: Receiver) -> None:
    """At least once: a process that was killed between sending and writing leaves the message to another."""
    row = a_message()
    assert sending._claimed(row.webhook_id) is not None  # and then the process dies
    assert sending.receivers_due() == [] and sending.send_to(row.webhook_id) == 0
    WebhookDelivery._base_manager.update(next_at=datetime.now(UTC))  # its lease is over
    assert sending.receivers_due() == [row.webhook_id] and sending.send_to(row.webhook_id) == 1
    row.refresh_from_db()
    assert (row.state, row.attempts) == (DeliveryState.SENT, 2)


# ---- the receiver as a whole


def test_a_failing_receiver_is_left_alone_with_everything_that_waits(receiver: Receiver) -> None:
    receiver.answer = refuse(500)
    webhook = a_webhook()
    rows = [a_message(webhook) for _n in range(3)]
    assert sending.send_to(webhook.pk) == 1
    assert sending.receivers_due() == []  # two are due, their receiver is not
    make_due()
    receiver.answer = lambda got: (200, b"")
    assert sending.receivers_due() == [webhook.pk] and sending.send_to(webhook.pk) == 3
    assert {got.headers["webhook-id"] for got in receiver.got} == {str(row.pk) for row in rows}


@pytest.mark.parametrize(("failures", "hours", "paused"), [(9, 7, True), (8, 7, False), (9, 5, False)])
def test_many_failures_over_many_hours_pause_it(receiver: Receiver, failures: int, hours: int, paused: bool) -> None:
    receiver.answer = refuse(500)
    since = datetime.now(UTC) - timedelta(hours=hours)
    webhook = a_webhook(failures=failures, failing_since=since)
    people = {role: factories.a_member(role, webhook.organisation) for role in Role.values}
    row = a_message(webhook)
    sending.send_to(webhook.pk)
    webhook.refresh_from_db()
    told = set(Notice._base_manager.filter(event="webhook.paused").values_list("account_id", flat=True))
    if paused:
        assert (webhook.state, webhook.paused_because) == (WebhookState.PAUSED, PauseReason.FAILURES)
        assert told == {people["owner"].account_id, people["manager"].account_id}
    else:
        assert webhook.state == WebhookState.ACTIVE and told == set()
        assert (webhook.failures, webhook.failing_since) == (failures + 1, since)
    make_due()
    assert sending.send_to(webhook.pk) == (0 if paused else 1)
    row.refresh_from_db()
    assert row.state == DeliveryState.WAITING


def test_a_receiver_that_is_gone_is_paused_at_once(receiver: Receiver) -> None:
    receiver.answer = refuse(410)
    row = a_message()
    sending.send_to(row.webhook_id)
    webhook = Webhook._base_manager.get()
    assert (webhook.state, webhook.paused_because) == (WebhookState.PAUSED, PauseReason.GONE)


def test_what_waited_too_long_is_given_up_and_what_is_old_is_forgotten() -> None:
    paused = a_webhook(state=WebhookState.PAUSED)
    late, waits, old, fresh = a_message(paused), a_message(paused), a_message(state="sent"), a_message()
    now = datetime.now(UTC)
    for row, days in ((late, 4), (old, 31), (fresh, 4)):
        WebhookDelivery._base_manager.filter(pk=row.pk).update(created_at=now - timedelta(days=days))
    assert sending.forget_old() == 1
    states = dict(WebhookDelivery._base_manager.values_list("pk", "state"))
    assert states == {late.pk: "failed", waits.pk: "waiting", fresh.pk: "waiting"}


@pytest.mark.django_db(transaction=True)
def test_one_that_hangs_holds_up_none_but_its_own(monkeypatch: pytest.MonkeyPatch) -> None:
    """The hanging receiver answers only after the others have been served, twice over."""
    served = threading.Event()
    quick = [a_webhook(url=f"http://erp.tests.example/{n}") for n in range(2)]
    slow = a_webhook(url="http://erp.tests.example/slow")

    def answer(got: Got) -> tuple[int, bytes]:
        if got.path == "/slow":
            return (200, b"") if served.wait(30) else (500, b"the others were held up")
        if sum(one.path != "/slow" for one in one_receiver.got) == 4:
            served.set()
        return 200, b""

    for webhook in (slow, *quick, *quick, slow):
        a_message(webhook)
    with receiving(Receiver(answer)) as one_receiver:
        monkeypatch.setattr(outbound, "client", one_receiver.client)
        assert sending.send_due() == 6
    assert set(WebhookDelivery._base_manager.values_list("state", flat=True)) == {"sent"}


def test_the_example_of_the_documentation_verifies_a_real_message(receiver: Receiver) -> None:
    """The code that docs/webhooks.md offers, run as it stands there."""
    page = (Path(__file__).parents[3] / "docs/webhooks.md").read_text(encoding="utf-8")
    example = page.split("```python\n")[1].split("```")[0]
    space: dict[str, Any] = {}
    exec(compile(example, "docs/webhooks.md", "exec"), space)
    key = new_key()
    row = a_message(a_webhook(key=key))
    sending.send_to(row.webhook_id)
    (got,) = receiver.got
    assert space["verified"](as_text(key), got.headers, got.body)["type"] == "organisation.verified"
    old = {**got.headers, "webhook-timestamp": str(int(got.headers["webhook-timestamp"]) - 301)}
    for secret, headers, body in (
        (as_text(new_key()), got.headers, got.body),
        (as_text(key), got.headers, got.body + b" "),
        (as_text(key), old, got.body),
        (as_text(key), {**got.headers, "webhook-id": "other"}, got.body),
    ):
        with pytest.raises(ValueError, match="webhook"):
            space["verified"](secret, headers, body)
