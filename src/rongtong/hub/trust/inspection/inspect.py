"""The one function that the child runs: what is this file, is it acceptable, and what of it is kept."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any, Final

from rongtong.hub.foundation.confined.rejection import Rejected

from .office import inspect_office, office_kind
from .pdfs import inspect_pdf
from .pictures import inspect_picture
from .tables import inspect_table

_OLE: Final = b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1"
_ZIP: Final = b"PK\x03\x04"
_MARKUP: Final = (b"<!doctype", b"<html", b"<svg", b"<?xml", b"<script", b"<body", b"<head", b"<iframe", b"<!--")
_PICTURES: Final = {b"\x89PNG\r\n\x1a\n": "png", b"\xff\xd8\xff": "jpeg"}
_WEBP: Final = (b"RIFF", b"WEBP")

_INSPECTORS: Final[dict[str, Callable[[Path, Path, dict[str, int]], dict[str, Any]]]] = {
    "pdf": inspect_pdf,
    "docx": inspect_office,
    "xlsx": inspect_office,
    "pptx": inspect_office,
    "jpeg": inspect_picture,
    "png": inspect_picture,
    "webp": inspect_picture,
    "csv": inspect_table,
    "json": inspect_table,  # text in a known encoding; what it says is judged against a schema, by whoever reads it
}


def inspect(path: str, kept: str, claimed: str, kinds: list[str], limits: dict[str, int]) -> dict[str, Any]:
    """Return what the file is, and write the version to keep to `kept` where it differs from what came.

    Parameters
    ----------
    path, kept
        The file as it came; where a cleaned or re-encoded version may be written.
    claimed
        The kind that the extension of its name claims.
    kinds
        The kinds that the purpose allows.
    limits
        ``pages``, ``pixels``, ``unpacked`` in bytes.

    Returns
    -------
    dict
        ``kind``; ``kept``: whether `kept` was written; and by kind ``pages``, ``width``, ``height``, ``signed``.

    Raises
    ------
    Rejected
        With the code of a message in `intake.refusals`.
    """
    file = Path(path)
    kind = kind_by_content(file, claimed)
    if kind not in kinds:
        raise Rejected("file.type")
    if kind != claimed:
        raise Rejected("file.mismatch", found=kind, claimed=claimed)
    return {"kind": kind, "kept": False} | _INSPECTORS[kind](file, Path(kept), limits)


def kind_by_content(path: Path, claimed: str) -> str:
    """Return the kind that the first bytes show, or raise by name for what is never taken."""
    with path.open("rb") as file:
        start = file.read(1024)
    if start.startswith(_OLE):
        raise Rejected("file.old_office")
    if start.lstrip(b"\xef\xbb\xbf \t\r\n").lower().startswith(_MARKUP):
        raise Rejected("file.markup")
    if start.startswith(b"%PDF-"):
        return "pdf"
    for magic, kind in _PICTURES.items():
        if start.startswith(magic):
            return kind
    if start.startswith(_WEBP[0]) and start[8:12] == _WEBP[1]:
        return "webp"
    if start.startswith(_ZIP):
        return office_kind(path)
    if claimed in ("csv", "json"):
        return claimed
    raise Rejected("file.unknown")
