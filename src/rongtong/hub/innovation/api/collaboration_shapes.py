"""What goes in and out of the API about collaborations and milestones."""

from __future__ import annotations

from datetime import date, datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field

from rongtong.hub.foundation.api import In, Money, Out

from ..domain.collaborations import Result
from ..domain.milestones import Change
from ..enums import CollaborationState, MilestoneState
from ..models import Collaboration, Milestone
from ..queries.collaborations import ResultRow
from .values import NO_NUL, Amount, Feedback, Line, Number, RowId


class ChangeIn(In):
    title: Annotated[str, Field(max_length=120, pattern=NO_NUL)]
    due_on: date
    cost: Amount | None = None
    deliverable: Line = ""

    def change(self) -> Change:
        return Change(self.title, self.due_on, self.cost, self.deliverable)


class NoteIn(In):
    note: Feedback = ""


class ConclusionIn(In):
    conclusion: Annotated[str, Field(max_length=4000, pattern=NO_NUL)]


class ResultIn(In):
    target_id: RowId
    value: Number
    value_high: Number | None = None
    note: Line = ""


class ResultsIn(In):
    results: Annotated[list[ResultIn], Field(max_length=60)]

    def given(self) -> list[Result]:
        return [Result(one.target_id, one.value, one.value_high, one.note) for one in self.results]


class MilestoneOut(Out):
    id: UUID
    collaboration_id: UUID
    position: int
    title: str
    due_on: date
    cost: Money | None
    deliverable: str
    state: MilestoneState
    delivery_note: str
    delivered_at: datetime | None
    acceptance_note: str
    decided_at: datetime | None
    proposal: dict[str, Any] | None
    proposed_by: UUID | None
    version: int

    @classmethod
    def of(cls, row: Milestone) -> MilestoneOut:
        names = ("collaboration_id", "position", "title", "due_on", "deliverable", "delivery_note", "delivered_at")
        given = {name: getattr(row, name) for name in (*names, "acceptance_note", "decided_at", "proposal", "version")}
        state = MilestoneState(row.state)
        return cls(id=row.pk, cost=Money.of(row.cost), state=state, proposed_by=row.proposed_by_id, **given)


class ResultOut(Out):
    target_id: int
    indicator: str
    required: str
    promised: str
    value: Decimal | None
    value_high: Decimal | None
    note: str
    kept: bool | None
    reached: bool | None

    @classmethod
    def of(cls, row: ResultRow) -> ResultOut:
        one = row.achievement
        return cls(
            target_id=row.promise.target.pk,
            indicator=row.promise.row.indicator,
            required=f"{row.promise.required} {row.promise.row.unit}".strip(),
            promised=row.promise.promised,
            value=one.value if one else None,
            value_high=one.value_high if one else None,
            note=one.note if one else "",
            kept=row.kept,
            reached=row.reached,
        )


class CollaborationOut(Out):
    """``results`` is null where the challenge closes its targets to the caller."""

    id: UUID
    challenge_id: UUID
    response_id: UUID
    challenger_id: UUID
    challenger: str
    leader_id: UUID
    leader: str
    state: CollaborationState
    state_label: str
    starts_on: date
    ends_on: date | None
    ended_at: datetime | None
    conclusion: str
    version: int
    milestones: list[MilestoneOut]
    results: list[ResultOut] | None

    @classmethod
    def of(cls, row: Collaboration, results: list[ResultRow] | None) -> CollaborationOut:
        names = (
            "challenge_id",
            "response_id",
            "leader_id",
            "starts_on",
            "ends_on",
            "ended_at",
            "conclusion",
            "version",
        )
        given = {name: getattr(row, name) for name in names}
        return cls(
            id=row.pk,
            challenger_id=row.organisation_id,
            challenger=str(row.organisation),
            leader=str(row.leader),
            state=CollaborationState(row.state),
            state_label=str(row.get_state_display()),
            milestones=[MilestoneOut.of(one) for one in row.milestones.all()],
            results=None if results is None else [ResultOut.of(one) for one in results],
            **given,
        )


class RecordOut(Out):
    """Finished work in an organisation's record; ``other`` is empty where it stays unnamed."""

    challenge_id: UUID
    title: str
    leads: bool
    other: str
    state: CollaborationState
    starts_on: date
    ended_at: datetime | None
    promised: int
    kept: int
