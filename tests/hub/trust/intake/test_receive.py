"""Good files are taken, named, kept once and handed out without harm."""

from __future__ import annotations

import hashlib
import io
import time
from collections.abc import Iterator
from pathlib import Path
from uuid import uuid4

import pikepdf
import pytest
from django.core.files.base import ContentFile
from hypothesis import given
from hypothesis import strategies as st
from PIL import Image
from pytest_django.fixtures import Settings

from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.trust.intake import (
    PURPOSES,
    Verdict,
    download,
    open_kept,
    open_link,
    path_of,
    receive,
    remove,
    sign_link,
)
from rongtong.hub.trust.intake.purposes import KINDS
from rongtong.hub.trust.intake.receive import safe_name
from rongtong.hub.trust.intake.refusals import FileRefused

from ..scanner import scanner
from . import hostile


@pytest.fixture(autouse=True)
def files(settings: Settings, tmp_path: Path) -> Path:
    settings.MEDIA_ROOT = tmp_path / "files"
    return tmp_path / "files"


def upload(content: bytes, name: str) -> ContentFile[bytes]:
    return ContentFile(content, name)


def test_an_office_file_is_kept_byte_for_byte() -> None:
    for name, content in (("方案.docx", hostile.word()), ("报价.xlsx", hostile.packed(hostile.excel()))):
        taken = receive(upload(content, name), "response_attachment")
        assert (taken.name, taken.kind) == (name, name.rsplit(".")[-1])
        assert taken.sha256 == taken.received_sha256 == hashlib.sha256(content).hexdigest()
        assert open_kept(taken.sha256).read() == content
        assert not taken.shown


def test_a_link_that_waits_for_a_click_is_fine() -> None:
    content = hostile.word({"word/_rels/document.xml.rels": hostile.LINK.format("hyperlink", "https://example.cn/")})
    assert receive(upload(content, "a.docx"), "response_attachment").kind == "docx"


def test_a_pdf_keeps_its_pages_and_loses_its_author() -> None:
    taken = receive(upload(hostile.pdf(hostile.scripted, pages=3), "证书.PDF"), "certificate")
    assert (taken.kind, taken.pages, taken.signed, taken.shown) == ("pdf", 3, False, True)
    with pikepdf.open(path_of(taken.sha256)) as document:
        assert len(document.pages) == 3
        assert "/Info" not in document.trailer


def test_a_signed_pdf_is_kept_untouched_and_never_shown() -> None:
    def sign(document: pikepdf.Pdf) -> None:
        value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=pikepdf.String(b"x"))
        field = pikepdf.Dictionary(FT=pikepdf.Name.Sig, T=pikepdf.String("s"), V=document.make_indirect(value))
        document.Root.AcroForm = pikepdf.Dictionary(SigFlags=3, Fields=[document.make_indirect(field)])

    content = hostile.pdf(sign)
    taken = receive(upload(content, "合同.pdf"), "response_attachment")
    assert taken.signed
    assert not taken.shown
    assert open_kept(taken.sha256).read() == content


def test_a_picture_stands_upright_and_keeps_its_colours() -> None:
    exif = Image.Exif()
    exif[0x0112] = 6  # the camera was held sideways
    taken = receive(upload(hostile.picture("JPEG", (400, 300), exif=exif), "a.jpg"), "certificate")
    assert (taken.width, taken.height) == (300, 400)
    clear = io.BytesIO()
    Image.new("RGBA", (8, 8), (10, 20, 30, 40)).save(clear, "PNG")
    kept = receive(upload(clear.getvalue(), "b.png"), "certificate")
    with Image.open(path_of(kept.sha256)) as image:
        assert image.getpixel((3, 3)) == (10, 20, 30, 40)


def test_a_table_for_import_in_gb18030() -> None:
    taken = receive(upload("名称,数量\n澜川,3\n".encode("gb18030"), "in.csv"), "import")
    assert taken.kind == "csv"
    with pytest.raises(FileRefused):
        receive(upload(b"name\n", "in.csv"), "certificate")


def test_the_limit_of_each_purpose_holds_while_streaming(files: Path) -> None:
    read = 0

    class Endless(ContentFile):  # type: ignore[type-arg]  # has no parameter while running
        def chunks(self, chunk_size: int | None = None) -> Iterator[bytes]:
            nonlocal read
            while True:
                read += 1 << 20
                yield bytes(1 << 20)

    for name, purpose in PURPOSES.items():
        read = 0
        with pytest.raises(FileRefused, match=f"{purpose.megabytes} MB") as refusal:
            receive(Endless(b"", "a.pdf"), name)
        assert refusal.value.code == "file.too_large"
        assert read == (purpose.megabytes + 1) << 20
        assert str(purpose.megabytes) in purpose.sentence
        assert set(purpose.kinds) <= set(KINDS)
    assert not [path for path in files.rglob("*") if path.is_file()]


