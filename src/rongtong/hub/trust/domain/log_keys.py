"""The log's keys: one is in use, sealed in the database; another follows it by a note that both sign."""

from __future__ import annotations

from datetime import UTC, datetime
from uuid import uuid4

from django.conf import settings
from django.db import transaction
from django.utils.translation import gettext_lazy as _

from rongtong.engines.translog import EMPTY_ROOT, Checkpoint, Note, Signer, Verifier, succeed
from rongtong.hub.foundation import audit
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import Busy, Refusal
from rongtong.hub.foundation.sealing import Unsealable, seal, unseal
from rongtong.hub.foundation.verbs import verb

from ..models import LogCheckpoint, LogKey
from ..queries.log import key_in_use
from .log_sequencing import locked_head

PURPOSE = "log-key"


def signer() -> Signer:
    """The key that signs now; the first one is made when it is first asked for, under the log's lock.

    Raises
    ------
    Unsealable
        It was sealed with another secret than this hub has.
    """
    row = key_in_use() or _first_key()
    return Signer.parse(unseal(bytes(row.sealed), purpose=PURPOSE, owner=row.pk).decode())


def _first_key() -> LogKey:
    return _keep(Signer.generate(settings.LOG_ORIGIN), since=0)


def _keep(made: Signer, *, since: int, succession: str = "") -> LogKey:
    key = uuid4()
    return LogKey._base_manager.create(
        id=key,
        verifier=str(made.verifier),
        sealed=seal(made.secret.encode(), purpose=PURPOSE, owner=key),
        since_size=since,
        succession=succession,
    )


@verb("log.rotate")
def rotate_key(*, by: Actor) -> LogKey:
    """Hand the log over to a new key. What the former one signed stays good; what it signs from now on does not.

    Raises
    ------
    Busy
        The log is being written to this moment.
    Refusal
        ``log.key_sealed``: the former key cannot be read, so it cannot hand over.
    """
    with transaction.atomic():
        if locked_head() is None:
            raise Busy
        try:
            old = signer()
        except Unsealable as error:
            raise Refusal(
                "log.key_sealed",
                what=_("不能轮换密钥。"),
                why=_("现用密钥无法解封，不能由它交接。"),
                cure=_("请恢复封存它时所用的密钥加密密钥（RONGTONG_SECRET_KEYS）。"),
            ) from error
        last = newest_signed(old.name)
        new = Signer.generate(old.name)
        note = succeed(old, new, last)
        LogKey._base_manager.filter(retired_at=None).update(retired_at=datetime.now(UTC))
        made = _keep(new, since=last.size, succession=str(note))
        _sign_again(new)
    audit.note(former=str(old.verifier), key=str(new.verifier), size=last.size)
    return made


def _sign_again(new: Signer) -> None:
    """The last checkpoint bears both signatures: whoever knows only the new key can read the log at once."""
    found = LogCheckpoint._base_manager.order_by("-size").first()
    if found is not None:
        found.note = str(Note.parse(found.note).signed_by(new))
        found.save(update_fields=["note"])


def newest_signed(origin: str) -> Checkpoint:
    """The newest checkpoint that was signed, published or not."""
    found = LogCheckpoint._base_manager.order_by("-size").first()
    if found is None:
        return Checkpoint(origin, 0, EMPTY_ROOT)
    return Checkpoint.parse(Note.parse(found.note).text)


def verifier_of(key: LogKey) -> Verifier:
    return Verifier.parse(key.verifier)
