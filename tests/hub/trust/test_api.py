"""Documents and agreements through the API: every operation, by everybody it is and is not for."""

from __future__ import annotations

import json
from datetime import timedelta
from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.organisations.domain import tokens
from rongtong.hub.organisations.domain.members import end_membership
from rongtong.hub.organisations.models import Member, Token
from rongtong.hub.trust.domain.agreements import CLAUSES, sign_nda
from rongtong.hub.trust.domain.documents import attach
from rongtong.hub.trust.intake import sign_link
from rongtong.hub.trust.models import Document, NonDisclosureAgreement
from tests.factories import a_challenge, a_member, actor_of, an_account, an_organisation

from .test_documents import own, picture

pytestmark = pytest.mark.django_db
ROOT = "/api/v1"
ALL = ("document:read", "document:write", "nda:read", "nda:write")


@pytest.fixture(autouse=True)
def own_folder(settings, tmp_path):
    settings.MEDIA_ROOT = tmp_path


@pytest.fixture
def challenge():
    return a_challenge(ChallengeState.OPEN)


class Program:
    """A program with a token of a member, or a visitor."""

    def __init__(self, member: Member | None = None, scopes: tuple[str, ...] = ALL) -> None:
        self.client = Client(headers={"authorization": f"Bearer {_token(member, scopes)}"} if member else {})

    def __call__(self, method: str, path: str, body: Any = None, **headers: str) -> Any:
        sent = {} if body is None else {"data": json.dumps(body), "content_type": "application/json"}
        return getattr(self.client, method)(ROOT + path, headers=headers, **sent)

    def send(self, file: SimpleUploadedFile, headers: dict[str, str] | None = None, **fields: Any) -> Any:
        return self.client.post(f"{ROOT}/documents", {"file": file, **fields}, headers=headers or {})


def _token(member: Member, scopes: tuple[str, ...]) -> str:
    secret = tokens.new_secret()
    member.refresh_from_db()
    Token._base_manager.create(
        account=member.account,
        organisation=member.organisation,
        name="tests",
        digest=tokens.digest_of(secret),
        scopes=list(scopes),
        expires_at=member.since + timedelta(days=30),
    )
    return secret


def writer_of(challenge) -> Member:
    return a_member("contributor", challenge.organisation)


def attached(challenge, level: int) -> Document:
    return attach(subject=challenge, file=picture(f"L{level}.png"), level=level, by=own(challenge))


def about(challenge) -> dict[str, str]:
    return {"subject": "challenge", "subject_id": str(challenge.pk)}


def listed(call: Program, challenge) -> list[int]:
    answer = call("get", f"/documents?subject=challenge&subject_id={challenge.pk}")
    assert answer.status_code == 200, answer.content
    return [one["level"] for one in answer.json()["items"]]


# ---- documents


def test_a_document_from_attaching_to_removal(challenge):
    writer, reader = Program(writer_of(challenge)), Program(a_member("viewer"))
    made = writer.send(picture(), **about(challenge), level=1)
    assert made.status_code == 201, made.content
    document = made.json()
    assert (document["name"], document["kind"], document["level"], document["state"]) == (
        "滚道剖面.png",
        "png",
        1,
        "ready",
    )
    assert (document["subject"], document["subject_id"]) == ("challenge", str(challenge.pk))
    there = f"/documents/{document['id']}"
    shown = reader("get", there)
    assert shown.json() == document and shown["ETag"] != made["ETag"]
    assert not AuditEntry._base_manager.filter(verb="document.read").exists()
    link = reader("post", f"{there}/read").json()["link"]
    assert AuditEntry._base_manager.filter(verb="document.read").count() == 1
    content = reader.client.get(link)
    assert (content.status_code, content["Content-Type"]) == (200, "image/png")
    assert content["Content-Disposition"].startswith("attachment")
    assert b"".join(content.streaming_content)[:8] == b"\x89PNG\r\n\x1a\n"
    assert writer("delete", there, **{"If-Match": '"7"'}).json()["code"] == "version.stale"
    assert writer("delete", there, **{"If-Match": made["ETag"]}).status_code == 204
    assert reader("get", there).status_code == reader.client.get(link).status_code == 404
    assert listed(reader, challenge) == []


