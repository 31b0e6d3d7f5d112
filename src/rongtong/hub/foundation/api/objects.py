"""Where a thing stands in the API, for whoever is told of it elsewhere: its noun and its address."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

from django.conf import settings

ROOT = "/api/v1"
#: Label of the table → noun and path; filled where the API is put together.
OBJECTS: dict[str, tuple[str, str]] = {}


@dataclass(frozen=True)
class Place:
    """What a thing is called in the API, and its whole address; '' where it has none of its own."""

    noun: str
    url: str


def place_of(thing: Any) -> Place:
    """The place of a row. A path may name attributes of the row: ``/challenges/{0.challenge_id}/amendments``."""
    label = thing._meta.label_lower
    noun, path = OBJECTS.get(label, (label.rpartition(".")[2], ""))
    return Place(noun, settings.SITE_URL.rstrip("/") + ROOT + path.format(thing) if path else "")
