"""Documents and agreements through the API: every operation, by everybody it is and is not for."""

from __future__ import annotations

from typing import Any
from uuid import uuid4

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.db import connection
from django.test import Client
from django.test.utils import CaptureQueriesContext

from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.organisations.domain.members import end_membership
from rongtong.hub.organisations.models import Member
from rongtong.hub.trust.domain.agreements import sign_nda
from rongtong.hub.trust.domain.documents import attach
from rongtong.hub.trust.intake import sign_link
from rongtong.hub.trust.models import Document
from tests.factories import a_challenge, a_member, actor_of, an_account, an_organisation
from tests.programs import ROOT, Program

from .test_documents import own, picture

pytestmark = pytest.mark.django_db
ALL = ("document:read", "document:write", "nda:read", "nda:write")


def calling(member: Member | None = None, *scopes: str) -> Program:
    return Program(member, *(scopes or ALL))


def send(program: Program, headers: dict[str, str] | None = None, file: Any = None, **fields: Any) -> Any:
    return program.send("/documents", file or picture(), headers, **fields)


def writer_of(challenge) -> Member:
    return a_member("contributor", challenge.organisation)


def attached(challenge, level: int) -> Document:
    return attach(subject=challenge, file=picture(f"L{level}.png"), level=level, by=own(challenge))


def about(challenge) -> dict[str, str]:
    return {"subject": "challenge", "subject_id": str(challenge.pk)}


def signing(challenge, **other: Any) -> dict[str, Any]:
    return {**about(challenge), "text_version": "2026-1", "name": "周启明", "agreed": True, **other}


def listed(call: Program, challenge) -> list[int]:
    answer = call("get", f"/documents?subject=challenge&subject_id={challenge.pk}")
    assert answer.status_code == 200, answer.content
    return [one["level"] for one in answer.json()["items"]]


def test_a_document_from_attaching_to_removal(challenge):
    writer, reader = calling(writer_of(challenge)), calling(a_member("viewer"))
    made = send(writer, **about(challenge), level=1)
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
        "visitor": (calling(), [0]),
        "unverified": (calling(a_member("owner", an_organisation(verified=False))), [0]),
        "rival": (calling(a_member("owner")), [0, 1]),
        "signed": (calling(signed), [0, 1, 2]),
        "own": (calling(a_member("viewer", challenge.organisation)), [0, 1, 2, 3]),
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
        call = calling(member)
        assert send(call, **about(challenge)).status_code == 403
        assert call("delete", f"/documents/{document.pk}").status_code == 403
    hidden = a_challenge(ChallengeState.DRAFT)
    assert send(calling(a_member("owner")), **about(hidden)).status_code == 404
    assert send(calling(), **about(challenge)).status_code in (401, 403)
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
    answer = send(calling(writer_of(challenge)), **{**about(challenge), **fields})
    assert (answer.status_code, answer.json()["errors"][0]["pointer"]) == (422, f"/{field}"), answer.content


def test_the_intake_is_the_same(challenge):
    call = calling(writer_of(challenge))
    refused = send(call, file=SimpleUploadedFile("x.png", b"<script>alert(1)</script>"), **about(challenge))
    assert (refused.status_code, refused["Content-Type"]) == (422, "application/problem+json")
    assert refused.json()["code"] in {"file.markup", "file.mismatch", "file.unknown"}
    assert call("post", "/documents", about(challenge)).status_code == 422
    assert send(calling(writer_of(challenge)), subject="nonsense", subject_id=uuid4()).status_code == 404
    closed = a_challenge(ChallengeState.AWARDED)
    assert send(calling(writer_of(closed)), **about(closed)).json()["code"] == "rights.state"
    assert not Document._base_manager.exists()


def test_the_same_key_attaches_once_though_the_form_is_packed_anew(challenge):
    call, content = calling(writer_of(challenge)), picture().read()
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
    other = send(call, file=SimpleUploadedFile("a.png", content + b"x"), headers=key, **about(challenge))
    assert other.json()["errors"][0]["code"] == "idempotency.reused"
    assert Document._base_manager.count() == 1