def test_each_level_is_listed_and_read_by_whom_it_is_for(challenge):
    documents = {level: attached(challenge, level) for level in (0, 1, 2, 3)}
    signed = a_member("manager")
    sign_nda(subject=challenge, name="周启明", agreed=True, by=actor_of(signed))
    people = {
        "visitor": (Program(), [0]),
        "unverified": (Program(a_member("owner", an_organisation(verified=False))), [0]),
        "rival": (Program(a_member("owner")), [0, 1]),
        "signed": (Program(signed), [0, 1, 2]),
        "own": (Program(a_member("viewer", challenge.organisation)), [0, 1, 2, 3]),
    }
    assert {who: listed(call, challenge) for who, (call, _) in people.items()} == {
        who: levels for who, (_, levels) in people.items()
    }
    for who, (call, levels) in people.items():
        for level, document in documents.items():
            expected = 200 if level in levels else 404
            assert call("get", f"/documents/{document.pk}").status_code == expected, (who, level)
            if who != "visitor":  # without a token a change needs a page's CSRF token
                assert call("post", f"/documents/{document.pk}/read").status_code == expected, (who, level)


def test_only_its_own_side_attaches_and_removes(challenge):
    document = attached(challenge, 0)
    for member in (a_member("owner"), a_member("viewer", challenge.organisation)):
        call = Program(member)
        assert call.send(picture(), **about(challenge)).status_code == 403
        assert call("delete", f"/documents/{document.pk}").status_code == 403
    hidden = a_challenge(ChallengeState.DRAFT)
    assert Program(a_member("owner")).send(picture(), **about(hidden)).status_code == 404
    assert Program().send(picture(), **about(challenge)).status_code in (401, 403)
    assert Document._base_manager.count() == 1


@pytest.mark.parametrize(
    ("fields", "field"),
    [
        ({"subject": "Challenge"}, "subject"),
        ({"subject_id": "7"}, "subject_id"),
        ({"level": "4"}, "level"),
        ({"colour": "red"}, "colour"),
    ],
)
def test_what_the_form_may_not_carry(challenge, fields, field):
    answer = Program(writer_of(challenge)).send(picture(), **{**about(challenge), **fields})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}"), answer.content


def test_the_intake_is_the_same(challenge):
    call = Program(writer_of(challenge))
    refused = call.send(SimpleUploadedFile("x.png", b"<script>alert(1)</script>"), **about(challenge))
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["code"] in {"file.markup", "file.mismatch", "file.unknown"}
    assert call("post", "/documents", about(challenge)).status_code == 422
    assert Program(writer_of(challenge)).send(picture(), subject="nonsense", subject_id=uuid4()).status_code == 404
    closed = a_challenge(ChallengeState.AWARDED)
    assert Program(writer_of(closed)).send(picture(), **about(closed)).json()["code"] == "rights.state"
    assert not Document._base_manager.exists()


def test_the_same_key_attaches_once_though_the_form_is_packed_anew(challenge):
    call, content = Program(writer_of(challenge)), picture().read()
    key = {"Idempotency-Key": "k1"}
    made, again = (
        call.client.generic(
            "POST",
            f"{ROOT}/documents",
            packed(boundary, content, about(challenge)),
            content_type=f"multipart/form-data; boundary={boundary}",
            headers=key,
        )
        for boundary in ("first", "second")
    )
    assert (made.status_code, again.status_code) == (201, 201), again.content
    assert made.json() == again.json() and again["Idempotent-Replayed"] == "true"
    other = call.send(SimpleUploadedFile("a.png", content + b"x"), headers=key, **about(challenge))
    assert other.json()["errors"][0]["code"] == "idempotency.reused"
    assert Document._base_manager.count() == 1


