"""Evidence of verbs: a commitment is queued for the log in the verb's own transaction, or the verb was not done."""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Any

from django.db.models import Model

from rongtong.engines.translog import canonical, commit, new_salt
from rongtong.hub.foundation.verbs import Done, heard_by

from ..evidence_kinds import BY_VERB, Kind, plain
from ..models import EvidenceEntry, EvidenceOpening

VERSION = 1


def record(done: Done) -> None:
    """Queue the evidence of a verb that is listed. No lock is taken that another verb could wait for."""
    kind = BY_VERB.get(done.verb)
    if kind is None:
        return
    about = done.result if isinstance(done.result, Model) else done.subject
    if kind.once and EvidenceEntry._base_manager.filter(kind=kind.name, subject_id=about.pk).exists():
        return
    salt, event = new_salt(), canonical(event_of(kind, done, about, datetime.now(UTC)))
    made = commit(event, salt)
    context = kind.context(about) if kind.context else None
    entry = EvidenceEntry._base_manager.create(
        kind=kind.name,
        subject_type=about._meta.label_lower,
        subject_id=about.pk,
        context_type=context._meta.label_lower if context is not None else "",
        context_id=context.pk if context is not None else None,
        sha256=made.sha256,
        sm3=made.sm3,
    )
    EvidenceOpening._base_manager.create(entry=entry, salt=salt, event=event.decode())


def event_of(kind: Kind, done: Done, about: Any, at: datetime) -> dict[str, Any]:
    """What is committed to. The time is that of this machine, which the log's checkpoints and timestamps bound."""
    return {
        "v": VERSION,
        "kind": kind.name,
        "subject": {"type": about._meta.label_lower, "id": str(about.pk)},
        "at": plain(at),
        "organisation": plain(done.by.organisation_id),
        "content": plain(kind.content(done)),
    }


heard_by(record)
