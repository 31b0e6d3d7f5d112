"""Where the log stands: its keys, checkpoints, witnesses and timestamps."""

from __future__ import annotations

from dataclasses import dataclass

from django.conf import settings

from rongtong.engines.translog import Anchors, Note, Policy

from ..models import EvidenceEntry, LogCheckpoint, LogHead, LogKey, LogWitness
from .log_tiles import published

NOBODY = "quorum none\n"


def key_in_use() -> LogKey | None:
    """The row of the key that signs now."""
    return LogKey._base_manager.filter(retired_at=None).first()


def successions() -> list[Note]:
    """The notes by which each key followed the one before, in order."""
    rows = LogKey._base_manager.exclude(succession="").order_by("since_size", "created_at")
    return [Note.parse(text) for text in rows.values_list("succession", flat=True)]


def witnesses() -> Policy:
    """Whom the operator has asked to cosign, with the quorum; nobody where nothing is set."""
    return Policy.parse(settings.LOG_WITNESSES or NOBODY)


def anchors() -> Anchors | None:
    """What timestamps must lead to; None where no authority is asked."""
    return Anchors.from_pem(settings.LOG_ANCHORS.encode()) if settings.LOG_AUTHORITY else None


def policy_text() -> str | None:
    """The policy by which anybody can verify evidence of this log; None before its first key."""
    key = key_in_use()
    if key is None:
        return None
    lines = [line for line in (settings.LOG_WITNESSES or NOBODY).splitlines() if line.strip()]
    return "\n".join([f"log {key.verifier}", *lines]) + "\n"


@dataclass(frozen=True)
class LogStatus:
    """What the operator's page and the API tell of the log.

    Attributes
    ----------
    head
        None before the log was first written to.
    waiting
        How many entries are queued; counted to a thousand.
    witnesses
        Those configured now, in the policy's order, with what each last did: None for one not asked yet.
    """

    head: LogHead | None
    newest: LogCheckpoint | None
    waiting: int
    witnesses: list[tuple[str, str, LogWitness | None]]
    quorum: str
    keys: list[LogKey]
    authority: str
    unstamped: int
    recent: list[LogCheckpoint]


MOST_COUNTED = 1000
RECENT = 10


def status() -> LogStatus:
    """Everything about the log, in a fixed number of queries."""
    policy = witnesses()
    known = {row.key: row for row in LogWitness._base_manager.all()}
    asked = [(name, party.url, known.get(str(party.verifier))) for name, party in policy.witnesses.items()]
    waiting = EvidenceEntry._base_manager.filter(number=None)[:MOST_COUNTED]
    public = LogCheckpoint._base_manager.filter(published_at__isnull=False)
    unstamped = public.filter(timestamps=None) if settings.LOG_AUTHORITY else public.none()
    recent = public.prefetch_related("cosignatures", "timestamps").order_by("-size")[:RECENT]
    return LogStatus(
        head=LogHead._base_manager.first(),
        newest=published(),
        waiting=waiting.count(),
        witnesses=asked,
        quorum=policy.quorum,
        keys=list(LogKey._base_manager.order_by("-created_at")),
        authority=settings.LOG_AUTHORITY,
        unstamped=unstamped[:MOST_COUNTED].count(),
        recent=list(recent),
    )
