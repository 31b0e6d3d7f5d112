"""PDF for what is signed, printed or sent: from a template, with its font inside and page numbers, fetching nothing."""

from __future__ import annotations

import base64
import io
import shutil
import subprocess
import threading
from collections.abc import Mapping
from functools import cache
from typing import Any, Final

from django.http import HttpResponse
from django.template.loader import render_to_string
from django.utils.http import content_disposition_header
from django.utils.translation import gettext_lazy as _

from . import confined
from .errors import Refusal

# The first that the machine has is used. Each is complete in simplified Chinese and has a true bold.
FONTS: Final = ("Noto Sans CJK SC", "Source Han Sans SC", "Source Han Sans CN", "PingFang SC", "Microsoft YaHei")
PRESS: Final = "rongtong.hub.foundation.printing:print_html"
LIMITS: Final = confined.Limits(processor=60, wall=90)
PRESSES: Final = 2
WAIT_SECONDS: Final = 40.0
# Two documents at a time in each web process: printing takes a whole core, and pages must go on being served.
_PRESS: Final = threading.BoundedSemaphore(PRESSES)


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


class PressBusy(Refusal):
    """Others print; this reader is asked to come back."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "pdf.busy",
            what=_("暂时不能生成 PDF。"),
            why=_("其他用户正在生成较长的文件。"),
            cure=_("请稍候片刻，再下载一次。"),
        )


class TooLong(Refusal):
    """One document asks for more than one document may."""

    status = 503

    def __init__(self) -> None:
        super().__init__(
            "pdf.too_long",
            what=_("不能生成 PDF。"),
            why=_("内容过长，超出一份文件允许的篇幅。"),
            cure=_("请改为导出 Excel，或逐项下载。"),
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
    """Return a whole HTML page as a PDF. Only ``data:`` addresses are followed; files and the network never are.

    Raises
    ------
    PressBusy
        Others print long documents and this one would wait too long.
    TooLong
        It takes more memory or time than one document may.
    """
    if not _PRESS.acquire(timeout=WAIT_SECONDS):
        raise PressBusy
    try:
        content: str = confined.run(PRESS, {"html": html}, LIMITS)
    except confined.ChildFailed as failure:
        if failure.why in ("memory", "time"):
            raise TooLong from failure
        raise
    finally:
        _PRESS.release()
    return base64.b64decode(content)


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
