"""Notices through the API: read on, and marked as read."""

from __future__ import annotations

from datetime import datetime
from typing import Any
from uuid import UUID

from django.http import HttpRequest
from ninja import Router

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import Out, Page, actor_of, needs, paged
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.foundation.models import Notice
from rongtong.hub.foundation.notices import Reading, read

from ..domain.notices import read_notices

PATH, NOUN = "/notices", "notice"
router = Router(tags=["notices"])


class NoticeOut(Out):
    """A notice in the caller's language, as they may see what it is about now."""

    id: UUID
    event: str
    about: str
    about_id: UUID
    words: str
    link: str
    created_at: datetime
    read_at: datetime | None

    @classmethod
    def of(cls, one: Reading) -> NoticeOut:
        return cls(
            id=one.notice.pk,
            event=one.notice.event,
            about=one.notice.about_type.rpartition(".")[2],
            about_id=one.notice.about_id,
            words=str(one.words),
            link=one.link,
            created_at=one.notice.created_at,
            read_at=one.notice.read_at,
        )


class ReadOut(Out):
    """How many notices were unread until now."""

    read: int


def _one(actor: Actor, pk: UUID) -> Reading:
    needs(actor, "account")
    readings = read(Notice.visible_to(actor).filter(pk=pk), actor)
    if not readings:
        raise NotVisible
    return readings[0]


@router.get("", response=Page[NoticeOut])
def list_notices(request: HttpRequest, unread: bool = False, cursor: str = "", limit: int = 50) -> Any:
    """The caller's notices, the newest first. A page leaves out what is about things they may see no more."""
    actor = actor_of(request)
    needs(actor, "account")
    rows = Notice.visible_to(actor)
    if unread:
        rows = rows.filter(read_at=None)
    page = paged(request, rows, lambda row: row, order=("-created_at", "-id"), cursor=cursor, limit=limit)
    page["items"] = [NoticeOut.of(one) for one in read(page["items"], actor)]
    return page


@router.post("/read", response=ReadOut)
def read_all(request: HttpRequest) -> Any:
    """Mark every notice as read."""
    actor = actor_of(request)
    needs(actor, "account")
    return ReadOut(read=read_notices(notices=list(Notice.visible_to(actor).filter(read_at=None)), by=actor))


@router.get("/{uuid:pk}", response=NoticeOut)
def read_one(request: HttpRequest, pk: UUID) -> Any:
    """One notice. Looking at it does not mark it."""
    return NoticeOut.of(_one(actor_of(request), pk))


@router.post("/{uuid:pk}/read", response=NoticeOut)
def mark_read(request: HttpRequest, pk: UUID) -> Any:
    """Mark one notice as read."""
    actor = actor_of(request)
    read_notices(notices=[_one(actor, pk).notice], by=actor)
    return NoticeOut.of(_one(actor, pk))
