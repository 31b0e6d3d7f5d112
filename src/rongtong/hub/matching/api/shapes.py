"""What goes in and out of the API about matchmaking days."""

from __future__ import annotations

from datetime import datetime
from decimal import Decimal
from typing import Annotated, Any
from uuid import UUID

from ninja import Field

from rongtong.hub.foundation.api import In, Out

from ..domain.participation import Answer
from ..enums import DayState, MeetingState, NextStep, ParticipationState, PlanState, RequestKind, Usefulness
from ..models import DayPlan, MatchmakingDay, Meeting, MeetingFeedback, Participation
from ..queries.days import Engagement, Tally

NO_NUL = r"^[^\x00]*$"
Line = Annotated[str, Field(max_length=300, pattern=NO_NUL)]
Slot = Annotated[int, Field(ge=0, le=23)]
Most = Annotated[int, Field(ge=1, le=24)]


class DayFields(In):
    """A day with its layout; once it is open for answers, only the words, the deadline and the limits change."""

    title: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    title_en: Annotated[str, Field(max_length=160, pattern=NO_NUL)] = ""
    place: Annotated[str, Field(min_length=1, max_length=120, pattern=NO_NUL)]
    introduction: Annotated[str, Field(max_length=4000, pattern=NO_NUL)] = ""
    answers_until: datetime
    starts_at: datetime
    slots: Annotated[int, Field(ge=1, le=24)]
    minutes: Annotated[int, Field(ge=5, le=240)] = 25
    gap: Annotated[int, Field(ge=0, le=60)] = 5
    pause_after: Annotated[int, Field(ge=0, le=23)] = 0
    pause_minutes: Annotated[int, Field(ge=0, le=240)] = 60
    tables: Annotated[int, Field(ge=1, le=100)]
    most: Most = 6
    in_a_row: Annotated[int, Field(ge=0, le=24)] = 0

    def values(self) -> dict[str, Any]:
        return {name: getattr(self, name) for name in type(self).model_fields}


class DayOut(Out):
    id: UUID
    title: str
    title_en: str
    place: str
    introduction: str
    state: DayState
    starts_at: datetime
    answers_until: datetime
    most: int
    in_a_row: int
    meetings: int
    version: int

    @classmethod
    def of(cls, row: MatchmakingDay, tally: Tally) -> DayOut:
        names = [name for name in cls.model_fields if name not in ("meetings", "state")]
        values = {name: getattr(row, name) for name in names}
        return cls(state=DayState(row.state), meetings=tally.meetings, **values)


class GuestsIn(In):
    organisation_ids: Annotated[list[UUID], Field(min_length=1, max_length=300)]


class TableIn(In):
    table: Annotated[int, Field(ge=0, le=99)]
    closed_slots: Annotated[list[Slot], Field(max_length=24)] = []


class ParticipationOut(Out):
    id: UUID
    day_id: UUID
    organisation_id: UUID
    organisation: str
    state: ParticipationState
    slots_away: list[int]
    most: int | None
    presents: str
    contact: str

    @classmethod
    def of(cls, row: Participation) -> ParticipationOut:
        names = [name for name in cls.model_fields if name not in ("organisation", "state")]
        values = {name: getattr(row, name) for name in names}
        return cls(organisation=str(row.organisation), state=ParticipationState(row.state), **values)


class AnswerIn(In):
    comes: bool
    slots_away: Annotated[list[Slot], Field(max_length=24)] = []
    most: Most | None = None
    presents: Line = ""
    contact: Annotated[str, Field(max_length=80, pattern=NO_NUL)] = ""

    def answer(self) -> Answer:
        return Answer(self.comes, frozenset(self.slots_away), self.most, self.presents, self.contact)


class AdjustIn(In):
    slots_away: Annotated[list[Slot], Field(max_length=24)] = []
    most: Most | None = None


class WishIn(In):
    other_id: UUID
    kind: RequestKind | None = None


class FellowOut(Out):
    organisation_id: UUID
    organisation: str
    presents: str
    kind: RequestKind | None


class PlanOut(Out):
    id: UUID
    day_id: UUID
    job_id: UUID
    state: PlanState
    meetings: int
    total: Decimal
    bound: Decimal
    greedy: Decimal
    gap: float
    proven: bool
    seconds: Decimal
    kept: int
    moved: int
    dropped: int
    added: int

    @classmethod
    def of(cls, row: DayPlan, effect: Any) -> PlanOut:
        names = ("id", "day_id", "job_id", "total", "bound", "greedy", "gap", "proven", "seconds")
        return cls(
            state=PlanState(row.state),
            meetings=len(row.seats),
            kept=len(effect.kept),
            moved=len(effect.moved) + len(effect.reseated),
            dropped=len(effect.dropped),
            added=len(effect.added),
            **{name: getattr(row, name) for name in names},
        )


class MeetingOut(Out):
    id: UUID
    state: MeetingState
    starts_at: datetime
    ends_at: datetime
    table: int | None
    first_id: UUID
    second_id: UUID
    sequence: int

    @classmethod
    def of(cls, row: Meeting) -> MeetingOut:
        return cls(
            id=row.pk,
            state=MeetingState(row.state),
            starts_at=row.slot.starts_at,
            ends_at=row.slot.ends_at,
            table=None if row.table is None else row.table.position + 1,
            first_id=row.first_id,
            second_id=row.second_id,
            sequence=row.sequence,
        )


class EngagementOut(Out):
    """A slot of one's own day; without a meeting it is free."""

    starts_at: datetime
    ends_at: datetime
    meeting_id: UUID | None
    table: int | None
    organisation_id: UUID | None
    organisation: str
    presents: str
    contact: str
    topics: list[str]

    @classmethod
    def of(cls, one: Engagement) -> EngagementOut:
        meeting = one.meeting
        return cls(
            starts_at=one.slot.starts_at,
            ends_at=one.slot.ends_at,
            meeting_id=meeting.pk if meeting else None,
            table=meeting.table.position + 1 if meeting and meeting.table else None,
            organisation_id=one.other.pk if one.other else None,
            organisation=str(one.other or ""),
            presents=one.presents,
            contact=one.contact,
            topics=one.topics,
        )


class FeedbackIn(In):
    useful: Usefulness
    next_step: NextStep = NextStep.NONE
    note: Annotated[str, Field(max_length=2000, pattern=NO_NUL)] = ""


class FeedbackOut(Out):
    meeting_id: UUID
    useful: Usefulness
    next_step: NextStep
    note: str

    @classmethod
    def of(cls, row: MeetingFeedback) -> FeedbackOut:
        return cls(
            meeting_id=row.meeting_id,
            useful=Usefulness(row.useful),
            next_step=NextStep(row.next_step),
            note=row.note,
        )
