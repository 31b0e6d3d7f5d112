"""Webhooks: who may register them, what is written when something happens, pages and API."""

from __future__ import annotations

import base64
import re
from datetime import UTC, datetime
from typing import Any

import pytest
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext
from django.urls import Resolver404, get_resolver, resolve, reverse

from rongtong.hub.foundation import notices
from rongtong.hub.foundation.actors import SYSTEM
from rongtong.hub.foundation.api.objects import OBJECTS, place_of
from rongtong.hub.foundation.errors import Forbidden, Invalid, NotVisible, Refusal, Stale
from rongtong.hub.foundation.models import AuditEntry, IdempotencyKey
from rongtong.hub.foundation.rights import VERBS
from rongtong.hub.innovation.domain.challenges import return_challenge
from rongtong.hub.organisations.domain import webhooks
from rongtong.hub.organisations.domain.webhook_events import PING, event_choices
from rongtong.hub.organisations.enums import OrganisationKind, Role, VerificationState
from rongtong.hub.organisations.models import Account, Member, Webhook, WebhookDelivery
from tests import factories
from tests.hub.organisations.factories_webhook import a_message, a_webhook
from tests.programs import Program

pytestmark = pytest.mark.django_db
URL = "https://erp.tests.example/hooks"
SECRET = re.compile(r"whsec_[A-Za-z0-9+/]{43}=")


def at(name: str, *args: Any) -> str:
    return reverse(f"organisations:{name}", args=args)


def signed_in(account: Account) -> Client:
    client = Client()
    client.force_login(account)
    return client


def create(member: Member, url: str = URL, name: str = "ERP", events: Any = ()) -> Webhook:
    actor = factories.actor_of(member)
    return webhooks.create_webhook(organisation=member.organisation, name=name, url=url, events=events, by=actor)


# ---- verbs and rights

DO = {
    "create": lambda row, by: webhooks.create_webhook(
        organisation=row.organisation, name="x", url=URL, events=[], by=by
    ),
    "edit": lambda row, by: webhooks.edit_webhook(
        webhook=row, name="x", url=URL, events=[], version=row.version, by=by
    ),
    "test": lambda row, by: webhooks.ping_webhook(webhook=row, by=by),
    "pause": lambda row, by: webhooks.pause_webhook(webhook=row, by=by),
    "resume": lambda row, by: webhooks.resume_webhook(webhook=row, by=by),
    "rotate": lambda row, by: webhooks.rotate_webhook(webhook=row, hours=1, by=by),
    "delete": lambda row, by: webhooks.delete_webhook(webhook=row, by=by),
    "replay": lambda row, by: webhooks.replay_delivery(delivery=a_message(row, state="failed"), by=by),
}


@pytest.mark.parametrize("verb", sorted(DO))
def test_owners_and_managers_do_it_and_nobody_else(verb: str) -> None:
    organisation = factories.an_organisation()
    people = {role: factories.actor_of(factories.a_member(role, organisation)) for role in Role.values}
    people["rival"] = factories.actor_of(factories.a_member())
    people["operator"] = factories.operator_actor(Role.OWNER)
    people["visitor"] = factories.visitor
    for who, actor in people.items():
        row = a_webhook(organisation, state="paused" if verb == "resume" else "active")
        seen = AuditEntry._base_manager.filter(verb=f"webhook.{verb}").count()
        if who in ("owner", "manager"):
            DO[verb](row, actor)
        else:
            with pytest.raises((Forbidden, NotVisible)):
                DO[verb](row, actor)
        assert AuditEntry._base_manager.filter(verb=f"webhook.{verb}").count() - seen == (who in ("owner", "manager"))


def test_every_verb_is_tried_here() -> None:
    assert {name.removeprefix("webhook.") for name in VERBS if name.startswith("webhook.")} == set(DO)


@pytest.mark.parametrize(
    ("verb", "state"), [("test", "paused"), ("pause", "paused"), ("resume", "active"), ("replay", "waiting")]
)
def test_verbs_make_sense_in_their_states_only(verb: str, state: str) -> None:
    member = factories.a_member()
    row = a_webhook(member.organisation, state=state if verb != "replay" else "active")
    subject = a_message(row) if verb == "replay" else row
    do = {**DO, "replay": lambda one, by: webhooks.replay_delivery(delivery=one, by=by)}[verb]
    with pytest.raises(Refusal) as caught:
        do(subject, factories.actor_of(member))
    assert caught.value.code == "rights.state"


def test_an_organisation_that_is_not_verified_registers_none() -> None:
    member = factories.a_member(organisation=factories.an_organisation(state=VerificationState.PENDING))
    with pytest.raises(Refusal):
        create(member)


