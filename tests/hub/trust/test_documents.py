"""Documents: who may attach, read and remove, at every level; what a reading leaves behind."""

import io

import pytest
from django.core.files.uploadedfile import SimpleUploadedFile
from django.test import Client
from django.urls import reverse
from PIL import Image

from rongtong.hub.foundation.actors import VISITOR, Actor
from rongtong.hub.foundation.errors import Forbidden, NotVisible, Refusal
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.innovation.models import Challenge
from rongtong.hub.organisations.models import Account
from rongtong.hub.trust.domain.agreements import sign_nda
from rongtong.hub.trust.domain.documents import attach, read_document, remove_document
from rongtong.hub.trust.intake import open_link
from rongtong.hub.trust.models import Document
from rongtong.hub.trust.queries import document_for, documents_of
from tests.factories import a_challenge, a_member, actor_of, operator_actor

pytestmark = pytest.mark.django_db
LEVELS = (0, 1, 2, 3)


def picture(name: str = "滚道剖面.png") -> SimpleUploadedFile:
    content = io.BytesIO()
    Image.new("RGB", (40, 30), "white").save(content, "PNG")
    return SimpleUploadedFile(name, content.getvalue(), "image/png")


def own(challenge: Challenge, role: str = "contributor") -> Actor:
    return actor_of(a_member(role, challenge.organisation))


def attached(challenge: Challenge, level: int = 0) -> Document:
    return attach(subject=challenge, file=picture(f"L{level}.png"), level=level, by=own(challenge))


def seen(challenge: Challenge, actor: Actor) -> list[int]:
    return [one.level for one in documents_of(challenge, actor).rows]


def test_each_level_is_read_by_whom_it_is_for(challenge):
    for level in LEVELS:
        attached(challenge, level)
    rival = actor_of(a_member("manager"))
    signed = actor_of(a_member("manager"))
    sign_nda(subject=challenge, name="周启明", agreed=True, by=signed)
    expected = {
        "visitor": (VISITOR, [0]),
        "rival": (rival, [0, 1]),
        "signed": (signed, [0, 1, 2]),
        "operator": (operator_actor(), [0, 1, 2]),
        "own": (own(challenge, "viewer"), [0, 1, 2, 3]),
    }
    assert {who: seen(challenge, actor) for who, (actor, _) in expected.items()} == {
        who: levels for who, (_, levels) in expected.items()
    }
    for document in Document._base_manager.all():
        for who, (actor, levels) in expected.items():
            assert document.is_visible_to(actor) == (document.level in levels), (who, document.level)


def test_a_hidden_document_is_not_found(challenge):
    document = attached(challenge, 2)
    rival = actor_of(a_member("owner"))
    with pytest.raises(NotVisible):
        document_for(rival, document.pk)
    with pytest.raises(NotVisible):
        read_document(document=document, by=rival)
    assert not AuditEntry._base_manager.filter(verb="document.read").exists()


def test_a_reading_is_written_down_before_the_link_is_given(challenge):
    document, rival = attached(challenge, 1), actor_of(a_member("viewer"))
    token = read_document(document=document, by=rival)
    entry = AuditEntry._base_manager.get(verb="document.read")
    assert (entry.account_id, entry.subject_id, entry.details) == (rival.account_id, document.pk, {"level": 1})
    assert open_link(token, rival.account_id) == (document.pk, document.version)
    with pytest.raises(NotVisible):
        open_link(token, own(challenge).account_id)


@pytest.mark.parametrize("state", list(ChallengeState))
def test_attached_only_by_its_own_side_while_it_is_open(state):
    challenge = a_challenge(state)
    open_states = {ChallengeState.DRAFT, ChallengeState.RETURNED, ChallengeState.SUBMITTED, ChallengeState.OPEN}
    if state in open_states:
        assert attached(challenge).subject_id == challenge.pk
    else:
        with pytest.raises(Refusal) as refused:
            attached(challenge)
        assert refused.value.code == "rights.state"


def test_others_attach_and_remove_nothing(challenge):
    document = attached(challenge)
    for stranger in (actor_of(a_member("owner")), own(challenge, "viewer"), operator_actor()):
        with pytest.raises(Forbidden):
            attach(subject=challenge, file=picture(), level=0, by=stranger)
        with pytest.raises(Forbidden):
            remove_document(document=document, by=stranger)
    assert Document._base_manager.get().state == "ready"


def test_what_was_removed_is_gone_for_everybody(challenge):
    document = attached(challenge)
    remove_document(document=document, by=own(challenge))
    assert seen(challenge, own(challenge)) == []
    with pytest.raises(NotVisible):
        document_for(own(challenge), document.pk)


def test_a_refused_file_leaves_nothing(challenge):
    with pytest.raises(Refusal):
        attach(
            subject=challenge,
            file=SimpleUploadedFile("x.png", b"<script>alert(1)</script>"),
            level=0,
            by=own(challenge),
        )
    assert not Document._base_manager.exists()


# Pages


def signed_in(actor: Actor) -> Client:
    client = Client()
    client.force_login(Account._base_manager.get(pk=actor.person))
    return client


def test_uploaded_and_fetched_through_the_pages(challenge):
    writer, reader = signed_in(own(challenge)), signed_in(actor_of(a_member("viewer")))
    there = reverse("trust:attach", args=["challenge", challenge.pk])
    assert writer.post(there, {"file": picture(), "level": "1"}).status_code == 302
    document = Document._base_manager.get()
    answer = reader.get(reverse("trust:document", args=[document.pk]), follow=True)
    assert answer.status_code == 200
    assert answer["Content-Disposition"].startswith("attachment")
    assert (answer["X-Content-Type-Options"], answer["Content-Security-Policy"]) == (
        "nosniff",
        "default-src 'none'; sandbox",
    )
    assert b"".join(answer.streaming_content)[:8] == b"\x89PNG\r\n\x1a\n"


def test_a_leavers_link_opens_nothing(challenge):
    member = a_member("viewer")
    actor = actor_of(member)
    token = read_document(document=attached(challenge, 1), by=actor)
    client = signed_in(actor)
    member.until = member.since
    member.save()
    assert client.get(reverse("trust:file", args=[token])).status_code == 404


def test_hidden_and_absent_answer_alike(challenge):
    document = attached(challenge, 2)
    rival = signed_in(actor_of(a_member("owner")))
    hidden = rival.get(reverse("trust:document", args=[document.pk]))
    absent = rival.get(reverse("trust:document", args=["00000000-0000-4000-8000-000000000000"]))
    assert hidden.status_code == absent.status_code == 404
    assert len(hidden.content) == len(absent.content)
