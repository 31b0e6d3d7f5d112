"""Notices: what a person should know, in the hub and by mail.

A verb calls ``notify`` in its own transaction. Words are made only when the notice is read or sent, for the rights the
reader has then, so that nothing outlives a right.
"""

import hashlib
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.apps import apps
from django.db import models

from .actors import Actor
from .errors import Text
from .models import Delivery, Notice


@dataclass(frozen=True)
class Event:
    """One kind of notice.

    Parameters
    ----------
    subject
        Goes into the mail: states the kind of event only, never a title or any other text under disclosure.
    words
        Makes the line shown in the hub from the object and the notice's details.
    link
        Makes the path of the page to open.
    outside
        Whether programs of the organisation may be told too; not of what concerns one person or some roles alone.
    """

    name: str
    subject: Text
    words: Callable[[Any, dict[str, Any]], Text]
    link: Callable[[Any], str]
    mail: bool = True
    outside: bool = True


@dataclass(frozen=True)
class Reading:
    """A notice as its reader may see it now."""

    notice: Notice
    words: Text
    link: str


EVENTS: dict[str, Event] = {}
#: Hears of every event: its name, the object, all who are to know, and the organisation they act for, where known.
Listener = Callable[[str, models.Model, list[UUID], UUID | None], None]
_listeners: list[Listener] = []
_mail_address: list[Callable[[Iterable[UUID]], dict[UUID, str]]] = []


def event(
    name: str,
    *,
    subject: Text,
    words: Callable[[Any, dict[str, Any]], Text],
    link: Callable[[Any], str],
    mail: bool = True,
    outside: bool = True,
) -> None:
    """Register a kind of notice. Called by a room's ``notices.py``."""
    EVENTS[name] = Event(name, subject, words, link, mail, outside)


def heard_by(listener: Listener) -> None:
    """Call ``listener`` in the transaction of every event that programs may be told of."""
    if listener not in _listeners:
        _listeners.append(listener)


def addresses_by(source: Callable[[Iterable[UUID]], dict[UUID, str]]) -> None:
    """Tell where verified mail addresses of accounts come from (the room of organisations does)."""
    _mail_address[:] = [source]


def addresses(accounts: Iterable[UUID]) -> dict[UUID, str]:
    return _mail_address[0](accounts) if _mail_address else {}


def notify(
    name: str,
    *,
    to: Iterable[UUID],
    about: models.Model,
    by: Actor,
    organisation_id: UUID | None = None,
    **details: Any,
) -> list[Notice]:
    """Tell people of an event. The one who acted is not told.

    Parameters
    ----------
    details
        Identifiers and numbers that ``words`` needs; never texts under disclosure.
    """
    kind = EVENTS[name]
    told = set(to)
    people = sorted(told - {by.account_id})
    notices = Notice._base_manager.bulk_create(
        Notice(
            account_id=person,
            organisation_id=organisation_id,
            event=name,
            about_type=about._meta.label_lower,
            about_id=about.pk,
            details=details,
        )
        for person in people
    )
    if kind.mail:
        _queue_mail(notices, addresses(people))
    if kind.outside:
        for listener in _listeners:
            listener(name, about, sorted(told), organisation_id)
    return notices


def _queue_mail(notices: list[Notice], mail: dict[UUID, str]) -> None:
    Delivery._base_manager.bulk_create(
        Delivery(notice=one, recipient=mail[one.account_id], key=_key(one)) for one in notices if one.account_id in mail
    )


def _key(notice: Notice) -> str:
    return hashlib.sha256(f"mail:{notice.pk}".encode()).hexdigest()


def read(notices: Iterable[Notice], actor: Actor) -> list[Reading]:
    """The notices whose objects this actor may still see, with their words. One query for each kind of object."""
    notices = list(notices)
    wanted: dict[str, set[UUID]] = {}
    for one in notices:
        wanted.setdefault(one.about_type, set()).add(one.about_id)
    found: dict[UUID, models.Model] = {}
    for label, ids in wanted.items():
        model: Any = apps.get_model(label)
        found.update({row.pk: row for row in model.visible_to(actor).filter(pk__in=ids)})
    return [
        _reading(one, EVENTS[one.event], found[one.about_id])
        for one in notices
        if one.about_id in found and one.event in EVENTS
    ]


def _reading(notice: Notice, event: Event, about: models.Model) -> Reading:
    return Reading(notice, event.words(about, notice.details), event.link(about))
