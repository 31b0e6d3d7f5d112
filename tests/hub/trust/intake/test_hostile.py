"""Every hostile file is refused by name or made harmless, soon and in little memory; the parent lives."""

from __future__ import annotations

import io
import logging
import os
import time
from collections.abc import Callable
from pathlib import Path

import pikepdf
import pytest
from django.core.files.base import ContentFile
from pytest_django.fixtures import Settings

from rongtong.hub.foundation import confined
from rongtong.hub.foundation.confined import running
from rongtong.hub.trust.intake import open_kept, receive
from rongtong.hub.trust.intake.refusals import FileRefused

from .hostile import CLEANED, REFUSED

SECONDS = 5.0
MEGABYTES = 300


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


@pytest.fixture
def peaks(caplog: pytest.LogCaptureFixture) -> Callable[[], list[int]]:
    """The peak memory of each child in MiB, as the kernel counted it."""
    caplog.set_level(logging.DEBUG, running.__name__)
    return lambda: [each.args[1] >> 10 for each in caplog.records if each.name == running.__name__]  # type: ignore[index,operator]  # target, KiB


def left_over(files: Path) -> list[Path]:
    return [path for path in files.rglob("*") if path.is_file()] if files.exists() else []


@pytest.mark.parametrize("name", REFUSED)
def test_it_is_refused_by_name_and_nothing_stays(name: str, files: Path, peaks: Callable[[], list[int]]) -> None:
    upload, make, code = REFUSED[name]
    content = ContentFile(make(), upload)
    start = time.perf_counter()
    with pytest.raises(FileRefused) as refusal:
        receive(content, "response_attachment")
    assert time.perf_counter() - start < SECONDS
    assert refusal.value.code == code
    assert refusal.value.why
    assert refusal.value.cure
    assert left_over(files) == []
    assert len(peaks()) == (code != "file.empty")
    assert all(peak < MEGABYTES for peak in peaks())


@pytest.mark.parametrize("name", CLEANED)
def test_it_is_made_harmless(name: str, peaks: Callable[[], list[int]]) -> None:
    upload, make = CLEANED[name]
    start_content = make()
    start = time.perf_counter()
    taken = receive(ContentFile(start_content, upload), "response_attachment")
    assert time.perf_counter() - start < SECONDS
    kept = open_kept(taken.sha256).read()
    assert b"MARKER" not in kept
    assert taken.received_sha256 != taken.sha256
    if taken.kind == "pdf":
        with pikepdf.open(io.BytesIO(kept)) as document:
            everything = b"".join(repr(each).encode() for each in document.objects)
            assert b"MARKER" not in everything
            assert b"JavaScript" not in everything
    assert [0 < peak < MEGABYTES for peak in peaks()] == [True]


def test_there_are_at_least_twenty_five() -> None:
    assert len(REFUSED) + len(CLEANED) >= 25


def test_a_parser_that_dies_is_a_refusal_and_the_parent_lives(files: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    parent = os.getpid()
    for why in ("memory", "time", "crash"):

        def die(*_args: object, why: str = why) -> None:
            raise confined.ChildFailed(why)

        monkeypatch.setattr(confined, "run", die)
        with pytest.raises(FileRefused) as refusal:
            receive(ContentFile(b"%PDF-", "a.pdf"), "certificate")
        assert refusal.value.code == f"child.{why}"
    assert os.getpid() == parent
    assert left_over(files) == []
