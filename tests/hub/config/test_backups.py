"""Backup and restore as an operator does them: what comes back is what was there, and what is not whole is refused."""

from __future__ import annotations

import json
import logging
import os
from pathlib import Path
from typing import Any

import pytest
from django.db import connection

from rongtong.hub.config import servers
from rongtong.hub.config.backups import DUMP, spread
from rongtong.hub.config.command import main
from rongtong.hub.config.environment import ConfigurationError
from rongtong.hub.config.keeping import backup_warning
from rongtong.hub.config.store_refusals import refuse_unfit_store
from rongtong.hub.foundation.models import AuditEntry
from rongtong.hub.innovation.enums import ChallengeState
from rongtong.hub.trust.domain.log_keeping import keep_log
from rongtong.hub.trust.intake import path_of
from rongtong.hub.trust.models import Document, LogHead
from tests import database
from tests.factories import a_challenge
from tests.hub.trust.test_documents import attached

CLUSTER = database.own_cluster()  # before a test has a home of its own


@pytest.fixture
def hub(settings: Any, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """A hub with a store of its own, whose commands use the test's database."""
    settings.MEDIA_ROOT, settings.INDEX_ROOT = str(tmp_path / "files"), str(tmp_path / "index")
    monkeypatch.setenv("DATABASE_URL", "postgresql://named-by-the-test")
    monkeypatch.setenv("RONGTONG_HOME", str(tmp_path))
    return tmp_path


def said(capsys: pytest.CaptureFixture[str], *words: str, code: int = 0) -> str:
    """What a command prints: its result when it went well, else its refusal."""
    assert main([*words]) == code
    out, err = capsys.readouterr()
    return err if code else out


@pytest.mark.django_db(transaction=True)
def test_what_was_there_comes_back(
    hub: Path, settings: Any, capsys: pytest.CaptureFixture[str], monkeypatch: pytest.MonkeyPatch
) -> None:
    document = attached(a_challenge(ChallengeState.OPEN))
    assert keep_log() is not None
    made = json.loads(said(capsys, "backup", str(hub / "backups"), "--json"))
    place = Path(made["path"])
    assert (made["files"], made["faults"], place.parent) == (1, [], hub / "backups")
    assert [path.name for path in place.parent.iterdir() if path.name != ".lock"] == [place.name]
    told = AuditEntry._base_manager.get(verb="backup.make").details
    assert (told["size"], told["log"]) == (made["size"], 1)
    connection.close()

    assert "holds tables already" in said(capsys, "restore", str(place), code=1)
    name = f"{database.COPY}{os.getpid()}_restored"
    database.renew(CLUSTER, "template1", name)
    monkeypatch.setitem(connection.settings_dict, "NAME", name)
    try:
        assert "holds files already" in said(capsys, "restore", str(place), code=1)
        settings.MEDIA_ROOT = str(hub / "other")
        damaged(capsys, place, place / spread(document.digest))
        assert not (hub / "other").exists()
        said(capsys, "restore", str(place))
        again = Document._base_manager.get()
        assert (again.pk, again.name, again.digest) == (document.pk, document.name, document.digest)
        assert path_of(again.digest).read_bytes() == (place / spread(document.digest)).read_bytes()
        assert not AuditEntry._base_manager.filter(verb="backup.make").exists()  # it was written afterwards
        a_challenge(ChallengeState.OPEN)  # sequences go on where they were
        head = LogHead._base_manager.get()
        assert (head.size, head.confirmed) == (1, False), "the witnesses are asked before the log goes on"
        shown = keep_log()
        assert shown is not None and shown.size == 1
    finally:
        connection.close()
        database.drop(CLUSTER, name)


def damaged(capsys: pytest.CaptureFixture[str], place: Path, file: Path) -> None:
    """A flipped byte in a file or in the dump is found by name before anything is changed."""
    for part in (file, place / DUMP):
        content = part.read_bytes()
        part.write_bytes(bytes([content[0] ^ 1]) + content[1:])
        assert f"{part} is not what was written" in said(capsys, "restore", str(place), code=1)
        part.write_bytes(content)
    moved = file.rename(file.with_suffix(".away"))
    assert f"{file} is missing" in said(capsys, "restore", str(place), code=1)
    moved.rename(file)


@pytest.mark.django_db(transaction=True)
def test_a_file_that_is_damaged_or_gone_is_named(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    challenge = a_challenge(ChallengeState.OPEN)
    document = attached(challenge)
    path = path_of(document.digest)
    path.chmod(0o600)
    path.write_bytes(b"other")
    told = said(capsys, "backup", str(hub / "backups"), code=1)
    assert f"{path} is damaged" in told and f"{path} is missing" in told
    assert not AuditEntry._base_manager.filter(verb="backup.make").exists()


def test_what_is_no_backup_is_told(hub: Path, capsys: pytest.CaptureFixture[str]) -> None:
    assert "is no backup" in said(capsys, "restore", str(hub), code=1)
    (hub / "manifest.json").write_text('{"taken_at": "now"}', encoding="utf-8")
    assert "is no backup" in said(capsys, "restore", str(hub), code=1)


def warning() -> str:
    with connection.cursor() as cursor:
        return backup_warning(cursor)


@pytest.mark.django_db
def test_a_start_warns_when_the_last_backup_is_a_day_and_a_half_old(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = now() - interval '1 hour'")
        assert warning() == ""  # a hub of today
        cursor.execute("UPDATE django_migrations SET applied = now() - interval '37 hours'")
        assert "rongtong backup" in warning()
        for hours, warned in ((37, True), (35, False)):
            cursor.execute(
                "INSERT INTO foundation_auditentry "
                "(at, verb, name, request_id, subject_type, context_type, before, after, details) "
                "VALUES (now() - make_interval(hours => %s), 'backup.make', '', '', '', '', '', '', '{}')",
                [hours],
            )
            assert bool(warning()) is warned


@pytest.mark.django_db(transaction=True)
def test_the_warning_stands_in_the_servers_log(caplog: pytest.LogCaptureFixture) -> None:
    with connection.cursor() as cursor:
        cursor.execute("UPDATE django_migrations SET applied = now() - interval '2 days'")
    with caplog.at_level(logging.WARNING):
        servers.warn_of_missing_backup()
    assert "no backup was made in the last 36 hours" in caplog.text
    assert connection.connection is None


def test_a_store_that_takes_no_files_refuses_the_start(settings: Any, tmp_path: Path) -> None:
    settings.MEDIA_ROOT = str(tmp_path / "files")
    refuse_unfit_store()
    assert [path for path in (tmp_path / "files").rglob("*") if path.is_file()] == []
    (tmp_path / "taken").write_text("a file where a folder should be", encoding="ascii")
    for place in (tmp_path / "taken", Path("/proc/rongtong")):
        settings.MEDIA_ROOT = str(place)
        with pytest.raises(ConfigurationError, match=f"RONGTONG_FILES: {place} takes no files"):
            refuse_unfit_store()
