"""Evidence as a reader may see it: the mark on a page, the entries of a thing, the file to keep."""

from __future__ import annotations

from collections.abc import Collection, Sequence
from dataclasses import dataclass
from datetime import datetime
from typing import Any, Literal
from uuid import UUID

from django.apps import apps
from django.conf import settings
from django.db.models import Q, QuerySet
from django.urls import reverse

from rongtong.engines.translog import Evidence, Opening, evidence_for
from rongtong.engines.translog.canonical import parse
from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible, Text
from rongtong.hub.foundation.rights import roles_on

from ..evidence_kinds import KINDS, shown_by, shown_inside
from ..models import EvidenceEntry, EvidenceOpening, LogCheckpoint, NonDisclosureAgreement
from ..subjects import alias_of, find
from .log import successions, witnesses
from .log_tiles import TableResources, cosigned_note, entry_bytes, published

MOST = 200
#: Signed agreements have evidence of their own, though nothing else is attached to them.
NDA = "nda"


@dataclass(frozen=True)
class Shown:
    """One entry as a reader may see it."""

    id: UUID
    label: Text
    at: datetime
    number: int | None
    covered: bool
    may_open: bool
    sha256: str
    sm3: str

    @property
    def state(self) -> Literal["queued", "written", "published"]:
        if self.number is None:
            return "queued"
        return "published" if self.covered else "written"


def evidence_subject(alias: str, pk: UUID, actor: Actor) -> Any:
    """The thing that evidence is asked of, if the actor may see it."""
    if alias != NDA:
        return find(alias, pk, actor)
    found = NonDisclosureAgreement.visible_to(actor).filter(pk=pk).first()
    if found is None:
        raise NotVisible
    return found


@dataclass(frozen=True)
class Mark:
    """That there is evidence of a thing: since when at least, and where it stands."""

    at: datetime
    link: str


def mark_of(subject: Any, actor: Actor, more: Collection[str] = ()) -> Mark | None:
    """The newest evidence of a thing, for the mark on its page: at most one query.

    Parameters
    ----------
    more
        Roles on the thing that the page knows of already; those that follow from ids are found without a query.
    """
    roles = set(actor.roles) | set(more) | subject.roles_by_row(actor)
    at = _rows(subject, roles).values_list("created_at", flat=True).first()
    if at is None:
        return None
    label = subject._meta.label_lower
    alias = NDA if label == NonDisclosureAgreement._meta.label_lower else alias_of(label)
    return Mark(at, reverse("trust:evidence", args=[alias, subject.pk]))


def entries_of(subject: Any, actor: Actor) -> list[Shown]:
    """The evidence of a thing, and of what is inside it, that the actor may see; the newest first."""
    roles = roles_on(actor, subject)
    shown = published()
    covered = shown.size if shown else 0
    return [_shown(row, roles, covered) for row in _rows(subject, roles)[:MOST]]


def _shown(row: EvidenceEntry, roles: set[str], covered: int) -> Shown:
    kind = KINDS[row.kind]
    return Shown(
        id=row.pk,
        label=kind.label,
        at=row.created_at,
        number=row.number,
        covered=row.number is not None and row.number < covered,
        may_open=bool(kind.openers & roles),
        sha256=bytes(row.sha256).hex(),
        sm3=bytes(row.sm3).hex(),
    )


def _rows(subject: Any, roles: set[str]) -> QuerySet[EvidenceEntry]:
    own, inside = shown_by(roles), shown_inside(roles)
    label = subject._meta.label_lower
    rows = EvidenceEntry._base_manager.filter(
        Q(subject_id=subject.pk, subject_type=label, kind__in=own)
        | Q(context_id=subject.pk, context_type=label, kind__in=inside)
    )
    return rows.order_by("-created_at", "pk")


@dataclass(frozen=True)
class Found:
    """An entry that may be shown, and whether its content may be shown, too."""

    row: EvidenceEntry
    may_open: bool


def entry_for(actor: Actor, pk: UUID) -> Found:
    """One entry, by the rule of the thing that it is about or of the one in which that is."""
    row = EvidenceEntry._base_manager.filter(pk=pk).first()
    kind = KINDS.get(row.kind) if row else None
    if row is None or kind is None:
        raise NotVisible
    for label, key, seeing in (
        (row.subject_type, row.subject_id, kind.readers),
        (row.context_type, row.context_id, kind.inside),
    ):
        roles = _roles_on(label, key, actor) if label and key else set()
        if seeing & roles:
            return Found(row, bool(kind.openers & roles))
    raise NotVisible


def _roles_on(label: str, key: UUID, actor: Actor) -> set[str]:
    """The roles of whoever may see the thing; none for everybody else."""
    model: Any = apps.get_model(label)
    thing = model._base_manager.filter(pk=key).first()
    return roles_on(actor, thing) if thing is not None and thing.is_visible_to(actor) else set()


def evidence_of(found: Found) -> Evidence | None:
    """The evidence of an entry; None while no published checkpoint covers it.

    Raises
    ------
    TileMissing, Malformed
        The log's tables have been damaged.
    """
    row = found.row
    if row.number is None or (checkpoint := best_checkpoint(row.number)) is None:
        return None
    keys = {str(party.verifier) for party in witnesses().witnesses.values()}
    return evidence_for(
        TableResources(),
        row.number,
        entry_bytes(row.sha256, row.sm3),
        cosigned_note(checkpoint, keys),
        opening=_opening(row) if found.may_open else None,
        successions=successions(),
        timestamps=[bytes(one.token) for one in checkpoint.timestamps.all()],
    )


def _opening(row: EvidenceEntry) -> Opening | None:
    kept = EvidenceOpening._base_manager.filter(entry=row).first()
    return None if kept is None else Opening(bytes(kept.salt), parse(kept.event))


def best_checkpoint(number: int) -> LogCheckpoint | None:
    """The earliest published checkpoint over an entry that has the quorum and a timestamp, as far as these are asked
    for; failing that, the newest one with the quorum, or the newest at all.
    """
    rows = LogCheckpoint._base_manager.filter(published_at__isnull=False, size__gt=number)
    cosigned = rows.prefetch_related("timestamps", "cosignatures")
    if settings.LOG_AUTHORITY:
        cosigned = cosigned.filter(timestamps__isnull=False).distinct()
    for checkpoint in _with_quorum(cosigned.order_by("size")):
        return checkpoint
    whole = rows.prefetch_related("timestamps", "cosignatures").order_by("-size")
    for checkpoint in _with_quorum(whole):
        return checkpoint
    return whole.first()


#: How far is looked for a checkpoint with the quorum before one without is taken.
LOOKED_AT = 50


def _with_quorum(rows: QuerySet[LogCheckpoint]) -> Sequence[LogCheckpoint]:
    policy = witnesses()
    keys = {str(party.verifier): party.verifier for party in policy.witnesses.values()}

    def met(checkpoint: LogCheckpoint) -> bool:
        return policy.met_by(keys[one.key] for one in checkpoint.cosignatures.all() if one.key in keys)

    return [one for one in rows[:LOOKED_AT] if met(one)][:1]
