"""What may be uploaded for which purpose. The form shows the same table that the check obeys."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Final

from django.utils.translation import gettext_lazy as _

from rongtong.hub.foundation.errors import Text
from rongtong.hub.foundation.formatting import joined

MEGABYTE: Final = 1 << 20


@dataclass(frozen=True, slots=True)
class Kind:
    """A kind of file: the endings of its names, its media type, and whether a browser may show it."""

    extensions: tuple[str, ...]
    media: str
    shown: bool = False


_OFFICE: Final = "application/vnd.openxmlformats-officedocument."
KINDS: Final[Mapping[str, Kind]] = {
    "pdf": Kind((".pdf",), "application/pdf", shown=True),
    "docx": Kind((".docx",), _OFFICE + "wordprocessingml.document"),
    "xlsx": Kind((".xlsx",), _OFFICE + "spreadsheetml.sheet"),
    "pptx": Kind((".pptx",), _OFFICE + "presentationml.presentation"),
    "jpeg": Kind((".jpg", ".jpeg"), "image/jpeg", shown=True),
    "png": Kind((".png",), "image/png", shown=True),
    "webp": Kind((".webp",), "image/webp", shown=True),
    "csv": Kind((".csv",), "text/csv"),
    "json": Kind((".json",), "application/json"),
}
KIND_BY_EXTENSION: Final = {extension: name for name, kind in KINDS.items() for extension in kind.extensions}


@dataclass(frozen=True, slots=True)
class Purpose:
    """What one purpose allows. Megabytes as they come and unpacked; pages of a PDF; pixels of a picture."""

    name: str
    label: Text
    kinds: tuple[str, ...]
    megabytes: int
    pages: int = 300
    pixels: int = 40_000_000
    unpacked_megabytes: int = 200

    @property
    def extensions(self) -> tuple[str, ...]:
        """For the ``accept`` attribute of the form."""
        return tuple(extension for kind in self.kinds for extension in KINDS[kind].extensions)

    @property
    def sentence(self) -> str:
        """Return the limits as one sentence for the form."""
        endings = joined(extension[1:].upper() for extension in self.extensions)
        sentence = _("可上传 %(endings)s，每个文件不超过 %(megabytes)s MB。")
        return sentence % {"endings": endings, "megabytes": self.megabytes}


_PAPERS: Final = ("pdf", "docx", "xlsx", "pptx", "jpeg", "png", "webp")
PURPOSES: Final[Mapping[str, Purpose]] = {
    purpose.name: purpose
    for purpose in (
        Purpose("response_attachment", _("揭榜附件"), _PAPERS, megabytes=20),
        Purpose("challenge_attachment", _("榜单附件"), _PAPERS, megabytes=20),
        Purpose("conformity_evidence", _("符合性佐证"), (*_PAPERS, "csv", "json"), megabytes=20),
        Purpose("import", _("批量导入"), ("xlsx", "csv"), megabytes=10),
        Purpose("certificate", _("证照"), ("pdf", "jpeg", "png", "webp"), megabytes=5, pages=20),
    )
}
