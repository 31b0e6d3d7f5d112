"""PDF for what is signed, printed or sent: from a template, with its font inside and page numbers, fetching nothing."""

from __future__ import annotations

import base64
import io
import logging
import shutil
import subprocess
from collections.abc import Mapping
from functools import cache
from typing import TYPE_CHECKING, Any, Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from .errors import Refusal

if TYPE_CHECKING:
    from weasyprint.urls import URLFetcher

# The first that the machine has is used. Each is complete in simplified Chinese and has a true bold.
FONTS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei")


class FontMissing(Refusal):
    """This machine has no Chinese font, and a PDF without one would show boxes."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "pdf.font_missing",
            what=_("不能生成 PDF。"),
            why=_("服务器上没有中文字体（Noto Sans CJK SC）。"),
            cure=_("请运维人员安装字体包 fonts-noto-cjk，再重试。"),
        )


def render(template: str, context: Mapping[str, Any]) -> bytes:
    """Return a template as a PDF.

    Parameters
    ----------
    template
        A template that extends ``foundation/paper.html``.
    context
        What it shows. ``font`` and ``qr`` (a function from text to a picture's address) are added.

    Raises
    ------
    FontMissing
        The machine has no Chinese font.
    """
    html = render_to_string(template, {**context, "font": chinese_font(), "qr": qr})
    return from_html(html)


def answer(template: str, context: Mapping[str, Any], name: str, *, inline: bool = False) -> HttpResponse:
    """Return a template as a PDF to download, or to show, under `name` without its ending."""
    response = HttpResponse(render(template, context), content_type="application/pdf")
    response["Content-Disposition"] = content_disposition_header(not inline, f"{name}.pdf") or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    return response


def from_html(html: str) -> bytes:
    """Return a whole HTML page as a PDF. Only ``data:`` addresses are followed; files and the network never are."""
    # Imported here: it loads Pango, which those who print nothing need not wait for.
    from weasyprint import HTML

    logging.getLogger("fontTools").setLevel(logging.WARNING)
    content: bytes | None = HTML(string=html, base_url=None, url_fetcher=_fetcher()).write_pdf()
    assert content is not None  # only a target that is written to gives nothing back
    return content


def qr(text: str) -> str:
    """Return the address of a QR code of `text`, for the ``src`` of a picture."""
    import qrcode  # type: ignore[import-untyped]  # ships no types
    from qrcode.image.svg import SvgPathImage  # type: ignore[import-untyped]  # ships no types

    out = io.BytesIO()
    qrcode.make(text, image_factory=SvgPathImage, border=2).save(out)
    return "data:image/svg+xml;base64," + base64.b64encode(out.getvalue()).decode("ascii")


@cache
def chinese_font() -> str:
    """Return the Chinese font that this machine has, or raise `FontMissing`."""
    families = _families()
    for font in FONTS:
        if font in families:
            return font
    chinese_font.cache_clear()
    raise FontMissing


def _families() -> set[str]:
    """Ask fontconfig, which also tells WeasyPrint where fonts lie."""
    program = shutil.which("fc-list")
    if program is None:
        return set()
    listed = subprocess.run([program, ":", "family"], capture_output=True, text=True, check=False, timeout=60)
    return {family.strip() for line in listed.stdout.splitlines() for family in line.split(",")}


def _fetcher() -> URLFetcher:
    from weasyprint.urls import URLFetcher

    return URLFetcher(allowed_protocols=("data",), allow_redirects=False)
