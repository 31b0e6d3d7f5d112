"""Taking a file in: count, look, clean, keep. Nothing that was refused stays."""

from __future__ import annotations

import hashlib
import unicodedata
from dataclasses import dataclass
from pathlib import Path, PurePosixPath
from typing import Any, Final

from django.core.files import File

from rongtong.hub.foundation import confined

from .purposes import KIND_BY_EXTENSION, KINDS, MEGABYTE, PURPOSES, Purpose
from .refusals import from_child, refused
from .scanning import Verdict, scan
from .store import keep, quarantine

LONGEST_NAME: Final = 200
_INSPECT: Final = "rongtong.hub.trust.inspection.inspect:inspect"
_LIMITS: Final = confined.Limits(memory=640 << 20, processor=20, wall=40)


@dataclass(frozen=True, slots=True)
class Accepted:
    """A file that was taken.

    Attributes
    ----------
    kind, media
        The kind in `KINDS`, and its media type.
    name
        The name to show; never used as a path.
    sha256, size
        Of what is kept, which is what readers get: pictures are drawn anew, PDFs are cleaned.
    received_sha256, received_size
        Of what the sender sent, for evidence.
    pages, width, height
        Of a PDF; of a picture.
    signed
        A PDF with a signature: kept untouched and offered as a download only.
    verdict
        What the virus scanner says; a ``PENDING`` file must stay closed until it has answered.
    """

    kind: str
    media: str
    name: str
    sha256: str
    size: int
    received_sha256: str
    received_size: int
    pages: int | None = None
    width: int | None = None
    height: int | None = None
    signed: bool = False
    verdict: Verdict = Verdict.UNSCANNED

    @property
    def is_open(self) -> bool:
        return self.verdict in {Verdict.CLEAN, Verdict.UNSCANNED}

    @property
    def shown(self) -> bool:
        """Tell whether a browser may show it instead of saving it."""
        return KINDS[self.kind].shown and not self.signed


def receive(file: File[bytes], purpose: str | Purpose, name: str | None = None) -> Accepted:
    """Take a file in for a purpose.

    Parameters
    ----------
    file
        The upload.
    purpose
        A key of `PURPOSES`.
    name
        Its name, by default the upload's.

    Raises
    ------
    FileRefused
        With what, why and cure; nothing of the file is kept.
    """
    rules = purpose if isinstance(purpose, Purpose) else PURPOSES[purpose]
    shown = safe_name(name or file.name or "")
    claimed = KIND_BY_EXTENSION.get(PurePosixPath(shown).suffix.lower(), "")
    with quarantine() as folder:
        came, cleaned = folder / "came", folder / "cleaned"
        received_sha256, received_size = _take(file, came, rules)
        found = _inspect(came, cleaned, claimed, rules)
        kept = cleaned if found.pop("kept") else came
        verdict = scan(came)
        if verdict is Verdict.INFECTED:
            raise refused("file.infected")
        sha256, size = keep(kept)
    media = KINDS[found["kind"]].media
    return Accepted(
        media=media,
        name=shown,
        sha256=sha256,
        size=size,
        received_sha256=received_sha256,
        received_size=received_size,
        verdict=verdict,
        **found,
    )


def safe_name(name: str) -> str:
    """Return a name as data: one line, no folders, no invisible or direction-changing characters, not too long."""
    text = unicodedata.normalize("NFC", name).replace("\\", "/").rsplit("/", 1)[-1]
    text = "".join(letter for letter in text if unicodedata.category(letter)[0] != "C" and letter not in '<>:"|?*')
    text = " ".join(text.split()).strip(". ")
    suffix = PurePosixPath(text).suffix
    if len(text) > LONGEST_NAME:
        text = text[: LONGEST_NAME - len(suffix)] + suffix
    return text or "file"


def _take(file: File[bytes], target: Path, rules: Purpose) -> tuple[str, int]:
    """Write what comes, counting, and stop at the limit."""
    digest, size, most = hashlib.sha256(), 0, rules.megabytes * MEGABYTE
    with target.open("xb") as out:
        for step in file.chunks():
            size += len(step)
            if size > most:
                raise refused("file.too_large", most=rules.megabytes)
            digest.update(step)
            out.write(step)
    if not size:
        raise refused("file.empty")
    return digest.hexdigest(), size


def _inspect(came: Path, cleaned: Path, claimed: str, rules: Purpose) -> dict[str, Any]:
    request = {
        "path": str(came),
        "kept": str(cleaned),
        "claimed": claimed,
        "kinds": list(rules.kinds),
        "limits": {"pages": rules.pages, "pixels": rules.pixels, "unpacked": rules.unpacked_megabytes * MEGABYTE},
    }
    try:
        found: dict[str, Any] = confined.run(_INSPECT, request, _LIMITS)
    except (confined.Rejected, confined.ChildFailed) as error:
        raise from_child(error) from error
    return found
