"""Fills an empty database with the sample cluster, through the product's own verbs, and moves it into the past.

Every step of the story (somebody registers, writes, asks, scores, delivers) is done by its verb, so that its audit
entry, notices and listing are there. All of it is one transaction.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from datetime import date
from itertools import chain

from django.contrib.auth.hashers import make_password
from django.db import connection, transaction
from django.utils import timezone

from rongtong.engines.matching import NoEncoder
from rongtong.hub.matching import live
from rongtong.hub.organisations.models import Organisation
from rongtong.hub.organisations.reference import regions

from ..content import read
from ..records import Cluster
from . import agreements, answers, chains, challenges, matchmaking, members, programs, selection, standards
from .days import Calendar, Step, in_order, timetable
from .finishing import finish
from .history import History
from .identities import Identities
from .named import PASSWORD
from .ranks import NoRanks, Ranks
from .secrets import RIVAL, VISITOR, Reader, without_secrets
from .world import World

__all__ = ["PASSWORD", "RIVAL", "VISITOR", "NotEmpty", "Reader", "load"]

LOCK = 0x52540002


class NotEmpty(Exception):
    """Organisations take part in this hub already; the sample is for an empty one."""


def load(*, secrets: bool = True, reader: Reader = RIVAL, today: date | None = None, encode: bool = False) -> None:
    """Load the sample cluster into an empty database.

    Parameters
    ----------
    secrets
        False loads the second of two worlds: without whatever ``reader`` may not know, everything else to the letter.
    reader
        Whose knowledge counts then: ``RIVAL`` or ``VISITOR``.
    today
        The day from which the story's days count; by default today. Two worlds must have the same.
    encode
        Whether the ranks of those invited also count meaning, not words alone; takes ten seconds more.

    Raises
    ------
    NotEmpty
        Somebody takes part already. Nothing is written then.
    """
    calendar = Calendar(today or timezone.localdate())
    told = read()
    password = make_password(PASSWORD)
    moments = timetable(story(told, password), calendar)
    cluster = told if secrets else without_secrets(told, reader)
    ranks = _ranks(secrets, encode)
    world = World(cluster, calendar, ranks, challenges.publications(told))
    history, identities = History(), Identities()
    with transaction.atomic(), identities.giving(), _sample_regions():
        _require_empty()
        for step in in_order(story(cluster, password)):
            moment = moments[step.key]
            identities.begin(step.key, moment.number)
            history.begin(moment.at)
            step.do(world)
        history.move()
        finish(cluster, calendar)


def story(cluster: Cluster, password: str) -> Iterator[Step]:
    """Everything that happened, in no order yet."""
    return chain(
        members.steps(cluster, password),
        challenges.steps(cluster),
        answers.steps(cluster),
        selection.steps(cluster),
        matchmaking.steps(cluster),
        agreements.steps(cluster),
        programs.steps(cluster),
        standards.steps(cluster),
        chains.steps(cluster),
    )


def _ranks(secrets: bool, encode: bool) -> Ranks:
    if not secrets:
        return NoRanks()
    encoder = live.encoder() if encode else None
    return Ranks(None if isinstance(encoder, NoEncoder) else encoder)


def _require_empty() -> None:
    with connection.cursor() as cursor:
        cursor.execute("SELECT pg_advisory_xact_lock(%s)", [LOCK])
    if Organisation._base_manager.exists():
        raise NotEmpty("organisations take part in this hub already; the sample cluster is for an empty database")


@contextmanager
def _sample_regions() -> Iterator[None]:
    """The invented districts may be chosen while the organisations register."""
    offered = regions.is_offered("990100")
    regions.offer_sample()
    try:
        yield
    finally:
        regions.offer_sample(offered)