@pytest.mark.parametrize(
    ("change", "code"),
    [
        ({"name": " "}, "webhook.name"),
        ({"name": "x" * 81}, "webhook.name"),
        ({"events": ["challenge.published", "nothing.known"]}, "webhook.events"),
        ({"events": ["recovery.opened"]}, "webhook.events"),
        ({"url": "http://erp.tests.example/"}, "webhook.url"),
        ({"url": "https://user:word@erp.tests.example/"}, "webhook.url"),
        ({"url": "https://127.0.0.1/"}, "webhook.url"),
        ({"url": "https://2130706433/"}, "webhook.url"),
        ({"url": "https://[::1]/"}, "webhook.url"),
        ({"url": "https://10.1.2.3:8443/"}, "webhook.url"),
        ({"url": "https://hub.tests.example/x"}, "webhook.self"),
    ],
)
def test_what_is_registered_is_checked(settings: Any, change: dict[str, Any], code: str) -> None:
    settings.SITE_URL = "https://hub.tests.example"
    with pytest.raises(Invalid) as caught:
        create(factories.a_member(), **change)
    assert [fault.code for fault in caught.value.faults] == [code]
    assert Webhook._base_manager.count() == 0


def test_ten_are_enough() -> None:
    member = factories.a_member()
    for number in range(webhooks.MOST):
        create(member, name=str(number))
    with pytest.raises(Refusal) as caught:
        create(member)
    assert caught.value.code == "webhook.many"


def test_the_database_holds_no_usable_secret() -> None:
    member = factories.a_member()
    made = create(member)
    secrets = [made.secret, webhooks.rotate_webhook(webhook=made, hours=2, by=factories.actor_of(member)).secret]
    assert all(SECRET.fullmatch(secret) for secret in secrets) and secrets[0] != secrets[1]
    with connection.cursor() as cursor:
        for table in ("organisations_webhook", "foundation_auditentry"):
            cursor.execute(f"SELECT string_agg(t::text, ' ') FROM {table} t")
            text = cursor.fetchone()[0]
            for secret in secrets:
                key = secret.removeprefix("whsec_")
                assert key not in text and base64.b64decode(key).hex() not in text


def test_a_change_that_does_not_know_another_is_refused() -> None:
    member = factories.a_member()
    row = create(member)
    actor = factories.actor_of(member)
    webhooks.edit_webhook(webhook=row, name="a", url=URL, events=["nda.signed"], version=1, by=actor)
    with pytest.raises(Stale):
        webhooks.edit_webhook(webhook=row, name="b", url=URL, events=[], version=1, by=actor)


# ---- what is written when something happens


def test_an_event_is_written_for_those_who_are_told() -> None:
    """In the verb's transaction, once for each webhook that wants it."""
    challenge = factories.a_challenge("submitted")
    factories.a_member(Role.OWNER, challenge.organisation)
    wants = a_webhook(challenge.organisation, events=["challenge.returned"])
    everything = a_webhook(challenge.organisation)
    paused = a_webhook(challenge.organisation, state="paused")
    a_webhook(challenge.organisation, events=["challenge.published"])
    a_webhook()
    return_challenge(challenge=challenge, comment="请补充指标与验收方法。", by=factories.operator_actor())
    rows = WebhookDelivery._base_manager.all()
    assert {row.webhook_id for row in rows} == {wants.pk, everything.pk, paused.pk} and len(rows) == 3
    assert {(row.event, row.about_type, row.about_id) for row in rows} == {
        ("challenge.returned", "innovation.challenge", challenge.pk)
    }


def test_who_acted_is_not_told_by_notice_but_the_programs_are() -> None:
    member = factories.a_member()
    row = a_webhook(member.organisation)
    told = notices.notify(
        "organisation.verified",
        to=[member.account_id],
        about=member.organisation,
        by=factories.actor_of(member),
        organisation_id=member.organisation_id,
    )
    assert told == [] and WebhookDelivery._base_manager.get().webhook_id == row.pk


def test_where_no_organisation_is_named_those_of_the_people_are_told() -> None:
    """What goes to the operator's people goes to the operator's programs; leavers and others are not counted."""
    operator = factories.a_member(Role.MANAGER, factories.an_organisation(OrganisationKind.OPERATOR))
    colleague = factories.a_member(Role.VIEWER, operator.organisation)
    left = factories.a_member(account=operator.account, until=datetime.now(UTC))
    own, _former = a_webhook(operator.organisation), a_webhook(left.organisation)
    people = [operator.account_id, colleague.account_id]
    notices.notify("organisation.submitted", to=people, about=left.organisation, by=SYSTEM)
    assert [row.webhook_id for row in WebhookDelivery._base_manager.all()] == [own.pk]


