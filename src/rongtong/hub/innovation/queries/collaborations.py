"""Reads of collaborations: lists, results beside promises, and the record of an organisation."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date, datetime
from uuid import UUID

from django.db.models import Count, Min, Q, QuerySet

from rongtong.hub.foundation.actors import Actor
from rongtong.hub.foundation.errors import NotVisible
from rongtong.hub.organisations.models import Organisation

from ..enums import CollaborationState, MilestoneState
from ..models import Achievement, Collaboration
from ..promises import meets
from ..targets import plain
from .missing import targets_open_to
from .responses import PromiseRow, promise_rows


@dataclass(frozen=True)
class ResultRow:
    """One target: asked for, promised, measured."""

    promise: PromiseRow
    achievement: Achievement | None

    @property
    def measured(self) -> str:
        if self.achievement is None:
            return ""
        low = plain(self.achievement.value)
        return low if self.achievement.value_high is None else f"{low}–{plain(self.achievement.value_high)}"

    @property
    def kept(self) -> bool | None:
        """Whether the promise was kept."""
        return self.achievement.met if self.achievement else None

    @property
    def reached(self) -> bool | None:
        """Whether the challenge's own target was reached."""
        one = self.achievement
        return meets(self.promise.target, one.value, one.value_high) if one else None


@dataclass(frozen=True)
class Record:
    """A finished collaboration as part of an organisation's record. ``other`` is empty where it stays unnamed."""

    id: UUID
    challenge_id: UUID
    title: str
    leads: bool
    other: str
    state: str
    starts_on: date
    ended_at: datetime | None
    promised: int
    kept: int
    open_to_reader: bool


def own_collaborations(actor: Actor) -> QuerySet[Collaboration]:
    """Those the reader takes part in; all for the operator. With the next due date and what is open."""
    open_ones = Q(milestones__state__in=(MilestoneState.PLANNED, MilestoneState.RETURNED))
    return (
        Collaboration.visible_to(actor)
        .select_related("challenge", "organisation", "leader")
        .annotate(
            next_due=Min("milestones__due_on", filter=open_ones),
            steps=Count("milestones", distinct=True),
            accepted=Count("milestones", filter=Q(milestones__state=MilestoneState.ACCEPTED), distinct=True),
            delivered=Count("milestones", filter=Q(milestones__state=MilestoneState.DELIVERED), distinct=True),
        )
    )


def with_parts(rows: QuerySet[Collaboration]) -> QuerySet[Collaboration]:
    """Load what a page of a collaboration needs, in a fixed number of queries."""
    return rows.select_related(
        "challenge__round", "challenge__organisation", "organisation", "leader", "response__challenge"
    ).prefetch_related(
        "milestones__proposed_by",
        "achievements",
        "response__commitments",
        "response__partners__organisation",
        "response__challenge__targets",
        "challenge__targets",
    )


def result_rows(collaboration: Collaboration, actor: Actor, opened: bool | None = None) -> list[ResultRow] | None:
    """Results beside promises; None where the challenge closes its targets to this reader.

    Parameters
    ----------
    opened
        Whether the targets are open to the actor, where that is known already for a whole list.
    """
    if opened is None:
        opened = targets_open_to(collaboration.challenge, actor)
    if not opened and not actor.acts_for(collaboration.leader_id):
        return None
    found = {one.target_id: one for one in collaboration.achievements.all()}
    return [ResultRow(one, found.get(one.target.pk)) for one in promise_rows(collaboration.response)]


def record_of(organisation: Organisation, actor: Actor) -> list[Record]:
    """What an organisation has carried through, newest first. Two queries.

    Members see completed work; an anonymous challenger stays unnamed to them, and is not found by looking at its own
    record. Terminated work is seen by its sides and the operator alone.

    Raises
    ------
    NotVisible
        The organisation itself is hidden.
    """
    if not organisation.is_visible_to(actor):
        raise NotVisible
    open_ids = set(
        Collaboration.visible_to(actor)
        .filter(Q(organisation=organisation) | Q(leader=organisation))
        .values_list("pk", flat=True)
    )
    shown = Q(pk__in=open_ids)
    if actor.is_member or actor.system:
        named = Q(leader=organisation) | Q(organisation=organisation, challenge__anonymous=False)
        shown |= Q(state=CollaborationState.COMPLETED) & named
    rows = (
        Collaboration._base_manager.filter(Q(organisation=organisation) | Q(leader=organisation))
        .filter(shown)
        .exclude(state=CollaborationState.ACTIVE)
        .select_related("challenge", "organisation", "leader")
        .annotate(
            promised=Count("achievements", distinct=True),
            kept=Count("achievements", filter=Q(achievements__met=True), distinct=True),
        )
        .order_by("-ended_at", "id")
    )
    return [_record(one, organisation, one.pk in open_ids) for one in rows]


def _record(row: Collaboration, organisation: Organisation, opened: bool) -> Record:
    leads = row.leader_id == organisation.pk
    other = row.organisation if leads else row.leader
    unnamed = leads and row.challenge.anonymous and not opened
    return Record(
        id=row.pk,
        challenge_id=row.challenge_id,
        title=row.challenge.title,
        leads=leads,
        other="" if unnamed else str(other),
        state=str(row.state),
        starts_on=row.starts_on,
        ended_at=row.ended_at,
        promised=getattr(row, "promised", 0),
        kept=getattr(row, "kept", 0),
        open_to_reader=opened,
    )
