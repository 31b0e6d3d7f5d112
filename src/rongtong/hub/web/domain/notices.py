"""Notices are read, one or all."""

from datetime import UTC, datetime

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.verbs import verb


@verb("notice.read")
def read_notices(*, notices: list[Notice], by: Actor) -> int:
    """Mark notices of this person as read; others' are left alone. Returns how many were unread."""
    rows = Notice.visible_to(by).filter(pk__in=[one.pk for one in notices], read_at=None)
    done = rows.update(read_at=datetime.now(UTC))
    audit.note(count=done)
    return done