def test_the_same_content_is_kept_once_and_can_go() -> None:
    content = hostile.word()  # once: an archive carries the time it was packed
    first = receive(upload(content, "a.docx"), "response_attachment")
    second = receive(upload(content, "b.docx"), "challenge_attachment")
    assert first.sha256 == second.sha256
    assert path_of(first.sha256).stat().st_mode & 0o777 == 0o400
    remove(first.sha256)
    assert not path_of(first.sha256).exists()
    with pytest.raises(ValueError, match="digest"):
        path_of("../../etc/passwd")


@pytest.mark.parametrize(
    ("given_name", "shown"),
    [
        ("../../etc/passwd.pdf", "passwd.pdf"), ("C:\\temp\\方案.docx", "方案.docx"),
        ("a\r\nSet-Cookie: x.pdf", "aSet-Cookie x.pdf"),
        ("gpj.\u202efdp.pdf", "gpj.fdp.pdf"), ("\x00", "file"), ("..", "file"), ("  报 告 .pdf ", "报 告 .pdf"),
        ("长" * 300 + ".pdf", "长" * 196 + ".pdf"), ('a<b>"c".pdf', "abc.pdf"),
    ],
)  # fmt: skip
def test_a_name_is_data_on_one_line(given_name: str, shown: str) -> None:
    assert safe_name(given_name) == shown


@given(st.text(max_size=300))
def test_no_name_becomes_a_path_or_two_lines(name: str) -> None:
    safe = safe_name(name)
    assert safe
    assert len(safe) <= 200
    assert not set(safe) & set('/\\\r\n\0"<>')
    assert safe not in (".", "..")
    header = download(io.BytesIO(b""), safe, "pdf")["Content-Disposition"]
    assert header.isascii()
    assert "\n" not in header


@pytest.mark.parametrize(
    ("kind", "inline", "disposition"),
    [
        ("pdf", True, "inline"),
        ("pdf", False, "attachment"),
        ("docx", True, "attachment"),
        ("nonsense", True, "attachment"),
    ],
)
def test_what_is_handed_out_can_do_nothing(kind: str, inline: bool, disposition: str) -> None:
    response = download(io.BytesIO(b"x"), "方案.pdf", kind, inline=inline)
    assert response["Content-Disposition"].startswith(disposition)
    assert response["X-Content-Type-Options"] == "nosniff"
    assert response["Content-Security-Policy"] == "default-src 'none'; sandbox"
    assert response["Cache-Control"] == "private, no-store"


def test_a_link_serves_one_account_for_one_minute(monkeypatch: pytest.MonkeyPatch) -> None:
    document, account = uuid4(), uuid4()
    token = sign_link(document, 3, account)
    assert open_link(token, account) == (document, 3)
    for wrong, who in (
        (token, uuid4()),
        (token, None),
        (token[:-2] + "xx", account),
        ("", account),
        (sign_link(document, 3, None), account),
    ):
        with pytest.raises(NotVisible):
            open_link(wrong, who)
    now = time.time()
    monkeypatch.setattr(time, "time", lambda: now + 62)
    with pytest.raises(NotVisible):
        open_link(token, account)


@pytest.fixture
def clamd(settings: Settings) -> Iterator[None]:
    with scanner() as server:
        settings.CLAMD = server.address
        yield


@pytest.mark.usefixtures("clamd")
def test_the_scanner_decides_where_there_is_one(files: Path) -> None:
    assert receive(upload(hostile.pdf(), "a.pdf"), "certificate").verdict is Verdict.CLEAN
    kept = sorted(files.rglob("*"))
    with pytest.raises(FileRefused) as refusal:
        receive(upload(hostile.pdf() + b"EICAR", "a.pdf"), "certificate")
    assert refusal.value.code == "file.infected"
    assert sorted(files.rglob("*")) == kept


def test_a_scanner_that_does_not_answer_leaves_the_file_closed(settings: Settings) -> None:
    settings.CLAMD = "/nonexistent/clamd.sock"
    taken = receive(upload(hostile.pdf(), "a.pdf"), "certificate")
    assert taken.verdict is Verdict.PENDING
    assert not taken.is_open
