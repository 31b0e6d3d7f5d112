"""Documents of one object as a reader may see them."""

from dataclasses import dataclass
from typing import Any
from uuid import UUID

from django.db.models import Q, QuerySet

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible

from ..enums import PENDING, DocumentState, Level
from ..intake import PURPOSES, Purpose
from ..models import Document
from ..subjects import kind_of


@dataclass(frozen=True)
class Documents:
    """What the template ``trust/documents.html`` draws.

    Hidden documents leave no trace: neither a line nor a number.
    """

    alias: str
    subject_id: UUID
    rows: list[Document]
    may_attach: bool
    purpose: Purpose
    levels: list[tuple[int, str]]

    @property
    def accept(self) -> str:
        return ",".join(self.purpose.extensions)


def documents_of(subject: Any, actor: Actor) -> Documents:
    """The documents this actor may know of, oldest first."""
    kind = kind_of(subject)
    attaching = kind.is_for(subject, actor) and kind.is_open(subject)
    levels = [(int(one.value), str(one.label)) for one in Level] if kind.signable else []
    found = list(rows_of(subject, actor).order_by("created_at", "pk"))
    return Documents(kind.alias, subject.pk, found, attaching, PURPOSES[kind.purpose], levels)


def rows_of(subject: Any, actor: Actor) -> QuerySet[Document]:
    """What may be read of one object's documents; and of those being checked or refused, one's own side's."""
    shown = Q(state=DocumentState.READY)
    if actor.role is not None:
        shown |= Q(state__in=PENDING, organisation_id=actor.organisation_id)
    return Document._base_manager.filter(
        shown,
        subject_type=subject._meta.label_lower,
        subject_id=subject.pk,
        level__lte=int(subject.level_open_to(actor)),
    )


def document_for(actor: Actor, pk: UUID) -> Document:
    """One document, if this actor may read it."""
    found = Document._base_manager.exclude(state=DocumentState.REMOVED).filter(pk=pk).first()
    if found is None or not found.is_visible_to(actor):
        raise NotVisible
    return found
