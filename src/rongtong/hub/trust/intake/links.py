"""Handing files out: a link that lives for a minute, and headers that let nothing run."""

from __future__ import annotations

from typing import IO, Final
from uuid import UUID

from django.conf import settings
from django.core.signing import BadSignature, TimestampSigner
from django.http import FileResponse
from django.utils.http import content_disposition_header

from rongtong.hub.foundation.errors import NotVisible

from .purposes import KINDS

LIFETIME: Final = 60  # seconds


def sign_link(document: UUID, version: int, account: UUID | None) -> str:
    """Return a token that lets this account fetch this version of a document for a minute.

    Call it after the right was checked and the access was written down.
    """
    return _signer().sign_object({"d": str(document), "v": version, "a": str(account or "")})


def open_link(token: str, account: UUID | None) -> tuple[UUID, int]:
    """Return the document and version that a token names.

    Raises
    ------
    NotVisible
        The token is forged, older than a minute or somebody else's: all one answer.
    """
    try:
        said = _signer().unsign_object(token, max_age=LIFETIME)
        if said["a"] != str(account or ""):
            raise NotVisible
        return UUID(said["d"]), int(said["v"])
    except (BadSignature, KeyError, TypeError, ValueError) as error:
        raise NotVisible from error


def download(content: IO[bytes], name: str, kind: str, *, inline: bool = False) -> FileResponse:
    """Return an answer that hands a file out.

    Parameters
    ----------
    content
        The open file.
    name
        The name to save it under.
    kind
        Its kind; unknown ones are handed out as bytes.
    inline
        Show it in the browser. Honoured only for kinds that may be shown; never set it for a signed PDF.
    """
    known = KINDS.get(kind)
    response = FileResponse(content, content_type=known.media if known else "application/octet-stream")
    shown = inline and known is not None and known.shown
    response["Content-Disposition"] = content_disposition_header(not shown, name) or "attachment"
    response["X-Content-Type-Options"] = "nosniff"
    response["Content-Security-Policy"] = "default-src 'none'; sandbox"
    response["Cross-Origin-Resource-Policy"] = "same-origin"
    response["Cache-Control"] = "private, no-store"
    return response


def _signer() -> TimestampSigner:
    return TimestampSigner(key=settings.SECRETS["links"], salt="rongtong.trust.files")
