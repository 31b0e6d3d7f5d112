"""Attachments of responses and collaborations, where the hub keeps documents."""

from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec
from typing import Any

from rongtong.hub.foundation.actors import Actor

DOCUMENTS = "rongtong.hub.trust.queries"


def documents_section(subject: Any, actor: Actor) -> Any | None:
    """What the template ``trust/documents.html`` draws for one object, or None where documents are not kept."""
    if find_spec(DOCUMENTS) is None:
        return None
    module = import_module(DOCUMENTS)
    return module.documents_of(subject, actor) if hasattr(module, "documents_of") else None
