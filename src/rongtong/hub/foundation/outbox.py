"""Sending what the outbox holds: at least once, outside any verb, with back-off, rights checked again.

Two kinds of message: the mail of a notice, for people with an account, and a letter, for an address alone. A room
registers its letters with ``letter`` and puts one into the outbox with ``post`` in the verb's transaction; the words,
and whether there is still something to say, are found when it is sent.
"""

import hashlib
from collections.abc import Callable
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from uuid import UUID

from django.conf import settings
from django.core.mail import EmailMessage
from django.db import transaction
from django.utils import translation
from django.utils.translation import gettext as _

from .actors import Actor
from .errors import Text
from .models import Delivery, DeliveryState
from .notices import EVENTS, read

BACK_OFF = (5, 60, 600, 3600, 6 * 3600, 24 * 3600)


@dataclass(frozen=True)
class Letter:
    """What a letter says: a subject and a body without any text under disclosure, in the reader's language."""

    subject: Text
    body: Text
    language: str


LETTERS: dict[str, Callable[[UUID], Letter | None]] = {}
_actor_of: list[Callable[[UUID, UUID | None], tuple[Actor, str] | None]] = []


def actors_by(source: Callable[[UUID, UUID | None], tuple[Actor, str] | None]) -> None:
    """Tell who an account is when mail goes out: its actor and language, or None when it may act no more."""
    _actor_of[:] = [source]


def letter(name: str, compose: Callable[[UUID], Letter | None]) -> None:
    """Register a kind of letter. ``compose`` gives its words for an object's id, or None when it is to be dropped."""
    LETTERS[name] = compose


def post(name: str, *, to: str, about_id: UUID) -> Delivery:
    """Put a letter into the outbox; called by a verb."""
    if name not in LETTERS:
        raise LookupError(f"no letter named {name}")
    key = hashlib.sha256(f"letter:{name}:{about_id}:{to}".encode()).hexdigest()
    return Delivery._base_manager.create(letter=name, about_id=about_id, recipient=to, key=key)


def send_due(limit: int = 100) -> int:
    """Send deliveries that are due. Returns how many were handled."""
    handled = 0
    while handled < limit and _send_one():
        handled += 1
    return handled


def _send_one() -> bool:
    with transaction.atomic():
        row = (
            Delivery._base_manager.select_for_update(skip_locked=True, of=("self",))
            .select_related("notice")
            .filter(state=DeliveryState.WAITING, next_at__lte=datetime.now(UTC))
            .order_by("next_at")
            .first()
        )
        if row is None:
            return False
        message = _message(row)
        if message is None:
            row.state = DeliveryState.DROPPED
        else:
            _attempt(row, message)
        row.save()
    return True


def _message(row: Delivery) -> EmailMessage | None:
    """The mail for a delivery, or None when its reader may no longer see what it is about."""
    words = _of_letter(row) if row.letter else _of_notice(row)
    if words is None:
        return None
    headers = {"Message-ID": f"<{row.pk}@{settings.DEFAULT_FROM_EMAIL.rpartition('@')[2].rstrip('>')}>"}
    with translation.override(words.language):
        return EmailMessage(
            str(words.subject), str(words.body), settings.DEFAULT_FROM_EMAIL, [row.recipient], headers=headers
        )


def _of_letter(row: Delivery) -> Letter | None:
    compose = LETTERS.get(row.letter)
    return compose(row.about_id) if compose and row.about_id else None


def _of_notice(row: Delivery) -> Letter | None:
    if row.notice is None or not _actor_of:
        return None
    known = _actor_of[0](row.notice.account_id, row.notice.organisation_id)
    if known is None:
        return None
    actor, language = known
    with translation.override(language):
        readings = read([row.notice], actor)
        if not readings:
            return None
        link = settings.SITE_URL.rstrip("/") + readings[0].link
        body = _("您在融通有一条新消息。请登录后查看：") + f"\n\n{link}\n"
    return Letter(EVENTS[row.notice.event].subject, body, language)


def _attempt(row: Delivery, message: EmailMessage) -> None:
    row.attempts += 1
    try:
        message.send()
    except OSError as error:  # SMTPException is an OSError: the receiver is away or refuses for now
        row.problem = str(error)[:500]
        if row.attempts > len(BACK_OFF):
            row.state = DeliveryState.FAILED
        else:
            row.next_at = datetime.now(UTC) + timedelta(seconds=BACK_OFF[row.attempts - 1])
        return
    row.state, row.sent_at, row.problem = DeliveryState.SENT, datetime.now(UTC), ""
