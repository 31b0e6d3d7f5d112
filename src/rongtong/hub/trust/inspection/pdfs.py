"""PDF: scripts, launches, attachments and media are taken out; what is signed is kept as it came."""

from __future__ import annotations

from pathlib import Path
from typing import Any, Final

import pikepdf
from pikepdf.sanitize import Sanitizer

from rongtong.hub.foundation.confined.rejection import Rejected

_DEEPEST: Final = 12
_OF_DAMAGED_FILES: Final = (pikepdf.DataDecodingError, RuntimeError, ValueError, KeyError, TypeError, RecursionError)
_UNPACKED: Final = 64 << 20  # of one stream that qpdf itself has to read, such as an object stream


def inspect_pdf(path: Path, kept: Path, limits: dict[str, int]) -> dict[str, Any]:
    """Count the pages and write a clean copy. Streams are never decoded: a small file may hold a huge one."""
    pikepdf.settings.set_qpdf_limits(
        flate_max_memory=_UNPACKED,
        png_max_memory=_UNPACKED,
        run_length_max_memory=_UNPACKED,
        tiff_max_memory=_UNPACKED,
        dct_max_memory=_UNPACKED,
        parser_max_container_size=1_000_000,
        doc_max_warnings=1000,
    )
    try:
        with pikepdf.open(path, suppress_warnings=True) as pdf:
            pages = len(pdf.pages)
            if not 0 < pages <= limits["pages"]:
                raise Rejected("pdf.pages", found=pages, most=limits["pages"])
            if is_signed(pdf):
                return {"pages": pages, "signed": True}
            _clean(pdf)
            pdf.save(
                kept,
                encryption=False,
                stream_decode_level=pikepdf.StreamDecodeLevel.none,
                recompress_flate=False,
                normalize_content=False,
                static_id=True,
            )
    except pikepdf.PasswordError as error:
        raise Rejected("pdf.encrypted") from error
    except (pikepdf.PdfError, *_OF_DAMAGED_FILES) as error:
        raise Rejected("pdf.damaged") from error
    return {"pages": pages, "signed": False, "kept": True}


def is_signed(pdf: pikepdf.Pdf) -> bool:
    """Tell whether a form field holds a signature: any change of the file would break it."""
    form = pdf.Root.get("/AcroForm")
    fields = form.get("/Fields") if isinstance(form, pikepdf.Dictionary) else None
    return isinstance(fields, pikepdf.Array) and any(_holds_signature(field, 0) for field in fields)


def _holds_signature(field: Any, depth: int) -> bool:
    if depth > _DEEPEST or not isinstance(field, pikepdf.Dictionary):
        return False
    value = field.get("/V")
    if field.get("/FT") == pikepdf.Name.Sig and isinstance(value, pikepdf.Dictionary) and "/ByteRange" in value:
        return True
    children = field.get("/Kids")
    return isinstance(children, pikepdf.Array) and any(_holds_signature(child, depth + 1) for child in children)


def _clean(pdf: pikepdf.Pdf) -> None:
    Sanitizer().remove_javascript().remove_external_access().remove_attachments().remove_multimedia().apply(pdf)
    if "/Info" in pdf.trailer:
        del pdf.docinfo
    for name in ("/Metadata", "/OpenAction", "/AA", "/XFA"):
        if name in pdf.Root:
            del pdf.Root[name]
    form = pdf.Root.get("/AcroForm")
    if isinstance(form, pikepdf.Dictionary) and "/XFA" in form:
        del form["/XFA"]
