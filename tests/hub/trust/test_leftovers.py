"""Contents go 35 days after the last document needed them, and never while one may."""

from __future__ import annotations

import fcntl
import os
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from django.core.files.base import ContentFile

from rongtong.hub.trust.domain import leftovers
from rongtong.hub.trust.domain.documents import attach, remove_document
from rongtong.hub.trust.intake import path_of, receive, store
from rongtong.hub.trust.models import Document
from rongtong.hub.trust.tasks import clear_leftover_files

from .intake import hostile
from .test_documents import own

pytestmark = pytest.mark.django_db


def paper(text: str) -> ContentFile[bytes]:
    return ContentFile(hostile.word({"word/note.txt": text}), f"{text}.docx")


def attached(challenge, text: str) -> Document:
    return attach(subject=challenge, file=paper(text), level=0, by=own(challenge))


def aged(digest: str, days: float) -> None:
    moment = (datetime.now(UTC) - timedelta(days=days)).timestamp()
    os.utime(path_of(digest), (moment, moment))


def changed(document: Document, days: float) -> None:
    Document._base_manager.filter(pk=document.pk).update(changed_at=datetime.now(UTC) - timedelta(days=days))


def test_what_no_document_has_needed_for_35_days_goes(challenge):
    removed = attached(challenge, "removed")
    remove_document(document=removed, by=own(challenge))
    never = receive(paper("never"), "challenge_attachment").sha256
    for digest in (removed.digest, never):
        aged(digest, 36)
    changed(removed, 36)
    assert (clear_leftover_files(0), clear_leftover_files(0)) == (2, 0)
    assert not path_of(removed.digest).exists() and not path_of(never).exists()
    assert Document._base_manager.get().state == "removed"  # that it was there is still known


@pytest.mark.parametrize("state", ["ready", "checking"])
def test_what_a_document_names_stays_however_old(challenge, state):
    kept = attached(challenge, "kept")
    Document._base_manager.update(state=state)
    changed(kept, 400)
    aged(kept.digest, 400)
    assert leftovers.clear_leftovers() == 0
    assert path_of(kept.digest).exists()


@pytest.mark.parametrize(("file_days", "row_days"), [(34, 400), (400, 34), (34, 34)])
def test_not_a_day_too_early(challenge, file_days, row_days):
    """A backup of 34 days ago names it."""
    removed = attached(challenge, "removed")
    remove_document(document=removed, by=own(challenge))
    changed(removed, row_days)
    aged(removed.digest, file_days)
    assert leftovers.clear_leftovers() == 0
    assert path_of(removed.digest).exists()


def test_a_refused_file_goes_too(challenge):
    refused = attached(challenge, "refused")
    Document._base_manager.update(state="refused")
    changed(refused, 36)
    aged(refused.digest, 36)
    assert leftovers.clear_leftovers() == 1


def test_a_content_that_two_documents_share_stays_for_the_other(challenge):
    content = paper("shared").read()
    first, second = (
        attach(subject=challenge, file=ContentFile(content, "a.docx"), level=0, by=own(challenge)) for _ in range(2)
    )
    assert first.digest == second.digest
    remove_document(document=first, by=own(challenge))
    changed(first, 36)
    aged(first.digest, 36)
    assert leftovers.clear_leftovers() == 0
    remove_document(document=second, by=own(challenge))
    changed(second, 36)
    assert leftovers.clear_leftovers() == 1


def test_what_is_brought_again_at_that_moment_stays(challenge, monkeypatch):
    """The database said that nobody needs it; before it goes, somebody uploads the same content."""
    content = paper("again").read()
    digest = receive(ContentFile(content, "a.docx"), "challenge_attachment").sha256
    aged(digest, 36)
    needed = leftovers._needed

    def then_brought_again(digests, since):
        found = needed(digests, since)
        assert digest in digests - found
        receive(ContentFile(content, "b.docx"), "challenge_attachment")
        return found

    monkeypatch.setattr(leftovers, "_needed", then_brought_again)
    assert leftovers.clear_leftovers() == 0
    assert path_of(digest).exists()


def test_the_age_is_looked_at_and_the_file_moved_under_one_lock(monkeypatch):
    held = []

    def note() -> None:
        with (store.root() / "kept.lock").open("w") as lock:
            try:
                fcntl.flock(lock, fcntl.LOCK_EX | fcntl.LOCK_NB)
                held.append(False)
            except BlockingIOError:
                held.append(True)

    for name in ("replace", "unlink"):
        original = getattr(Path, name)
        patched = lambda path, *more, original=original, **named: (note(), original(path, *more, **named))[1]  # noqa: E731  one line for both
        monkeypatch.setattr(store.Path, name, patched)
    digest = receive(paper("locked"), "challenge_attachment").sha256
    assert held[0] is True  # then the quarantine is emptied, without it
    aged(digest, 36)
    held.clear()
    assert store.remove_older(digest, before=datetime.now(UTC) - timedelta(days=35))
    assert held == [True]


def test_many_are_looked_up_in_portions(challenge, monkeypatch, django_assert_num_queries):
    monkeypatch.setattr(leftovers, "_PORTION", 3)
    for number in range(7):
        place = path_of(f"{number:064x}")
        place.parent.mkdir(parents=True, exist_ok=True)
        place.write_bytes(b"x")
        aged(place.name, 36)
    (store.root() / "kept" / "00" / "00" / "note.txt").write_bytes(b"not ours to judge")
    with django_assert_num_queries(3):
        assert leftovers.clear_leftovers() == 7
    assert [one.name for one in (store.root() / "kept").rglob("*") if one.is_file()] == ["note.txt"]


def test_what_a_killed_upload_left_is_swept_and_a_running_one_is_not():
    with store.quarantine() as running:
        (running / "came").write_bytes(b"x")
        left = running.parent / "left"
        left.mkdir()
        (left / "came").write_bytes(b"x")
        moment = (datetime.now(UTC) - timedelta(days=2)).timestamp()
        os.utime(left, (moment, moment))
        assert leftovers.clear_leftovers() == 0
        assert (left.exists(), (running / "came").exists()) == (False, True)


def test_without_any_file_there_is_nothing_to_do():
    assert leftovers.clear_leftovers() == 0
