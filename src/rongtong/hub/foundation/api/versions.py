"""Versions: an answer carries its ETag, a change says with If-Match which version it was made from."""

import hashlib
import re
from typing import Any, Protocol

from django.http import HttpRequest, HttpResponse
from django.utils.translation import gettext_lazy as _

from ..actors import Actor
from ..errors import Fault, Invalid


class Versioned(Protocol):
    """A row, or a row as one reader may see it: its version may count less than the table's."""

    @property
    def pk(self) -> Any: ...

    @property
    def version(self) -> int: ...


def tagged(response: HttpResponse, entity: Versioned, actor: Actor) -> None:
    """Set the ETag. It names the version and, hashed, whose view it is: another reader's tag never fits."""
    viewer = hashlib.sha256(f"{entity.pk}:{actor.account_id}:{actor.organisation_id}".encode()).hexdigest()[:12]
    response["ETag"] = f'"{entity.version}-{viewer}"'


def version_asked(request: HttpRequest) -> int | None:
    """The version named by If-Match, or None without it."""
    header = request.headers.get("If-Match", "").strip()
    if not header or header == "*":
        return None
    match = re.fullmatch(r'(?:W/)?"?(\d{1,9})(?:-[0-9a-f]+)?"?', header)
    if match is None:
        raise Invalid([Fault("If-Match", _("If-Match 应为读取时得到的 ETag。"), "if_match.invalid")])
    return int(match[1])
