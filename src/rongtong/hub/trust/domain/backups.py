"""That a backup was made is written into the trail, so that everybody in charge can see when the last one was."""

from datetime import datetime

from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.verbs import verb

from ..models import LogHead


@verb("backup.make")
def record_backup(*, taken_at: datetime, size: int, files: int, by: Actor) -> None:
    """Record a finished and faultless backup: of which moment, how many bytes, how many uploaded files.

    The entries of the evidence log are named, too: a log restored from it has so many at least.
    """
    head = LogHead._base_manager.first()
    audit.note(taken_at=taken_at.isoformat(), size=size, files=files, log=head.size if head else 0)