def test_what_concerns_one_person_is_not_told_to_programs() -> None:
    member = factories.a_member()
    a_webhook(member.organisation)
    for name in ("member.role_changed", "webhook.paused"):
        notices.notify(
            name, to=[member.account_id], about=member, by=SYSTEM, organisation_id=member.organisation_id, reason="gone"
        )
    assert not WebhookDelivery._base_manager.exists()
    personal = {name for name, kind in notices.EVENTS.items() if not kind.outside}
    assert personal >= {"search.news", "reviewer.assigned", "member.invited", "recovery.opened_own", "webhook.paused"}
    assert personal & {name for name, _label in event_choices()} == set()


def test_every_place_in_the_api_is_an_address() -> None:
    """The table of places names no address that the API does not have."""
    assert get_resolver().url_patterns
    organisation = factories.an_organisation()
    assert place_of(organisation).url.endswith(f"/api/v1/organisations/{organisation.pk}")
    missing = []
    for label, (_noun, path) in OBJECTS.items():
        filled = re.sub(r"\{[^}]*\}", str(organisation.pk), path)
        try:
            resolve(f"/api/v1{filled}")
        except Resolver404:
            missing.append(label)
    assert missing == [] and len(OBJECTS) > 10


# ---- pages


def test_registering_and_all_else_on_the_pages() -> None:
    member = factories.a_member(Role.MANAGER)
    client = signed_in(member.account)
    assert client.post(at("new_webhook"), {"name": "ERP", "url": "https://127.0.0.1/"}).status_code == 422
    answer = client.post(at("new_webhook"), {"name": "ERP", "url": URL, "events": ["challenge.published"]})
    secret = SECRET.search(answer.content.decode())
    row = Webhook._base_manager.get()
    assert secret is not None and answer.headers["Cache-Control"] == "private, no-store"
    assert (row.name, row.url, row.events) == ("ERP", URL, ["challenge.published"])
    page = client.get(at("webhook", row.pk))
    assert secret[0] not in page.content.decode() and "challenge.published" in page.content.decode()
    client.post(at("webhook_test", row.pk))
    sent = WebhookDelivery._base_manager.get()
    assert (sent.event, sent.about_id) == (PING, row.pk)
    client.post(at("webhook_pause", row.pk))
    assert "已暂停" in client.get(at("webhook", row.pk)).content.decode()
    client.post(at("webhook_resume", row.pk))
    stale = client.post(at("webhook_edit", row.pk), {"name": "A", "url": URL, "version": "1"})
    assert stale.status_code == 409
    row.refresh_from_db()
    client.post(at("webhook_edit", row.pk), {"name": "A", "url": URL + "2", "version": str(row.version)})
    rotated = client.post(at("webhook_rotate", row.pk), {"hours": "0"})
    new = SECRET.search(rotated.content.decode())
    assert new is not None and new[0] != secret[0]
    row.refresh_from_db()
    assert (row.name, row.url, row.events, row.state, row.former_sealed) == ("A", URL + "2", [], "active", None)
    client.post(at("webhook_delete", row.pk))
    assert not Webhook._base_manager.exists() and not WebhookDelivery._base_manager.exists()


def test_a_message_is_sent_again_from_its_page() -> None:
    member = factories.a_member()
    row = a_message(a_webhook(member.organisation), state="failed", attempts=7, status=500, answer="MKANSWER <b>")
    client = signed_in(member.account)
    listed = client.get(at("webhook_deliveries") + "?state=failed&event=organisation.verified").content.decode()
    assert "MKANSWER &lt;b&gt;" in listed and f'data-row="{row.pk}"' in listed and 'data-total="1"' in listed
    answer = client.post(at("webhook_replay", row.pk))
    assert answer.headers["Location"] == at("webhook_deliveries") + f"?webhook={row.webhook_id}"
    row.refresh_from_db()
    assert (row.state, row.attempts) == ("waiting", 0) and row.next_at <= datetime.now(UTC)
    assert client.post(at("webhook_replay", row.pk)).status_code == 409, "it waits already"


def test_others_find_nothing() -> None:
    row = a_message(a_webhook(name="MKHOOK", url="https://mkhost.example/mkpath"), state="failed", answer="MKANSWER")
    colleague = factories.a_member(Role.CONTRIBUTOR, row.organisation)
    rival = factories.a_member()
    for member in (colleague, rival):
        client = signed_in(member.account)
        for path in (at("webhook", row.webhook_id), at("webhook_edit", row.webhook_id)):
            assert client.get(path).status_code == 404
        assert client.post(at("webhook_replay", row.pk)).status_code == 404
        for path in (at("webhooks"), at("webhook_deliveries"), at("dead_letters")):
            answer = client.get(path)
            assert "MKHOOK" not in answer.content.decode()
            assert answer.status_code == (200 if member is rival and path != at("dead_letters") else 404), path
    assert Client().get(at("webhooks")).status_code == 302