def test_a_large_file_may_be_sent_with_a_key(challenge, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100  # of what is no file
    made = Program(writer_of(challenge)).send(picture(), headers={"Idempotency-Key": "k"}, **about(challenge))
    assert made.status_code == 201, made.content


def test_a_form_that_cannot_be_read_is_refused(challenge):
    call = Program(writer_of(challenge))
    for headers in ({}, {"Idempotency-Key": "k"}):
        answer = call.client.generic(
            "POST", f"{ROOT}/documents", b"broken", content_type="multipart/form-data; boundary=", headers=headers
        )
        assert (answer.status_code, answer["Content-Type"]) == (400, "application/problem+json"), answer.content


def packed(boundary: str, content: bytes, fields: dict[str, str]) -> bytes:
    parts = [f'--{boundary}\r\nContent-Disposition: form-data; name="{k}"\r\n\r\n{v}\r\n' for k, v in fields.items()]
    head = f'--{boundary}\r\nContent-Disposition: form-data; name="file"; filename="a.png"\r\n\r\n'
    return "".join(parts).encode() + head.encode() + content + f"\r\n--{boundary}--\r\n".encode()


def test_a_link_serves_its_own_account_and_document(challenge):
    document, other = attached(challenge, 1), attached(challenge, 1)
    reader, rival = a_member("viewer"), a_member("owner")
    link = Program(reader)("post", f"/documents/{document.pk}/read").json()["link"]
    assert Program(reader).client.get(link).status_code == 200
    assert Program(rival).client.get(link).status_code == Program().client.get(link).status_code == 404
    assert Program(reader).client.get(link.replace(str(document.pk), str(other.pk))).status_code == 404
    assert Program(reader).client.get(link + "x").status_code == 404
    # the right is asked again: a link to what is level 2 by now opens nothing
    Document._base_manager.filter(pk=document.pk).update(level=2)
    assert Program(reader).client.get(link).status_code == 404


def test_a_link_to_what_is_not_ready_opens_nothing(challenge):
    document = attached(challenge, 0)
    member = writer_of(challenge)
    Document._base_manager.update(state="checking")
    call = Program(member)
    assert listed(call, challenge) == [0]
    assert call("post", f"/documents/{document.pk}/read").json()["code"] == "rights.state"
    link = sign_link(document.pk, document.version, member.account_id)
    assert call("get", f"/documents/{document.pk}/content/{link}").status_code == 404


def test_of_two_who_remove_one_does(challenge):
    document, call = attached(challenge, 0), Program(writer_of(challenge))
    assert call("delete", f"/documents/{document.pk}").status_code == 204
    assert call("delete", f"/documents/{document.pk}").status_code == 404


# ---- agreements


def signing(challenge, **other: Any) -> dict[str, Any]:
    return {**about(challenge), "text_version": "2026-1", "name": "周启明", "agreed": True, **other}


def test_the_text_is_read_and_signed_and_opens_level_two(challenge):
    attached(challenge, 2)
    call = Program(a_member("manager"))
    text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
    assert (text["text_version"], len(text["clauses"]), text["may_sign"], text["standing"]) == (
        "2026-1",
        len(CLAUSES),
        True,
        None,
    )
    assert listed(call, challenge) == []
    signed = call("post", "/ndas", signing(challenge))
    assert signed.status_code == 201, signed.content
    assert (signed.json()["side"], signed.json()["signed_name"]) == ("recipient", "周启明")
    assert listed(call, challenge) == [2]
    assert call("post", "/ndas", signing(challenge)).json()["id"] == signed.json()["id"]
    text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
    assert (text["may_sign"], text["standing"]["id"]) == (False, signed.json()["id"])
    assert call("get", f"/ndas/{signed.json()['id']}").json() == signed.json()


def test_an_agreement_is_seen_by_its_two_sides_alone(challenge):
    challenge.anonymous = True
    challenge.save()
    signer = a_member("manager")
    made = sign_nda(subject=challenge, name="周启明", agreed=True, by=actor_of(signer))
    sides = {"recipient": Program(signer), "discloser": Program(a_member("viewer", challenge.organisation))}
    for side, call in sides.items():
        items = call("get", "/ndas").json()["items"]
        assert [(one["id"], one["side"]) for one in items] == [(str(made.pk), side)]
        assert call("get", f"/ndas?subject_id={uuid4()}").json()["items"] == []
    assert str(challenge.organisation_id) not in sides["recipient"]("get", "/ndas").content.decode()
    rival = Program(a_member("owner"))
    assert rival("get", "/ndas").json()["items"] == []
    hidden, absent = rival("get", f"/ndas/{made.pk}"), rival("get", f"/ndas/{uuid4()}")
    assert hidden.status_code == absent.status_code == 404 and "ETag" not in hidden
    assert {**hidden.json(), "request_id": ""} == {**absent.json(), "request_id": ""}
    assert Program()("get", "/ndas").status_code == 401


@pytest.mark.parametrize(
    ("change", "status", "code"),
    [
        ({"name": " "}, 422, "input.invalid"),
        ({"agreed": False}, 422, "input.invalid"),
        ({"text_version": "2020-1"}, 422, "input.invalid"),
        ({"recipient_id": str(uuid4())}, 422, "input.invalid"),
        ({"subject": "response"}, 404, "not_found"),
        ({"subject_id": str(uuid4())}, 404, "not_found"),
    ],
)
def test_what_is_no_signature(challenge, change, status, code):
    answer = Program(a_member("owner"))("post", "/ndas", signing(challenge, **change))
    assert (answer.status_code, answer.json()["code"]) == (status, code)
    assert not NonDisclosureAgreement._base_manager.exists()


def test_who_may_not_sign(challenge):
    for member, code in (
        (a_member("contributor"), "rights.role"),
        (a_member("owner", an_organisation(verified=False)), "rights.role"),
        (a_member("owner", challenge.organisation), "nda.own"),
    ):
        call = Program(member)
        assert call("post", "/ndas", signing(challenge)).json()["code"] == code
        text = call("get", f"/ndas/text?subject=challenge&subject_id={challenge.pk}").json()
        assert text["may_sign"] is False
    hidden = a_challenge(ChallengeState.DRAFT)
    stranger = Program(a_member("owner"))
    assert stranger("post", "/ndas", signing(hidden)).status_code == 404
    assert stranger("get", f"/ndas/text?subject=challenge&subject_id={hidden.pk}").status_code == 404
    assert not NonDisclosureAgreement._base_manager.exists()


# ---- every operation


def every_operation(challenge) -> list[tuple[str, str, Any]]:
    document = attached(challenge, 0)
    agreement = sign_nda(subject=challenge, name="周启明", agreed=True, by=actor_of(a_member("manager")))
    query = f"subject=challenge&subject_id={challenge.pk}"
    return [
        ("get", f"/documents?{query}", None),
        ("get", f"/documents/{document.pk}", None),
        ("post", f"/documents/{document.pk}/read", None),
        ("delete", f"/documents/{document.pk}", None),
        ("get", f"/ndas/text?{query}", None),
        ("get", "/ndas", None),
        ("get", f"/ndas/{agreement.pk}", None),
        ("post", "/ndas", signing(challenge)),
    ]


@pytest.mark.parametrize("scopes", [(), ("capability:read", "challenge:write")])
def test_a_token_does_nothing_beyond_its_scopes(challenge, scopes):
    call = Program(writer_of(challenge), scopes)
    for method, path, body in every_operation(challenge):
        answer = call(method, path, body)
        assert answer.status_code in (403, 404), (method, path, answer.status_code)
    assert call.send(picture(), **about(challenge)).json()["code"] == "rights.scope"


def test_reading_is_not_writing(challenge):
    document = attached(challenge, 0)
    call = Program(writer_of(challenge), ("document:read", "nda:read"))
    assert call("post", f"/documents/{document.pk}/read").status_code == 200
    assert call("delete", f"/documents/{document.pk}").json()["code"] == "rights.scope"
    assert call.send(picture(), **about(challenge)).json()["code"] == "rights.scope"
    signer = Program(a_member("manager"), ("nda:read",))
    assert signer("post", "/ndas", signing(challenge)).json()["code"] == "rights.scope"
    assert Document._base_manager.get().state == "ready"


def test_a_leaver_is_refused_everywhere(challenge):
    member = writer_of(challenge)
    operations, call = every_operation(challenge), Program(member)
    end_membership(member=member, by=actor_of(a_member("owner", challenge.organisation)))
    assert {call(*operation).status_code for operation in operations} == {401}
    assert call.send(picture(), **about(challenge)).status_code == 401


def test_an_account_without_organisation_has_nothing(challenge):
    attached(challenge, 1)
    client = Client()
    client.force_login(an_account())
    assert client.get(f"{ROOT}/ndas").json()["items"] == []
    answer = client.get(f"{ROOT}/documents?subject=challenge&subject_id={challenge.pk}")
    assert answer.json()["items"] == []


def test_lists_turn_their_pages_and_cost_the_same(challenge):
    signer = a_member("manager")
    call, counts = Program(signer), []
    first = attached(challenge, 0)
    Document._base_manager.bulk_create(_like(first, number) for number in range(29))
    for _ in range(3):
        sign_nda(subject=a_challenge(), name="周启明", agreed=True, by=actor_of(signer))
    path = f"/documents?subject=challenge&subject_id={challenge.pk}"
    call("get", path)  # the first use of a token is noted
    for size in (1, 30):
        with CaptureQueriesContext(connection) as queries:
            assert len(call("get", f"{path}&limit={size}").json()["items"]) == size
        counts.append(len(queries))
    assert counts[0] == counts[1] <= 12
    for start, size in ((f"{path}&limit=11", 30), ("/ndas?limit=2", 3)):
        seen, following = [], ROOT + start
        while following:
            page = call.client.get(following).json()
            seen += [one["id"] for one in page["items"]]
            following = page["next"]
        assert len(seen) == len(set(seen)) == size


def _like(document: Document, number: int) -> Document:
    names = ("organisation_id", "uploaded_by_id", "subject_type", "subject_id", "purpose", "level", "kind", "size")
    copied = {name: getattr(document, name) for name in (*names, "digest", "received_digest", "state")}
    return Document(name=f"{number}.png", **copied)
