"""Trusted timestamps of published checkpoints, the newest first; asked again ever more seldom while none comes."""

from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Final

from django.conf import settings
from django.db.models import F

from rongtong.engines.translog import Anchors, Note, TimestampInvalid, Unreachable, stamp, verify_timestamp

from ..models import LogCheckpoint, LogTimestamp
from ..queries.log import anchors
from .checkpoint_cosigning import send

#: The pauses between two requests; the last one is kept to for as long as it takes.
BACK_OFF: Final = tuple(timedelta(minutes=minutes) for minutes in (1, 2, 5, 15, 60, 360))
MOST: Final = 20
SECONDS = 10.0


def stamp_due(most: int = MOST) -> int:
    """Ask the authority for what is due; gives how many timestamps it has given.

    Each request is put off before it is made, so that two workers never ask for one checkpoint at once. While the
    authority is away the others are not tried in vain.
    """
    trusted = anchors()
    if trusted is None:
        return 0
    given = 0
    due = LogCheckpoint._base_manager.filter(
        published_at__isnull=False, timestamps=None, stamp_at__lte=datetime.now(UTC)
    )
    for checkpoint in due.order_by("-size")[:most]:
        if not _put_off(checkpoint):
            continue
        try:
            _stamp(checkpoint, trusted)
        except Unreachable as error:
            _keep_problem(checkpoint, str(error))
            break
        except TimestampInvalid as error:
            _keep_problem(checkpoint, str(error))
        else:
            given += 1
    return given


def _put_off(checkpoint: LogCheckpoint) -> bool:
    pause = BACK_OFF[min(checkpoint.stamps_tried, len(BACK_OFF) - 1)]
    same = LogCheckpoint._base_manager.filter(pk=checkpoint.pk, stamp_at=checkpoint.stamp_at)
    return bool(same.update(stamps_tried=F("stamps_tried") + 1, stamp_at=datetime.now(UTC) + pause))


def _stamp(checkpoint: LogCheckpoint, trusted: Anchors) -> None:
    text = Note.parse(checkpoint.note).text
    token = stamp(text, settings.LOG_AUTHORITY, trusted, send=send, seconds=SECONDS)
    found = verify_timestamp(token, text, trusted)
    LogTimestamp._base_manager.get_or_create(
        checkpoint=checkpoint, authority=found.authority[:500], defaults={"token": token, "at": found.at}
    )
    _keep_problem(checkpoint, "")


def _keep_problem(checkpoint: LogCheckpoint, told: str) -> None:
    LogCheckpoint._base_manager.filter(pk=checkpoint.pk).update(stamp_problem=told[:300])