def test_the_operator_sees_what_was_given_up_and_neither_address_nor_answer() -> None:
    operator = factories.a_member(Role.VIEWER, factories.an_organisation(OrganisationKind.OPERATOR))
    webhook = a_webhook(name="MKHOOK", url="https://mkhost.example/mkpath")
    a_message(webhook, state="failed", status=500, problem="status", answer="MKANSWER")
    a_message(webhook, state="sent")
    client = signed_in(operator.account)
    page = client.get(at("dead_letters")).content.decode()
    assert "mkhost.example" in page and 'data-total="1"' in page and str(webhook.organisation) in page
    assert not {"MKHOOK", "MKANSWER", "mkpath"} & set(re.findall(r"MK\w+|mkpath", page))
    assert client.get(at("webhook", webhook.pk)).status_code == 404


@pytest.mark.parametrize("page", ["webhook_deliveries", "webhooks", "dead_letters"])
def test_a_list_asks_no_more_for_more_rows(page: str) -> None:
    member = factories.a_member(Role.MANAGER, factories.an_organisation(OrganisationKind.OPERATOR))
    webhook = a_webhook(member.organisation)
    a_message(webhook, state="failed")
    client = signed_in(member.account)
    client.get(at(page))
    counts = []
    for more in (0, 19):
        for _n in range(more):
            a_message(webhook if page != "webhooks" else a_webhook(member.organisation), state="failed")
        with CaptureQueriesContext(connection) as seen:
            assert client.get(at(page)).status_code == 200
        counts.append(len(seen))
    assert counts[0] == counts[1] and counts[0] <= 15, counts


# ---- API


def test_the_same_by_the_api() -> None:
    member = factories.a_member(Role.MANAGER)
    program = Program(member, "webhook:write")
    assert "challenge.published" in {one["name"] for one in program("get", "/webhooks/events").json()}
    made = program("post", "/webhooks", {"name": "ERP", "url": URL, "events": ["challenge.published"]})
    assert made.status_code == 201 and SECRET.fullmatch(made.json()["secret"])
    path = f"/webhooks/{made.json()['id']}"
    shown = program("get", path)
    assert "secret" not in shown.json() and shown.json()["events"] == ["challenge.published"]
    assert program("patch", path, {"events": []}).status_code == 422, "without If-Match"
    edited = program("patch", path, {"events": []}, **{"If-Match": shown.headers["ETag"]})
    assert (edited.json()["events"], edited.json()["name"]) == ([], "ERP")
    sent = program("post", f"{path}/test").json()
    assert (sent["event"], sent["state"], sent["attempts"]) == (PING, "waiting", 0)
    WebhookDelivery._base_manager.update(state="failed", status=500, answer="no")
    listed = program("get", f"{path}/deliveries?state=failed").json()["items"]
    assert [(one["id"], one["status"], one["answer"]) for one in listed] == [(sent["id"], 500, "no")]
    assert program("get", f"{path}/deliveries?event=x").json()["items"] == []
    assert program("post", f"{path}/deliveries/{sent['id']}/replay").json()["state"] == "waiting"
    assert program("post", f"{path}/pause").json()["paused_because"] == "hand"
    assert program("post", f"{path}/resume").json()["state"] == "active"
    rotated = program("post", f"{path}/rotate", {"hours": 3}).json()
    assert SECRET.fullmatch(rotated["secret"]) and rotated["former_secret_until"]
    assert program.every("/webhooks") == [made.json()["id"]]
    assert program("delete", path).status_code == 204 and program("get", path).status_code == 404
    reader = Program(member, "webhook:read")
    assert reader("post", "/webhooks", {"name": "ERP", "url": URL}).status_code == 403


def test_a_secret_that_was_repeated_is_not_kept_readable() -> None:
    """An Idempotency-Key gives the same answer again; the kept answer is sealed."""
    program = Program(factories.a_member(), "webhook:write")
    first, again = (
        program("post", "/webhooks", {"name": "ERP", "url": URL}, **{"Idempotency-Key": "once"}) for _n in range(2)
    )
    assert first.json() == again.json() and again.headers["Idempotent-Replayed"] == "true"
    assert Webhook._base_manager.count() == 1
    assert first.json()["secret"] not in str(IdempotencyKey._base_manager.get().body)
