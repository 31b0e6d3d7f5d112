"""Word, Excel and PowerPoint files: kept as they are when nothing in them acts by itself or reaches out."""

from __future__ import annotations

import re
import zipfile
from pathlib import Path
from typing import Any, Final
from xml.parsers import expat

from defusedxml.common import DefusedXmlException
from defusedxml.ElementTree import fromstring

from rongtong.hub.foundation.confined.rejection import Rejected
from rongtong.hub.foundation.confined.zips import ZipBudget, check_zip

_MAIN_PARTS: Final = {"word/document.xml": "docx", "xl/workbook.xml": "xlsx", "ppt/presentation.xml": "pptx"}
_ACTIVE: Final = re.compile(
    r"vbaproject|activex/|macrosheets/|dialogsheets/|embeddings/.*\.(bin|exe|ole|vbs|js)$|\.(exe|dll|js|vbs|hta)$"
)
_MACRO_TYPES: Final = re.compile(rb"macroEnabled|vbaProject|ms-office\.activeX", re.IGNORECASE)
# Links that a program follows when it opens the file. Hyperlinks wait for a click and are fine.
_FOLLOWED: Final = ("hyperlink",)
_FIELDS: Final = re.compile(rb"\bDDE(AUTO)?\b|<(\w+:)?ddeLink\b")
_STEP: Final = 1 << 18
_LARGEST_LINKS: Final = 4 << 20


def office_kind(path: Path) -> str:
    """Return which Office format a container holds; anything else in a zip is not taken."""
    try:
        with zipfile.ZipFile(path) as container:
            names = set(container.namelist())
    except (zipfile.BadZipFile, ValueError, OSError) as error:
        raise Rejected("zip.damaged") from error
    kinds = [kind for part, kind in _MAIN_PARTS.items() if part in names]
    if "[Content_Types].xml" not in names or len(kinds) != 1:
        raise Rejected("file.zip")
    return kinds[0]


def inspect_office(path: Path, _kept: Path, limits: dict[str, int]) -> dict[str, Any]:
    """Check an Office file; it is kept unchanged, because rewriting it would break signatures and layouts."""
    names = check_zip(path, ZipBudget(unpacked=limits["unpacked"]))
    if any(_ACTIVE.search(name.lower()) for name in names):
        raise Rejected("office.macro")
    try:
        with zipfile.ZipFile(path) as container:
            if _MACRO_TYPES.search(container.read("[Content_Types].xml")):
                raise Rejected("office.macro")
            for name in names:
                if name.lower().endswith(".rels"):
                    _check_links(container, name)
                elif name.lower().endswith((".xml", ".vml")):
                    _check_part(container, name)
    except DefusedXmlException as error:
        raise Rejected("office.entities") from error
    except (expat.ExpatError, SyntaxError, KeyError, ValueError) as error:
        raise Rejected("office.damaged") from error
    return {}


def _check_links(container: zipfile.ZipFile, name: str) -> None:
    if container.getinfo(name).file_size > _LARGEST_LINKS:
        raise Rejected("office.damaged")
    for link in fromstring(container.read(name), forbid_dtd=True):
        kind = link.get("Type", "").rsplit("/", 1)[-1].lower()
        if link.get("TargetMode", "").lower() == "external" and kind not in _FOLLOWED:
            raise Rejected("office.external")


def _check_part(container: zipfile.ZipFile, name: str) -> None:
    """Refuse a document type declaration, which is where entities are declared, and fields that start programs."""
    parser = expat.ParserCreate()
    root: list[str] = []

    def declared(*_args: Any) -> None:
        raise Rejected("office.entities")

    parser.StartDoctypeDeclHandler = declared
    parser.EntityDeclHandler = declared
    parser.StartElementHandler = lambda tag, _attributes: root.append(tag)
    kept = b""
    with container.open(name) as content:
        while step := content.read(_STEP):
            if not root:
                parser.Parse(step, False)
            if _FIELDS.search(kept + step):
                raise Rejected("office.dde")
            kept = step[-16:]