def test_a_large_file_may_be_sent_with_a_key(challenge, settings):
    settings.DATA_UPLOAD_MAX_MEMORY_SIZE = 100  # of what is no file
    made = send(calling(writer_of(challenge)), headers={"Idempotency-Key": "k"}, **about(challenge))
    assert made.status_code == 201, made.content


def test_a_form_that_cannot_be_read_is_refused(challenge):
    call = calling(writer_of(challenge))
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
    link = calling(reader)("post", f"/documents/{document.pk}/read").json()["link"]
    assert calling(reader).client.get(link).status_code == 200
    assert calling(rival).client.get(link).status_code == calling().client.get(link).status_code == 404
    assert calling(reader).client.get(link.replace(str(document.pk), str(other.pk))).status_code == 404
    assert calling(reader).client.get(link + "x").status_code == 404
    # the right is asked again: a link to what is level 2 by now opens nothing
    Document._base_manager.filter(pk=document.pk).update(level=2)
    assert calling(reader).client.get(link).status_code == 404


def test_a_link_to_what_is_not_ready_opens_nothing(challenge):
    document = attached(challenge, 0)
    member = writer_of(challenge)
    Document._base_manager.update(state="checking")
    call = calling(member)
    assert listed(call, challenge) == [0]
    assert call("post", f"/documents/{document.pk}/read").json()["code"] == "rights.state"
    link = sign_link(document.pk, document.version, member.account_id)
    assert call("get", f"/documents/{document.pk}/content/{link}").status_code == 404


def test_of_two_who_remove_one_does(challenge):
    document, call = attached(challenge, 0), calling(writer_of(challenge))
    assert call("delete", f"/documents/{document.pk}").status_code == 204
    assert call("delete", f"/documents/{document.pk}").status_code == 404


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
    call = Program(writer_of(challenge), *scopes)
    for method, path, body in every_operation(challenge):
        answer = call(method, path, body)
        assert answer.status_code in (403, 404), (method, path, answer.status_code)
    assert send(call, **about(challenge)).json()["code"] == "rights.scope"


def test_reading_is_not_writing(challenge):
    document = attached(challenge, 0)
    call = calling(writer_of(challenge), "document:read", "nda:read")
    assert call("post", f"/documents/{document.pk}/read").status_code == 200
    assert call("delete", f"/documents/{document.pk}").json()["code"] == "rights.scope"
    assert send(call, **about(challenge)).json()["code"] == "rights.scope"
    signer = calling(a_member("manager"), "nda:read")
    assert signer("post", "/ndas", signing(challenge)).json()["code"] == "rights.scope"
    assert Document._base_manager.get().state == "ready"


def test_a_leaver_is_refused_everywhere(challenge):
    member = writer_of(challenge)
    operations, call = every_operation(challenge), calling(member)
    end_membership(member=member, by=actor_of(a_member("owner", challenge.organisation)))
    assert {call(*operation).status_code for operation in operations} == {401}
    assert send(call, **about(challenge)).status_code == 401


def test_an_account_without_organisation_has_nothing(challenge):
    attached(challenge, 1)
    client = Client()
    client.force_login(an_account())
    assert client.get(f"{ROOT}/ndas").json()["items"] == []
    answer = client.get(f"{ROOT}/documents?subject=challenge&subject_id={challenge.pk}")
    assert answer.json()["items"] == []


def test_lists_turn_their_pages_and_cost_the_same(challenge):
    signer = a_member("manager")
    call, counts = calling(signer), []
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
        seen = call.every(start)
        assert len(seen) == len(set(seen)) == size


def _like(document: Document, number: int) -> Document:
    names = ("organisation_id", "uploaded_by_id", "subject_type", "subject_id", "purpose", "level", "kind", "size")
    copied = {name: getattr(document, name) for name in (*names, "digest", "received_digest", "state")}
    return Document(name=f"{number}.png", **copied)
