"""PDFs: Chinese in an embedded font, page numbers, and nothing fetched from anywhere."""

from __future__ import annotations

import contextlib
import http.server
import io
import shutil
import subprocess
import threading
from collections.abc import Iterator
from pathlib import Path

import pikepdf
import pytest
from django.template import engines
from django.utils import translation

from rongtong.hub.foundation import confined, pdf

pytestmark = pytest.mark.skipif(shutil.which("pdftotext") is None, reason="pdftotext (poppler-utils) is not installed")

PAPER = """{% extends "foundation/paper.html" %}
{% block title %}{{ subject }}{% endblock %}
{% block body %}<h1>{{ subject }}</h1>{% for n in range(lines) %}<p>{{ text }} {{ n }}</p>{% endfor %}
<p><b>粗体</b> 20℃ 䶮 <img class="qr" src="{{ qr('https://example.cn/verify') }}"></p>{% endblock %}"""


def read(content: bytes, program: str = "pdftotext") -> str:
    command = [program, "-", "-"] if program == "pdftotext" else [program, "-"]
    return subprocess.run(command, input=content, capture_output=True, check=True).stdout.decode()


def paper(text: str = "高精度主轴", subject: str = "遴选结果报告", lines: int = 3) -> bytes:
    template = engines["jinja2"].from_string(PAPER)
    return pdf.from_html(
        template.render({"text": text, "subject": subject, "lines": lines, "font": pdf.chinese_font(), "qr": pdf.qr})
    )


@pytest.fixture
def asked() -> Iterator[list[str]]:
    """A server on loopback that writes down who asks."""
    paths: list[str] = []

    class Writing(http.server.BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            paths.append(self.path)
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"SECRET")

        def log_message(self, format: str, *args: object) -> None:
            """Quiet."""

    with http.server.ThreadingHTTPServer(("127.0.0.1", 0), Writing) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        paths.append(f"http://127.0.0.1:{server.server_address[1]}/")
        yield paths
        server.shutdown()


def test_chinese_comes_out_with_page_numbers_in_an_embedded_font() -> None:
    content = paper(lines=90)
    text = read(content)
    assert "遴选结果报告" in text
    assert "高精度主轴 89" in text
    assert "粗体 20℃ 䶮" in text
    assert "第2页/共4页" in text.replace(" ", "")
    fonts = [line for line in read(content, "pdffonts").splitlines()[2:] if line]
    assert fonts
    assert all("NotoSansCJK" in line or "Noto-Sans-CJK" in line for line in fonts), fonts
    assert all(line.split()[-5] == "yes" for line in fonts), fonts


def test_page_numbers_follow_the_language() -> None:
    with translation.override("en"):
        assert "Page 1 of 1" in read(paper())


def test_text_of_people_is_text() -> None:
    assert "<b>x</b> & <script>" in read(paper(text="<b>x</b> & <script>"))


def test_nothing_is_fetched_even_from_hostile_html(asked: list[str], tmp_path: Path) -> None:
    secret = tmp_path / "secret.txt"
    secret.write_text("SECRET")
    address = asked.pop()
    content = pdf.from_html(
        f"""<html><head><link rel="attachment" href="file://{secret}"><link rel="stylesheet" href="{address}a.css">
        <style>@import url({address}b.css); @font-face {{ font-family: x; src: url({address}c.ttf) }}
        body {{ background: url({address}d.png); font-family: x }}</style></head>
        <body><img src="{address}e.png"><img src="file://{secret}"><object data="{address}f"></object>
        <a rel="attachment" href="file://{secret}">x</a><embed src="{address}g.svg">
        <svg><image href="{address}h.png" width="9" height="9"/><use href="file://{secret}#a"/></svg></body></html>"""
    )
    assert asked == []
    with pikepdf.open(io.BytesIO(content)) as document:
        assert not document.attachments
        streams = [each.read_bytes() for each in document.objects if isinstance(each, pikepdf.Stream)]
    assert not [stream for stream in streams if b"SECRET" in stream]


def test_the_same_page_does_fetch_where_nobody_forbids_it(asked: list[str]) -> None:
    """The proof that the test above can fail."""
    import weasyprint

    address = asked.pop()
    weasyprint.HTML(string=f'<img src="{address}e.png">').write_pdf()
    assert asked == ["/e.png"]


def test_a_machine_without_a_chinese_font_is_told_what_to_install(monkeypatch: pytest.MonkeyPatch) -> None:
    pdf.chinese_font.cache_clear()
    monkeypatch.setattr(pdf, "_families", lambda: {"DejaVu Sans"})
    with pytest.raises(pdf.FontMissing, match="fonts-noto-cjk"):
        pdf.render("foundation/paper.html", {})
    monkeypatch.undo()
    assert pdf.chinese_font() in pdf.FONTS


def test_an_answer_is_a_download_with_a_safe_name() -> None:
    response = pdf.answer("foundation/paper.html", {}, "报告\r\nX: y")
    assert response["Content-Type"] == "application/pdf"
    assert response["Content-Disposition"].startswith("attachment; filename*=")
    assert response.content.startswith(b"%PDF-")


def test_who_comes_while_every_press_prints_is_asked_to_come_back(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(pdf, "WAIT_SECONDS", 0.01)
    with contextlib.ExitStack() as others:
        for _press in range(pdf.PRESSES):
            others.enter_context(pdf._PRESS)
        with pytest.raises(pdf.PressBusy):
            paper()
    assert paper().startswith(b"%PDF-")  # and it is free again


def test_a_document_that_asks_for_too_much_is_refused_and_the_press_goes_on(monkeypatch: pytest.MonkeyPatch) -> None:
    with monkeypatch.context() as patch:
        patch.setattr(pdf, "LIMITS", confined.Limits(memory=1 << 30, processor=1, wall=60))
        with pytest.raises(pdf.TooLong):
            paper(lines=3000)
    assert paper().startswith(b"%PDF-")
