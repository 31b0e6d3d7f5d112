"""The printing press of :mod:`.pdf`, in a process of its own: a long catalogue takes seconds and hundreds of megabytes.

Only ``data:`` addresses are followed; files and the network never are. Knows no Django.
"""

from __future__ import annotations

import base64
import logging

from weasyprint import HTML
from weasyprint.urls import URLFetcher


def print_html(html: str) -> str:
    """Return a whole HTML page as a PDF, in base64."""
    logging.getLogger("fontTools").setLevel(logging.WARNING)
    fetcher = URLFetcher(allowed_protocols=("data",), allow_redirects=False)
    content: bytes | None = HTML(string=html, base_url=None, url_fetcher=fetcher).write_pdf()
    assert content is not None  # only a target that is written to gives nothing back
    return base64.b64encode(content).decode("ascii")
