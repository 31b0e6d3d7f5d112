"""What comes in and goes out about agreements and documents: every field by name."""

from __future__ import annotations

from datetime import datetime
from typing import Annotated, Literal
from uuid import UUID

from pydantic import Field

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.api import In, Out

from ..enums import DocumentState, Level
from ..models import Document, NonDisclosureAgreement
from ..subjects import alias_of

#: The word for a kind of thing: ``challenge``, ``response``, ``milestone``, ``collaboration``.
Alias = Annotated[str, Field(pattern=r"^[a-z_]{1,40}$", examples=["challenge"])]


class DocumentOut(Out):
    """A document without its content. Who brought it is not told: the thing it belongs to may be anonymous."""

    id: UUID
    subject: str
    subject_id: UUID
    name: str
    kind: str
    size: int
    sha256: str
    level: int
    signed: bool
    state: DocumentState
    version: int
    created_at: datetime

    @classmethod
    def of(cls, row: Document) -> DocumentOut:
        return cls(
            id=row.pk,
            subject=alias_of(row.subject_type),
            subject_id=row.subject_id,
            name=row.name,
            kind=row.kind,
            size=row.size,
            sha256=row.digest,
            level=row.level,
            signed=row.signed,
            state=DocumentState(row.state),
            version=row.version,
            created_at=row.created_at,
        )


class AttachIn(In):
    """The parts of the form beside the file. The level counts where the thing has levels."""

    subject: Alias
    subject_id: UUID
    level: Level = Level.NAMED


class LinkOut(Out):
    """Where the content is fetched, by the same account, until when."""

    link: str
    expires_at: datetime


class NdaOut(Out):
    """A signed agreement. Who the discloser is stands with the thing, for those who may know it."""

    id: UUID
    subject: str
    subject_id: UUID
    side: Literal["discloser", "recipient"]
    recipient_id: UUID
    text_version: str
    signed_name: str
    signed_at: datetime
    ended_at: datetime | None

    @classmethod
    def of(cls, row: NonDisclosureAgreement, actor: Actor) -> NdaOut:
        return cls(
            id=row.pk,
            subject=alias_of(row.subject_type),
            subject_id=row.subject_id,
            side="recipient" if actor.acts_for(row.recipient_id) else "discloser",
            recipient_id=row.recipient_id,
            text_version=row.text_version,
            signed_name=row.signed_name,
            signed_at=row.signed_at,
            ended_at=row.ended_at,
        )


class NdaTextOut(Out):
    """What would be signed about one thing, and whether it is signed already or may be by the caller."""

    subject: str
    subject_id: UUID
    text_version: str
    clauses: list[str]
    may_sign: bool
    standing: NdaOut | None


class SignIn(In):
    subject: Alias
    subject_id: UUID
    text_version: Annotated[str, Field(max_length=20)]
    name: Annotated[str, Field(max_length=80, pattern=r"^[^\x00]*$")]
    agreed: bool
